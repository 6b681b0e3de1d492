import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Format, FormatRequest } from '../calls/format.ts'
import { embed, remoteFiles } from '../calls/remote-files.ts'
import { PolyphonyError } from '../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../core/json.ts'
import { messagesFormat } from './anthropic/messages-format.ts'
import { type FakeVendor, fakeVendors } from './cross-format.vendors.testing.ts'
import { generateFormat } from './gemini/generate-format.ts'
import { chatFormat } from './openai/chat-format.ts'
import { responsesFormat } from './openai/responses-format.ts'

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const PDF = 'JVBERi0xLjQKJcOkw7zDtsOf'
const WAV = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEA'
const PARAMETERS = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
}
const dataUrl = (type: string, data: string) => `data:${type};base64,${data}`

/** A request with all that a format can say; the properties take members away and put others in. */
const CHAT: JsonObject = {
  model: 'm',
  messages: [
    { role: 'system', content: 'Be brief.' },
    { role: 'developer', content: [{ type: 'text', text: 'Be kind.' }] },
    {
      role: 'user',
      name: 'ann',
      content: [
        { type: 'text', text: 'Look.' },
        { type: 'image_url', image_url: { url: dataUrl('image/png', PIXEL), detail: 'low' } },
        { type: 'image_url', image_url: { url: 'https://a.example/b.png' } },
        { type: 'input_audio', input_audio: { data: WAV, format: 'wav' } },
        { type: 'file', file: { filename: 'a.pdf', file_data: dataUrl('application/pdf', PDF) } },
      ],
    },
    {
      role: 'assistant',
      content: null,
      reasoning_content: 'Hm.',
      tool_calls: [
        { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Paris"}' } },
        { id: 'call_2', type: 'function', function: { name: 'weather', arguments: '{"city":"Rome"}' } },
      ],
    },
    { role: 'tool', tool_call_id: 'call_1', content: 'sun' },
    { role: 'tool', tool_call_id: 'call_2', content: [{ type: 'text', text: 'rain' }] },
    { role: 'system', content: 'Now be quick.' },
    { role: 'user', content: 'Well?' },
  ],
  tools: [
    { type: 'function', function: { name: 'weather', description: 'Tells it.', parameters: PARAMETERS, strict: true } },
  ],
  tool_choice: 'auto',
  parallel_tool_calls: false,
  response_format: { type: 'json_schema', json_schema: { name: 'x', schema: PARAMETERS, strict: true } },
  temperature: 0.5,
  top_p: 0.9,
  top_k: 40,
  seed: 7,
  presence_penalty: 0.5,
  frequency_penalty: 0.5,
  stop: ['END'],
  max_tokens: 900,
  verbosity: 'low',
  user: 'u',
}

const RESPONSES: JsonObject = {
  model: 'm',
  instructions: 'Be brief.',
  input: [
    { role: 'developer', content: 'Be kind.' },
    {
      role: 'user',
      content: [
        { type: 'input_text', text: 'Look.' },
        { type: 'input_image', image_url: dataUrl('image/png', PIXEL), detail: 'auto' },
        { type: 'input_file', filename: 'a.pdf', file_data: dataUrl('application/pdf', PDF) },
        { type: 'input_file', file_url: 'https://a.example/b.pdf' },
      ],
    },
    { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'Hm.' }] },
    {
      type: 'message',
      id: 'msg_1',
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_text', text: 'Wait.', annotations: [] }],
    },
    { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'weather', arguments: '{"city":"Paris"}' },
    {
      type: 'function_call_output',
      call_id: 'call_1',
      output: [
        { type: 'input_text', text: 'sun' },
        { type: 'input_image', detail: 'auto', image_url: dataUrl('image/png', PIXEL) },
      ],
    },
    { role: 'user', content: 'Well?' },
  ],
  tools: [{ type: 'function', name: 'weather', parameters: PARAMETERS, strict: false }],
  tool_choice: { type: 'function', name: 'weather' },
  parallel_tool_calls: false,
  text: { format: { type: 'json_schema', name: 'x', schema: PARAMETERS }, verbosity: 'low' },
  temperature: 0.5,
  top_p: 0.9,
  max_output_tokens: 900,
  store: false,
}

const MESSAGES: JsonObject = {
  model: 'm',
  max_tokens: 900,
  system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }],
  messages: [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Look.' },
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } },
        { type: 'image', source: { type: 'url', url: 'https://a.example/b.png' } },
        { type: 'document', title: 'a.pdf', source: { type: 'base64', media_type: 'application/pdf', data: PDF } },
        { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'notes' } },
      ],
    },
    {
      role: 'assistant',
      content: [
        { type: 'text', text: 'Wait.' },
        { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Paris' } },
      ],
    },
    {
      role: 'user',
      content: [
        {
          type: 'tool_result',
          tool_use_id: 'toolu_1',
          content: [
            { type: 'text', text: 'sun' },
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } },
          ],
        },
        { type: 'text', text: 'Well?' },
      ],
    },
  ],
  tools: [{ name: 'weather', description: 'Tells it.', input_schema: PARAMETERS }],
  tool_choice: { type: 'tool', name: 'weather', disable_parallel_tool_use: true },
  output_config: { format: { type: 'json_schema', schema: PARAMETERS } },
  temperature: 0.5,
  top_p: 0.9,
  top_k: 40,
  stop_sequences: ['END'],
}

const GENERATE: JsonObject = {
  systemInstruction: { parts: [{ text: 'Be brief.' }] },
  contents: [
    {
      role: 'user',
      parts: [
        { text: 'Look.' },
        { inlineData: { mimeType: 'image/png', data: PIXEL } },
        { inlineData: { mimeType: 'audio/wav', data: WAV } },
        { inlineData: { mimeType: 'application/pdf', data: PDF } },
        { fileData: { mimeType: 'image/png', fileUri: 'https://a.example/b.png' } },
      ],
    },
    {
      role: 'model',
      parts: [
        { text: 'Hm.', thought: true },
        { text: 'Wait.' },
        { functionCall: { id: 'c1', name: 'weather', args: { city: 'Paris' } } },
      ],
    },
    {
      role: 'user',
      parts: [{ functionResponse: { id: 'c1', name: 'weather', response: { output: 'sun' } } }, { text: 'Well?' }],
    },
  ],
  tools: [
    {
      functionDeclarations: [
        {
          name: 'weather',
          description: 'Tells it.',
          parameters: { type: 'OBJECT', properties: { city: { type: 'STRING' } } },
        },
      ],
    },
  ],
  toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['weather'] } },
  generationConfig: {
    temperature: 0.5,
    topP: 0.9,
    topK: 40,
    seed: 7,
    presencePenalty: 0.5,
    frequencyPenalty: 0.5,
    maxOutputTokens: 900,
    stopSequences: ['END'],
    responseMimeType: 'application/json',
    responseSchema: { type: 'OBJECT', properties: { a: { type: 'STRING' } } },
  },
}

const FORMATS: [string, Format, JsonObject][] = [
  ['openai-chat', chatFormat, CHAT],
  ['openai-responses', responsesFormat, RESPONSES],
  ['anthropic', messagesFormat, MESSAGES],
  ['gemini', generateFormat, GENERATE],
]

type Path = (string | number)[]

function pathsIn(value: Json, at: Path = []): Path[] {
  const own = at.length === 0 ? [] : [at]
  if (Array.isArray(value)) return [...own, ...value.flatMap((one, index) => pathsIn(one, [...at, index]))]
  if (!isJsonObject(value)) return own
  return [...own, ...Object.entries(value).flatMap(([name, one]) => pathsIn(one, [...at, name]))]
}

/** A copy with another value at the path; without the member where there is none. */
function changed(value: Json, [step, ...rest]: Path, to: Json | undefined): Json {
  if (step === undefined) return to ?? null
  const replace = (one: Json | undefined) => (rest.length === 0 ? to : changed(one ?? null, rest, to))
  if (Array.isArray(value))
    return value.flatMap((one, index) => (index === step ? (replace(one) ?? []) : [one])) as Json[]
  if (!isJsonObject(value)) return value
  const entries = Object.entries(value).flatMap(([name, one]) => {
    const replaced = name === step ? replace(one) : one
    return replaced === undefined ? [] : [[name, replaced] as const]
  })
  return Object.fromEntries(entries)
}

const without = (body: JsonObject, paths: readonly Path[]) =>
  paths.reduce<Json>((sum, path) => changed(sum, path, undefined), body) as JsonObject

function read(format: Format, body: JsonObject, fake?: FakeVendor): FormatRequest | PolyphonyError {
  try {
    return format.read(body, fake?.api)
  } catch (error) {
    if (error instanceof PolyphonyError) return error
    throw error
  }
}

describe.each(FORMATS)('a body of %s', (_name, format, whole) => {
  it('with anything in any place is read or refused by a field that it has, and always bounded', () => {
    const path = fc.constantFrom(...pathsIn(whole))
    fc.assert(
      fc.property(
        fc.array(path, { maxLength: 2 }),
        path,
        fc.jsonValue() as fc.Arbitrary<Json>,
        (removed, place, value) => {
          const body = changed(without(whole, removed), place, value) as JsonObject
          const result = read(format, body)
          if (result instanceof PolyphonyError) {
            expect(result.code).toBe('invalid_input')
            expect(result.details.field).not.toBe('')
          }
          const { inputCharacters, images, audioBytes, choices } = format.boundOf(body)
          for (const count of [inputCharacters, images, audioBytes, choices]) expect(count).toBeGreaterThanOrEqual(0)
        },
      ),
      { numRuns: 2_000 },
    )
  })

  it('that is not refused loses nothing on the way to a vendor', async () => {
    const vendors = Object.values(fakeVendors()).map((make) => {
      const fake = make()
      return { fake, body: untilRead(format, whole, fake) }
    })
    const cases = fc.constantFrom(...vendors).chain(({ fake, body }) => {
      const removed = fc.subarray(pathsIn(body), { maxLength: 5 })
      return removed.map((paths) => ({ fake, body: without(body, paths) }))
    })
    let reached = 0
    await fc.assert(
      fc.asyncProperty(cases, async ({ fake, body }) => {
        const result = read(format, body, fake)
        if (result instanceof PolyphonyError) return
        expect(await lostOn(result, fake)).toEqual([])
        reached += 1
      }),
      { numRuns: 600 },
    )
    expect(reached).toBeGreaterThan(100)
  })

  it('reaches each vendor once what that vendor lacks is taken away', async () => {
    for (const make of Object.values(fakeVendors())) {
      const fake = make()
      const request = format.read(untilRead(format, whole, fake), fake.api)
      expect(await lostOn(request, fake)).toEqual([])
      expect(fake.seen().user.length).toBeGreaterThan(0)
    }
  })
})

/**
 * What the vendor's package says it left out. Reasoning of another vendor's model is of no use to it without a signature;
 * penalties are unknown to Gemini 2.5, and known to other models of its vendor.
 */
async function lostOn(request: FormatRequest, fake: FakeVendor) {
  const model = fake.model('text')
  for (const { part } of remoteFiles(request.options.prompt, await model.supportedUrls))
    embed(part, Buffer.from(PDF, 'base64'), part.mediaType === 'image' ? 'image/png' : part.mediaType)
  const { warnings } = await model.doGenerate(request.options)
  // A server with OpenAI's API gets top_k by an option of its own, about which its package warns all the same.
  return warnings.filter((warning) => !/reasoning|Penalty|topK/.test(JSON.stringify(warning)))
}

/** Takes away what is refused, one field after the other, as a caller would. */
function untilRead(format: Format, whole: JsonObject, fake: FakeVendor): JsonObject {
  let body = whole
  for (let round = 0; round < 30; round++) {
    const result = read(format, body, fake)
    if (!(result instanceof PolyphonyError)) return body
    const steps = (result.details.field ?? '').split(/[.[\]]+/).filter((step) => step !== '')
    const path = steps.map((step) => (/^\d+$/.test(step) ? Number(step) : step))
    const isThere = pathsIn(body).some((one) => one.join('.') === path.join('.'))
    // A field that is missing: the object that needs it goes.
    body = changed(body, isThere ? path : path.slice(0, -1), undefined) as JsonObject
  }
  throw new Error('it is refused for ever')
}

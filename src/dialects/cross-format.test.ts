import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text as textOf } from 'node:stream/consumers'
import { createAnthropic } from '@ai-sdk/anthropic'
import { createGoogleGenerativeAI } from '@ai-sdk/google'
import { createOpenAI } from '@ai-sdk/openai'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4StreamPart,
  LanguageModelV4StreamResult,
} from '@ai-sdk/provider'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AnswerContext, Format } from '../calls/format.ts'
import { vendorFailure } from '../calls/vendor-failure.ts'
import type { JsonObject } from '../core/json.ts'
import { sandboxLanguageModel } from '../providers/sandbox/language-model.ts'
import { messagesFormat } from './anthropic/messages-format.ts'
import {
  type Answer,
  type Client,
  clientsAt,
  errorOf,
  FOLLOW_UP,
  MAX_TOKENS,
  PDF,
  PIXEL,
  RESULT,
  SYSTEM,
  USER,
  WAV,
} from './cross-format.clients.testing.ts'
import {
  CALL_ID,
  type FakeVendor,
  fakeVendors,
  JSON_TEXT,
  type Kind,
  REFUSAL,
  TEXT,
  THOUGHT,
  TOKENS,
} from './cross-format.vendors.testing.ts'
import { generateFormat } from './gemini/generate-format.ts'
import { chatFormat } from './openai/chat-format.ts'
import { responsesFormat } from './openai/responses-format.ts'

const FORMATS = {
  'openai-chat': chatFormat,
  'openai-responses': responsesFormat,
  anthropic: messagesFormat,
  gemini: generateFormat,
}

/** What the server at hand answers with. */
let vendor: Pick<FakeVendor, 'model'> & { api?: FakeVendor['api'] }
let kind: Kind
let counted = 0

const server = createServer((request, reply) => {
  answer(request, reply).catch((error) => {
    reply.destroy(error)
  })
})
let clients: Client[] = []

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  clients = clientsAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve))
  process.stdout.write(`cross-format: ${counted} combinations of a format, a vendor and a case\n`)
})

/** A gateway without accounts and money: the format reads, the vendor's model answers, the format writes. */
async function answer(request: IncomingMessage, reply: ServerResponse): Promise<void> {
  const path = new URL(request.url ?? '', 'http://gateway').pathname
  const format = formatAt(path)
  const body = JSON.parse(await textOf(request)) as JsonObject
  const context: AnswerContext = { id: 'c1', model: 'any', createdAt: 1_700_000_000_000, body }
  try {
    const { options, isStreamed } = format.read(body, vendor.api)
    const model = vendor.model(kind)
    if (isStreamed || path.includes('stream')) await stream(format, context, await model.doStream(options), reply)
    else sendJson(reply, 200, format.answer(await model.doGenerate(options), context))
  } catch (thrown) {
    const error = vendorFailure(thrown)
    sendJson(reply, error.status, format.failure(error))
  }
}

async function stream(
  format: Format,
  context: AnswerContext,
  answered: LanguageModelV4StreamResult,
  reply: ServerResponse,
) {
  reply.writeHead(200, { 'content-type': 'text/event-stream' })
  const writer = format.openStream(context)
  for await (const part of answered.stream) reply.write(writer.write(part))
  reply.end(writer.end())
}

function sendJson(reply: ServerResponse, status: number, body: JsonObject): void {
  reply.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

function formatAt(path: string): Format {
  if (path.endsWith('/chat/completions')) return chatFormat
  if (path.endsWith('/responses')) return responsesFormat
  return path.endsWith('/messages') ? messagesFormat : generateFormat
}

function clientOf(format: string): Client {
  const client = clients.find((one) => one.format === format)
  if (client === undefined) throw new Error(`no client for ${format}`)
  return client
}

const usage = { input: TOKENS.input, cached: TOKENS.cached, output: TOKENS.output, reasoning: TOKENS.reasoning }
const asked = { system: SYSTEM, user: [USER], maxTokens: MAX_TOKENS }

type Case = (client: Client, at: FakeVendor) => Promise<void>

const CASES: Record<string, Case> = {
  async 'passes a plain answer'(client, at) {
    kind = 'text'
    const answered = await client.ask({ isStreamed: false })
    expect(at.seen()).toMatchObject({ ...asked, isStreamed: false })
    expect(answered).toMatchObject({ text: TEXT, calls: [], finish: 'stop', usage })
  },
  async 'passes a streamed answer'(client, at) {
    kind = 'text'
    const answered = await client.ask({ isStreamed: true })
    expect(at.seen()).toMatchObject({ ...asked, isStreamed: true })
    expect(answered).toMatchObject({ text: TEXT, calls: [], finish: 'stop', usage })
  },
  async 'passes a tool call and its result'(client, at) {
    await callAndResult(client, at, false)
  },
  async 'passes a streamed tool call and its result'(client, at) {
    await callAndResult(client, at, true)
  },
  async 'passes an image'(client, at) {
    kind = 'text'
    const answered = await client.ask({ isStreamed: false, image: true })
    expect(at.seen()).toMatchObject({ ...asked, image: { mediaType: 'image/png', data: PIXEL } })
    expect(answered.text).toBe(TEXT)
  },
  async 'passes a PDF'(client, at) {
    kind = 'text'
    const answered = await client.ask({ isStreamed: false, pdf: true })
    expect(JSON.stringify(at.body())).toMatch(new RegExp(`application/pdf.*${PDF}`))
    expect(at.seen()).toMatchObject(asked)
    expect(answered.text).toBe(TEXT)
  },
  async 'passes sound, or says that the vendor takes none'(client, at) {
    kind = 'text'
    const answered = client.ask({ isStreamed: false, audio: true })
    if (at.api === 'anthropic' || at.api === 'openai-responses') {
      const error = await answered.then(fail, errorOf)
      expect(error).toMatchObject({ status: 400, message: expect.stringMatching(/\[\d\].*audio\/wav, which/) })
      return
    }
    expect((await answered).text).toBe(TEXT)
    expect(JSON.stringify(at.body())).toContain(WAV)
  },
  async 'passes a JSON schema'(client, at) {
    kind = 'json'
    const answered = await client.ask({ isStreamed: false, schema: true })
    expect(at.seen().schema).toMatchObject({
      type: 'object',
      properties: { city: { type: 'string' }, celsius: { type: 'number' } },
    })
    expect(JSON.parse(answered.text)).toEqual(JSON.parse(JSON_TEXT))
  },
  async 'passes reasoning, and takes it back'(client, at) {
    await reasonTwice(client, at, false)
  },
  async 'passes streamed reasoning, and takes it back'(client, at) {
    await reasonTwice(client, at, true)
  },
  async "passes on the vendor's error"(client) {
    kind = 'error'
    const error = await client.ask({ isStreamed: false }).then(fail, errorOf)
    expect(error).toMatchObject({ status: 503, message: expect.stringContaining(REFUSAL) })
  },
  async 'ends a cut stream with an error'(client) {
    kind = 'cut'
    const error = await client.ask({ isStreamed: true }).then(fail, errorOf)
    expect(error.message).toContain('broke off')
  },
}

function fail(answered: Answer): never {
  throw new Error(`answered with ${answered.text}`)
}

async function callAndResult(client: Client, at: FakeVendor, isStreamed: boolean): Promise<void> {
  kind = 'tool'
  const called = await client.ask({ isStreamed, tool: true })
  expect(at.seen()).toMatchObject({ ...asked, tools: ['weather'], toolChoice: 'required' })
  expect(called).toMatchObject({
    calls: [{ id: CALL_ID, name: 'weather', input: { city: 'Paris' } }],
    finish: 'tool_calls',
    usage,
  })
  kind = 'text'
  const answered = await client.ask({ isStreamed, tool: true, after: { answer: called, result: RESULT } })
  const seen = at.seen()
  expect(seen.calls).toEqual([`weather ${CALL_ID} {"city":"Paris"}`])
  expect(seen.results).toEqual([expect.stringMatching(new RegExp(`^${CALL_ID} .*${RESULT}`))])
  expect(answered.text).toBe(TEXT)
  if (at.api === 'gemini' && client.format !== 'anthropic') expect(seen.hasSignature).toBe(true)
}

async function reasonTwice(client: Client, at: FakeVendor, isStreamed: boolean): Promise<void> {
  kind = 'reasoning'
  const first = await client.ask({ isStreamed, reasoning: true })
  expect(at.seen()).toMatchObject({ ...asked, reasons: true })
  // Chat Completions of OpenAI's own never shows what a model thought.
  const thought = at.api === 'openai-chat' ? '' : THOUGHT
  expect(first).toMatchObject({ text: TEXT, thought, finish: 'stop', usage })
  await client.ask({ isStreamed, reasoning: true, after: { answer: first, text: FOLLOW_UP } })
  expect(at.seen().user).toEqual([USER, FOLLOW_UP])
  expect(at.seen().hasSignature).toBe(at.api !== 'openai-chat')
}

for (const format of Object.keys(FORMATS)) {
  for (const [name, make] of Object.entries(fakeVendors())) {
    describe(`the official client of ${format}, with a model of ${name},`, () => {
      // The Messages API has no sound that could be passed.
      const cases = Object.entries(CASES).filter(([title]) => format !== 'anthropic' || !title.includes('sound'))
      it.each(cases)('%s', async (_title, run) => {
        const fake = make()
        vendor = fake
        await run(clientOf(format), fake)
        counted += 1
      })
    })
  }
}

describe.each(Object.keys(FORMATS))('the official client of %s, with the sandbox,', (format) => {
  it.each([true, false])('is answered, calls tools, reads JSON and reasoning (streamed: %s)', async (isStreamed) => {
    vendor = { model: () => sandboxLanguageModel('sandbox') }
    const client = clientOf(format)
    const plain = await client.ask({ isStreamed })
    expect(plain).toMatchObject({ finish: 'stop', text: expect.stringContaining(`You wrote: "${USER}"`) })
    expect(plain.usage.output).toBe(Math.ceil(plain.text.length / 4))
    const called = await client.ask({ isStreamed, tool: true })
    expect(called).toMatchObject({
      finish: 'tool_calls',
      calls: [{ name: 'weather', input: { city: 'sandbox city' } }],
    })
    const answered = await client.ask({ isStreamed, tool: true, after: { answer: called, result: RESULT } })
    expect(answered.text).toContain('The tool weather answered.')
    const json = await client.ask({ isStreamed, schema: true })
    expect(JSON.parse(json.text)).toEqual({ city: 'sandbox city', celsius: 0.5 })
    const thought = await client.ask({ isStreamed, reasoning: true })
    expect(thought.thought).toContain('The sandbox answers it.')
    expect(thought.usage.reasoning).toBe(Math.ceil(thought.thought.length / 4))
  })

  it.each([
    ['sandbox:rate-limit', 429],
    ['sandbox:overloaded', 503],
    ['sandbox:refuse', 400],
  ])('fails at %s with %i', async (word, status) => {
    vendor = { model: () => sandboxLanguageModel('sandbox') }
    for (const isStreamed of [true, false])
      expect(await clientOf(format).ask({ isStreamed, text: word }).then(fail, errorOf)).toMatchObject({ status })
  })

  it('reads the error in a stream that the sandbox cuts', async () => {
    vendor = { model: () => sandboxLanguageModel('sandbox') }
    const error = await clientOf(format).ask({ isStreamed: true, text: 'sandbox:cut' }).then(fail, errorOf)
    expect(error.message).toContain('broke off, as asked')
  })
})

describe("the AI SDK's package", () => {
  const origin = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] } as const
  const options: LanguageModelV4CallOptions = {
    prompt: [{ role: 'user', content: [{ type: 'text', text: 'sandbox:think sandbox:tool' }] }],
    tools: [{ type: 'function', name: 'weather', inputSchema: parameters }],
    providerOptions: {
      anthropic: { thinking: { type: 'enabled', budgetTokens: 1_024 } },
      google: { thinkingConfig: { includeThoughts: true } },
      openai: { store: false, reasoningSummary: 'auto', forceReasoning: true },
    },
  }

  it.each<[string, () => LanguageModelV4]>([
    ['for Chat Completions', () => createOpenAI({ apiKey: 'k', baseURL: `${origin()}/v1` }).chat('m')],
    ['for Responses', () => createOpenAI({ apiKey: 'k', baseURL: `${origin()}/v1` }).responses('m')],
    [
      'for OpenAI-compatible servers',
      () => createOpenAICompatible({ name: 'local', baseURL: `${origin()}/v1`, includeUsage: true })('m'),
    ],
    ['for Anthropic', () => createAnthropic({ apiKey: 'k', baseURL: `${origin()}/v1` })('m')],
    ['for Google', () => createGoogleGenerativeAI({ apiKey: 'k', baseURL: `${origin()}/v1beta` })('m')],
  ])('%s reads reasoning, a tool call and the usage, whole and streamed', async (title, build) => {
    vendor = { model: () => sandboxLanguageModel('sandbox') }
    const { content, usage: used, finishReason } = await build().doGenerate(options)
    const parts = await partsOf(build(), options)
    const call = { type: 'tool-call', toolName: 'weather', toolCallId: 'call_sandbox_1' }
    const finish = {
      finishReason: { unified: 'tool-calls' },
      usage: { outputTokens: { total: used.outputTokens.total } },
    }
    expect(content.at(-1)).toMatchObject({ ...call, input: expect.stringContaining('sandbox city') })
    expect(parts).toContainEqual(expect.objectContaining(call))
    expect(finishReason.unified).toBe('tool-calls')
    expect(used.outputTokens.total).toBeGreaterThan(5)
    expect(parts.at(-1)).toMatchObject({ type: 'finish', ...finish })
    if (title === 'for Chat Completions') return // OpenAI's own has no field for reasoning, and its package reads none
    expect(content[0]).toMatchObject({ type: 'reasoning', text: expect.stringContaining('The sandbox answers it.') })
    expect(parts.map(({ type }) => type)).toContain('reasoning-delta')
  })
})

async function partsOf(
  model: LanguageModelV4,
  options: LanguageModelV4CallOptions,
): Promise<LanguageModelV4StreamPart[]> {
  const parts: LanguageModelV4StreamPart[] = []
  for await (const part of (await model.doStream(options)).stream) parts.push(part)
  return parts
}

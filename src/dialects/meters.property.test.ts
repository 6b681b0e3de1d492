import type { LanguageModelV4StreamPart, LanguageModelV4Usage } from '@ai-sdk/provider'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AnswerContext, Format } from '../calls/format.ts'
import { usageOfModel } from '../calls/usage.ts'
import { messagesFormat } from './anthropic/messages-format.ts'
import { generateFormat } from './gemini/generate-format.ts'
import { chatFormat } from './openai/chat-format.ts'
import { responsesFormat } from './openai/responses-format.ts'

const FORMATS: [string, Format, Partial<AnswerContext>][] = [
  ['openai-chat', chatFormat, { body: { stream_options: { include_usage: true } } }],
  ['openai-responses', responsesFormat, {}],
  ['anthropic', messagesFormat, { body: { thinking: { type: 'adaptive' } } }],
  ['gemini', generateFormat, { body: { generationConfig: { thinkingConfig: { includeThoughts: true } } } }],
  ['gemini as a JSON array', generateFormat, { isJsonArray: true }],
]

/** Texts that look like the end of a string, like a usage, like another event, or take several bytes a character. */
const tricky = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '"',
    '\\',
    '\\"',
    '}}',
    '"usage":{"prompt_tokens":0,"completion_tokens":0}',
    '\n\ndata: {"usage":{"input_tokens":9}}\n\n',
    'usageMetadata',
    '🎵🎶',
    'é\u0000\u2028',
    '{"response":{"usage":{"input_tokens":1}}}',
  ),
)

const stream = fc.record({
  texts: fc.array(tricky, { maxLength: 6 }),
  arguments: fc.dictionary(fc.constantFrom('usage', 'text', 'usageMetadata', 'a"b'), tricky),
})
const cuts = fc.array(fc.nat({ max: 5_000 }), { maxLength: 12 })

const usage: LanguageModelV4Usage = {
  inputTokens: { total: 50, noCache: 25, cacheRead: 20, cacheWrite: 0 },
  outputTokens: { total: 30, text: 20, reasoning: 10 },
}

function written(format: Format, context: Partial<AnswerContext>, texts: readonly string[], input: string): Uint8Array {
  const writer = format.openStream({ id: 'c', model: 'm', createdAt: 0, body: {}, ...context })
  const parts: LanguageModelV4StreamPart[] = [
    { type: 'stream-start', warnings: [] },
    { type: 'text-start', id: '0' },
    ...texts.map((delta) => ({ type: 'text-delta' as const, id: '0', delta })),
    { type: 'text-end', id: '0' },
    { type: 'tool-call', toolCallId: 'call', toolName: 'usage', input },
    { type: 'finish', usage, finishReason: { unified: 'tool-calls', raw: undefined } },
  ]
  return Buffer.from(parts.map((part) => writer.write(part)).join('') + writer.end())
}

function metered(format: Format, bytes: Uint8Array, at: readonly number[]) {
  const meter = format.meter()
  const places = [0, ...at.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  for (const [index, place] of places.slice(1).entries()) meter.push(bytes.subarray(places[index] ?? 0, place))
  return { usage: meter.usage(), characters: meter.deliveredCharacters() }
}

describe.each(FORMATS)('the meter of %s', (_name, format, context) => {
  it('reads the same usage however the bytes are cut, whatever the model wrote', () => {
    fc.assert(
      fc.property(stream, cuts, (content, places) => {
        const input = JSON.stringify(content.arguments)
        const bytes = written(format, context, content.texts, input)
        const whole = metered(format, bytes, [])
        expect(whole.usage).toEqual(usageOfModel(usage))
        expect(metered(format, bytes, places)).toEqual(whole)
        // Invalid halves of pairs are written as one replacement each, or as an escape, and are one unit in both.
        const text = content.texts.join('').length
        expect(whole.characters).toBe(format.id === 'gemini' ? text : text + input.length)
      }),
      { numRuns: 300 },
    )
  })

  it('reads the same usage from single bytes', () => {
    const bytes = written(format, context, ['It is "sunny" 🎵', ' in\\Paris\n'], '{"usage":{"input_tokens":1}}')
    const meter = format.meter()
    for (const byte of bytes) meter.push(Uint8Array.of(byte))
    expect(meter.usage()).toEqual(usageOfModel(usage))
  })

  it('knows no usage and all delivered text of a stream that was cut', () => {
    const bytes = Buffer.from(written(format, context, ['one ', 'two ', 'three'], '{}'))
    const cut = bytes.subarray(0, bytes.indexOf('three'))
    const { usage: known, characters } = metered(format, cut, [])
    expect(known?.outputTokens ?? 0).toBe(0)
    expect(characters).toBe('one two '.length)
  })
})

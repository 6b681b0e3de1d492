import type {
  LanguageModelV4Content,
  LanguageModelV4FinishReason,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
} from '@ai-sdk/provider'
import type Anthropic from '@anthropic-ai/sdk'
import type OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import type { AnswerContext, Format } from '../calls/format.ts'
import { vendorFailure } from '../calls/vendor-failure.ts'
import { ERRORS, type ErrorCode, invalidInput, PolyphonyError } from '../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../core/json.ts'
import { messagesFormat } from './anthropic/messages-format.ts'
import { statusOf } from './gemini/errors.ts'
import { generateFormat } from './gemini/generate-format.ts'
import { chatFormat } from './openai/chat-format.ts'
import { responsesFormat } from './openai/responses-format.ts'

const FORMATS = [chatFormat, responsesFormat, messagesFormat, generateFormat]

const usage: LanguageModelV4Usage = {
  inputTokens: { total: 50, noCache: 25, cacheRead: 20, cacheWrite: 5 },
  outputTokens: { total: 30, text: 20, reasoning: 10 },
}
const shown: JsonObject = {
  thinking: { type: 'adaptive' },
  generationConfig: { thinkingConfig: { includeThoughts: true } },
  stream_options: { include_usage: true },
}
const contextOf = (rest: Partial<AnswerContext> = {}): AnswerContext => ({
  id: 'c1',
  model: 'm',
  createdAt: 1_700_000_000_000,
  body: shown,
  ...rest,
})
const content: LanguageModelV4Content[] = [
  { type: 'reasoning', text: 'Hm.', providerMetadata: { anthropic: { signature: 'sig' } } },
  { type: 'text', text: 'Sunny.' },
  { type: 'tool-call', toolCallId: 'call_1', toolName: 'weather', input: '{"city":"Paris"}' },
]
const finishOf = (unified: LanguageModelV4FinishReason['unified']) => ({ unified, raw: 'RAW' })

function answered(
  format: Format,
  of = content,
  unified: LanguageModelV4FinishReason['unified'] = 'tool-calls',
): JsonObject {
  return format.answer({ content: of, finishReason: finishOf(unified), usage, warnings: [] }, contextOf())
}

function streamed(format: Format, parts: LanguageModelV4StreamPart[], rest: Partial<AnswerContext> = {}): string {
  const writer = format.openStream(contextOf(rest))
  return parts.map((part) => writer.write(part)).join('') + writer.end()
}

const PARTS: LanguageModelV4StreamPart[] = [
  { type: 'stream-start', warnings: [] },
  { type: 'reasoning-start', id: '0' },
  { type: 'reasoning-delta', id: '0', delta: 'Hm.' },
  { type: 'reasoning-delta', id: '0', delta: '', providerMetadata: { anthropic: { signature: 'sig' } } },
  { type: 'reasoning-end', id: '0' },
  { type: 'text-start', id: '1' },
  { type: 'text-delta', id: '1', delta: 'Sunny.' },
  { type: 'text-end', id: '1' },
  { type: 'tool-input-start', id: 'call_1', toolName: 'weather' },
  { type: 'tool-input-delta', id: 'call_1', delta: '{"city":' },
  { type: 'tool-input-delta', id: 'call_1', delta: '"Paris"}' },
  { type: 'tool-input-end', id: 'call_1' },
  { type: 'tool-call', toolCallId: 'call_1', toolName: 'weather', input: '{"city":"Paris"}' },
  { type: 'finish', usage, finishReason: finishOf('tool-calls') },
]

function eventsIn(stream: string): JsonObject[] {
  return stream.split('\n\n').flatMap((event) => {
    const [, data] = /^data: (\{.*\})$/m.exec(event) ?? []
    return data === undefined ? [] : [JSON.parse(data) as JsonObject]
  })
}

/** The fields that a type of a vendor's own client says are always there. The compiler keeps each list complete. */
type Required<T> = { [Key in keyof T as object extends Pick<T, Key> ? never : Key]: true }
const keysOf = <T>(keys: Required<T>) => Object.keys(keys)

function at(value: Json, ...path: (string | number)[]): JsonObject {
  let found: Json | undefined = value
  for (const step of path)
    found = Array.isArray(found) ? found[Number(step)] : isJsonObject(found) ? found[step] : undefined
  if (!isJsonObject(found)) throw new Error(`nothing at ${path.join('.')} of ${JSON.stringify(value)}`)
  return found
}

describe('an answer has every field that the official client declares', () => {
  const chat = answered(chatFormat)
  const response = answered(responsesFormat)
  const message = answered(messagesFormat)
  const chunks = eventsIn(streamed(chatFormat, PARTS))
  const events = eventsIn(streamed(responsesFormat, PARTS))
  const blocks = eventsIn(streamed(messagesFormat, PARTS))
  const event = (type: string, index = 0) => events.filter((one) => one.type === type)[index] ?? {}
  const block = (type: string, index = 0) => blocks.filter((one) => one.type === type)[index] ?? {}

  it.each<[string, JsonObject, string[]]>([
    [
      'ChatCompletion',
      chat,
      keysOf<OpenAI.ChatCompletion>({ id: true, choices: true, created: true, model: true, object: true }),
    ],
    [
      'ChatCompletion.Choice',
      at(chat, 'choices', 0),
      keysOf<OpenAI.ChatCompletion.Choice>({ finish_reason: true, index: true, logprobs: true, message: true }),
    ],
    [
      'ChatCompletionMessage',
      at(chat, 'choices', 0, 'message'),
      keysOf<OpenAI.ChatCompletionMessage>({ content: true, refusal: true, role: true }),
    ],
    [
      'CompletionUsage',
      at(chat, 'usage'),
      keysOf<OpenAI.CompletionUsage>({ completion_tokens: true, prompt_tokens: true, total_tokens: true }),
    ],
    [
      'ChatCompletionChunk',
      chunks[1] ?? {},
      keysOf<OpenAI.ChatCompletionChunk>({ id: true, choices: true, created: true, model: true, object: true }),
    ],
    [
      'Chunk.Choice',
      at(chunks[1] ?? {}, 'choices', 0),
      keysOf<OpenAI.ChatCompletionChunk.Choice>({ delta: true, finish_reason: true, index: true }),
    ],
    [
      'Response',
      { ...response, output_text: 'added by the client' },
      keysOf<OpenAI.Responses.Response>({
        id: true,
        created_at: true,
        output_text: true,
        error: true,
        incomplete_details: true,
        instructions: true,
        metadata: true,
        model: true,
        object: true,
        output: true,
        parallel_tool_calls: true,
        temperature: true,
        tool_choice: true,
        tools: true,
        top_p: true,
      }),
    ],
    [
      'ResponseReasoningItem',
      at(response, 'output', 0),
      keysOf<OpenAI.Responses.ResponseReasoningItem>({ id: true, summary: true, type: true }),
    ],
    [
      'ResponseOutputMessage',
      at(response, 'output', 1),
      keysOf<OpenAI.Responses.ResponseOutputMessage>({ id: true, content: true, role: true, status: true, type: true }),
    ],
    [
      'ResponseOutputText',
      at(response, 'output', 1, 'content', 0),
      keysOf<OpenAI.Responses.ResponseOutputText>({ annotations: true, text: true, type: true }),
    ],
    [
      'ResponseFunctionToolCall',
      at(response, 'output', 2),
      keysOf<OpenAI.Responses.ResponseFunctionToolCall>({ arguments: true, call_id: true, name: true, type: true }),
    ],
    [
      'ResponseUsage',
      at(response, 'usage'),
      keysOf<OpenAI.Responses.ResponseUsage>({
        input_tokens: true,
        input_tokens_details: true,
        output_tokens: true,
        output_tokens_details: true,
        total_tokens: true,
      }),
    ],
    [
      'InputTokensDetails',
      at(response, 'usage', 'input_tokens_details'),
      keysOf<OpenAI.Responses.ResponseUsage.InputTokensDetails>({ cache_write_tokens: true, cached_tokens: true }),
    ],
    [
      'ResponseTextDeltaEvent',
      event('response.output_text.delta'),
      keysOf<OpenAI.Responses.ResponseTextDeltaEvent>({
        content_index: true,
        delta: true,
        item_id: true,
        logprobs: true,
        output_index: true,
        sequence_number: true,
        type: true,
      }),
    ],
    [
      'ResponseTextDoneEvent',
      event('response.output_text.done'),
      keysOf<OpenAI.Responses.ResponseTextDoneEvent>({
        content_index: true,
        item_id: true,
        logprobs: true,
        output_index: true,
        sequence_number: true,
        text: true,
        type: true,
      }),
    ],
    [
      'ResponseContentPartAddedEvent',
      event('response.content_part.added'),
      keysOf<OpenAI.Responses.ResponseContentPartAddedEvent>({
        content_index: true,
        item_id: true,
        output_index: true,
        part: true,
        sequence_number: true,
        type: true,
      }),
    ],
    [
      'ResponseFunctionCallArgumentsDoneEvent',
      event('response.function_call_arguments.done'),
      keysOf<OpenAI.Responses.ResponseFunctionCallArgumentsDoneEvent>({
        arguments: true,
        item_id: true,
        name: true,
        output_index: true,
        sequence_number: true,
        type: true,
      }),
    ],
    [
      'ResponseReasoningSummaryTextDeltaEvent',
      event('response.reasoning_summary_text.delta'),
      keysOf<OpenAI.Responses.ResponseReasoningSummaryTextDeltaEvent>({
        delta: true,
        item_id: true,
        output_index: true,
        sequence_number: true,
        summary_index: true,
        type: true,
      }),
    ],
    [
      'ResponseReasoningSummaryPartDoneEvent',
      event('response.reasoning_summary_part.done'),
      keysOf<OpenAI.Responses.ResponseReasoningSummaryPartDoneEvent>({
        item_id: true,
        output_index: true,
        part: true,
        sequence_number: true,
        summary_index: true,
        type: true,
      }),
    ],
    [
      'ResponseOutputItemDoneEvent',
      event('response.output_item.done'),
      keysOf<OpenAI.Responses.ResponseOutputItemDoneEvent>({
        item: true,
        output_index: true,
        sequence_number: true,
        type: true,
      }),
    ],
    [
      'Message',
      message,
      keysOf<Anthropic.Message>({
        id: true,
        container: true,
        content: true,
        diagnostics: true,
        model: true,
        role: true,
        stop_details: true,
        stop_reason: true,
        stop_sequence: true,
        type: true,
        usage: true,
      }),
    ],
    [
      'ThinkingBlock',
      at(message, 'content', 0),
      keysOf<Anthropic.ThinkingBlock>({ signature: true, thinking: true, type: true }),
    ],
    ['TextBlock', at(message, 'content', 1), keysOf<Anthropic.TextBlock>({ citations: true, text: true, type: true })],
    [
      'ToolUseBlock',
      at(message, 'content', 2),
      keysOf<Anthropic.ToolUseBlock>({ id: true, caller: true, input: true, name: true, type: true }),
    ],
    [
      'Usage',
      at(message, 'usage'),
      keysOf<Anthropic.Usage>({
        cache_creation: true,
        cache_creation_input_tokens: true,
        cache_read_input_tokens: true,
        inference_geo: true,
        input_tokens: true,
        output_tokens: true,
        output_tokens_details: true,
        server_tool_use: true,
        service_tier: true,
        speed: true,
      }),
    ],
    [
      'RawMessageStartEvent',
      block('message_start'),
      keysOf<Anthropic.RawMessageStartEvent>({ message: true, type: true }),
    ],
    [
      'RawContentBlockDeltaEvent',
      block('content_block_delta'),
      keysOf<Anthropic.RawContentBlockDeltaEvent>({ delta: true, index: true, type: true }),
    ],
    [
      'RawMessageDeltaEvent',
      block('message_delta'),
      keysOf<Anthropic.RawMessageDeltaEvent>({ delta: true, type: true, usage: true }),
    ],
    [
      'RawMessageDeltaEvent.Delta',
      at(block('message_delta'), 'delta'),
      keysOf<Anthropic.RawMessageDeltaEvent['delta']>({
        container: true,
        stop_details: true,
        stop_reason: true,
        stop_sequence: true,
      }),
    ],
    [
      'MessageDeltaUsage',
      at(block('message_delta'), 'usage'),
      keysOf<Anthropic.MessageDeltaUsage>({
        cache_creation_input_tokens: true,
        cache_read_input_tokens: true,
        input_tokens: true,
        output_tokens: true,
        output_tokens_details: true,
        server_tool_use: true,
      }),
    ],
  ])('%s', (_type, object, keys) => {
    expect(Object.keys(object)).toEqual(expect.arrayContaining(keys))
  })
})

describe('the reason why a model stopped', () => {
  it.each<[LanguageModelV4FinishReason['unified'], string, [string, string | null], string, string]>([
    ['stop', 'stop', ['completed', null], 'end_turn', 'STOP'],
    ['length', 'length', ['incomplete', 'max_output_tokens'], 'max_tokens', 'MAX_TOKENS'],
    ['tool-calls', 'tool_calls', ['completed', null], 'tool_use', 'STOP'],
    ['content-filter', 'content_filter', ['incomplete', 'content_filter'], 'refusal', 'SAFETY'],
    ['other', 'stop', ['completed', null], 'end_turn', 'OTHER'],
  ])('%s is said in each format, streamed too', (unified, chat, [status, reason], anthropic, gemini) => {
    expect(answered(chatFormat, content, unified)).toMatchObject({ choices: [{ finish_reason: chat }] })
    expect(answered(responsesFormat, content, unified)).toMatchObject({
      status,
      incomplete_details: reason === null ? null : { reason },
    })
    expect(answered(messagesFormat, content, unified)).toMatchObject({ stop_reason: anthropic })
    expect(answered(generateFormat, content, unified)).toMatchObject({ candidates: [{ finishReason: gemini }] })
    const parts: LanguageModelV4StreamPart[] = [{ type: 'finish', usage, finishReason: finishOf(unified) }]
    expect(streamed(chatFormat, parts)).toContain(`"finish_reason":"${chat}"`)
    expect(eventsIn(streamed(responsesFormat, parts)).at(-1)).toMatchObject({ type: `response.${status}` })
    expect(streamed(messagesFormat, parts)).toContain(`"stop_reason":"${anthropic}"`)
    expect(streamed(generateFormat, parts)).toContain(`"finishReason":"${gemini}"`)
  })

  it.each(['error', 'interrupted'] as const)('%s is an error in each format, and nothing follows it', (unified) => {
    for (const format of FORMATS) {
      expect(() => answered(format, content, unified)).toThrow(PolyphonyError)
      const writer = format.openStream(contextOf())
      writer.write({ type: 'text-delta', id: '0', delta: 'It' })
      expect(writer.write({ type: 'finish', usage, finishReason: finishOf(unified) })).toContain('error')
      expect(writer.write({ type: 'text-delta', id: '0', delta: 'more' })).toBe('')
      expect(writer.fail(new PolyphonyError('internal', 'again'))).toBe('')
      expect(writer.end()).toBe('')
    }
  })
})

describe('a stream', () => {
  it('that ends without a finish ends with an error', () => {
    for (const format of FORMATS) expect(streamed(format, PARTS.slice(0, 7))).toMatch(/broke off/)
  })

  it('with an error of the vendor gives its words', () => {
    const error = { error: { type: 'overloaded_error', message: 'Overloaded' } }
    for (const format of FORMATS)
      expect(streamed(format, [...PARTS.slice(0, 7), { type: 'error', error }])).toContain('Overloaded')
  })

  it('of Gemini without alt=sse is one JSON array', () => {
    const whole = JSON.parse(streamed(generateFormat, PARTS, { isJsonArray: true })) as JsonObject[]
    expect(whole).toEqual(eventsIn(streamed(generateFormat, PARTS)))
    expect(JSON.parse(streamed(generateFormat, PARTS.slice(0, 3), { isJsonArray: true }))).toMatchObject([
      {},
      { error: { code: 504 } },
    ])
    expect(JSON.parse(streamed(generateFormat, [], { isJsonArray: true }))).toMatchObject([{ error: { code: 504 } }])
  })

  it('of Chat Completions has a usage only where the request asks for it', () => {
    expect(streamed(chatFormat, PARTS)).toContain('"usage":{"prompt_tokens":50')
    expect(streamed(chatFormat, PARTS, { body: {} })).not.toContain('usage')
  })

  it('of Anthropic has thinking only where the request asks for it', () => {
    expect(streamed(messagesFormat, PARTS)).toContain('"thinking_delta","thinking":"Hm."')
    expect(streamed(messagesFormat, PARTS)).toContain('"signature_delta","signature":"sig"')
    expect(streamed(messagesFormat, PARTS, { body: {} })).not.toContain('thinking_delta')
  })

  it('takes a call that comes whole, and two calls whose arguments come in turns', () => {
    const whole: LanguageModelV4StreamPart[] = [
      PARTS[12] as LanguageModelV4StreamPart,
      PARTS[13] as LanguageModelV4StreamPart,
    ]
    expect(eventsIn(streamed(messagesFormat, whole)).map(({ type }) => type)).toEqual([
      'message_start',
      'content_block_start',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ])
    const turns: LanguageModelV4StreamPart[] = [
      ...['a', 'b'].map((id) => ({ type: 'tool-input-start' as const, id, toolName: 'weather' })),
      ...['{', '"n":1', '}'].flatMap((delta) =>
        ['a', 'b'].map((id) => ({ type: 'tool-input-delta' as const, id, delta })),
      ),
      ...['a', 'b'].map((toolCallId) => ({
        type: 'tool-call' as const,
        toolCallId,
        toolName: 'weather',
        input: '{"n":1}',
      })),
      PARTS[13] as LanguageModelV4StreamPart,
    ]
    const last = eventsIn(streamed(responsesFormat, turns)).at(-1)
    expect(last).toMatchObject({
      response: {
        output: [
          { call_id: 'a', arguments: '{"n":1}' },
          { call_id: 'b', arguments: '{"n":1}' },
        ],
      },
    })
  })
})

describe('arguments that are no object', () => {
  it('are not lost', () => {
    const call: LanguageModelV4Content[] = [{ type: 'tool-call', toolCallId: 'c', toolName: 'f', input: '{"a":' }]
    expect(answered(messagesFormat, call)).toMatchObject({ content: [{ input: { INVALID_JSON: '{"a":' } }] })
    expect(answered(generateFormat, call)).toMatchObject({
      candidates: [{ content: { parts: [{ functionCall: { args: { INVALID_JSON: '{"a":' } } }] } }],
    })
    expect(answered(chatFormat, call)).toMatchObject({
      choices: [{ message: { tool_calls: [{ function: { arguments: '{"a":' } }] } }],
    })
  })
})

describe('the state of reasoning', () => {
  it('is read back only in its own fields, whatever a client writes into the text', () => {
    const forged = (state: JsonObject) =>
      `polyphony.v1.${Buffer.from(JSON.stringify({ of: 'reasoning', state })).toString('base64url')}`
    const read = (signature: string) =>
      messagesFormat.read({
        model: 'm',
        max_tokens: 1,
        messages: [
          { role: 'user', content: 'a' },
          { role: 'assistant', content: [{ type: 'thinking', thinking: 't', signature }] },
        ],
      }).options.prompt[1]
    expect(
      read(
        forged({
          openai: { reasoningEncryptedContent: 'x', itemId: 'rs_1', other: 'y' },
          __proto__: { signature: 's' },
        }),
      ),
    ).toEqual({
      role: 'assistant',
      content: [
        {
          type: 'reasoning',
          text: 't',
          providerOptions: { openai: { reasoningEncryptedContent: 'x', itemId: 'rs_1' } },
        },
      ],
    })
    expect(read('polyphony.v1.%%')).toMatchObject({
      content: [{ providerOptions: { anthropic: { signature: 'polyphony.v1.%%' } } }],
    })
    expect(read('theirs')).toMatchObject({ content: [{ providerOptions: { anthropic: { signature: 'theirs' } } }] })
  })
})

describe('the body of an error', () => {
  it('has the form of each API for every code', () => {
    for (const code of Object.keys(ERRORS) as ErrorCode[]) {
      const error = new PolyphonyError(code, 'Something is wrong.')
      expect(chatFormat.failure(error)).toMatchObject({
        error: { message: 'Something is wrong.', type: expect.any(String), param: null },
      })
      expect(messagesFormat.failure(error)).toMatchObject({
        type: 'error',
        error: { type: expect.stringMatching(/_error$|too_large$/), message: 'Something is wrong.' },
      })
      expect(generateFormat.failure(error)).toMatchObject({
        error: { code: statusOf(error), message: 'Something is wrong.', status: expect.stringMatching(/^[A-Z_]+$/) },
      })
    }
  })

  it('names the field', () => {
    const error = invalidInput('messages[0].role', 'is required')
    expect(chatFormat.failure(error)).toMatchObject({
      error: { param: 'messages[0].role', code: 'missing_required_parameter' },
    })
    expect(generateFormat.failure(error)).toMatchObject({
      error: { details: [{ fieldViolations: [{ field: 'messages[0].role', description: 'is required' }] }] },
    })
  })
})

describe('what a model of a vendor throws', () => {
  const thrown = (statusCode: number, responseHeaders = {}) =>
    Object.assign(new Error('words'), { statusCode, responseHeaders })
  it.each<[string, unknown, JsonObject]>([
    ['400', thrown(400), { code: 'invalid_input' }],
    ['401', thrown(401), { code: 'account_refused', details: { lacks: 'credential' } }],
    ['402', thrown(402), { code: 'account_refused', details: { lacks: 'credit' } }],
    ['404', thrown(404), { code: 'unknown_operation' }],
    ['429', thrown(429, { 'retry-after': '7' }), { code: 'account_busy', details: { retryAfterSeconds: 7 } }],
    ['529', thrown(529), { code: 'account_busy' }],
    ['500', thrown(500), { code: 'vendor_unreachable' }],
    ['504', thrown(504), { code: 'vendor_silent' }],
    ['an unsupported feature', Object.assign(new Error('x'), { functionality: 'audio' }), { code: 'invalid_input' }],
    [
      'a refused connection',
      Object.assign(new Error('x'), { name: 'AI_APICallError' }),
      { code: 'vendor_unreachable' },
    ],
    ['an error of the gateway', new PolyphonyError('rate_limited', 'slow'), { code: 'rate_limited' }],
    ['anything else', 'what?', { code: 'vendor_silent' }],
    ['nothing', undefined, { code: 'vendor_silent' }],
  ])('is in the words of the gateway: %s', (_what, error, expected) => {
    expect(vendorFailure(error)).toMatchObject(expected)
  })
})

import { createAnthropic } from '@ai-sdk/anthropic'
import { createGoogleGenerativeAI } from '@ai-sdk/google'
import { createOpenAI } from '@ai-sdk/openai'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import type { LanguageModelV4 } from '@ai-sdk/provider'
import type { VendorApi } from '../calls/format.ts'
import { isJsonObject, type Json, type JsonObject } from '../core/json.ts'
import { withOutputLimit } from '../providers/kit/anthropic-output-limit.ts'

/**
 * Vendors that answer in their own wire formats, each behind the AI SDK's model of it. The answers are written from the
 * vendors' documentation:
 * https://platform.openai.com/docs/api-reference/chat/streaming, …/responses-streaming,
 * https://docs.anthropic.com/en/docs/build-with-claude/streaming and https://ai.google.dev/api/generate-content.
 */

export type Kind = 'text' | 'tool' | 'json' | 'reasoning' | 'error' | 'cut'

export const TEXT = 'It is sunny in Paris.'
export const THOUGHT = 'Paris is in France.'
export const SIGNATURE = 'c2lnbmF0dXJl'
export const CALL_ID = 'call_weather_1'
export const JSON_TEXT = '{"city":"Paris","celsius":21}'
export const REFUSAL = 'Too many requests, please slow down.'
/** What each answer reports: of 50 input tokens 20 were cached, of 30 output tokens 10 were reasoning. */
export const TOKENS = { input: 50, cached: 20, output: 30, reasoning: 10 }

/** What a vendor was sent, in words that all vendors share. */
export interface Seen {
  system: string
  /** Texts of users, in order. */
  user: string[]
  image: { mediaType: string; data: string } | undefined
  tools: string[]
  toolChoice: string | undefined
  /** `NAME ID ARGUMENTS` of earlier calls. */
  calls: string[]
  /** `ID TEXT` of results. */
  results: string[]
  schema: JsonObject | undefined
  /** Whether the request asks the model to reason. */
  reasons: boolean
  /** Whether the signed or encrypted reasoning of the earlier answer came back. */
  hasSignature: boolean
  maxTokens: number | undefined
  isStreamed: boolean
}

export interface FakeVendor {
  api: VendorApi
  model(kind: Kind): LanguageModelV4
  /** The last request's body. */
  seen(): Seen
  body(): JsonObject
}

interface Wire {
  whole(kind: Kind): JsonObject
  events(kind: Kind): string[]
  failure: JsonObject
  seen(body: JsonObject, path: string): Seen
}

type Build = (fetch: typeof globalThis.fetch, isReasoning: boolean) => LanguageModelV4

export function fakeVendors(): Record<string, () => FakeVendor> {
  return {
    'OpenAI (chat)': () =>
      fakeVendor('openai-chat', CHAT, (fetch, isReasoning) => openAi(fetch).chat(openAiModel(isReasoning))),
    'OpenAI (responses)': () =>
      fakeVendor('openai-responses', RESPONSES, (fetch, isReasoning) =>
        openAi(fetch).responses(openAiModel(isReasoning)),
      ),
    'an OpenAI-compatible server': () =>
      fakeVendor('openai-compatible', COMPATIBLE, (fetch) => compatible(fetch)('qwen3')),
    Anthropic: () =>
      fakeVendor('anthropic', ANTHROPIC, (fetch) =>
        withOutputLimit((own) => createAnthropic({ apiKey: 'k', fetch: own })('claude-sonnet-4-5'), fetch),
      ),
    Google: () =>
      fakeVendor('gemini', GEMINI, (fetch) => createGoogleGenerativeAI({ apiKey: 'k', fetch })('gemini-2.5-flash')),
  }
}

const openAi = (fetch: typeof globalThis.fetch) => createOpenAI({ apiKey: 'k', fetch })
/** The two options that the package does not switch on by itself. */
const compatible = (fetch: typeof globalThis.fetch) =>
  createOpenAICompatible({
    name: 'local',
    baseURL: 'http://localhost:8000/v1',
    fetch,
    includeUsage: true,
    supportsStructuredOutputs: true,
  })
const openAiModel = (isReasoning: boolean) => (isReasoning ? 'gpt-5.1' : 'gpt-4.1')

function fakeVendor(api: VendorApi, wire: Wire, build: Build): FakeVendor {
  let last: JsonObject = {}
  let path = ''
  const answer = (kind: Kind) => async (input: string | URL | Request, init?: RequestInit) => {
    last = JSON.parse(String(init?.body)) as JsonObject
    path = new URL(String(input)).pathname
    if (kind === 'error') return Response.json(wire.failure, { status: 429, headers: { 'retry-after': '7' } })
    const isStreamed = last.stream === true || path.includes('stream')
    if (!isStreamed) return Response.json(wire.whole(kind))
    return new Response(wire.events(kind).join(''), { headers: { 'content-type': 'text/event-stream' } })
  }
  return {
    api,
    model: (kind) => build(answer(kind) as typeof globalThis.fetch, kind === 'reasoning'),
    seen: () => wire.seen(last, path),
    body: () => last,
  }
}

const words = (text: string) => text.match(/\S+\s*/g) ?? []
const textOf = (kind: Kind) => (kind === 'json' ? JSON_TEXT : TEXT)
const data = (event: JsonObject) => `data: ${JSON.stringify(event)}\n\n`
const named = (event: JsonObject) => `event: ${String(event.type)}\n${data(event)}`
/** Without the last third: the vendor's connection ends in the middle. */
const cutShort = (events: string[]) => events.slice(0, Math.ceil(events.length / 2))
const ARGUMENTS = '{"city":"Paris"}'

const list = (value: Json | undefined): JsonObject[] => (Array.isArray(value) ? value.filter(isJsonObject) : [])
const object = (value: Json | undefined): JsonObject => (isJsonObject(value) ? value : {})
const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '')
const numberOr = (value: Json | undefined) => (typeof value === 'number' ? value : undefined)
const texts = (content: Json | undefined, type: string): string[] =>
  typeof content === 'string'
    ? [content]
    : list(content)
        .filter((part) => part.type === type)
        .map((part) => text(part.text))
const schemaOrNone = (value: Json | undefined) => (isJsonObject(value) ? value : undefined)
function dataUrl(url: Json | undefined) {
  const [, mediaType = '', content = ''] = /^data:([^;]+);base64,(.*)$/.exec(text(url)) ?? []
  return mediaType === '' ? undefined : { mediaType, data: content }
}

// ---- OpenAI, Chat Completions

const CHAT_USAGE = {
  prompt_tokens: TOKENS.input,
  completion_tokens: TOKENS.output,
  total_tokens: TOKENS.input + TOKENS.output,
  prompt_tokens_details: { cached_tokens: TOKENS.cached },
  completion_tokens_details: { reasoning_tokens: TOKENS.reasoning },
}
const CHAT_CALL = { id: CALL_ID, type: 'function', function: { name: 'weather', arguments: ARGUMENTS } }

const CHAT: Wire = {
  whole: (kind) => ({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'gpt-4.1',
    choices: [
      {
        index: 0,
        message:
          kind === 'tool'
            ? { role: 'assistant', content: null, tool_calls: [CHAT_CALL] }
            : { role: 'assistant', content: textOf(kind) },
        finish_reason: kind === 'tool' ? 'tool_calls' : 'stop',
      },
    ],
    usage: CHAT_USAGE,
  }),
  events(kind) {
    const chunk = (delta: JsonObject, finish: string | null = null) =>
      data({
        id: 'chatcmpl-1',
        object: 'chat.completion.chunk',
        created: 1,
        model: 'gpt-4.1',
        choices: [{ index: 0, delta, finish_reason: finish }],
      })
    const call = (fields: JsonObject) => chunk({ tool_calls: [{ index: 0, ...fields }] })
    const deltas =
      kind === 'tool'
        ? [
            call({ id: CALL_ID, type: 'function', function: { name: 'weather', arguments: '' } }),
            call({ function: { arguments: ARGUMENTS.slice(0, 6) } }),
            call({ function: { arguments: ARGUMENTS.slice(6) } }),
          ]
        : words(textOf(kind)).map((content) => chunk({ content }))
    if (kind === 'cut') return cutShort([chunk({ role: 'assistant', content: '' }), ...deltas])
    return [
      chunk({ role: 'assistant', content: '' }),
      ...deltas,
      chunk({}, kind === 'tool' ? 'tool_calls' : 'stop'),
      data({
        id: 'chatcmpl-1',
        object: 'chat.completion.chunk',
        created: 1,
        model: 'gpt-4.1',
        choices: [],
        usage: CHAT_USAGE,
      }),
      'data: [DONE]\n\n',
    ]
  },
  failure: { error: { message: REFUSAL, type: 'requests', param: null, code: 'rate_limit_exceeded' } },
  seen(body) {
    const messages = list(body.messages)
    const of = (...roles: string[]) => messages.filter(({ role }) => roles.includes(text(role)))
    const format = object(body.response_format)
    const parts = of('user').flatMap(({ content }) => list(content))
    return {
      system: of('system', 'developer')
        .map(({ content }) => text(content))
        .join('\n'),
      user: of('user').flatMap(({ content }) => texts(content, 'text')),
      image: parts.map((part) => dataUrl(object(part.image_url).url)).find((image) => image !== undefined),
      tools: list(body.tools).map((tool) => text(object(tool.function).name)),
      toolChoice:
        typeof body.tool_choice === 'string'
          ? body.tool_choice
          : text(object(object(body.tool_choice).function).name) || undefined,
      calls: of('assistant').flatMap(({ tool_calls }) =>
        list(tool_calls).map(
          (call) => `${text(object(call.function).name)} ${text(call.id)} ${text(object(call.function).arguments)}`,
        ),
      ),
      results: of('tool').map(({ tool_call_id, content }) => `${text(tool_call_id)} ${text(content)}`),
      schema: schemaOrNone(object(format.json_schema).schema),
      reasons: typeof body.reasoning_effort === 'string',
      hasSignature: JSON.stringify(body).includes(SIGNATURE),
      maxTokens: numberOr(body.max_tokens) ?? numberOr(body.max_completion_tokens),
      isStreamed: body.stream === true,
    }
  },
}

// ---- Servers that speak Chat Completions, with the reasoning that DeepSeek and vLLM add

const COMPATIBLE: Wire = {
  ...CHAT,
  whole(kind) {
    const answer = CHAT.whole(kind)
    const [choice] = list(answer.choices)
    const message = { ...object(choice?.message), ...(kind === 'reasoning' ? { reasoning_content: THOUGHT } : {}) }
    return { ...answer, choices: [{ ...choice, message }] }
  },
  events(kind) {
    const thoughts = kind === 'reasoning' ? words(THOUGHT) : []
    const deltas = thoughts.map((thought) =>
      data({
        id: 'chatcmpl-1',
        object: 'chat.completion.chunk',
        created: 1,
        model: 'qwen3',
        choices: [{ index: 0, delta: { reasoning_content: thought }, finish_reason: null }],
      }),
    )
    return [...deltas, ...CHAT.events(kind)]
  },
  /** There is no signature: the text itself comes back. */
  seen: (body, path) => ({
    ...CHAT.seen(body, path),
    hasSignature: list(body.messages).some((message) => message.reasoning_content === THOUGHT),
  }),
}

// ---- OpenAI, Responses

const RESPONSE_USAGE = {
  input_tokens: TOKENS.input,
  input_tokens_details: { cached_tokens: TOKENS.cached },
  output_tokens: TOKENS.output,
  output_tokens_details: { reasoning_tokens: TOKENS.reasoning },
  total_tokens: TOKENS.input + TOKENS.output,
}
const RESPONSE_CALL = {
  type: 'function_call',
  id: 'fc_1',
  call_id: CALL_ID,
  name: 'weather',
  arguments: ARGUMENTS,
  status: 'completed',
}
const RESPONSE_REASONING = {
  type: 'reasoning',
  id: 'rs_1',
  summary: [{ type: 'summary_text', text: THOUGHT }],
  encrypted_content: SIGNATURE,
}
const responseMessage = (content: string) => ({
  type: 'message',
  id: 'msg_1',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text: content, annotations: [], logprobs: [] }],
})

const RESPONSES: Wire = {
  whole: (kind) => ({
    id: 'resp_1',
    object: 'response',
    created_at: 1,
    status: 'completed',
    error: null,
    incomplete_details: null,
    model: 'gpt-4.1',
    output: [
      ...(kind === 'reasoning' ? [RESPONSE_REASONING] : []),
      kind === 'tool' ? RESPONSE_CALL : responseMessage(textOf(kind)),
    ],
    usage: RESPONSE_USAGE,
  }),
  events(kind) {
    const response = { id: 'resp_1', object: 'response', created_at: 1, model: 'gpt-4.1', output: [], usage: null }
    const index = kind === 'reasoning' ? 1 : 0
    const reasoning =
      kind === 'reasoning'
        ? [
            {
              type: 'response.output_item.added',
              output_index: 0,
              item: { ...RESPONSE_REASONING, summary: [], encrypted_content: null },
            },
            {
              type: 'response.reasoning_summary_part.added',
              item_id: 'rs_1',
              output_index: 0,
              summary_index: 0,
              part: { type: 'summary_text', text: '' },
            },
            ...words(THOUGHT).map((delta) => ({
              type: 'response.reasoning_summary_text.delta',
              item_id: 'rs_1',
              output_index: 0,
              summary_index: 0,
              delta,
            })),
            { type: 'response.output_item.done', output_index: 0, item: RESPONSE_REASONING },
          ]
        : []
    const answer =
      kind === 'tool'
        ? [
            {
              type: 'response.output_item.added',
              output_index: 0,
              item: { ...RESPONSE_CALL, arguments: '', status: 'in_progress' },
            },
            {
              type: 'response.function_call_arguments.delta',
              item_id: 'fc_1',
              output_index: 0,
              delta: ARGUMENTS.slice(0, 6),
            },
            {
              type: 'response.function_call_arguments.delta',
              item_id: 'fc_1',
              output_index: 0,
              delta: ARGUMENTS.slice(6),
            },
            { type: 'response.function_call_arguments.done', item_id: 'fc_1', output_index: 0, arguments: ARGUMENTS },
            { type: 'response.output_item.done', output_index: 0, item: RESPONSE_CALL },
          ]
        : [
            {
              type: 'response.output_item.added',
              output_index: index,
              item: { ...responseMessage(''), content: [], status: 'in_progress' },
            },
            ...words(textOf(kind)).map((delta) => ({
              type: 'response.output_text.delta',
              item_id: 'msg_1',
              output_index: index,
              content_index: 0,
              delta,
            })),
            { type: 'response.output_item.done', output_index: index, item: responseMessage(textOf(kind)) },
          ]
    const all = [
      { type: 'response.created', response: { ...response, status: 'in_progress' } },
      ...reasoning,
      ...answer,
    ].map(named)
    if (kind === 'cut') return cutShort(all)
    return [
      ...all,
      named({ type: 'response.completed', response: { ...response, status: 'completed', usage: RESPONSE_USAGE } }),
    ]
  },
  failure: CHAT.failure,
  seen(body) {
    const input = list(body.input)
    const of = (...roles: string[]) => input.filter(({ role }) => roles.includes(text(role)))
    const parts = of('user').flatMap(({ content }) => list(content))
    return {
      system: of('system', 'developer')
        .map(({ content }) => text(content))
        .join('\n'),
      user: of('user').flatMap(({ content }) => texts(content, 'input_text')),
      image: parts.map((part) => dataUrl(part.image_url)).find((image) => image !== undefined),
      tools: list(body.tools).map((tool) => text(tool.name)),
      toolChoice:
        typeof body.tool_choice === 'string' ? body.tool_choice : text(object(body.tool_choice).name) || undefined,
      calls: input
        .filter(({ type }) => type === 'function_call')
        .map((call) => `${text(call.name)} ${text(call.call_id)} ${text(call.arguments)}`),
      results: input
        .filter(({ type }) => type === 'function_call_output')
        .map((one) => `${text(one.call_id)} ${text(one.output)}`),
      schema: schemaOrNone(object(object(body.text).format).schema),
      reasons: typeof object(body.reasoning).effort === 'string',
      hasSignature: input.some((item) => item.type === 'reasoning' && item.encrypted_content === SIGNATURE),
      maxTokens: numberOr(body.max_output_tokens),
      isStreamed: body.stream === true,
    }
  },
}

// ---- Anthropic

/** Anthropic counts what its cache had apart from the other input. */
const ANTHROPIC_USAGE = {
  input_tokens: TOKENS.input - TOKENS.cached,
  cache_read_input_tokens: TOKENS.cached,
  cache_creation_input_tokens: 0,
  output_tokens: TOKENS.output,
  output_tokens_details: { thinking_tokens: TOKENS.reasoning },
}

const ANTHROPIC: Wire = {
  whole: (kind) => ({
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-sonnet-4-5',
    content: [
      ...(kind === 'reasoning' ? [{ type: 'thinking', thinking: THOUGHT, signature: SIGNATURE }] : []),
      kind === 'tool'
        ? { type: 'tool_use', id: CALL_ID, name: 'weather', input: { city: 'Paris' } }
        : { type: 'text', text: textOf(kind) },
    ],
    stop_reason: kind === 'tool' ? 'tool_use' : 'end_turn',
    stop_sequence: null,
    usage: ANTHROPIC_USAGE,
  }),
  events(kind) {
    const message = {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'claude-sonnet-4-5',
      content: [],
      stop_reason: null,
      stop_sequence: null,
    }
    const index = kind === 'reasoning' ? 1 : 0
    const block = (at: number, start: JsonObject, deltas: JsonObject[]) => [
      { type: 'content_block_start', index: at, content_block: start },
      ...deltas.map((delta) => ({ type: 'content_block_delta', index: at, delta })),
      { type: 'content_block_stop', index: at },
    ]
    const all = [
      {
        type: 'message_start',
        message: { ...message, usage: { ...ANTHROPIC_USAGE, output_tokens: 1, output_tokens_details: null } },
      },
      ...(kind === 'reasoning'
        ? block(0, { type: 'thinking', thinking: '', signature: '' }, [
            ...words(THOUGHT).map((thinking) => ({ type: 'thinking_delta', thinking })),
            { type: 'signature_delta', signature: SIGNATURE },
          ])
        : []),
      ...(kind === 'tool'
        ? block(0, { type: 'tool_use', id: CALL_ID, name: 'weather', input: {} }, [
            { type: 'input_json_delta', partial_json: ARGUMENTS.slice(0, 6) },
            { type: 'input_json_delta', partial_json: ARGUMENTS.slice(6) },
          ])
        : block(
            index,
            { type: 'text', text: '' },
            words(textOf(kind)).map((delta) => ({ type: 'text_delta', text: delta })),
          )),
    ].map(named)
    if (kind === 'cut') return cutShort(all)
    return [
      ...all,
      named({
        type: 'message_delta',
        delta: { stop_reason: kind === 'tool' ? 'tool_use' : 'end_turn', stop_sequence: null },
        usage: { output_tokens: TOKENS.output, output_tokens_details: { thinking_tokens: TOKENS.reasoning } },
      }),
      named({ type: 'message_stop' }),
    ]
  },
  failure: { type: 'error', error: { type: 'rate_limit_error', message: REFUSAL } },
  seen(body) {
    const messages = list(body.messages)
    const user = messages.filter(({ role }) => role === 'user')
    const blocks = user.flatMap(({ content }) => list(content))
    const own = messages.filter(({ role }) => role === 'assistant').flatMap(({ content }) => list(content))
    const source = object(blocks.find(({ type }) => type === 'image')?.source)
    const choice = object(body.tool_choice)
    return {
      system: texts(body.system, 'text').join('\n'),
      user: user.flatMap(({ content }) => texts(content, 'text')),
      image: source.type === 'base64' ? { mediaType: text(source.media_type), data: text(source.data) } : undefined,
      tools: list(body.tools).map((tool) => text(tool.name)),
      toolChoice: choice.type === 'any' ? 'required' : text(choice.name) || text(choice.type) || undefined,
      calls: own
        .filter(({ type }) => type === 'tool_use')
        .map((call) => `${text(call.name)} ${text(call.id)} ${JSON.stringify(call.input)}`),
      results: blocks
        .filter(({ type }) => type === 'tool_result')
        .map((one) => `${text(one.tool_use_id)} ${texts(one.content, 'text').join('')}`),
      schema: schemaOrNone(object(object(body.output_config).format).schema),
      reasons: ['enabled', 'adaptive'].includes(text(object(body.thinking).type)),
      hasSignature: own.some(
        (block) => block.type === 'thinking' && block.signature === SIGNATURE && block.thinking === THOUGHT,
      ),
      maxTokens: numberOr(body.max_tokens),
      isStreamed: body.stream === true,
    }
  },
}

// ---- Google

const GEMINI_USAGE = {
  promptTokenCount: TOKENS.input,
  cachedContentTokenCount: TOKENS.cached,
  candidatesTokenCount: TOKENS.output - TOKENS.reasoning,
  thoughtsTokenCount: TOKENS.reasoning,
  totalTokenCount: TOKENS.input + TOKENS.output,
}
const geminiPart = (content: string) => ({ text: content })
const GEMINI_CALL = {
  functionCall: { id: CALL_ID, name: 'weather', args: { city: 'Paris' } },
  thoughtSignature: SIGNATURE,
}
const geminiChunk = (parts: JsonObject[], rest: JsonObject = {}) => ({
  candidates: [{ content: { role: 'model', parts }, index: 0, ...rest }],
  modelVersion: 'gemini-2.5-flash',
  responseId: 'r1',
})

const GEMINI: Wire = {
  whole: (kind) => ({
    ...geminiChunk(
      kind === 'tool'
        ? [GEMINI_CALL]
        : [
            ...(kind === 'reasoning' ? [{ text: THOUGHT, thought: true, thoughtSignature: SIGNATURE }] : []),
            geminiPart(textOf(kind)),
          ],
      { finishReason: 'STOP' },
    ),
    usageMetadata: GEMINI_USAGE,
  }),
  events(kind) {
    const thoughts = words(THOUGHT).map((one, index, all) => ({
      text: one,
      thought: true,
      ...(index === all.length - 1 ? { thoughtSignature: SIGNATURE } : {}),
    }))
    const parts: JsonObject[] =
      kind === 'tool'
        ? [GEMINI_CALL]
        : [...(kind === 'reasoning' ? thoughts : []), ...words(textOf(kind)).map(geminiPart)]
    const chunks = parts.map((part) => data(geminiChunk([part])))
    if (kind === 'cut') return cutShort(chunks)
    return [
      ...chunks,
      data({ ...geminiChunk([geminiPart('')], { finishReason: 'STOP' }), usageMetadata: GEMINI_USAGE }),
    ]
  },
  failure: { error: { code: 429, message: REFUSAL, status: 'RESOURCE_EXHAUSTED' } },
  seen(body, path) {
    const contents = list(body.contents)
    const partsOf = (role: string) =>
      contents.filter((content) => content.role === role).flatMap(({ parts }) => list(parts))
    const config = object(body.generationConfig)
    const inline = object(partsOf('user').find((part) => part.inlineData !== undefined)?.inlineData)
    const calling = object(object(body.toolConfig).functionCallingConfig)
    const thinking = object(config.thinkingConfig)
    const [allowed] = Array.isArray(calling.allowedFunctionNames) ? calling.allowedFunctionNames : []
    const responses = partsOf('user')
      .map((part) => object(part.functionResponse))
      .filter(({ name }) => name !== undefined)
    return {
      system: list(object(body.systemInstruction).parts)
        .map((part) => text(part.text))
        .join('\n'),
      user: partsOf('user').flatMap((part) => (typeof part.text === 'string' ? [part.text] : [])),
      image: inline.mimeType === undefined ? undefined : { mediaType: text(inline.mimeType), data: text(inline.data) },
      tools: list(body.tools).flatMap((tool) => list(tool.functionDeclarations).map(({ name }) => text(name))),
      toolChoice:
        text(allowed) || (calling.mode === 'ANY' ? 'required' : text(calling.mode).toLowerCase()) || undefined,
      calls: partsOf('model')
        .map((part) => object(part.functionCall))
        .filter(({ name }) => name !== undefined)
        .map((call) => `${text(call.name)} ${text(call.id)} ${JSON.stringify(call.args)}`),
      results: responses.map(
        (one) =>
          `${text(one.id)} ${text(object(one.response).content) || JSON.stringify(object(one.response).content)}`,
      ),
      schema: schemaOrNone(config.responseJsonSchema),
      reasons: numberOr(thinking.thinkingBudget) !== undefined || thinking.thinkingLevel !== undefined,
      hasSignature: partsOf('model').some((part) => part.thoughtSignature === SIGNATURE),
      maxTokens: numberOr(config.maxOutputTokens),
      isStreamed: path.includes('stream'),
    }
  },
}

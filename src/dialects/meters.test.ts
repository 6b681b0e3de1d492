import { describe, expect, it } from 'vitest'
import type { Format, Usage } from '../calls/format.ts'
import { usageFrom } from '../calls/usage.ts'
import type { JsonObject } from '../core/json.ts'
import { messagesFormat } from './anthropic/messages-format.ts'
import { generateFormat } from './gemini/generate-format.ts'
import { chatFormat } from './openai/chat-format.ts'
import { responsesFormat } from './openai/responses-format.ts'

function usageOf(format: Format, stream: string) {
  const meter = format.meter()
  meter.push(Buffer.from(stream))
  return meter.usage()
}

const simple = (inputTokens: number, outputTokens: number) => usageFrom({ inputTokens, outputTokens })

describe('a meter', () => {
  it.each([
    ['spaces in the JSON', 'data: {"choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 7}}\n\n'],
    ['no space behind data', 'data:{"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":7}}\n\n'],
    [
      'CRLF',
      'data: {"choices":[{"delta":{"content":"a"}}]}\r\n\r\ndata: {"usage":{"prompt_tokens":5,"completion_tokens":7}}\r\n\r\n',
    ],
    [
      'comments with braces and quotes',
      ': still "{here\n\ndata: {"usage":{"prompt_tokens":5,"completion_tokens":7}}\n\n',
    ],
    ['event names and ids', 'event: {"usage\nid: "1\ndata: {"usage":{"prompt_tokens":5,"completion_tokens":7}}\n\n'],
    [
      'a value that was cut before',
      'data: {"choices":[{"delta":{"con\n\ndata: {"usage":{"prompt_tokens":5,"completion_tokens":7}}\n\n',
    ],
    [
      'an object that was cut before',
      'data: {"choices":[{\n\ndata: {"usage":{"prompt_tokens":5,"completion_tokens":7}}\n\n',
    ],
    [
      'a usage that is null at first',
      'data: {"usage":null}\n\ndata: {"usage":{"prompt_tokens":5,"completion_tokens":7}}\n\ndata: [DONE]\n\n',
    ],
    ["Groq's place", 'data: {"choices":[],"x_groq":{"usage":{"prompt_tokens":5,"completion_tokens":7}}}\n\n'],
    ["Moonshot's place", 'data: {"choices":[{"delta":{},"usage":{"prompt_tokens":5,"completion_tokens":7}}]}\n\n'],
    ['a mark of the order of bytes', '\uFEFFdata: {"usage":{"prompt_tokens":5,"completion_tokens":7}}\n\n'],
    [
      'an event of several lines',
      'data: {"choices":[],\ndata: "usage":{"prompt_tokens":5,\ndata: "completion_tokens":7}}\n\n',
    ],
    ['an answer that is no stream', '{\n\n "usage": {"prompt_tokens": 5, "completion_tokens": 7}\n}'],
  ])('of Chat Completions reads a stream with %s', (_what, stream) => {
    expect(usageOf(chatFormat, stream)).toEqual(simple(5, 7))
  })

  it('takes the last usage where a server counts in every event', () => {
    const events = [1, 2, 3].map((n) => `data: {"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":${n}}}\n\n`)
    expect(usageOf(chatFormat, events.join(''))).toEqual(simple(9, 3))
  })

  it('does not take the schema of a tool, or the arguments of a call, for a usage', () => {
    const tools = '[{"parameters":{"properties":{"usage":{"input_tokens":1,"output_tokens":1}}}}]'
    const response = `data: {"response":{"usage":{"input_tokens":5,"output_tokens":7},"tools":${tools}}}\n\n`
    expect(usageOf(responsesFormat, response)).toEqual(simple(5, 7))
    const args = '{"usageMetadata":{"promptTokenCount":1,"candidatesTokenCount":1}}'
    const chunk = `{"usageMetadata":{"promptTokenCount":5,"candidatesTokenCount":7},"candidates":[{"content":{"parts":[{"functionCall":{"args":${args}}}]}}]}`
    expect(usageOf(generateFormat, `data: ${chunk}\n\n`)).toEqual(simple(5, 7))
    expect(usageOf(generateFormat, `[${chunk}\n,\n{"candidates":[]}\n]`)).toEqual(simple(5, 7))
  })

  it("adds up Anthropic's two events, where null is no news", () => {
    const start = {
      type: 'message_start',
      message: {
        usage: { input_tokens: 10, cache_read_input_tokens: 4, cache_creation_input_tokens: 6, output_tokens: 1 },
      },
    }
    const delta = { type: 'message_delta', usage: { output_tokens: 7, cache_read_input_tokens: null } }
    const stream = [start, delta].map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('')
    expect(usageOf(messagesFormat, stream)).toEqual(
      usageFrom({ inputTokens: 20, cachedReadTokens: 4, cachedWriteTokens: 6, outputTokens: 7 }),
    )
  })

  it('is not held up by a megabyte of picture, and keeps none of it', () => {
    const picture = `data: {"candidates":[{"content":{"parts":[{"inlineData":{"data":"${'A'.repeat(1_000_000)}"}}]}}]}\n\n`
    const end = 'data: {"usageMetadata":{"promptTokenCount":5,"candidatesTokenCount":7}}\n\n'
    expect(usageOf(generateFormat, picture + end)).toEqual(simple(5, 7))
  })

  it('reports nothing for garbage', () => {
    for (const stream of [
      '<html>{"usage"</html>',
      'data: {"usage":{"prompt_tokens":"5"}}\n\n',
      '}}}]]]"',
      '',
      'data: {{{{',
    ])
      expect(usageOf(chatFormat, stream)).toBeUndefined()
  })
})

describe('the usage of a whole answer', () => {
  it.each<[string, Format, Parameters<Format['usageOf']>[0], ReturnType<Format['usageOf']>]>([
    [
      "of Chat Completions, with what OpenAI's caches had and audio",
      chatFormat,
      {
        usage: {
          prompt_tokens: 50,
          completion_tokens: 30,
          prompt_tokens_details: { cached_tokens: 20, cache_write_tokens: 5, audio_tokens: 3 },
          completion_tokens_details: { reasoning_tokens: 10, audio_tokens: 4 },
        },
      },
      usageFrom({
        inputTokens: 50,
        cachedReadTokens: 20,
        cachedWriteTokens: 5,
        outputTokens: 30,
        reasoningTokens: 10,
        inputAudioTokens: 3,
        outputAudioTokens: 4,
      }),
    ],
    [
      'of DeepSeek, whose cache has its own name',
      chatFormat,
      { usage: { prompt_tokens: 50, completion_tokens: 30, total_tokens: 80, prompt_cache_hit_tokens: 20 } },
      usageFrom({ inputTokens: 50, cachedReadTokens: 20, outputTokens: 30 }),
    ],
    [
      'of xAI, which counts reasoning apart',
      chatFormat,
      {
        usage: {
          prompt_tokens: 50,
          completion_tokens: 30,
          total_tokens: 90,
          completion_tokens_details: { reasoning_tokens: 10 },
        },
      },
      usageFrom({ inputTokens: 50, outputTokens: 40, reasoningTokens: 10 }),
    ],
    [
      'of Anthropic, where a compaction is beside the sums',
      messagesFormat,
      {
        usage: {
          input_tokens: 5,
          output_tokens: 7,
          iterations: [
            { type: 'compaction', input_tokens: 100, output_tokens: 20 },
            { type: 'message', input_tokens: 5, output_tokens: 7 },
            { type: 'advisor_message', input_tokens: 1, output_tokens: 1 },
          ],
        },
      },
      usageFrom({ inputTokens: 105, outputTokens: 27 }),
    ],
    [
      'of Gemini, with thoughts, the prompts of its tools, and pictures',
      generateFormat,
      {
        usageMetadata: {
          promptTokenCount: 50,
          toolUsePromptTokenCount: 6,
          candidatesTokenCount: 20,
          thoughtsTokenCount: 10,
          cachedContentTokenCount: 8,
          candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount: 15 }],
        },
      },
      usageFrom({ inputTokens: 56, cachedReadTokens: 8, outputTokens: 30, reasoningTokens: 10, imageTokens: 15 }),
    ],
    ['that is missing', responsesFormat, { usage: null }, undefined],
    ['that is garbage', responsesFormat, { usage: { input_tokens: -5, output_tokens: Number.NaN } }, simple(0, 0)],
  ])('is read: %s', (_what, format, answer, expected) => {
    expect(format.usageOf(answer)).toEqual(expected)
  })
})

/** The events of a stream whose last event has the whole answer, with the usage where the vendor puts it. */
const EVENTS = {
  chat: (answer: JsonObject): object[] => [
    { choices: [{ delta: { content: 'a' } }], service_tier: 'default', usage: null },
    { choices: [], ...answer },
  ],
  responses: (answer: JsonObject): object[] => [
    { type: 'response.created', response: { service_tier: 'auto', output: [], usage: null } },
    ...(answer.output as JsonObject[]).flatMap((item) => [
      { type: 'response.output_item.added', item },
      { type: 'response.output_item.done', item },
    ]),
    { type: 'response.completed', response: answer },
  ],
  messages: ({ usage }: JsonObject): object[] => {
    const { server_tool_use, output_tokens, ...start } = usage as JsonObject
    return [
      { type: 'message_start', message: { usage: { ...start, output_tokens: 1 } } },
      { type: 'message_delta', usage: { output_tokens, server_tool_use } },
    ]
  },
  generate: ({ usageMetadata, candidates }: JsonObject): object[] => [
    { candidates, usageMetadata: { promptTokenCount: 5 } },
    { candidates, usageMetadata },
  ],
}

const search = (type: string) => ({ type: 'web_search_call', action: { type, query: 'rain' }, status: 'completed' })
const code = (container_id: string) => ({ type: 'code_interpreter_call', container_id, code: '{"type":"search"}' })

describe('what is billed beside plain tokens', () => {
  it.each<[string, Format, (answer: JsonObject) => object[], JsonObject, Partial<Usage>]>([
    [
      "OpenAI's priority processing, in Chat Completions",
      chatFormat,
      EVENTS.chat,
      { service_tier: 'priority', usage: { prompt_tokens: 5, completion_tokens: 7 } },
      { serviceTier: 'priority' },
    ],
    [
      'a tier without a price of its own',
      chatFormat,
      EVENTS.chat,
      { service_tier: 'default', usage: { prompt_tokens: 5, completion_tokens: 7 } },
      {},
    ],
    [
      "OpenAI's flex processing and tools, in Responses: searches, not the pages that they open, and each container once",
      responsesFormat,
      EVENTS.responses,
      {
        service_tier: 'flex',
        usage: { input_tokens: 5, output_tokens: 7 },
        output: [
          search('search'),
          search('open_page'),
          search('search'),
          { type: 'file_search_call', queries: ['a', 'b'], results: null },
          code('cntr_1'),
          code('cntr_1'),
          code('cntr_2'),
          { type: 'message', content: [{ type: 'output_text', text: '"action":{"type":"search"}' }] },
        ],
      },
      { serviceTier: 'flex', webSearches: 2, fileSearches: 1, codeContainers: 2 },
    ],
    [
      'containers of Responses by their memory, those of the shell among them',
      responsesFormat,
      EVENTS.responses,
      {
        usage: { input_tokens: 5, output_tokens: 7 },
        tools: [
          { type: 'code_interpreter', container: { type: 'auto', memory_limit: '4g' } },
          { type: 'shell', environment: { type: 'container_auto', memory_limit: '16g' } },
        ],
        output: [
          code('cntr_1'),
          { type: 'shell_call', environment: { type: 'container_reference', container_id: 'cntr_2' } },
          { type: 'shell_call', environment: { type: 'local' } },
        ],
      },
      { codeContainers: 32 },
    ],
    [
      'pictures that a tool drew, in Responses',
      responsesFormat,
      EVENTS.responses,
      {
        usage: { input_tokens: 5, output_tokens: 7 },
        tool_usage: { image_gen: { input_tokens: 50, output_tokens: 1_056 }, web_search: { num_requests: 0 } },
        output: [{ type: 'image_generation_call', id: 'ig_1', result: 'aGk=' }],
      },
      { toolImageTokens: 1_056, toolImageInputTokens: 50 },
    ],
    [
      'pictures of a server that does not report their tokens',
      responsesFormat,
      EVENTS.responses,
      {
        usage: { input_tokens: 5, output_tokens: 7 },
        output: [
          { type: 'image_generation_call', result: 'aGk=' },
          { type: 'image_generation_call', result: 'aGk=' },
        ],
      },
      { toolImageTokens: 8_320 },
    ],
    [
      "Anthropic's cache of an hour, searches and fast mode",
      messagesFormat,
      EVENTS.messages,
      {
        usage: {
          input_tokens: 1,
          cache_creation_input_tokens: 4,
          cache_creation: { ephemeral_5m_input_tokens: 1, ephemeral_1h_input_tokens: 3 },
          output_tokens: 7,
          server_tool_use: { web_search_requests: 2, web_fetch_requests: 3 },
          service_tier: 'priority',
          speed: 'fast',
        },
      },
      { cachedWriteTokens: 4, cachedWriteHourTokens: 3, webSearches: 2, serviceTier: 'fast' },
    ],
    [
      "Gemini's searches, each once",
      generateFormat,
      EVENTS.generate,
      {
        candidates: [{ groundingMetadata: { webSearchQueries: ['rain', 'rain \u2014 "tin" roof', 'rain'] } }],
        usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 7 },
      },
      { webSearches: 2 },
    ],
    [
      "Gemini's places, as one search, and its tier",
      generateFormat,
      EVENTS.generate,
      {
        candidates: [
          { groundingMetadata: { groundingChunks: [{ maps: { uri: 'a' } }, { maps: { uri: 'b' } }, { web: {} }] } },
        ],
        usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 7, serviceTier: 'PRIORITY' },
      },
      { webSearches: 1, serviceTier: 'priority' },
    ],
  ])('is read of a whole answer and of a stream: %s', (_what, format, eventsOf, answer, extra) => {
    const expected = usageFrom({ inputTokens: 5, outputTokens: 7, ...extra })
    expect(format.usageOf(answer)).toEqual(expected)
    const meter = format.meter()
    const stream = Buffer.from(
      eventsOf(answer)
        .map((event) => `data: ${JSON.stringify(event)}\n\n`)
        .join(''),
    )
    for (const byte of stream) meter.push(Uint8Array.of(byte))
    expect(meter.usage()).toEqual(expected)
  })
})

describe('a stream that was cut', () => {
  const cutAt = (format: Format, events: object[]) => {
    const meter = format.meter()
    meter.push(Buffer.from(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')))
    return [meter.isPartial(), meter.toolUses()]
  }
  const start = { type: 'message_start', message: { usage: { input_tokens: 5, output_tokens: 1 } } }
  const result = { type: 'content_block_start', content_block: { type: 'web_search_tool_result', content: [] } }
  const own = { type: 'content_block_start', content_block: { type: 'tool_use', name: 'web_search', input: {} } }
  const end = { type: 'message_delta', usage: { output_tokens: 9, server_tool_use: { web_search_requests: 2 } } }

  it.each<[string, Format, object[], unknown]>([
    [
      'Anthropic before its end: the searches that had results',
      messagesFormat,
      [start, own, result, result],
      [true, { webSearches: 2 }],
    ],
    ['Anthropic after its usage', messagesFormat, [start, result, end], [false, { webSearches: 1 }]],
    ['Anthropic that said nothing', messagesFormat, [], [false, {}]],
    [
      'Responses before its end: the tools that were done',
      responsesFormat,
      [
        { type: 'response.created', response: { usage: null } },
        { type: 'response.web_search_call.searching' },
        { type: 'response.web_search_call.completed' },
        { type: 'response.file_search_call.completed' },
        { type: 'response.code_interpreter_call.completed' },
        { type: 'response.code_interpreter_call.completed' },
        { type: 'response.image_generation_call.completed' },
      ],
      [false, { webSearches: 1, fileSearches: 1, codeContainers: 1, toolImageTokens: 4_160 }],
    ],
    ['Chat Completions', chatFormat, [{ choices: [{ delta: { content: 'a' } }] }], [false, {}]],
  ])('of %s', (_what, format, events, expected) => {
    expect(cutAt(format, events)).toEqual(expected)
  })
})

describe('the end of a stream', () => {
  const stop = { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }
  it.each<[string, Format, object[], [boolean, unknown, boolean?]]>([
    ['Chat Completions that finished', chatFormat, [{ choices: [{ finish_reason: null }] }, stop], [true, undefined]],
    ['Chat Completions before it', chatFormat, [{ choices: [{ delta: {}, finish_reason: null }] }], [false, undefined]],
    ['Chat Completions with an error', chatFormat, [{ error: { message: 'm' } }], [false, { error: { message: 'm' } }]],
    [
      'Chat Completions whose text has an error',
      chatFormat,
      [{ choices: [{ delta: { content: '{"error":{}}' } }] }, stop],
      [true, undefined],
    ],
    [
      'the second of two chats that has not ended',
      chatFormat,
      [{ choices: [{ index: 0, finish_reason: 'stop' }] }, { choices: [{ index: 1, delta: { content: 'a' } }] }],
      [true, undefined, false],
    ],
    [
      'two chats that ended in one event, the index last',
      chatFormat,
      [
        {
          choices: [
            { finish_reason: 'stop', index: 1 },
            { finish_reason: 'length', index: 0 },
          ],
        },
      ],
      [true, undefined, true],
    ],
    ['a chat that ends twice', chatFormat, [stop, stop], [true, undefined, false]],
    ['a chat with empty reasons', chatFormat, [{ choices: [{ index: 0, finish_reason: '' }] }], [false, undefined]],
    [
      'Responses that completed',
      responsesFormat,
      [{ type: 'response.completed', response: { error: null } }],
      [true, undefined],
    ],
    [
      'Responses before it',
      responsesFormat,
      [{ type: 'response.output_text.delta', delta: 'response.completed' }],
      [false, undefined],
    ],
    ['Responses with an error', responsesFormat, [{ type: 'error', code: 'server_error', message: 'm' }], [true, {}]],
    [
      'Responses that failed',
      responsesFormat,
      [{ type: 'response.failed', response: { error: { code: 'server_error' } } }],
      [true, { error: { code: 'server_error' } }],
    ],
    [
      'Chat Completions of a server that makes one answer whatever is wanted',
      chatFormat,
      [{ choices: [{ index: 0, finish_reason: 'stop' }] }, { choices: [], usage: { prompt_tokens: 1 } }],
      [true, undefined, true],
    ],
    [
      'Chat Completions whose second answer has not ended',
      chatFormat,
      [{ choices: [{ index: 0, finish_reason: 'stop' }, { index: 1 }] }, { choices: [], usage: { prompt_tokens: 1 } }],
      [true, undefined, false],
    ],
    [
      'Messages that finished',
      messagesFormat,
      [{ type: 'message_delta', delta: { stop_reason: 'end_turn' } }],
      [true, undefined],
    ],
    [
      'Messages before it',
      messagesFormat,
      [{ type: 'content_block_delta', delta: { text: 'stop_reason' } }],
      [false, undefined],
    ],
    [
      'Messages with an error',
      messagesFormat,
      [{ type: 'error', error: { type: 'overloaded_error' } }],
      [false, { error: { type: 'overloaded_error' } }],
    ],
    ['generateContent that finished', generateFormat, [{ candidates: [{ finishReason: 'STOP' }] }], [true, undefined]],
    [
      'generateContent that was refused',
      generateFormat,
      [{ promptFeedback: { blockReason: 'SAFETY' } }],
      [true, undefined],
    ],
    ['generateContent before it', generateFormat, [{ candidates: [{ content: {} }] }], [false, undefined]],
    ['generateContent with an error', generateFormat, [{ error: { code: 503 } }], [false, { error: { code: 503 } }]],
  ])('is known of %s', (_what, format, events, [isComplete, failure, areBoth]) => {
    const meter = format.meter()
    for (const event of events) meter.push(Buffer.from(`data: ${JSON.stringify(event)}\n\n`))
    expect([meter.isComplete(1), meter.failure()]).toEqual([isComplete, failure])
    if (areBoth !== undefined) expect(meter.isComplete(2)).toBe(areBoth)
  })
})

it('a stream with a usage in every event that broke off is not taken for all of its answers', () => {
  const event = (index: number, reason: string | null) =>
    Buffer.from(
      `data: {"choices":[{"index":${index},"delta":{},"finish_reason":${JSON.stringify(reason)}}],"usage":{"prompt_tokens":5,"completion_tokens":7}}\n\n`,
    )
  const meter = chatFormat.meter()
  meter.push(event(0, null))
  meter.push(event(0, 'stop'))
  expect([meter.hasAll(1), meter.hasAll(2)]).toEqual([true, false])
  const many = chatFormat.meter()
  for (let index = 0; index < 1_000; index++) many.push(event(index, 'stop'))
  many.push(event(1_000, null))
  expect([many.isComplete(1_001), many.hasAll(1_001)]).toEqual([false, false])
})

describe('what says that all is done', () => {
  const chunk = 'data: {"choices":[{"delta":{"content":"[DONE]"}}]}\n\n'
  it.each([
    ['at once', [`${chunk}data: [DONE]\n\n`], true],
    ['in two pieces', [`${chunk}data: [DO`, 'NE]\n\n'], true],
    ['with a comment behind it', [chunk, 'data: [DONE]\n\n', ': bye\n\n'], true],
    ['without a space', [`${chunk}data:[DONE]\r\n\r\n`], true],
    ['within a text', [chunk, 'data: {"choices":[{"delta":{"content":" data: [DONE]"}}]}\n\n'], false],
    ['within a comment', [chunk, ': [DONE]\n\n'], false],
    ['not at all', [chunk], false],
  ])('is found where it comes %s', (_how, pieces, isDone) => {
    const meter = chatFormat.meter()
    for (const piece of pieces) meter.push(Buffer.from(piece))
    expect([meter.isComplete(1), meter.hasAll(1), meter.closing() === '']).toEqual([isDone, isDone, isDone])
  })
})

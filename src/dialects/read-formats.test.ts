import { describe, expect, it } from 'vitest'
import type { Bound, Format, VendorApi } from '../calls/format.ts'
import { PolyphonyError } from '../core/errors.ts'
import type { Json, JsonObject } from '../core/json.ts'
import { messagesFormat } from './anthropic/messages-format.ts'
import { generateFormat } from './gemini/generate-format.ts'
import { chatFormat } from './openai/chat-format.ts'
import { responsesFormat } from './openai/responses-format.ts'

const PIXEL = 'iVBORw0KGgo='
const chat = (rest: JsonObject): JsonObject => ({ model: 'm', messages: [{ role: 'user', content: 'hi' }], ...rest })
const responses = (rest: JsonObject): JsonObject => ({ model: 'm', input: 'hi', ...rest })
const messages = (rest: JsonObject): JsonObject => ({
  model: 'm',
  max_tokens: 9,
  messages: [{ role: 'user', content: 'hi' }],
  ...rest,
})
const generate = (rest: JsonObject): JsonObject => ({ contents: [{ role: 'user', parts: [{ text: 'hi' }] }], ...rest })
const chatUser = (...parts: Json[]) => chat({ messages: [{ role: 'user', content: parts }] })
const tool = { type: 'function', function: { name: 'weather', parameters: { type: 'object', properties: {} } } }

function refusal(format: Format, body: JsonObject, vendor?: VendorApi): PolyphonyError {
  try {
    format.read(body, vendor)
  } catch (error) {
    if (error instanceof PolyphonyError) return error
    throw error
  }
  throw new Error(`nothing was refused in ${JSON.stringify(body)}`)
}

type Refused = [body: JsonObject, field: string, vendor?: VendorApi]

const CHAT: Refused[] = [
  [{ model: 'm' }, 'messages'],
  [chat({ messages: [] }), 'messages'],
  [chat({ messages: 'hi' }), 'messages'],
  [chat({ messages: ['hi'] }), 'messages[0]'],
  [chat({ messages: [{ content: 'hi' }] }), 'messages[0].role'],
  [chat({ messages: [{ role: 'function', name: 'f', content: 'x' }] }), 'messages[0].role'],
  [chat({ messages: [{ role: 'user' }] }), 'messages[0].content'],
  [chat({ messages: [{ role: 'user', content: 5 }] }), 'messages[0].content'],
  [chat({ messages: [{ role: 'assistant' }] }), 'messages[0].content'],
  [chat({ messages: [{ role: 'assistant', content: 'a', audio: { id: 'x' } }] }), 'messages[0].audio'],
  [chat({ messages: [{ role: 'tool', content: 'x', tool_call_id: 'c1' }] }), 'messages[0].tool_call_id'],
  [
    chat({
      messages: [
        { role: 'assistant', tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{' } }] },
      ],
    }),
    'messages[0].tool_calls[0].function.arguments',
  ],
  [
    chat({ messages: [{ role: 'assistant', tool_calls: [{ id: 'c', type: 'custom', custom: {} }] }] }),
    'messages[0].tool_calls[0].type',
  ],
  [chatUser({ type: 'video_url' }), 'messages[0].content[0].type'],
  [chatUser({ type: 'text' }), 'messages[0].content[0].text'],
  [chatUser({ type: 'image_url', image_url: 'https://a.example/a.png' }), 'messages[0].content[0].image_url'],
  [chatUser({ type: 'image_url', image_url: { url: 'ftp://a' } }), 'messages[0].content[0].image_url.url'],
  [
    chatUser({ type: 'image_url', image_url: { url: 'data:image/png;base64,%%' } }),
    'messages[0].content[0].image_url.url',
  ],
  [chatUser({ type: 'image_url', image_url: { url: 'data:nothing' } }), 'messages[0].content[0].image_url.url'],
  [
    chatUser({ type: 'input_audio', input_audio: { data: 'AAAA', format: 'ogg' } }),
    'messages[0].content[0].input_audio.format',
  ],
  [chatUser({ type: 'file', file: {} }), 'messages[0].content[0].file.file_data'],
  [chatUser({ type: 'text', text: 'a', extra: 1 }), 'messages[0].content[0].extra'],
  [chat({ temperature: 3 }), 'temperature'],
  [chat({ temperature: 'warm' }), 'temperature'],
  [chat({ max_tokens: 0 }), 'max_tokens'],
  [chat({ max_completion_tokens: 1.5 }), 'max_completion_tokens'],
  [chat({ stop: ['a', 5] }), 'stop[1]'],
  [chat({ n: 2 }), 'n'],
  [chat({ logprobs: true }), 'logprobs'],
  [chat({ top_logprobs: 2 }), 'top_logprobs'],
  [chat({ logit_bias: { 5: 1 } }), 'logit_bias'],
  [chat({ modalities: ['text', 'audio'], audio: { voice: 'alloy', format: 'mp3' } }), 'modalities'],
  [chat({ audio: { voice: 'alloy', format: 'mp3' } }), 'audio'],
  [chat({ store: true }), 'store'],
  [chat({ service_tier: 'flex' }), 'service_tier'],
  [chat({ prediction: { type: 'content', content: 'x' } }), 'prediction'],
  [chat({ web_search_options: {} }), 'web_search_options'],
  [chat({ functions: [{ name: 'f' }] }), 'functions'],
  [chat({ something_new: 1 }), 'something_new'],
  [chat({ stream_options: { include_usage: true } }), 'stream_options'],
  [chat({ stream: 'yes' }), 'stream'],
  [chat({ reasoning_effort: 'huge' }), 'reasoning_effort'],
  [chat({ tools: [{ type: 'custom', custom: { name: 'x' } }] }), 'tools[0].type'],
  [chat({ tools: [{ type: 'function', function: {} }] }), 'tools[0].function.name'],
  [chat({ tools: [tool, tool] }), 'tools[1].function.name'],
  [chat({ tool_choice: 'required' }), 'tool_choice'],
  [
    chat({ tools: [tool], tool_choice: { type: 'function', function: { name: 'other' } } }),
    'tool_choice.function.name',
  ],
  [chat({ tools: [tool], tool_choice: { type: 'allowed_tools', allowed_tools: {} } }), 'tool_choice.type'],
  [chat({ response_format: { type: 'xml' } }), 'response_format.type'],
  [
    chat({ response_format: { type: 'json_schema', json_schema: { name: 'x' } } }),
    'response_format.json_schema.schema',
  ],
  // What one vendor's API cannot express.
  [chat({ seed: 1 }), 'seed', 'anthropic'],
  [chat({ temperature: 1.5 }), 'temperature', 'anthropic'],
  [chat({ presence_penalty: 1 }), 'presence_penalty', 'anthropic'],
  [chat({ frequency_penalty: 1 }), 'frequency_penalty', 'openai-responses'],
  [chat({ response_format: { type: 'json_object' } }), 'response_format.type', 'anthropic'],
  [chat({ verbosity: 'low' }), 'verbosity', 'gemini'],
  [chat({ stop: 'x' }), 'stop', 'openai-responses'],
  [chat({ tools: [tool], parallel_tool_calls: false }), 'parallel_tool_calls', 'gemini'],
  [
    chatUser({ type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } }),
    'messages[0].content[0]',
    'anthropic',
  ],
  [chatUser({ type: 'file', file: { file_id: 'file-1' } }), 'messages[0].content[0]', 'anthropic'],
  [
    chatUser({ type: 'file', file: { file_data: 'data:application/zip;base64,AAAA' } }),
    'messages[0].content[0]',
    'anthropic',
  ],
  [
    chat({
      messages: [
        { role: 'user', content: 'a' },
        { role: 'developer', content: 'b' },
      ],
    }),
    'messages[1]',
    'gemini',
  ],
]

const RESPONSES: Refused[] = [
  [{ model: 'm' }, 'input'],
  [responses({ input: [] }), 'input'],
  [responses({ input: [{ type: 'web_search_call', id: 'ws' }] }), 'input[0].type'],
  [responses({ input: [{ type: 'item_reference', id: 'rs_1' }] }), 'input[0].id'],
  [responses({ input: [{ role: 'user', content: [{ type: 'input_text' }] }] }), 'input[0].content[0].text'],
  [
    responses({
      input: [{ role: 'system', content: [{ type: 'input_image', image_url: `data:image/png;base64,${PIXEL}` }] }],
    }),
    'input[0].content[0]',
  ],
  [responses({ input: [{ type: 'function_call_output', call_id: 'c', output: 'x' }] }), 'input[0].call_id'],
  [responses({ input: [{ type: 'function_call', call_id: 'c', name: 'f', arguments: '[]' }] }), 'input[0].arguments'],
  [responses({ previous_response_id: 'resp_1' }), 'previous_response_id'],
  [responses({ conversation: 'conv_1' }), 'conversation'],
  [responses({ prompt: { id: 'p' } }), 'prompt'],
  [responses({ background: true }), 'background'],
  [responses({ store: true }), 'store'],
  [responses({ truncation: 'auto' }), 'truncation'],
  [responses({ include: ['reasoning.encrypted_content', 'message.output_text.logprobs'] }), 'include[1]'],
  [responses({ tools: [{ type: 'web_search' }] }), 'tools[0].type'],
  [responses({ text: { format: { type: 'json_schema', name: 'x' } } }), 'text.format.schema'],
  [responses({ reasoning: { effort: 'huge' } }), 'reasoning.effort'],
  [responses({ reasoning: { mode: 'pro' } }), 'reasoning.mode'],
  [responses({ max_output_tokens: 'many' }), 'max_output_tokens'],
  [responses({ text: { verbosity: 'high' } }), 'text.verbosity', 'anthropic'],
]

const MESSAGES: Refused[] = [
  [{ model: 'm', messages: [{ role: 'user', content: 'hi' }] }, 'max_tokens'],
  [messages({ messages: undefined as unknown as Json }), 'messages'],
  [messages({ messages: [{ role: 'bot', content: 'hi' }] }), 'messages[0].role'],
  [messages({ messages: [{ role: 'user', content: [] }] }), 'messages[0].content'],
  [messages({ messages: [{ role: 'user', content: [{ type: 'search_result' }] }] }), 'messages[0].content[0].type'],
  [
    messages({ messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'base64', data: 'x' } }] }] }),
    'messages[0].content[0].source.media_type',
  ],
  [
    messages({ messages: [{ role: 'user', content: [{ type: 'tool_result', tool_use_id: 't' }] }] }),
    'messages[0].content[0].tool_use_id',
  ],
  [
    messages({ messages: [{ role: 'assistant', content: [{ type: 'server_tool_use', id: 's' }] }] }),
    'messages[0].content[0].type',
  ],
  [
    messages({ messages: [{ role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'f' }] }] }),
    'messages[0].content[0].input',
  ],
  [messages({ temperature: 1.5 }), 'temperature'],
  [messages({ thinking: { type: 'enabled' } }), 'thinking.budget_tokens'],
  [messages({ thinking: { type: 'enabled', budget_tokens: 5 } }), 'thinking.budget_tokens'],
  [messages({ max_tokens: 2000, thinking: { type: 'enabled', budget_tokens: 2000 } }), 'thinking.budget_tokens'],
  [messages({ tools: [{ type: 'web_search_20250305', name: 'web_search' }] }), 'tools[0].type'],
  [messages({ tools: [{ name: 'f' }] }), 'tools[0].input_schema'],
  [messages({ tool_choice: { type: 'any' } }), 'tool_choice.type'],
  [messages({ mcp_servers: [{ url: 'x' }] }), 'mcp_servers'],
  [messages({ container: 'c' }), 'container'],
  [messages({ context_management: {} }), 'context_management'],
  [messages({ output_config: { format: { type: 'json_schema' } } }), 'output_config.format.schema'],
  [messages({ output_config: { effort: 'huge' } }), 'output_config.effort'],
  [messages({ top_k: 5 }), 'top_k', 'openai-chat'],
  [messages({ stop_sequences: ['x'] }), 'stop_sequences', 'openai-responses'],
]

const GENERATE: Refused[] = [
  [{}, 'contents'],
  [generate({ contents: [{ role: 'user', parts: [] }] }), 'contents[0].parts'],
  [generate({ contents: [{ role: 'user', parts: [{}] }] }), 'contents[0].parts[0]'],
  [
    generate({ contents: [{ parts: [{ inline_data: { mime_type: 'image/png', data: '%' } }] }] }),
    'contents[0].parts[0].inline_data.data',
  ],
  [
    generate({ contents: [{ role: 'user', parts: [{ functionResponse: { name: 'f', response: {} } }] }] }),
    'contents[0].parts[0].functionResponse.name',
  ],
  [generate({ contents: [{ role: 'model', parts: [{ executableCode: { code: 'x' } }] }] }), 'contents[0].parts[0]'],
  [generate({ generationConfig: { candidateCount: 2 } }), 'generationConfig.candidateCount'],
  [generate({ generation_config: { max_output_tokens: -1 } }), 'generation_config.max_output_tokens'],
  [generate({ generationConfig: { responseLogprobs: true } }), 'generationConfig.responseLogprobs'],
  [generate({ generationConfig: { responseModalities: ['AUDIO'] } }), 'generationConfig.responseModalities'],
  [generate({ generationConfig: { speechConfig: {} } }), 'generationConfig.speechConfig'],
  [generate({ generationConfig: { responseSchema: { type: 'OBJECT' } } }), 'generationConfig.responseMimeType'],
  [
    generate({ generationConfig: { thinkingConfig: { thinkingLevel: 'huge' } } }),
    'generationConfig.thinkingConfig.thinkingLevel',
  ],
  [generate({ tools: [{ googleSearch: {} }] }), 'tools[0].googleSearch'],
  [generate({ tools: [{ functionDeclarations: [{}] }] }), 'tools[0].functionDeclarations[0].name'],
  [generate({ toolConfig: { functionCallingConfig: { mode: 'ANY' } } }), 'toolConfig.functionCallingConfig.mode'],
  [
    generate({ safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_LOW_AND_ABOVE' }] }),
    'safetySettings[0].threshold',
  ],
  [generate({ cachedContent: 'cachedContents/1' }), 'cachedContent'],
  [generate({ generationConfig: { seed: 5 } }), 'generationConfig.seed', 'anthropic'],
  [
    generate({
      contents: [{ role: 'user', parts: [{ fileData: { fileUri: 'gs://b/f.mp4', mimeType: 'video/mp4' } }] }],
    }),
    'contents[0].parts[0]',
    'openai-chat',
  ],
]

describe.each<[Format, Refused[]]>([
  [chatFormat, CHAT],
  [responsesFormat, RESPONSES],
  [messagesFormat, MESSAGES],
  [generateFormat, GENERATE],
])('a request of another format: $id', (format, refused) => {
  it.each(refused)('%j is refused by the field %s', (body, field, vendor) => {
    const error = refusal(format, body, vendor)
    expect(error).toMatchObject({ code: 'invalid_input', details: { field } })
    expect(error.message.startsWith(`${field} `)).toBe(true)
  })

  it('never throws when it bounds a request', () => {
    for (const [body] of refused) expect(format.boundOf(body)).toMatchObject({ choices: expect.any(Number) })
    for (const value of [null, 5, 'x', [], {}, [null], [{}], { type: 'image' }])
      expect(
        format.boundOf({ messages: value, input: value, contents: value, tools: value, generationConfig: value }),
      ).toMatchObject({ images: expect.any(Number) })
  })
})

describe('a request that clients send with defaults', () => {
  it('is read, and what changes nothing is left out', () => {
    const body = chat({
      n: 1,
      logprobs: false,
      top_logprobs: null,
      logit_bias: {},
      presence_penalty: 0,
      frequency_penalty: 0,
      user: 'u',
      metadata: { a: 'b' },
      store: false,
      service_tier: 'auto',
      modalities: ['text'],
      safety_identifier: 's',
      prompt_cache_key: 'k',
      seed: null,
      stop: null,
      tools: null,
      stream: false,
      response_format: { type: 'text' },
      parallel_tool_calls: true,
      verbosity: 'medium',
    })
    const { options, isStreamed } = chatFormat.read(body, 'anthropic')
    expect(isStreamed).toBe(false)
    expect(options.prompt).toEqual([{ role: 'user', content: [{ type: 'text', text: 'hi' }] }])
    expect(Object.keys(options).sort()).toEqual(['prompt', 'providerOptions'])
  })
})

describe('a file in a call', () => {
  it.each([
    `data:image/png;charset=utf-8;name=x.png;base64,${PIXEL}`,
    ` DATA:image/png;BASE64,${PIXEL.replaceAll('=', '')}\n`,
    `data:image/png; base64, ${PIXEL}`,
  ])('is read from %j as a picture in standard base64', (url) => {
    const { options } = chatFormat.read(chatUser({ type: 'image_url', image_url: { url } }))
    const file = { type: 'file', mediaType: 'image/png', data: { type: 'data', data: PIXEL } }
    expect(options.prompt).toMatchObject([{ role: 'user', content: [file] }])
  })
})

describe('an answer that clients send back', () => {
  it('is read with its fields that only answers have', () => {
    const message = {
      role: 'assistant',
      content: 'It is 5.',
      refusal: null,
      annotations: [],
      audio: null,
      function_call: null,
    }
    const { options } = chatFormat.read(
      chat({ messages: [{ role: 'user', content: 'hi' }, message, { role: 'user', content: 'more' }] }),
    )
    expect(options.prompt[1]).toEqual({ role: 'assistant', content: [{ type: 'text', text: 'It is 5.' }] })
  })

  it('keeps results of parallel calls in one message', () => {
    const call = (id: string) => ({ id, type: 'function', function: { name: 'weather', arguments: '{}' } })
    const { options } = chatFormat.read(
      chat({
        messages: [
          { role: 'user', content: 'hi' },
          { role: 'assistant', tool_calls: [call('a'), call('b')] },
          { role: 'tool', tool_call_id: 'a', content: '1' },
          { role: 'tool', tool_call_id: 'b', content: [{ type: 'text', text: '2' }] },
        ],
      }),
    )
    expect(options.prompt[2]).toMatchObject({
      role: 'tool',
      content: [{ toolCallId: 'a', toolName: 'weather' }, { toolCallId: 'b' }],
    })
    expect(options.prompt).toHaveLength(3)
  })
})

const IMAGE = { type: 'image_url', image_url: { url: `data:image/png;base64,${PIXEL}` } }
const WITH_EMPTY_TEXTS: [Format, JsonObject][] = [
  [
    chatFormat,
    chat({
      messages: [
        { role: 'user', content: [{ type: 'text', text: '' }, IMAGE] },
        { role: 'assistant', content: '' },
        { role: 'user', content: 'and?' },
      ],
    }),
  ],
  [
    responsesFormat,
    responses({
      input: [
        {
          role: 'user',
          content: [
            { type: 'input_text', text: '' },
            { type: 'input_image', image_url: IMAGE.image_url.url },
          ],
        },
        { role: 'assistant', content: [{ type: 'output_text', text: '' }] },
        { role: 'user', content: 'and?' },
      ],
    }),
  ],
  [
    messagesFormat,
    messages({
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: '' },
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } },
          ],
        },
        { role: 'assistant', content: [{ type: 'text', text: '' }] },
        { role: 'user', content: 'and?' },
      ],
    }),
  ],
  [
    generateFormat,
    generate({
      contents: [
        { role: 'user', parts: [{ text: '' }, { inlineData: { mimeType: 'image/png', data: PIXEL } }] },
        { role: 'model', parts: [{ text: '' }] },
        { role: 'user', parts: [{ text: 'and?' }] },
      ],
    }),
  ],
]

describe('empty texts in a conversation', () => {
  it.each(WITH_EMPTY_TEXTS)(
    'are left out of a request in $id: some vendors would refuse it for them',
    (format, body) => {
      const file = { type: 'file', mediaType: 'image/png', data: { type: 'data', data: PIXEL } }
      expect(format.read(body).options.prompt).toEqual([
        { role: 'user', content: [file] },
        { role: 'user', content: [{ type: 'text', text: 'and?' }] },
      ])
    },
  )
})

describe('a request of Chat Completions', () => {
  const cache_control = { type: 'ephemeral', ttl: '1h' }
  const kept = { providerOptions: { anthropic: { cacheControl: cache_control } } }
  const text = { type: 'text', text: 'rules', cache_control }

  it('keeps cache_control for models of Anthropic, of parts, of whole messages and of tools', () => {
    const call = { id: 'a', type: 'function', function: { name: 'weather', arguments: '{}' } }
    const body = chat({
      messages: [
        { role: 'system', content: [text] },
        { role: 'user', content: [{ type: 'text', text: 'hi' }, text] },
        { role: 'user', content: 'hi', cache_control },
        { role: 'assistant', content: [text], tool_calls: [call] },
        { role: 'tool', tool_call_id: 'a', content: [text] },
      ],
      tools: [{ type: 'function', function: { name: 'weather' }, cache_control }],
    })
    const { options } = chatFormat.read(body, 'anthropic')
    expect(options.prompt).toMatchObject([
      { role: 'system', ...kept },
      { content: [{ text: 'hi' }, kept] },
      { content: [kept] },
      { content: [kept, { type: 'tool-call' }] },
      { content: [kept] },
    ])
    expect(options.prompt[1]?.content[0]).not.toHaveProperty('providerOptions')
    expect(options.tools).toMatchObject([kept])
    expect(chatFormat.boundOf(body)).toMatchObject({ cacheWrite: 'hour' })
  })

  it('says at a server with the API of OpenAI what its package has no option for', () => {
    const body = chat({ tools: [{ type: 'function', function: { name: 'f' } }], parallel_tool_calls: false, top_k: 4 })
    expect(chatFormat.read(body, 'openai-compatible').options.providerOptions).toMatchObject({
      openaiCompatible: { parallel_tool_calls: false, top_k: 4 },
    })
  })

  it('gives a file of text as text to an API that takes none, after its name', () => {
    const file = { filename: 'a.txt', file_data: 'data:text/plain;base64,aGk=' }
    const body = chatUser({ type: 'file', file })
    const sent = (vendor: 'openai-responses' | 'gemini') => chatFormat.read(body, vendor).options.prompt
    expect(sent('openai-responses')).toMatchObject([{ content: [{ type: 'text', text: 'a.txt:\nhi' }] }])
    expect(sent('gemini')).toMatchObject([{ content: [{ type: 'file', mediaType: 'text/plain' }] }])
  })
})

describe('a request of Anthropic', () => {
  it('keeps cache_control for models of Anthropic', () => {
    const cache_control = { type: 'ephemeral', ttl: '1h' }
    const kept = { providerOptions: { anthropic: { cacheControl: cache_control } } }
    const { options } = messagesFormat.read(
      messages({
        system: [{ type: 'text', text: 'rules', cache_control }],
        messages: [{ role: 'user', content: [{ type: 'text', text: 'hi', cache_control }] }],
        tools: [{ name: 'weather', input_schema: { type: 'object' }, cache_control }],
      }),
    )
    expect(options.prompt).toMatchObject([{ role: 'system', content: 'rules', ...kept }, { content: [kept] }])
    expect(options.tools).toMatchObject([kept])
  })

  it('reads documents, results with errors and pictures, and text behind a result', () => {
    const { options } = messagesFormat.read(
      messages({
        messages: [
          {
            role: 'user',
            content: [
              {
                type: 'document',
                title: 'a.pdf',
                source: { type: 'base64', media_type: 'application/pdf', data: 'AAAA' },
              },
            ],
          },
          {
            role: 'assistant',
            content: [
              { type: 'tool_use', id: 't', name: 'look', input: {} },
              { type: 'tool_use', id: 'u', name: 'look', input: {} },
            ],
          },
          {
            role: 'user',
            content: [
              { type: 'tool_result', tool_use_id: 't', is_error: true, content: 'no light' },
              {
                type: 'tool_result',
                tool_use_id: 'u',
                content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } }],
              },
              { type: 'text', text: 'go on' },
            ],
          },
        ],
      }),
    )
    expect(options.prompt).toMatchObject([
      { content: [{ type: 'file', mediaType: 'application/pdf', filename: 'a.pdf' }] },
      { role: 'assistant' },
      {
        role: 'tool',
        content: [{ output: { type: 'error-text', value: 'no light' } }, { output: { type: 'content' } }],
      },
      { role: 'user', content: [{ type: 'text', text: 'go on' }] },
    ])
  })

  it('refuses a picture as a result where the vendor takes only text', () => {
    const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } }
    const body = messages({
      messages: [
        { role: 'user', content: 'hi' },
        { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'look', input: {} }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: [image] }] },
      ],
    })
    expect(refusal(messagesFormat, body, 'openai-chat').details.field).toBe('messages[2].content[0].content')
    expect(messagesFormat.read(body, 'openai-responses').options.prompt).toHaveLength(3)
  })
})

describe('a request of Gemini', () => {
  it('is read in snake_case too, with its own schema as JSON Schema', () => {
    const { options } = generateFormat.read(
      generate({
        system_instruction: { parts: [{ text: 'rules' }] },
        generation_config: {
          max_output_tokens: 5,
          response_mime_type: 'application/json',
          response_schema: {
            type: 'OBJECT',
            properties: {
              constructor: { type: 'STRING', nullable: true },
              days: { type: 'ARRAY', items: { type: 'INTEGER' }, min_items: '1' },
            },
            propertyOrdering: ['days', 'constructor'],
          },
        },
      }),
    )
    expect(options).toMatchObject({
      maxOutputTokens: 5,
      prompt: [{ role: 'system', content: 'rules' }, { role: 'user' }],
    })
    expect(options.responseFormat).toEqual({
      type: 'json',
      schema: {
        type: 'object',
        properties: {
          constructor: { type: ['string', 'null'] },
          days: { type: 'array', items: { type: 'integer' }, minItems: 1 },
        },
      },
    })
  })

  it('finds the call of a result by its function where there are no ids', () => {
    const call = (city: string) => ({ functionCall: { name: 'weather', args: { city } } })
    const result = (text: string) => ({ functionResponse: { name: 'weather', response: { text } } })
    const { options } = generateFormat.read(
      generate({
        contents: [
          { role: 'user', parts: [{ text: 'hi' }] },
          { role: 'model', parts: [call('Paris'), call('Rome')] },
          { role: 'user', parts: [result('sun'), result('rain')] },
        ],
      }),
    )
    const [, calls, results] = options.prompt
    expect(calls).toMatchObject({
      content: [{ toolCallId: 'call_0', input: { city: 'Paris' } }, { toolCallId: 'call_1' }],
    })
    expect(results).toMatchObject({
      content: [{ toolCallId: 'call_0', output: { value: { text: 'sun' } } }, { toolCallId: 'call_1' }],
    })
  })
})

describe('the bound of a request', () => {
  it.each<[string, Format, JsonObject, JsonObject]>([
    [
      'of Chat Completions',
      chatFormat,
      chat({
        max_tokens: 9,
        n: 3,
        messages: [
          { role: 'system', content: '12345' },
          {
            role: 'user',
            content: [
              { type: 'text', text: '678' },
              { type: 'image_url', image_url: { url: `data:image/png;base64,${PIXEL}` } },
              { type: 'input_audio', input_audio: { data: 'A'.repeat(400), format: 'wav' } },
            ],
          },
        ],
      }),
      { maxOutputTokens: 9, inputCharacters: 8, images: 1, audioBytes: 300, choices: 3 },
    ],
    [
      'of Responses',
      responsesFormat,
      responses({ instructions: '12345', max_output_tokens: 7, input: 'hi' }),
      { maxOutputTokens: 7, inputCharacters: 7, images: 0, audioBytes: 0, choices: 1 },
    ],
    [
      'of Anthropic',
      messagesFormat,
      messages({
        system: '12345',
        messages: [
          {
            role: 'user',
            content: [
              { type: 'image', source: { type: 'url', url: 'https://a.example/b.png' } },
              { type: 'text', text: '🎵' },
            ],
          },
        ],
      }),
      { maxOutputTokens: 9, inputCharacters: 7, images: 1, audioBytes: 0, choices: 1 },
    ],
    [
      'of Gemini',
      generateFormat,
      generate({
        contents: [{ parts: [{ text: 'abc' }, { inline_data: { mime_type: 'audio/mp3', data: 'A'.repeat(40) } }] }],
        generation_config: { max_output_tokens: 3, candidate_count: 2 },
      }),
      { maxOutputTokens: 3, inputCharacters: 3, images: 0, audioBytes: 30, choices: 2 },
    ],
  ])('%s counts text, pictures and sounds apart', (_what, format, body, bound) => {
    expect(format.boundOf(body)).toEqual(bound)
  })

  const ephemeral = { type: 'ephemeral' }
  const cached = (control: JsonObject): JsonObject[] => [
    { role: 'user', content: [{ type: 'text', text: 'a', cache_control: control }] },
  ]
  it.each<[string, Format, JsonObject, Partial<Bound>]>([
    [
      'searches of Responses, each as often as tools may be called',
      responsesFormat,
      { tools: [{ type: 'web_search' }, { type: 'file_search' }], max_tool_calls: 3 },
      { tools: { webSearches: 3, fileSearches: 3 } },
    ],
    [
      'searches and containers of Responses without a bound',
      responsesFormat,
      { tools: [{ type: 'web_search_preview' }, { type: 'code_interpreter' }, { type: 'function' }] },
      { tools: { webSearches: 10, codeContainers: 1 } },
    ],
    [
      'containers of Responses by their memory',
      responsesFormat,
      {
        tools: [{ type: 'shell', environment: { type: 'container_auto', memory_limit: '64g' } }, { type: 'function' }],
      },
      { tools: { codeContainers: 64 } },
    ],
    [
      'pictures that Responses may draw, at most so many',
      responsesFormat,
      { tools: [{ type: 'image_generation' }], max_tool_calls: 1 },
      { tools: { toolImageTokens: 6_240 } },
    ],
    ['tools of Responses without a fee', responsesFormat, { tools: [{ type: 'function' }] }, {}],
    [
      'searches of Anthropic by their bound',
      messagesFormat,
      { tools: [{ type: 'web_search_20250305', name: 'web_search', max_uses: 2 }] },
      { tools: { webSearches: 2 } },
    ],
    [
      'searches of Anthropic without a bound',
      messagesFormat,
      {
        tools: [
          { type: 'web_search_20260209', name: 'web_search' },
          { name: 'web_search', input_schema: {} },
        ],
      },
      { tools: { webSearches: 10 } },
    ],
    ['a part that Anthropic keeps', messagesFormat, { messages: cached(ephemeral) }, { cacheWrite: 'usual' }],
    [
      'a part that Anthropic keeps for an hour, beside another',
      messagesFormat,
      { cache_control: ephemeral, messages: cached({ ...ephemeral, ttl: '1h' }) },
      { cacheWrite: 'hour' },
    ],
    ['a tool that Anthropic keeps', messagesFormat, { tools: [{ cache_control: ephemeral }] }, { cacheWrite: 'usual' }],
    ['searches of Gemini', generateFormat, { tools: [{ google_search: {} }] }, { tools: { webSearches: 10 } }],
    ['functions of Gemini', generateFormat, { tools: [{ functionDeclarations: [] }] }, {}],
    ['sound of Chat Completions', chatFormat, { modalities: ['text', 'audio'] }, { mayAnswerAudio: true }],
    [
      'sound of Gemini',
      generateFormat,
      { generationConfig: { responseModalities: ['AUDIO'] } },
      { mayAnswerAudio: true },
    ],
  ])('has what costs more than tokens: %s', (_what, format, body, extra) => {
    const { tools, cacheWrite, mayAnswerAudio } = format.boundOf(body)
    const found = { tools, cacheWrite, mayAnswerAudio }
    expect(Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined))).toEqual(extra)
  })

  it('counts tools and schemas as they are written', () => {
    expect(chatFormat.boundOf(chat({ tools: [tool] })).inputCharacters).toBe(2 + JSON.stringify([tool]).length)
  })
})

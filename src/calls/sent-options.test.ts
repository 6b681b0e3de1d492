import { createAnthropic } from '@ai-sdk/anthropic'
import { createOpenAI } from '@ai-sdk/openai'
import type { LanguageModelV4 } from '@ai-sdk/provider'
import { describe, expect, it } from 'vitest'
import { messagesFormat } from '../dialects/anthropic/messages-format.ts'
import { generateFormat } from '../dialects/gemini/generate-format.ts'
import { chatFormat } from '../dialects/openai/chat-format.ts'
import type { Format, VendorApi } from './format.ts'
import { refusingDropped } from './sent-options.ts'

type Fetch = typeof globalThis.fetch
const MODELS: Readonly<Record<string, (fetch: Fetch) => LanguageModelV4>> = {
  'openai-chat': (fetch) => createOpenAI({ apiKey: 'k', fetch }).chat('gpt-5-mini'),
  'openai-responses': (fetch) => createOpenAI({ apiKey: 'k', fetch }).responses('gpt-5-mini'),
  anthropic: (fetch) => createAnthropic({ apiKey: 'k', fetch })('claude-sonnet-4-5'),
}

const SENT = 'the request was sent'

/** What becomes of a request: the error that refused it, or `SENT`. */
async function fateOf(format: Format, api: VendorApi, body: object): Promise<unknown> {
  const asked = format.read({ model: 'm', ...body } as never, api)
  const fetch = refusingDropped(() => Promise.reject(new Error(SENT)), asked)
  const model = MODELS[api]?.(fetch as Fetch) // the packages call it with a text as its body
  return model?.doGenerate(asked.options).then(
    () => 'answered',
    (error: unknown) => error,
  )
}

const MESSAGES = [{ role: 'user', content: 'say "temperature":0.7' }]
const TOOLS = [{ type: 'function', function: { name: 'look', parameters: { type: 'object', properties: {} } } }]
const contents = [{ role: 'user', parts: [{ text: 'hi' }] }]

describe('an option that a model does not take', () => {
  it.each<[string, Format, VendorApi, object]>([
    ['temperature', messagesFormat, 'openai-chat', { messages: MESSAGES, max_tokens: 9, temperature: 0.7 }],
    ['top_p', chatFormat, 'openai-responses', { messages: MESSAGES, top_p: 0.5 }],
    ['generationConfig.temperature', generateFormat, 'openai-chat', { contents, generationConfig: { temperature: 0 } }],
    [
      'temperature',
      messagesFormat,
      'anthropic',
      {
        messages: MESSAGES,
        max_tokens: 5_000,
        temperature: 0.7,
        thinking: { type: 'enabled', budget_tokens: 2_000 },
      },
    ],
    [
      'tool_choice',
      chatFormat,
      'anthropic',
      { messages: MESSAGES, tools: TOOLS, tool_choice: 'required', max_tokens: 30_000, reasoning_effort: 'high' },
    ],
  ])('is refused as the field %s before anything is sent', async (field, format, api, body) => {
    expect(await fateOf(format, api, body)).toMatchObject({ code: 'invalid_input', details: { field } })
  })

  it.each<[Format, VendorApi, object]>([
    [messagesFormat, 'openai-chat', { messages: MESSAGES, max_tokens: 9, temperature: 1 }],
    [chatFormat, 'anthropic', { messages: MESSAGES, temperature: 0.7, stop: ['END'], max_tokens: 9 }],
    [chatFormat, 'anthropic', { messages: MESSAGES, tools: TOOLS, tool_choice: 'required' }],
  ])('is no reason to refuse what the model takes, or would do by itself', async (format, api, body) => {
    expect(await fateOf(format, api, body)).toMatchObject({ message: expect.stringContaining(SENT) })
  })
})

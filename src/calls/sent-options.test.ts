import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../core/json.ts'
import { messagesFormat } from '../dialects/anthropic/messages-format.ts'
import { generateFormat } from '../dialects/gemini/generate-format.ts'
import { chatFormat } from '../dialects/openai/chat-format.ts'
import { anthropicCalls } from '../providers/anthropic/calls.ts'
import { azureCalls } from '../providers/azure/calls.ts'
import { bedrockCalls } from '../providers/bedrock/calls.ts'
import { openaiCalls } from '../providers/openai/calls.ts'
import type { CallSide } from '../providers/provider.ts'
import type { Format } from './format.ts'
import { refusingDropped } from './sent-options.ts'

const BASE = { apiKey: 'k', baseUrl: 'http://vendor' }
type At = [side: CallSide, settings: Record<string, string>, model: string]
const VENDORS = {
  openai: [openaiCalls, BASE, 'gpt-5.2'],
  'chat-latest': [openaiCalls, BASE, 'gpt-5.2-chat-latest'],
  azure: [azureCalls, { ...BASE, apiVersion: '2024-10-21' }, 'o1-of-ours'],
  anthropic: [anthropicCalls, BASE, 'claude-sonnet-4-5'],
  bedrock: [bedrockCalls, { ...BASE, region: 'us-east-1' }, 'anthropic.claude-opus-5-5-v1:0'],
} satisfies Record<string, At>
type Vendor = keyof typeof VENDORS

const SENT = 'the request was sent'

/** What becomes of a request: the error that refused it, or the body that was sent. */
async function fateOf(format: Format, vendor: Vendor, body: object): Promise<unknown> {
  const [side, settings, name]: At = VENDORS[vendor]
  const asked = format.read({ model: 'm', ...body } as JsonObject, side.apiOf(settings))
  let sent: Json = null
  const fetch = refusingDropped((_url, init) => {
    sent = JSON.parse(String(init?.body)) as Json
    return Promise.reject(new Error(SENT))
  }, asked)
  const model = await side.loadModel({ model: name, settings, fetch })
  return model.doGenerate(asked.options).then(
    () => 'answered',
    (error: Error) => (error.message.includes(SENT) ? sent : error),
  )
}

const MESSAGES = [{ role: 'user', content: 'say "temperature":0.7' }]
const TOOLS = [{ type: 'function', function: { name: 'look', parameters: { type: 'object', properties: {} } } }]
const contents = [{ role: 'user', parts: [{ text: 'hi' }] }]

const THINKING = { thinking: { type: 'enabled', budget_tokens: 2_000 }, max_tokens: 5_000 }
const FORCED = { messages: MESSAGES, tools: TOOLS, tool_choice: 'required' }
/** An earlier call of a tool, with arguments that look like the options of a request. */
const CALLED = {
  role: 'assistant',
  tool_calls: [{ id: 'c', type: 'function', function: { name: 'look', arguments: '{"tool_choice":{"type":"auto"}}' } }],
}
const RESULT = { role: 'tool', tool_call_id: 'c', content: 'seen' }

describe('an option that a model does not take', () => {
  it.each<[string, Format, Vendor, object]>([
    ['temperature', messagesFormat, 'anthropic', { messages: MESSAGES, ...THINKING, temperature: 0.7 }],
    ['top_p', chatFormat, 'anthropic', { messages: MESSAGES, reasoning_effort: 'high', top_p: 0.5 }],
    ['tool_choice', chatFormat, 'anthropic', { ...FORCED, max_tokens: 30_000, reasoning_effort: 'high' }],
    ['tool_choice', chatFormat, 'bedrock', FORCED],
    [
      'generationConfig.temperature',
      generateFormat,
      'bedrock',
      { contents, generationConfig: { temperature: 0, maxOutputTokens: 9 } },
    ],
  ])('is refused as the field %s before anything is sent', async (field, format, vendor, body) => {
    expect(await fateOf(format, vendor, body)).toMatchObject({ code: 'invalid_input', details: { field } })
  })

  it.each<[Format, Vendor, object, object]>([
    [messagesFormat, 'openai', { messages: MESSAGES, max_tokens: 9, temperature: 0.7 }, { temperature: 0.7 }],
    [generateFormat, 'openai', { contents, generationConfig: { temperature: 0 } }, { temperature: 0 }],
    [messagesFormat, 'chat-latest', { messages: MESSAGES, max_tokens: 9, top_p: 0.5 }, { top_p: 0.5 }],
    [generateFormat, 'azure', { contents, generationConfig: { topP: 0.5 } }, { top_p: 0.5 }],
    [
      generateFormat,
      'azure',
      { contents, generationConfig: { presencePenalty: 0.5, frequencyPenalty: -1 } },
      { presence_penalty: 0.5, frequency_penalty: -1 },
    ],
    [
      chatFormat,
      'anthropic',
      { messages: MESSAGES, temperature: 0.7, stop: ['END'], max_tokens: 9 },
      { temperature: 0.7, stop_sequences: ['END'] },
    ],
    [chatFormat, 'anthropic', { messages: MESSAGES, temperature: 1, top_p: 0.9 }, { top_p: 0.9 }],
    [messagesFormat, 'anthropic', { messages: MESSAGES, ...THINKING, temperature: 1, top_p: 0.97 }, { top_p: 0.97 }],
    [
      chatFormat,
      'anthropic',
      { ...FORCED, max_tokens: 500, temperature: 0.2, reasoning_effort: 'low' },
      { max_tokens: 500, temperature: 0.2, thinking: { type: 'disabled' }, tool_choice: { type: 'any' } },
    ],
    [chatFormat, 'anthropic', { ...FORCED, messages: [...MESSAGES, CALLED, RESULT] }, { tool_choice: { type: 'any' } }],
  ])('is no reason to refuse what the model may take, or would do by itself', async (format, vendor, body, sent) => {
    expect(await fateOf(format, vendor, body)).toMatchObject(sent)
  })

  it('is left to the package where it is what the vendor does by itself', async () => {
    const sent = [
      await fateOf(messagesFormat, 'openai', { messages: MESSAGES, max_tokens: 9, temperature: 1 }),
      await fateOf(chatFormat, 'anthropic', { messages: MESSAGES, temperature: 1, top_p: 0.9 }),
    ]
    for (const body of sent) expect(body).not.toHaveProperty('temperature')
  })
})

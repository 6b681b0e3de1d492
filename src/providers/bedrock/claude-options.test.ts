import type { LanguageModelV4CallOptions } from '@ai-sdk/provider'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../core/json.ts'
import { bedrockCalls } from './calls.ts'

type Options = Omit<LanguageModelV4CallOptions, 'prompt'>

/** The bodies that reach Bedrock, with keys that sign and with one that does not: each is sent once. */
async function sent(model: string, options: Options): Promise<JsonObject[]> {
  const bodies: JsonObject[] = []
  const fetch = (async (_url: unknown, init?: RequestInit) => {
    bodies.push(JSON.parse(String(init?.body)) as JsonObject)
    return Response.json({
      output: { message: { role: 'assistant', content: [{ text: 'hi' }] } },
      stopReason: 'end_turn',
      usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
    })
  }) as typeof globalThis.fetch
  const credentials = [{ apiKey: 'k' }, { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' }]
  for (const credential of credentials) {
    const settings = { region: 'us-east-1', ...credential }
    const language = await bedrockCalls.loadModel({ model, settings, fetch })
    await language.doGenerate({ ...options, prompt: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }] })
  }
  return bodies
}

const SONNET = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'
const thinking = (budget_tokens: number) => ({ thinking: { type: 'enabled', budget_tokens } })

describe('a model of Anthropic at Bedrock', () => {
  it.each<[string, string, Options, JsonObject, JsonObject | undefined]>([
    ['without thinking', SONNET, { maxOutputTokens: 900 }, { maxTokens: 900 }, undefined],
    [
      'that thinks within the limit',
      SONNET,
      { maxOutputTokens: 3_000, reasoning: 'high' },
      { maxTokens: 3_000 },
      thinking(1_500),
    ],
    ['too short to think', SONNET, { maxOutputTokens: 500, reasoning: 'high' }, { maxTokens: 500 }, undefined],
    [
      'that decides by itself how much it thinks',
      'us.anthropic.claude-opus-4-7',
      { maxOutputTokens: 3_000, reasoning: 'high' },
      { maxTokens: 3_000 },
      { thinking: { type: 'adaptive' }, output_config: { effort: 'high' } },
    ],
    ['with the usual temperature beside a top P', SONNET, { temperature: 1, topP: 0.9 }, { topP: 0.9 }, undefined],
    ['with the usual temperature alone', SONNET, { temperature: 1 }, { temperature: 1 }, undefined],
  ])('is asked for an answer %s', async (_what, model, options, config, more) => {
    for (const body of await sent(model, options)) {
      expect(body.inferenceConfig).toEqual(config)
      expect(body.additionalModelRequestFields ?? undefined).toEqual(more)
    }
  })

  it('is asked once, however its options had to be found', async () => {
    expect(await sent(SONNET, { maxOutputTokens: 3_000, reasoning: 'high' })).toHaveLength(2)
  })

  it('of another vendor gets both', async () => {
    const [body] = await sent('amazon.nova-pro-v1:0', { temperature: 1, topP: 0.9 })
    expect(body?.inferenceConfig).toEqual({ temperature: 1, topP: 0.9 })
  })
})

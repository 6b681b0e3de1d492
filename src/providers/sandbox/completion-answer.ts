import type { LanguageModelV4CallOptions } from '@ai-sdk/provider'
import { SECOND_MS } from '../../core/clock.ts'
import { invalidInput, PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import type { Answer } from './calls.ts'
import { sandboxLanguageModel } from './language-model.ts'

/** Of a completion that names none: https://platform.openai.com/docs/api-reference/completions/create. */
const USUAL_TOKENS = 16

/** Of a prompt, and as many prompts. */
const MAX_CHOICES = 128

/** What the sandbox's language model answers to each prompt, as a completion. */
export async function completionAnswer(body: JsonObject, model: string, now: number): Promise<Answer> {
  const { stream, stream_options: options } = body
  const base = { id: 'cmpl-sandbox', object: 'text_completion', created: Math.floor(now / SECOND_MS), model }
  const asked = choicesOf(body)
  if (stream === true) {
    const wantsUsage = isJsonObject(options) && options.include_usage === true
    return { events: eventsOf(asked, { base, body, model, wantsUsage }) }
  }
  const used = { input: 0, output: 0 }
  const choices: JsonObject[] = []
  for (const [index, prompt] of asked.entries()) {
    const { content, finishReason, usage } = await sandboxLanguageModel(model).doGenerate(optionsFor(prompt, body))
    const text = content.map((part) => (part.type === 'text' ? part.text : '')).join('')
    choices.push({ index, text, finish_reason: finishReason.unified, logprobs: null })
    used.input += usage.inputTokens.total ?? 0
    used.output += usage.outputTokens.total ?? 0
  }
  return { json: { ...base, choices, usage: usageOf(used) } }
}

/** A prompt for each choice. */
function choicesOf({ prompt, n }: JsonObject): string[] {
  const each = Math.max(1, Number(n ?? 1))
  if (each > MAX_CHOICES) throw invalidInput('n', `must be at most ${MAX_CHOICES}`)
  const prompts = promptsOf(prompt)
  if (prompts.length > MAX_CHOICES) throw invalidInput('prompt', `must have at most ${MAX_CHOICES} elements`)
  return prompts.flatMap((one) => Array<string>(each).fill(one))
}

function promptsOf(prompt: Json | undefined): string[] {
  if (!Array.isArray(prompt)) return [String(prompt ?? '')]
  return prompt.every((one) => typeof one === 'string') ? prompt : [JSON.stringify(prompt)]
}

function optionsFor(prompt: string, { max_tokens: most, stop }: JsonObject): LanguageModelV4CallOptions {
  const stopSequences = (Array.isArray(stop) ? stop : [stop]).filter((one) => typeof one === 'string')
  return {
    prompt: [{ role: 'user', content: [{ type: 'text', text: prompt }] }],
    maxOutputTokens: Number(most ?? USUAL_TOKENS),
    stopSequences,
  }
}

function usageOf({ input, output }: { input: number; output: number }): JsonObject {
  return { prompt_tokens: input, completion_tokens: output, total_tokens: input + output }
}

async function* eventsOf(
  prompts: readonly string[],
  { base, body, model, wantsUsage }: { base: JsonObject; body: JsonObject; model: string; wantsUsage: boolean },
): AsyncGenerator<string> {
  const event = (data: JsonObject) => `data: ${JSON.stringify({ ...base, ...data })}\n\n`
  const choice = (index: number, text: string, reason: string | null) =>
    event({ choices: [{ index, text, finish_reason: reason, logprobs: null }] })
  const used = { input: 0, output: 0 }
  for (const [index, prompt] of prompts.entries()) {
    const { stream } = await sandboxLanguageModel(model).doStream(optionsFor(prompt, body))
    for await (const part of stream) {
      if (part.type === 'error') throw asError(part.error)
      if (part.type === 'text-delta') yield choice(index, part.delta, null)
      if (part.type !== 'finish') continue
      used.input += part.usage.inputTokens.total ?? 0
      used.output += part.usage.outputTokens.total ?? 0
      yield choice(index, '', part.finishReason.unified)
    }
  }
  if (wantsUsage) yield event({ choices: [], usage: usageOf(used) })
  yield 'data: [DONE]\n\n'
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new PolyphonyError('vendor_silent', 'The sandbox broke off.')
}

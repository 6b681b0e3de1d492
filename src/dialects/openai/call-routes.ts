import { parsed } from '../../calls/pass-through.ts'
import { unitsIn } from '../../calls/usage.ts'
import type { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type JsonObject } from '../../core/json.ts'
import type { Usage } from '../../core/usage.ts'
import type { CallRoute } from '../kit/calls.ts'
import { atLeastOne } from '../shared/formats/bound.ts'
import { chatFormat } from './chat-format.ts'
import { errorBody } from './errors.ts'
import { kept, responsesFormat } from './responses-format.ts'

/** What a stream that broke off ends with. */
export const failure = (error: PolyphonyError): string => `data: ${JSON.stringify(errorBody(error))}\n\n`

/** The routes whose bodies are JSON, with what each needs. */
export const CALL_ROUTES = {
  'chat/completions': {
    endpoint: 'chat/completions',
    format: chatFormat,
    fields: {
      model: { kind: 'text', isRequired: true },
      messages: { kind: 'objects', isRequired: true },
      stream: { kind: 'flag' },
      stream_options: { kind: 'object' },
      'stream_options.include_usage': { kind: 'flag' },
      max_tokens: { kind: 'count' },
      max_completion_tokens: { kind: 'count' },
      n: { kind: 'count' },
      tools: { kind: 'objects' },
    },
  },
  responses: {
    endpoint: 'responses',
    format: responsesFormat,
    fields: {
      model: { kind: 'text', isRequired: true },
      input: { kind: 'text or list', isRequired: true },
      stream: { kind: 'flag' },
      background: { kind: 'alwaysFalse' },
      store: { kind: 'flag' },
      previous_response_id: { kind: 'text' },
      max_output_tokens: { kind: 'count' },
      max_tool_calls: { kind: 'count' },
      tools: { kind: 'objects' },
    },
  },
  completions: {
    endpoint: 'completions',
    fields: {
      model: { kind: 'text', isRequired: true },
      prompt: { kind: 'text or list', isRequired: true },
      stream: { kind: 'flag' },
      stream_options: { kind: 'object' },
      'stream_options.include_usage': { kind: 'flag' },
      max_tokens: { kind: 'count' },
      n: { kind: 'count' },
      best_of: { kind: 'count' },
    },
    boundOf: boundOfCompletions,
    usageOf: tokensIn,
    metered: { meter: chatFormat.meter, choicesIn: choicesOfCompletions },
    failure,
  },
  embeddings: {
    endpoint: 'embeddings',
    fields: { model: { kind: 'text', isRequired: true }, input: { kind: 'text or list', isRequired: true } },
    isStreamed: false,
    usageOf: tokensIn,
  },
  moderations: {
    endpoint: 'moderations',
    fields: { model: { kind: 'text' }, input: { kind: 'text or list', isRequired: true } },
    isStreamed: false,
    // OpenAI's own default.
    modelOf: (body) => (typeof body?.model === 'string' ? body.model : 'omni-moderation-latest'),
    usageOf: () => ({}),
  },
} satisfies Record<string, CallRoute>

/** Counting costs nothing, and is not translated: https://platform.openai.com/docs/api-reference/responses/input-tokens. */
export const INPUT_TOKENS: CallRoute = {
  endpoint: 'responses/input_tokens',
  fields: {
    model: { kind: 'text', isRequired: true },
    input: { kind: 'text or list' },
    previous_response_id: { kind: 'text' },
    tools: { kind: 'objects' },
  },
  names: kept.namedIn,
  isStreamed: false,
  boundOf: () => ({}),
  usageOf: () => ({}),
}

/** A completion without a limit of its own has at most so many tokens: https://platform.openai.com/docs/api-reference/completions. */
const USUAL_COMPLETION_TOKENS = 16
const BYTES_PER_TOKEN = 3

function boundOfCompletions({ bytes, json }: { bytes: Buffer; json: JsonObject | undefined }): Usage {
  const { max_tokens: most, n, best_of: drafts } = json ?? {}
  const choices = (choicesOfCompletions(json) / atLeastOne(n)) * Math.max(atLeastOne(n), atLeastOne(drafts))
  return {
    inputTokens: Math.ceil(bytes.byteLength / BYTES_PER_TOKEN),
    outputTokens: choices * Number(most ?? USUAL_COMPLETION_TOKENS),
  }
}

/** So many for each prompt; a list of numbers is one prompt, in tokens. */
function choicesOfCompletions({ n, prompt }: JsonObject = {}): number {
  const prompts = Array.isArray(prompt) && typeof prompt[0] !== 'number' ? prompt.length : 1
  return atLeastOne(n) * Math.max(1, prompts)
}

/** `usage` of completions and embeddings. */
function tokensIn(answer: Buffer): Usage | undefined {
  const usage = parsed(answer)?.usage
  if (!isJsonObject(usage)) return undefined
  return { inputTokens: unitsIn(usage.prompt_tokens), outputTokens: unitsIn(usage.completion_tokens) }
}

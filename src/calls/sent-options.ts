import type { LanguageModelV4CallOptions } from '@ai-sdk/provider'
import type { VendorFetch } from '../assets/fetch-through.ts'
import { invalidInput } from '../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../core/json.ts'
import type { FormatRequest } from './format.ts'

type Option = Extract<
  keyof LanguageModelV4CallOptions,
  'temperature' | 'topP' | 'topK' | 'seed' | 'presencePenalty' | 'frequencyPenalty' | 'stopSequences'
>

/** Under which names the APIs of vendors have an option. */
const NAMES: Readonly<Record<Option, readonly string[]>> = {
  temperature: ['temperature'],
  topP: ['top_p', 'topP', 'p'],
  topK: ['top_k', 'topK', 'k'],
  seed: ['seed', 'random_seed'],
  presencePenalty: ['presence_penalty', 'presencePenalty'],
  frequencyPenalty: ['frequency_penalty', 'frequencyPenalty'],
  stopSequences: ['stop', 'stop_sequences', 'stopSequences'],
}
/** The temperature of every vendor where none is sent. */
const USUAL_TEMPERATURE = 1

const RULE = 'must be left out: this model does not take it with the other options of the request'

/**
 * The same `fetch`, which refuses a request that lacks what the caller chose. The packages of vendors leave options out that
 * a model does not take, such as a temperature of one that reasons, and report it beside an answer that is paid for. Throws
 * `invalid_input` naming the caller's field, before anything is sent.
 */
export function refusingDropped(fetch: VendorFetch, { options, fields }: FormatRequest): VendorFetch {
  return (input, init) => {
    const body = init?.body
    if (typeof body === 'string') {
      const dropped = droppedFrom(body, options)
      if (dropped !== undefined) throw invalidInput(fields.get(dropped) ?? dropped, RULE)
    }
    return fetch(input, init)
  }
}

/** The packages write JSON without spaces, and a text that looks like an option has its quotes escaped. */
function droppedFrom(body: string, options: FormatRequest['options']): string | undefined {
  for (const [option, names] of Object.entries(NAMES)) {
    const value = options[option as Option] // a name of the table
    if (value === undefined || (option === 'temperature' && value === USUAL_TEMPERATURE)) continue
    const written = JSON.stringify(value)
    if (!names.some((name) => body.includes(`"${name}":${written}`))) return option
  }
  const isForced = options.toolChoice?.type === 'required' || options.toolChoice?.type === 'tool'
  return isForced && isUnforced(body) ? 'toolChoice' : undefined
}

/** How the packages write that a model may choose: those of OpenAI, of Anthropic (also within Bedrock's), and of Bedrock. */
const UNFORCED = ['"tool_choice":"auto"', '"tool_choice":{"type":"auto"', '"toolChoice":{"auto":{}}']

/** The arguments of earlier calls of tools may hold the same text, so the members themselves decide. */
function isUnforced(text: string): boolean {
  if (!UNFORCED.some((choice) => text.includes(choice))) return false
  const body = objectAt(JSON.parse(text) as Json)
  const choices = [
    body.tool_choice,
    objectAt(body.additionalModelRequestFields).tool_choice,
    objectAt(body.toolConfig).toolChoice,
  ]
  return choices.some((choice) => choice === 'auto' || objectAt(choice).type === 'auto' || 'auto' in objectAt(choice))
}

function objectAt(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {}
}

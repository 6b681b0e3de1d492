import type { LanguageModelV4CallOptions, LanguageModelV4Message, SharedV4ProviderOptions } from '@ai-sdk/provider'
import type { JsonObject } from '../../../core/json.ts'

export type Options = Omit<LanguageModelV4CallOptions, 'abortSignal' | 'headers'>
export type Part<Role extends LanguageModelV4Message['role']> = Extract<
  LanguageModelV4Message,
  { role: Role }
>['content'] extends (infer One)[]
  ? One
  : never

/** What of a request can be beyond a vendor's API; `places` has the caller's field of each. */
export type Feature =
  | 'topK'
  | 'seed'
  | 'presencePenalty'
  | 'frequencyPenalty'
  | 'stopSequences'
  | 'parallelToolCalls'
  | 'verbosity'
  | 'jsonWithoutSchema'
  | 'temperatureAbove1'
  | 'topPBesideTemperature'

/** What a caller wrote, and where. */
export interface Given<Value> {
  value: Value | undefined
  field: string
}

/** A request on its way from a format to call options, with the caller's field for whatever a vendor may refuse. */
export class Draft {
  readonly prompt: LanguageModelV4Message[] = []
  readonly options: Partial<Options> = {}
  readonly features = new Map<Feature, string>()
  /** The caller's fields of options. */
  readonly fields = new Map<string, string>()
  readonly #places = new WeakMap<object, string>()
  readonly #vendorOptions: Record<string, JsonObject> = {}

  /** Sets an option where the caller gave one. */
  set<Name extends keyof Options>(name: Name, value: Options[Name] | undefined, field?: string): void {
    if (value === undefined) return
    this.options[name] = value
    // Servers with OpenAI's API have it, and their package has no option of its own for it.
    if (name === 'topK') this.forVendor('openaiCompatible', { top_k: value as number })
    if (field === undefined) return
    this.fields.set(name, field)
    if (isFeature(name)) this.features.set(name, field)
  }

  /** A top P of 1 takes nothing away: clients that always send it ask for nothing. */
  setRandomness(temperature: Given<number>, topP: Given<number>): void {
    this.set('temperature', temperature.value, temperature.field)
    if (temperature.value !== undefined && temperature.value > USUAL_TEMPERATURE)
      this.features.set('temperatureAbove1', temperature.field)
    if (topP.value === undefined || topP.value === 1) return
    this.set('topP', topP.value, topP.field)
    if (temperature.value !== undefined && temperature.value !== USUAL_TEMPERATURE)
      this.features.set('topPBesideTemperature', topP.field)
  }

  /** Options that only one vendor's model reads. */
  forVendor(vendor: string, options: JsonObject): void {
    this.#vendorOptions[vendor] = { ...this.#vendorOptions[vendor], ...options }
    if (vendor !== 'openai') return
    const common = Object.entries(options).filter(([name]) => COMPATIBLE_OPTIONS.has(name))
    if (common.length > 0) this.forVendor('openaiCompatible', Object.fromEntries(common))
  }

  /** Remembers the caller's field of a part or a message. */
  mark<One extends object>(one: One, field: string): One {
    this.#places.set(one, field)
    return one
  }

  fieldOf(one: object): string {
    return this.#places.get(one) ?? ''
  }

  add(given: LanguageModelV4Message, field: string): void {
    const message = withoutEmptyTexts(given)
    if (message === undefined) return
    const last = this.prompt.at(-1)
    // Results of parallel calls belong to one message: Gemini answers a call with as many results as it made calls.
    if (message.role === 'tool' && last?.role === 'tool') last.content.push(...message.content)
    else this.prompt.push(this.mark(message, field))
  }

  finished(): Options {
    const providerOptions: SharedV4ProviderOptions = this.#vendorOptions as SharedV4ProviderOptions // plain JSON, as there
    return { ...this.options, prompt: this.prompt, providerOptions }
  }
}

/** What Anthropic takes where there is none, and the most it takes: https://docs.anthropic.com/en/api/messages. */
const USUAL_TEMPERATURE = 1

/** Options of OpenAI's that `@ai-sdk/openai-compatible` has too, under its own name. */
const COMPATIBLE_OPTIONS: ReadonlySet<string> = new Set(['strictJsonSchema', 'textVerbosity'])

const FEATURES: ReadonlySet<string> = new Set<Feature>([
  'topK',
  'seed',
  'presencePenalty',
  'frequencyPenalty',
  'stopSequences',
])

function isFeature(name: string): name is Feature {
  return FEATURES.has(name)
}

/**
 * Empty texts beside other parts say nothing, and some vendors refuse a conversation that has one: they are left out, with an
 * answer that has no words at all. Undefined for such an answer.
 */
function withoutEmptyTexts(message: LanguageModelV4Message): LanguageModelV4Message | undefined {
  if (message.role === 'assistant') {
    const content = message.content.filter(saysSomething)
    return content.length === 0 ? undefined : { ...message, content }
  }
  if (message.role !== 'user') return message
  const content = message.content.filter(saysSomething)
  return content.length === 0 ? message : { ...message, content }
}

/** With a signature of its vendor, an empty text belongs to the reasoning around it. */
export function saysSomething(part: { type: string; text?: string; providerOptions?: unknown }): boolean {
  return part.type !== 'text' || part.text !== '' || part.providerOptions !== undefined
}

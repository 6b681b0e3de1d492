import type { SharedV4ProviderOptions } from '@ai-sdk/provider'
import type { Bound } from '../../../calls/format.ts'
import { isJsonObject, type JsonObject } from '../../../core/json.ts'
import type { Fields } from './fields.ts'

/**
 * `cache_control` as an option that only Anthropic's models read; elsewhere it is a hint without effect. It is Anthropic's
 * (https://docs.anthropic.com/en/docs/build-with-claude/prompt-caching), and stands in parts of Chat Completions, too
 * (https://openrouter.ai/docs/features/prompt-caching).
 */
export function cacheOptions(block: Fields): { providerOptions?: SharedV4ProviderOptions } {
  const cacheControl = block.plainObject('cache_control')
  if (cacheControl === undefined) return {}
  return { providerOptions: { anthropic: { cacheControl } } as SharedV4ProviderOptions } // plain JSON, as there
}

/** What requests ask to be kept, and for how long. */
export class CacheWrites {
  readonly #times = new Set<'usual' | 'hour'>()

  /** `cache_control` stands at the body, at its parts or at its tools, each with a time of its own. */
  note({ cache_control: control }: JsonObject): void {
    if (isJsonObject(control)) this.#times.add(control.ttl === '1h' ? 'hour' : 'usual')
  }

  found(): Pick<Bound, 'cacheWrite'> {
    if (this.#times.size === 0) return {}
    return { cacheWrite: this.#times.has('hour') ? 'hour' : 'usual' }
  }
}

import type { SharedV4ProviderMetadata, SharedV4ProviderOptions } from '@ai-sdk/provider'
import { isJsonObject, type Json, type JsonObject } from '../../../core/json.ts'

/**
 * Vendors sign or encrypt a model's reasoning, and want it back unchanged in the next request. A client of another format
 * cannot hold that in its own fields, so it is given as one opaque text in the field that its format has for such state
 * (`signature`, `encrypted_content`, `data`), and read from there again.
 */
const PREFIX = 'polyphony.v1.'

/** The fields of vendors' metadata that must come back; nothing else in such a text is read. */
const STATE_FIELDS = ['signature', 'redactedData', 'itemId', 'reasoningEncryptedContent', 'thoughtSignature'] as const

export type ReasoningState = Record<string, Record<string, string>>

/** The state in a vendor's metadata; undefined if it has none. */
export function stateOf(metadata: SharedV4ProviderMetadata | undefined): ReasoningState | undefined {
  return metadata === undefined ? undefined : stateIn(metadata as JsonObject) // JSON values by its definition
}

/** `of` says to what the state belongs: to reasoning, or to the tool call that follows. */
export function packed(state: ReasoningState, of: 'reasoning' | 'tool-call'): string {
  return PREFIX + Buffer.from(JSON.stringify({ of, state })).toString('base64url')
}

/** The state in a text that `packed` wrote; undefined for any other text. */
export function unpacked(text: string): { state: ReasoningState; of: 'reasoning' | 'tool-call' } | undefined {
  if (!text.startsWith(PREFIX)) return undefined
  const content = parsed(Buffer.from(text.slice(PREFIX.length), 'base64url').toString())
  if (!isJsonObject(content) || !isJsonObject(content.state)) return undefined
  const state = stateIn(content.state)
  return state && { state, of: content.of === 'tool-call' ? 'tool-call' : 'reasoning' }
}

/** The provider options of a part with this state. */
export function withState(state: ReasoningState | undefined): { providerOptions?: SharedV4ProviderOptions } {
  return state === undefined ? {} : { providerOptions: state }
}

export function mergedStates(
  one: ReasoningState | undefined,
  other: ReasoningState | undefined,
): ReasoningState | undefined {
  if (one === undefined || other === undefined) return one ?? other
  const merged: ReasoningState = { ...one }
  for (const [vendor, fields] of Object.entries(other)) merged[vendor] = { ...merged[vendor], ...fields }
  return merged
}

function stateIn(metadata: JsonObject): ReasoningState | undefined {
  const vendors = Object.entries(metadata).flatMap(([vendor, value]) => {
    if (!isJsonObject(value) || !/^[a-z][a-zA-Z]{0,39}$/.test(vendor)) return []
    const fields = Object.fromEntries(
      STATE_FIELDS.flatMap((name) => {
        const text = value[name]
        return typeof text === 'string' ? [[name, text] as const] : []
      }),
    )
    // The id of an OpenAI item is of use only with its content: the gateway asks OpenAI to store nothing.
    if (fields.reasoningEncryptedContent === undefined) delete fields.itemId
    return Object.keys(fields).length === 0 ? [] : [[vendor, fields] as const]
  })
  return vendors.length === 0 ? undefined : Object.fromEntries(vendors)
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

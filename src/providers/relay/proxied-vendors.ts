import { replicatePrediction } from '../../catalog/hosted.ts'
import { isJsonObject, type JsonObject } from '../../core/json.ts'
import { bfl } from '../bfl/manifest.ts'
import { ideogram } from '../ideogram/manifest.ts'
import { kling } from '../kling/manifest.ts'
import { luma } from '../luma/manifest.ts'
import { minimax } from '../minimax/manifest.ts'
import { openai } from '../openai/manifest.ts'
import type { Account, Provider, ProviderManifest, ProviderParts } from '../provider.ts'
import { recraft } from '../recraft/manifest.ts'
import { replicate } from '../replicate/manifest.ts'
import { runway } from '../runway/manifest.ts'

/**
 * Vendors whose own APIs relays serve below a prefix, with the vendor's paths, bodies and answers. The vendor's own adapter
 * does the work, at another address and with the relay's key.
 */
interface ServedVendor {
  manifest: ProviderManifest
  /** What a relay has in place of the vendor's base address. */
  prefix: string
  /** Of what the adapter performs, where a relay has less. */
  only?: readonly string[]
  /** Whether a callback is in the vendor's form; left out where it sends none, or signs it with a key of its own. */
  isCallback?(body: JsonObject): boolean
}

/** Where several perform the same operation, the earlier one is preferred. */
const SERVED: readonly ServedVendor[] = [
  { manifest: luma, prefix: '/luma/dream-machine/v1', isCallback: ({ id, state }) => isText(id) && isText(state) },
  { manifest: runway, prefix: '/runwayml' },
  {
    manifest: kling,
    prefix: '/kling',
    isCallback: ({ task_id, task_status }) => isText(task_id) && isText(task_status),
  },
  {
    manifest: minimax,
    prefix: '/minimax',
    isCallback: ({ challenge, task_id, task, base_resp }) =>
      challenge !== undefined || (isText(task_id) && base_resp !== undefined) || isSecondTask(task),
  },
  { manifest: bfl, prefix: '/flux', isCallback: ({ id, status }) => isText(id) && FLUX_STATES.test(String(status)) },
  { manifest: ideogram, prefix: '/ideogram' },
  { manifest: recraft, prefix: '/recraft/v1' },
  { manifest: openai, prefix: '/v1' },
  // Relays take some models of it, each by its own name: families have nearer ways.
  { manifest: replicate, prefix: '/replicate/v1', only: [replicatePrediction.id] },
]

const FLUX_STATES = /^(?:Pending|Ready|Error|(?:Request|Content) Moderated|Task not found)$/

/** A vendor behind a relay. */
export interface ProxiedVendor extends Pick<ServedVendor, 'isCallback'> {
  provider: Provider
  operations: ReadonlySet<string>
  /** The relay's account, as the vendor's adapter takes it. */
  accountAt(relay: Account): Account
}

/** Loads the adapters. */
export async function openProxiedVendors(served = SERVED): Promise<(parts: ProviderParts) => ProxiedVendor[]> {
  const loaded = await Promise.all(served.map(async (one) => ({ ...one, open: await one.manifest.load() })))
  return (parts) =>
    loaded.map(({ manifest, prefix, only, isCallback, open }) => {
      const provider = open(parts)
      return {
        provider,
        operations: only ? new Set(only) : provider.operations,
        ...(isCallback ? { isCallback } : {}),
        accountAt: (relay) => ({
          ...relay,
          provider: manifest.id,
          settings: settingsAt(relay, manifest, prefix),
          fetch: withRelayKey(relay),
        }),
      }
    })
}

function settingsAt({ settings }: Account, { fields }: ProviderManifest, prefix: string): Account['settings'] {
  const defaults = fields.map(({ name, default: value = '' }) => [name, value])
  const baseUrl = `${(settings.baseUrl ?? '').replace(/(?<!\/)\/+$/, '')}${prefix}`
  return { ...Object.fromEntries(defaults), apiKey: settings.apiKey ?? '', baseUrl }
}

/** Relays want their key in one place, wherever the vendor has its own. It goes to the relay, and nowhere else. */
function withRelayKey({ settings, fetch }: Account): typeof globalThis.fetch {
  const home = URL.parse(settings.baseUrl ?? '')?.origin
  return (input, init) => {
    const request = input instanceof Request ? input : undefined
    const url = URL.parse(request?.url ?? String(input))
    const headers = new Headers(init?.headers ?? request?.headers)
    if (url?.origin === home && !headers.has('authorization')) {
      headers.set('authorization', `Bearer ${settings.apiKey ?? ''}`)
    }
    return fetch(input, { ...init, headers })
  }
}

/** What the second version of MiniMax's API calls back with. */
function isSecondTask(task: unknown): boolean {
  return isJsonObject(task) && isText(task.id) && isText(task.status)
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

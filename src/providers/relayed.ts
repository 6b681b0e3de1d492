import type { JsonObject } from '../core/json.ts'
import { luma } from './luma/card.ts'
import type { Account, Provider, ProviderCard, ProviderParts } from './provider.ts'

/**
 * Vendors whose own APIs relays serve below a prefix, with the vendor's paths, bodies and answers: there the vendor's own
 * adapter does the work, at another address and with the relay's key.
 */
interface Served {
  card: ProviderCard
  /** What a relay has in place of the vendor's base address. */
  prefix: string
  /** Of what the adapter performs, where a relay has less. */
  only?: readonly string[]
  /** Whether a callback is in the vendor's form; left out where it sends none. */
  sent?(body: JsonObject): boolean
}

const SERVED: readonly Served[] = [
  { card: luma, prefix: '/luma/dream-machine/v1', sent: ({ id, state }) => isText(id) && isText(state) },
]

/** A vendor behind a relay. */
export interface Relayed extends Pick<Served, 'sent'> {
  provider: Provider
  operations: ReadonlySet<string>
  /** The relay's account, as the vendor's adapter takes it. */
  accountAt(relay: Account): Account
}

/** Loads the adapters. */
export async function openRelayed(served = SERVED): Promise<(parts: ProviderParts) => Relayed[]> {
  const loaded = await Promise.all(served.map(async (one) => ({ ...one, open: await one.card.load() })))
  return (parts) =>
    loaded.map(({ card, prefix, only, sent, open }) => {
      const provider = open(parts)
      return {
        provider,
        operations: only ? new Set(only) : provider.operations,
        ...(sent ? { sent } : {}),
        accountAt: (relay) => ({ ...relay, provider: card.id, settings: settingsAt(relay, card, prefix) }),
      }
    })
}

function settingsAt({ settings }: Account, { fields }: ProviderCard, prefix: string): Account['settings'] {
  const defaults = fields.map(({ name, default: otherwise = '' }) => [name, otherwise])
  const baseUrl = `${(settings.baseUrl ?? '').replace(/\/+$/, '')}${prefix}`
  return { ...Object.fromEntries(defaults), apiKey: settings.apiKey ?? '', baseUrl }
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

import type { ProviderManifest } from '../providers/provider.ts'

/** An account whose credential is in the environment, under the vendor's own names of variables. */
export interface EnvironmentAccount {
  provider: string
  settings: Record<string, string>
  slots: number
  priority: number
}

/** The id of the stored row of an account of the environment: there is at most one for each provider. */
export function environmentId(provider: string): string {
  return `env:${provider}`
}

/** Providers in the operator's order come before all others, which keep the order of the manifests. */
const ORDERED = 50

/**
 * The accounts of the environment: one for each provider whose required fields are all set there. Throws when `order`
 * names an unknown provider.
 */
export function accountsOfEnvironment(
  manifests: readonly ProviderManifest[],
  variable: (name: string) => string | undefined,
  order: readonly { id: string; slots: number | undefined }[],
): EnvironmentAccount[] {
  for (const { id } of order) {
    if (manifests.some((manifest) => manifest.id === id)) continue
    const known = manifests.map((manifest) => manifest.id).join(', ')
    throw new Error(`POLYPHONY_PROVIDERS names "${id}"; there are: ${known}.`)
  }
  return manifests.flatMap((manifest, index) => {
    const entries = manifest.fields.flatMap(({ name, env }) => {
      const value = variable(env)
      return value === undefined ? [] : [[name, value] as const]
    })
    const settings = Object.fromEntries(entries)
    const required = manifest.fields.filter((field) => field.default === undefined)
    if (required.some(({ name }) => settings[name] === undefined)) return []
    // A base URL or a webhook secret alone does not define an account.
    const hasCredential = manifest.fields.some(
      ({ name, isSecret }) => isSecret && name !== 'webhookSecret' && settings[name] !== undefined,
    )
    if (required.length === 0 && !hasCredential) return []
    const position = order.findIndex(({ id }) => id === manifest.id)
    const priority = position === -1 ? manifests.length - index : ORDERED + order.length - position
    return [{ provider: manifest.id, settings, slots: order[position]?.slots ?? manifest.slots, priority }]
  })
}

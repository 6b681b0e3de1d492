import type { ProviderManifest } from '../providers/provider.ts'
import type { EnvironmentAccount } from './accounts.ts'

/** Above all that have no place in the operator's order: these stand as the manifests do. */
const ORDERED = 50

/**
 * The accounts whose keys stand in the environment under the vendors' own names: one for each provider whose required
 * fields are all there. Throws when `order` names a provider that there is none of.
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
    const given = manifest.fields.flatMap(({ name, env }) => {
      const value = variable(env)
      return value === undefined ? [] : [[name, value] as const]
    })
    const settings = Object.fromEntries(given)
    const required = manifest.fields.filter((field) => field.default === undefined)
    if (required.some(({ name }) => settings[name] === undefined)) return []
    // An address alone makes no account where a key is what counts, nor does what only checks callbacks.
    const isMeant = manifest.fields.some(
      ({ name, isSecret }) => isSecret && name !== 'webhookSecret' && settings[name] !== undefined,
    )
    if (required.length === 0 && !isMeant) return []
    const place = order.findIndex(({ id }) => id === manifest.id)
    const priority = place === -1 ? manifests.length - index : ORDERED + order.length - place
    return [{ provider: manifest.id, settings, slots: order[place]?.slots ?? manifest.slots, priority }]
  })
}

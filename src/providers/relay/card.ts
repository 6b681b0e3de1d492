import { ownUrl, secret } from '../card.ts'
import { modelsField } from '../narrowed.ts'
import type { ProviderCard } from '../provider.ts'

export const relay: ProviderCard = {
  id: 'relay',
  title: 'Relay of the one-api kind',
  fields: [secret('RELAY_API_KEY', 'API key'), ownUrl('RELAY_BASE_URL'), modelsField('RELAY_MODELS')],
  slots: 10,
  async load() {
    const [{ relayProvider }, { openRelayed }] = await Promise.all([import('./relay.ts'), import('../relayed.ts')])
    const open = await openRelayed()
    return (parts) => relayProvider(open(parts))
  },
}

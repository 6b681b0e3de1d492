import { ownUrl, secret } from '../kit/account-fields.ts'
import { modelsField } from '../kit/models-field.ts'
import type { ProviderManifest } from '../provider.ts'

export const relay: ProviderManifest = {
  id: 'relay',
  title: 'Relay of the one-api kind',
  fields: [secret('RELAY_API_KEY', 'API key'), ownUrl('RELAY_BASE_URL'), modelsField('RELAY_MODELS')],
  slots: 10,
  async load() {
    const [{ relayProvider }, { openProxiedVendors: openRelayed }] = await Promise.all([
      import('./relay.ts'),
      import('./proxied-vendors.ts'),
    ])
    const open = await openRelayed()
    return (parts) => relayProvider(open(parts))
  },
}

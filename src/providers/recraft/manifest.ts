import { baseUrl, secret } from '../kit/account-fields.ts'
import type { ProviderManifest } from '../provider.ts'

export const recraft: ProviderManifest = {
  id: 'recraft',
  title: 'Recraft',
  fields: [secret('RECRAFT_API_TOKEN', 'API token'), baseUrl('RECRAFT_BASE_URL', 'https://external.api.recraft.ai/v1')],
  slots: 5, // its limits are not published; inferred, a careful number
  load: async () => (await import('./recraft.ts')).recraftProvider,
}

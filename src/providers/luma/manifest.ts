import { baseUrl, secret } from '../kit/account-fields.ts'
import type { ProviderManifest } from '../provider.ts'

export const luma: ProviderManifest = {
  id: 'luma',
  title: 'Luma Dream Machine',
  fields: [secret('LUMAAI_API_KEY', 'API key'), baseUrl('LUMAAI_BASE_URL', 'https://api.lumalabs.ai/dream-machine/v1')],
  slots: 10,
  load: async () => (await import('./luma.ts')).lumaProvider,
}

import { baseUrl, optional, secret } from '../kit/account-fields.ts'
import type { ProviderManifest } from '../provider.ts'

export const replicate: ProviderManifest = {
  id: 'replicate',
  title: 'Replicate',
  fields: [
    secret('REPLICATE_API_TOKEN', 'API token'),
    baseUrl('REPLICATE_BASE_URL', 'https://api.replicate.com/v1'),
    optional(
      secret('REPLICATE_WEBHOOK_SECRET', 'Webhook signing secret; read from Replicate if empty', 'webhookSecret'),
    ),
  ],
  slots: 10,
  load: async () => (await import('./replicate.ts')).replicateProvider,
}

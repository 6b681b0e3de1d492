import { baseUrl, optional, secret } from '../card.ts'
import type { ProviderCard } from '../provider.ts'

export const replicate: ProviderCard = {
  id: 'replicate',
  title: 'Replicate',
  fields: [
    secret('REPLICATE_API_TOKEN', 'API token'),
    baseUrl('REPLICATE_BASE_URL', 'https://api.replicate.com/v1'),
    optional(
      secret('REPLICATE_WEBHOOK_SECRET', 'Webhook signing secret; asked for where it is left out', 'webhookSecret'),
    ),
  ],
  slots: 10,
  load: async () => (await import('./replicate.ts')).replicateProvider,
}

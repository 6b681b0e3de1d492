import { baseUrl, optional, secret } from '../kit/account-fields.ts'
import type { ProviderManifest } from '../provider.ts'

/** An access key with its secret key, or an API key: which of the two was given is looked at with every call. */
export const kling: ProviderManifest = {
  id: 'kling',
  title: 'Kling',
  fields: [
    optional({ ...secret('KLING_ACCESS_KEY', 'Access key', 'accessKey'), isSecret: false }),
    optional(secret('KLING_SECRET_KEY', 'Secret key', 'secretKey')),
    optional(secret('KLING_API_KEY', 'API key, in place of the other two')),
    optional(secret('KLING_WEBHOOK_SECRET', 'Webhook secret, where callbacks are signed', 'webhookSecret')),
    baseUrl('KLING_BASE_URL', 'https://api-singapore.klingai.com'),
  ],
  slots: 5,
  load: async () => (await import('./kling.ts')).klingProvider,
}

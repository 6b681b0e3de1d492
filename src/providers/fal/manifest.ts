import { baseUrl, optional, secret } from '../kit/account-fields.ts'
import type { ProviderManifest } from '../provider.ts'

export const fal: ProviderManifest = {
  id: 'fal',
  title: 'fal',
  fields: [
    secret('FAL_KEY', 'Key'),
    baseUrl('FAL_QUEUE_URL', 'https://queue.fal.run'),
    optional(
      { name: 'jwksUrl', env: 'FAL_JWKS_URL', title: 'Address of the keys that sign callbacks', isSecret: false },
      'https://rest.alpha.fal.ai/.well-known/jwks.json',
    ),
  ],
  slots: 10,
  load: async () => (await import('./fal.ts')).falProvider,
}

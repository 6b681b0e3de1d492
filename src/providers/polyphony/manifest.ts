import { optional, ownUrl, secret } from '../kit/account-fields.ts'
import { modelsField } from '../kit/models-field.ts'
import type { ProviderManifest } from '../provider.ts'

/** Another gateway of this kind: one with better connections, more credit, or a studio of its own. */
export const polyphony: ProviderManifest = {
  id: 'polyphony',
  title: 'Another Polyphony',
  fields: [
    secret('POLYPHONY_UPSTREAM_KEY', 'API key of the other gateway'),
    ownUrl('POLYPHONY_UPSTREAM_URL'),
    optional(
      secret('POLYPHONY_UPSTREAM_WEBHOOK_SECRET', 'Its webhook secret (whsec_…), to check callbacks', 'webhookSecret'),
    ),
    modelsField('POLYPHONY_UPSTREAM_MODELS'),
  ],
  slots: 50,
  load: async () => (await import('./polyphony.ts')).polyphonyProvider,
}

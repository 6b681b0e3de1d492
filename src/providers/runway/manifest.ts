import { baseUrl, secret } from '../kit/account-fields.ts'
import type { ProviderManifest } from '../provider.ts'

/** What is over the account's limit waits at Runway, so that more slots than its tier has do no harm. */
export const runway: ProviderManifest = {
  id: 'runway',
  title: 'Runway',
  fields: [secret('RUNWAYML_API_SECRET', 'API secret'), baseUrl('RUNWAYML_BASE_URL', 'https://api.dev.runwayml.com')],
  slots: 5,
  load: async () => (await import('./runway.ts')).runwayProvider,
}

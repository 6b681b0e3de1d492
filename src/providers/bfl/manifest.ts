import { baseUrl, secret } from '../kit/account-fields.ts'
import type { ProviderManifest } from '../provider.ts'

/** 24 tasks at a time are what Black Forest Labs takes. */
export const bfl: ProviderManifest = {
  id: 'bfl',
  title: 'Black Forest Labs',
  fields: [secret('BFL_API_KEY', 'API key'), baseUrl('BFL_BASE_URL', 'https://api.bfl.ai')],
  slots: 24,
  load: async () => (await import('./bfl.ts')).bflProvider,
}

import { baseUrl, secret } from '../kit/account-fields.ts'
import type { ProviderManifest } from '../provider.ts'

export const ideogram: ProviderManifest = {
  id: 'ideogram',
  title: 'Ideogram',
  fields: [secret('IDEOGRAM_API_KEY', 'API key'), baseUrl('IDEOGRAM_BASE_URL', 'https://api.ideogram.ai')],
  slots: 10, // as many pictures as it draws at once
  load: async () => (await import('./ideogram.ts')).ideogramProvider,
}

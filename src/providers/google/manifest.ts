import { baseUrl, secret } from '../kit/account-fields.ts'
import type { ProviderManifest } from '../provider.ts'

export const google: ProviderManifest = {
  id: 'google',
  title: 'Google Gemini API',
  fields: [
    secret('GEMINI_API_KEY', 'API key'),
    baseUrl('GOOGLE_GEMINI_BASE_URL', 'https://generativelanguage.googleapis.com'),
  ],
  slots: 10,
  load: async () => (await import('./google.ts')).googleProvider,
}

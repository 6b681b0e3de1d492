import { baseUrl, secret } from '../kit/account-fields.ts'
import type { ProviderManifest } from '../provider.ts'
import { googleCalls } from './calls.ts'

export const google: ProviderManifest = {
  id: 'google',
  title: 'Google Gemini API',
  fields: [
    secret('GEMINI_API_KEY', 'API key'),
    baseUrl('GOOGLE_GEMINI_BASE_URL', 'https://generativelanguage.googleapis.com'),
  ],
  slots: 10,
  calls: googleCalls,
  load: async () => (await import('./google.ts')).googleProvider,
}

import { baseUrl, secret } from '../card.ts'
import type { ProviderCard } from '../provider.ts'

export const google: ProviderCard = {
  id: 'google',
  title: 'Google Gemini API',
  fields: [
    secret('GEMINI_API_KEY', 'API key'),
    baseUrl('GOOGLE_GEMINI_BASE_URL', 'https://generativelanguage.googleapis.com'),
  ],
  slots: 10,
  load: async () => (await import('./google.ts')).googleProvider,
}

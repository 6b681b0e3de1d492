import { baseUrl, secret } from '../card.ts'
import type { ProviderCard } from '../provider.ts'

export const elevenlabs: ProviderCard = {
  id: 'elevenlabs',
  title: 'ElevenLabs',
  fields: [secret('ELEVENLABS_API_KEY', 'API key'), baseUrl('ELEVENLABS_BASE_URL', 'https://api.elevenlabs.io')],
  slots: 4, // concurrency follows the plan; inferred, a small one
  load: async () => (await import('./elevenlabs.ts')).elevenlabsProvider,
}

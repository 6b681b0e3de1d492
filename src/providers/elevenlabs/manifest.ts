import { baseUrl, secret } from '../kit/account-fields.ts'
import type { ProviderManifest } from '../provider.ts'

export const elevenlabs: ProviderManifest = {
  id: 'elevenlabs',
  title: 'ElevenLabs',
  fields: [secret('ELEVENLABS_API_KEY', 'API key'), baseUrl('ELEVENLABS_BASE_URL', 'https://api.elevenlabs.io')],
  slots: 4, // concurrency follows the plan; inferred, a small one
  load: async () => (await import('./elevenlabs.ts')).elevenlabsProvider,
}

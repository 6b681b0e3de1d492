import { optional, ownUrl } from '../kit/account-fields.ts'
import type { ProviderManifest } from '../provider.ts'
import { openaiCompatibleCalls } from './calls.ts'

export const openaiCompatible: ProviderManifest = {
  id: 'openai-compatible',
  title: 'A server with the API of OpenAI',
  fields: [
    ownUrl('OPENAI_COMPATIBLE_BASE_URL'),
    optional({ name: 'apiKey', env: 'OPENAI_COMPATIBLE_API_KEY', title: 'API key', isSecret: true }),
    optional({
      name: 'models',
      env: 'OPENAI_COMPATIBLE_MODELS',
      title: 'Models, separated by commas; without it those that the server lists',
      isSecret: false,
    }),
  ],
  slots: 10,
  calls: openaiCompatibleCalls,
  load: async () =>
    (await import('../kit/calls-only.ts')).callsOnly('openai-compatible', openaiCompatibleCalls, '/models'),
}

import { baseUrl, secret } from '../kit/account-fields.ts'
import type { ProviderManifest } from '../provider.ts'
import { anthropicCalls } from './calls.ts'

export const anthropic: ProviderManifest = {
  id: 'anthropic',
  title: 'Anthropic',
  fields: [secret('ANTHROPIC_API_KEY', 'API key'), baseUrl('ANTHROPIC_BASE_URL', 'https://api.anthropic.com')],
  slots: 10,
  calls: anthropicCalls,
  load: async () => (await import('../kit/calls-only.ts')).callsOnly('anthropic', anthropicCalls, '/v1/models'),
}

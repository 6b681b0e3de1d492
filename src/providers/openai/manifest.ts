import { baseUrl, optional, secret } from '../kit/account-fields.ts'
import type { ProviderManifest } from '../provider.ts'
import { openaiCalls } from './calls.ts'

export const openai: ProviderManifest = {
  id: 'openai',
  title: 'OpenAI',
  fields: [
    secret('OPENAI_API_KEY', 'API key'),
    baseUrl('OPENAI_BASE_URL', 'https://api.openai.com/v1'),
    optional({ name: 'organization', env: 'OPENAI_ORG_ID', title: 'Organisation', isSecret: false }),
    optional({ name: 'project', env: 'OPENAI_PROJECT_ID', title: 'Project', isSecret: false }),
  ],
  slots: 10,
  calls: openaiCalls,
  load: async () => (await import('./openai.ts')).openaiProvider,
}

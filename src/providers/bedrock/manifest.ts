import { optional } from '../kit/account-fields.ts'
import type { ProviderManifest } from '../provider.ts'
import { bedrockCalls } from './calls.ts'

export const bedrock: ProviderManifest = {
  id: 'bedrock',
  title: 'Amazon Bedrock',
  fields: [
    // Of its own: the keys below may be there for the storage of files.
    { name: 'region', env: 'BEDROCK_REGION', title: 'Region', isSecret: false },
    optional({ name: 'apiKey', env: 'AWS_BEARER_TOKEN_BEDROCK', title: 'API key', isSecret: true }),
    optional({ name: 'accessKeyId', env: 'AWS_ACCESS_KEY_ID', title: 'Access key', isSecret: false }),
    optional({ name: 'secretAccessKey', env: 'AWS_SECRET_ACCESS_KEY', title: 'Secret access key', isSecret: true }),
    optional({ name: 'sessionToken', env: 'AWS_SESSION_TOKEN', title: 'Session token', isSecret: true }),
    optional({ name: 'models', env: 'BEDROCK_MODELS', title: 'Models, separated by commas', isSecret: false }),
    optional({ name: 'baseUrl', env: 'BEDROCK_BASE_URL', title: 'Base address, for proxies', isSecret: false }),
  ],
  slots: 10,
  calls: bedrockCalls,
  load: async () => (await import('../kit/calls-only.ts')).callsOnly('bedrock', bedrockCalls),
}

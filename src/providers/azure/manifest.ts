import { optional, secret } from '../kit/account-fields.ts'
import type { ProviderManifest } from '../provider.ts'
import { azureCalls, azureUrl } from './calls.ts'

export const azure: ProviderManifest = {
  id: 'azure',
  title: 'Azure OpenAI',
  fields: [
    secret('AZURE_OPENAI_API_KEY', 'API key'),
    { name: 'baseUrl', env: 'AZURE_OPENAI_ENDPOINT', title: 'Address of the resource', isSecret: false },
    optional({
      name: 'models',
      env: 'AZURE_OPENAI_DEPLOYMENTS',
      title: 'Deployments, separated by commas',
      isSecret: false,
    }),
    optional({
      name: 'apiVersion',
      env: 'AZURE_OPENAI_API_VERSION',
      title: 'Version of the API: empty or "preview" for v1, or a date',
      isSecret: false,
    }),
  ],
  slots: 10,
  calls: azureCalls,
  load: async () => {
    const { callsOnly } = await import('../kit/calls-only.ts')
    const v1 = (settings: Parameters<typeof azureUrl>[2]) => azureUrl('models', '', { ...settings, apiVersion: '' })
    return callsOnly('azure', azureCalls, v1)
  },
}

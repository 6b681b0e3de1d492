import { baseUrl, optional, secret } from '../kit/account-fields.ts'
import { modelsField } from '../kit/models-field.ts'
import type { ProviderManifest } from '../provider.ts'

export const piapi: ProviderManifest = {
  id: 'piapi',
  title: 'PiAPI, or a gateway that speaks as it does',
  fields: [
    secret('PIAPI_API_KEY', 'API key'),
    baseUrl('PIAPI_BASE_URL', 'https://api.piapi.ai'),
    optional({ name: 'uploadUrl', env: 'PIAPI_UPLOAD_URL', title: 'Base address of uploads', isSecret: false }),
    modelsField('PIAPI_MODELS'),
  ],
  slots: 5, // what its Creator plan runs at once, by a third party's word
  load: async () => (await import('./piapi.ts')).piapiProvider,
}

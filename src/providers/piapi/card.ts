import { baseUrl, optional, secret } from '../card.ts'
import { modelsField } from '../narrowed.ts'
import type { ProviderCard } from '../provider.ts'

export const piapi: ProviderCard = {
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

import type { VendorFetch } from '../../assets/fetch-through.ts'
import { withOutputLimit } from '../kit/anthropic-output-limit.ts'
import { withTopP } from '../kit/anthropic-top-p.ts'
import type { CallEndpoint, CallSide } from '../provider.ts'

const ENDPOINTS: ReadonlySet<CallEndpoint> = new Set(['messages', 'messages/count_tokens'])
/** The version of the API, which every request names: https://docs.anthropic.com/en/api/versioning. */
const VERSION = '2023-06-01'

export const anthropicCalls: CallSide = {
  models: ['claude-*'],
  apiOf: () => 'anthropic',
  urlOf: (endpoint, _model, { baseUrl = '' }) => (ENDPOINTS.has(endpoint) ? `${baseUrl}/v1/${endpoint}` : undefined),
  headersOf: ({ apiKey = '' }) => ({ 'x-api-key': apiKey, 'anthropic-version': VERSION }),
  async loadModel({ model, settings: { apiKey = '', baseUrl = '' }, fetch }) {
    const { createAnthropic } = await import('@ai-sdk/anthropic')
    const build = (send: VendorFetch) => createAnthropic({ apiKey, baseURL: `${baseUrl}/v1`, fetch: send })(model)
    return withOutputLimit((send) => withTopP(build, send), fetch)
  },
}

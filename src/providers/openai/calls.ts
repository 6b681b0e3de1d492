import type { VendorFetch } from '../../assets/fetch-through.ts'
import { withSampling } from '../kit/openai-sampling.ts'
import type { CallEndpoint, CallSide } from '../provider.ts'

const ENDPOINTS: ReadonlySet<CallEndpoint> = new Set([
  'chat/completions',
  'completions',
  'responses',
  'responses/input_tokens',
  'embeddings',
  'moderations',
  'audio/speech',
  'audio/transcriptions',
  'audio/translations',
  'realtime',
])

/** OpenAI's own API: https://platform.openai.com/docs/api-reference. */
export const openaiCalls: CallSide = {
  models: [
    'gpt-*',
    'chatgpt-*',
    'o1*',
    'o3*',
    'o4*',
    'text-embedding-*',
    'omni-moderation-*',
    'text-moderation-*',
    'tts-*',
    'whisper-*',
    'computer-use-preview*',
    'codex-*',
  ],
  apiOf: () => 'openai-responses',
  urlOf: (endpoint, _model, { baseUrl = '' }) => (ENDPOINTS.has(endpoint) ? `${baseUrl}/${endpoint}` : undefined),
  headersOf: ({ apiKey = '', organization = '', project = '' }) => ({
    authorization: `Bearer ${apiKey}`,
    ...(organization === '' ? {} : { 'openai-organization': organization }),
    ...(project === '' ? {} : { 'openai-project': project }),
  }),
  async loadModel({ model, settings: { apiKey = '', baseUrl = '', organization, project }, fetch }) {
    const { createOpenAI } = await import('@ai-sdk/openai')
    const build = (send: VendorFetch) =>
      createOpenAI({
        apiKey,
        baseURL: baseUrl,
        fetch: send,
        ...(organization ? { organization } : {}),
        ...(project ? { project } : {}),
      }).responses(model)
    return withSampling(build, fetch)
  },
}

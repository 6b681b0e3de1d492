import type { CallEndpoint, CallSide } from '../provider.ts'

/** What the open servers (vLLM, Ollama, LM Studio, llama.cpp) have in common with OpenAI's API. */
const ENDPOINTS: ReadonlySet<CallEndpoint> = new Set([
  'chat/completions',
  'completions',
  'embeddings',
  'moderations',
  'audio/speech',
  'audio/transcriptions',
  'audio/translations',
  'realtime',
])

/** Any server that speaks OpenAI's format: the operator's own, or another gateway. */
export const openaiCompatibleCalls: CallSide = {
  models: [],
  isUnpriced: true,
  apiOf: () => 'openai-compatible',
  urlOf: (endpoint, _model, { baseUrl = '' }) => (ENDPOINTS.has(endpoint) ? `${baseUrl}/${endpoint}` : undefined),
  headersOf: ({ apiKey = '' }) => (apiKey === '' ? {} : { authorization: `Bearer ${apiKey}` }),
  async loadModel({ model, settings: { apiKey = '', baseUrl = '' }, fetch }) {
    const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible')
    const server = createOpenAICompatible({
      name: 'openai-compatible',
      baseURL: baseUrl,
      fetch,
      includeUsage: true,
      supportsStructuredOutputs: true,
      ...(apiKey === '' ? {} : { apiKey }),
    })
    return server.chatModel(model)
  },
}

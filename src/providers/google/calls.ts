import type { CallEndpoint, CallSide } from '../provider.ts'

const ENDPOINTS: ReadonlySet<CallEndpoint> = new Set([
  'generateContent',
  'streamGenerateContent',
  'countTokens',
  'embedContent',
  'batchEmbedContents',
])

/** The Gemini API: https://ai.google.dev/api. */
export const googleCalls: CallSide = {
  models: ['gemini-*', 'gemma-*', 'learnlm-*', 'text-embedding-004'],
  apiOf: () => 'gemini',
  urlOf: (endpoint, model, { baseUrl = '' }) =>
    ENDPOINTS.has(endpoint) ? `${baseUrl}/v1beta/models/${encodeURIComponent(model)}:${endpoint}` : undefined,
  headersOf: ({ apiKey = '' }) => ({ 'x-goog-api-key': apiKey }),
  async loadModel({ model, settings: { apiKey = '', baseUrl = '' }, fetch }) {
    const { createGoogleGenerativeAI } = await import('@ai-sdk/google')
    return createGoogleGenerativeAI({ apiKey, baseURL: `${baseUrl}/v1beta`, fetch })(model)
  },
}

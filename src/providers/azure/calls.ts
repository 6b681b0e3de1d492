import type { VendorFetch } from '../../assets/fetch-through.ts'
import { withSampling } from '../kit/openai-sampling.ts'
import type { Account, CallEndpoint, CallSide } from '../provider.ts'

type Settings = Account['settings']

const ENDPOINTS: ReadonlySet<CallEndpoint> = new Set([
  'chat/completions',
  'completions',
  'responses',
  'embeddings',
  'audio/speech',
  'audio/transcriptions',
  'audio/translations',
])

/** The two APIs: `v1`, in which the body names the deployment, and those of a date, in which the path does. */
function isDated({ apiVersion = '' }: Settings): boolean {
  return /^\d{4}-\d{2}-\d{2}/.test(apiVersion)
}

/** `https://NAME.openai.azure.com`, however much of the path of an API was given with it. */
function resourceOf({ baseUrl = '' }: Settings): string {
  return baseUrl.replace(/(?:\/openai(?:\/v1)?)?\/?$/, '')
}

function versionIn({ apiVersion = '' }: Settings): string {
  return apiVersion === '' ? '' : `?api-version=${encodeURIComponent(apiVersion)}`
}

/** Where a path of OpenAI's API is for a deployment. Responses have no deployment in their path, also with a date. */
export function azureUrl(path: string, deployment: string, settings: Settings): string {
  const resource = `${resourceOf(settings)}/openai`
  const base = !isDated(settings)
    ? `${resource}/v1`
    : path === 'responses'
      ? resource
      : `${resource}/deployments/${encodeURIComponent(deployment)}`
  return `${base}/${path}${versionIn(settings)}`
}

/** Azure OpenAI, whose models are deployments: https://learn.microsoft.com/azure/ai-foundry/openai/reference. */
export const azureCalls: CallSide = {
  // Its list of models names all that could be deployed.
  models: [],
  hasNoList: true,
  apiOf: (settings) => (isDated(settings) ? 'openai-chat' : 'openai-responses'),
  urlOf: (endpoint, model, settings) => (ENDPOINTS.has(endpoint) ? azureUrl(endpoint, model, settings) : undefined),
  headersOf: ({ apiKey = '' }) => ({ 'api-key': apiKey }),
  /** With OpenAI's package, which Azure's own wraps: what it adds are the address and the header of the key. */
  async loadModel({ model, settings, fetch }) {
    const { createOpenAI } = await import('@ai-sdk/openai')
    const path = isDated(settings) ? 'chat/completions' : 'responses'
    const build = (send: VendorFetch) => {
      const openai = createOpenAI({ apiKey: 'in the header of Azure', baseURL: resourceOf(settings), fetch: send })
      return isDated(settings) ? openai.chat(model) : openai.responses(model)
    }
    return withSampling(build, withKey(fetch, azureUrl(path, model, settings), azureCalls.headersOf(settings)))
  },
}

function withKey(fetch: VendorFetch, url: string, key: Record<string, string>): VendorFetch {
  return (_input, init) => {
    const headers = new Headers(init?.headers)
    headers.delete('authorization')
    for (const [name, value] of Object.entries(key)) headers.set(name, value)
    return fetch(url, { ...init, headers })
  }
}

import { baseUrl, optional, secret } from '../kit/account-fields.ts'
import type { CallEndpoint, CallSide, ProviderManifest } from '../provider.ts'
import { openaiCompatibleCalls } from './calls.ts'

/** A vendor whose API is OpenAI's at another address. */
interface Preset {
  id: string
  title: string
  /** The vendor's own name of the variable. Those of the address and the models are made from the id. */
  keyEnv: string
  baseUrl: string
  endpoints: readonly CallEndpoint[]
  /** Beginnings of the names of its models; empty where it has those of many vendors. */
  models: readonly string[]
  /** Its list is not read: a model is reached as `ID/MODEL`, by an alias, or when the account names it. */
  hasNoList?: true
}

const PRESETS: readonly Preset[] = [
  {
    // https://docs.mistral.ai/api
    id: 'mistral',
    title: 'Mistral',
    keyEnv: 'MISTRAL_API_KEY',
    baseUrl: 'https://api.mistral.ai/v1',
    endpoints: ['chat/completions', 'embeddings', 'moderations', 'audio/transcriptions'],
    models: [
      'mistral-*',
      'ministral-*',
      'magistral-*',
      'codestral-*',
      'devstral-*',
      'pixtral-*',
      'voxtral-*',
      'open-mi*',
    ],
  },
  {
    // https://docs.x.ai/docs/api-reference
    id: 'xai',
    title: 'xAI',
    keyEnv: 'XAI_API_KEY',
    baseUrl: 'https://api.x.ai/v1',
    endpoints: ['chat/completions', 'responses'],
    models: ['grok-*'],
  },
  {
    // https://api-docs.deepseek.com
    id: 'deepseek',
    title: 'DeepSeek',
    keyEnv: 'DEEPSEEK_API_KEY',
    baseUrl: 'https://api.deepseek.com/v1',
    endpoints: ['chat/completions'],
    models: ['deepseek-*'],
  },
  {
    // https://console.groq.com/docs/openai
    id: 'groq',
    title: 'Groq',
    keyEnv: 'GROQ_API_KEY',
    baseUrl: 'https://api.groq.com/openai/v1',
    endpoints: ['chat/completions', 'responses', 'audio/speech', 'audio/transcriptions', 'audio/translations'],
    models: [],
  },
  {
    // https://openrouter.ai/docs/api-reference. Its names are VENDOR/MODEL, and would take calls from the vendors' own accounts.
    id: 'openrouter',
    title: 'OpenRouter',
    keyEnv: 'OPENROUTER_API_KEY',
    baseUrl: 'https://openrouter.ai/api/v1',
    endpoints: ['chat/completions', 'embeddings'],
    models: [],
    hasNoList: true,
  },
]

/** Vendors with OpenAI's API, one entry each. */
export const compatibleVendors: readonly ProviderManifest[] = PRESETS.map(manifestOf)

function manifestOf(preset: Preset): ProviderManifest {
  const { id, title, keyEnv } = preset
  const name = id.toUpperCase()
  const calls = callsOf(preset)
  return {
    id,
    title,
    fields: [
      secret(keyEnv, 'API key'),
      baseUrl(`${name}_BASE_URL`, preset.baseUrl),
      optional({
        name: 'models',
        env: `${name}_MODELS`,
        title: 'Models, separated by commas, in place of the usual ones',
        isSecret: false,
      }),
    ],
    slots: 10,
    calls,
    load: async () => (await import('../kit/calls-only.ts')).callsOnly(id, calls, '/models'),
  }
}

function callsOf({ endpoints, models, hasNoList }: Preset): CallSide {
  const { isUnpriced: _, ...side } = openaiCompatibleCalls
  return {
    ...side,
    models,
    ...(hasNoList ? { hasNoList } : {}),
    urlOf: (endpoint, _model, { baseUrl: base = '' }) =>
      endpoints.includes(endpoint) ? `${base}/${endpoint}` : undefined,
  }
}

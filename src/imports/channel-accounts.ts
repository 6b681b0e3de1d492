import type { JsonObject } from '../core/json.ts'
import type { Relay, SourceChannel } from './relay-rows.ts'

/**
 * Which of our providers a channel's type is. The numbers are those of new-api's `constant/channel.go` and of one-api's
 * `relay/channeltype/define.go`: up to 27 they are the same, beyond it each has its own.
 */

export interface AccountPlan {
  provider: string
  fields: Record<string, string>
}

/** What makes an account of one key of a channel, or says why it cannot. */
type Plan = (channel: SourceChannel, key: string) => AccountPlan | { reason: string }

const OPENAI = 'https://api.openai.com'
const WHOLE = '/chat/completions'

/** Names under which relays sell tasks, rather than calls. */
const RELAY_TASKS = /^(?:suno_|mj_|swap_face$|udio)/

function serverAt(base: string, key: string, models: readonly string[]): AccountPlan {
  return { provider: 'openai-compatible', fields: given({ baseUrl: base, apiKey: key, models: models.join(',') }) }
}

/** A server with the API of OpenAI below `path`, which both programs append to whatever address the operator set. */
const compatible =
  (fallback: string, path = '/v1'): Plan =>
  ({ baseUrl, models }, key) => {
    const base = baseUrl || fallback
    if (base === '') return { reason: 'it has no base address' }
    // A "custom" channel has the whole URL.
    if (base.endsWith(WHOLE)) return serverAt(base.slice(0, -WHOLE.length), key, models)
    return serverAt(base.endsWith(path) ? base : `${base}${path}`, key, models)
  }

const openai: Plan = (channel, key) => {
  const { baseUrl, models, organization } = channel
  if (models.length > 0 && models.every((model) => RELAY_TASKS.test(model))) return relay()(channel, key)
  if (baseUrl !== '' && !baseUrl.startsWith(OPENAI)) return compatible('')(channel, key)
  return { provider: 'openai', fields: given({ apiKey: key, organization }) }
}

/** A vendor whose own adapter is there; `path` follows its base address in our field. */
const vendor =
  (provider: string, options: { path?: string; hasModels?: boolean } = {}): Plan =>
  ({ baseUrl, models }, key) => ({
    provider,
    fields: given({
      apiKey: key,
      ...(baseUrl === '' ? {} : { baseUrl: `${baseUrl}${options.path ?? ''}` }),
      ...(options.hasModels ? { models: models.join(',') } : {}),
    }),
  })

/** Gateways of the same kind, and the servers behind Midjourney and Suno channels. */
const relay =
  (models = ''): Plan =>
  ({ baseUrl }, key) =>
    baseUrl === ''
      ? { reason: 'it has no base address' }
      : { provider: 'relay', fields: given({ apiKey: key, baseUrl, models }) }

const azure: Plan = ({ baseUrl, models, other, config }, key) => {
  if (baseUrl === '') return { reason: 'it has no base address' }
  const apiVersion = other || String(config.api_version ?? '')
  return { provider: 'azure', fields: given({ apiKey: key, baseUrl, models: models.join(','), apiVersion }) }
}

/** new-api: `AccessKey|SecretKey|Region`, or `ApiKey|Region`; one-api has them in its `config`. */
const bedrock: Plan = ({ models, config }, key) => {
  const parts = key.split('|').map((part) => part.trim())
  const [first = '', second = '', third = ''] = parts
  const fields = { models: models.join(',') }
  if (parts.length === 3)
    return bedrockAccount({ ...fields, accessKeyId: first, secretAccessKey: second, region: third })
  if (parts.length === 2) return bedrockAccount({ ...fields, apiKey: first, region: second })
  const { ak, sk, region } = config
  if (typeof ak !== 'string' || typeof sk !== 'string' || typeof region !== 'string') {
    return { reason: 'its key is not of the form ACCESS_KEY|SECRET_KEY|REGION' }
  }
  return bedrockAccount({ ...fields, accessKeyId: ak, secretAccessKey: sk, region })
}

function bedrockAccount(fields: Record<string, string>): AccountPlan {
  return { provider: 'bedrock', fields: given(fields) }
}

/** `AccessKey|SecretKey`, or a key of a gateway before Kling. */
const kling: Plan = ({ baseUrl }, key) => {
  const [accessKey = '', secretKey] = key.split('|')
  const credential = secretKey === undefined ? { apiKey: key } : { accessKey, secretKey }
  return { provider: 'kling', fields: given({ ...credential, baseUrl }) }
}

/** The same in both. */
const COMMON: Record<number, Plan> = {
  1: openai,
  3: azure,
  8: compatible(''),
  6: compatible('https://api.openaimax.com'),
  7: compatible('https://api.ohmygpt.com'),
  9: compatible('https://api.caipacity.com'),
  10: compatible('https://api.aiproxy.io'),
  12: compatible('https://api.api2gpt.com'),
  13: compatible('https://api.aigc2d.com'),
  14: vendor('anthropic'),
  17: compatible('https://dashscope.aliyuncs.com', '/compatible-mode/v1'),
  20: vendor('openrouter', { path: '/v1', hasModels: true }),
  24: vendor('google'),
  25: compatible('https://api.moonshot.cn'),
  31: compatible('https://api.lingyiwanwu.com'),
  33: bedrock,
}

const TYPES: Record<Relay, Record<number, Plan>> = {
  'new-api': {
    ...COMMON,
    2: relay('midjourney'),
    4: compatible('http://localhost:11434'),
    5: relay('midjourney'),
    26: compatible('https://open.bigmodel.cn', '/api/paas/v4'),
    27: compatible('https://api.perplexity.ai', ''),
    35: compatible('https://api.minimax.chat'),
    36: relay('suno'),
    40: compatible('https://api.siliconflow.cn'),
    42: vendor('mistral', { path: '/v1', hasModels: true }),
    43: vendor('deepseek', { path: '/v1', hasModels: true }),
    45: compatible('https://ark.cn-beijing.volces.com', '/api/v3'),
    46: compatible('https://qianfan.baidubce.com', '/v2'),
    47: compatible(''),
    48: vendor('xai', { path: '/v1', hasModels: true }),
    50: kling,
    55: openai,
    56: vendor('replicate', { path: '/v1' }),
  },
  'one-api': {
    ...COMMON,
    2: compatible('https://oa.api2d.net'),
    4: compatible('https://api.closeai-proxy.xyz'),
    5: compatible('https://api.openai-sb.com'),
    26: compatible('https://api.baichuan-ai.com'),
    27: compatible('https://api.minimax.chat'),
    28: vendor('mistral', { path: '/v1', hasModels: true }),
    29: vendor('groq', { path: '/v1', hasModels: true }),
    30: compatible('http://localhost:11434'),
    32: compatible('https://api.stepfun.com'),
    36: vendor('deepseek', { path: '/v1', hasModels: true }),
    39: compatible('https://api.together.xyz'),
    40: compatible('https://ark.cn-beijing.volces.com', '/api/v3'),
    41: compatible('https://api.novita.ai/v3/openai', ''),
    44: compatible('https://api.siliconflow.cn'),
    45: vendor('xai', { path: '/v1', hasModels: true }),
    46: vendor('replicate', { path: '/v1' }),
    47: compatible('https://qianfan.baidubce.com', '/v2'),
    49: compatible('https://dashscope.aliyuncs.com', '/compatible-mode/v1'),
    50: compatible(''),
    51: compatible('https://generativelanguage.googleapis.com/v1beta/openai', ''),
  },
}

export function accountPlan(kind: Relay, channel: SourceChannel, key: string): AccountPlan | { reason: string } {
  const plan = TYPES[kind][channel.type]
  return plan ? plan(channel, key) : { reason: `there is no provider for channels of type ${channel.type}` }
}

function given(fields: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''))
}

const [WEIGHTS, PRIORITIES] = [
  { least: 1, most: 1_000 },
  { least: -100, most: 100 },
]

/** Weight and priority within the bounds of accounts; a weight of 0 is the usual one there. */
export function settingsOf({ weight, priority }: SourceChannel): { settings: JsonObject; isClamped: boolean } {
  const settings = { weight: within(WEIGHTS, weight || 1), priority: within(PRIORITIES, priority) }
  return { settings, isClamped: settings.weight !== (weight || 1) || settings.priority !== priority }
}

function within({ least, most }: { least: number; most: number }, value: number): number {
  return Math.min(most, Math.max(least, Math.trunc(value)))
}

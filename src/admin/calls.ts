import { type Static, Type } from 'typebox'
import type { Call } from '../core/call.ts'
import { SERVICE_TIERS, type ServiceTier } from '../core/usage.ts'
import { type AdminContext, callerOf } from './context.ts'
import {
  amountOf,
  COUNT,
  ID,
  limitOf,
  listOf,
  MODE,
  money,
  orNull,
  PAGE,
  PERIOD,
  pageOf,
  periodIn,
  TENANT,
  TEXT,
  TIME,
  timeOf,
} from './fields.ts'
import { tenantIdIn } from './find-tenant.ts'
import { verb } from './verb.ts'

const CallBody = Type.Object({
  id: ID,
  tenant_id: ID,
  key_id: ID,
  mode: MODE,
  request_id: orNull(TEXT),
  endpoint: TEXT,
  model: Type.String({ description: 'As the caller named it.' }),
  batch_id: orNull(ID, 'The batch whose line it answered; null = it was asked for by itself.'),
  provider: orNull(TEXT),
  account: orNull(TEXT),
  vendor_model: orNull(TEXT, 'As the provider was told; null = none answered.'),
  status: Type.Integer(),
  outcome: Type.Enum(['completed', 'failed', 'cut']),
  error_code: orNull(TEXT),
  streamed: Type.Boolean(),
  usage: orNull(Type.Record(Type.String(), Type.Number()), 'Tokens and other units.'),
  usage_estimated: Type.Boolean({
    description: 'The provider did not report the usage: it was counted by the characters of request and answer.',
  }),
  service_tier: orNull(
    Type.Enum([...SERVICE_TIERS]),
    'How the provider worked, where that changes the price of tokens.',
  ),
  ...money('price', 'What it cost.'),
  tried: Type.Array(Type.Object({ account: TEXT, reason: TEXT }), {
    description: 'The accounts that were asked before, and why they did not answer.',
  }),
  at: TIME,
  first_byte_ms: orNull(COUNT),
  duration_ms: COUNT,
})
const Calls = listOf(CallBody)

const INPUT = {
  ...PERIOD,
  ...PAGE,
  key: Type.Optional(Type.String({ ...ID, description: 'Only calls of the key with this id.' })),
  model: Type.Optional(Type.String({ ...ID, description: 'Only calls of this model.' })),
}

interface CallsInput {
  from?: string
  to?: string
  limit?: number
  cursor?: string
  key?: string
  model?: string
}

async function listed(
  { store }: AdminContext,
  input: CallsInput,
  of: { tenantId?: string; mode?: 'live' | 'test' },
): Promise<Static<typeof Calls>> {
  const limit = limitOf(input)
  const { cursor, key, model } = input
  const calls = await store.listCalls({
    ...of,
    ...periodIn(input),
    ...(cursor === undefined ? {} : { beforeId: cursor }),
    ...(key === undefined ? {} : { keyId: key }),
    ...(model === undefined ? {} : { model }),
    limit: limit + 1,
  })
  return pageOf(calls, limit, ({ id }) => id, bodyOf)
}

function bodyOf(call: Call): Static<typeof CallBody> {
  return {
    id: call.id,
    tenant_id: call.tenantId,
    key_id: call.keyId,
    mode: call.mode,
    request_id: call.requestId,
    endpoint: call.endpoint,
    model: call.model,
    batch_id: call.batchId,
    provider: call.provider,
    account: call.account,
    vendor_model: call.vendorModel,
    status: call.status,
    outcome: call.outcome,
    error_code: call.errorCode,
    streamed: call.isStreamed,
    ...usageOf(call),
    ...amountOf('price', call.pricePoints),
    tried: [...call.tried],
    at: timeOf(call.createdAt),
    first_byte_ms: call.firstByteMs,
    duration_ms: call.durationMs,
  }
}

interface UsageBody {
  usage: Record<string, number> | null
  usage_estimated: boolean
  service_tier: ServiceTier | null
}

function usageOf({ usage }: Call): UsageBody {
  if (usage === null) return { usage: null, usage_estimated: false, service_tier: null }
  const { isEstimated = false, serviceTier = null, ...counts } = usage
  return {
    usage: counts as Record<string, number>, // as it was counted
    usage_estimated: isEstimated === true,
    service_tier: SERVICE_TIERS.find((tier) => tier === serviceTier) ?? null,
  }
}

const DESCRIPTION = 'Requests that were answered on the spot, the newest first, without their content.'

export const CALL_VERBS = [
  verb({
    name: 'call.list',
    method: 'GET',
    path: '/calls',
    summary: 'List calls, the newest first',
    description: DESCRIPTION,
    input: Type.Object({ tenant: Type.Optional(TENANT), ...INPUT }),
    answer: Calls,
    changes: false,
    errors: ['not_found'],
    run: async (context, { tenant, ...input }) => {
      const tenantId = await tenantIdIn(context.store, tenant)
      return listed(context, input, tenantId === undefined ? {} : { tenantId })
    },
  }),
] as const

export const OWN_CALL_VERBS = [
  verb({
    name: 'own.call.list',
    method: 'GET',
    path: '/calls',
    summary: 'List your calls, the newest first',
    description: DESCRIPTION,
    input: Type.Object(INPUT),
    answer: Calls,
    changes: false,
    run: (context, input, actor) => {
      const { tenantId, mode } = callerOf(actor)
      return listed(context, input, { tenantId, mode })
    },
  }),
] as const

import { type Static, Type } from 'typebox'
import { listOperations } from '../catalog/catalog.ts'
import { DAY_MS, SECOND_MS } from '../core/clock.ts'
import { invalidInput, PolyphonyError } from '../core/errors.ts'
import type { KeyChange, KeyRecord } from '../core/key.ts'
import { ZERO_POINTS } from '../core/points.ts'
import { NOTHING_SPENT, spentNow } from '../core/spend-periods.ts'
import { aNewKey, keyText, newKey } from '../tenants/keys.ts'
import { type Actor, type AdminContext, auditOf } from './context.ts'
import {
  amountOf,
  amountOrNull,
  ID,
  limitOf,
  MODE,
  money,
  nameOf,
  orNull,
  pageOf,
  pointsIn,
  TEXT,
  TIME,
  timeIn,
  timeOf,
} from './fields.ts'

const MAX_COUNT = 1_000_000
const MAX_TOKENS = 1_000_000_000
const MAX_USD = 100_000_000
export const MAX_GRACE_SECONDS = (30 * DAY_MS) / SECOND_MS
export const KEY_NAME = nameOf('What the key is for.')

export const KEY_LIMITS = Type.Partial(
  Type.Object({
    models: orNull(
      Type.Array(TEXT, { minItems: 1, maxItems: 200 }),
      'Only these models; "*" at the end of a name stands for any rest. null = all.',
    ),
    requests_per_minute: orNull(Type.Integer({ minimum: 1, maximum: MAX_COUNT }), 'null = no limit.'),
    tokens_per_minute: orNull(
      Type.Integer({ minimum: 1, maximum: MAX_TOKENS }),
      'Tokens of calls, read and made; null = no limit.',
    ),
    max_concurrent: orNull(
      Type.Integer({ minimum: 1, maximum: MAX_COUNT }),
      'Unfinished tasks at once; more are parked. null = no limit.',
    ),
    spend_limit_points: orNull(
      Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
      'What it may spend in all, in points; null = no limit.',
    ),
    spend_limit_usd: orNull(Type.Number({ minimum: 0, maximum: MAX_USD }), 'The same in USD: name one of the two.'),
    daily_limit_points: orNull(
      Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
      'What it may spend in a day of UTC, in points; null = no limit.',
    ),
    daily_limit_usd: orNull(Type.Number({ minimum: 0, maximum: MAX_USD }), 'The same in USD: name one of the two.'),
    monthly_limit_points: orNull(
      Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
      'What it may spend in a month of UTC, in points; null = no limit.',
    ),
    monthly_limit_usd: orNull(Type.Number({ minimum: 0, maximum: MAX_USD }), 'The same in USD: name one of the two.'),
    expires_at: orNull(Type.String({ maxLength: 40 }), 'An RFC 3339 time; null = never.'),
  }),
).properties

export const KeyBody = Type.Object({
  id: ID,
  tenant: Type.String({ description: 'The id of its tenant.' }),
  tenant_name: TEXT,
  name: TEXT,
  prefix: Type.String({ description: 'The first characters, to recognise it by.' }),
  mode: MODE,
  role: Type.Enum(['admin', 'member']),
  models: orNull(Type.Array(TEXT)),
  requests_per_minute: orNull(Type.Integer()),
  tokens_per_minute: orNull(Type.Integer()),
  max_concurrent: orNull(Type.Integer()),
  spend_limit_points: orNull(Type.Integer()),
  spend_limit_usd: orNull(Type.Number()),
  daily_limit_points: orNull(Type.Integer()),
  daily_limit_usd: orNull(Type.Number()),
  monthly_limit_points: orNull(Type.Integer()),
  monthly_limit_usd: orNull(Type.Number()),
  ...money('spent_today', 'What its calls have cost, and its tasks hold and have consumed, in this day of UTC.'),
  ...money('spent_this_month', 'The same in this month of UTC.'),
  ...money('spent', 'What its tasks hold and have consumed.'),
  created_at: TIME,
  expires_at: orNull(TIME),
  revoked_at: orNull(TIME),
  last_used_at: orNull(TIME, 'To the minute; null = never.'),
  previous_valid_until: orNull(TIME, 'Until when the text from before the last rotation is accepted, too.'),
})
export const KeyWithText = Type.Object({
  ...KeyBody.properties,
  key: Type.String({ description: 'The key itself. Only its hash is stored: it cannot be shown again.' }),
})
export const Pair = Type.Object({ access_key: TEXT, secret_key: TEXT })
export const Revoked = Type.Object({ id: ID, revoked: Type.Literal(true) })
export const ONE = { id: ID }

function limitsOf(key: KeyRecord) {
  return {
    models: key.allowedModels === null ? null : [...key.allowedModels],
    requests_per_minute: key.requestsPerMinute,
    tokens_per_minute: key.tokensPerMinute,
    max_concurrent: key.maxConcurrent,
    ...amountOrNull('spend_limit', key.spendLimitPoints),
    ...amountOrNull('daily_limit', key.dayLimitPoints),
    ...amountOrNull('monthly_limit', key.monthLimitPoints),
    expires_at: timeOf(key.expiresAt),
  }
}

function bodyOf(key: KeyRecord, tenantName: string, now: number): Static<typeof KeyBody> {
  const spent = spentNow(key.spending, now)
  const isInGrace = key.previousUntil !== null && key.previousUntil > now
  return {
    id: key.keyId,
    tenant: key.tenantId,
    tenant_name: tenantName,
    name: key.name,
    prefix: key.prefix,
    mode: key.mode,
    role: key.role,
    ...limitsOf(key),
    ...amountOf('spent_today', spent.day),
    ...amountOf('spent_this_month', spent.month),
    ...amountOf('spent', key.spentPoints),
    created_at: timeOf(key.createdAt),
    revoked_at: timeOf(key.revokedAt),
    last_used_at: timeOf(key.lastUsedAt),
    previous_valid_until: isInGrace ? timeOf(key.previousUntil) : null,
  }
}

/** What the audit says of a key: no text and no hash. */
function recordOf(key: KeyRecord) {
  return { name: key.name, mode: key.mode, role: key.role, prefix: key.prefix, ...limitsOf(key) }
}

export async function shownKey({ store, clock }: AdminContext, key: KeyRecord): Promise<Static<typeof KeyBody>> {
  const tenant = await store.getTenant({ id: key.tenantId })
  return bodyOf(key, tenant?.name ?? '', clock.now())
}

export async function listKeys(
  context: AdminContext,
  tenantId: string | null,
  input: { search?: string; limit?: number; cursor?: string },
): Promise<{ items: Static<typeof KeyBody>[]; next_cursor: string | null }> {
  const limit = limitOf(input)
  const { cursor, search } = input
  const from = cursor === undefined ? {} : { afterId: cursor }
  const keys = await context.store.listKeys({
    tenantId,
    limit: limit + 1,
    ...(search === undefined ? {} : { search }),
    ...from,
  })
  const names = new Map<string, string>()
  for (const id of new Set(keys.map((key) => key.tenantId))) {
    names.set(id, (await context.store.getTenant({ id }))?.name ?? '')
  }
  const now = context.clock.now()
  return pageOf(
    keys,
    limit,
    (key) => key.keyId,
    (key) => bodyOf(key, names.get(key.tenantId) ?? '', now),
  )
}

/** The key, if there is one that the tenant may see; null = the operator sees all. Throws `not_found`. */
export async function findKey({ store }: AdminContext, id: string, tenantId: string | null): Promise<KeyRecord> {
  const key = await store.getKey({ id })
  if (!key || key.personId !== null || (tenantId !== null && key.tenantId !== tenantId)) {
    throw new PolyphonyError('not_found', `There is no key ${id}.`)
  }
  return key
}

/** The key, to be changed. An admin key may do all, so only one of its kind may change it. */
async function findToChange(context: AdminContext, id: string, tenantId: string | null, actor: Actor) {
  const key = await context.store.getKey({ id })
  const isForeign = tenantId !== null && key?.tenantId !== tenantId
  if (!key || key.revokedAt !== null || key.personId !== null || isForeign) throw gone(id)
  if (tenantId !== null && key.role === 'admin' && actor.caller?.role !== 'admin') {
    throw new PolyphonyError('forbidden', 'This is an admin key: only an admin key may change it.')
  }
  return key
}

type Limits = Static<ReturnType<typeof Type.Object<typeof KEY_LIMITS>>>

function changeOf(
  context: AdminContext,
  input: Limits & { name?: string },
  before?: Pick<KeyRecord, 'allowedModels'>,
): KeyChange {
  const limit = pointsIn(input, 'spend_limit')
  const dayLimit = pointsIn(input, 'daily_limit')
  const monthLimit = pointsIn(input, 'monthly_limit')
  return {
    ...(input.name === undefined ? {} : { name: input.name }),
    ...(input.models === undefined ? {} : { allowedModels: knownModels(context, input.models, before?.allowedModels) }),
    ...(input.requests_per_minute === undefined ? {} : { requestsPerMinute: input.requests_per_minute }),
    ...(input.tokens_per_minute === undefined ? {} : { tokensPerMinute: input.tokens_per_minute }),
    ...(input.max_concurrent === undefined ? {} : { maxConcurrent: input.max_concurrent }),
    ...(limit === undefined ? {} : { spendLimitPoints: limit }),
    ...(dayLimit === undefined ? {} : { dayLimitPoints: dayLimit }),
    ...(monthLimit === undefined ? {} : { monthLimitPoints: monthLimit }),
    ...(input.expires_at === undefined ? {} : { expiresAt: expiryIn(input.expires_at) }),
  }
}

/**
 * Throws for a name that neither an operation nor a model of calls has: a key for it could do nothing. A beginning of names
 * may stand for models that are not there yet, and what the key has already, as one that was imported may, it keeps.
 */
function knownModels(
  { isCallModel }: AdminContext,
  models: string[] | null,
  own?: readonly string[] | null,
): string[] | null {
  const known = new Set([...listOperations().map(({ model }) => model), ...(own ?? [])])
  const unknown = models?.filter((model) => !model.endsWith('*') && !known.has(model) && !isCallModel(model)) ?? []
  if (unknown.length === 0) return models
  const names = unknown.join(', ')
  throw invalidInput(
    'models',
    `must name models of GET /api/v1/models or GET /v1/models, or the beginning of their names with "*"; there is no model ${names}`,
  )
}

function expiryIn(text: string | null): number | null {
  return text === null ? null : timeIn('expires_at', text)
}

export async function createKey(
  context: AdminContext,
  input: Limits & { name: string; mode?: 'live' | 'test' },
  owner: { tenantId: string; role: 'admin' | 'member' },
  actor: Actor,
): Promise<Static<typeof KeyWithText>> {
  const { name, mode = 'live' } = input
  const { key, record } = aNewKey({ ...owner, ...changeOf(context, input), name, mode }, context.clock.now())
  const unused = {
    spentPoints: ZERO_POINTS,
    spending: NOTHING_SPENT,
    revokedAt: null,
    lastUsedAt: null,
    previousUntil: null,
    previousHash: null,
    tenantFrozenAt: null,
    personId: null,
  }
  const fresh: KeyRecord = { ...record, ...unused }
  const change = { tenantId: owner.tenantId, subject: record.keyId, after: recordOf(fresh) }
  await context.store.createKey({ key: record, audit: auditOf(context, actor, 'key.create', change) })
  return { ...(await shownKey(context, fresh)), key }
}

export async function changeKey(
  context: AdminContext,
  { id, ...fields }: Limits & { id: string; name?: string },
  tenantId: string | null,
  actor: Actor,
): Promise<Static<typeof KeyBody>> {
  const before = await findToChange(context, id, tenantId, actor)
  const set = changeOf(context, fields, before)
  if (Object.keys(set).length === 0) throw invalidInput('', 'names nothing to change')
  const after = { ...before, ...set }
  const recorded = { tenantId: before.tenantId, subject: id, before: recordOf(before), after: recordOf(after) }
  const audit = auditOf(context, actor, 'key.change', recorded)
  if (!(await context.store.changeKey({ id, set, audit }))) throw gone(id)
  return shownKey(context, after)
}

export async function rotateKey(
  context: AdminContext,
  { id, grace_seconds = 0 }: { id: string; grace_seconds?: number },
  tenantId: string | null,
  actor: Actor,
): Promise<Static<typeof KeyWithText>> {
  const before = await findToChange(context, id, tenantId, actor)
  const { key, hash, prefix } = keyText(newKey(before.mode))
  const previousUntil = grace_seconds === 0 ? null : context.clock.now() + grace_seconds * SECOND_MS
  const after: KeyRecord = { ...before, hash, prefix, previousUntil }
  const recorded = { tenantId: before.tenantId, subject: id, before: recordOf(before), after: recordOf(after) }
  const audit = auditOf(context, actor, 'key.rotate', recorded)
  // Who rotates the key with which they are signed in has its new text.
  const kept = actor.caller?.sessionId === undefined ? {} : { keptSessionId: actor.caller.sessionId }
  if (!(await context.store.rotateKey({ id, hash, prefix, previousUntil, ...kept, audit }))) throw gone(id)
  return { ...(await shownKey(context, after)), key }
}

export async function revokeKey(context: AdminContext, id: string, tenantId: string | null, actor: Actor) {
  const before = await findToChange(context, id, tenantId, actor)
  const change = { tenantId: before.tenantId, subject: id, before: recordOf(before) }
  const audit = auditOf(context, actor, 'key.revoke', change)
  if (!(await context.store.revokeKey({ id, now: context.clock.now(), audit }))) throw gone(id)
  return { id, revoked: true as const }
}

export async function pairOfKey(context: AdminContext, id: string, tenantId: string | null, actor: Actor) {
  await findToChange(context, id, tenantId, actor)
  const { accessKey, secretKey } = context.accessPair(id)
  return { access_key: accessKey, secret_key: secretKey }
}

function gone(id: string): PolyphonyError {
  return new PolyphonyError('not_found', `There is no unrevoked key ${id}.`)
}

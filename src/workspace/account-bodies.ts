import type { AccountAdmin, Findings, ManagedAccount, PoolWishes, TestOutcome } from '../accounts/manage.ts'
import { wrong } from '../accounts/wishes.ts'
import type { JsonObject } from '../core/json.ts'

/** The accounts' answers, in the spelling of `/api/v1`: snake_case, instants as RFC 3339. */

export type Audience = 'operator' | 'tenant'

export function accountBody(account: ManagedAccount, audience: Audience): JsonObject {
  return {
    id: account.id,
    provider: account.provider,
    name: account.name,
    // null = the house's.
    ...(audience === 'operator' ? { tenant: account.tenantId } : {}),
    state: account.state,
    reason: account.reason,
    retry_at: timeOf(account.retryAt),
    is_usable: account.isUsable,
    draining: account.isDraining,
    slots: account.slots,
    running: account.running,
    begun_today: account.begunToday,
    daily_cap: account.dailyCap,
    weight: account.weight,
    priority: account.priority,
    price_factor: account.priceFactor,
    serves: account.serves,
    operations: account.operations,
    credential: account.credential,
    settings: account.settings,
    created_at: timeOf(account.createdAt),
  }
}

export function testBody({ works, says, account }: TestOutcome, audience: Audience): JsonObject {
  return { works, says, account: accountBody(account, audience) }
}

export function debugBody({ account, advice, waiting, attempts }: Findings, audience: Audience): JsonObject {
  return {
    account: accountBody(account, audience),
    advice,
    waiting,
    attempts: attempts.map((attempt) => ({
      task_id: attempt.taskId,
      number: attempt.number,
      outcome: attempt.outcome,
      reason: attempt.reason,
      begun_at: timeOf(attempt.begunAt),
      accepted_at: timeOf(attempt.acceptedAt),
      ended_at: timeOf(attempt.endedAt),
    })),
  }
}

/** The names in the environment are of no use to a tenant. */
export function providerBodies({ manifests }: Pick<AccountAdmin, 'manifests'>, audience: Audience): JsonObject[] {
  return manifests.map(({ id, title, slots, fields }) => ({
    id,
    title,
    slots,
    fields: fields.map((field) => ({
      name: field.name,
      title: field.title,
      secret: field.isSecret,
      required: field.default === undefined,
      default: field.default ?? null,
      ...(audience === 'operator' ? { env: field.env } : {}),
    })),
  }))
}

export function poolBody({ defaultPool, fallsBack }: PoolWishes): JsonObject {
  return { default_pool: defaultPool, falls_back: fallsBack }
}

/** Throws `invalid_input`, naming the field. */
export function poolIn({ default_pool: pool, falls_back: fallsBack, ...rest }: JsonObject): Partial<PoolWishes> {
  const [unknown] = Object.keys(rest)
  if (unknown !== undefined) throw wrong(unknown, 'is no field here; there are default_pool, falls_back')
  if (pool !== undefined && pool !== 'private' && pool !== 'public') {
    throw wrong('default_pool', 'must be private or public')
  }
  if (fallsBack !== undefined && typeof fallsBack !== 'boolean') throw wrong('falls_back', 'must be true or false')
  return {
    ...(pool === undefined ? {} : { defaultPool: pool }),
    ...(fallsBack === undefined ? {} : { fallsBack }),
  }
}

function timeOf(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString()
}

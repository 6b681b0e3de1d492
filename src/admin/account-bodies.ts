import type { AccountAdmin } from '../accounts/admin.ts'
import type { Diagnosis } from '../accounts/diagnose.ts'
import type { ManagedAccount } from '../accounts/managed-account.ts'
import type { TestOutcome } from '../accounts/test-account.ts'
import type { JsonObject } from '../core/json.ts'
import type { PoolPolicy } from '../core/tenant.ts'

/** Accounts in responses, in the spelling of `/api/v1`: snake_case, instants as RFC 3339. */

export type Audience = 'operator' | 'tenant'

export type AccountBody = ReturnType<typeof accountBody>

export function accountBody(account: ManagedAccount, audience: Audience) {
  return {
    id: account.id,
    provider: account.provider,
    name: account.name,
    // null = the operator's.
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

export type TestBody = ReturnType<typeof testBody>

export function testBody({ works, says, account }: TestOutcome, audience: Audience) {
  return { works, says, account: accountBody(account, audience) }
}

export type DebugBody = ReturnType<typeof debugBody>

export function debugBody({ account, advice, waiting, attempts }: Diagnosis, audience: Audience) {
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

export type ProviderBody = ReturnType<typeof providerBodies>[number]

/** Only the operator can set variables of the environment, so tenants do not see their names. */
export function providerBodies({ manifests }: Pick<AccountAdmin, 'manifests'>, audience: Audience) {
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

export function poolBody({ defaultPool, fallsBack }: PoolPolicy): JsonObject {
  return { default_pool: defaultPool, falls_back: fallsBack }
}

function timeOf(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString()
}

import type { KeyRecord } from '../../core/key.ts'
import { POINTS_PER_USD, type Points, points, pointsToUsd } from '../../core/points.ts'
import { QUOTA_PER_USD } from '../../core/relay-quota.ts'
import type { Balance, Tenant } from '../../core/tenant.ts'

/**
 * What clients of one-api and new-api read of an account. Facts: `controller/user.go`, `token.go` and `billing.go` of
 * https://github.com/QuantumNous/new-api. Only members that mean something here are there.
 */

export interface AccountState {
  tenant: Tenant
  balance: Balance
  key: KeyRecord
  /** By which prices are set for the tenant. */
  group: string | undefined
}

const [ADMIN, COMMON] = [100, 1]
const [ENABLED, DISABLED] = [1, 2]

/** `GET /api/user/self`: the tenant. */
export function selfBody({ tenant, balance, key, group = 'default' }: AccountState) {
  return {
    success: true,
    message: '',
    data: {
      id: tenant.id,
      username: tenant.name,
      display_name: tenant.name,
      role: key.role === 'admin' ? ADMIN : COMMON,
      status: tenant.frozenAt === null ? ENABLED : DISABLED,
      group,
      quota: quotaOf(balance.available),
      used_quota: quotaOf(usedBy(balance)),
    },
  }
}

/** `GET /api/usage/token`: the key. */
export function tokenBody(state: AccountState) {
  const { key } = state
  const { granted, used, left } = meansOf(state)
  return {
    code: true,
    message: 'ok',
    data: {
      object: 'token_usage',
      name: key.name,
      total_granted: quotaOf(granted),
      total_used: quotaOf(used),
      total_available: quotaOf(left),
      unlimited_quota: key.spendLimitPoints === null,
      model_limits: Object.fromEntries((key.allowedModels ?? []).map((model) => [model, true])),
      model_limits_enabled: key.allowedModels !== null,
      expires_at: secondsOf(key),
    },
  }
}

/** `GET /dashboard/billing/subscription`, which was OpenAI's. */
export function subscriptionBody(state: AccountState) {
  const usd = pointsToUsd(meansOf(state).granted)
  return {
    object: 'billing_subscription',
    has_payment_method: true, // always so in this protocol
    soft_limit_usd: usd,
    hard_limit_usd: usd,
    system_hard_limit_usd: usd,
    access_until: secondsOf(state.key),
  }
}

/** `GET /dashboard/billing/usage`: in all, whatever days are asked for. In hundredths of a USD. */
export function usageBody(state: AccountState) {
  return { object: 'list', total_usage: Number((pointsToUsd(meansOf(state).used) * 100).toFixed(5)) }
}

/** What a key can spend: up to its own limit, or else what the tenant has. What is held counts as used. */
function meansOf({ balance, key }: AccountState): { granted: Points; used: Points; left: Points } {
  const { spendLimitPoints: limit, spentPoints } = key
  if (limit === null) return { granted: balance.credited, used: usedBy(balance), left: balance.available }
  return { granted: limit, used: spentPoints, left: points(Math.max(0, limit - spentPoints)) }
}

function usedBy({ credited, available }: Balance): Points {
  return points(credited - available)
}

function quotaOf(amount: Points): number {
  return Math.floor((amount * QUOTA_PER_USD) / POINTS_PER_USD)
}

/** Unix seconds; 0 = never. */
function secondsOf({ expiresAt }: KeyRecord): number {
  return expiresAt === null ? 0 : Math.floor(expiresAt / 1_000)
}

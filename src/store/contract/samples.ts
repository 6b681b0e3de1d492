import type { Delivery, DeliveryAttempt, DeliveryStatus } from '../../core/delivery.ts'
import { newId } from '../../core/ids.ts'
import type { NewKey } from '../../core/key.ts'
import type { NewTask } from '../../core/new-task.ts'
import { points } from '../../core/points.ts'
import { STANDINGS } from '../../core/receiver.ts'
import type { Task } from '../../core/task.ts'
import type { Tenant } from '../../core/tenant.ts'
import type { AccountSlots, Offer, Store, SubmitOutcome } from '../store.ts'
import type { Settlement } from './moves.ts'

export const START = Date.UTC(2026, 0, 1)
export const LEASE_MS = 30_000
/** The process of the tests; what another one does names `OTHER_HOLDER`. */
export const HOLDER = 'a process'
export const OTHER_HOLDER = 'another process'
export const POOL = 'lumen'
export const OPERATION = 'lumen/clip-2/text_to_video'

export function aTenant(id: string, with_: Partial<Tenant> = {}): Tenant {
  return {
    id,
    name: id,
    createdAt: START,
    maxConcurrent: null,
    maxStaged: 100,
    webhookSecretVersion: 1,
    defaultPool: 'private',
    fallsBack: false,
    priceGroup: null,
    frozenAt: null,
    deletedAt: null,
    ...with_,
  }
}

export function aKey(keyId: string, tenantId: string, with_: Partial<NewKey> = {}): NewKey {
  return {
    keyId,
    tenantId,
    mode: 'live',
    role: 'member',
    allowedModels: null,
    requestsPerMinute: null,
    expiresAt: null,
    name: keyId,
    hash: `hash of ${keyId}`,
    prefix: 'sk-live-abcd',
    maxConcurrent: null,
    spendLimitPoints: null,
    tokensPerMinute: null,
    dayLimitPoints: null,
    monthLimitPoints: null,
    createdAt: START,
    ...with_,
  }
}

/** A task of tenant `t1` under key `k1`, made at `START`. */
export function aTask(with_: Partial<NewTask> = {}): NewTask {
  const createdAt = with_.createdAt ?? START
  return {
    id: newId(createdAt),
    tenantId: 't1',
    keyId: 'k1',
    mode: 'live',
    dialect: 'photon',
    operation: OPERATION,
    model: 'clip-2',
    taskType: 'text_to_video',
    input: { prompt: 'a fox crosses a frozen lake' },
    echo: {},
    webhookUrl: null,
    externalId: null,
    requestId: null,
    traceparent: null,
    pricePoints: points(100),
    priceRule: 'list',
    pool: POOL,
    parentTaskId: null,
    createdAt,
    deadlineAt: createdAt + 3_600_000,
    timeoutMs: 600_000,
    recordExpiresAt: createdAt + 86_400_000,
    idempotency: null,
    ...with_,
  }
}

/** A tenant `t1` with a key `k1` and credit; the test can change each of them. */
export async function aPayer(
  store: Store,
  with_: { id?: string; key?: Partial<NewKey>; tenant?: Partial<Tenant>; credit?: number } = {},
): Promise<void> {
  const id = with_.id ?? 't1'
  await store.createTenant({ tenant: aTenant(id, with_.tenant) })
  await store.createKey({ key: aKey(id.replace('t', 'k'), id, with_.key) })
  const amount = points(with_.credit ?? 1_000_000)
  await store.credit({ id: `opening of ${id}`, tenantId: id, amount, memo: 'opening', now: START })
}

export async function submitted(store: Store, ...tasks: NewTask[]): Promise<SubmitOutcome['outcome'][]> {
  return (await store.submitTasks({ tasks })).map((one) => one.outcome)
}

/** Claims up to `slots` tasks of the pool for one account that runs so many at once. */
export function claimed(store: Store, slots: number, with_: { now?: number; account?: string } = {}): Promise<Task[]> {
  return store
    .claimPending({
      pool: POOL,
      offers: [anOffer([{ account: with_.account ?? 'a1', slots }])],
      limit: 1_000,
      leaseMs: LEASE_MS,
      holder: HOLDER,
      now: with_.now ?? START,
    })
    .then(({ tasks }) => tasks)
}

/** Accounts for the operation of `aTask`. */
export function anOffer(accounts: (Partial<AccountSlots> & { account: string })[], operation = OPERATION): Offer {
  const defaults = { provider: 'lumen', slots: 10, weight: 1, priority: 0, dailyCap: null }
  return { operation, accounts: accounts.map((one) => ({ ...defaults, ...one })) }
}

/** Claims due deliveries as a sender does that has room for all: up to `limit` of each receiver. */
export async function claimedDeliveries(
  store: Store,
  { limit = 10, leaseMs = LEASE_MS, now = START, inHand = [] as string[] } = {},
): Promise<Delivery[]> {
  while ((await store.queueDeliveries({ limit: 100, now })) > 0);
  const receivers = await store.listDueReceivers({ standings: STANDINGS, perTenant: 100, except: NOTHING, now })
  return store.claimDeliveries({ receivers: receivers.map((one) => ({ ...one, limit })), inHand, leaseMs, now })
}

export const NOTHING = { tenants: [], hosts: [], receivers: [] }

/** Records one attempt; false when the lease was lost. */
export async function attempted(
  store: Store,
  delivery: Delivery,
  with_: Partial<DeliveryAttempt> & { status?: DeliveryStatus; dueAt?: number } = {},
): Promise<boolean> {
  const { status = 'delivered', dueAt = START, ...attempt } = with_
  const { id, claim, tenantId, host } = delivery
  const defaults = { at: START, durationMs: 1, httpStatus: 200, error: null }
  const record = { id, claim, tenantId, host, attempt: { ...defaults, ...attempt }, status, dueAt }
  return only(await store.recordAttempts({ attempts: [record] }))
}

export async function aClaimedTask(store: Store, with_: Partial<NewTask> = {}): Promise<Task> {
  await store.submitTasks({ tasks: [aTask(with_)] })
  const [task] = await claimed(store, 1_000)
  if (!task) throw new Error('The task was not claimed.')
  return task
}

export function anEnd(task: { id: string; claim: number | null }, with_: Partial<Settlement> = {}): Settlement {
  return {
    id: task.id,
    claim: task.claim,
    to: 'completed',
    consumedPoints: points(0),
    output: null,
    error: null,
    logs: [],
    assets: [],
    deliveries: [],
    now: START,
    ...with_,
  }
}

export function aCancel(id: string, with_: Partial<Settlement> = {}): Settlement {
  return anEnd({ id, claim: null }, { to: 'cancelled', from: ['staged', 'pending'], ...with_ })
}

export function only<T>(values: readonly T[]): T {
  const [first] = values
  if (first === undefined || values.length > 1) throw new Error(`One value was expected, not ${values.length}.`)
  return first
}

/** The hash of the key by whose signal a test ends. */
export const LAST_SIGNAL = 'the last signal'

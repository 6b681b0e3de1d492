import type { NewTask } from '../core/new-task.ts'
import { type Points, points, ZERO_POINTS } from '../core/points.ts'
import { type PeriodSpending, type SpendPeriod, spentNow, utcDay, utcMonth } from '../core/spend-periods.ts'
import type { SubmitOutcome } from './store.ts'

/** The data on which the admission of tasks depends, as it was read. */
export interface AdmissionState {
  /** The stored tasks by idempotency key, see `placeOf`. */
  known: ReadonlyMap<string, { id: string; fingerprint: string | null }>
  keys: ReadonlyMap<
    string,
    {
      spent: number
      spendLimit: number | null
      /** What counts towards the limits of the day and the month, with what is held for the key's calls. */
      spending: PeriodSpending
      heldForCalls: number
      dayLimit: number | null
      monthLimit: number | null
      active: number
      staged: number
      limit: number | null
    }
  >
  tenants: ReadonlyMap<
    string,
    {
      available: number
      active: number
      staged: number
      limit: number | null
      parkedSingles: number
      maxStaged: number
    }
  >
}

export interface Accepted {
  task: NewTask
  status: 'pending' | 'staged'
}

export interface Admission {
  /** One per task, in order. */
  outcomes: SubmitOutcome[]
  accepted: Accepted[]
}

/** The map key of an idempotency key, which is unique within its tenant and mode. */
export function placeOf(tenantId: string, mode: string, key: string): string {
  return `${tenantId} ${mode} ${key}`
}

/** Decides which tasks are accepted, parked or refused, as if each had been sent by itself, in order. Pure. */
export function admit(tasks: readonly NewTask[], state: AdmissionState): Admission {
  const keys = new Map([...state.keys].map(([id, key]) => [id, { ...key }]))
  const tenants = new Map([...state.tenants].map(([id, tenant]) => [id, { ...tenant }]))
  const first = new Map<string, NewTask>()
  const accepted: Accepted[] = []

  function admitOne(task: NewTask): SubmitOutcome {
    const place = task.idempotency && placeOf(task.tenantId, task.mode, task.idempotency.key)
    const known = place === null ? undefined : state.known.get(place)
    if (known) return repeatOf(task, known.id, known.fingerprint)
    const earlier = place === null ? undefined : first.get(place)
    if (earlier) return repeatOf(task, earlier.id, earlier.idempotency?.fingerprint)
    const key = keys.get(task.keyId)
    const tenant = tenants.get(task.tenantId)
    // An unknown tenant has no credit, and an unknown key may spend nothing.
    if (!tenant) return { outcome: 'insufficient_points', available: ZERO_POINTS }
    if (!key) return { outcome: 'spend_limit_reached' }
    const price = task.pricePoints
    if (key.spendLimit !== null && key.spent + price > key.spendLimit) return { outcome: 'spend_limit_reached' }
    const period = periodOver(key, task)
    if (period) return { outcome: 'spend_limit_reached', period }
    if (tenant.available < price) return { outcome: 'insufficient_points', available: points(tenant.available) }
    const isOver = isAtLimit(tenant) || isAtLimit(key)
    // Only single tasks are limited: a batch is expected to wait.
    const isSingle = task.batchId === undefined
    if (isOver && isSingle && tenant.parkedSingles >= tenant.maxStaged) {
      return { outcome: 'too_many_staged', limit: tenant.maxStaged }
    }
    key.spent += price
    key.spending = withSpent(key.spending, task)
    tenant.available -= price
    for (const one of [key, tenant]) {
      one.active += 1
      one.staged += isOver ? 1 : 0
    }
    tenant.parkedSingles += isOver && isSingle ? 1 : 0
    if (place !== null) first.set(place, task)
    const status = isOver ? 'staged' : 'pending'
    accepted.push({ task, status })
    return { outcome: 'created', status }
  }

  return { outcomes: tasks.map(admitOne), accepted }
}

type KeyState = AdmissionState['keys'] extends ReadonlyMap<string, infer State> ? State : never

/** The period whose limit the task would exceed. */
function periodOver(
  { spending, heldForCalls, dayLimit, monthLimit }: KeyState,
  { pricePoints, createdAt }: NewTask,
): SpendPeriod | undefined {
  const spent = spentNow(spending, createdAt)
  const more = pricePoints + heldForCalls
  if (dayLimit !== null && spent.day + more > dayLimit) return 'day'
  return monthLimit !== null && spent.month + more > monthLimit ? 'month' : undefined
}

function withSpent(spending: PeriodSpending, { pricePoints, createdAt }: NewTask): PeriodSpending {
  const spent = spentNow(spending, createdAt)
  return {
    day: Math.max(spending.day, utcDay(createdAt)),
    dayPoints: points(spent.day + pricePoints),
    month: Math.max(spending.month, utcMonth(createdAt)),
    monthPoints: points(spent.month + pricePoints),
  }
}

function isAtLimit({ active, staged, limit }: { active: number; staged: number; limit: number | null }): boolean {
  return limit !== null && active - staged >= limit
}

function repeatOf(task: NewTask, originalId: string, fingerprint: string | null | undefined): SubmitOutcome {
  return fingerprint === task.idempotency?.fingerprint
    ? { outcome: 'replayed', taskId: originalId }
    : { outcome: 'idempotency_mismatch' }
}

/** The amounts and counts that accepted tasks add to a key or to a balance. */
export interface Booking {
  id: string
  price: Points
  active: number
  staged: number
}

/** The sums by key or tenant, in the order of the ids. */
export function bookingsBy(accepted: readonly Accepted[], by: (task: NewTask) => string): Booking[] {
  const bookings = new Map<string, Booking>()
  for (const { task, status } of accepted) {
    const id = by(task)
    const booking = bookings.get(id) ?? { id, price: points(0), active: 0, staged: 0 }
    booking.price = points(booking.price + task.pricePoints)
    booking.active += 1
    booking.staged += status === 'staged' ? 1 : 0
    bookings.set(id, booking)
  }
  return [...bookings.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
}

import type { AccountSlots, Offer } from './store.ts'

/** The waiting tasks of a pool, with the data on which the fair order and the choice of an account depend. */
export interface Waiting {
  places: { operation: string; tenantId: string; tasks: WaitingTask[] }[]
  /** What accounts run now, and began on `day`; an account that is not listed runs nothing. */
  loads: { account: string; running: number; day: number; begun: number }[]
  /** When each tenant was served last. `served_at` is used as an order, not as a time. */
  lines: { tenant_id: string; running: number; served_at: number }[]
}

export interface WaitingTask {
  id: string
  version: number
  /** The account that turned it away last. */
  avoid: string | null
}

export interface Assigned {
  id: string
  version: number
  account: string
  provider: string
  tenantId: string
}

export interface Assignment {
  assigned: Assigned[]
  /** By tenant: its new `served_at`. */
  servedAt: Map<string, number>
}

/**
 * Decides which waiting tasks go to which accounts. Pure. The tenant that runs least in the pool is next, over all
 * operations, then the one that was served longest ago. Its oldest task goes to the account of the highest priority with
 * the least work for its weight; an account that turned the task away comes after all others.
 */
export function assign(waiting: Waiting, offers: readonly Offer[], limit: number, today: number): Assignment {
  const capacities = capacitiesOf(waiting, offers, today)
  const turns = turnsOf(waiting)
  const assigned: Assigned[] = []
  const servedAt = new Map<string, number>()
  while (assigned.length < limit) {
    const turn = turns.next()
    if (!turn) break
    const free = freeCapacities(capacities, offers, turn.operation)
    const task = free.length === 0 ? undefined : turn.tasks.shift()
    if (!task) {
      turns.drop(turn)
      continue
    }
    const { tenantId } = turn
    const capacity = chooseAccount(free, task.avoid)
    capacity.free -= 1
    capacity.taken += 1
    servedAt.set(tenantId, turns.served(turn))
    assigned.push({
      id: task.id,
      version: task.version,
      account: capacity.account,
      provider: capacity.provider,
      tenantId,
    })
  }
  return { assigned, servedAt }
}

/** How many more tasks of each operation the accounts can take; operations without room are left out. */
export function roomFor(loads: Waiting['loads'], offers: readonly Offer[], today: number): Map<string, number> {
  const capacities = capacitiesOf({ loads }, offers, today)
  const room = new Map<string, number>()
  for (const { operation } of offers) {
    const free = freeCapacities(capacities, offers, operation).reduce((sum, capacity) => sum + capacity.free, 0)
    if (free > 0) room.set(operation, free)
  }
  return room
}

/**
 * How many more tasks all accounts can take together. No more tenants than that get a turn, so of each operation the waiting
 * tasks of so many tenants decide the assignment: those that come first (`compareStandings`), whatever else they are given.
 */
export function roomInAll(loads: Waiting['loads'], offers: readonly Offer[], today: number): number {
  return [...capacitiesOf({ loads }, offers, today).values()].reduce((sum, { free }) => sum + Math.max(0, free), 0)
}

/** Where a tenant stands in a pool. */
export interface Standing {
  running: number
  servedAt: number
}

const NEVER_SERVED: Standing = { running: 0, servedAt: 0 }

/** The standings of the tenants; one that is not listed was never served. */
export function standingsOf(lines: Waiting['lines']): (tenantId: string) => Standing {
  const standings = new Map(
    lines.map(({ tenant_id, running, served_at }) => [tenant_id, { running, servedAt: served_at }]),
  )
  return (tenantId) => standings.get(tenantId) ?? NEVER_SERVED
}

/** Negative when the first one's turn comes first. */
export function compareStandings(one: Standing, other: Standing): number {
  return one.running - other.running || one.servedAt - other.servedAt
}

/** How many more tasks an account can take. */
interface Capacity extends AccountSlots {
  running: number
  free: number
  taken: number
}

function capacitiesOf(
  { loads }: Pick<Waiting, 'loads'>,
  offers: readonly Offer[],
  today: number,
): Map<string, Capacity> {
  const loadOf = new Map(loads.map((load) => [load.account, load]))
  const accounts = new Map(offers.flatMap((offer) => offer.accounts.map((one) => [one.account, one] as const)))
  return new Map(
    [...accounts].map(([name, account]) => {
      const load = loadOf.get(name)
      const running = load?.running ?? 0
      const begun = load?.day === today ? load.begun : 0
      const left = account.dailyCap === null ? Number.POSITIVE_INFINITY : account.dailyCap - begun
      return [name, { ...account, running, free: Math.min(account.slots - running, left), taken: 0 }]
    }),
  )
}

function freeCapacities(capacities: Map<string, Capacity>, offers: readonly Offer[], operation: string): Capacity[] {
  const accounts = offers.find((offer) => offer.operation === operation)?.accounts ?? []
  return accounts.flatMap(({ account }) => capacities.get(account) ?? []).filter(({ free }) => free > 0)
}

function chooseAccount(capacities: readonly Capacity[], avoid: string | null): Capacity {
  const loadOf = ({ running, taken, weight, slots }: Capacity) => (running + taken) / (weight * slots)
  return capacities.reduce((best, one) => {
    const order =
      Number(best.account === avoid) - Number(one.account === avoid) ||
      one.priority - best.priority ||
      loadOf(best) - loadOf(one)
    return order > 0 ? one : best
  })
}

interface Turn {
  operation: string
  tenantId: string
  tasks: WaitingTask[]
}

interface Turns {
  /** The tenant and operation whose turn it is. */
  next(): Turn | undefined
  /** Removes it: it has no more tasks, or no free account. */
  drop(turn: Turn): void
  /** Records that it was served, and returns its new `served_at`. */
  served(turn: Turn): number
}

/** `served_at` grows with every turn, so that two tenants that are served in one claim keep no fixed order. */
function turnsOf({ places, lines }: Waiting): Turns {
  const standingBefore = standingsOf(lines)
  const tenants = new Map(places.map(({ tenantId }) => [tenantId, { ...standingBefore(tenantId) }]))
  let lastServedAt = lines.reduce((last, line) => Math.max(last, line.served_at), 0)
  const turns = new Set<Turn>(places.map((place) => ({ ...place, tasks: [...place.tasks] })))
  const standing = ({ tenantId }: Turn) => tenants.get(tenantId) ?? { ...NEVER_SERVED }
  return {
    next() {
      let best: Turn | undefined
      for (const turn of turns) {
        if (!best) best = turn
        if (compareStandings(standing(turn), standing(best)) < 0) best = turn
      }
      return best
    },
    drop: (turn) => turns.delete(turn),
    served(turn) {
      const tenant = standing(turn)
      tenant.running += 1
      tenant.servedAt = ++lastServedAt
      // Of a tenant's operations, the one that was just served comes last.
      turns.delete(turn)
      turns.add(turn)
      return tenant.servedAt
    },
  }
}

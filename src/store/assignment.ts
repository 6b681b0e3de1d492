import type { AccountSlots, Offer } from './store.ts'

/** Tasks of a pool that wait, with all that the fair order and the choice of an account depend on. */
export interface Waiting {
  places: { operation: string; tenantId: string; tasks: WaitingTask[] }[]
  /** What accounts run now; one that is not listed runs nothing. */
  loads: { account: string; running: number; day: number; begun: number }[]
  /** Which tenants were served when; the time is an order more than a time. */
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
  /** By tenant: its place in the order of turns, after this one. */
  servedAt: Map<string, number>
}

/**
 * Which waiting tasks go to which accounts: the tenant that runs least in the pool is next, whatever it runs, then the
 * one that was served longest ago; its oldest task goes to the account of the highest priority with the least work for
 * its weight, and to one that turned it away only after all others.
 */
export function assign(waiting: Waiting, offers: readonly Offer[], limit: number, today: number): Assignment {
  const rooms = roomsOf(waiting, offers, today)
  const turns = turnsOf(waiting)
  const assigned: Assigned[] = []
  const servedAt = new Map<string, number>()
  while (assigned.length < limit) {
    const turn = turns.next()
    if (!turn) break
    const free = roomsFor(rooms, offers, turn.operation)
    const task = free.length === 0 ? undefined : turn.tasks.shift()
    if (!task) {
      turns.drop(turn)
      continue
    }
    const { tenantId } = turn
    const room = chooseRoom(free, task.avoid)
    room.free -= 1
    room.taken += 1
    servedAt.set(tenantId, turns.served(turn))
    assigned.push({ id: task.id, version: task.version, account: room.account, provider: room.provider, tenantId })
  }
  return { assigned, servedAt }
}

/** What an account still has room for. */
interface Room extends AccountSlots {
  running: number
  free: number
  taken: number
}

function roomsOf({ loads }: Waiting, offers: readonly Offer[], today: number): Map<string, Room> {
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

function roomsFor(rooms: Map<string, Room>, offers: readonly Offer[], operation: string): Room[] {
  const accounts = offers.find((offer) => offer.operation === operation)?.accounts ?? []
  return accounts.flatMap(({ account }) => rooms.get(account) ?? []).filter(({ free }) => free > 0)
}

function chooseRoom(rooms: readonly Room[], avoid: string | null): Room {
  const loadOf = ({ running, taken, weight, slots }: Room) => (running + taken) / (weight * slots)
  return rooms.reduce((best, one) => {
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
  /** Whose turn it is. */
  next(): Turn | undefined
  /** There is nothing more for it here. */
  drop(turn: Turn): void
  /** It was served; says when, in the order of turns. */
  served(turn: Turn): number
}

/** The time of serving grows from turn to turn: two tenants that are served in one round do not stay in one order. */
function turnsOf({ places, lines }: Waiting): Turns {
  const lineOf = new Map(lines.map((line) => [line.tenant_id, line]))
  const tenants = new Map(
    places.map(({ tenantId }) => {
      const line = lineOf.get(tenantId)
      return [tenantId, { running: line?.running ?? 0, servedAt: line?.served_at ?? 0 }]
    }),
  )
  let lastServedAt = lines.reduce((last, line) => Math.max(last, line.served_at), 0)
  const turns = new Set<Turn>(places.map((place) => ({ ...place, tasks: [...place.tasks] })))
  const standing = ({ tenantId }: Turn) => tenants.get(tenantId) ?? { running: 0, servedAt: 0 }
  return {
    next() {
      let best: Turn | undefined
      for (const turn of turns) {
        if (!best) best = turn
        const [a, b] = [standing(turn), standing(best)]
        if ((a.running - b.running || a.servedAt - b.servedAt) < 0) best = turn
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

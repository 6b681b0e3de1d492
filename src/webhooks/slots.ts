import { QUICK_MS, type ReceiverKey, STANDINGS, type Standing } from '../core/receiver.ts'
import type { DueReceiver } from '../store/store.ts'

/** An attempt that occupies a slot. */
export interface InHand extends ReceiverKey {
  /** Of its receiver, when the attempt began. */
  standing: Standing
  startedAt: number
}

/**
 * How the slots (attempts at once) are shared out. A receiver that may hang gets few, and all of these together get a part:
 * the rest is for receivers that answer quickly, which occupy theirs for a moment only.
 */
export interface SlotLimits {
  slots: number
  /** Of these, what receivers get that are not quick. */
  notQuick: number
  /** Of these, what receivers get that gave no answer last time. */
  failing: number
  perHost: number
  /** Of these, what the receivers at a host get that are not quick: tenants can share a host. */
  notQuickPerHost: number
}

/** A receiver that needs a tenth of a second for each gets 160 a second. Four such hosts that begin to hang at once take all. */
const SLOTS_PER_HOST = 16
const NOT_QUICK_PER_HOST = 6
/** Until the first answer: one that hangs occupies one slot. */
const SLOTS_UNPROVEN = 1

export function slotLimits(slots: number): SlotLimits {
  return {
    slots,
    notQuick: Math.ceil((slots * 3) / 4),
    failing: Math.ceil(slots / 4),
    perHost: SLOTS_PER_HOST,
    notQuickPerHost: NOT_QUICK_PER_HOST,
  }
}

/** Slots in use by tenant, host and receiver, and who may have one more. */
class Tally {
  readonly #limits: SlotLimits
  readonly #counts = new Map<string, number>()
  /** Receivers whose attempts take longer than those of a quick one. */
  readonly #lagging = new Set<string>()

  constructor(limits: SlotLimits, inHand: readonly InHand[], now: number) {
    this.#limits = limits
    for (const one of inHand) {
      this.add(one, one.standing)
      if (now - one.startedAt > QUICK_MS) this.#lagging.add(receiverName(one))
    }
  }

  /** As it is stored, unless attempts under way say that it has become slow. */
  standingNow(receiver: ReceiverKey & { standing: Standing }): Standing {
    return receiver.standing === 'quick' && this.#lagging.has(receiverName(receiver)) ? 'slow' : receiver.standing
  }

  add(receiver: ReceiverKey, standing: Standing): void {
    const { tenantId, host } = receiver
    const groups = groupsOf(standing)
    const names = [receiverName(receiver), `host ${host}`, ...groups, ...groups.map((group) => `${group} ${tenantId}`)]
    if (standing !== 'quick') names.push(`host not quick ${host}`)
    for (const name of names) this.#counts.set(name, this.#count(name) + 1)
  }

  runningOf(key: { tenantId: string; host?: string }): number {
    if (key.host === undefined) return this.#count(`all ${key.tenantId}`)
    return this.#count(receiverName({ tenantId: key.tenantId, host: key.host }))
  }

  mayStart(receiver: ReceiverKey, standing: Standing): boolean {
    return (
      this.hostHasRoom(receiver.host, standing) &&
      this.tenantHasRoom(receiver.tenantId, standing) &&
      (!isUnproven(standing) || this.#count(receiverName(receiver)) < SLOTS_UNPROVEN)
    )
  }

  hostHasRoom(host: string, standing: Standing): boolean {
    const { perHost, notQuickPerHost } = this.#limits
    if (this.#count(`host ${host}`) >= perHost) return false
    return standing === 'quick' || this.#count(`host not quick ${host}`) < notQuickPerHost
  }

  /**
   * A tenant may have as many slots of a kind as are free beside them: one alone gets half, two get a third each, and
   * the last one goes only to a tenant that has none.
   */
  tenantHasRoom(tenantId: string, standing: Standing): boolean {
    if (!this.hasRoom(standing)) return false
    return groupsOf(standing).every(
      (group) => group === 'all' || this.#count(`${group} ${tenantId}`) < this.#free(group),
    )
  }

  hasRoom(standing: Standing): boolean {
    return groupsOf(standing).every((group) => this.#free(group) > 0)
  }

  #free(group: Group): number {
    const size = { all: 'slots', quick: 'slots', notQuick: 'notQuick', failing: 'failing' } as const
    return this.#limits[size[group]] - this.#count(group === 'quick' ? 'all' : group)
  }

  #count(name: string): number {
    return this.#counts.get(name) ?? 0
  }
}

type Group = 'all' | 'quick' | 'notQuick' | 'failing'

/** The groups that an attempt counts in. */
function groupsOf(standing: Standing): Group[] {
  if (standing === 'quick') return ['all', 'quick']
  return standing === 'failing' ? ['all', 'notQuick', 'failing'] : ['all', 'notQuick']
}

function isUnproven(standing: Standing): boolean {
  return standing === 'new' || standing === 'failing'
}

function receiverName({ tenantId, host }: ReceiverKey): string {
  return `receiver ${tenantId}\n${host}`
}

/**
 * Gives free slots to receivers with something due: the tenant with the fewest attempts under way first, then the receiver
 * with the fewest, then what is due the longest. A receiver can be given more than it has deliveries.
 */
export function grantSlots(
  due: readonly DueReceiver[],
  inHand: readonly InHand[],
  limits: SlotLimits,
  now: number,
): (ReceiverKey & { standing: Standing; limit: number })[] {
  const tally = new Tally(limits, inHand, now)
  const grants = new Map<DueReceiver, ReceiverKey & { standing: Standing; limit: number }>()
  let waiting = due.map((receiver) => ({ receiver, standing: tally.standingNow(receiver) }))
  for (;;) {
    waiting = waiting.filter(({ receiver, standing }) => tally.mayStart(receiver, standing))
    const [first, ...others] = waiting
    if (!first) return [...grants.values()]
    const { receiver, standing } = others.reduce(
      (best, one) => (comesBefore(one.receiver, best.receiver, tally) ? one : best),
      first,
    )
    const { tenantId, host } = receiver
    tally.add(receiver, standing)
    grants.set(receiver, { tenantId, host, standing, limit: (grants.get(receiver)?.limit ?? 0) + 1 })
  }
}

function comesBefore(a: DueReceiver, b: DueReceiver, tally: Tally): boolean {
  const order =
    tally.runningOf({ tenantId: a.tenantId }) - tally.runningOf({ tenantId: b.tenantId }) ||
    tally.runningOf(a) - tally.runningOf(b) ||
    a.nextAt - b.nextAt
  return order < 0
}

/** What need not be looked for, since it could get no slot now. */
export function withoutRoom(
  inHand: readonly InHand[],
  limits: SlotLimits,
  now: number,
): { standings: Standing[]; except: { tenants: string[]; hosts: string[]; receivers: ReceiverKey[] } } {
  const tally = new Tally(limits, inHand, now)
  const tenants = new Set(inHand.map(({ tenantId }) => tenantId))
  const hosts = new Set(inHand.map(({ host }) => host))
  const receivers = new Map(inHand.map((one) => [receiverName(one), one]))
  return {
    standings: STANDINGS.filter((standing) => tally.hasRoom(standing)),
    except: {
      tenants: [...tenants].filter(
        (tenantId) => !STANDINGS.some((standing) => tally.tenantHasRoom(tenantId, standing)),
      ),
      hosts: [...hosts].filter((host) => !tally.hostHasRoom(host, 'quick')),
      receivers: [...receivers.values()]
        .filter((one) => !tally.mayStart(one, tally.standingNow(one)))
        .map(({ tenantId, host }) => ({ tenantId, host })),
    },
  }
}

import { markOf } from '../core/clock.ts'
import { FELL_BACK } from '../core/pools.ts'
import type { Offer } from '../store/store.ts'
import type { InHand } from './in-hand.ts'
import type { Leases } from './leases.ts'
import type { TaskParts } from './parts.ts'
import type { PoolNews } from './pool-news.ts'
import type { Work } from './work.ts'

const CLAIM_LIMIT = 100

/** Gives waiting tasks to accounts with free slots, and begins them. Whether there may be more of them. */
export async function beginPending(
  parts: TaskParts,
  { work, leases, inHand, news }: { work: Pick<Work, 'begin'>; leases: Leases; inHand: InHand; news: PoolNews },
): Promise<boolean> {
  const { store, accounts, clock } = parts
  const { holder, leaseMs } = leases
  const pools = await news.take()
  let isMore = false
  for (const [pool, operations] of pools) {
    const offers = accounts.offers(pool, operations)
    await fallBack(parts, pool, operations, offers)
    if (offers.length === 0) continue
    const since = markOf(clock)
    const now = clock.now()
    const { tasks, isFull } = await store.claimPending({ pool, offers, limit: CLAIM_LIMIT, leaseMs, holder, now })
    if (isFull) news.rest(pool, offers)
    for (const task of tasks) {
      parts.observer?.claimed(task)
      inHand.add(work.begin(task, since), task.id)
    }
    if (tasks.length < CLAIM_LIMIT) continue
    isMore = true
    for (const operation of operations) news.add(pool, operation)
  }
  return isMore
}

/** Tasks that none of a tenant's own accounts can do go to the public pool, where the tenant allows it. */
async function fallBack(
  { store, accounts, clock }: TaskParts,
  pool: string,
  operations: Set<string>,
  offers: readonly Offer[],
): Promise<void> {
  for (const operation of operations) {
    if (offers.some((offer) => offer.operation === operation)) continue
    const to = accounts.fallback(pool, operation)
    if (to === undefined) continue
    await store.moveToPool({ pool, operation, to, log: FELL_BACK, now: clock.now() })
  }
}

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { openMigratedSqlite } from '../../test/support/migrated-sqlite.ts'
import type { Caller } from '../core/caller.ts'
import type { Clock } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import { points } from '../core/points.ts'
import { aKey, aTenant, START } from '../store/contract/samples.ts'
import type { Store } from '../store/store.ts'
import { openKeys } from '../tenants/keys.ts'

export interface StorePlace {
  store: Store
  clock: Clock & { nowMs: number }
  caller: Caller
  credit: number
  /** The verbs that write, as they were called. */
  writes: string[]
  /** Verbs that reject. */
  failing: Set<string>
  /** Verbs whose answer is lost. */
  unanswered: Set<string>
  balance(): Promise<{ available: number; held: number }>
  close(): Promise<void>
}

const WATCHED = ['holdAllowance', 'bookCalls', 'endAllowances']

/** A database on disk with a tenant that has credit, for tests of calls. */
export async function inStore(): Promise<StorePlace> {
  const folder = await mkdtemp(join(tmpdir(), 'polyphony-calls-'))
  const opened = await openMigratedSqlite({ path: join(folder, 'polyphony.db'), exclusive: true })
  const writes: string[] = []
  const failing = new Set<string>()
  const unanswered = new Set<string>()
  const store = new Proxy(opened, {
    get(target, name: keyof Store) {
      if (!WATCHED.includes(name)) return target[name]
      return async (args: never) => {
        writes.push(name)
        if (failing.has(name)) throw new PolyphonyError('storage_full', 'The disk is full.')
        const answer = await (target[name] as (args: never) => Promise<unknown>)(args)
        if (unanswered.has(name)) throw new PolyphonyError('store_unavailable', 'The answer was lost.')
        return answer
      }
    },
  })
  const credit = 1_000_000
  const clock = { nowMs: START, now: () => clock.nowMs }
  await store.createTenant({ tenant: aTenant('t1') })
  await store.credit({ id: 'credit', tenantId: 't1', amount: points(credit), memo: '', now: START })
  await store.createKey({ key: aKey('k1', 't1') })
  const keys = openKeys({ store, clock, log: pino({ level: 'silent' }) })
  const caller = await keys.authenticateById('k1')
  await keys.close()
  return {
    store,
    clock,
    caller,
    credit,
    writes,
    failing,
    unanswered,
    async balance() {
      const { available = -1, held = -1 } = (await store.getBalance({ tenantId: 't1' })) ?? {}
      return { available: Number(available), held: Number(held) }
    },
    async close() {
      await opened.close()
      await rm(folder, { recursive: true })
    },
  }
}

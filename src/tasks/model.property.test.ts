import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openMigratedSqlite } from '../../test/support/migrated-sqlite.ts'
import { migratedDatabase } from '../../test/support/postgres-database.ts'
import { HOUR_MS, SECOND_MS } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import { newId } from '../core/ids.ts'
import { points } from '../core/points.ts'
import { isTerminal, type Task } from '../core/task.ts'
import { aKey, anOffer, aTask, aTenant, START } from '../store/contract/samples.ts'
import { openPostgres } from '../store/postgres.ts'
import type { Store } from '../store/store.ts'
import { MAX_WAIT_MS, type Node, openNode, type World } from './model-nodes.testing.ts'
import { bodyOf, openOracle } from './model-oracle.testing.ts'
import { CASES, NODES, type Step, steps, TIMEOUT_MS } from './model-steps.testing.ts'
import { KINDS, type Kind, openVendor, providerOf } from './model-vendor.testing.ts'

const SLOTS = 4
const CREDIT = 1_000_000
const PRICE = 100
/** Less than between two heartbeats. */
const TICK_MS = 4 * SECOND_MS
/** More than the longest work takes, with all that it may wait for. */
const MAX_ROUNDS = 200

let worlds = 0

/** Plays steps on three processes and one database, mends everything, and judges what became of the tasks. */
async function play(store: Store, given: readonly Step[]): Promise<void> {
  const name = `w${++worlds}`
  vi.setSystemTime(Math.max(Date.now(), START))
  await store.createTenant({ tenant: aTenant(name) })
  await store.createKey({ key: aKey(`${name}-k`, name) })
  await store.credit({ id: `${name}-opening`, tenantId: name, amount: points(CREDIT), memo: '', now: Date.now() })

  const clock = { now: () => Date.now() }
  const vendor = openVendor(clock.now)
  const world: World = {
    store,
    clock,
    providers: KINDS.map((kind) => providerOf(kind, `${kind}-${name}`)),
    fetch: vendor.fetch,
    webhooksFor: (task) => [{ url: 'https://client.example', body: bodyOf(task), headers: {} }],
    underWay: 0,
    unexpected: [],
  }
  const kinds = new Map<string, Kind>()
  const oracle = openOracle({ store, vendor, tenantId: name, credit: CREDIT, kinds })
  const nodes = Array.from({ length: NODES }, () => openNode(world))
  const nodeAt = (index: number): Node => nodes[index % NODES] as Node // NODES of them were opened
  const offers = KINDS.map((kind) => {
    const account = { account: `house:${kind}-${name}`, provider: `${kind}-${name}`, slots: SLOTS }
    return anOffer([account], kind)
  })

  async function act(one: Step): Promise<void> {
    switch (one.do) {
      case 'submit': {
        const id = newId(clock.now())
        vendor.script(id, { ...one.script, answers: [...one.script.answers] })
        kinds.set(id, one.kind)
        const place = { tenantId: name, keyId: `${name}-k`, pool: name, operation: one.kind }
        const times = { createdAt: clock.now(), deadlineAt: clock.now() + MAX_WAIT_MS, timeoutMs: TIMEOUT_MS }
        await store.submitTasks({ tasks: [aTask({ id, ...place, ...times, pricePoints: points(PRICE) })] })
        return
      }
      case 'claim':
        return nodeAt(one.node).claimPending(name, offers, one.limit)
      case 'due':
        return nodeAt(one.node).claimDue(one.limit)
      case 'late':
        return nodeAt(one.node).claimLateChecks()
      case 'overdue':
        return nodeAt(one.node).failOverdue()
      case 'mend':
        return mend(one.node)
      case 'stop':
        nodeAt(one.node).stop()
        nodes[one.node] = openNode(world)
        return
      case 'cut':
        nodeAt(one.node).network.change = { ...one.change }
        return
      case 'break':
        nodeAt(one.node).network.faults.push(...one.faults)
        return
      case 'call back':
        return callBack(nodeAt(one.node), one.pick, one.names)
      case 'cancel':
        return cancel(nodeAt(one.node), one.pick)
      case 'answer':
        return vendor.answerAll()
      case 'advance':
        return advance(one.ms)
    }
  }

  /** A process that is cut off comes back, and one that is dead starts anew. */
  function mend(index: number): void {
    if (nodeAt(index).network.state === 'dead') nodes[index] = openNode(world)
    else nodeAt(index).mend()
  }

  function callBack({ callbacks }: Node, pick: number, names: boolean): void {
    const works = [...vendor.works.values()].flat().filter(({ taskId }) => kinds.get(taskId) === 'called')
    const work = works[pick % works.length]
    if (!work) return
    const token = callbacks.urlFor({ id: work.taskId })?.split('/').at(-1) ?? ''
    const rawBody = JSON.stringify(names ? { id: work.id } : null)
    callbacks.receive(work.taskId, token, { headers: {}, rawBody }).catch((error: unknown) => {
      // The vendor calls again when the database is away.
      if (!(error instanceof PolyphonyError && error.code === 'store_unavailable')) world.unexpected.push(error)
    })
  }

  function cancel(on: Node, pick: number): void {
    const id = [...kinds.keys()][pick % kinds.size]
    if (id === undefined) return
    oracle.cancelRequested(id)
    on.cancel(id).then(
      (task) => task?.status === 'cancelled' && oracle.cancelled(id),
      () => {}, // the client does not know
    )
  }

  async function advance(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= TICK_MS) {
      vi.advanceTimersByTime(Math.min(left, TICK_MS))
      await settled(world)
    }
  }

  const unended = async () => (await oracle.look()).filter(({ status, isWatched }) => !isTerminal(status) || isWatched)

  /** What dispatchers and vendors do in the end: nothing fails any more, and everything is looked for. */
  async function drain(): Promise<void> {
    for (const index of nodes.keys()) mend(index)
    vendor.calm()
    await settled(world)
    await oracle.calm()
    for (let round = 0; round < MAX_ROUNDS; round++) {
      await settled(world)
      if ((await unended()).length === 0) return
      const on = nodeAt(round)
      on.failOverdue()
      on.claimPending(name, offers, 100)
      on.claimDue(100)
      on.claimLateChecks()
      await settled(world)
      for (let pick = 0; pick < vendor.works.size; pick++) if (round % 10 === 9) callBack(on, pick, true)
      await settled(world)
      await wait(await unended(), round)
    }
    throw new Error('Tasks are left that no process brings to an end.')
  }

  /** Until something may be due; heartbeats are missed only where there is nothing to renew. */
  async function wait(open: readonly Task[], round: number): Promise<void> {
    // A failed task without a name is watched for a day.
    const isHopeless = round > MAX_ROUNDS / 2 && open.every(({ isWatched }) => isWatched)
    if (open.some(({ leaseUntil }) => leaseUntil !== null)) await advance(TICK_MS)
    else vi.setSystemTime(Date.now() + (isHopeless ? 25 * HOUR_MS : 30 * SECOND_MS))
  }

  try {
    for (const one of given) {
      await act(one)
      if (!one.settles) continue
      await settled(world)
      await oracle.look()
    }
    await settled(world)
    await drain()
    await oracle.judge()
    expect(world.unexpected).toEqual([])
  } finally {
    vi.clearAllTimers()
  }
}

/** All that can go on without the clock has gone on. */
async function settled(world: World): Promise<void> {
  for (let idle = 0; idle < 3; ) {
    await new Promise((resolve) => setImmediate(resolve))
    idle = world.underWay === 0 ? idle + 1 : 0
  }
}

/** After a failure the database is another one, so that what it left cannot disturb the search for a smaller case. */
async function keepsItsRules(numRuns: number, open: () => Promise<Store>): Promise<void> {
  let store = await open()
  const run = async (given: readonly Step[]) => {
    try {
      await play(store, given)
    } catch (error) {
      await store.close()
      store = await open()
      throw error
    }
  }
  try {
    await fc.assert(fc.asyncProperty(steps, run), {
      numRuns,
      examples: Object.values(CASES).map((one): [Step[]] => [one]),
      endOnFailure: process.env.SHRINK === undefined,
      // The gate plays the same cases each time; MODEL_RUNS looks for new ones.
      ...(process.env.MODEL_RUNS === undefined ? { seed: 20_261 } : {}),
    })
  } finally {
    await store.close()
  }
}

const RUNS = Number(process.env.MODEL_RUNS ?? 1)

describe('no task is lost, paid for twice or settled twice, whatever fails in between', {
  timeout: 600_000 * RUNS,
}, () => {
  const folder = mkdtempSync(join(tmpdir(), 'polyphony-model-'))
  let files = 0
  beforeEach(() => {
    vi.useFakeTimers({ now: START, toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] })
    vi.spyOn(Math, 'random').mockReturnValue(0.5) // a run repeats itself
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.restoreAllMocks()
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it('holds on SQLite: every task is settled once and paid for at most once', async () => {
    await keepsItsRules(60 * RUNS, () => openMigratedSqlite({ path: join(folder, `${++files}.db`) }))
    expect(worlds).toBeGreaterThan(0)
  })

  it('holds on PostgreSQL: every task is settled once and paid for at most once', async () => {
    await keepsItsRules(20 * RUNS, async () => openPostgres({ url: await migratedDatabase(), maxConnections: 6 }))
  })
})

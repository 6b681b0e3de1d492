import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { freshDatabase } from '../../test/support/postgres-database.ts'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../core/clock.ts'
import { newId } from '../core/ids.ts'
import { points } from '../core/points.ts'
import { isTerminal, type Task } from '../core/task.ts'
import { aKey, anOffer, aTask, aTenant, START } from '../store/contract/samples.ts'
import { openPostgres } from '../store/postgres.ts'
import { openSqlite } from '../store/sqlite.ts'
import type { Store } from '../store/store.ts'
import { MAX_WAIT_MS, type Network, type Node, openNode, type World } from './model-nodes.testing.ts'
import { bodyOf, openOracle } from './model-oracle.testing.ts'
import { type Answer, KINDS, type Kind, openVendor, providerOf, type Script } from './model-vendor.testing.ts'

const NODES = 3
const SLOTS = 4
const CREDIT = 1_000_000
const PRICE = 100
const TIMEOUT_MS = 4 * MINUTE_MS
/** Less than between two heartbeats. */
const TICK_MS = 4 * SECOND_MS

/** What one client, vendor, operator or fault does; `pick` chooses among the tasks that exist when it happens. */
type Step = { settles: boolean } & (
  | { do: 'submit'; kind: Kind; script: Script }
  | { do: 'claim' | 'due'; node: number; limit: number }
  | { do: 'late' | 'overdue' | 'stop' | 'mend'; node: number }
  | { do: 'cut'; node: number; change: NonNullable<Network['change']> }
  | { do: 'break'; node: number; faults: Network['faults'] }
  | { do: 'call back'; node: number; pick: number; names: boolean }
  | { do: 'cancel'; node: number; pick: number }
  | { do: 'answer' }
  | { do: 'advance'; ms: number }
)

const node = fc.nat(NODES - 1)
const pick = fc.nat(1_000)
const answer: fc.Arbitrary<Answer> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom<Answer>('late', 'lost') },
  { weight: 2, arbitrary: fc.constantFrom<Answer>('at_once', 'busy', 'unreachable', 'garbled') },
  { weight: 1, arbitrary: fc.constant<Answer>('refused') },
)
const seldom = fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) })
const script: fc.Arbitrary<Script> = fc.record({
  answers: fc.array(answer, { maxLength: 3 }),
  workMs: fc.constantFrom(0, 10 * SECOND_MS, 100 * SECOND_MS, 6 * MINUTE_MS),
  fails: seldom,
  refusesCancel: fc.boolean(),
  troubles: fc.constantFrom(0, 0, 1, 3),
})
const fault = fc.constantFrom('before' as const, 'after' as const)
const settles = fc.boolean()
const of = <Do extends string | number>(...names: Do[]) => fc.constantFrom(...names)

const change = fc.record({ after: fc.nat(4), to: of('holds_requests', 'holds_answers', 'dead') })
const cut = fc.record({ do: of('cut'), node, change, settles })
const submit = fc.record({ do: of('submit'), kind: of(...KINDS), script, settles })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: submit },
  { weight: 8, arbitrary: fc.record({ do: of('claim', 'due'), node, limit: fc.integer({ min: 1, max: 5 }), settles }) },
  { weight: 2, arbitrary: fc.record({ do: of('late', 'overdue', 'mend'), node, settles }) },
  { weight: 1, arbitrary: fc.record({ do: of('stop'), node, settles }) },
  { weight: 3, arbitrary: cut },
  {
    weight: 2,
    arbitrary: fc.record({ do: of('break'), node, faults: fc.array(fault, { minLength: 1, maxLength: 4 }), settles }),
  },
  { weight: 4, arbitrary: fc.record({ do: of('call back'), node, pick, names: fc.boolean(), settles }) },
  { weight: 1, arbitrary: fc.record({ do: of('cancel'), node, pick, settles }) },
  { weight: 1, arbitrary: fc.record({ do: of('answer'), settles }) },
  {
    weight: 6,
    arbitrary: fc.record({ do: of('advance'), ms: of(0, 200, 1_000, 3_000, 16_000, 40_000, TIMEOUT_MS), settles }),
  },
)
const other = (one: number) => (one + 1) % NODES
const act = <One extends Step>(one: One): Step => one

/** A process is cut off while it takes work, for longer than its lease; another one takes over, and it comes back. */
const takeover: fc.Arbitrary<Step[]> = fc
  .record({ node, change, takes: of('claim', 'due'), calls: fc.boolean(), rest: of(1_000, 16_000, 40_000), settles })
  .map(({ node: on, change, takes, calls, rest, settles }) => [
    act({ do: 'cut', node: on, change, settles: true }),
    act({ do: takes, node: on, limit: 5, settles }),
    ...(calls ? [act({ do: 'call back', node: other(on), pick: 0, names: true, settles })] : []),
    act({ do: 'advance', ms: 16_000, settles: true }),
    act({ do: 'due', node: other(on), limit: 5, settles }),
    act({ do: 'advance', ms: rest, settles: true }),
    act({ do: 'due', node: other(on), limit: 5, settles: true }),
    act({ do: 'claim', node: other(on), limit: 5, settles }),
    act({ do: 'mend', node: on, settles }),
  ])

/** Tasks that are there from the beginning, and what happens then. */
const steps = fc
  .tuple(
    fc.array(submit, { minLength: 1, maxLength: 6, size: 'max' }),
    fc.array(
      fc.oneof(
        {
          weight: 8,
          arbitrary: step.map((one) => [one]),
        },
        { weight: 1, arbitrary: takeover },
      ),
      { minLength: 5, maxLength: 35, size: 'max' },
    ),
  )
  .map(([tasks, rest]) => [...tasks, ...rest.flat()])

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
    announce: (task) => [{ url: 'https://client.example', body: bodyOf(task), headers: {} }],
    underWay: 0,
  }
  const kinds = new Map<string, Kind>()
  const oracle = openOracle({ store, vendor, tenantId: name, credit: CREDIT, kinds })
  const nodes = Array.from({ length: NODES }, () => openNode(world))
  const nodeAt = (index: number): Node => nodes[index % NODES] as Node // NODES of them were opened
  const offers = KINDS.map((kind) => {
    const account = { account: `house:${kind}-${name}`, provider: `${kind}-${name}`, slots: SLOTS }
    return { pool: name, ...anOffer([account], kind) }
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
        return nodeAt(one.node).claimPending(offers, one.limit)
      case 'due':
        return nodeAt(one.node).claimDue(one.limit)
      case 'late':
        return nodeAt(one.node).claimLate()
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
    callbacks.receive(work.taskId, token, { headers: {}, rawBody }).catch(() => {}) // the vendor calls again
  }

  function cancel(on: Node, pick: number): void {
    const id = [...kinds.keys()][pick % kinds.size]
    if (id === undefined) return
    oracle.cancelRequested(id)
    on.cancel(id).then(
      (task) => task && oracle.cancelled(id),
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
      on.claimPending(offers, 100)
      on.claimDue(100)
      on.claimLate()
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
    await fc.assert(fc.asyncProperty(steps, run), { numRuns, endOnFailure: process.env.SHRINK === undefined })
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

  it('on SQLite', async () => {
    await keepsItsRules(60 * RUNS, () => openSqlite({ path: join(folder, `${++files}.db`) }))
    expect(worlds).toBeGreaterThan(0)
  })

  it('on PostgreSQL', async () => {
    await keepsItsRules(20 * RUNS, async () => openPostgres({ url: await freshDatabase(), maxConnections: 6 }))
  })
})

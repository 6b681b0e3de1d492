import { setTimeout as pause } from 'node:timers/promises'
import { type Static, Type } from 'typebox'
import { DAY_MS, SECOND_MS } from '../core/clock.ts'
import { points } from '../core/points.ts'
import type { AdminContext } from './context.ts'
import { amountOf, COUNT, ID, money, orNull, TEXT, TIME, timeOf } from './fields.ts'
import { bodyOfRetention, RetentionBody, retentionNow } from './retention.ts'
import { verb } from './verb.ts'

const MOST_RECEIVERS = 100
/** A timer that is this late means that the process was busy with something else. */
const TIMER_MS = 20

const BYTES = Type.Integer({ minimum: 0 })

const Health = Type.Object({
  process: orNull(
    Type.Object({
      version: TEXT,
      node: TEXT,
      uptime_seconds: Type.Number(),
      lag_ms: Type.Number({ description: 'How late a timer fires now: work of the process waits as long.' }),
      memory_bytes: BYTES,
      tasks_in_hand: Type.Integer({ minimum: 0, description: 'Tasks that this process works on at this moment.' }),
    }),
    'Of the process that answers; null from a command that opened the database itself.',
  ),
  database: Type.Object({
    engine: Type.Enum(['sqlite', 'postgres']),
    answer_ms: Type.Number({ description: 'How long it took to answer a small question.' }),
  }),
  storage: Type.Object({
    uploaded_bytes: Type.Integer({ minimum: 0, description: 'Of uploads and drafts; outputs are not counted.' }),
    disks: Type.Array(Type.Object({ folder: TEXT, free_bytes: BYTES, size_bytes: BYTES })),
    writable: Type.Boolean(),
    problem: orNull(TEXT, 'Why nothing can be written.'),
  }),
  queue: Type.Object({
    staged: COUNT,
    pending: COUNT,
    running: COUNT,
    oldest_waiting_seconds: orNull(Type.Number(), 'Of the task that is next to reach its deadline; null = none waits.'),
  }),
  last_day: Type.Object({
    tasks: COUNT,
    completed: COUNT,
    failed: COUNT,
    calls: COUNT,
    ...money('consumed', 'Earned.'),
  }),
  ledger: Type.Object({
    balance_faults: Type.Integer({ minimum: 0, description: 'Balances that cannot be right.' }),
    ...money('available', 'Of all tenants.'),
    ...money('held', 'Likewise.'),
  }),
  troubles: Type.Array(TEXT, {
    description:
      'What is wrong now, as `account ID`, `credit TENANT`, `webhooks TENANT HOST`, `disk MACHINE FOLDER` or `ledger all`: what notices are sent about, whether or not there is an address for them.',
  }),
  paused_receivers: Type.Array(Type.Object({ tenant: ID, host: TEXT, failing_since: orNull(TIME) }), {
    description: 'Receivers of webhooks that do not answer.',
  }),
  retention: RetentionBody,
})

async function lagMs(): Promise<number> {
  const startedAt = performance.now()
  await pause(TIMER_MS)
  return Math.max(0, performance.now() - startedAt - TIMER_MS)
}

async function processOf({ process: running, clock }: AdminContext): Promise<Static<typeof Health>['process']> {
  if (!running) return null
  return {
    version: running.version,
    node: process.version,
    uptime_seconds: Math.floor((clock.now() - running.startedAt) / SECOND_MS),
    lag_ms: rounded(await lagMs()),
    memory_bytes: process.memoryUsage.rss(),
    tasks_in_hand: running.inHand(),
  }
}

async function timed<Result>(job: () => Promise<Result>): Promise<{ result: Result; ms: number }> {
  const startedAt = performance.now()
  const result = await job()
  return { result, ms: performance.now() - startedAt }
}

function rounded(ms: number): number {
  return Math.round(10 * ms) / 10
}

export const HEALTH_VERBS = [
  verb({
    name: 'health.read',
    method: 'GET',
    path: '/health',
    summary: 'Read how the gateway is: process, database, storage, queue, errors and webhooks',
    input: Type.Object({}),
    answer: Health,
    changes: false,
    async run(context) {
      const { store, clock, place } = context
      const now = clock.now()
      const due = await timed(() => store.nextDueAt({}))
      const [running, vitals, unfinished, usage, troubles, paused, disks, problem] = await Promise.all([
        processOf(context),
        store.vitals({}),
        store.countUnfinished({}),
        store.readUsage({ by: 'day', from: now - DAY_MS, to: now }),
        context.troubles(),
        store.listPausedReceivers({ limit: MOST_RECEIVERS }),
        place.disks(),
        place.writeProblem(),
      ])
      const sum = (name: 'tasks' | 'completed' | 'failed' | 'calls' | 'consumed') =>
        usage.reduce((total, row) => total + row[name], 0)
      const { oldestPendingAt } = vitals
      return {
        process: running,
        database: { engine: store.engine, answer_ms: rounded(due.ms) },
        storage: { uploaded_bytes: vitals.storedBytes, disks, writable: problem === null, problem },
        queue: {
          ...unfinished,
          oldest_waiting_seconds: oldestPendingAt === null ? null : Math.max(0, now - oldestPendingAt) / SECOND_MS,
        },
        last_day: {
          tasks: sum('tasks'),
          completed: sum('completed'),
          failed: sum('failed'),
          calls: sum('calls'),
          ...amountOf('consumed', points(sum('consumed'))),
        },
        ledger: {
          balance_faults: vitals.balanceFaults,
          ...amountOf('available', points(vitals.availablePoints)),
          ...amountOf('held', points(vitals.heldPoints)),
        },
        troubles,
        paused_receivers: paused.map(({ tenantId, host, failingSince }) => ({
          tenant: tenantId,
          host,
          failing_since: timeOf(failingSince),
        })),
        retention: bodyOfRetention(await retentionNow(context)),
      }
    },
  }),
] as const

import { type Static, Type } from 'typebox'
import { DAY_MS } from '../core/clock.ts'
import { invalidInput } from '../core/errors.ts'
import { points } from '../core/points.ts'
import { USAGE_KEYS, type UsageKey, type UsageRow } from '../store/store.ts'
import { type AdminContext, callerOf } from './context.ts'
import { amountOf, COUNT, ID, MODE, money, PERIOD, periodIn, TENANT, TIME, timeOf } from './fields.ts'
import { tenantIdIn } from './find-tenant.ts'
import { verb } from './verb.ts'

const DEFAULT_DAYS = 30
const MAX_DAYS = 366

const COUNTS = {
  tasks: Type.Integer({ minimum: 0, description: 'Tasks on record that were created in the period.' }),
  completed: COUNT,
  failed: COUNT,
  cancelled: COUNT,
  calls: Type.Integer({ minimum: 0, description: 'Calls on record that were answered on the spot in the period.' }),
  ...money('consumed', 'What was paid in the period.'),
}
const Usage = Type.Object({
  from: TIME,
  to: TIME,
  by: Type.Enum([...USAGE_KEYS]),
  items: Type.Array(
    Type.Object({
      group: Type.String({ description: 'A UTC day, a model, an operation, or the id of a key.' }),
      day: Type.Optional(Type.String({ description: 'The UTC day, with `daily`.' })),
      ...COUNTS,
    }),
  ),
  total: Type.Object(COUNTS),
})

const INPUT = {
  by: Type.Optional(Type.Enum([...USAGE_KEYS], { description: 'Default: day.' })),
  ...PERIOD,
  daily: Type.Optional(Type.Boolean({ description: 'An item for each UTC day of a group. Default: false.' })),
  key: Type.Optional(Type.String({ ...ID, description: 'Only tasks of the key with this id.' })),
}
const DESCRIPTION =
  `The last ${DEFAULT_DAYS} days by default, at most ${MAX_DAYS}. Tasks are counted while they are on record; what was paid ` +
  'is read from the ledger, which is kept for good. By model or operation, both are of the tasks on record.'

type Counts = Omit<UsageRow, 'group' | 'day'>

interface UsageInput {
  by?: UsageKey
  from?: string
  to?: string
  daily?: boolean
  key?: string
}

async function usageOf(
  { store, clock }: AdminContext,
  input: UsageInput,
  of: { tenantId?: string; mode?: 'live' | 'test' },
): Promise<Static<typeof Usage>> {
  const { by = 'day', daily: isDaily = false, key } = input
  const { to = clock.now(), from = startOfDay(to - (DEFAULT_DAYS - 1) * DAY_MS) } = periodIn(input)
  if (from >= to) throw invalidInput('from', 'must be before to')
  if (to - from > MAX_DAYS * DAY_MS) throw invalidInput('from', `must be at most ${MAX_DAYS} days before to`)
  const rows = await store.readUsage({ by, from, to, isDaily, ...of, ...(key === undefined ? {} : { keyId: key }) })
  return {
    from: timeOf(from),
    to: timeOf(to),
    by,
    items: rows.map(({ group, day, ...row }) => ({ group, ...(day === undefined ? {} : { day }), ...countsOf(row) })),
    total: countsOf(rows.reduce(sum, NOTHING)),
  }
}

const NOTHING = { tasks: 0, completed: 0, failed: 0, cancelled: 0, calls: 0, consumed: points(0) }

function sum(a: Counts, b: Counts): Counts {
  return {
    tasks: a.tasks + b.tasks,
    completed: a.completed + b.completed,
    failed: a.failed + b.failed,
    cancelled: a.cancelled + b.cancelled,
    calls: a.calls + b.calls,
    consumed: points(a.consumed + b.consumed),
  }
}

function countsOf({ tasks, completed, failed, cancelled, calls, consumed }: Counts) {
  return { tasks, completed, failed, cancelled, calls, ...amountOf('consumed', consumed) }
}

function startOfDay(at: number): number {
  return Math.floor(at / DAY_MS) * DAY_MS
}

export const USAGE_VERBS = [
  verb({
    name: 'usage.read',
    method: 'GET',
    path: '/usage',
    summary: 'Count tasks and what was paid for them, by day, model, operation or key',
    description: DESCRIPTION,
    input: Type.Object({
      tenant: Type.Optional(Type.String({ ...TENANT, description: 'Only of this tenant. Default: of all.' })),
      mode: Type.Optional(MODE),
      ...INPUT,
    }),
    answer: Usage,
    changes: false,
    errors: ['not_found'],
    async run(context, { tenant, mode, ...input }) {
      const tenantId = await tenantIdIn(context.store, tenant)
      return usageOf(context, input, {
        ...(tenantId === undefined ? {} : { tenantId }),
        ...(mode === undefined ? {} : { mode }),
      })
    },
  }),
] as const

export const OWN_USAGE_VERBS = [
  verb({
    name: 'own.usage.read',
    method: 'GET',
    path: '/usage',
    summary: 'Count your tasks and what was paid for them, by day, model, operation or key',
    description: `${DESCRIPTION} A key sees the tasks of its own mode.`,
    input: Type.Object(INPUT),
    answer: Usage,
    changes: false,
    run(context, input, actor) {
      const { tenantId, mode } = callerOf(actor)
      return usageOf(context, input, { tenantId, mode })
    },
  }),
] as const

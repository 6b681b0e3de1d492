import { type Static, Type } from 'typebox'
import type { ManagedAccount } from '../accounts/managed-account.ts'
import { ACCOUNT_STATES } from '../core/account.ts'
import { pinnedAccount, tenantOfPool } from '../core/pools.ts'
import type { Queue } from '../store/operator-verbs.ts'
import { COUNT, ID, orNull, TEXT, TIME, timeOf } from './fields.ts'
import { verb } from './verb.ts'

const MOST_QUEUES = 1_000

const Candidate = Type.Object({
  id: ID,
  provider: TEXT,
  name: TEXT,
  tenant: orNull(ID, 'null = the operator’s.'),
  state: Type.Enum([...ACCOUNT_STATES]),
  reason: TEXT,
  draining: Type.Boolean(),
  slots: COUNT,
  running: COUNT,
  begun_today: COUNT,
  daily_cap: orNull(Type.Integer()),
  priority: Type.Integer(),
  weight: Type.Number(),
  takes_work: Type.Boolean({ description: 'Whether it would be given a task now.' }),
})
const Routing = Type.Object({
  queues: Type.Array(
    Type.Object({
      pool: TEXT,
      operation: TEXT,
      tenant: orNull(ID, 'Whose accounts the pool has; null = the operator’s.'),
      account: orNull(ID, 'The one account that can continue the work of these tasks.'),
      waiting: COUNT,
      oldest_at: TIME,
      takers: Type.Integer({ minimum: 0, description: 'Accounts of the pool that would be given one now.' }),
    }),
  ),
  accounts: Type.Array(Candidate),
})

function candidateOf(account: ManagedAccount): Static<typeof Candidate> {
  const { state, isUsable, isDraining, dailyCap, begunToday, running, slots } = account
  const isAble = isUsable && state === 'connected' && !isDraining
  return {
    id: account.id,
    provider: account.provider,
    name: account.name,
    tenant: account.tenantId,
    state,
    reason: account.reason,
    draining: isDraining,
    slots,
    running,
    begun_today: begunToday,
    daily_cap: dailyCap,
    priority: account.priority,
    weight: account.weight,
    takes_work: isAble && running < slots && (dailyCap === null || begunToday < dailyCap),
  }
}

function queueOf({ pool, operation, count, oldestAt }: Queue, accounts: readonly ManagedAccount[]) {
  const account = pinnedAccount(pool) ?? null
  const tenant = tenantOfPool(pool) ?? accounts.find(({ id }) => id === account)?.tenantId ?? null
  const takers = accounts.filter((one) => {
    const isOfPool = account === null ? one.tenantId === tenant : one.id === account
    return isOfPool && one.operations.includes(operation) && candidateOf(one).takes_work
  })
  return { pool, operation, tenant, account, waiting: count, oldest_at: timeOf(oldestAt), takers: takers.length }
}

export const ROUTING_VERBS = [
  verb({
    name: 'routing.read',
    method: 'GET',
    path: '/routing',
    summary: 'Read which tasks wait where, and which accounts would be given them, in the order of preference',
    description:
      'Accounts of a higher priority are filled first, those of one priority by weight; back-up accounts (below zero) work ' +
      'when no other can.',
    input: Type.Object({
      operation: Type.Optional(
        Type.String({ ...ID, description: 'Only accounts that perform this operation, and its queues.' }),
      ),
    }),
    answer: Routing,
    changes: false,
    async run({ store, accounts }, { operation }) {
      const [all, queues] = await Promise.all([accounts.list('operator'), store.listQueues({ limit: MOST_QUEUES })])
      const able = operation === undefined ? all : all.filter(({ operations }) => operations.includes(operation))
      return {
        queues: queues
          .filter((queue) => operation === undefined || queue.operation === operation)
          .map((queue) => queueOf(queue, all)),
        accounts: able.toSorted((a, b) => b.priority - a.priority || b.weight - a.weight).map(candidateOf),
      }
    },
  }),
] as const

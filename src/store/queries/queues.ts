import type { OperatorReads, Queue } from '../operator-verbs.ts'
import type { Tx } from '../tx.ts'
import { PENDING } from './statuses.ts'

export async function listQueues(tx: Tx, { limit }: Parameters<OperatorReads['listQueues']>[0]): Promise<Queue[]> {
  const rows = await tx.db
    .selectFrom('tasks')
    .select(({ fn }) => [
      'pool',
      'operation',
      fn.countAll<number>().as('count'),
      fn.min<number>('created_at').as('oldest'),
    ])
    .where('status', '=', PENDING)
    .groupBy(['pool', 'operation'])
    .orderBy('count', 'desc')
    .orderBy('pool')
    .orderBy('operation')
    .limit(limit)
    .execute()
  return rows.map(({ pool, operation, count, oldest }) => ({
    pool: pool ?? '',
    operation,
    count: Number(count),
    oldestAt: Number(oldest),
  }))
}

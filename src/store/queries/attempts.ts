import type { Selectable } from 'kysely'
import type { Attempt, AttemptOutcome } from '../../core/attempt.ts'
import type { Task } from '../../core/task.ts'
import type { AttemptsTable } from '../schema.ts'
import type { ReadVerbs } from '../store.ts'
import type { Tx } from '../tx.ts'

/** The attempts that begin with these tasks, just claimed. */
export async function beginAttempts(tx: Tx, tasks: readonly Task[], now: number): Promise<void> {
  if (tasks.length === 0) return
  await tx.insertMany(
    'attempts',
    tasks.map(({ id, attempts, provider, account }) => ({
      task_id: id,
      number: attempts,
      provider: provider ?? '',
      account: account ?? '',
      begun_at: now,
      accepted_at: null,
      ended_at: null,
      outcome: 'calling',
      reason: null,
    })),
  )
}

export async function listAttempts(tx: Tx, args: Parameters<ReadVerbs['listAttempts']>[0]): Promise<Attempt[]> {
  const attempts = tx.db.selectFrom('attempts').selectAll()
  const query =
    'taskId' in args
      ? attempts.where('task_id', '=', args.taskId).orderBy('number')
      : attempts.where('account', '=', args.account).orderBy('begun_at', 'desc').limit(args.limit)
  return (await query.execute()).map(attemptOfRow)
}

function attemptOfRow(row: Selectable<AttemptsTable>): Attempt {
  return {
    taskId: row.task_id,
    number: row.number,
    provider: row.provider,
    account: row.account,
    begunAt: row.begun_at,
    acceptedAt: row.accepted_at,
    endedAt: row.ended_at,
    outcome: row.outcome as AttemptOutcome, // as this file wrote it
    reason: row.reason,
  }
}

import { sql } from 'kysely'
import { MINUTE_MS } from '../../core/clock.ts'
import type { OperatorWrites } from '../operator-verbs.ts'
import type { Tx } from '../tx.ts'

/**
 * One statement, so that attempts at all processes count together: each moves the time at which the bucket is full, and none
 * may move it further than a minute from now.
 */
export async function takeAttempt(
  tx: Tx,
  { subject, perMinute, now }: Parameters<OperatorWrites['takeAttempt']>[0],
): Promise<number> {
  const stepMs = Math.ceil(MINUTE_MS / perMinute)
  const { rows } = await sql`insert into sign_in_attempts (subject, full_at) values (${subject}, ${now + stepMs})
    on conflict (subject) do update set full_at =
      (case when sign_in_attempts.full_at > ${now} then sign_in_attempts.full_at else ${now} end) + ${stepMs}
      where sign_in_attempts.full_at <= ${now + MINUTE_MS - stepMs}
    returning subject`.execute(tx.db)
  if (rows.length > 0) return 0
  const row = await tx.db
    .selectFrom('sign_in_attempts')
    .select('full_at')
    .where('subject', '=', subject)
    .executeTakeFirst()
  return Math.max(1, (row?.full_at ?? now) + stepMs - now - MINUTE_MS)
}

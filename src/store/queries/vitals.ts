import type { Vitals } from '../store.ts'
import type { Tx } from '../tx.ts'
import { PENDING, UNSTARTED } from './statuses.ts'

/** Sums over tables with a row a tenant, and one look into an index: nothing here grows with the number of tasks. */
export async function vitals(tx: Tx): Promise<Vitals> {
  const sums = await tx.db
    .selectFrom('balances')
    .select((eb) => [
      eb.fn.sum<number>('available').as('available'),
      eb.fn.sum<number>('held').as('held'),
      eb.fn
        .sum<number>(
          eb
            .case()
            .when(
              eb.or([
                eb('available', '<', 0),
                eb('held', '<', 0),
                eb('credited', '<', eb('available', '+', eb.ref('held'))),
              ]),
            )
            .then(1)
            .else(0)
            .end(),
        )
        .as('faults'),
    ])
    .executeTakeFirst()
  const stored = await tx.db
    .selectFrom('storage_use')
    .select((eb) => eb.fn.sum<number>('bytes').as('bytes'))
    .executeTakeFirst()
  const oldest = await tx.db
    .selectFrom('tasks')
    .select('created_at')
    .where('status', 'in', UNSTARTED) // the condition of the index
    .where('status', '=', PENDING)
    .orderBy('deadline_at')
    .limit(1)
    .executeTakeFirst()
  return {
    oldestPendingAt: oldest?.created_at ?? null,
    availablePoints: Number(sums?.available ?? 0),
    heldPoints: Number(sums?.held ?? 0),
    storedBytes: Number(stored?.bytes ?? 0),
    balanceFaults: Number(sums?.faults ?? 0),
  }
}

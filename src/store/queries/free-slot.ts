import type { Tx } from '../tx.ts'

interface Runner {
  pool: string
  tenant_id: string
  account: string | null
}

/** Gives back the slot that a running task had, and calls the dispatchers to it. */
export async function freeSlot(tx: Tx, task: Runner): Promise<void> {
  if (task.account !== null) {
    await tx.db
      .updateTable('account_loads')
      .set((eb) => ({ running: eb('running', '-', 1) }))
      .where('account', '=', task.account)
      .execute()
    tx.signal({ kind: 'slot', account: task.account })
  }
  await tx.db
    .updateTable('lines')
    .set((eb) => ({ running: eb('running', '-', 1) }))
    .where('pool', '=', task.pool)
    .where('tenant_id', '=', task.tenant_id)
    .execute()
}

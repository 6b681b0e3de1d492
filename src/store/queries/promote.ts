import type { Tx } from '../tx.ts'

interface Parked {
  id: string
  key_id: string
  pool: string
  operation: string
}

/**
 * Moves parked tasks into the queue as far as the limits of tenant and keys allow: single ones before those of batches,
 * the oldest first. On PostgreSQL it is part of the functions that end and store tasks.
 */
export async function promote(tx: Tx, tenantId: string, now: number): Promise<void> {
  const [tenant] = await tx.run<{ room: number }>(
    `select case when t.max_concurrent is null then b.staged
       else min(b.staged, t.max_concurrent - (b.active - b.staged)) end as room
     from balances b join tenants t on t.id = b.tenant_id where b.tenant_id = ?`,
    [tenantId],
  )
  for (let room = tenant?.room ?? 0; room > 0; room--) {
    const [next] = await tx.run<Parked>(
      `select t.id, t.key_id, t.pool, t.operation from tasks t join api_keys k on k.id = t.key_id
       where t.tenant_id = ? and t.status = 'staged' and (k.max_concurrent is null or k.active - k.staged < k.max_concurrent)
       order by t.lane, t.seq limit 1`,
      [tenantId],
    )
    if (!next) return
    await tx.run(`update tasks set status = 'pending', due_at = ?, version = version + 1 where id = ?`, [now, next.id])
    await tx.run('update api_keys set staged = staged - 1 where id = ?', [next.key_id])
    await tx.run('update balances set staged = staged - 1 where tenant_id = ?', [tenantId])
    tx.signal({ kind: 'pool', pool: next.pool, operation: next.operation })
    tx.signal({ kind: 'task', id: next.id, status: 'pending', progress: 0 })
  }
}

import type { AuditEntry } from '../../core/audit.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import type { ReadVerbs, StoredAuditEntry } from '../store.ts'
import type { Tx } from '../tx.ts'

/** Writes who made a change, in the change's own transaction. */
export async function writeAudit(tx: Tx, entry: AuditEntry | undefined): Promise<void> {
  if (!entry) return
  await tx.insertMany('audit', [
    {
      at: entry.at,
      actor: entry.actor,
      address: entry.address,
      verb: entry.verb,
      tenant_id: entry.tenantId,
      subject: entry.subject,
      before: textOf(entry.before),
      after: textOf(entry.after),
    },
  ])
}

export async function addAudit(tx: Tx, { audit }: { audit: AuditEntry }): Promise<void> {
  await writeAudit(tx, audit)
}

export async function listAudit(tx: Tx, args: Parameters<ReadVerbs['listAudit']>[0]): Promise<StoredAuditEntry[]> {
  let query = tx.db.selectFrom('audit').selectAll().orderBy('seq', 'desc').limit(args.limit)
  if (args.beforeSeq !== undefined) query = query.where('seq', '<', args.beforeSeq)
  if (args.tenantId !== undefined) query = query.where('tenant_id', '=', args.tenantId)
  if (args.subject !== undefined) query = query.where('subject', '=', args.subject)
  if (args.actor !== undefined) query = query.where('actor', '=', args.actor)
  if (args.verb !== undefined) query = query.where('verb', '=', args.verb)
  if (args.from !== undefined) query = query.where('at', '>=', args.from)
  if (args.to !== undefined) query = query.where('at', '<', args.to)
  return (await query.execute()).map((row) => ({
    seq: row.seq,
    at: row.at,
    actor: row.actor,
    address: row.address,
    verb: row.verb,
    tenantId: row.tenant_id,
    subject: row.subject,
    before: objectOf(row.before),
    after: objectOf(row.after),
  }))
}

function textOf(value: Json): string | null {
  return value === null ? null : JSON.stringify(value)
}

function objectOf(text: string | null): JsonObject | null {
  return text === null ? null : (JSON.parse(text) as JsonObject) // as this file wrote it
}

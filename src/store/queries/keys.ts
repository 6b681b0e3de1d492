import { sql, type Updateable } from 'kysely'
import type { AuditEntry } from '../../core/audit.ts'
import type { KeyRecord } from '../../core/key.ts'
import { keyOfRow } from '../rows.ts'
import type { ApiKeysTable } from '../schema.ts'
import type { ReadVerbs, WriteVerbs } from '../store.ts'
import type { Tx } from '../tx.ts'
import { writeAudit } from './audit.ts'
import { anyHolds } from './search.ts'

export async function createKey(tx: Tx, { key, audit }: Parameters<WriteVerbs['createKey']>[0]): Promise<void> {
  await tx.insertMany('api_keys', [
    {
      id: key.keyId,
      tenant_id: key.tenantId,
      name: key.name,
      hash: key.hash,
      prefix: key.prefix,
      mode: key.mode,
      role: key.role,
      allowed_models: modelsText(key.allowedModels),
      requests_per_minute: key.requestsPerMinute,
      max_concurrent: key.maxConcurrent,
      spend_limit: key.spendLimitPoints,
      spent: 0,
      active: 0,
      staged: 0,
      created_at: key.createdAt,
      expires_at: key.expiresAt,
      revoked_at: null,
      tokens_per_minute: key.tokensPerMinute,
      day_limit: key.dayLimitPoints,
      month_limit: key.monthLimitPoints,
      person_id: key.personId ?? null,
    },
  ])
  await writeAudit(tx, audit)
}

export async function changeKey(tx: Tx, { id, set, audit }: Parameters<WriteVerbs['changeKey']>[0]): Promise<boolean> {
  const columns = {
    ...(set.name === undefined ? {} : { name: set.name }),
    ...(set.allowedModels === undefined ? {} : { allowed_models: modelsText(set.allowedModels) }),
    ...(set.requestsPerMinute === undefined ? {} : { requests_per_minute: set.requestsPerMinute }),
    ...(set.maxConcurrent === undefined ? {} : { max_concurrent: set.maxConcurrent }),
    ...(set.spendLimitPoints === undefined ? {} : { spend_limit: set.spendLimitPoints }),
    ...(set.tokensPerMinute === undefined ? {} : { tokens_per_minute: set.tokensPerMinute }),
    ...(set.dayLimitPoints === undefined ? {} : { day_limit: set.dayLimitPoints }),
    ...(set.monthLimitPoints === undefined ? {} : { month_limit: set.monthLimitPoints }),
    ...(set.expiresAt === undefined ? {} : { expires_at: set.expiresAt }),
  }
  return writeKey(tx, id, columns, audit)
}

/** The hash from before is valid until `previousUntil`; null = it is not valid any more. */
export async function rotateKey(
  tx: Tx,
  { id, hash, prefix, previousUntil, keptSessionId, audit }: Parameters<WriteVerbs['rotateKey']>[0],
): Promise<boolean> {
  const query = tx.db
    .selectFrom('api_keys')
    .select(['hash', 'previous_hash'])
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
  // Two rotations at once would each keep the same hash from before. SQLite has one writer.
  const row = await (tx.engine === 'postgres' ? query.forUpdate() : query).executeTakeFirst()
  if (!row) return false
  await tx.db
    .updateTable('api_keys')
    .set({ hash, prefix, previous_hash: previousUntil === null ? null : row.hash, previous_until: previousUntil })
    .where('id', '=', id)
    .execute()
  await endSessions(tx, id, previousUntil, keptSessionId)
  forgetKey(tx, row)
  await writeAudit(tx, audit)
  return true
}

/** Sessions were begun with the text from before, and last no longer than it does. The signal of the key is one of them, too. */
async function endSessions(tx: Tx, keyId: string, until: number | null, keptId: string | undefined): Promise<void> {
  if (until === null) {
    const ended = tx.db.deleteFrom('sessions').where('key_id', '=', keyId)
    await (keptId === undefined ? ended : ended.where('id', '!=', keptId)).execute()
  } else {
    const capped = tx.db.updateTable('sessions').set({ expires_at: until }).where('key_id', '=', keyId)
    const late = capped.where('expires_at', '>', until)
    await (keptId === undefined ? late : late.where('id', '!=', keptId)).execute()
  }
}

export async function revokeKey(tx: Tx, { id, now, audit }: Parameters<WriteVerbs['revokeKey']>[0]): Promise<boolean> {
  if (!(await writeKey(tx, id, { revoked_at: now }, audit))) return false
  await endSessions(tx, id, null, undefined)
  return true
}

/** False when the key is unknown or revoked. */
async function writeKey(
  tx: Tx,
  id: string,
  columns: Updateable<ApiKeysTable>,
  audit: AuditEntry | undefined,
): Promise<boolean> {
  const row = await tx.db
    .updateTable('api_keys')
    .set({ id, ...columns }) // an update must set at least one column
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .returning(['hash', 'previous_hash'])
    .executeTakeFirst()
  if (!row) return false
  forgetKey(tx, row)
  await writeAudit(tx, audit)
  return true
}

/** Several processes may report the same use. */
export async function recordKeyUses(tx: Tx, { uses }: Parameters<WriteVerbs['recordKeyUses']>[0]): Promise<void> {
  for (const { id, at } of uses) {
    await tx.db
      .updateTable('api_keys')
      .set({ last_used_at: at })
      .where('id', '=', id)
      .where((eb) => eb.or([eb('last_used_at', 'is', null), eb('last_used_at', '<', at)]))
      .execute()
  }
}

function modelsText(models: readonly string[] | null): string | null {
  return models === null ? null : JSON.stringify(models)
}

function keys(tx: Tx) {
  return tx.db
    .selectFrom('api_keys as k')
    .innerJoin('tenants as t', 't.id', 'k.tenant_id')
    .selectAll('k')
    .select('t.frozen_at as tenant_frozen_at')
    .select((eb) =>
      eb.selectFrom('tenants as f').select('f.id').orderBy('f.created_at').orderBy('f.id').limit(1).as('first_tenant'),
    )
}

export async function findKey(tx: Tx, { hash }: { hash: string }): Promise<KeyRecord | undefined> {
  const row = await keys(tx).where('k.hash', '=', hash).executeTakeFirst()
  const found = row ?? (await keys(tx).where('k.previous_hash', '=', hash).executeTakeFirst())
  return found && keyOfRow(found)
}

export async function getKey(tx: Tx, { id }: { id: string }): Promise<KeyRecord | undefined> {
  const row = await keys(tx).where('k.id', '=', id).executeTakeFirst()
  return row && keyOfRow(row)
}

export async function listKeys(
  tx: Tx,
  { tenantId, mode, search, afterId, limit }: Parameters<ReadVerbs['listKeys']>[0],
): Promise<KeyRecord[]> {
  let query = keys(tx).where('k.person_id', 'is', null).orderBy('k.created_at').orderBy('k.id')
  if (tenantId !== null) query = query.where('k.tenant_id', '=', tenantId)
  if (mode !== undefined) query = query.where('k.mode', '=', mode)
  if (search !== undefined) query = query.where(anyHolds(['k.name', 'k.id'], search))
  if (afterId !== undefined) {
    query = query.where(
      sql<boolean>`(k.created_at, k.id) > (select a.created_at, a.id from api_keys a where a.id = ${afterId})`,
    )
  }
  if (limit !== undefined) query = query.limit(limit)
  return (await query.execute()).map(keyOfRow)
}

/** Signals that every key of a tenant must be read again. */
export async function forgetKeysOf(tx: Tx, tenantId: string): Promise<void> {
  const keys = await tx.db
    .selectFrom('api_keys')
    .select(['hash', 'previous_hash'])
    .where('tenant_id', '=', tenantId)
    .where('revoked_at', 'is', null)
    .execute()
  for (const key of keys) forgetKey(tx, key)
}

/** Tells all nodes that what they know of the key is outdated, under either of its texts. */
export function forgetKey(tx: Tx, { hash, previous_hash }: { hash: string; previous_hash: string | null }): void {
  tx.signal({ kind: 'key', hash })
  if (previous_hash !== null) tx.signal({ kind: 'key', hash: previous_hash })
}

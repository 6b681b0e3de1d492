import { DAY_MS } from '../../core/clock.ts'
import type { Role } from '../../core/person.ts'
import type { Mode } from '../../core/task.ts'
import type { Connection, OwnConnection, PeopleReads, PeopleWrites } from '../people-verbs.ts'
import type { Tx } from '../tx.ts'
import { createKey, revokeKey } from './keys.ts'

/** Clients that people let act for them. */

export async function findConnection(
  tx: Tx,
  args: Parameters<PeopleReads['findConnection']>[0],
): Promise<Connection | undefined> {
  const [table, hash] =
    'accessToken' in args
      ? (['oauth_access_tokens', args.accessToken] as const)
      : (['oauth_refresh_tokens', args.refreshToken] as const)
  const row = await tx.db
    .selectFrom(`${table} as t`)
    .innerJoin('connections as c', 'c.key_id', 't.reference_id')
    .innerJoin('api_keys as k', 'k.id', 'c.key_id')
    .innerJoin('people as p', 'p.id', 'c.person_id')
    .innerJoin('members as m', (join) =>
      join.onRef('m.person_id', '=', 'c.person_id').onRef('m.tenant_id', '=', 'c.tenant_id'),
    )
    .select(['c.key_id', 'c.client_id', 'm.role', 't.resources', 't.expires_at'])
    .where('t.token', '=', hash)
    .where('t.expires_at', '>', args.now)
    .where('t.revoked', 'is', null)
    .where('k.revoked_at', 'is', null)
    .where('p.blocked_at', 'is', null)
    .executeTakeFirst()
  if (!row) return undefined
  return {
    keyId: row.key_id,
    clientId: row.client_id,
    role: row.role as Role,
    resources: row.resources === null ? null : JSON.parse(row.resources),
    expiresAt: row.expires_at,
  }
}

export async function listConnections(tx: Tx, { personId }: { personId: string }): Promise<OwnConnection[]> {
  const rows = await tx.db
    .selectFrom('connections as c')
    .innerJoin('api_keys as k', 'k.id', 'c.key_id')
    .select(['k.id', 'k.name', 'k.tenant_id', 'k.mode', 'k.created_at', 'k.last_used_at'])
    .where('c.person_id', '=', personId)
    .where('k.revoked_at', 'is', null)
    .orderBy('k.created_at', 'desc')
    .orderBy('k.id')
    .execute()
  return rows.map((row) => ({
    keyId: row.id,
    name: row.name,
    tenantId: row.tenant_id,
    mode: row.mode as Mode,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
  }))
}

export async function connectClient(
  tx: Tx,
  { key, personId, clientId, now, audit }: Parameters<PeopleWrites['connectClient']>[0],
): Promise<void> {
  const earlier = await tx.db
    .selectFrom('connections')
    .select('key_id')
    .where('person_id', '=', personId)
    .where('tenant_id', '=', key.tenantId)
    .where('client_id', '=', clientId)
    .execute()
  for (const { key_id: id } of earlier) await revokeKey(tx, { id, now })
  await createKey(tx, { key, ...(audit ? { audit } : {}) })
  await tx.insertMany('connections', [
    {
      key_id: key.keyId,
      person_id: personId,
      tenant_id: key.tenantId,
      client_id: clientId,
      created_at: now,
    },
  ])
}

/** All that lets clients act for a person. Their keys are revoked by who removes the person. */
export async function removeConnections(tx: Tx, personId: string): Promise<void> {
  for (const table of ['connections', 'oauth_access_tokens', 'oauth_refresh_tokens', 'oauth_consents'] as const) {
    await tx.db.deleteFrom(table).where('person_id', '=', personId).execute()
  }
}

/** Anyone may register a client, so those that nobody let in do not stay. */
const UNUSED_MS = DAY_MS
/** How long an ended connection keeps its client known, so that the host can be let in again. */
const ENDED_MS = 30 * DAY_MS

export async function forgetUnusedClients(
  tx: Tx,
  { most }: Parameters<PeopleWrites['forgetUnusedClients']>[0],
): Promise<void> {
  const oldest = unusedClients(tx).orderBy('created_at', 'desc').orderBy('id', 'desc').limit(100).offset(most)
  await tx.db.deleteFrom('oauth_clients').where('id', 'in', oldest).execute()
}

function unusedClients({ db }: Tx) {
  return db
    .selectFrom('oauth_clients')
    .select('id')
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('connections').select('key_id').whereRef('connections.client_id', '=', 'oauth_clients.client_id'),
        ),
      ),
    )
}

export async function purgeConnections(tx: Tx, { now }: { now: number }): Promise<void> {
  for (const table of ['oauth_access_tokens', 'oauth_refresh_tokens'] as const) {
    await tx.db.deleteFrom(table).where('expires_at', '<=', now).execute()
  }
  await tx.db
    .deleteFrom('oauth_consents')
    .where('created_at', '<=', now - UNUSED_MS)
    .execute()
  await tx.db
    .deleteFrom('connections')
    .where(
      'key_id',
      'in',
      tx.db
        .selectFrom('api_keys')
        .select('id')
        .where('revoked_at', '<=', now - ENDED_MS),
    )
    .execute()
  await tx.db
    .deleteFrom('oauth_clients')
    .where('id', 'in', unusedClients(tx).where('created_at', '<=', now - UNUSED_MS))
    .execute()
}

import { type Selectable, sql } from 'kysely'
import type { NewKey } from '../../core/key.ts'
import type { Member, Membership, Person, Role, Session } from '../../core/person.ts'
import type { Joining, PeopleReads, PeopleWrites } from '../people-verbs.ts'
import type { PeopleTable, SessionsTable } from '../schema.ts'
import type { Tx } from '../tx.ts'
import { writeAudit } from './audit.ts'
import { removeConnections } from './connections.ts'
import { useInvitation } from './invitations.ts'
import { createKey, forgetKey } from './keys.ts'
import { credit } from './ledger.ts'
import { anyHolds } from './search.ts'
import { createTenant } from './tenants.ts'

export async function isClaimed(tx: Tx): Promise<boolean> {
  const row = await tx.db.selectFrom('people').select('id').where('is_operator', '=', 1).limit(1).executeTakeFirst()
  return row !== undefined
}

export async function findSession(
  tx: Tx,
  { token }: { token: string },
): Promise<Awaited<ReturnType<PeopleReads['findSession']>>> {
  const row = await tx.db.selectFrom('sessions').selectAll().where('token', '=', token).executeTakeFirst()
  if (!row) return undefined
  const session = sessionOf(row)
  const { personId } = session
  if (personId === null) return { session, person: null, memberships: [] }
  const person = await getPerson(tx, { id: personId })
  return { session, person: person ?? null, memberships: person ? await listMemberships(tx, { personId }) : [] }
}

export async function listSessions(
  tx: Tx,
  { of, now }: Parameters<PeopleReads['listSessions']>[0],
): Promise<Session[]> {
  const query = tx.db.selectFrom('sessions').selectAll().where('expires_at', '>', now).orderBy('created_at', 'desc')
  const rows = await ('personId' in of
    ? query.where('person_id', '=', of.personId)
    : query.where('key_id', '=', of.keyId)
  ).execute()
  return rows.map(sessionOf)
}

export async function getPerson(tx: Tx, by: Parameters<PeopleReads['getPerson']>[0]): Promise<Person | undefined> {
  const query = tx.db.selectFrom('people').selectAll()
  const row = await ('id' in by
    ? query.where('id', '=', by.id)
    : query.where('email', '=', by.email)
  ).executeTakeFirst()
  return row && personOf(row)
}

export async function listPeople(
  tx: Tx,
  { search, afterId, limit }: Parameters<PeopleReads['listPeople']>[0],
): Promise<Person[]> {
  let query = tx.db.selectFrom('people').selectAll().orderBy('created_at').orderBy('id').limit(limit)
  if (search !== undefined) query = query.where(anyHolds(['name', 'email'], search))
  if (afterId !== undefined) {
    query = query.where(
      sql<boolean>`(created_at, id) > (select a.created_at, a.id from people a where a.id = ${afterId})`,
    )
  }
  return (await query.execute()).map(personOf)
}

export async function listMemberships(tx: Tx, { personId }: { personId: string }): Promise<Membership[]> {
  const rows = await tx.db
    .selectFrom('members as m')
    .innerJoin('tenants as t', 't.id', 'm.tenant_id')
    .select(['m.tenant_id', 't.name', 'm.role', 'm.joined_at', 't.frozen_at'])
    .where('m.person_id', '=', personId)
    .where('t.deleted_at', 'is', null)
    .orderBy('m.joined_at')
    .orderBy('m.tenant_id')
    .execute()
  const keys = await tx.db
    .selectFrom('api_keys')
    .select(['id', 'tenant_id', 'mode'])
    .where('person_id', '=', personId)
    .where('revoked_at', 'is', null)
    .execute()
  return rows.map((row) => ({
    tenantId: row.tenant_id,
    tenantName: row.name,
    role: row.role as Role,
    joinedAt: row.joined_at,
    tenantFrozenAt: row.frozen_at,
    keys: Object.fromEntries(keys.filter((key) => key.tenant_id === row.tenant_id).map(({ mode, id }) => [mode, id])),
  }))
}

export async function listMembers(
  tx: Tx,
  { tenantId, afterId, limit }: Parameters<PeopleReads['listMembers']>[0],
): Promise<Member[]> {
  let query = members(tx, tenantId).orderBy('m.joined_at').orderBy('m.person_id').limit(limit)
  if (afterId !== undefined) {
    query = query.where(
      sql<boolean>`(m.joined_at, m.person_id) > (select a.joined_at, a.person_id from members a
        where a.person_id = ${afterId} and a.tenant_id = ${tenantId})`,
    )
  }
  return (await query.execute()).map(memberOf)
}

export async function getMember(
  tx: Tx,
  { tenantId, personId }: { tenantId: string; personId: string },
): Promise<Member | undefined> {
  const row = await members(tx, tenantId).where('m.person_id', '=', personId).executeTakeFirst()
  return row && memberOf(row)
}

function members(tx: Tx, tenantId: string) {
  return tx.db
    .selectFrom('members as m')
    .innerJoin('people as p', 'p.id', 'm.person_id')
    .selectAll('p')
    .select(['m.role as role', 'm.joined_at as joined_at'])
    .where('m.tenant_id', '=', tenantId)
}

function memberOf(row: Selectable<PeopleTable> & { role: string; joined_at: number }): Member {
  return { person: personOf(row), role: row.role as Role, joinedAt: row.joined_at }
}

export async function createPerson(
  tx: Tx,
  args: Parameters<PeopleWrites['createPerson']>[0],
): Promise<Awaited<ReturnType<PeopleWrites['createPerson']>>> {
  const { person, password, joins, first = false, now } = args
  // Two could claim, or take an address, at once. SQLite has one writer.
  if (tx.engine === 'postgres') await sql`lock table people in share row exclusive mode`.execute(tx.db)
  if (first && (await isClaimed(tx))) return 'claimed'
  if (await getPerson(tx, { email: person.email })) return 'email_taken'
  if (args.invitationId !== undefined && !(await useInvitation(tx, args.invitationId, person, now))) {
    return 'invitation_over'
  }
  await tx.insertMany('people', [
    {
      id: person.id,
      email: person.email,
      name: person.name,
      image: null,
      email_verified: 0,
      two_factor_enabled: 0,
      locale: person.locale,
      is_operator: person.isOperator ? 1 : 0,
      blocked_at: person.blockedAt,
      created_at: person.createdAt,
      updated_at: person.createdAt,
    },
  ])
  if (password !== null) await setPassword(tx, person.id, password, now)
  await joinTenant(tx, person.id, { ...args, joins })
  tx.signal({ kind: 'people' })
  await writeAudit(tx, args.audit)
  return 'created'
}

async function joinTenant(
  tx: Tx,
  personId: string,
  { joins, tenant: made, now }: Pick<Parameters<PeopleWrites['createPerson']>[0], 'joins' | 'tenant' | 'now'>,
): Promise<void> {
  if (made) {
    const { tenant, credit: amount } = made
    await createTenant(tx, { tenant })
    await credit(tx, { id: `opening:${tenant.id}`, tenantId: tenant.id, amount, memo: 'opening', now })
  }
  if (joins) await insertMember(tx, personId, joins, now)
}

async function insertMember(tx: Tx, personId: string, { tenantId, role, keys }: Joining, now: number): Promise<void> {
  await tx.insertMany('members', [{ person_id: personId, tenant_id: tenantId, role, joined_at: now }])
  for (const key of keys) await createKey(tx, { key: { ...key, personId } satisfies NewKey })
}

async function setPassword(tx: Tx, personId: string, password: string, now: number): Promise<void> {
  const changed = await tx.db
    .updateTable('credentials')
    .set({ password, updated_at: now })
    .where('person_id', '=', personId)
    .where('provider_id', '=', 'credential')
    .returning('id')
    .executeTakeFirst()
  if (changed) return
  await tx.insertMany('credentials', [
    {
      id: `password:${personId}`,
      person_id: personId,
      provider_id: 'credential',
      account_id: personId,
      access_token: null,
      refresh_token: null,
      id_token: null,
      access_token_expires_at: null,
      refresh_token_expires_at: null,
      scope: null,
      password,
      created_at: now,
      updated_at: now,
    },
  ])
}

/** Whether there is an operator beside this person who can sign in. On PostgreSQL no other node changes that meanwhile. */
async function hasOtherOperator(tx: Tx, id: string): Promise<boolean> {
  const query = tx.db
    .selectFrom('people')
    .select('id')
    .where('is_operator', '=', 1)
    .where('blocked_at', 'is', null)
    .orderBy('id')
  const rows = await (tx.engine === 'postgres' ? query.forUpdate() : query).execute()
  return rows.some((row) => row.id !== id)
}

export async function changePerson(
  tx: Tx,
  { id, set, now, audit }: Parameters<PeopleWrites['changePerson']>[0],
): Promise<Awaited<ReturnType<PeopleWrites['changePerson']>>> {
  const person = await getPerson(tx, { id })
  if (!person) return 'unknown'
  const isBlocked = set.blockedAt !== undefined && set.blockedAt !== null
  if (person.isOperator && (set.isOperator === false || isBlocked) && !(await hasOtherOperator(tx, id))) {
    return 'last_operator'
  }
  await tx.db
    .updateTable('people')
    .set({
      updated_at: now,
      ...(set.name === undefined ? {} : { name: set.name }),
      ...(set.locale === undefined ? {} : { locale: set.locale }),
      ...(set.isOperator === undefined ? {} : { is_operator: set.isOperator ? 1 : 0 }),
      ...(set.blockedAt === undefined ? {} : { blocked_at: set.blockedAt }),
    })
    .where('id', '=', id)
    .execute()
  if (set.password !== undefined) await setPassword(tx, id, set.password, now)
  if (set.password !== undefined || isBlocked) await deleteSessions(tx, { of: { personId: id } })
  tx.signal({ kind: 'people' })
  await writeAudit(tx, audit)
  return 'changed'
}

export async function removePerson(
  tx: Tx,
  { id, now, audit }: Parameters<PeopleWrites['removePerson']>[0],
): Promise<Awaited<ReturnType<PeopleWrites['removePerson']>>> {
  const person = await getPerson(tx, { id })
  if (!person) return 'unknown'
  if (person.isOperator && !(await hasOtherOperator(tx, id))) return 'last_operator'
  for (const table of ['members', 'sessions', 'credentials', 'passkeys', 'two_factors'] as const) {
    await tx.db.deleteFrom(table).where('person_id', '=', id).execute()
  }
  await revokeKeys(tx, { personId: id, now })
  await removeConnections(tx, id)
  await tx.db.deleteFrom('people').where('id', '=', id).execute()
  tx.signal({ kind: 'people' })
  await writeAudit(tx, audit)
  return 'removed'
}

export async function addMember(
  tx: Tx,
  args: Parameters<PeopleWrites['addMember']>[0],
): Promise<Awaited<ReturnType<PeopleWrites['addMember']>>> {
  const { personId, joins, now } = args
  await lockMembers(tx, joins.tenantId)
  if (await getMember(tx, { tenantId: joins.tenantId, personId })) return 'member_already'
  const person = await getPerson(tx, { id: personId })
  if (args.invitationId !== undefined && !(person && (await useInvitation(tx, args.invitationId, person, now)))) {
    return 'invitation_over'
  }
  await joinTenant(tx, personId, args)
  tx.signal({ kind: 'people' })
  await writeAudit(tx, args.audit)
  return 'added'
}

export async function changeMember(
  tx: Tx,
  { personId, tenantId, role, audit }: Parameters<PeopleWrites['changeMember']>[0],
): Promise<Awaited<ReturnType<PeopleWrites['changeMember']>>> {
  await lockMembers(tx, tenantId)
  const member = await getMember(tx, { tenantId, personId })
  if (!member) return 'unknown'
  if (member.role === 'owner' && role !== 'owner' && !(await hasOtherOwner(tx, tenantId, personId))) return 'last_owner'
  await tx.db
    .updateTable('members')
    .set({ role })
    .where('person_id', '=', personId)
    .where('tenant_id', '=', tenantId)
    .execute()
  tx.signal({ kind: 'people' })
  await writeAudit(tx, audit)
  return 'changed'
}

export async function removeMember(
  tx: Tx,
  { personId, tenantId, now, audit }: Parameters<PeopleWrites['removeMember']>[0],
): Promise<Awaited<ReturnType<PeopleWrites['removeMember']>>> {
  await lockMembers(tx, tenantId)
  const member = await getMember(tx, { tenantId, personId })
  if (!member) return 'unknown'
  if (member.role === 'owner' && !(await hasOtherOwner(tx, tenantId, personId))) return 'last_owner'
  await tx.db.deleteFrom('members').where('person_id', '=', personId).where('tenant_id', '=', tenantId).execute()
  await revokeKeys(tx, { personId, tenantId, now })
  tx.signal({ kind: 'people' })
  await writeAudit(tx, audit)
  return 'removed'
}

/** Two changes at once could each leave the other's owner. SQLite has one writer. */
async function lockMembers(tx: Tx, tenantId: string): Promise<void> {
  if (tx.engine !== 'postgres') return
  await tx.db.selectFrom('tenants').select('id').where('id', '=', tenantId).forUpdate().execute()
}

async function hasOtherOwner(tx: Tx, tenantId: string, personId: string): Promise<boolean> {
  const row = await tx.db
    .selectFrom('members')
    .select('person_id')
    .where('tenant_id', '=', tenantId)
    .where('role', '=', 'owner')
    .where('person_id', '!=', personId)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** The keys that make a person's tasks, and those of the clients that the person let in. */
async function revokeKeys(
  tx: Tx,
  { personId, tenantId, now }: { personId: string; tenantId?: string; now: number },
): Promise<void> {
  let connected = tx.db.selectFrom('connections').select('key_id').where('person_id', '=', personId)
  if (tenantId !== undefined) connected = connected.where('tenant_id', '=', tenantId)
  const query = tx.db
    .updateTable('api_keys')
    .set({ revoked_at: now })
    .where((eb) => eb.or([eb('person_id', '=', personId), eb('id', 'in', connected)]))
    .where('revoked_at', 'is', null)
  const keys = await (tenantId === undefined ? query : query.where('tenant_id', '=', tenantId))
    .returning(['hash', 'previous_hash'])
    .execute()
  for (const key of keys) forgetKey(tx, key)
}

export async function createSession(tx: Tx, { session }: { session: Session }): Promise<void> {
  await tx.insertMany('sessions', [
    {
      id: session.id,
      token: session.token,
      person_id: session.personId,
      key_id: session.keyId,
      tenant_id: session.tenantId,
      ip_address: session.address,
      user_agent: session.userAgent,
      created_at: session.createdAt,
      updated_at: session.createdAt,
      expires_at: session.expiresAt,
    },
  ])
}

export async function changeSession(
  tx: Tx,
  { id, set }: Parameters<PeopleWrites['changeSession']>[0],
): Promise<boolean> {
  const row = await tx.db
    .updateTable('sessions')
    .set({
      id, // an update must set at least one column
      ...(set.tenantId === undefined ? {} : { tenant_id: set.tenantId }),
      ...(set.expiresAt === undefined ? {} : { expires_at: set.expiresAt }),
    })
    .where('id', '=', id)
    .returning('id')
    .executeTakeFirst()
  tx.signal({ kind: 'people' })
  return row !== undefined
}

export async function deleteSessions(
  tx: Tx,
  { of, id, exceptId }: Parameters<PeopleWrites['deleteSessions']>[0],
): Promise<number> {
  let query = tx.db.deleteFrom('sessions')
  query = 'personId' in of ? query.where('person_id', '=', of.personId) : query.where('key_id', '=', of.keyId)
  if (id !== undefined) query = query.where('id', '=', id)
  if (exceptId !== undefined) query = query.where('id', '!=', exceptId)
  const { numDeletedRows } = await query.executeTakeFirst()
  tx.signal({ kind: 'people' })
  return Number(numDeletedRows)
}

function personOf(row: Selectable<PeopleTable>): Person {
  return {
    id: row.id,
    email: row.email,
    name: row.name,
    locale: row.locale,
    isOperator: row.is_operator === 1,
    hasTwoFactor: row.two_factor_enabled === 1,
    blockedAt: row.blocked_at,
    createdAt: row.created_at,
  }
}

function sessionOf(row: Selectable<SessionsTable>): Session {
  return {
    id: row.id,
    token: row.token,
    personId: row.person_id,
    keyId: row.key_id,
    tenantId: row.tenant_id,
    address: row.ip_address,
    userAgent: row.user_agent,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  }
}

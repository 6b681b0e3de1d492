import type { Person } from '../../core/person.ts'
import type { PeopleReads, PeopleWrites } from '../people-verbs.ts'
import type { Tx } from '../tx.ts'
import { changePerson, getPerson } from './people.ts'

/** Links by which people set another password. They are rows of the login's table of tokens, by the hash of theirs. */

const KIND = 'polyphony reset'

export async function createPasswordReset(
  tx: Tx,
  { id, personId, hash, now, expiresAt }: Parameters<PeopleWrites['createPasswordReset']>[0],
): Promise<void> {
  await endPasswordResets(tx, { personId })
  const times = { created_at: now, updated_at: now, expires_at: expiresAt }
  await tx.insertMany('verifications', [{ id, identifier: `${KIND} ${hash}`, value: personId, ...times }])
}

export async function endPasswordResets(tx: Tx, { personId }: { personId: string }): Promise<void> {
  await tx.db
    .deleteFrom('verifications')
    .where('value', '=', personId)
    .where('identifier', 'like', `${KIND} %`)
    .execute()
}

export async function findPasswordReset(
  tx: Tx,
  { hash, now }: Parameters<PeopleReads['findPasswordReset']>[0],
): Promise<Person | undefined> {
  const row = await tx.db
    .selectFrom('verifications')
    .select('value')
    .where('identifier', '=', `${KIND} ${hash}`)
    .where('expires_at', '>', now)
    .executeTakeFirst()
  return row && getPerson(tx, { id: row.value })
}

export async function usePasswordReset(
  tx: Tx,
  { hash, password, now, audit }: Parameters<PeopleWrites['usePasswordReset']>[0],
): Promise<boolean> {
  const row = await tx.db
    .deleteFrom('verifications')
    .where('identifier', '=', `${KIND} ${hash}`)
    .where('expires_at', '>', now)
    .returning('value')
    .executeTakeFirst()
  if (!row) return false
  await endPasswordResets(tx, { personId: row.value })
  const set = { password }
  return (await changePerson(tx, { id: row.value, set, now, ...(audit ? { audit } : {}) })) === 'changed'
}

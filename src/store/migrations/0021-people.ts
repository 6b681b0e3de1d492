import { type Kysely, sql } from 'kysely'
import type { Engine } from '../tx.ts'

/**
 * People, how they sign in, and of which tenants they are members. The columns of `people`, `sessions`, `credentials`,
 * `verifications`, `passkeys` and `two_factors` are those of better-auth 1.7 and its plugins, in snake_case.
 */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const big = engine === 'postgres' ? 'bigint' : 'integer'

  await db.schema
    .createTable('people')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('email', 'text', (c) => c.notNull().unique())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('image', 'text')
    .addColumn('email_verified', 'integer', (c) => c.notNull())
    .addColumn('two_factor_enabled', 'integer')
    .addColumn('locale', 'text')
    .addColumn('is_operator', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('blocked_at', big)
    .addColumn('created_at', big, (c) => c.notNull())
    .addColumn('updated_at', big, (c) => c.notNull())
    .execute()
  await db.schema.createIndex('people_by_age').on('people').columns(['created_at', 'id']).execute()

  await db.schema
    .createTable('credentials')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('person_id', 'text', (c) => c.notNull())
    .addColumn('provider_id', 'text', (c) => c.notNull())
    .addColumn('account_id', 'text', (c) => c.notNull())
    .addColumn('access_token', 'text')
    .addColumn('refresh_token', 'text')
    .addColumn('id_token', 'text')
    .addColumn('access_token_expires_at', big)
    .addColumn('refresh_token_expires_at', big)
    .addColumn('scope', 'text')
    .addColumn('password', 'text')
    .addColumn('created_at', big, (c) => c.notNull())
    .addColumn('updated_at', big, (c) => c.notNull())
    .execute()
  await db.schema.createIndex('credentials_by_person').on('credentials').column('person_id').execute()
  await db.schema
    .createIndex('credentials_by_account')
    .on('credentials')
    .columns(['provider_id', 'account_id'])
    .unique()
    .execute()

  // Of a person, or of an API key that was signed in with.
  await db.schema
    .createTable('sessions')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('token', 'text', (c) => c.notNull().unique())
    .addColumn('person_id', 'text')
    .addColumn('key_id', 'text')
    .addColumn('tenant_id', 'text')
    .addColumn('ip_address', 'text')
    .addColumn('user_agent', 'text')
    .addColumn('created_at', big, (c) => c.notNull())
    .addColumn('updated_at', big, (c) => c.notNull())
    .addColumn('expires_at', big, (c) => c.notNull())
    .execute()
  await db.schema.createIndex('sessions_by_person').on('sessions').column('person_id').execute()
  await db.schema.createIndex('sessions_by_key').on('sessions').column('key_id').execute()
  await db.schema.createIndex('sessions_by_expiry').on('sessions').column('expires_at').execute()

  await db.schema
    .createTable('verifications')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('identifier', 'text', (c) => c.notNull())
    .addColumn('value', 'text', (c) => c.notNull())
    .addColumn('created_at', big, (c) => c.notNull())
    .addColumn('updated_at', big, (c) => c.notNull())
    .addColumn('expires_at', big, (c) => c.notNull())
    .execute()
  await db.schema.createIndex('verifications_by_identifier').on('verifications').column('identifier').execute()
  await db.schema.createIndex('verifications_by_expiry').on('verifications').column('expires_at').execute()

  await db.schema
    .createTable('passkeys')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('person_id', 'text', (c) => c.notNull())
    .addColumn('name', 'text')
    .addColumn('credential_id', 'text', (c) => c.notNull().unique())
    .addColumn('public_key', 'text', (c) => c.notNull())
    .addColumn('counter', big, (c) => c.notNull())
    .addColumn('device_type', 'text', (c) => c.notNull())
    .addColumn('backed_up', 'integer', (c) => c.notNull())
    .addColumn('transports', 'text')
    .addColumn('aaguid', 'text')
    .addColumn('created_at', big)
    .execute()
  await db.schema.createIndex('passkeys_by_person').on('passkeys').column('person_id').execute()

  await db.schema
    .createTable('two_factors')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('person_id', 'text', (c) => c.notNull())
    .addColumn('secret', 'text', (c) => c.notNull())
    .addColumn('backup_codes', 'text', (c) => c.notNull())
    .addColumn('verified', 'integer')
    .addColumn('failed_verification_count', 'integer')
    .addColumn('locked_until', big)
    .execute()
  await db.schema.createIndex('two_factors_by_person').on('two_factors').column('person_id').execute()

  await db.schema
    .createTable('members')
    .addColumn('person_id', 'text', (c) => c.notNull())
    .addColumn('tenant_id', 'text', (c) => c.notNull())
    .addColumn('role', 'text', (c) => c.notNull())
    .addColumn('joined_at', big, (c) => c.notNull())
    .addPrimaryKeyConstraint('members_key', ['person_id', 'tenant_id'])
    .execute()
  await db.schema.createIndex('members_by_tenant').on('members').columns(['tenant_id', 'joined_at']).execute()

  await db.schema
    .createTable('invitations')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('hash', 'text', (c) => c.notNull().unique())
    .addColumn('tenant_id', 'text', (c) => c.notNull())
    .addColumn('role', 'text', (c) => c.notNull())
    .addColumn('email', 'text')
    .addColumn('invited_by', 'text', (c) => c.notNull())
    .addColumn('created_at', big, (c) => c.notNull())
    .addColumn('expires_at', big, (c) => c.notNull())
    .addColumn('accepted_at', big)
    .addColumn('accepted_by', 'text')
    .addColumn('revoked_at', big)
    .execute()
  await db.schema.createIndex('invitations_by_tenant').on('invitations').columns(['tenant_id', 'id']).execute()

  await db.schema.createIndex('invitations_by_email').on('invitations').column('email').execute()

  // A person's tasks are made by keys of their own, one for each tenant and mode, whose text is not kept.
  await db.schema.alterTable('api_keys').addColumn('person_id', 'text').execute()
  await sql`create unique index api_keys_of_people on api_keys (person_id, tenant_id, mode)
    where person_id is not null and revoked_at is null`.execute(db)
}

import type { Kysely } from 'kysely'
import type { Engine } from '../tx.ts'

/**
 * Clients that people let act for them (OAuth). The tables `oauth_*` are those of `@better-auth/oauth-provider` 1.7, with
 * columns in snake_case: lists and objects are JSON, times are milliseconds, `!` marks what is never null.
 */
const TABLES: Readonly<Record<string, string>> = {
  oauth_clients: `client_id! client_secret client_discovery_id disabled:int skip_consent:int enable_end_session:int
    subject_type scopes client_credentials_scopes person_id created_at:big updated_at:big name uri icon contacts tos policy
    software_id software_version software_statement redirect_uris! post_logout_redirect_uris backchannel_logout_uri
    backchannel_logout_session_required:int token_endpoint_auth_method application_type jwks jwks_uri grant_types
    response_types require_pkce:int dpop_bound_access_tokens:int reference_id metadata`,
  oauth_resources: `identifier! name! access_token_ttl:int refresh_token_ttl:int signing_algorithm signing_key_id
    allowed_scopes custom_claims dpop_bound_access_tokens_required:int disabled:int created_at:big updated_at:big
    policy_version:int metadata`,
  oauth_client_resources: 'client_id! resource_id! metadata created_at:big',
  oauth_refresh_tokens: `token! client_id! session_id person_id! reference_id authorization_code_id resources
    requested_user_info_claims expires_at:big! created_at:big! revoked:big rotated_at:big rotation_replay_response
    rotation_replay_expires_at:big auth_time:big confirmation scopes!`,
  oauth_access_tokens: `token! client_id! session_id person_id reference_id authorization_code_id resources
    requested_user_info_claims refresh_id expires_at:big! created_at:big! revoked:big confirmation scopes!`,
  oauth_consents: `client_id! person_id reference_id resources requested_user_info_claims scopes! created_at:big!
    updated_at:big!`,
  oauth_client_assertions: 'expires_at:big!',
}
/** `table: columns`, for what is looked up and purged by. */
const UNIQUE = [
  ['oauth_clients', 'client_id'],
  ['oauth_resources', 'identifier'],
  ['oauth_client_resources', 'client_id', 'resource_id'],
  ['oauth_refresh_tokens', 'token'],
  ['oauth_access_tokens', 'token'],
] as const
const INDEXES = [
  ['oauth_clients', 'created_at'],
  ['oauth_refresh_tokens', 'authorization_code_id'],
  ['oauth_refresh_tokens', 'client_id', 'person_id'],
  ['oauth_refresh_tokens', 'expires_at'],
  ['oauth_access_tokens', 'authorization_code_id'],
  ['oauth_access_tokens', 'refresh_id'],
  ['oauth_access_tokens', 'client_id', 'person_id'],
  ['oauth_access_tokens', 'expires_at'],
  ['oauth_consents', 'client_id', 'person_id'],
  ['oauth_consents', 'created_at'],
  ['oauth_client_assertions', 'expires_at'],
  ['connections', 'person_id', 'tenant_id'],
  ['connections', 'client_id'],
] as const

export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  for (const [table, columns] of Object.entries(TABLES)) await createTable(db, engine, table, columns)

  // What a person lets a client do: its calls are made by a key of their own, whose text is not kept.
  await db.schema
    .createTable('connections')
    .addColumn('key_id', 'text', (c) => c.primaryKey())
    .addColumn('person_id', 'text', (c) => c.notNull())
    .addColumn('tenant_id', 'text', (c) => c.notNull())
    .addColumn('client_id', 'text', (c) => c.notNull())
    .addColumn('created_at', engine === 'postgres' ? 'bigint' : 'integer', (c) => c.notNull())
    .execute()

  for (const [table, ...columns] of UNIQUE) await index(db, table, columns).unique().execute()
  for (const [table, ...columns] of INDEXES) await index(db, table, columns).execute()
}

async function createTable(db: Kysely<unknown>, engine: Engine, table: string, columns: string): Promise<void> {
  const big = engine === 'postgres' ? 'bigint' : 'integer'
  let builder = db.schema.createTable(table).addColumn('id', 'text', (c) => c.primaryKey())
  for (const column of columns.split(/\s+/)) {
    const [name = '', type = ''] = column.replace('!', '').split(':')
    const kind = type === 'big' ? big : type === 'int' ? 'integer' : 'text'
    builder = builder.addColumn(name, kind, (c) => (column.endsWith('!') ? c.notNull() : c))
  }
  await builder.execute()
}

function index(db: Kysely<unknown>, table: string, columns: readonly string[]) {
  return db.schema
    .createIndex(`${table}_by_${columns.join('_')}`)
    .on(table)
    .columns([...columns])
}

import { DatabaseSync } from 'node:sqlite'

/**
 * Databases of new-api and one-api for tests: the tables that GORM makes of the models which those programs publish, in the
 * dialect of each engine. Only columns that mean something here are filled; the others have their defaults.
 */

export type Engine = 'sqlite' | 'postgres' | 'mysql'

interface Types {
  id: string
  int: string
  bool: string
  text: string
  short: string
  time: string
  json: string
  real: string
}

/** As GORM's drivers write them. */
const TYPES: Record<Engine, Types> = {
  sqlite: {
    id: 'integer primary key autoincrement',
    int: 'integer',
    bool: 'numeric',
    text: 'text',
    short: 'text',
    time: 'datetime',
    json: 'json',
    real: 'real',
  },
  postgres: {
    id: 'bigserial primary key',
    int: 'bigint',
    bool: 'boolean',
    text: 'text',
    short: 'text',
    time: 'timestamptz',
    json: 'json',
    real: 'numeric',
  },
  mysql: {
    id: 'bigint auto_increment primary key',
    int: 'bigint',
    bool: 'tinyint(1)',
    text: 'longtext',
    short: 'varchar(191)',
    time: 'datetime(3) null',
    json: 'json',
    real: 'double',
  },
}

type Columns = Record<string, keyof Types | `char(${number})` | `varchar(${number})`>

const NEW_API: Record<string, Columns> = {
  users: {
    ...{ id: 'id', username: 'short', password: 'text', display_name: 'short', role: 'int', status: 'int' },
    ...{ email: 'short', github_id: 'short', oidc_id: 'short', access_token: 'char(32)', quota: 'int' },
    ...{ used_quota: 'int', request_count: 'int', group: 'varchar(64)', aff_code: 'varchar(32)', aff_quota: 'int' },
    ...{ inviter_id: 'int', deleted_at: 'time', setting: 'text', remark: 'varchar(255)', created_at: 'int' },
  },
  tokens: {
    ...{ id: 'id', user_id: 'int', key: 'char(48)', status: 'int', name: 'short', created_time: 'int' },
    ...{ accessed_time: 'int', expired_time: 'int', remain_quota: 'int', unlimited_quota: 'bool' },
    ...{ model_limits_enabled: 'bool', model_limits: 'text', allow_ips: 'short', used_quota: 'int' },
    ...{ group: 'short', cross_group_retry: 'bool', deleted_at: 'time' },
  },
  channels: {
    ...{ id: 'id', type: 'int', key: 'text', openai_organization: 'text', test_model: 'text', status: 'int' },
    ...{ name: 'short', weight: 'int', created_time: 'int', base_url: 'short', other: 'text', balance: 'real' },
    ...{ models: 'text', group: 'varchar(64)', used_quota: 'int', model_mapping: 'text', priority: 'int' },
    ...{ auto_ban: 'int', tag: 'short', setting: 'text', param_override: 'text', header_override: 'text' },
    ...{ status_code_mapping: 'varchar(1024)', channel_info: 'json', settings: 'text' },
  },
  options: { key: 'short', value: 'text' },
  redemptions: { id: 'id', user_id: 'int', key: 'char(32)', status: 'int', quota: 'int' },
  logs: { id: 'id', user_id: 'int', created_at: 'int', quota: 'int' },
}

const ONE_API: Record<string, Columns> = {
  users: {
    ...{ id: 'id', username: 'short', password: 'text', display_name: 'short', role: 'int', status: 'int' },
    ...{ email: 'short', github_id: 'short', access_token: 'char(32)', quota: 'int', used_quota: 'int' },
    ...{ request_count: 'int', group: 'varchar(32)', aff_code: 'varchar(32)', inviter_id: 'int' },
  },
  tokens: {
    ...{ id: 'id', user_id: 'int', key: 'char(48)', status: 'int', name: 'short', created_time: 'int' },
    ...{ accessed_time: 'int', expired_time: 'int', remain_quota: 'int', unlimited_quota: 'bool' },
    ...{ used_quota: 'int', models: 'text', subnet: 'short' },
  },
  channels: {
    ...{ id: 'id', type: 'int', key: 'text', status: 'int', name: 'short', weight: 'int', base_url: 'short' },
    ...{ other: 'text', models: 'text', group: 'varchar(32)', model_mapping: 'varchar(1024)', priority: 'int' },
    ...{ config: 'text', system_prompt: 'text' },
  },
  options: { key: 'short', value: 'text' },
}

const TABLES = { 'new-api': NEW_API, 'one-api': ONE_API }
export type Rows = Record<string, readonly Record<string, unknown>[]>

/** The statements that make the tables and fill them. */
export function relayStatements(kind: keyof typeof TABLES, engine: Engine, rows: Rows): string[] {
  const quote = (name: string) => (engine === 'mysql' ? `\`${name}\`` : `"${name}"`)
  const tables = Object.entries(TABLES[kind])
  const creates = tables.map(([table, columns]) => {
    const types = TYPES[engine] as unknown as Record<string, string>
    const lines = Object.entries(columns).map(([name, type]) => `${quote(name)} ${types[type] ?? type}`)
    return `create table ${table} (${lines.join(', ')})`
  })
  const inserts = Object.entries(rows).flatMap(([table, some]) =>
    some.map((row) => {
      const values = Object.values(row).map((value) => literal(value, engine))
      return `insert into ${table} (${Object.keys(row).map(quote).join(', ')}) values (${values.join(', ')})`
    }),
  )
  return [...creates, ...inserts]
}

function literal(value: unknown, engine: Engine): string {
  if (value === null) return 'null'
  if (typeof value === 'number') return String(value)
  if (typeof value === 'boolean') return engine === 'postgres' ? String(value) : value ? '1' : '0'
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const escaped = engine === 'mysql' ? text.replaceAll('\\', '\\\\') : text
  return `'${escaped.replaceAll("'", "''")}'`
}

export function writeSqlite(path: string, kind: keyof typeof TABLES, rows: Rows): void {
  const database = new DatabaseSync(path)
  database.exec('begin')
  for (const statement of relayStatements(kind, 'sqlite', rows)) database.exec(statement)
  database.exec('commit')
  database.close()
}

/** The random part of a token, 48 letters and digits, which clients send after `sk-`. */
export function tokenText(number: number): string {
  return `Token${number}`.padEnd(48, 'aB3dE5gH')
}

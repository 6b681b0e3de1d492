import { PolyphonyError } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'
import { list, number, object, oneLine, text, trimmed, truth } from './row.ts'
import { eachRow, type Row, type Source } from './source.ts'

/**
 * What the databases of new-api and one-api hold, in one form. Facts of the schemas: the models of
 * https://github.com/QuantumNous/new-api (`model/user.go`, `token.go`, `channel.go`, `option.go`) and
 * https://github.com/songquanpeng/one-api, which GORM makes tables of. Columns that a version has not are empty.
 */

export const RELAYS = ['new-api', 'one-api'] as const
export type Relay = (typeof RELAYS)[number]

export interface SourceUser {
  id: number
  name: string
  displayName: string
  email: string
  group: string
  /** In units of quota. */
  quota: number
  usedQuota: number
  isDisabled: boolean
  isDeleted: boolean
  isAdmin: boolean
  createdAt: number
}

export interface SourceToken {
  id: number
  userId: number
  /** Without the `sk-` that clients send before it. */
  key: string
  name: string
  state: 'enabled' | 'disabled' | 'expired' | 'exhausted'
  createdAt: number
  /** Null = never. */
  expiresAt: number | null
  /** In units of quota; null = no limit. */
  remaining: number | null
  /** Null = all. */
  models: string[] | null
  /** Addresses from which alone it may be used. */
  addresses: string[]
  group: string
  isDeleted: boolean
}

export interface SourceChannel {
  id: number
  type: number
  name: string
  /** One for each account. */
  keys: { text: string; isDisabled: boolean }[]
  isDisabled: boolean
  baseUrl: string
  organization: string
  models: string[]
  groups: string[]
  modelMapping: JsonObject
  weight: number
  priority: number
  /** The version of Azure's API, a region and the like. */
  other: string
  config: JsonObject
  /** What else is set of it. */
  extras: string[]
}

/** The tables without which a database is none of a relay. */
const TABLES = ['users', 'tokens', 'channels', 'options']

/** Throws `invalid_input` for a database of something else. */
export async function checkRelay(source: Source): Promise<ReadonlySet<string>> {
  const tables = await source.tables()
  const missing = TABLES.filter((name) => !tables.has(name))
  if (missing.length === 0) return tables
  throw new PolyphonyError(
    'invalid_input',
    `This is no database of new-api or one-api: it has no table ${missing.join(', ')}.`,
  )
}

export async function readOptions(source: Source): Promise<Map<string, string>> {
  const rows = await source.rows('select * from options')
  return new Map(rows.map((row) => [text(row, 'key'), text(row, 'value')]))
}

const DISABLED_USER = 2
/** Of one-api; new-api has a column `deleted_at`. */
const DELETED_USER = 3
const ADMIN = 10

export async function* readUsers(source: Source): AsyncGenerator<SourceUser> {
  for await (const row of eachRow(source, 'users')) {
    const status = number(row, 'status')
    yield {
      id: number(row, 'id'),
      name: oneLine(row, 'username'),
      displayName: oneLine(row, 'display_name'),
      email: trimmed(row, 'email'),
      group: oneLine(row, 'group') || 'default',
      quota: number(row, 'quota'),
      usedQuota: number(row, 'used_quota'),
      isDisabled: status === DISABLED_USER,
      isDeleted: status === DELETED_USER || isDeleted(row),
      isAdmin: number(row, 'role') >= ADMIN,
      createdAt: number(row, 'created_at') * 1_000,
    }
  }
}

/** Seconds; after it, `Date` has no time any more: what ends then never ends. */
const END_OF_TIME = 8_640_000_000_000

const TOKEN_STATES: Record<number, SourceToken['state']> = { 1: 'enabled', 2: 'disabled', 3: 'expired', 4: 'exhausted' }

export async function* readTokens(source: Source): AsyncGenerator<SourceToken> {
  for await (const row of eachRow(source, 'tokens')) {
    const expires = number(row, 'expired_time')
    yield {
      id: number(row, 'id'),
      userId: number(row, 'user_id'),
      key: trimmed(row, 'key').replace(/^sk-/, ''),
      name: oneLine(row, 'name'),
      state: TOKEN_STATES[number(row, 'status')] ?? 'disabled',
      createdAt: number(row, 'created_time') * 1_000,
      expiresAt: expires > 0 && expires < END_OF_TIME ? expires * 1_000 : null,
      remaining: truth(row, 'unlimited_quota') ? null : number(row, 'remain_quota'),
      models: modelsOf(row),
      addresses: addressesOf(row),
      group: oneLine(row, 'group'),
      isDeleted: isDeleted(row),
    }
  }
}

/** new-api has a switch and `model_limits`; one-api has `models`, which limits when it is not empty. */
function modelsOf(row: Row): string[] | null {
  if ('model_limits_enabled' in row) return truth(row, 'model_limits_enabled') ? list(row, 'model_limits') : null
  const models = list(row, 'models')
  return models.length === 0 ? null : models
}

/** new-api: `allow_ips`, a line each; one-api: `subnet`, with commas between. */
function addressesOf(row: Row): string[] {
  const written = `${text(row, 'allow_ips')}\n${text(row, 'subnet')}`
  return written.split(/[\s,]+/).filter((one) => one !== '')
}

function isDeleted(row: Row): boolean {
  return row.deleted_at !== null && row.deleted_at !== undefined
}

const ENABLED_CHANNEL = 1

export async function* readChannels(source: Source): AsyncGenerator<SourceChannel> {
  for await (const row of eachRow(source, 'channels')) {
    yield {
      id: number(row, 'id'),
      type: number(row, 'type'),
      name: oneLine(row, 'name'),
      keys: keysOf(row),
      isDisabled: number(row, 'status') !== ENABLED_CHANNEL,
      baseUrl: trimmed(row, 'base_url').replace(/\/$/, ''),
      organization: trimmed(row, 'openai_organization'),
      models: list(row, 'models'),
      groups: list(row, 'group'),
      modelMapping: object(row, 'model_mapping'),
      weight: number(row, 'weight'),
      priority: number(row, 'priority'),
      other: trimmed(row, 'other'),
      config: object(row, 'config'),
      extras: extrasOf(row),
    }
  }
}

/** Several keys are lines, or the members of a JSON array, whose objects are keys in JSON. */
function keysOf(row: Row): SourceChannel['keys'] {
  const written = trimmed(row, 'key')
  const states = object(row, 'channel_info').multi_key_status_list
  const stateOf = (index: number): unknown =>
    typeof states === 'object' && states !== null && !Array.isArray(states) ? states[String(index)] : undefined
  return keyTexts(written).flatMap((key, index) => {
    const state = stateOf(index)
    const found = { text: key.trim(), isDisabled: state !== undefined && state !== ENABLED_CHANNEL }
    return found.text === '' ? [] : [found]
  })
}

function keyTexts(written: string): string[] {
  if (!written.startsWith('[')) return written.startsWith('{') ? [written] : written.split('\n')
  try {
    const values: unknown = JSON.parse(written)
    if (Array.isArray(values)) return values.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)))
  } catch {
    // A key that begins with a bracket.
  }
  return written.split('\n')
}

/** Settings of channels that accounts have not, by their column. */
const EXTRAS: Record<string, string> = {
  param_override: 'changed parameters',
  header_override: 'changed headers',
  status_code_mapping: 'mapped status codes',
  system_prompt: 'a system prompt',
}

function extrasOf(row: Row): string[] {
  const set = Object.entries(EXTRAS).filter(([column]) => !['', '{}', 'null'].includes(trimmed(row, column)))
  const { proxy, system_prompt } = object(row, 'setting')
  return [
    ...set.map(([, title]) => title),
    ...(proxy ? ['a proxy'] : []),
    ...(system_prompt ? ['a system prompt'] : []),
  ]
}

import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import ipaddr from 'ipaddr.js'
import { type Points, points, usdToPoints } from '../core/points.ts'
import { ConfigError } from './config-error.ts'
import { keptSecret, MIN_SECRET_LENGTH } from './kept-secret.ts'
import { makePrivateFile, makePrivateFolder } from './private-folder.ts'

export { ConfigError }

import type { Quotas } from '../core/quota.ts'

/** Everything that an operator can set, typed, checked and frozen. docs/configuration.md is the same list. */
export interface Config {
  host: string
  port: number
  dataDir: string
  /** Absent: SQLite in the data folder. */
  databaseUrl: string | undefined
  /** How long a start waits for a PostgreSQL that does not answer. */
  databaseWaitMs: number
  storageUrl: string
  /** The address by which callers reach the gateway; URLs of files begin with it. Absent: built from host and port. */
  publicUrl: string | undefined
  adminKey: string | undefined
  testKey: string | undefined
  /** The master secret: seals the credentials in the database, and signs webhooks. */
  secret: string
  /** Earlier values of `secret`: data sealed under them is re-encrypted at the next start. */
  earlierSecrets: readonly string[]
  /** Providers whose credentials are in the environment, in the order of preference, with how many tasks each runs at once. */
  providers: readonly { id: string; slots: number | undefined }[]
  /** How many accounts a tenant may connect; 0 = none. */
  accountsPerTenant: number
  /** The price of a task on a tenant's own account, as a fraction of the list price. */
  privatePriceFactor: number
  /** A variable, or the content of the file that `NAME_FILE` names: for the vendors' own names. */
  variable: (name: string) => string | undefined
  egressAllow: readonly string[]
  openingCredit: Points
  /** The operator's prices, which replace or multiply those of the catalogue. */
  prices: readonly Price[]
  logLevel: string
  /** The bearer that reads the metrics; absent: they are open. */
  metricsKey: string | undefined
  /** A port of their own for the metrics; absent: the gateway's. */
  metricsPort: number | undefined
  studioSlots: number
  sandboxSlots: number
  /** How long a sandbox task takes by default. */
  sandboxSeconds: number
  /** How long a task may wait before a provider begins it. */
  maxWaitMs: number
  /** Multiplies the time that an operation allows a provider, counted from the claim. */
  taskTimeFactor: number
  /** Multiplies the intervals at which providers are polled. */
  pollFactor: number
  recordDays: number
  mediaDays: number
  uploadHours: number
  uploadMaxBytes: number
  bodyMaxBytes: number
  outputMaxBytes: number
  /** How long a whole request, with its body, may take to arrive. */
  requestTimeoutMs: number
  /** How much a tenant may store in uploads and drafts, by the mode of its keys. */
  quotas: Quotas
  /** How many tasks may be on their way into the store at once, and how long one may wait for it. */
  submissions: Readonly<{ maxQueued: number; maxWaitMs: number }>
  /** How many requests may wait for results at once. */
  waits: Readonly<{ perKey: number; total: number }>
}

/** A price that the operator sets: points per task, or a factor on the list price. */
export interface Price {
  /** An operation (`model/task_type`), a model, or "*". */
  of: string
  factor?: number
  points?: Points
}

type Env = Record<string, string | undefined>

/** The embedded database, in the data folder. */
export const DATABASE = 'polyphony.db'
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']
const MIB = 2 ** 20

/** Reads the environment; makes the data folder and the secret on first use. Throws a ConfigError that names the variable. */
export function readConfig(env: Env): Config {
  const dataDir = resolve(text(env, 'DATA_DIR') ?? './data')
  const secret = chosenSecret(env)
  const config: Config = {
    host: text(env, 'HOST') ?? '127.0.0.1',
    port: whole(env, 'PORT', 8080, 0, 65_535),
    dataDir,
    databaseUrl: databaseUrl(env),
    databaseWaitMs: 1_000 * whole(env, 'POLYPHONY_DATABASE_WAIT_SECONDS', 300, 0, 24 * 3_600),
    storageUrl: text(env, 'STORAGE_URL') ?? pathToFileURL(join(dataDir, 'files')).href,
    publicUrl: publicUrl(env),
    adminKey: chosenKey(env, 'POLYPHONY_ADMIN_KEY'),
    testKey: chosenKey(env, 'POLYPHONY_TEST_KEY'),
    secret: '',
    earlierSecrets: list(env, 'POLYPHONY_SECRET_EARLIER'),
    providers: providers(env),
    accountsPerTenant: whole(env, 'POLYPHONY_ACCOUNTS_PER_TENANT', 20, 0, 100_000),
    privatePriceFactor: number(env, 'POLYPHONY_PRIVATE_PRICE_FACTOR', 0, 0, 1),
    variable: (name) => text(env, name),
    egressAllow: cidrs(env, 'POLYPHONY_EGRESS_ALLOW'),
    openingCredit: usdToPoints(number(env, 'POLYPHONY_OPENING_CREDIT', 1_000, 0, 1e8)),
    prices: prices(env),
    logLevel: oneOf(env, 'LOG_LEVEL', 'info', LOG_LEVELS),
    metricsKey: chosenKey(env, 'POLYPHONY_METRICS_KEY'),
    metricsPort:
      text(env, 'POLYPHONY_METRICS_PORT') === undefined
        ? undefined
        : whole(env, 'POLYPHONY_METRICS_PORT', 0, 1, 65_535),
    studioSlots: whole(env, 'POLYPHONY_STUDIO_SLOTS', 2, 1, 64),
    sandboxSeconds: number(env, 'POLYPHONY_SANDBOX_SECONDS', 2, 0, 600),
    sandboxSlots: whole(env, 'POLYPHONY_SANDBOX_SLOTS', 1_000, 1, 1_000_000),
    maxWaitMs: 1_000 * whole(env, 'POLYPHONY_MAX_WAIT_SECONDS', 24 * 3_600, 1, 30 * 24 * 3_600),
    taskTimeFactor: number(env, 'POLYPHONY_TASK_TIME_FACTOR', 1, 0.01, 100),
    pollFactor: number(env, 'POLYPHONY_POLL_FACTOR', 1, 0.01, 100),
    recordDays: number(env, 'POLYPHONY_RECORD_DAYS', 90, 0, 36_500),
    mediaDays: number(env, 'POLYPHONY_MEDIA_DAYS', 30, 0, 36_500),
    uploadHours: number(env, 'POLYPHONY_UPLOAD_HOURS', 24, 0, 876_000),
    uploadMaxBytes: whole(env, 'POLYPHONY_UPLOAD_MAX_BYTES', 10 * MIB, 1, 2 ** 31),
    bodyMaxBytes: whole(env, 'POLYPHONY_BODY_MAX_BYTES', 16 * MIB, 1_024, 2 ** 31),
    requestTimeoutMs: 1_000 * whole(env, 'POLYPHONY_REQUEST_SECONDS', 120, 1, 24 * 3_600),
    outputMaxBytes: whole(env, 'POLYPHONY_OUTPUT_MAX_BYTES', 512 * MIB, 1_024, 2 ** 40),
    quotas: {
      live: {
        bytes: whole(env, 'POLYPHONY_STORAGE_QUOTA_BYTES', 20 * 1_024 * MIB, 0, 2 ** 50),
        drafts: whole(env, 'POLYPHONY_DRAFT_QUOTA', 100_000, 0, 1e9),
      },
      test: {
        bytes: whole(env, 'POLYPHONY_TEST_STORAGE_QUOTA_BYTES', 1_024 * MIB, 0, 2 ** 50),
        drafts: whole(env, 'POLYPHONY_TEST_DRAFT_QUOTA', 10_000, 0, 1e9),
      },
    },
    submissions: {
      maxQueued: whole(env, 'POLYPHONY_SUBMISSIONS_QUEUED', 5_000, 1, 1e6),
      maxWaitMs: whole(env, 'POLYPHONY_SUBMISSION_WAIT_MS', 2_000, 1, 60_000),
    },
    waits: {
      perKey: whole(env, 'POLYPHONY_WAITS_PER_KEY', 100, 0, 1e6),
      total: whole(env, 'POLYPHONY_WAITS', 2_000, 0, 1e6),
    },
  }
  if (config.testKey !== undefined && config.testKey === config.adminKey) {
    throw new ConfigError('POLYPHONY_TEST_KEY must be another key than POLYPHONY_ADMIN_KEY: its tasks cost nothing.')
  }
  prepareDataDir(dataDir, config.databaseUrl === undefined)
  config.secret = secret ?? keptSecret(join(dataDir, 'secret'))
  return Object.freeze(config)
}

/** A variable, or the content of the file that `NAME_FILE` names. */
function text(env: Env, name: string): string | undefined {
  const value = env[name]
  const file = env[`${name}_FILE`]
  if (value && file) throw new ConfigError(`${name} and ${name}_FILE are both set; set one.`)
  if (value) return value
  if (!file) return undefined
  try {
    return readFileSync(file, 'utf8').trim() || undefined
  } catch (error) {
    throw new ConfigError(`${name}_FILE: ${file} cannot be read.`, { cause: error })
  }
}

function number(env: Env, name: string, fallback: number, minimum: number, maximum: number): number {
  const given = text(env, name)
  if (given === undefined) return fallback
  const value = Number(given)
  if (given.trim() === '' || !(value >= minimum && value <= maximum)) {
    throw new ConfigError(`${name} must be a number from ${minimum} to ${maximum}, not "${given}".`)
  }
  return value
}

function whole(env: Env, name: string, fallback: number, minimum: number, maximum: number): number {
  const value = number(env, name, fallback, minimum, maximum)
  if (!Number.isInteger(value)) throw new ConfigError(`${name} must be a whole number, not ${value}.`)
  return value
}

/** `{"suno/music": 500000, "kling": "x1.2", "*": "x1.1"}`: whole points a task, or a factor. */
function prices(env: Env): Price[] {
  const given = text(env, 'POLYPHONY_PRICES')
  if (given === undefined) return []
  let table: unknown
  try {
    table = JSON.parse(given)
  } catch (error) {
    throw new ConfigError(`POLYPHONY_PRICES must be a JSON object.`, { cause: error })
  }
  if (typeof table !== 'object' || table === null || Array.isArray(table)) {
    throw new ConfigError(`POLYPHONY_PRICES must be a JSON object.`)
  }
  return Object.entries(table).map(([of, value]: [string, unknown]) => {
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return { of, points: points(value) }
    const factor = typeof value === 'string' && /^x\d+(\.\d+)?$/.test(value) ? Number(value.slice(1)) : 0
    if (factor > 0 && factor <= 1_000) return { of, factor }
    throw new ConfigError(
      `POLYPHONY_PRICES: "${of}" must be whole points or a factor such as "x1.2", not ${JSON.stringify(value)}.`,
    )
  })
}

/** `luma:20,openai`: the first is preferred; the number is how many tasks it runs at once. */
function providers(env: Env): Config['providers'] {
  return list(env, 'POLYPHONY_PROVIDERS').map((one) => {
    const [, id, slots] = /^([a-z0-9-]+)(?::([1-9]\d{0,5}))?$/.exec(one) ?? []
    if (id === undefined) {
      throw new ConfigError(
        `POLYPHONY_PROVIDERS: "${one}" must be a provider's id, or one with slots such as "luma:20".`,
      )
    }
    return { id, slots: slots === undefined ? undefined : Number(slots) }
  })
}

function list(env: Env, name: string): string[] {
  return (text(env, name) ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean)
}

function oneOf(env: Env, name: string, fallback: string, allowed: string[]): string {
  const value = text(env, name) ?? fallback
  if (!allowed.includes(value)) throw new ConfigError(`${name} must be one of ${allowed.join(', ')}, not "${value}".`)
  return value
}

function databaseUrl(env: Env): string | undefined {
  const given = text(env, 'DATABASE_URL')
  const url = given ?? text(env, 'SQL_DSN')
  if (url !== undefined && !/^postgres(ql)?:\/\//.test(url)) {
    const name = given === undefined ? 'SQL_DSN' : 'DATABASE_URL'
    throw new ConfigError(`${name} must begin with postgres:// or postgresql://; leave it out for SQLite.`)
  }
  return url
}

function publicUrl(env: Env): string | undefined {
  const url = text(env, 'PUBLIC_URL')
  if (url !== undefined && !(/^https?:\/\//.test(url) && URL.canParse(url))) {
    throw new ConfigError(`PUBLIC_URL must be an http or https URL, not "${url}".`)
  }
  return url?.replace(/(?<!\/)\/+$/, '')
}

const MIN_KEY_LENGTH = 16

function chosenKey(env: Env, name: string): string | undefined {
  const key = text(env, name)
  if (key !== undefined && !/^[\x21-\x7e]+$/.test(key)) {
    throw new ConfigError(`${name} must be visible ASCII characters.`)
  }
  if (key !== undefined && key.length < MIN_KEY_LENGTH) {
    throw new ConfigError(`${name} must have at least ${MIN_KEY_LENGTH} characters.`)
  }
  return key
}

function cidrs(env: Env, name: string): string[] {
  const given = list(env, name)
  for (const one of given) {
    if (!ipaddr.isValidCIDR(one)) throw new ConfigError(`${name}: "${one}" is no CIDR such as 10.0.0.0/8.`)
  }
  return given
}

function chosenSecret(env: Env): string | undefined {
  const secret = text(env, 'POLYPHONY_SECRET')
  if (secret === undefined || secret.length >= MIN_SECRET_LENGTH) return secret
  throw new ConfigError(
    `POLYPHONY_SECRET must have at least ${MIN_SECRET_LENGTH} characters. If a shorter one was in use, name that one in ` +
      'POLYPHONY_SECRET_EARLIER.',
  )
}

/** The embedded database and its locks. SQLite gives what it writes beside a file the mode of that file. */
const DATABASE_FILES = ['', '.serve-lock', '.migrate-lock']

/** Creates the data folder, and closes it and the files that earlier versions left open to other users of the machine. */
function prepareDataDir(dataDir: string, isEmbedded: boolean): void {
  try {
    makePrivateFolder(dataDir)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new ConfigError(`DATA_DIR: the folder ${dataDir} cannot be made: ${why}.`, { cause: error })
  }
  if (isEmbedded) prepareDatabase(join(dataDir, DATABASE))
}

function prepareDatabase(path: string): void {
  for (const name of DATABASE_FILES.map((ending) => path + ending)) {
    try {
      closeSync(openSync(name, 'a', 0o600)) // SQLite would create it with the modes of the umask
    } catch (error) {
      throw new ConfigError(`DATA_DIR: ${name} cannot be written.`, { cause: error })
    }
  }
  for (const name of readdirSync(dirname(path))) {
    if (name.startsWith(DATABASE)) makePrivateFile(join(dirname(path), name))
  }
}

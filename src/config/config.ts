import { closeSync, openSync, readdirSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { HOUR_MS } from '../core/clock.ts'
import type { SignUp } from '../core/person.ts'
import { type Points, usdToPoints } from '../core/points.ts'
import type { Quotas } from '../core/quota.ts'
import type { ModelSetting } from '../core/usage.ts'
import { ConfigError } from './config-error.ts'
import { accessAdvice, withAdvice } from './file-advice.ts'
import { keptSecret, secretIn } from './kept-secret.ts'
import { makePrivateFile, makePrivateFolder } from './private-folder.ts'
import { type Knowledge, NO_KNOWLEDGE, type ReadSettings, readSettings } from './read-settings.ts'
import type { MailAddress, PreferredProvider, Price } from './setting-forms.ts'
import type { Values } from './settings.ts'
import { type ShownSetting, shownSettings } from './shown-settings.ts'
import type { Env, Source } from './sources.ts'

export { ConfigError }

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
  /**
   * The master secret: seals the credentials in the database, and signs webhooks. If there is none, a server makes it at the
   * first read, and a command throws a ConfigError.
   */
  readonly secret: string
  /** Whether there is a secret, without making one. */
  hasSecret: () => boolean
  /** Earlier values of `secret`: data sealed under them is re-encrypted at the next start. */
  earlierSecrets: readonly string[]
  /** Providers whose credentials are in the environment, in the order of preference, with how many tasks each runs at once. */
  providers: readonly PreferredProvider[]
  /** How many accounts a tenant may connect; 0 = none. */
  accountsPerTenant: number
  /** The price of a task on a tenant's own account, as a fraction of the list price. */
  privatePriceFactor: number
  /** A variable, or the content of the file that `NAME_FILE` names: for the vendors' own names. */
  variable: (name: string) => string | undefined
  /** The first operator, where the operator chose one in place of the link in the log. */
  firstOperator: Readonly<{ email: string | undefined; password: string | undefined }>
  /** Who may sign up, and what the tenant of someone who does begins with. */
  signUp: Readonly<{ policy: SignUp; credit: Points }>
  /** A provider of OpenID Connect that people may sign in by. */
  oidc: Readonly<{
    name: string
    issuer: string | undefined
    clientId: string | undefined
    clientSecret: string | undefined
  }>
  /** Stripe, by which tenants buy credit. */
  stripe: Readonly<{ url: string; secretKey: string | undefined; webhookSecret: string | undefined }>
  /** Origins whose pages may call the API; `*` = all. */
  corsOrigins: readonly string[]
  /** Proxies whose X-Forwarded-* headers are believed. */
  trustedProxies: readonly string[]
  egressAllow: readonly string[]
  openingCredit: Points
  /** The operator's prices, which replace or multiply those of the catalogue. */
  prices: readonly Price[]
  /** Names of models for calls, with who answers them. */
  models: readonly ModelSetting[]
  /** Whether the prices can be read without a key. */
  showsPrices: boolean
  logLevel: string
  /** The bearer that reads the metrics; absent: they are open. */
  metricsKey: string | undefined
  /** A port of their own for the metrics; absent: the gateway's. */
  metricsPort: number | undefined
  /** Notices for the operator: where they go, and what they are about. */
  notices: Readonly<{
    url: string | undefined
    mail: MailAddress | undefined
    everyMs: number
    creditPoints: Points
    diskBytes: number
    reconcileMs: number
  }>
  studioSlots: number
  /** The longest song where the request names no length. */
  studioSongSeconds: number
  workshopSlots: number
  /** How many of the workshop's threads may work on one picture. */
  workshopThreadsPerPicture: number
  /** Whether the workshop puts the face of one picture into another. */
  workshopSwapsFaces: boolean
  /** The operator's ffmpeg, with which the workshop works on videos. */
  ffmpegPath: string | undefined
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
  /** How long an answer to a call may take, and how long a streamed one may be silent. */
  callLimits: Readonly<{ answerMs: number; silenceMs: number }>
  /** The price of an answer that is given again, as a fraction of what it cost first. */
  cachedAnswerFactor: number
  /** Servers of models on this machine: for whose keys they are looked for, and where. */
  localServers: Readonly<{ use: string; addresses: readonly string[] }>
  /** Batches of calls, and files for calls. */
  batches: Readonly<{ priceFactor: number; linesAtOnce: number; fileMaxBytes: number; fileDays: number }>
  /** How much a tenant may store in uploads and drafts, by the mode of its keys. */
  quotas: Quotas
  /** How many tasks may be on their way into the store at once, and how long one may wait for it. */
  submissions: Readonly<{ maxQueued: number; maxWaitMs: number }>
  /** How many requests may wait for results at once. */
  waits: Readonly<{ perKey: number; total: number }>
  /** All settings with their sources, for the operator to read; without secrets. */
  shown: readonly ShownSetting[]
}

/** The embedded database, in the data folder. */
export const DATABASE = 'polyphony.db'

/** The embedded database and its locks, in the data folder. */
const DATABASE_FILES = ['', '.serve-lock', '.migrate-lock'].map((ending) => DATABASE + ending)

/** What is open while the embedded database is: with what SQLite writes beside each file. */
export const OPEN_FILES: readonly string[] = DATABASE_FILES.flatMap((name) => [
  name,
  ...['-wal', '-shm', '-journal'].map((ending) => name + ending),
])

/** What the configuration is read for. */
export interface Use {
  /** A command works on what a server has made: it makes no data folder and no secret, and throws where there is no database. */
  isCommand?: boolean
  /** A command that does not need a database, because it makes one. */
  makesDatabase?: boolean
}

/**
 * Reads the settings, from the environment or from several sources of which the first is the strongest. Throws a ConfigError
 * that names every setting that cannot be used. A server makes the data folder, and the secret when it is read first.
 */
export function readConfig(given: Env | readonly Source[], knowledge: Knowledge = NO_KNOWLEDGE, use: Use = {}): Config {
  return configFrom(readSettings(given, knowledge), use)
}

/** The same from settings that were read before. */
export function configFrom(
  { values, faults, variable, effective }: ReadSettings,
  { isCommand = false, makesDatabase = false }: Use = {},
): Config {
  if (!values) throw new ConfigError(faults)
  const settings = configOf(values, variable)
  const { dataDir, databaseUrl } = settings
  if (!isCommand) prepareDataDir(dataDir, databaseUrl === undefined)
  else if (!makesDatabase) findDatabase(settings)
  const path = join(dataDir, 'secret')
  let secret = values.POLYPHONY_SECRET ?? secretIn(path)
  return Object.freeze({
    ...settings,
    shown: shownSettings(effective),
    get secret() {
      secret ??= isCommand ? missingSecret(dataDir) : keptSecret(path)
      return secret
    },
    hasSecret() {
      secret ??= secretIn(path) // another process may have made it meanwhile
      return secret !== undefined
    },
  })
}

/** The settings in the terms of the program, without the secret; touches no file. */
export function configOf(values: Values, variable: Config['variable']): Omit<Config, 'secret' | 'hasSecret' | 'shown'> {
  const dataDir = resolve(values.DATA_DIR)
  return {
    host: values.HOST,
    port: values.PORT,
    dataDir,
    databaseUrl: values.DATABASE_URL ?? values.SQL_DSN,
    databaseWaitMs: 1_000 * values.POLYPHONY_DATABASE_WAIT_SECONDS,
    storageUrl: values.STORAGE_URL ?? pathToFileURL(join(dataDir, 'files')).href,
    publicUrl: values.PUBLIC_URL,
    adminKey: values.POLYPHONY_ADMIN_KEY,
    testKey: values.POLYPHONY_TEST_KEY,
    earlierSecrets: values.POLYPHONY_SECRET_EARLIER,
    providers: values.POLYPHONY_PROVIDERS,
    accountsPerTenant: values.POLYPHONY_ACCOUNTS_PER_TENANT,
    privatePriceFactor: values.POLYPHONY_PRIVATE_PRICE_FACTOR,
    variable,
    firstOperator: { email: values.POLYPHONY_ADMIN_EMAIL, password: values.POLYPHONY_ADMIN_PASSWORD },
    signUp: {
      policy: values.POLYPHONY_SIGN_UP as SignUp, // one of them, as the setting allows
      credit: usdToPoints(values.POLYPHONY_SIGN_UP_CREDIT),
    },
    oidc: {
      name: values.POLYPHONY_OIDC_NAME,
      issuer: values.POLYPHONY_OIDC_ISSUER,
      clientId: values.POLYPHONY_OIDC_CLIENT_ID,
      clientSecret: values.POLYPHONY_OIDC_CLIENT_SECRET,
    },
    stripe: {
      url: values.POLYPHONY_STRIPE_URL,
      secretKey: values.POLYPHONY_STRIPE_SECRET_KEY,
      webhookSecret: values.POLYPHONY_STRIPE_WEBHOOK_SECRET,
    },
    corsOrigins: values.POLYPHONY_CORS_ORIGINS,
    trustedProxies: values.POLYPHONY_TRUSTED_PROXIES,
    egressAllow: values.POLYPHONY_EGRESS_ALLOW,
    openingCredit: usdToPoints(values.POLYPHONY_OPENING_CREDIT),
    prices: values.POLYPHONY_PRICES,
    models: values.POLYPHONY_MODELS,
    showsPrices: values.POLYPHONY_PUBLIC_PRICES === 'on',
    logLevel: values.LOG_LEVEL,
    metricsKey: values.POLYPHONY_METRICS_KEY,
    metricsPort: values.POLYPHONY_METRICS_PORT,
    notices: {
      url: values.POLYPHONY_NOTICES_URL,
      mail: values.POLYPHONY_NOTICES_MAIL,
      everyMs: 1_000 * values.POLYPHONY_NOTICES_SECONDS,
      creditPoints: usdToPoints(values.POLYPHONY_NOTICES_CREDIT),
      diskBytes: values.POLYPHONY_NOTICES_DISK_BYTES,
      reconcileMs: Math.ceil(values.POLYPHONY_RECONCILE_HOURS * HOUR_MS),
    },
    studioSlots: values.POLYPHONY_STUDIO_SLOTS,
    studioSongSeconds: values.POLYPHONY_STUDIO_SONG_SECONDS,
    workshopSlots: values.POLYPHONY_WORKSHOP_SLOTS,
    workshopThreadsPerPicture: values.POLYPHONY_WORKSHOP_THREADS_PER_PICTURE,
    workshopSwapsFaces: values.POLYPHONY_WORKSHOP_FACES === 'on',
    ffmpegPath: values.POLYPHONY_FFMPEG,
    sandboxSeconds: values.POLYPHONY_SANDBOX_SECONDS,
    sandboxSlots: values.POLYPHONY_SANDBOX_SLOTS,
    maxWaitMs: 1_000 * values.POLYPHONY_MAX_WAIT_SECONDS,
    taskTimeFactor: values.POLYPHONY_TASK_TIME_FACTOR,
    pollFactor: values.POLYPHONY_POLL_FACTOR,
    recordDays: values.POLYPHONY_RECORD_DAYS,
    mediaDays: values.POLYPHONY_MEDIA_DAYS,
    uploadHours: values.POLYPHONY_UPLOAD_HOURS,
    uploadMaxBytes: values.POLYPHONY_UPLOAD_MAX_BYTES,
    bodyMaxBytes: values.POLYPHONY_BODY_MAX_BYTES,
    requestTimeoutMs: 1_000 * values.POLYPHONY_REQUEST_SECONDS,
    cachedAnswerFactor: values.POLYPHONY_CACHED_ANSWER_FACTOR,
    localServers: {
      use: values.POLYPHONY_LOCAL_SERVERS,
      addresses: values.POLYPHONY_LOCAL_SERVER_ADDRESSES,
    },
    callLimits: {
      answerMs: 1_000 * values.POLYPHONY_CALL_SECONDS,
      silenceMs: 1_000 * values.POLYPHONY_STREAM_SILENCE_SECONDS,
    },
    batches: {
      priceFactor: values.POLYPHONY_BATCH_PRICE_FACTOR,
      linesAtOnce: values.POLYPHONY_BATCH_LINES,
      fileMaxBytes: values.POLYPHONY_FILE_MAX_BYTES,
      fileDays: values.POLYPHONY_FILE_DAYS,
    },
    outputMaxBytes: values.POLYPHONY_OUTPUT_MAX_BYTES,
    quotas: {
      live: { bytes: values.POLYPHONY_STORAGE_QUOTA_BYTES, drafts: values.POLYPHONY_DRAFT_QUOTA },
      test: { bytes: values.POLYPHONY_TEST_STORAGE_QUOTA_BYTES, drafts: values.POLYPHONY_TEST_DRAFT_QUOTA },
    },
    submissions: { maxQueued: values.POLYPHONY_SUBMISSIONS_QUEUED, maxWaitMs: values.POLYPHONY_SUBMISSION_WAIT_MS },
    waits: { perKey: values.POLYPHONY_WAITS_PER_KEY, total: values.POLYPHONY_WAITS },
  }
}

function missingSecret(dataDir: string): never {
  throw new ConfigError(
    `There is no secret in ${dataDir}; set POLYPHONY_SECRET to that of the server, or DATA_DIR to its folder.`,
  )
}

/** For a command: the embedded database must be there. One on a PostgreSQL server is looked for when it is opened. */
function findDatabase({ dataDir, databaseUrl }: Pick<Config, 'dataDir' | 'databaseUrl'>): void {
  if (databaseUrl !== undefined) return
  const path = join(dataDir, DATABASE)
  if (sizeOf(path) === 0) {
    throw new ConfigError(`No Polyphony in ${dataDir}; set DATA_DIR or DATABASE_URL. "polyphony serve" makes one.`)
  }
  prepareDatabase(path)
}

function sizeOf(path: string): number {
  try {
    return statSync(path, { throwIfNoEntry: false })?.size ?? 0
  } catch (cause) {
    throw new ConfigError(`DATA_DIR: ${path} cannot be read. ${accessAdvice(path)}`, { cause })
  }
}

/** Creates the data folder, and closes it and the files that earlier versions left open to other users of the machine. */
function prepareDataDir(dataDir: string, isEmbedded: boolean): void {
  try {
    makePrivateFolder(dataDir)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new ConfigError(withAdvice(`DATA_DIR: the folder ${dataDir} cannot be made: ${why}.`, error), {
      cause: error,
    })
  }
  if (isEmbedded) prepareDatabase(join(dataDir, DATABASE))
}

function prepareDatabase(path: string): void {
  for (const name of DATABASE_FILES.map((file) => join(dirname(path), file))) {
    try {
      closeSync(openSync(name, 'a', 0o600)) // SQLite would create it with the modes of the umask
    } catch (error) {
      throw new ConfigError(withAdvice(`DATA_DIR: ${name} cannot be written.`, error), { cause: error })
    }
  }
  for (const name of readdirSync(dirname(path))) {
    if (name.startsWith(DATABASE)) makePrivateFile(join(dirname(path), name))
  }
}

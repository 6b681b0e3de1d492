import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Config, ConfigError, readConfig } from './config.ts'
import { NO_KNOWLEDGE, readSettings } from './read-settings.ts'
import { SETTINGS } from './settings.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'polyphony-config-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const read = (env: Record<string, string> = {}): Config => readConfig({ DATA_DIR: folder, ...env })
const KEY = 'sk-live-0123456789abcdef'

const BATCHES = { priceFactor: 0.5, linesAtOnce: 16, fileMaxBytes: 200 * 2 ** 20, fileDays: 30 }
const OIDC = { name: 'Single sign-on', issuer: undefined, clientId: undefined, clientSecret: undefined }
const QUOTAS = {
  live: { bytes: 20 * 2 ** 30, drafts: 100_000 },
  test: { bytes: 2 ** 30, drafts: 10_000 },
}

const STRIPE = { url: 'https://api.stripe.com', secretKey: undefined, webhookSecret: undefined }

const NOTICES = {
  url: undefined,
  mail: undefined,
  everyMs: 30_000,
  creditPoints: 0 as Config['openingCredit'],
  diskBytes: 1_000_000_000,
  reconcileMs: 3_600_000,
}

const MAIL = 'smtps://me:secret@mail.example?from=a@b.example&to=c@d.example'

describe('a configuration', () => {
  it('a configuration without any variable is the documented one', () => {
    const { secret, hasSecret: _has, variable: _, shown, ...config } = read()
    expect(shown.find(({ name }) => name === 'PORT')).toMatchObject({ from: 'default' })
    expect(secret.length).toBeGreaterThanOrEqual(32)
    expect(config).toEqual({
      host: '127.0.0.1',
      port: 8080,
      dataDir: folder,
      databaseUrl: undefined,
      databaseWaitMs: 300_000,
      storageUrl: `file://${folder}/files`,
      publicUrl: undefined,
      adminKey: undefined,
      testKey: undefined,
      earlierSecrets: [],
      providers: [],
      accountsPerTenant: 20,
      privatePriceFactor: 0,
      firstOperator: { email: undefined, password: undefined },
      signUp: { policy: 'invitation', credit: 0 },
      oidc: OIDC,
      stripe: STRIPE,
      corsOrigins: ['*'],
      trustedProxies: [],
      egressAllow: [],
      openingCredit: 10_000_000_000,
      prices: [],
      showsPrices: true,
      logLevel: 'info',
      notices: NOTICES,
      studioSlots: 2,
      studioSongSeconds: 180,
      workshopSlots: 2,
      workshopThreadsPerPicture: 2,
      workshopSwapsFaces: false,
      ffmpegPath: undefined,
      sandboxSlots: 1_000,
      sandboxSeconds: 2,
      maxWaitMs: 86_400_000,
      taskTimeFactor: 1,
      pollFactor: 1,
      recordDays: 90,
      mediaDays: 30,
      uploadHours: 24,
      uploadMaxBytes: 10_485_760,
      bodyMaxBytes: 16_777_216,
      outputMaxBytes: 536_870_912,
      requestTimeoutMs: 120_000,
      batches: BATCHES,
      callLimits: { answerMs: 600_000, silenceMs: 300_000 },
      cachedAnswerFactor: 0,
      localServers: {
        use: 'own',
        addresses: [11_434, 1_234, 8_000, 8_080].map((port) => `http://127.0.0.1:${port}/v1`),
      },
      models: [],
      quotas: QUOTAS,
      submissions: { maxQueued: 5_000, maxWaitMs: 2_000 },
      waits: { perKey: 100, total: 2_000 },
    })
  })

  const every: [string, string, Partial<Config>][] = [
    ['HOST', '0.0.0.0', { host: '0.0.0.0' }],
    ['HOST', '0', { host: '0' }],
    ['HOST', '127.1', { host: '127.1' }],
    ['PORT', '0', { port: 0 }],
    ['DATABASE_URL', 'postgres://a@b/c', { databaseUrl: 'postgres://a@b/c' }],
    ['SQL_DSN', 'postgresql://a@b/c', { databaseUrl: 'postgresql://a@b/c' }],
    ['POLYPHONY_DATABASE_WAIT_SECONDS', '20', { databaseWaitMs: 20_000 }],
    ['STORAGE_URL', 'file:/srv/files', { storageUrl: 'file:/srv/files' }],
    ['PUBLIC_URL', 'https://media.example/', { publicUrl: 'https://media.example' }],
    ['POLYPHONY_ADMIN_KEY', KEY, { adminKey: KEY }],
    ['POLYPHONY_TEST_KEY', KEY, { testKey: KEY }],
    ['POLYPHONY_SECRET', 'a secret of some length', { secret: 'a secret of some length' }],
    ['POLYPHONY_SECRET_EARLIER', 'one, another', { earlierSecrets: ['one', 'another'] }],
    [
      'POLYPHONY_PROVIDERS',
      'luma:20, openai',
      {
        providers: [
          { id: 'luma', slots: 20 },
          { id: 'openai', slots: undefined },
        ],
      },
    ],
    ['POLYPHONY_ACCOUNTS_PER_TENANT', '0', { accountsPerTenant: 0 }],
    ['POLYPHONY_PRIVATE_PRICE_FACTOR', '0.25', { privatePriceFactor: 0.25 }],
    ['POLYPHONY_ADMIN_EMAIL', 'op@a.example', { firstOperator: { email: 'op@a.example', password: undefined } }],
    ['POLYPHONY_ADMIN_PASSWORD', 'long enough', { firstOperator: { email: undefined, password: 'long enough' } }],
    ['POLYPHONY_SIGN_UP', 'open', { signUp: { policy: 'open', credit: 0 as Config['openingCredit'] } }],
    [
      'POLYPHONY_SIGN_UP_CREDIT',
      '2.5',
      { signUp: { policy: 'invitation', credit: 25_000_000 as Config['openingCredit'] } },
    ],
    ['POLYPHONY_OIDC_ISSUER', 'https://id.example', { oidc: { ...OIDC, issuer: 'https://id.example' } }],
    ['POLYPHONY_OIDC_CLIENT_ID', 'polyphony', { oidc: { ...OIDC, clientId: 'polyphony' } }],
    ['POLYPHONY_OIDC_CLIENT_SECRET', 'a secret', { oidc: { ...OIDC, clientSecret: 'a secret' } }],
    ['POLYPHONY_OIDC_NAME', 'Example', { oidc: { ...OIDC, name: 'Example' } }],
    ['POLYPHONY_STRIPE_SECRET_KEY', 'sk_test_1', { stripe: { ...STRIPE, secretKey: 'sk_test_1' } }],
    ['POLYPHONY_STRIPE_WEBHOOK_SECRET', 'whsec_1', { stripe: { ...STRIPE, webhookSecret: 'whsec_1' } }],
    ['POLYPHONY_STRIPE_URL', 'https://stripe.example', { stripe: { ...STRIPE, url: 'https://stripe.example' } }],
    ['POLYPHONY_CORS_ORIGINS', 'off', { corsOrigins: [] }],
    [
      'POLYPHONY_CORS_ORIGINS',
      'https://a.example,http://localhost:5173',
      { corsOrigins: ['https://a.example', 'http://localhost:5173'] },
    ],
    ['POLYPHONY_TRUSTED_PROXIES', '10.0.0.0/8,::1', { trustedProxies: ['10.0.0.0/8', '::1'] }],
    ['POLYPHONY_EGRESS_ALLOW', '127.0.0.0/8, ::1/128,', { egressAllow: ['127.0.0.0/8', '::1/128'] }],
    ['POLYPHONY_OPENING_CREDIT', '0.5', { openingCredit: 5_000_000 as Config['openingCredit'] }],
    [
      'POLYPHONY_PRICES',
      '{"suno/music": 500000, "*": "x1.5"}',
      {
        prices: [
          { of: 'suno/music', points: 500_000 as Config['openingCredit'] },
          { of: '*', factor: 1.5 },
        ],
      },
    ],
    ['LOG_LEVEL', 'debug', { logLevel: 'debug' }],
    ['POLYPHONY_METRICS_KEY', KEY, { metricsKey: KEY }],
    ['POLYPHONY_METRICS_PORT', '9464', { metricsPort: 9_464 }],
    ['POLYPHONY_PUBLIC_PRICES', 'off', { showsPrices: false }],
    ['POLYPHONY_NOTICES_URL', 'https://ops.example/n', { notices: { ...NOTICES, url: 'https://ops.example/n' } }],
    [
      'POLYPHONY_NOTICES_MAIL',
      MAIL,
      {
        notices: {
          ...NOTICES,
          mail: { server: 'smtps://me:secret@mail.example', from: 'a@b.example', to: 'c@d.example' },
        },
      },
    ],
    ['POLYPHONY_NOTICES_SECONDS', '5', { notices: { ...NOTICES, everyMs: 5_000 } }],
    [
      'POLYPHONY_NOTICES_CREDIT',
      '2.5',
      { notices: { ...NOTICES, creditPoints: 25_000_000 as Config['openingCredit'] } },
    ],
    ['POLYPHONY_NOTICES_DISK_BYTES', '7', { notices: { ...NOTICES, diskBytes: 7 } }],
    ['POLYPHONY_RECONCILE_HOURS', '0.5', { notices: { ...NOTICES, reconcileMs: 1_800_000 } }],
    ['POLYPHONY_STUDIO_SLOTS', '4', { studioSlots: 4 }],
    ['POLYPHONY_STUDIO_SONG_SECONDS', '60', { studioSongSeconds: 60 }],
    ['POLYPHONY_WORKSHOP_SLOTS', '1', { workshopSlots: 1 }],
    ['POLYPHONY_WORKSHOP_THREADS_PER_PICTURE', '4', { workshopThreadsPerPicture: 4 }],
    ['POLYPHONY_WORKSHOP_FACES', 'on', { workshopSwapsFaces: true }],
    ['POLYPHONY_FFMPEG', '/usr/bin/ffmpeg', { ffmpegPath: '/usr/bin/ffmpeg' }],
    ['POLYPHONY_SANDBOX_SLOTS', '7', { sandboxSlots: 7 }],
    ['POLYPHONY_MAX_WAIT_SECONDS', '60', { maxWaitMs: 60_000 }],
    ['POLYPHONY_TASK_TIME_FACTOR', '1.5', { taskTimeFactor: 1.5 }],
    ['POLYPHONY_POLL_FACTOR', '0.5', { pollFactor: 0.5 }],
    ['POLYPHONY_SANDBOX_SECONDS', '0.5', { sandboxSeconds: 0.5 }],
    ['POLYPHONY_RECORD_DAYS', '0.5', { recordDays: 0.5 }],
    ['POLYPHONY_MEDIA_DAYS', '1', { mediaDays: 1 }],
    ['POLYPHONY_UPLOAD_HOURS', '2', { uploadHours: 2 }],
    ['POLYPHONY_UPLOAD_MAX_BYTES', '1000', { uploadMaxBytes: 1_000 }],
    ['POLYPHONY_BODY_MAX_BYTES', '2000', { bodyMaxBytes: 2_000 }],
    ['POLYPHONY_OUTPUT_MAX_BYTES', '3000', { outputMaxBytes: 3_000 }],
    ['POLYPHONY_REQUEST_SECONDS', '30', { requestTimeoutMs: 30_000 }],
    [
      'POLYPHONY_MODELS',
      '{"fast":{"to":[{"model":"gpt-5-mini"}]}}',
      { models: [{ name: 'fast', to: [{ model: 'gpt-5-mini', weight: 1 }], fallback: [] }] },
    ],
    ['POLYPHONY_CALL_SECONDS', '30', { callLimits: { answerMs: 30_000, silenceMs: 300_000 } }],
    ['POLYPHONY_CACHED_ANSWER_FACTOR', '0.1', { cachedAnswerFactor: 0.1 }],
    ['POLYPHONY_LOCAL_SERVERS', 'all', { localServers: { use: 'all', addresses: expect.any(Array) } }],
    [
      'POLYPHONY_LOCAL_SERVER_ADDRESSES',
      'http://127.0.0.1:9/v1, http://gpu:8000/v1/',
      { localServers: { use: 'own', addresses: ['http://127.0.0.1:9/v1', 'http://gpu:8000/v1'] } },
    ],
    ['POLYPHONY_STREAM_SILENCE_SECONDS', '0.5', { callLimits: { answerMs: 600_000, silenceMs: 500 } }],
    ['POLYPHONY_BATCH_PRICE_FACTOR', '0.25', { batches: { ...BATCHES, priceFactor: 0.25 } }],
    ['POLYPHONY_BATCH_LINES', '4', { batches: { ...BATCHES, linesAtOnce: 4 } }],
    ['POLYPHONY_FILE_MAX_BYTES', '1000', { batches: { ...BATCHES, fileMaxBytes: 1_000 } }],
    ['POLYPHONY_FILE_DAYS', '2', { batches: { ...BATCHES, fileDays: 2 } }],
    ['POLYPHONY_STORAGE_QUOTA_BYTES', '4000', { quotas: { ...QUOTAS, live: { ...QUOTAS.live, bytes: 4_000 } } }],
    ['POLYPHONY_DRAFT_QUOTA', '5', { quotas: { ...QUOTAS, live: { ...QUOTAS.live, drafts: 5 } } }],
    ['POLYPHONY_TEST_STORAGE_QUOTA_BYTES', '6000', { quotas: { ...QUOTAS, test: { ...QUOTAS.test, bytes: 6_000 } } }],
    ['POLYPHONY_TEST_DRAFT_QUOTA', '7', { quotas: { ...QUOTAS, test: { ...QUOTAS.test, drafts: 7 } } }],
    ['POLYPHONY_SUBMISSIONS_QUEUED', '8', { submissions: { maxQueued: 8, maxWaitMs: 2_000 } }],
    ['POLYPHONY_SUBMISSION_WAIT_MS', '9', { submissions: { maxQueued: 5_000, maxWaitMs: 9 } }],
    ['POLYPHONY_WAITS_PER_KEY', '10', { waits: { perKey: 10, total: 2_000 } }],
    ['POLYPHONY_WAITS', '11', { waits: { perKey: 100, total: 11 } }],
  ]

  it.each(every)(
    'the configuration reads %s from the environment (%s) and from the file that %s_FILE names',
    (name, value, expected) => {
      expect(read({ [name]: value })).toMatchObject(expected)
      const file = join(folder, 'value')
      writeFileSync(file, `${value}\n`)
      expect(read({ [`${name}_FILE`]: file })).toMatchObject(expected)
    },
  )

  it.each(every.map(([name]) => name))('an empty %s counts as not set', (name) => {
    const {
      secret: _,
      hasSecret: _has,
      variable: _rest,
      shown: _shown,
      ...rest
    } = read({ [name]: '', POLYPHONY_SECRET: name === 'POLYPHONY_SECRET' ? '' : 'kept as it is here' })
    const {
      secret: __,
      hasSecret: _had,
      variable: _expected,
      shown: __shown,
      ...expected
    } = read({ POLYPHONY_SECRET: 'kept as it is here' })
    expect(rest).toEqual(expected)
  })

  it('any variable can be read by its name, from the environment or its file', () => {
    expect(read({ LUMAAI_API_KEY: 'a key' }).variable('LUMAAI_API_KEY')).toBe('a key')
    const file = join(folder, 'value')
    writeFileSync(file, 'a key\n')
    expect(read({ LUMAAI_API_KEY_FILE: file }).variable('LUMAAI_API_KEY')).toBe('a key')
    expect(read().variable('LUMAAI_API_KEY')).toBeUndefined()
  })

  it('every variable that the configuration reads has a test', () => {
    const names = Object.keys(SETTINGS)
    expect(new Set(names)).toEqual(new Set([...every.map(([name]) => name), 'DATA_DIR']))
  })

  it('every variable that the configuration reads is in docs/configuration.md, and no other', () => {
    const page = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8')
    const named = [...page.matchAll(/^\| `([A-Z_]+)` /gm)].map(([, name]) => name)
    expect(new Set([...named, 'SQL_DSN'])).toEqual(new Set(Object.keys(SETTINGS)))
  })

  it('all faults of a configuration are named at once, each on a line of its own', () => {
    const faulty = { PORT: 'http', LOG_LEVEL: 'loud', POLYPHONY_EGRESS_ALLOW: '10.0.0.0/99,::1', POLYPHONY_SECRET: 'a' }
    let faults: readonly string[] = []
    try {
      read(faulty)
    } catch (error) {
      faults = error instanceof ConfigError ? error.faults : []
    }
    expect(faults.map((fault) => /^[A-Z_]+/.exec(fault)?.[0])).toEqual([
      'PORT',
      'POLYPHONY_SECRET',
      'POLYPHONY_EGRESS_ALLOW',
      'POLYPHONY_EGRESS_ALLOW',
      'LOG_LEVEL',
    ])
    expect(() => read(faulty)).toThrow(`5 settings cannot be used:\n  - ${faults.join('\n  - ')}`)
  })

  it.each([
    ['PORT', 'http'],
    ['PORT', '65536'],
    ['PORT', '80.5'],
    ['PORT', '-1'],
    ['PORT', ' '],
    ['PORT', '"8080"'],
    ['PORT', '“8080”'],
    ['HOST', '*'],
    ['HOST', '127'],
    ['HOST', '256.0.0.1'],
    ['HOST', 'localhost:8080'],
    ['HOST', 'http://0.0.0.0'],
    ['HOST', '127.0.0.1,::1'],
    ['DATA_DIR', '~/polyphony'],
    ['DATA_DIR', 'file:///srv/polyphony'],
    ['DATA_DIR', '"/srv/polyphony"'],
    ['PUBLIC_URL', "'https://media.example'"],
    ['DATABASE_URL', 'mysql://a@b/c'],
    ['SQL_DSN', 'root:123456@tcp(localhost:3306)/oneapi'],
    ['PUBLIC_URL', 'media.example'],
    ['PUBLIC_URL', 'https://'],
    ['POLYPHONY_ADMIN_KEY', 'short'],
    ['POLYPHONY_ADMIN_KEY', 'a key with spaces in it'],
    ['POLYPHONY_TEST_KEY', 'kurz'],
    ['POLYPHONY_PROVIDERS', 'luma:0'],
    ['POLYPHONY_PROVIDERS', 'Luma!'],
    ['POLYPHONY_ACCOUNTS_PER_TENANT', '1.5'],
    ['POLYPHONY_PRIVATE_PRICE_FACTOR', '2'],
    ['POLYPHONY_CORS_ORIGINS', 'https://a.example/'],
    ['POLYPHONY_CORS_ORIGINS', 'a.example'],
    ['POLYPHONY_TRUSTED_PROXIES', 'proxy'],
    ['POLYPHONY_EGRESS_ALLOW', '127.0.0.1'],
    ['POLYPHONY_EGRESS_ALLOW', '10.0.0.0/99'],
    ['POLYPHONY_OPENING_CREDIT', '-1'],
    ['POLYPHONY_OPENING_CREDIT', 'NaN'],
    ['POLYPHONY_PRICES', 'cheap'],
    ['POLYPHONY_PRICES', '[]'],
    ['POLYPHONY_PRICES', '{"suno": -1}'],
    ['POLYPHONY_PRICES', '{"suno": 0.5}'],
    ['POLYPHONY_PRICES', '{"suno": "1.5"}'],
    ['POLYPHONY_PRICES', '{"suno": "x0"}'],
    ['POLYPHONY_PRICES', '{"suno": 1, "suno": 2}'],
    ['POLYPHONY_METRICS_PORT', '8080'],
    ['POLYPHONY_PUBLIC_PRICES', 'no'],
    ['LOG_LEVEL', 'loud'],
    ['POLYPHONY_NOTICES_URL', 'ops.example'],
    ['POLYPHONY_NOTICES_MAIL', 'ops@example.org'],
    ['POLYPHONY_NOTICES_MAIL', 'smtp://mail.example?from=a@b.example'],
    ['POLYPHONY_METRICS_KEY', 'short'],
    ['POLYPHONY_METRICS_PORT', '0'],
    ['POLYPHONY_METRICS_PORT', '65536'],
    ['POLYPHONY_STUDIO_SLOTS', '0'],
    ['POLYPHONY_STUDIO_SONG_SECONDS', '3'],
    ['POLYPHONY_WORKSHOP_SLOTS', '0'],
    ['POLYPHONY_WORKSHOP_THREADS_PER_PICTURE', '0'],
    ['POLYPHONY_WORKSHOP_FACES', 'yes'],
    ['POLYPHONY_FFMPEG', 'ffmpeg'],
    ['POLYPHONY_SANDBOX_SLOTS', '0'],
    ['POLYPHONY_MAX_WAIT_SECONDS', '0'],
    ['POLYPHONY_RECORD_DAYS', '-1'],
    ['POLYPHONY_MEDIA_DAYS', 'month'],
    ['POLYPHONY_UPLOAD_HOURS', 'Infinity'],
    ['POLYPHONY_UPLOAD_MAX_BYTES', '0'],
    ['POLYPHONY_BODY_MAX_BYTES', '10MB'],
    ['POLYPHONY_OUTPUT_MAX_BYTES', '1'],
    ['POLYPHONY_SECRET', 'a'],
    ['POLYPHONY_SECRET', 'fifteen letters'],
  ])('a configuration with %s=%s is refused, and the error names the variable', (name, value) => {
    expect(() => read({ [name]: value })).toThrow(ConfigError)
    expect(() => read({ [name]: value })).toThrow(name)
  })

  it('a variable and its file together are refused, since one would be ignored', () => {
    expect(() => read({ PORT: '1', PORT_FILE: '/nowhere' })).toThrow('PORT and PORT_FILE are both set')
  })

  it('a file that cannot be read is refused, and the error names the variable and the file', () => {
    expect(() => read({ POLYPHONY_ADMIN_KEY_FILE: '/nowhere/key' })).toThrow('POLYPHONY_ADMIN_KEY_FILE: /nowhere/key')
  })

  it('an empty file of a setting is refused: where one is named, a value is meant', () => {
    expect(() => read({ POLYPHONY_SECRET_FILE: '/dev/null' })).toThrow('POLYPHONY_SECRET_FILE: /dev/null is empty.')
  })

  it('spaces and line ends around a value that was copied are not a part of it, except of secrets that people choose', () => {
    expect(read({ PUBLIC_URL: ' https://a.example\n', HOST: ' [::1] ' })).toMatchObject({
      publicUrl: 'https://a.example',
      host: '::1',
    })
    expect(read({ LUMAAI_API_KEY: ' a-key\r\n' }).variable('LUMAAI_API_KEY')).toBe('a-key')
    expect(read({ POLYPHONY_SECRET: ' "sixteen letters" ' }).secret).toBe(' "sixteen letters" ')
  })

  it.each([
    ['"a-key"', 'LUMAAI_API_KEY is in quotes, which are a part of its value here: leave them out.'],
    ['a-key\nof two lines', 'LUMAAI_API_KEY must be one line of ASCII characters: copy it again.'],
    ['ключ', 'LUMAAI_API_KEY must be one line of ASCII characters: copy it again.'],
  ])("a vendor's key that was copied wrong is refused, and not repeated: %j", (key, fault) => {
    const names = [{ name: 'LUMAAI_API_KEY', what: 'A key.', isSecret: true }]
    expect(readSettings({ LUMAAI_API_KEY: key }, { names, checks: {} }).faults).toEqual([fault])
  })

  it.each(['api.example.com', 'ftp://api.example', 'https://', '/v1'])(
    'a base address of a vendor that is no http or https URL is refused, and not repeated: %s',
    (address) => {
      const names = [{ name: 'OPENAI_BASE_URL', what: 'An address.', isSecret: false, isUrl: true }]
      expect(readSettings({ OPENAI_BASE_URL: address }, { names, checks: {} }).faults).toEqual([
        'OPENAI_BASE_URL must be an http or https URL, such as https://api.example/v1.',
      ])
      const right = readSettings({ OPENAI_BASE_URL: 'http://localhost:1234/v1' }, { names, checks: {} })
      expect(right.faults).toEqual([])
    },
  )

  it('a data folder that is a link to nothing is refused, with where it leads', () => {
    const link = join(folder, 'link')
    symlinkSync(join(folder, 'moved'), link)
    expect(() => read({ DATA_DIR: link })).toThrow(`${link} is a symbolic link to ${folder}/moved, which is not there`)
  })

  it('the same key for live and test is refused, because test tasks would cost money', () => {
    expect(() => read({ POLYPHONY_ADMIN_KEY: KEY, POLYPHONY_TEST_KEY: KEY })).toThrow('POLYPHONY_TEST_KEY')
  })

  it('the secret is kept in the data folder, readable by its owner only', () => {
    const { secret } = read()
    expect(read().secret).toBe(secret)
    expect(statSync(join(folder, 'secret')).mode & 0o777).toBe(0o600)
  })

  it.each([
    ['', 'is empty'],
    ['\n', 'is empty'],
    ['half-a-secret', 'has only 13 characters'],
  ])('a truncated file of the secret is refused, and the error says what to do: %j', (content, what) => {
    const path = join(folder, 'secret')
    writeFileSync(path, content)
    expect(() => read()).toThrow(ConfigError)
    expect(() => read()).toThrow(`The secret in ${path} ${what}: it was cut off. Put it back from a backup.`)
    expect(readFileSync(path, 'utf8')).toBe(content)
  })

  it.each(['/proc/polyphony', '/proc/polyphony/data', '/dev/null', '/dev/null/data'])(
    'a data folder that cannot be created is refused at once: %s',
    (dataDir) => {
      expect(() => read({ DATA_DIR: dataDir })).toThrow(ConfigError)
      expect(() => read({ DATA_DIR: dataDir })).toThrow(`DATA_DIR: the folder ${dataDir} cannot be made: `)
    },
  )

  it('a command makes nothing, and is refused where there is no database', () => {
    const missing = join(folder, 'missing')
    const command = (env: Record<string, string>) =>
      readConfig({ DATA_DIR: missing, ...env }, NO_KNOWLEDGE, { isCommand: true })
    expect(() => command({})).toThrow(`No Polyphony in ${missing}; set DATA_DIR or DATABASE_URL.`)
    const { secret: given } = command({ DATABASE_URL: 'postgres://a@b/c', POLYPHONY_SECRET: 'that of the server' })
    expect(given).toBe('that of the server')
    const config = command({ DATABASE_URL: 'postgres://a@b/c' })
    expect(() => config.secret).toThrow(`There is no secret in ${missing}; set POLYPHONY_SECRET`)
    expect(readdirSync(folder)).toEqual([])
  })

  it('creating the secret leaves no other file in the data folder', () => {
    const config = read({ DATABASE_URL: 'postgres://a@b/c' })
    expect(config.hasSecret()).toBe(false)
    expect(readdirSync(folder)).toEqual([])
    expect(config.secret.length).toBeGreaterThanOrEqual(32)
    expect(config.hasSecret()).toBe(true)
    expect(readdirSync(folder)).toEqual(['secret'])
  })

  it.each(['with space', 'with#hash', 'with%25percent', 'with?question'])(
    'files are stored in the data folder, whatever characters its path has: %s',
    (name) => {
      const { dataDir, storageUrl } = read({ DATA_DIR: join(folder, name) })
      expect(fileURLToPath(storageUrl)).toBe(join(dataDir, 'files'))
    },
  )

  it('a configuration cannot be changed', () => {
    expect(Object.isFrozen(read())).toBe(true)
  })
})

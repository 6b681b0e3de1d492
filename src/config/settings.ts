import { models } from './model-settings.ts'
import { list, number, oneOf, optional, type Setting, whole, words } from './setting.ts'
import {
  chosenKey,
  chosenPassword,
  chosenSecret,
  cidr,
  databaseUrl,
  folder,
  gatewayUrl,
  host,
  mailBox,
  mailUrl,
  origins,
  port,
  prices,
  programPath,
  provider,
  proxy,
  publicUrl,
} from './setting-forms.ts'

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']
const MIB = 2 ** 20
/** Where Ollama, LM Studio, vLLM and llama.cpp listen unless they are told otherwise. */
const LOCAL_SERVERS = [11_434, 1_234, 8_000, 8_080].map((port) => `http://127.0.0.1:${port}/v1`)

/**
 * Every setting of the gateway by its name, in the order of docs/configuration.md. The vendors' own variables come on top
 * of these: they are in the manifests of the providers.
 */
export const SETTINGS = {
  PORT: whole('The port to listen on; 0 takes any free one.', { from: 0, to: 65_535, default: 8_080 }),
  HOST: words('The address to listen on.', '127.0.0.1', host),
  PUBLIC_URL: optional('The address under which callers reach the gateway; URLs of files begin with it.', gatewayUrl, {
    shownDefault: 'http://HOST:PORT',
  }),
  DATA_DIR: words('The folder of the database, the files and the secret.', './data', folder),
  DATABASE_URL: optional('PostgreSQL (postgres://…); SQLite in DATA_DIR without it.', databaseUrl, {
    shownDefault: 'SQLite in DATA_DIR',
    isSecret: true,
  }),
  SQL_DSN: optional('Another name for DATABASE_URL.', databaseUrl, { isSecret: true }),
  POLYPHONY_DATABASE_WAIT_SECONDS: whole(
    'How long a start waits for a PostgreSQL that does not answer; 0 = it tries once.',
    { from: 0, to: 24 * 3_600, default: 300 },
  ),
  STORAGE_URL: optional('Where files are kept: file:///path or s3://bucket/folder?region=….', (text) => text, {
    shownDefault: 'DATA_DIR/files',
  }),
  POLYPHONY_ADMIN_KEY: optional('The first admin key.', chosenKey, { shownDefault: 'generated', isSecret: true }),
  POLYPHONY_TEST_KEY: optional('The first test key.', chosenKey, { shownDefault: 'generated', isSecret: true }),
  POLYPHONY_SECRET: optional('Seals the credentials of accounts and signs webhooks.', chosenSecret, {
    shownDefault: 'generated in DATA_DIR',
    isSecret: true,
    isVerbatim: true,
  }),
  POLYPHONY_SECRET_EARLIER: list('Earlier values of POLYPHONY_SECRET.', (text) => text, {
    isSecret: true,
    isVerbatim: true,
  }),
  POLYPHONY_PROVIDERS: list('The order in which providers are preferred, with slots, such as luma:20.', provider, {
    shownDefault: 'all that have a key',
  }),
  POLYPHONY_ACCOUNTS_PER_TENANT: whole('Accounts that a tenant may connect.', { from: 0, to: 100_000, default: 20 }),
  POLYPHONY_PRIVATE_PRICE_FACTOR: number(
    "The price of a task on a tenant's own account, as a fraction of the list price.",
    { from: 0, to: 1, default: 0 },
  ),
  POLYPHONY_PRICES: prices(),
  POLYPHONY_MODELS: models(),
  POLYPHONY_PUBLIC_PRICES: oneOf('Whether GET /api/pricing shows the prices without a key.', ['on', 'off'], 'on'),
  POLYPHONY_OPENING_CREDIT: number('Credit of the first tenant, in USD.', { from: 0, to: 1e8, default: 1_000 }),
  POLYPHONY_ADMIN_EMAIL: optional('The e-mail address of the first operator, with POLYPHONY_ADMIN_PASSWORD.', mailBox),
  POLYPHONY_ADMIN_PASSWORD: optional('The password with which the first operator signs in.', chosenPassword, {
    isSecret: true,
    isVerbatim: true,
  }),
  POLYPHONY_SIGN_UP: oneOf('Who may sign up in the workspace.', ['open', 'invitation', 'closed'], 'invitation'),
  POLYPHONY_SIGN_UP_CREDIT: number('Credit of a tenant that someone makes by signing up, in USD.', {
    from: 0,
    to: 1e6,
    default: 0,
  }),
  POLYPHONY_OIDC_ISSUER: optional('The address of an OpenID Connect provider that people may sign in by.', publicUrl),
  POLYPHONY_OIDC_CLIENT_ID: optional('The id of this gateway at that provider.', (text) => text),
  POLYPHONY_OIDC_CLIENT_SECRET: optional('Its secret there.', (text) => text, { isSecret: true }),
  POLYPHONY_OIDC_NAME: words('What the button for that provider says.', 'Single sign-on'),
  POLYPHONY_STRIPE_SECRET_KEY: optional('The secret key of Stripe, by which tenants buy credit.', (text) => text, {
    isSecret: true,
  }),
  POLYPHONY_STRIPE_WEBHOOK_SECRET: optional(
    'The signing secret of the endpoint at which Stripe reports payments.',
    (text) => text,
    { isSecret: true },
  ),
  POLYPHONY_STRIPE_URL: words('The address of the API of Stripe.', 'https://api.stripe.com'),
  POLYPHONY_CORS_ORIGINS: origins(),
  POLYPHONY_TRUSTED_PROXIES: list('Addresses or CIDRs of proxies whose X-Forwarded-* headers are believed.', proxy),
  POLYPHONY_EGRESS_ALLOW: list('Private CIDRs that webhooks and downloads may reach.', cidr),
  POLYPHONY_STUDIO_SLOTS: whole('Tasks that the studio works on at once.', { from: 1, to: 64, default: 2 }),
  POLYPHONY_STUDIO_SONG_SECONDS: whole('The longest song of the studio where the request names no length.', {
    from: 4,
    to: 600,
    default: 180,
  }),
  POLYPHONY_WORKSHOP_SLOTS: whole('Pictures that the workshop works on at once.', { from: 1, to: 64, default: 2 }),
  POLYPHONY_WORKSHOP_THREADS_PER_PICTURE: whole(
    'Of the threads of the workshop, how many may enlarge one picture while others are idle.',
    { from: 1, to: 64, default: 2 },
  ),
  POLYPHONY_WORKSHOP_FACES: oneOf('Whether the workshop swaps faces in pictures and videos.', ['on', 'off'], 'off'),
  POLYPHONY_FFMPEG: optional(
    'The path of an ffmpeg (5.1 or later), with which the workshop works on videos.',
    programPath,
    { shownDefault: 'the workshop works on no videos' },
  ),
  POLYPHONY_SANDBOX_SLOTS: whole('Sandbox tasks at once.', { from: 1, to: 1_000_000, default: 1_000 }),
  POLYPHONY_SANDBOX_SECONDS: number('How long a sandbox task takes.', { from: 0, to: 600, default: 2 }),
  POLYPHONY_MAX_WAIT_SECONDS: whole('How long a task may wait to be begun.', {
    from: 1,
    to: 30 * 24 * 3_600,
    default: 24 * 3_600,
  }),
  POLYPHONY_TASK_TIME_FACTOR: number('Multiplies the time that an operation allows a provider.', {
    from: 0.01,
    to: 100,
    default: 1,
  }),
  POLYPHONY_POLL_FACTOR: number('Multiplies the intervals at which providers are polled.', {
    from: 0.01,
    to: 100,
    default: 1,
  }),
  POLYPHONY_RECORD_DAYS: number('How long the record of a task is kept.', { from: 0, to: 36_500, default: 90 }),
  POLYPHONY_MEDIA_DAYS: number('How long output files are kept.', { from: 0, to: 36_500, default: 30 }),
  POLYPHONY_UPLOAD_HOURS: number('How long uploads are kept.', { from: 0, to: 876_000, default: 24 }),
  POLYPHONY_UPLOAD_MAX_BYTES: whole('Size of an upload.', { from: 1, to: 2 ** 31, default: 10 * MIB }),
  POLYPHONY_OUTPUT_MAX_BYTES: whole('Size of an output file.', { from: 1_024, to: 2 ** 40, default: 512 * MIB }),
  POLYPHONY_BODY_MAX_BYTES: whole('Size of a request body.', { from: 1_024, to: 2 ** 31, default: 16 * MIB }),
  POLYPHONY_REQUEST_SECONDS: whole('How long a client may take to send a request.', {
    from: 1,
    to: 24 * 3_600,
    default: 120,
  }),
  POLYPHONY_CALL_SECONDS: number('How long a provider may take to answer a call.', {
    from: 0.01,
    to: 24 * 3_600,
    default: 600,
  }),
  POLYPHONY_LOCAL_SERVERS: oneOf(
    'Whose keys may use servers of models that are found on this machine: those of the first tenant, of all tenants, or none.',
    ['own', 'all', 'off'],
    'own',
  ),
  POLYPHONY_LOCAL_SERVER_ADDRESSES: list(
    'Where servers of models are looked for, with the path of their API.',
    publicUrl,
    { fallback: LOCAL_SERVERS, shownDefault: 'those of Ollama, LM Studio, vLLM and llama.cpp' },
  ),
  POLYPHONY_CACHED_ANSWER_FACTOR: number(
    'The price of an answer that is given again, as a fraction of what it cost first.',
    { from: 0, to: 1, default: 0 },
  ),
  POLYPHONY_STREAM_SILENCE_SECONDS: number('How long a streamed answer may send nothing.', {
    from: 0.01,
    to: 24 * 3_600,
    default: 300,
  }),
  POLYPHONY_BATCH_PRICE_FACTOR: number('What a call of a batch costs, as a part of its price.', {
    from: 0,
    to: 100,
    default: 0.5,
  }),
  POLYPHONY_BATCH_LINES: whole('How many lines of batches are called at once.', { from: 1, to: 10_000, default: 16 }),
  POLYPHONY_FILE_MAX_BYTES: whole('Size of a file for calls, such as the lines of a batch.', {
    from: 1,
    to: 2 ** 40,
    default: 200 * MIB,
  }),
  POLYPHONY_FILE_DAYS: number('How long files for calls, and results of batches, are kept.', {
    from: 0.001,
    to: 36_500,
    default: 30,
  }),
  POLYPHONY_STORAGE_QUOTA_BYTES: whole('Bytes of uploads and drafts that a tenant may keep with live keys.', {
    from: 0,
    to: 2 ** 50,
    default: 20 * 1_024 * MIB,
  }),
  POLYPHONY_DRAFT_QUOTA: whole('Drafts that a tenant may keep with live keys.', { from: 0, to: 1e9, default: 100_000 }),
  POLYPHONY_TEST_STORAGE_QUOTA_BYTES: whole('Bytes of uploads and drafts that a tenant may keep with test keys.', {
    from: 0,
    to: 2 ** 50,
    default: 1_024 * MIB,
  }),
  POLYPHONY_TEST_DRAFT_QUOTA: whole('Drafts that a tenant may keep with test keys.', {
    from: 0,
    to: 1e9,
    default: 10_000,
  }),
  POLYPHONY_SUBMISSIONS_QUEUED: whole('Tasks that may wait to be written to the database.', {
    from: 1,
    to: 1e6,
    default: 5_000,
  }),
  POLYPHONY_SUBMISSION_WAIT_MS: whole('Longest wait of a submission for the database, in milliseconds.', {
    from: 1,
    to: 60_000,
    default: 2_000,
  }),
  POLYPHONY_WAITS_PER_KEY: whole('Requests of one key that may wait for results at once.', {
    from: 0,
    to: 1e6,
    default: 100,
  }),
  POLYPHONY_WAITS: whole('The same for all keys together.', { from: 0, to: 1e6, default: 2_000 }),
  POLYPHONY_METRICS_KEY: optional('The bearer that reads /metrics.', chosenKey, {
    shownDefault: 'everyone may read them',
    isSecret: true,
  }),
  POLYPHONY_METRICS_PORT: optional('A port of its own for /metrics.', port, { shownDefault: 'that of the gateway' }),
  POLYPHONY_NOTICES_URL: optional('Where notices for the operator are posted, signed as webhooks are.', publicUrl),
  POLYPHONY_NOTICES_MAIL: optional('Notices by e-mail: smtps://user:password@host?from=…&to=….', mailUrl, {
    isSecret: true,
  }),
  POLYPHONY_NOTICES_SECONDS: whole('How often it is looked for what notices are sent about.', {
    from: 1,
    to: 3_600,
    default: 30,
  }),
  POLYPHONY_NOTICES_CREDIT: number('Notice of a tenant with less credit than this, in USD; 0 = none.', {
    from: 0,
    to: 1e8,
    default: 0,
  }),
  POLYPHONY_NOTICES_DISK_BYTES: whole('Notice of a disk with fewer free bytes, or with less than 5 % free.', {
    from: 0,
    to: 2 ** 50,
    default: 1e9,
  }),
  POLYPHONY_RECONCILE_HOURS: number('How often the ledger is verified where notices are sent; 0 = never.', {
    from: 0,
    to: 8_760,
    default: 1,
  }),
  LOG_LEVEL: oneOf('What is logged.', LOG_LEVELS, 'info'),
} satisfies Record<string, Setting<unknown>>

export type SettingName = keyof typeof SETTINGS
export type Values = { [Name in SettingName]: (typeof SETTINGS)[Name]['fallback'] }

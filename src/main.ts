import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type Logger, pino } from 'pino'
import { openAccounts } from './accounts/accounts.ts'
import { type AccountAdmin, openAccountAdmin } from './accounts/admin.ts'
import { accountsOfEnvironment } from './accounts/environment.ts'
import { watchHealth } from './accounts/health.ts'
import type { BuiltInAccount } from './accounts/member.ts'
import { openVault } from './accounts/vault.ts'
import { openAssets } from './assets/assets.ts'
import { type Egress, openEgress } from './assets/egress.ts'
import { openDisk } from './assets/storage.ts'
import { listOperations } from './catalog/catalog.ts'
import { priceList } from './catalog/prices.ts'
import { type Config, DATABASE } from './config/config.ts'
import { type Clock, HOUR_MS, SECOND_MS, systemClock } from './core/clock.ts'
import { PolyphonyError } from './core/errors.ts'
import type { Mode, Task } from './core/task.ts'
import { dialects } from './dialects/dialects.ts'
import { type Urls, urlsAt } from './dialects/kit/urls.ts'
import { openStudio } from './engines/studio/studio.ts'
import { buildServer } from './http/server.ts'
import type { Provider } from './providers/provider.ts'
import { PROVIDERS } from './providers/providers.ts'
import { sandboxProvider } from './providers/sandbox/sandbox.ts'
import { studioProvider } from './providers/studio/studio.ts'
import type { Store } from './store/store.ts'
import { openAdmission } from './tasks/admission.ts'
import { startBatches } from './tasks/batches.ts'
import { openCallbacks } from './tasks/callbacks.ts'
import { openDispatcher } from './tasks/dispatcher.ts'
import { openDrafts } from './tasks/drafts.ts'
import { openFinish } from './tasks/finish.ts'
import { openInputs } from './tasks/inputs.ts'
import { openLeases } from './tasks/leases.ts'
import { openMoves } from './tasks/moves.ts'
import { openPace } from './tasks/pace.ts'
import { startRetention } from './tasks/retention.ts'
import { openTasks } from './tasks/tasks.ts'
import { type RenderWebhooks, type WebhookRenderers, webhookRenderers } from './tasks/webhook-renderers.ts'
import { openWork } from './tasks/work.ts'
import { openAccessKeys } from './tenants/access-keys.ts'
import { ensureFirstTenant, type FirstTenant } from './tenants/first-tenant.ts'
import { openKeys } from './tenants/keys.ts'
import { version } from './version.ts'
import { DELIVERY_LEASE_MS, openSender, type SenderOptions } from './webhooks/sender.ts'
import { signingSecret } from './webhooks/sign.ts'
import { workspace } from './workspace/workspace.ts'

const LEASE_MS = 15 * SECOND_MS
/** How long a stop waits for work in hand. What is not done by then is resumed by the next start. */
const GRACE_MS = 5 * SECOND_MS
const WEBHOOKS_AT_ONCE = 64
const MAX_WAIT_SECONDS = 120
const LONGEST_WORK_MS = 2 * HOUR_MS
/** Soon after the start, and not in it. */
const TIDY_AFTER_MS = 2 * SECOND_MS

/** Parts that a test or a bench may set in place of the usual ones. */
export interface Replaced {
  log?: Logger
  clock?: Clock
  /** A ceiling of the embedded database's size: a disk that is full beyond it. */
  maxPages?: number
  /** Wraps the store, to watch or to break it. */
  store?: (store: Store) => Store
  /** Providers beside the studio and the sandbox; they come first in the operator's order. */
  house?: BuiltInAccount[]
}

export interface Gateway {
  /** Where callers reach it. */
  url: string
  store: Store
  firstTenant: FirstTenant
  log: Logger
  close(): Promise<void>
}

/** The store alone: what the command line works on. */
export async function openStore(
  config: Config,
  options: { exclusive: boolean; log?: Logger; maxPages?: number },
): Promise<Store> {
  // Only the engine that is used is loaded.
  if (config.databaseUrl !== undefined) {
    const { openPostgres } = await import('./store/postgres.ts')
    return openPostgres({
      url: config.databaseUrl,
      // A command is for somebody who sees the error; a server may be started before its database.
      waitMs: options.exclusive ? config.databaseWaitMs : 0,
      ...(options.log && { log: options.log }),
    })
  }
  const { openSqlite } = await import('./store/sqlite.ts')
  const { exclusive, maxPages } = options
  const path = join(config.dataDir, DATABASE)
  return openSqlite({ path, exclusive, ...(maxPages === undefined ? {} : { maxPages }) })
}

/** Configuration -> store -> services -> HTTP. The one place that knows everybody. */
export async function startGateway(config: Config, replaced: Replaced = {}): Promise<Gateway> {
  const startedAt = Date.now()
  const log = replaced.log ?? pino({ level: config.logLevel })
  const disk = await openDisk(config.storageUrl, config.variable)
  const { maxPages } = replaced
  const opened = await openStore(config, { exclusive: true, log, ...(maxPages === undefined ? {} : { maxPages }) })
  const store = replaced.store ? replaced.store(opened) : opened
  // All instants that are stored come from one clock: nodes compare them.
  const clock = replaced.clock ?? store.clock
  if (store.exclusive) {
    // Nobody else can be at work on this database, so every lease is a dead process's.
    const resumed = await store.releaseLeases({ now: clock.now(), leaseMs: DELIVERY_LEASE_MS })
    if (resumed > 0) log.info({ tasks: resumed }, 'resuming tasks of an earlier process')
  }
  const firstTenant = await ensureFirstTenant(
    { store, clock },
    { adminKey: config.adminKey, testKey: config.testKey, openingCredit: config.openingCredit },
  )

  let publicUrl = config.publicUrl
  const urls = urlsAt(() => publicUrl ?? '')
  const renderers = renderersWith(urls)
  const webhooksFor = renderers.task
  const { quotas, uploadMaxBytes: maxBytes } = config
  // The embedded database may be on another disk than the files.
  const folders = config.databaseUrl === undefined ? [config.dataDir] : []
  const assets = openAssets({ disk, store, clock, log, maxBytes, quotas, folders })
  const egress = openEgress({ allow: [...config.egressAllow], log })

  const studio: Provider = studioProvider(openStudio({ threads: config.studioSlots }))
  const house: BuiltInAccount[] = [
    ...(replaced.house ?? []),
    { provider: studio, mode: 'live', slots: config.studioSlots, isFallback: true },
    { provider: sandboxProvider({ clock }), mode: 'test', slots: config.sandboxSlots },
  ]
  const accountParts = accountPartsOf(config, { store, egress, clock, log })
  const accounts = openAccounts({ ...accountParts, builtIn: house })
  await accounts.start()
  const accountAdmin = openAccountAdmin({ ...accountParts, accounts })

  const { maxWaitMs, taskTimeFactor, recordDays, mediaDays } = config
  const prices = priceList(config.prices)
  const inputs = openInputs({
    assets,
    egress,
    referenceOf: urls.reference,
    clock,
    // At least until a task that waits as long as it may has been done.
    keepMs: Math.max(Math.round(config.uploadHours * HOUR_MS), maxWaitMs + Math.ceil(taskTimeFactor * LONGEST_WORK_MS)),
  })
  const limits = { maxWaitMs, taskTimeFactor, recordDays }
  const pace = openPace()
  const cancelRunning = (task: Task) => work.cancel(task)
  const moves = openMoves({ store, webhooksFor, clock })
  const admission = openAdmission({ ...config.submissions, log })
  const tasks = openTasks({
    store,
    accounts,
    egress,
    inputs,
    admission,
    prices,
    moves,
    clock,
    limits,
    cancelRunning,
    pace,
    waits: config.waits,
  })
  const leases = openLeases({ store, moves, clock, log, leaseMs: LEASE_MS, holder: randomUUID() })
  const maxOutputBytes = config.outputMaxBytes
  const { factorOf } = accounts
  const finish = openFinish({ assets, egress, clock, log, mediaDays, maxOutputBytes, factorOf, pace })
  const dispatcher = openDispatcher({
    store,
    accounts,
    work: () => work,
    moves,
    leases,
    clock,
    log,
  })
  const { dueAt } = dispatcher
  const callbacks = openCallbacks({ store, moves, accounts, clock, secret: config.secret, publicUrl: config.publicUrl })
  const work = openWork({
    store,
    moves,
    accounts,
    assets,
    egress,
    finish,
    leases,
    webhooksFor,
    clock,
    log,
    dueAt,
    maxWaitMs,
    callbackUrl: callbacks.urlFor,
    // An address that was not set is only a guess, and vendors would not reach it.
    publicUrlOf: (reference) => (config.publicUrl === undefined ? undefined : urls.file(reference)),
    maxInputBytes: maxOutputBytes,
  })

  const tenantOf = async (tenantId: string) => {
    const tenant = await store.getTenant({ id: tenantId })
    if (!tenant) throw new PolyphonyError('internal', 'The tenant of this key is gone.')
    return tenant
  }
  const secretOf = async (tenantId: string, mode: Mode) =>
    signingSecret(config.secret, tenantId, (await tenantOf(tenantId)).webhookSecretVersion, mode)
  const secretFor: SenderOptions['secretOf'] = async ({ tenantId, taskId }) =>
    secretOf(tenantId, (await store.getMode({ id: taskId })) ?? 'live')
  const sender = openSender({ store, egress, secretOf: secretFor, clock, log, concurrency: WEBHOOKS_AT_ONCE })

  const keys = openKeys({ store, clock })
  const drafts = openDrafts({ store, clock, days: recordDays, quotas })
  const app = await buildServer({
    dialects: [...dialects, workspace(accountAdmin)],
    context: {
      tasks,
      assets,
      drafts,
      ask: egress.ask,
      urls,
      clock,
      checkLoad: admission.checkTurn,
      authenticate: (key) => keys.authenticate(key),
      authenticateSigned: openAccessKeys({ keys, masterSecret: config.secret, clock }),
      tenantOf: (caller) => tenantOf(caller.tenantId),
      signingSecretOf: ({ tenantId, mode }) => secretOf(tenantId, mode),
      available: accounts.available,
      prices,
      limits: {
        uploadMaxBytes: config.uploadMaxBytes,
        uploadHours: config.uploadHours,
        maxWaitSeconds: MAX_WAIT_SECONDS,
      },
    },
    assets,
    callbacks,
    health: {
      store,
      version,
      startedAt,
      inHand: leases.count,
      operations: () => [...accounts.available('live')],
      accounts: accounts.list,
      write: assets.tryWrite,
    },
    log,
    bodyMaxBytes: config.bodyMaxBytes,
    requestTimeoutMs: config.requestTimeoutMs,
  })
  const stopRetention = startRetention({ store, assets, clock, log })

  await app.listen({ host: config.host, port: config.port })
  const { port } = app.server.address() as AddressInfo // it listens on TCP
  publicUrl ??= `http://${reachable(config.host)}:${port}`
  // Only now, since a webhook names the public URL.
  dispatcher.start()
  sender.start()
  const stopHealth = watchHealth({ accounts, store, clock, log, onChange: dispatcher.lookAtAll })
  const stopBatches = startBatches({ store, webhooksFor: renderers.batch, clock, log })
  const tidying = setTimeout(collectGarbage, TIDY_AFTER_MS).unref()
  log.info({ url: publicUrl, store: store.engine, ms: Date.now() - startedAt }, 'polyphony serves')

  let closing: Promise<void> | undefined
  return {
    url: publicUrl,
    store,
    firstTenant,
    log,
    close() {
      closing ??= (async () => {
        clearTimeout(tidying)
        await app.close()
        await stopHealth()
        // Both at once: a stop has one grace, not two.
        await Promise.all([dispatcher.stop(GRACE_MS), sender.stop(GRACE_MS)])
        await stopRetention()
        await stopBatches()
        await accounts.close()
        tasks.close()
        keys.close()
        await egress.close()
        await store.close()
      })()
      return closing
    },
  }
}

/** Accounts as a command manages them, beside a server that may be running. What happens to them is not logged. */
export function openOfflineAccountAdmin(
  config: Config,
  store: Store,
): { accountAdmin: AccountAdmin; close(): Promise<void> } {
  const log = pino({ level: 'silent' })
  const egress = openEgress({ allow: [...config.egressAllow], log })
  const parts = accountPartsOf(config, { store, egress, clock: systemClock, log })
  const accounts = openAccounts({ ...parts, builtIn: [] })
  return {
    accountAdmin: openAccountAdmin({ ...parts, accounts, isOffline: true }),
    async close() {
      await accounts.close()
      await egress.close()
    },
  }
}

function accountPartsOf(config: Config, given: { store: Store; egress: Egress; clock: Clock; log: Logger }) {
  const { egress, ...parts } = given
  return {
    ...parts,
    manifests: PROVIDERS,
    environment: accountsOfEnvironment(PROVIDERS, config.variable, config.providers),
    vault: openVault(config.secret, config.earlierSecrets),
    fetchFor: egress.fetchFor,
    judge: egress.judge,
    operations: new Set(listOperations().map(({ id }) => id)),
    tenants: { priceFactor: config.privatePriceFactor, maxAccounts: config.accountsPerTenant },
  }
}

/**
 * Gives back what loading the code left behind, some 15 MB, which V8 would else keep until the heap had doubled. Takes a
 * tenth of a second, once. Node.js has to be started with `--expose-gc`; without it nothing is done.
 */
function collectGarbage(): void {
  globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' })
}

/** The webhooks of tasks, for a command that changes a task beside the server. */
export function webhookRendererFor(config: Config): RenderWebhooks {
  return renderersWith(urlsAt(() => config.publicUrl ?? `http://${reachable(config.host)}:${config.port}`)).task
}

function renderersWith(urls: Urls): WebhookRenderers {
  return webhookRenderers(
    new Map(
      dialects.map((dialect) => [
        dialect.id,
        {
          task: (task) => dialect.webhooksFor(task, urls),
          batch: (batch) => dialect.batchWebhooks?.(batch) ?? [],
        },
      ]),
    ),
  )
}

/** A wildcard is an address to listen on, not one to call. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}

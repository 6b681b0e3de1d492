import type { Logger } from 'pino'
import { openAccounts } from './accounts/accounts.ts'
import { type AccountAdmin, openAccountAdmin } from './accounts/admin.ts'
import { watchHealth } from './accounts/health.ts'
import type { BuiltInAccount } from './accounts/member.ts'
import { commandLineCaller } from './admin/command-line.ts'
import { openAssets } from './assets/assets.ts'
import { type Egress, openEgress } from './assets/egress.ts'
import { listOperations } from './catalog/catalog.ts'
import { accountPartsOf, builtInAccounts } from './compose/accounts.ts'
import { followsRequests, urlOf } from './compose/address.ts'
import { adminContext } from './compose/admin.ts'
import { composeBatches } from './compose/batches.ts'
import { composeCalls } from './compose/calls.ts'
import { ClosingStack } from './compose/closing-stack.ts'
import { commandDoor } from './compose/command-door.ts'
import { clearAbandonedVideos, findFfmpeg } from './compose/ffmpeg.ts'
import { foldersOf } from './compose/folders.ts'
import { GRACE_MS } from './compose/grace.ts'
import { checkIdentity } from './compose/identity.ts'
import { keyGate } from './compose/key-gate.ts'
import { openLog } from './compose/log.ts'
import { measuredStore } from './compose/measured-store.ts'
import { startNotices } from './compose/notices.ts'
import { composePayments, paymentSettings } from './compose/payments.ts'
import { peopleSettings } from './compose/people.ts'
import { PRICED_PROVIDERS } from './compose/prices.ts'
import { openRetentionTimes, retentionBasis } from './compose/retention-times.ts'
import { type StartReport, startReport } from './compose/start-report.ts'
import { openStorage } from './compose/storage.ts'
import { openStore } from './compose/store.ts'
import { composeTasks } from './compose/tasks.ts'
import { openTraces } from './compose/tracing.ts'
import { openSigning, renderersWith } from './compose/webhooks.ts'
import type { Config } from './config/config.ts'
import type { Caller } from './core/caller.ts'
import { type Clock, systemClock } from './core/clock.ts'
import { collectGarbageSoon } from './core/collect-garbage.ts'
import { dialects } from './dialects/dialects.ts'
import { moduleOf } from './dialects/kit/module-of.ts'
import { urlsAt } from './dialects/kit/urls.ts'
import { provenRequests } from './dialects/kit/written-requests.ts'
import { listen } from './http/listen.ts'
import { openRecorders } from './http/metrics/recorders.ts'
import { openRequestOrigins } from './http/request-origins.ts'
import { buildServer } from './http/server.ts'
import { PASSWORD_COST, type PasswordCost } from './people/password.ts'
import { ensureFirstOperator, openPeople } from './people/people.ts'
import { openPriceAdmin } from './prices/admin.ts'
import { openPriceBook } from './prices/book.ts'
import type { Store } from './store/store.ts'
import { startBatches } from './tasks/batches.ts'
import { openDrafts } from './tasks/drafts.ts'
import { openLiveSounds } from './tasks/live-sounds.ts'
import { observers } from './tasks/observer.ts'
import { startRetention } from './tasks/retention.ts'
import { openAccessKeys } from './tenants/access-keys.ts'
import { ensureFirstTenant, type FirstTenant } from './tenants/first-tenant.ts'
import { keyRecord, openKeys } from './tenants/keys.ts'
import { version } from './version.ts'
import { DELIVERY_LEASE_MS, openSender } from './webhooks/sender.ts'
import { workspace } from './workspace/workspace.ts'

const WEBHOOKS_AT_ONCE = 64
const MAX_WAIT_SECONDS = 120

/** Parts that a test or a bench may set in place of the default ones. */
export interface Replaced {
  log?: Logger
  /** The store, where its opening began earlier. The caller closes it if the start fails. */
  opening?: Promise<Store>
  clock?: Clock
  /** A ceiling of the embedded database's size: a disk that is full beyond it. */
  maxPages?: number
  /** What hashing a password costs: tests hash many. */
  passwordCost?: PasswordCost
  /** How long an account is left alone before a call asks it again: tests have many calls that fail. */
  callPauseMs?: number
  /** How long a stop waits for work in hand: tests end with work that has no end. */
  graceMs?: number
  /** Wraps the store, to watch or to break it. */
  store?: (store: Store) => Store
  /** Wraps what calls addresses that others named: no host of a test has a certificate. */
  egress?: (egress: Egress) => Egress
  /** Providers beside the studio and the sandbox; they come first in the operator's order. */
  builtIn?: BuiltInAccount[]
}

export interface Gateway {
  /** Where callers reach it. */
  url: string
  store: Store
  firstTenant: FirstTenant
  /** What a start says of itself. */
  report: StartReport
  /** By which the first person claims the gateway; undefined when someone has. */
  claimLink(): Promise<string | undefined>
  /** A link that signs in by a key, once, and opens a page, such as `/library`. */
  enterLink(keyId: string, page: string): string
  accounts: AccountAdmin
  /** How many tasks this process works on. */
  inHand(): number
  log: Logger
  /** Ends everything that was started, the last first. The same promise however often it is called. */
  close(): Promise<void>
}

/**
 * Configuration -> store -> services -> HTTP. Each part is put on a stack when it is opened: a stop closes them in reverse,
 * and so does a start that fails in a later step, which then leaves nothing behind.
 */
export async function startGateway(config: Config, replaced: Replaced = {}): Promise<Gateway> {
  const startedAt = systemClock.now()
  await using parts = new ClosingStack()
  const log = replaced.log ?? openLog(config.logLevel)
  const tracing = await openTraces(config, log)
  // First of all, so that it is closed last.
  if (tracing) parts.defer(tracing.close)
  const { operator, oidc } = peopleSettings(config)
  const paying = paymentSettings(config)
  const ffmpeg = await findFfmpeg(config)
  if (ffmpeg) parts.defer(await clearAbandonedVideos(log))
  const disk = await openStorage(config)
  const { maxPages } = replaced
  const options = { exclusive: true, log, ...(maxPages === undefined ? {} : { maxPages }) }
  const opened = await (replaced.opening ?? openStore(config, options))
  const recorders = openRecorders()
  const store = measuredStore(replaced.store ? replaced.store(opened) : opened, recorders.storeCalled)
  parts.defer(() => store.close())
  await checkIdentity(store, config, disk)
  // All instants that are stored come from one clock: nodes compare them.
  const clock = replaced.clock ?? store.clock
  // The embedded database's clock does not follow the machine's when that is set, as by NTP after a start with a wrong time.
  const wallClock = replaced.clock ?? (store.exclusive ? systemClock : store.clock)
  if (store.exclusive) {
    // No other process can be at work on this database, so every lease is a dead process's.
    const resumed = await store.releaseLeases({ now: clock.now(), leaseMs: DELIVERY_LEASE_MS })
    if (resumed > 0) log.info({ tasks: resumed }, 'resuming tasks of an earlier process')
  }
  let publicUrl = config.publicUrl
  // What is read without a request, such as a webhook, must not say what the sender of some request has put into its Host.
  const liveSounds = openLiveSounds(config)
  const ownUrls = urlsAt(() => publicUrl ?? '', liveSounds.nameOf)
  const origins = followsRequests(config) ? openRequestOrigins() : undefined
  const urls = origins ? urlsAt(() => origins.current() ?? publicUrl ?? '', liveSounds.nameOf) : ownUrls
  const renderers = renderersWith(ownUrls, log)
  const { quotas, uploadMaxBytes } = config
  const kept = await openRetentionTimes({ store, basis: retentionBasis(config), log })
  parts.defer(kept.close)
  const retention = kept.times
  // The embedded database may be on another disk than the files.
  const folders = config.databaseUrl === undefined ? [config.dataDir] : []
  const assets = openAssets({ disk, store, clock, log, maxBytes: uploadMaxBytes, quotas, folders })
  const bareEgress = openEgress({ allow: [...config.egressAllow], log })
  const egress = replaced.egress?.(bareEgress) ?? bareEgress
  parts.defer(() => egress.close())

  const builtIn = [...(replaced.builtIn ?? []), ...builtInAccounts(config, clock, ffmpeg)]
  const accountParts = accountPartsOf(config, {
    store,
    egress,
    clock,
    wallClock,
    log,
    vendorCalled: recorders.vendorCalled,
    tracer: tracing?.tracer,
  })
  const accounts = openAccounts({ ...accountParts, builtIn })
  parts.defer(() => accounts.close())
  await accounts.start()
  const accountAdmin = openAccountAdmin({ ...accountParts, accounts })

  const prices = openPriceBook({ store, environment: config.prices, log })
  parts.defer(() => prices.close())
  await prices.start()
  const priceAdmin = openPriceAdmin({ store, clock, book: prices, providers: PRICED_PROVIDERS })

  const webhooksFor = renderers.task
  const heart = composeTasks(config, {
    store,
    accounts,
    assets,
    egress,
    urls,
    webhooksFor,
    webhooksReady: renderers.ready,
    clock,
    wallClock,
    log,
    observer: observers(log, recorders, ...(tracing ? [tracing.observer] : [])),
    tracer: tracing?.tracer,
    prices,
    liveSounds,
    retention,
  })
  const { tasks, dispatcher, leases, callbacks, admission } = heart
  parts.defer(() => tasks.close())
  const signing = openSigning({ store, secret: config.secret })
  const secretOf = signing.secretOfTask
  const sender = openSender({
    store,
    egress,
    secretOf,
    clock,
    wallClock,
    log,
    concurrency: WEBHOOKS_AT_ONCE,
    onAttempt: recorders.webhookAttempted,
    tracer: tracing?.tracer,
  })
  const { callEnded, vendorCalled } = recorders
  const callParts = { store, accounts, egress, clock, log, callEnded, vendorCalled, tracer: tracing?.tracer, retention }
  const spoken = await composeCalls(config, { ...callParts, pauseMs: replaced.callPauseMs })
  parts.defer(spoken.close)
  const keys = openKeys({ store, clock, log })
  parts.defer(() => keys.close())
  const { graceMs = GRACE_MS } = replaced
  const batchParts = { store, assets, ...spoken, keys, clock, log, retention, urls: ownUrls, graceMs }
  const batched = await composeBatches(config, batchParts)
  const stopRetention = startRetention({ store, assets, clock, log })
  parts.defer(stopRetention)
  // All at once: a stop has one grace.
  parts.defer(async () => void (await Promise.all([dispatcher.stop(graceMs), sender.stop(graceMs), batched.close()])))

  const { passwordCost = PASSWORD_COST } = replaced
  const people = openPeople({
    store,
    clock,
    log,
    masterSecret: () => config.secret,
    publicUrl: () => urls.publicUrl,
    followsRequests: origins !== undefined,
    ownUrl: () => ownUrls.publicUrl,
    keys,
    policy: config.signUp.policy,
    startingCredit: config.signUp.credit,
    passwordCost,
    oidc,
    takesPayments: paying !== undefined,
    readDocument: egress.readJson,
  })
  parts.defer(() => people.close())
  const payments = composePayments(paying, { store, egress, clock, wallClock, log, publicUrl: () => urls.publicUrl })

  const gate = keyGate(keys.authenticate)
  const door = commandDoor<Caller>(config.dataDir)
  const admin = adminContext(config, {
    store,
    clock,
    urls,
    webhooksFor: async () => webhooksFor,
    accounts: () => accountAdmin,
    prices: () => priceAdmin,
    callModels: () => spoken.calls.models(commandLineCaller(firstTenant.tenant.id)),
    payments,
    judge: egress.judge,
    process: { version, startedAt, inHand: leases.count },
    write: assets.tryWrite,
  })
  const app = await buildServer({
    dialects: [
      ...dialects.map(moduleOf),
      workspace({ admin, people, payments, commandLine: door.commandLine, showsPrices: config.showsPrices }),
    ],
    context: {
      tasks,
      calls: spoken.calls,
      responses: spoken.responses,
      callFiles: batched.files,
      callBatches: batched.batches,
      realtime: spoken.realtime,
      assets,
      drafts: openDrafts({
        store,
        clock,
        get days() {
          return retention.recordDays
        },
        quotas,
      }),
      postJson: egress.postJson,
      download: egress.download,
      urls,
      clock,
      checkLoad: admission.checkTurn,
      authenticate: gate.authenticate,
      callerByCookie: people.callerOf,
      connected: people.connections,
      rateOf: keys.rateOf,
      tokensOf: spoken.tokensOf,
      authenticateById: keys.authenticateById,
      authenticateSigned: openAccessKeys({ keys, masterSecret: config.secret, clock: wallClock }),
      tenantOf: ({ tenantId }) => signing.tenantOf(tenantId),
      keyRecordOf: ({ keyId }) => keyRecord(store, keyId),
      signingSecretOf: ({ tenantId, mode }) => signing.secretOf(tenantId, mode),
      available: accounts.available,
      prices,
      requestsFor: async (operation, input) =>
        provenRequests(await Promise.all(dialects.map(({ load }) => load())), operation, input),
      limits: {
        uploadMaxBytes,
        get uploadHours() {
          return retention.uploadHours
        },
        maxWaitSeconds: MAX_WAIT_SECONDS,
      },
    },
    operations: listOperations,
    assets,
    callbacks,
    liveSounds,
    awaitTask: tasks.awaitOpenly,
    health: {
      store,
      version,
      startedAt,
      inHand: leases.count,
      operations: () => [...accounts.available('live')],
      accounts: accounts.list,
      write: assets.tryWrite,
      recorders,
      folders: foldersOf(config),
      metrics: { key: config.metricsKey, port: config.metricsPort, host: config.host },
    },
    log,
    tracer: tracing?.tracer,
    bodyMaxBytes: config.bodyMaxBytes,
    requestTimeoutMs: config.requestTimeoutMs,
    corsOrigins: config.corsOrigins,
    trustedProxies: config.trustedProxies,
    ...(origins && { origins }),
  })
  parts.defer(() => app.close())
  // A server does not end while connections that were upgraded stand.
  parts.defer(() => spoken.realtime.close(graceMs))
  parts.defer(gate.open)
  const listening = await listen(app, config)
  parts.defer(listening.close)
  const { port } = listening
  publicUrl ??= urlOf(config.host, port)
  const { adminKey, testKey, openingCredit } = config
  const firstTenant = await ensureFirstTenant({ store, clock }, { adminKey, testKey, openingCredit })
  await ensureFirstOperator({ store, clock, passwordCost }, operator)
  gate.open()
  parts.defer(() => door.close())
  await door.open({ host: config.host, port, caller: commandLineCaller(firstTenant.tenant.id) })
  // Only now, since a webhook names the public URL.
  dispatcher.start()
  await spoken.findLocalServers({ port, firstTenantId: firstTenant.tenant.id })
  sender.start()
  parts.defer(watchHealth({ accounts, store, clock, log, onChange: dispatcher.wake }))
  const stopNotices = startNotices(config, {
    store,
    egress,
    accounts: () => accountAdmin.list('operator'),
    folders: foldersOf(config),
    secretOf: (tenantId) => signing.secretOf(tenantId, 'live'),
    operatorId: firstTenant.tenant.id,
    clock,
    log,
  })
  parts.defer(stopNotices)
  parts.defer(startBatches({ store, webhooksFor: renderers.batch, clock, log }))
  parts.defer(collectGarbageSoon())
  const report = startReport(config, publicUrl)
  const { warnings: _, ...place } = report
  log.info(
    { ...place, store: store.engine, database: place.store, ms: systemClock.now() - startedAt },
    'polyphony serves',
  )
  log.flush() // programs that start a server wait for this line

  const running = parts.move()
  let closing: Promise<void> | undefined
  return {
    url: publicUrl,
    store,
    firstTenant,
    report,
    claimLink: people.claimLink,
    enterLink: people.enterLink,
    accounts: accountAdmin,
    inHand: leases.count,
    log,
    close() {
      closing ??= running[Symbol.asyncDispose]()
      return closing
    },
  }
}

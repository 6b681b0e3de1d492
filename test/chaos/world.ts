import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import pg from 'pg'
import { freePort } from '../support/free-port.ts'
import type { OwnPostgres } from '../support/own-postgres.ts'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'
import { type HoldingProxy, startHoldingProxy } from './holding-proxy.ts'
import { LIVE_KEY, Load, TEST_KEY } from './load.ts'
import { GatewayNode, PROGRAM } from './node.ts'
import { Nodes, PUBLIC_ORIGIN } from './nodes.ts'
import { type Hooks, openHooks } from './receiver.ts'
import type { RuleName } from './rules.ts'
import { REPLICATE_SECRET } from './vendor/replicate.ts'
import { openVendor, type Vendor } from './vendor/vendor.ts'

export type Engine = 'sqlite' | 'postgres'

export interface WorldOptions {
  engine: Engine
  seed: number
  /** On SQLite always one. */
  nodeCount: number
  /** With PostgreSQL: the server, which outlives the world. */
  postgres: OwnPostgres | undefined
  /** Vendors can call the gateway; without it, it has no PUBLIC_URL. */
  isReachable?: boolean
  /** The proxy between each node and PostgreSQL: one that breaks connections, or one that delays answers. */
  between?: 'breaker' | 'holder'
  /** The data folder, or that of the files alone, lies on a disk of so many MiB. */
  diskMib?: number
  /** Default: data. */
  diskOf?: 'data' | 'files'
  /** Clocks of the nodes: how far each is off, and whether from the start or from a SIGUSR2 on. */
  clocks?: { offsetMs: readonly number[]; from: 'start' | 'signal' }
  /** Multiplies how long a task may take. */
  taskTimeFactor?: number
  /** The folder with data and logs stays. */
  isKept?: boolean
}

/** A broken promise that a fault found by itself, in addition to those of the oracle. */
export interface Breach {
  rule: RuleName
  detail: string
}

/** Everything around one run: nodes on a database, the vendor, the receiver of webhooks, the load. */
export interface World extends AsyncDisposable {
  options: WorldOptions
  nodes: Nodes
  vendor: Vendor
  hooks: Hooks
  load: Load
  /** One for each node, where the options ask for them. */
  proxies: TcpProxy[]
  holders: HoldingProxy[]
  postgres: OwnPostgres | undefined
  databaseUrl: string | undefined
  folder: string
  /** `polyphony` and its environment, to be run beside the first node, which runs: on its disk, where that is its own. */
  commandLine(): string[]
  commandEnv: Record<string, string>
  /** Where output files lie, as seen from here. */
  filesFolder(): string
  breaches: Breach[]
  /** Submissions to a healthy node while another one was disturbed: sent, and taken at the first try. */
  availability: { probes: number; taken: number }
}

const CLOCK = new URL('./clock.ts', import.meta.url).href
const COMPILE_CACHE = fileURLToPath(new URL('../../node_modules/.cache/compile', import.meta.url))

export async function openWorld(options: WorldOptions): Promise<World> {
  const { engine, postgres, seed } = options
  const folder = await mkdtemp(join(tmpdir(), 'polyphony-chaos-'))
  const hooks = await openHooks()
  const deliver = async (url: string, headers: Record<string, string>, body: string): Promise<number> => {
    const request = { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body }
    return nodes.send(new URL(url).pathname, request).then(
      ({ status }) => status,
      () => 0,
    )
  }
  const vendor = await openVendor(deliver)
  const databaseUrl = engine === 'postgres' ? await databaseOn(postgres) : undefined
  const count = engine === 'sqlite' ? 1 : options.nodeCount
  const proxies: TcpProxy[] = []
  const holders: HoldingProxy[] = []
  const gateways: GatewayNode[] = []
  const base = baseEnvironment(options, folder, vendor.url)
  for (let index = 0; index < count; index++) {
    const url = databaseUrl === undefined ? undefined : named(await wayTo(databaseUrl), index)
    gateways.push(await gatewayOf(options, index, folder, { ...base, ...(url ? { DATABASE_URL: url } : {}) }))
  }
  async function wayTo(database: string): Promise<string> {
    const port = Number(new URL(database).port)
    if (options.between === undefined) return database
    const proxy = options.between === 'breaker' ? await startTcpProxy(port) : await startHoldingProxy(port)
    if ('stall' in proxy) proxies.push(proxy)
    else holders.push(proxy)
    return proxy.through(database)
  }
  const nodes = new Nodes(gateways)
  const load = new Load({ nodes, hookUrl: hooks.url, seed })

  const rootOf = (path: string) => (options.diskMib === undefined ? path : `/proc/${nodes.first.pid}/root${path}`)
  const dataFolder = join(folder, 'data')
  return {
    options,
    nodes,
    vendor,
    hooks,
    load,
    proxies,
    holders,
    postgres,
    databaseUrl,
    folder,
    breaches: [],
    availability: { probes: 0, taken: 0 },
    commandLine: () => [...(options.diskMib === undefined ? [] : onDiskOf(nodes.first.pid)), process.execPath, PROGRAM],
    commandEnv: { ...base, ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }) },
    filesFolder: () => rootOf(join(dataFolder, 'files')),
    async [Symbol.asyncDispose]() {
      load.close()
      await nodes.close()
      await vendor.close()
      await hooks.close()
      await Promise.all([...proxies, ...holders].map((proxy) => proxy.close()))
      if (options.isKept !== true) await rm(folder, { recursive: true, force: true })
    },
  }
}

function baseEnvironment({ isReachable = true, taskTimeFactor = 1 }: WorldOptions, folder: string, vendorUrl: string) {
  const data = join(folder, 'data')
  return {
    PATH: process.env.PATH ?? '',
    HOME: process.env.HOME ?? '',
    NODE_COMPILE_CACHE: COMPILE_CACHE,
    LOG_LEVEL: 'warn',
    DATA_DIR: data,
    STORAGE_URL: pathToFileURL(join(data, 'files')).href,
    POLYPHONY_ADMIN_KEY: LIVE_KEY,
    POLYPHONY_TEST_KEY: TEST_KEY,
    POLYPHONY_SECRET: 'the master secret of the chaos suite',
    POLYPHONY_OPENING_CREDIT: '100000',
    POLYPHONY_EGRESS_ALLOW: '127.0.0.0/8',
    POLYPHONY_TASK_TIME_FACTOR: String(taskTimeFactor),
    POLYPHONY_PROVIDERS: 'polyphony:200,piapi:200,replicate:200',
    POLYPHONY_UPSTREAM_KEY: 'sk-live-of-the-far-side',
    POLYPHONY_UPSTREAM_URL: `${vendorUrl}/upstream`,
    POLYPHONY_UPSTREAM_MODELS: 'kling/image_generation',
    PIAPI_API_KEY: 'a key of the far side',
    PIAPI_BASE_URL: `${vendorUrl}/piapi`,
    PIAPI_MODELS: 'midjourney',
    REPLICATE_API_TOKEN: 'r8_of_the_far_side',
    REPLICATE_BASE_URL: `${vendorUrl}/replicate`,
    REPLICATE_WEBHOOK_SECRET: REPLICATE_SECRET,
    ...(isReachable ? { PUBLIC_URL: PUBLIC_ORIGIN } : {}),
  }
}

async function gatewayOf(options: WorldOptions, index: number, folder: string, env: Record<string, string>) {
  const { clocks, diskMib } = options
  const port = await freePort()
  const clockEnv: Record<string, string> =
    clocks === undefined ? {} : { CHAOS_CLOCK_MS: String(clocks.offsetMs[index] ?? 0), CHAOS_CLOCK_AT: clocks.from }
  return new GatewayNode({
    name: `node ${index + 1}`,
    port,
    env: { ...env, ...clockEnv, PORT: String(port) },
    logPath: join(folder, `node-${index + 1}.log`),
    ...(clocks === undefined ? {} : { nodeArguments: [`--import=${CLOCK}`] }),
    ...(diskMib === undefined ? {} : { wrapper: onSmallDisk(diskFolder(options, folder), diskMib) }),
  })
}

function diskFolder({ diskOf = 'data' }: WorldOptions, folder: string): string {
  return diskOf === 'data' ? join(folder, 'data') : join(folder, 'data', 'files')
}

/** Runs what follows with a disk of its own at `folder`, in a namespace that goes with the process. */
export function onSmallDisk(folder: string, mib: number): string[] {
  const script = `mkdir -p "$0" && mount -t tmpfs -o size=${mib}m tmpfs "$0" && exec "$@"`
  return ['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c', script, folder]
}

function onDiskOf(pid: number): string[] {
  return ['nsenter', '--target', String(pid), '--user', '--preserve-credentials', '--mount']
}

/** An empty database. */
async function databaseOn(postgres: OwnPostgres | undefined): Promise<string> {
  if (!postgres) throw new Error('A world on PostgreSQL needs a server.')
  const name = `chaos_${Date.now()}_${Math.floor(Math.random() * 1e6)}`
  await withDatabase(postgres.url, (client) => client.query(`create database ${name}`))
  const url = new URL(postgres.url)
  url.pathname = `/${name}`
  return url.href
}

/** By this name PostgreSQL knows the sessions of a node. */
export function sessionName(index: number): string {
  return `chaos-node-${index + 1}`
}

function named(url: string, index: number): string {
  const given = new URL(url)
  given.searchParams.set('application_name', sessionName(index))
  return given.href
}

export async function withDatabase<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  client.on('error', () => {}) // the server may be stopped meanwhile
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** Ends every session of the nodes, as an operator or a failover does. */
export async function endSessions(databaseUrl: string): Promise<void> {
  const all = `select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'chaos-node-%'`
  await withDatabase(databaseUrl, (client) => client.query(all))
}

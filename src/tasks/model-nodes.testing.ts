import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import { openAccounts } from '../accounts/accounts.ts'
import { openVault } from '../accounts/vault.ts'
import type { Assets } from '../assets/assets.ts'
import type { Egress } from '../assets/egress.ts'
import { type Clock, markOf, SECOND_MS } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import { ZERO_POINTS } from '../core/points.ts'
import type { Task } from '../core/task.ts'
import { costList } from '../prices/cost-list.ts'
import type { Provider } from '../providers/provider.ts'
import type { Offer, Store } from '../store/store.ts'
import { type Callbacks, openCallbacks } from './callbacks.ts'
import { openDurations } from './durations.ts'
import { openFinish } from './finish.ts'
import { type Leases, openLeases } from './leases.ts'
import { openLiveSounds } from './live-sounds.ts'
import { openMoves } from './moves.ts'
import type { RenderWebhooks } from './webhook-renderers.ts'
import { openWork } from './work.ts'

export const LEASE_MS = 15 * SECOND_MS
export const MAX_WAIT_MS = 600 * SECOND_MS

/** What is between a process and the database, and the vendors. */
export interface Network {
  /** The state that it comes into, after so many more requests to the database. */
  change: { after: number; to: Network['state'] } | null
  /** Whether requests or answers are held back until it is mended; a dead process neither sends nor sees anything more. */
  state: 'open' | 'holds_requests' | 'holds_answers' | 'dead'
  /** What becomes of the next requests to the database, before they are sent or after they were carried out. */
  faults: ('before' | 'after')[]
}

/** One gateway process, without its dispatcher: the model says when it looks for what. */
export interface Node {
  network: Network
  leases: Leases
  callbacks: Callbacks
  claimPending(pool: string, offers: Offer[], limit: number): void
  claimDue(limit: number): void
  claimLateChecks(): void
  failOverdue(): void
  /** Settles when the client has its answer. */
  cancel(id: string): Promise<Task | undefined>
  mend(): void
  /** Ends as an operator ends it. */
  stop(): void
}

/** What all processes share, and how much of it is under way. */
export interface World {
  store: Store
  clock: Clock
  providers: readonly Provider[]
  fetch: typeof globalThis.fetch
  webhooksFor: RenderWebhooks
  /** Calls of the database that are neither held back nor answered. */
  underWay: number
  /** Errors that no process is allowed to meet, whatever breaks: anything but a database that does not answer. */
  unexpected: unknown[]
}

export function openNode(world: World): Node {
  const { clock } = world
  const network: Network = { change: null, state: 'open', faults: [] }
  const passage = openPassage(network)
  const store = behind(world, passage, network)
  const log = pino({ level: 'silent' })
  const moves = openMoves({ store, webhooksFor: world.webhooksFor, clock })
  const holder = randomUUID()
  const accounts = openAccounts({
    store,
    builtIn: world.providers.map((provider) => ({ provider, mode: 'live', slots: 100 })),
    manifests: [],
    environment: [],
    vault: openVault('the secret of the model'),
    fetchFor: () => async (input, init) => {
      await passage.alive()
      return passage.answer(await world.fetch(input, init))
    },
    clock,
    log,
  })
  const parts = { store, moves, accounts, clock, log }
  const leases = openLeases(parts, { leaseMs: LEASE_MS, holder })
  const noFiles = {} as Assets & Egress // no result of the model has a file
  const assets = { ...noFiles, deleteUnrecorded: async () => {} }
  const outputs = { assets, egress: noFiles, mediaDays: 7, maxOutputBytes: 1 }
  const finish = openFinish(parts, { ...outputs, durations: openDurations(), costOf: costList([]) })
  const callbacks = openCallbacks({ ...parts, secret: 'a secret', publicUrl: 'https://gateway.example' })
  const work = openWork(parts, {
    leases,
    finish,
    alarm: { at: () => {} },
    webhooksFor: world.webhooksFor,
    webhooksReady: () => undefined,
    maxWaitMs: MAX_WAIT_MS,
    pollFactor: 1,
    callbackUrl: callbacks.urlFor,
    liveSounds: openLiveSounds({ secret: 'for tests' }),
    inputFiles: { assets, egress: noFiles, maxBytes: 1, publicUrlOf: () => undefined },
  })
  const stopping = new AbortController()

  /** As the dispatcher does: what fails is found again when its lease has run out. */
  function each(claim: () => Promise<Task[]>, step: (task: Task) => Promise<unknown>): void {
    claim().then((tasks) => {
      for (const task of tasks) step(task).catch(expectOutage)
    }, expectOutage)
  }

  function expectOutage(error: unknown): void {
    if (!(error instanceof PolyphonyError && error.code === 'store_unavailable')) world.unexpected.push(error)
  }

  return {
    network,
    leases,
    callbacks,
    claimPending(pool, offers, limit) {
      const since = markOf(clock)
      each(
        async () => {
          const claim = await store.claimPending({ pool, offers, limit, leaseMs: LEASE_MS, holder, now: clock.now() })
          return claim.tasks
        },
        (task) => work.begin(task, since),
      )
    },
    claimDue(limit) {
      const since = markOf(clock)
      each(
        () => store.claimDue({ limit, leaseMs: LEASE_MS, holder, now: clock.now() }),
        (task) => work.carryOn(task, since),
      )
    },
    claimLateChecks() {
      const since = markOf(clock)
      each(
        () => store.claimLateChecks({ limit: 100, leaseMs: LEASE_MS, holder, now: clock.now() }),
        (task) => work.checkLateResult(task, since, stopping.signal),
      )
    },
    failOverdue() {
      const error = { code: 'timed_out', message: 'waited too long' } as const
      const end = { kind: 'ended', to: 'failed', from: ['staged', 'pending'], output: null, error, logs: [] } as const
      each(
        () => store.listOverdue({ now: clock.now(), limit: 100 }),
        (task) => moves.move(task, { ...end, consumedPoints: ZERO_POINTS }),
      )
    },
    async cancel(id) {
      const task = await store.getTask({ id })
      return task && work.cancel(task)
    },
    mend() {
      network.change = null
      network.faults = []
      network.state = 'open'
      passage.open()
    },
    stop() {
      stopping.abort()
      leases.dropAll().catch(expectOutage)
      leases.close()
    },
  }
}

interface Passage {
  alive(): Promise<void>
  request(): Promise<void>
  answer<Value>(value: Value): Promise<Value>
  open(): void
}

const NEVER = new Promise<never>(() => {})

function openPassage(network: Network): Passage {
  let held: (() => void)[] = []
  const opened = () => new Promise<void>((resolve) => held.push(resolve))
  return {
    async alive() {
      if (network.state === 'dead') await NEVER
    },
    async request() {
      if (network.change !== null && network.change.after-- === 0) {
        network.state = network.change.to
        network.change = null
      }
      if (network.state === 'holds_requests') await opened()
      if (network.state === 'dead') await NEVER
    },
    async answer(value) {
      if (network.state === 'holds_answers' || network.state === 'holds_requests') await opened()
      return network.state === 'dead' ? NEVER : value
    },
    open() {
      const all = held
      held = []
      for (const release of all) release()
    },
  }
}

/** The store as one process reaches it. */
function behind(world: World, passage: Passage, network: Network): Store {
  const unavailable = () => new PolyphonyError('store_unavailable', 'The database does not answer.')

  async function carriedOut(verb: (args: unknown) => Promise<unknown>, args: unknown): Promise<unknown> {
    world.underWay += 1
    try {
      return await verb(args)
    } finally {
      world.underWay -= 1
    }
  }

  async function call(verb: (args: unknown) => Promise<unknown>, args: unknown): Promise<unknown> {
    await passage.request()
    const fault = network.faults.shift()
    if (fault === 'before') throw unavailable()
    const answer = await carriedOut(verb, args).then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    )
    await passage.answer(undefined)
    if ('error' in answer) throw answer.error
    if (fault === 'after') throw unavailable()
    return answer.value
  }

  return new Proxy(world.store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function' || name === 'onSignal' || name === 'close') return member
      return (args: unknown) => call((given) => Reflect.apply(member, target, [given]), args)
    },
  })
}

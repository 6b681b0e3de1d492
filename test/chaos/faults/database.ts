import { setTimeout as delay } from 'node:timers/promises'
import { NO_CALLS, PLAIN } from '../vendor/order.ts'
import { endSessions, type World } from '../world.ts'
import { expectRecovery, type Fault, probeWhile, withinTransaction } from './fault.ts'

const RATE = 5
const STOP_LIMIT_MS = 40_000

/** What the faults of PostgreSQL and of the way to it have in common. */
const onPostgres = { engines: ['postgres'], nodeCount: 2 } as const satisfies Partial<Fault>

export const restartFast: Fault = {
  ...onPostgres,
  name: 'restart-fast',
  title: 'PostgreSQL restarts in order (fast)',
  run: (world, { rounds }) => restart(world, 'fast', rounds),
}

export const restartImmediate: Fault = {
  ...onPostgres,
  name: 'restart-immediate',
  title: 'PostgreSQL crashes and recovers (immediate)',
  run: (world, { rounds }) => restart(world, 'immediate', rounds),
}

async function restart({ load, postgres }: World, mode: 'fast' | 'immediate', rounds: number): Promise<void> {
  load.start(RATE)
  for (let round = 0; round < rounds; round++) {
    await delay(3_000)
    await postgres?.restart(mode)
    await delay(4_000)
  }
}

export const terminateSessions: Fault = {
  ...onPostgres,
  name: 'terminate-sessions',
  title: 'a storm of pg_terminate_backend over all sessions of the nodes',
  async run({ load, databaseUrl = '' }, { rounds }) {
    load.start(RATE)
    for (let round = 0; round < rounds; round++) {
      await delay(2_000)
      for (let times = 0; times < 8; times++) {
        await endSessions(databaseUrl)
        await delay(300)
      }
      await delay(3_000)
    }
  },
}

/** Longer than a lease of a task. */
const STALL_MS = 22_000

export const stall: Fault = {
  ...onPostgres,
  name: 'network-stall',
  title: 'nothing passes between one of two nodes and PostgreSQL for longer than a lease',
  options: { between: 'breaker' },
  async run(world, { rounds }) {
    const { load, nodes, proxies } = world
    load.start(RATE)
    for (let round = 0; round < rounds; round++) {
      await delay(3_000)
      await stallWithinTransaction(world)
      await probeWhile(world, nodes.at(1), delay(STALL_MS))
      proxies[0]?.pass()
      await delay(5_000)
    }
  },
}

async function stallWithinTransaction(world: World): Promise<void> {
  const { proxies } = world
  await withinTransaction(
    world,
    () => proxies[0]?.stall(),
    () => proxies[0]?.pass(),
  )
}

const RECOVERS_WITHIN_MS = 60_000

export const halfOpen: Fault = {
  ...onPostgres,
  name: 'half-open',
  title: 'the connections of one node die without a word; new ones would work',
  isOnce: true,
  options: { between: 'breaker' },
  async run(world) {
    const { load, nodes, proxies } = world
    load.start(RATE)
    await delay(3_000)
    proxies[0]?.blackHole()
    await expectRecovery(world, nodes.first, RECOVERS_WITHIN_MS)
    await nodes.first.stop(STOP_LIMIT_MS)
    await nodes.first.start()
    await delay(2_000)
  },
}

export const cut: Fault = {
  ...onPostgres,
  name: 'network-cut',
  title: 'all connections of one node to PostgreSQL are reset',
  options: { between: 'breaker' },
  async run(world, { rounds }) {
    const { load, nodes, proxies } = world
    load.start(RATE)
    for (let round = 0; round < 3 * rounds; round++) {
      await delay(2_000)
      proxies[0]?.cut()
      await expectRecovery(world, nodes.first, 15_000)
    }
  },
}

/** What a claim looks like on its way to PostgreSQL: as a bound parameter of a statement, or in a document. */
const IN_TRANSACTION = '\0\0\0\nsubmitting'
const IN_ONE_STATEMENT = '"submitting"'

/** The claim of a task that is about to be sent to the vendor. */
function findsClaim(sent: string): 'now' | 'at commit' | undefined {
  if (!sent.includes('replicate')) return undefined
  if (sent.includes(IN_TRANSACTION)) return 'at commit'
  return sent.includes(IN_ONE_STATEMENT) ? 'now' : undefined
}

const HELD_MS = 30_000

export const commitHeldBack: Fault = {
  ...onPostgres,
  name: 'commit-held-back',
  title: 'the answer to the COMMIT of a claim arrives after the lease has run out',
  options: { between: 'holder' },
  async run(world, { rounds }) {
    const { load, nodes, holders, vendor } = world
    vendor.behaviour = () => ({ ...PLAIN, callbacks: NO_CALLS })
    for (let round = 0; round < rounds; round++) {
      let isHeld = false
      void holders[0]?.holdOnce({ finds: findsClaim, ms: HELD_MS }).then(() => {
        isHeld = true
      })
      for (let tries = 0; tries < 20 && !isHeld; tries++) {
        // So old that they prove nothing about the next one.
        for (const order of vendor.orders) order.paidAt -= 10 * 60_000
        load.burst(1, 'replicate', { node: nodes.first })
        await delay(1_500)
      }
      if (!isHeld) world.breaches.push({ rule: 'the fault took place', detail: 'no claim of the first node was seen' })
      await delay(HELD_MS + 20_000)
    }
  },
}

import { setTimeout as delay } from 'node:timers/promises'
import { PLAIN } from '../vendor/order.ts'
import type { World } from '../world.ts'
import {
  BOTH,
  between,
  type Fault,
  LEAVES_FILES,
  MISSES_CALLS,
  probeWhile,
  WAITS_FOR_CALL,
  withinTransaction,
} from './fault.ts'

const RATE = 5
const LEASE_MS = 15_000
/** Longer than a lease of a task. */
const LONG_PAUSE_MS = 21_000
const STOP_LIMIT_MS = 40_000

export const nothing: Fault = {
  name: 'nothing',
  title: 'no fault: the same load and the same checks',
  engines: BOTH,
  nodeCount: 2,
  async run({ load }, { rounds }) {
    load.start(RATE)
    await delay(6_000 * rounds)
  },
}

export const startTogether: Fault = {
  name: 'start-together',
  title: 'three nodes start at once on an empty database',
  engines: ['postgres'],
  nodeCount: 3,
  startsTogether: true,
  isOnce: true,
  async run({ load }) {
    load.start(RATE)
    await delay(4_000)
  },
}

export const kill: Fault = {
  name: 'kill',
  title: 'SIGKILL of a node under load, and its restart',
  engines: BOTH,
  nodeCount: 2,
  tolerates: [WAITS_FOR_CALL, MISSES_CALLS, LEAVES_FILES],
  async run({ load, nodes }, { rounds, random }) {
    load.start(RATE)
    for (let round = 0; round < 2 * rounds; round++) {
      await delay(between(random, 1_500, 4_000))
      const node = nodes.at(round % nodes.all.length)
      await node.kill()
      await node.start()
    }
    await delay(2_000)
  },
}

export const killWhileSlow: Fault = {
  name: 'kill-while-slow',
  title: 'SIGKILL while the vendors answer slowly, and call until a call is accepted',
  engines: BOTH,
  nodeCount: 2,
  tolerates: [WAITS_FOR_CALL, LEAVES_FILES],
  async run({ load, nodes, vendor }, { rounds }) {
    const callbacks = { times: 1, everyMs: 60, tries: 1_000 }
    vendor.behaviour = () => ({ ...PLAIN, workMs: 800, answerDelayMs: 3_000, callbacks })
    for (let round = 0; round < rounds; round++) {
      const node = nodes.at(round % nodes.all.length)
      const sent = [...load.burst(4, 'upstream', { node }), ...load.burst(24, 'piapi', { node })]
      const last = sent.at(-1)?.marker
      await vendor.paid(({ marker }) => marker === last, 20_000)
      await delay(300)
      await node.kill()
      await node.start()
      await delay(1_000)
    }
  },
}

const WORK_MS = 1_200

export const killAtTheEnd: Fault = {
  name: 'kill-at-the-end',
  title: 'SIGKILL of each of three nodes in turn, just when vendors have finished work',
  engines: ['postgres'],
  nodeCount: 3,
  tolerates: [WAITS_FOR_CALL, LEAVES_FILES],
  async run({ load, nodes, vendor }, { rounds }) {
    vendor.behaviour = () => ({ ...PLAIN, workMs: WORK_MS, callbacks: { times: 2, everyMs: 40, tries: 1_000 } })
    load.start(RATE)
    for (let round = 0; round < 3 * rounds; round++) {
      const node = nodes.at(round % nodes.all.length)
      const sent = [...load.burst(6, 'upstream', { node }), ...load.burst(6, 'piapi'), ...load.burst(6, 'replicate')]
      const last = sent.at(-1)?.marker
      await vendor.paid(({ marker }) => marker === last, 20_000)
      await delay(WORK_MS + 30 * (round % 5))
      await node.kill()
      await node.start()
    }
    await delay(2_000)
  },
}

export const terminate: Fault = {
  name: 'terminate',
  title: 'SIGTERM of a node under load, and its restart',
  engines: BOTH,
  nodeCount: 2,
  async run({ load, nodes }, { rounds, random }) {
    load.start(RATE)
    for (let round = 0; round < 2 * rounds; round++) {
      await delay(between(random, 1_500, 3_500))
      const node = nodes.at(round % nodes.all.length)
      await node.stop(STOP_LIMIT_MS)
      await node.start()
    }
    await delay(1_500)
  },
}

export const terminateWhileHanging: Fault = {
  name: 'terminate-while-hanging',
  title: 'SIGTERM while no vendor and no receiver of webhooks answers',
  engines: BOTH,
  nodeCount: 2,
  isOnce: true,
  tolerates: [WAITS_FOR_CALL],
  async run({ load, nodes, vendor, hooks }) {
    load.start(RATE)
    await delay(3_000)
    vendor.isSilent = true
    hooks.answer = () => 'silence'
    await delay(3_000)
    await load.stop()
    await Promise.all(nodes.all.map((node) => node.stop(STOP_LIMIT_MS)))
    vendor.isSilent = false
    hooks.answer = () => 200
    await Promise.all(nodes.all.map((node) => node.start()))
  },
}

export const pauseOnly: Fault = {
  name: 'pause-the-only-node',
  title: 'the only process stands still for longer than a lease (a suspended machine)',
  engines: ['sqlite'],
  nodeCount: 1,
  async run(world, { rounds }) {
    await pauseInCalls(world, rounds)
  },
}

export const pauseOnlyUnreachable: Fault = {
  ...pauseOnly,
  name: 'pause-the-only-node-unreachable',
  title: 'the same where vendors cannot call (no PUBLIC_URL)',
  options: { isReachable: false },
}

async function pauseInCalls({ load, nodes, vendor }: World, rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    vendor.behaviour = () => ({ ...PLAIN, answerDelayMs: 4_000 })
    const sent = [...load.burst(3, 'upstream'), ...load.burst(3, 'replicate'), ...load.burst(6, 'piapi')]
    const last = sent.at(-1)?.marker
    await vendor.paid(({ marker }) => marker === last, 20_000)
    nodes.first.pause()
    await delay(LONG_PAUSE_MS)
    nodes.first.resume()
    vendor.behaviour = () => PLAIN
    await delay(6_000)
  }
}

export const pauseOne: Fault = {
  name: 'pause-one-of-two',
  title: 'one of two nodes stands still within a transaction, for longer than a lease',
  engines: ['postgres'],
  nodeCount: 2,
  async run(world, { rounds }) {
    const { load, nodes } = world
    load.start(RATE)
    for (let round = 0; round < rounds; round++) {
      await delay(3_000)
      await pauseWithinTransaction(world)
      await probeWhile(world, nodes.at(1), delay(LONG_PAUSE_MS))
      nodes.first.resume()
      await delay(5_000)
    }
  },
}

export const pauseForLong: Fault = {
  ...pauseOne,
  name: 'pause-one-for-long',
  title: 'one of two nodes stands still for six leases (90 s), with calls under way',
  isOnce: true,
  async run(world) {
    const { load, nodes, vendor } = world
    vendor.behaviour = () => ({ ...PLAIN, answerDelayMs: 2_000 })
    load.start(RATE)
    await delay(4_000)
    await pauseWithinTransaction(world)
    await probeWhile(world, nodes.at(1), delay(6 * LEASE_MS))
    nodes.first.resume()
    await delay(5_000)
  },
}

export async function pauseWithinTransaction(world: World): Promise<void> {
  const { nodes } = world
  await withinTransaction(
    world,
    () => nodes.first.pause(),
    () => nodes.first.resume(),
  )
}

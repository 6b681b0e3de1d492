import { setTimeout as delay } from 'node:timers/promises'
import type { GatewayNode } from '../node.ts'
import type { RuleName } from '../rules.ts'
import { type Engine, sessionName, type World, type WorldOptions, withDatabase } from '../world.ts'

/** A promise that does not hold under a fault, as docs/reliability.md says. */
export interface Tolerance {
  rule: RuleName
  why: string
  /** Only breaches whose detail has this. */
  where?: RegExp
}

/** Something that goes wrong while a load runs. */
export interface Fault {
  name: string
  /** What happens, for a reader of the results. */
  title: string
  engines: readonly Engine[]
  nodeCount: number
  options?: Pick<WorldOptions, 'isReachable' | 'between' | 'diskMib' | 'diskOf' | 'clocks' | 'taskTimeFactor'>
  tolerates?: readonly Tolerance[]
  /** How long to wait for everything to end, once the fault is over. */
  drainMs?: number
  /** All nodes are started at once, on an empty database; else one after the other. */
  startsTogether?: boolean
  /** It takes place once in the life of a world, so each round has a world of its own. */
  isOnce?: boolean
  /** Causes it `rounds` times. What it started, such as a load, is stopped by its caller. */
  run(world: World, context: { rounds: number; random: () => number }): Promise<void>
  /** Checks the world once everything has ended. */
  after?(world: World): Promise<void>
}

export const BOTH: readonly Engine[] = ['sqlite', 'postgres']

/**
 * After a crash between the intent and the call, it is unknown whether the vendor was called. One that is found by our key
 * says so at once; PiAPI can only call, and Replicate's list proves nothing once it has newer predictions.
 */
export const WAITS_FOR_CALL: Tolerance = {
  rule: 'every accepted task ends',
  why: 'a vendor that cannot be asked for one task may yet call: the task waits for that until its deadline',
  where: /^chaos-(?:piapi|replicate)-.* is uncertain/,
}

/** With one process, every call that comes while it is down is lost. */
export const MISSES_CALLS: Tolerance = {
  rule: 'what was paid and is done is delivered',
  why: 'a vendor that cannot be asked gave up calling before the only process was up again',
  where: /^chaos-piapi-.* is uncertain, ; no call reached the gateway$/,
}

export const LEAVES_FILES: Tolerance = {
  rule: 'no file is without its task',
  why: 'a copy that a crash interrupted is left in the store until a sweep after six hours',
}

const PROBE_TIMEOUT_MS = 4_000
const PROBE_EVERY_MS = 700

/** Sends submissions to one node until `until` resolves, and counts those that it takes at the first try. */
export async function probeWhile(world: World, node: GatewayNode, until: Promise<unknown>): Promise<void> {
  let isOver = false
  const end = until.finally(() => {
    isOver = true
  })
  while (!isOver) {
    world.availability.probes += 1
    if (await world.load.probe(node, 'sandbox', PROBE_TIMEOUT_MS)) world.availability.taken += 1
    await Promise.race([delay(PROBE_EVERY_MS), end])
  }
  await end
}

/** Waits until a node takes a submission; a breach when it does not within `limitMs`. */
export async function expectRecovery(world: World, node: GatewayNode, limitMs: number): Promise<void> {
  const startedAt = Date.now()
  while (Date.now() - startedAt < limitMs) {
    if (await world.load.probe(node, 'sandbox', PROBE_TIMEOUT_MS)) return
    await delay(PROBE_EVERY_MS)
  }
  const detail = `${node.name} took no submission for ${Math.round(limitMs / 1_000)} s after the fault`
  world.breaches.push({ rule: 'a node recovers by itself', detail })
}

const DISTURB_TRIES = 40
const SETTLE_MS = 150

/**
 * Disturbs the first node at a moment at which it has a transaction open that holds the lock of a tenant's balance, since
 * then all others wait for it. Where no such moment is met, it is disturbed all the same.
 */
export async function withinTransaction(world: World, disturb: () => void, undo: () => void): Promise<void> {
  const { databaseUrl = '' } = world
  const open = `select count(*)::int as count
                from pg_stat_activity as session join pg_locks as lock using (pid)
                where application_name = $1 and state = 'idle in transaction' and relation = 'balances'::regclass
                  and mode in ('RowShareLock', 'RowExclusiveLock')`
  for (let tries = 0; tries < DISTURB_TRIES; tries++) {
    disturb()
    await delay(SETTLE_MS) // a statement under way ends, and the session waits for the next one
    const { rows } = await withDatabase(databaseUrl, (client) => client.query(open, [sessionName(0)]))
    if (rows[0]?.count > 0) return
    undo()
    await delay(40 + 7 * tries)
  }
  disturb()
}

export function between(random: () => number, least: number, most: number): number {
  return least + random() * (most - least)
}

import type { OwnPostgres } from '../support/own-postgres.ts'
import { drain } from './drain.ts'
import { collect } from './evidence.ts'
import type { Fault } from './faults/fault.ts'
import { NotReady } from './node.ts'
import { broken, type Counts, judge, type Verdict } from './oracle.ts'
import { randomOf } from './random.ts'
import { type Engine, openWorld, type World } from './world.ts'

export interface RunOptions {
  engine: Engine
  seed: number
  rounds: number
  postgres: OwnPostgres | undefined
  isKept?: boolean
}

export interface Outcome extends Verdict {
  fault: string
  title: string
  engine: Engine
  seed: number
  rounds: number
  seconds: number
  /** Where data and logs are, if they were kept. */
  folder: string
}

const DRAIN_MS = 60_000

/** One outcome of several runs of a fault: sums, and all that was found. Throws for none. */
export function merged(outcomes: readonly Outcome[]): Outcome {
  const [first] = outcomes
  if (!first) throw new Error('There is nothing to merge.')
  const sum = (of: (outcome: Outcome) => number) => outcomes.reduce((total, outcome) => total + of(outcome), 0)
  const names = Object.keys(first.counts) as (keyof Counts)[] // its keys are counts
  const counts = { ...first.counts }
  for (const name of names) counts[name] = sum((outcome) => outcome.counts[name])
  return {
    ...first,
    counts,
    breaches: outcomes.flatMap(({ breaches }) => breaches),
    tolerated: outcomes.flatMap(({ tolerated }) => tolerated),
    rounds: sum(({ rounds }) => rounds),
    seconds: sum(({ seconds }) => seconds),
  }
}

/** One fault from an empty database to the verdict. Everything that it starts has ended when it resolves. */
export async function runFault(fault: Fault, { rounds, ...options }: RunOptions): Promise<Outcome> {
  const startedAt = performance.now()
  const { engine, seed } = options
  await using world = await openWorld({ ...options, nodeCount: fault.nodeCount, ...fault.options })
  const verdict = await verdictOn(fault, world, { rounds, random: randomOf(seed) })
  const seconds = Math.round((performance.now() - startedAt) / 1_000)
  return { fault: fault.name, title: fault.title, engine, seed, rounds, seconds, folder: world.folder, ...verdict }
}

async function verdictOn(fault: Fault, world: World, context: Parameters<Fault['run']>[1]): Promise<Verdict> {
  try {
    await startAll(fault, world)
    await fault.run(world, context)
    await world.load.stop()
    await Promise.all(world.nodes.all.map((node) => node.ready()))
    await drain(world, fault.drainMs ?? DRAIN_MS)
    await fault.after?.(world)
    return judge(await collect(world), fault.tolerates ?? [])
  } catch (error) {
    // Nothing more can be seen of a gateway that does not serve; any other error is one of the suite.
    if (!(error instanceof NotReady)) throw error
    return broken({ rule: 'a process that was started serves', detail: error.message })
  }
}

async function startAll({ startsTogether = false }: Fault, { nodes }: World): Promise<void> {
  if (startsTogether) await Promise.all(nodes.all.map((node) => node.start()))
  else for (const node of nodes.all) await node.start()
}

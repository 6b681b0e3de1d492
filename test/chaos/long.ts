import { execFileSync, spawnSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { parseArgs } from 'node:util'
import { type OwnPostgres, startOwnPostgres } from '../support/own-postgres.ts'
import { FAULTS } from './faults/all.ts'
import type { Fault } from './faults/fault.ts'
import { describe, tableOf, withResults } from './report.ts'
import { keepResult, readResults } from './results.ts'
import { merged, type Outcome, runFault } from './run-fault.ts'
import { type Engine, onSmallDisk } from './world.ts'

/**
 * The faults at length: `npm run test:chaos -- --rounds 3 --engine postgres --only kill --seed 7 --jobs 2 --write`. Exit
 * code 1 when a promise was broken. With `--write`, outcomes go to test/chaos/results, and all that lie there to
 * docs/reliability.md.
 */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '2' },
    engine: { type: 'string' },
    only: { type: 'string', multiple: true },
    seed: { type: 'string', default: String(Date.now() % 100_000) },
    jobs: { type: 'string', default: '1' },
    write: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
  },
})

const PAGE = new URL('../../docs/reliability.md', import.meta.url)

interface Planned {
  fault: Fault
  engine: Engine
}

function plan(): Planned[] {
  const unknown = (values.only ?? []).filter((name) => !FAULTS.some((fault) => fault.name === name))
  if (unknown.length > 0) throw new Error(`No such fault: ${unknown.join(', ')}; --list names them.`)
  return FAULTS.filter(({ name }) => values.only?.includes(name) ?? true).flatMap((fault) =>
    fault.engines.filter((engine) => (values.engine ?? engine) === engine).map((engine) => ({ fault, engine })),
  )
}

/** A disk of its own needs namespaces, which not every machine permits. */
function isPossible({ options }: Fault): boolean {
  if (options?.diskMib === undefined) return true
  const [command = '', ...rest] = onSmallDisk(`${tmpdir()}/polyphony-chaos-disk`, 1)
  return spawnSync(command, [...rest, 'true']).status === 0
}

async function main(): Promise<void> {
  const planned = plan()
  if (values.list) {
    for (const { fault, engine } of planned) console.log(`${fault.name} (${engine}): ${fault.title}`)
    return
  }
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
  // Each takes the next one when it is free.
  const left = planned.values()
  await Promise.all(Array.from({ length: Number(values.jobs) }, () => work(left, commit)))
  if (!values.write) return
  await writeFile(PAGE, withResults(await readFile(PAGE, 'utf8'), `\n${tableOf(await readResults())}\n`))
}

/** Faults one after the other, on a PostgreSQL server of its own, since some of them break it. */
async function work(left: Iterable<Planned>, commit: string): Promise<void> {
  let postgres: OwnPostgres | undefined
  try {
    for (const { fault, engine } of left) {
      if (!isPossible(fault)) {
        console.log(`not possible here: ${fault.name}`)
        continue
      }
      if (engine === 'postgres') postgres ??= await startOwnPostgres()
      const outcome = await outcomeOf(fault, engine, postgres)
      console.log(describe(outcome))
      if (values.keep) console.log(`  ${outcome.folder}`)
      if (values.write) await keepResult(outcome, commit)
      if (outcome.breaches.length > 0) process.exitCode = 1
    }
  } finally {
    await postgres?.close()
  }
}

async function outcomeOf(fault: Fault, engine: Engine, postgres: OwnPostgres | undefined): Promise<Outcome> {
  const rounds = Number(values.rounds)
  const seed = Number(values.seed)
  const options = { engine, postgres, isKept: values.keep }
  if (fault.isOnce !== true) return runFault(fault, { ...options, seed, rounds })
  const outcomes: Outcome[] = []
  for (let round = 0; round < rounds; round++) {
    outcomes.push(await runFault(fault, { ...options, seed: seed + round, rounds: 1 }))
  }
  return merged(outcomes)
}

// Without this, a signal would leave the processes that were started.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
await main()
// Without it, Node.js 24 was seen to spin for ever in its own clean-up after connections were reset.
process.exit()

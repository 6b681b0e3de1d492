import { execFileSync, spawnSync } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { parseArgs } from 'node:util'
import { startOwnPostgres } from '../support/own-postgres.ts'
import { FAULTS } from './faults/all.ts'
import type { Fault } from './faults/fault.ts'
import { describe, tableOf, withResults } from './report.ts'
import { type Outcome, runFault } from './run-fault.ts'
import { type Engine, onSmallDisk } from './world.ts'

/**
 * The faults at length: `npm run test:chaos -- --rounds 3 --engine postgres --only kill --seed 7 --write`. Exit code 1
 * when a promise was broken. Results go to test/chaos/results; with `--write`, to docs/reliability.md, too.
 */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '2' },
    engine: { type: 'string' },
    only: { type: 'string', multiple: true },
    seed: { type: 'string', default: String(Date.now() % 100_000) },
    write: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
  },
})

const RESULTS = new URL('./results/', import.meta.url)
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
  const outcomes: Outcome[] = []
  const postgres = planned.some(({ engine }) => engine === 'postgres') ? await startOwnPostgres() : undefined
  try {
    for (const { fault, engine } of planned) {
      if (!isPossible(fault)) {
        console.log(`not possible here: ${fault.name}`)
        continue
      }
      const options = {
        engine,
        seed: Number(values.seed),
        rounds: Number(values.rounds),
        postgres,
        isKept: values.keep,
      }
      const outcome = await runFault(fault, options)
      outcomes.push(outcome)
      console.log(describe(outcome))
      if (values.keep) console.log(`  ${outcome.folder}`)
    }
  } finally {
    await postgres?.close()
  }
  await keep(outcomes)
  if (outcomes.some(({ breaches }) => breaches.length > 0)) process.exitCode = 1
}

async function keep(outcomes: readonly Outcome[]): Promise<void> {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
  const at = new Date().toISOString()
  await mkdir(RESULTS, { recursive: true })
  const name = `${at.slice(0, 16).replace(/[T:]/g, '-')}-${commit}.json`
  const facts = outcomes.map(({ folder: _, ...outcome }) => outcome)
  await writeFile(new URL(name, RESULTS), `${JSON.stringify({ at, commit, outcomes: facts }, null, 1)}\n`)
  if (!values.write) return
  const text = `\nCommit ${commit}, ${at.slice(0, 10)}, seed ${values.seed}.\n\n${tableOf(outcomes)}\n`
  await writeFile(PAGE, withResults(await readFile(PAGE, 'utf8'), text))
}

// Without this, a signal would leave the processes that were started.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
await main()
// Without it, Node.js 24 was seen to spin for ever in its own clean-up after connections were reset.
process.exit()

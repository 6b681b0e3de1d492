import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { callMemoryRow, callsRow } from './rows/calls.ts'
import { catalogRow } from './rows/catalog.ts'
import { endToEndRow } from './rows/end-to-end.ts'
import { historyRow } from './rows/history.ts'
import { idleRow } from './rows/idle.ts'
import { inFlightRow } from './rows/in-flight.ts'
import { lagRow } from './rows/lag.ts'
import { postgresRow } from './rows/postgres.ts'
import { readRow } from './rows/read.ts'
import { recoveryRow } from './rows/recovery.ts'
import { studioRow } from './rows/studio.ts'
import { submitRow } from './rows/submit.ts'
import { webhooksRow } from './rows/webhooks.ts'
import { workshopRow } from './rows/workshop.ts'

/** One figure of the table: what was measured, against what, and what it should be. */
export interface Figure {
  what: string
  measured: string
  target: string
  reached: boolean
  /** Everything that was measured on the way. */
  details: Record<string, number | string>
}

export type Row = (settings: Settings) => Promise<Figure[]>

export interface Settings {
  /** Length of one load, in seconds. */
  seconds: number
  /** Rows in the large database. */
  stored: number
}

const ROWS: Record<string, Row> = {
  // The first, since it looks at the most memory that this process has ever had.
  studio: studioRow,
  workshop: workshopRow,
  submit: submitRow,
  read: readRow,
  calls: callsRow,
  'call-memory': callMemoryRow,
  catalog: catalogRow,
  'end-to-end': endToEndRow,
  postgres: postgresRow,
  lag: lagRow,
  'in-flight': inFlightRow,
  idle: idleRow,
  recovery: recoveryRow,
  history: historyRow,
  webhooks: webhooksRow,
}

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    seconds: { type: 'string', default: '8' },
    stored: { type: 'string', default: '1000000' },
    'no-save': { type: 'boolean', default: false },
  },
})
const order = Object.keys(ROWS)
const names = (values.only ?? order).toSorted((one, other) => order.indexOf(one) - order.indexOf(other))
const settings: Settings = { seconds: Number(values.seconds), stored: Number(values.stored) }
const machine = {
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  node: process.version,
  commit: commitOf(),
  at: new Date().toISOString(),
  ...settings,
}
console.log(
  Object.entries(machine)
    .map(([name, value]) => `${name}=${value}`)
    .join('  '),
)
console.log('Ratios are against a bare baseline of the same run, on the same machine.\n')

const figures: Figure[] = []
for (const name of names) {
  const row = ROWS[name]
  if (!row) throw new Error(`There is no row "${name}"; there are ${Object.keys(ROWS).join(', ')}.`)
  process.stderr.write(`measuring ${name} …\n`)
  for (const figure of await row(settings)) {
    figures.push(figure)
    console.log(
      `${figure.reached ? 'reached' : 'MISSED '}  ${figure.what}: ${figure.measured} (target ${figure.target})`,
    )
    console.log(
      `         ${Object.entries(figure.details)
        .map(([key, value]) => `${key} ${value}`)
        .join(', ')}`,
    )
  }
}

if (!values['no-save']) {
  const folder = new URL('./results/', import.meta.url)
  mkdirSync(folder, { recursive: true })
  const file = new URL(`${machine.at.slice(0, 16).replace(/[:T]/g, '-')}-${machine.commit}.json`, folder)
  writeFileSync(file, `${JSON.stringify({ machine, figures }, null, 2)}\n`)
  console.log(`\nKept in ${file.pathname.slice(file.pathname.indexOf('bench/'))}`)
}

function commitOf(): string {
  try {
    const hash = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
    const dirty = execFileSync('git', ['status', '--porcelain', '--', 'src'], { encoding: 'utf8' }).trim() !== ''
    return dirty ? `${hash}-changed` : hash
  } catch {
    return 'unknown' // a tarball has no git
  }
}

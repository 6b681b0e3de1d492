import { accessSync, constants, existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Config, DATABASE, OPEN_FILES } from '../../config/config.ts'
import { withAdvice } from '../../config/file-advice.ts'
import { SECOND_MS } from '../../core/clock.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { inspectPostgres, inspectSqlite } from '../../store/inspect.ts'
import { type Finding, fault, ok, reasonOf, warning } from './finding.ts'

export interface DatabaseReport {
  findings: Finding[]
  /** It can be opened as it is, without a migration. */
  isCurrent: boolean
}

/** Within this, the difference is the round trip and the ticks of two clocks. */
const MAX_SKEW_MS = 2 * SECOND_MS
const ABOUT = 'database'

/** Looks at the database without changing it: no file is made, and no schema is upgraded. */
/** `access` is given by tests: they may run as root, to whom no file is closed. */
export async function checkDatabase(
  config: Pick<Config, 'databaseUrl' | 'dataDir'>,
  access: typeof accessSync = accessSync,
): Promise<DatabaseReport> {
  const { databaseUrl, dataDir } = config
  try {
    return databaseUrl === undefined
      ? await checkSqlite(join(dataDir, DATABASE), access)
      : await checkPostgres(databaseUrl)
  } catch (error) {
    const where =
      error instanceof PolyphonyError ? '' : `${databaseUrl === undefined ? join(dataDir, DATABASE) : 'PostgreSQL'}: `
    return { findings: [fault(ABOUT, `${where}${reasonOf(error)}`)], isCurrent: false }
  }
}

async function checkSqlite(path: string, access: typeof accessSync): Promise<DatabaseReport> {
  if (!existsSync(path)) return { findings: [ok(ABOUT, `${path} will be made at the first start`)], isCurrent: false }
  const closed = closedFile(path, access)
  if (closed !== undefined) return { findings: [fault(ABOUT, closed)], isCurrent: false }
  const { where, isCurrent } = await inspectSqlite(path)
  return { findings: [schemaFinding(where, isCurrent)], isCurrent }
}

/** What is wrong with the modes of the database, or of a file that belongs to it, such as its lock; undefined if nothing is. */
function closedFile(path: string, access: typeof accessSync): string | undefined {
  for (const file of OPEN_FILES.map((name) => join(dirname(path), name))) {
    try {
      access(file, constants.R_OK | constants.W_OK)
    } catch (error) {
      if (existsSync(file)) return withAdvice(`${file} cannot be written.`, error)
    }
  }
  return undefined
}

async function checkPostgres(url: string): Promise<DatabaseReport> {
  const { where, isCurrent, aheadMs } = await inspectPostgres(url)
  return { findings: [schemaFinding(where, isCurrent), skewFinding(aheadMs)], isCurrent }
}

function schemaFinding(where: string, isUpToDate: boolean): Finding {
  if (isUpToDate) return ok(ABOUT, `${where} answers, and its schema is up to date`)
  return warning(ABOUT, `${where} is empty or has an older schema; the next start upgrades it. Make a backup before.`)
}

/** Leases are measured by the database's clock; signatures and the expiry of keys, by this machine's. */
export function skewFinding(skewMs: number): Finding {
  const seconds = (Math.abs(skewMs) / SECOND_MS).toFixed(1)
  if (Math.abs(skewMs) <= MAX_SKEW_MS) return ok('clock', `${seconds} s from the database's`)
  const direction = skewMs > 0 ? 'behind' : 'ahead of'
  return warning(
    'clock',
    `This machine is ${seconds} s ${direction} the database. Synchronise both, by NTP for example.`,
  )
}

import { existsSync, readFileSync, type Stats, statfsSync, statSync } from 'node:fs'
import { access, constants } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DATABASE } from '../../config/config.ts'
import { withAdvice } from '../../config/file-advice.ts'
import { MIN_SECRET_LENGTH } from '../../config/kept-secret.ts'
import { isOpenToOthers } from '../../config/private-folder.ts'
import { type Finding, fault, ok, reasonOf, warning } from './finding.ts'

const MIB = 2 ** 20
export const NO_SECRET = 'there is no secret yet'
const LITTLE_MIB = 2_048
const TOO_LITTLE_MIB = 256
/** As bin/polyphony.js says, too. */
const OLDEST_NODE = [22, 18] as const

export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [wantedMajor, wantedMinor] = OLDEST_NODE
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return ok('Node.js', version)
  return fault('Node.js', `${version} is too old: install ${OLDEST_NODE.join('.')} or later.`)
}

/** Whether a folder can be written; one that does not exist, whether it can be made. */
export async function checkFolder(about: string, folder: string): Promise<Finding> {
  const existing = nearestExisting(folder)
  try {
    if (!statSync(existing).isDirectory()) return fault(about, `${existing} is a file, not a folder. Name another.`)
    await access(existing, constants.W_OK | constants.X_OK)
  } catch (error) {
    return fault(about, withAdvice(`${existing} cannot be written: ${reasonOf(error)}.`, error))
  }
  return ok(about, existing === folder ? folder : `${folder} will be made at the first start`)
}

export function checkSpace(about: string, folder: string): Finding {
  const { bavail, bsize } = statfsSync(nearestExisting(folder))
  const freeMib = Math.floor((bavail * bsize) / MIB)
  const free = freeMib < 1_024 ? `${freeMib} MiB` : `${(freeMib / 1_024).toFixed(1)} GiB`
  const says = `${free} are free at ${folder}`
  if (freeMib < TOO_LITTLE_MIB)
    return fault(about, `${says}: too little to run. Make room, or move DATA_DIR or STORAGE_URL.`)
  if (freeMib < LITTLE_MIB) return warning(about, `${says}. Make room, or lower POLYPHONY_MEDIA_DAYS.`)
  return ok(about, says)
}

/** The files in the data folder that only the gateway's user may read. */
export function checkModes(dataDir: string): Finding {
  const paths = [dataDir, ...['secret', DATABASE, `${DATABASE}-wal`].map((name) => join(dataDir, name))]
  const open = paths.filter((path) => {
    const stats = statOf(path)
    return stats !== undefined && isOpenToOthers(stats)
  })
  if (open.length === 0) return ok('file modes', 'only the owner can read the data folder')
  const [first, ...others] = open
  const more = others.length === 0 ? '' : ` and ${others.length} more`
  return warning('file modes', `Other users can read ${first}${more}: run chmod -R go= ${dataDir}.`)
}

export function checkSecret(dataDir: string, chosen: string | undefined, isShared: boolean): Finding {
  if (chosen !== undefined) return ok('secret', 'set by POLYPHONY_SECRET')
  const path = join(dataDir, 'secret')
  if (!existsSync(path)) {
    if (existsSync(join(dataDir, DATABASE))) {
      return fault(
        'secret',
        `${path} is missing, and there is a database: put it back from a backup, or set POLYPHONY_SECRET.`,
      )
    }
    if (!isShared) return ok('secret', `${path} will be made at the first start`)
    return warning('secret', `${path} will be made at the first start. Processes on other machines need the same one.`)
  }
  try {
    const { length } = readFileSync(path, 'utf8').trim()
    if (length < MIN_SECRET_LENGTH) return fault('secret', `${path} was cut off: put it back from a backup.`)
  } catch (error) {
    return fault('secret', withAdvice(`${reasonOf(error)}.`, error))
  }
  return ok('secret', `in ${path}; keep a copy of it with the backups`)
}

/** The kept secret; one of no use where there is none yet: then nothing is sealed with it either. */
export function secretIn(dataDir: string): string {
  try {
    return readFileSync(join(dataDir, 'secret'), 'utf8').trim() || NO_SECRET
  } catch {
    return NO_SECRET
  }
}

function nearestExisting(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearestExisting(dirname(path))
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined // the folder above it may not be searched, which is said of that folder
  }
}

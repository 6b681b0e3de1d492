import { chmodSync, mkdirSync, type Stats, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

const FOLDER_MODE = 0o700
const FILE_MODE = 0o600
const OTHERS = 0o077
/** As /tmp has it: a folder of everybody's, which is not ours to close. */
const STICKY = 0o1000

/**
 * Makes a folder and those above it, and keeps other users of the machine out, whatever the umask is: of one that was
 * there, too. Returns the uppermost folder that was made. Throws what the file system throws.
 *
 * Not by `recursive`: below a place that takes no folders, such as /proc, Node.js 24 then tries again for ever.
 */
export function makePrivateFolder(folder: string): string | undefined {
  const missing = missingFrom(resolve(folder))
  for (const one of missing) {
    try {
      mkdirSync(one, { mode: FOLDER_MODE })
    } catch (error) {
      if (!isFolder(one)) throw error // else another process was faster
    }
  }
  closeToOthers(folder, FOLDER_MODE)
  return missing[0]
}

/** Takes a file away from other users of the machine. Nothing happens where there is none, or where it is not ours. */
export function makePrivateFile(path: string): void {
  closeToOthers(path, FILE_MODE)
}

/** Whether other users may do anything with it. */
export function isOpenToOthers({ mode }: Pick<Stats, 'mode'>): boolean {
  return process.platform !== 'win32' && (mode & OTHERS) !== 0
}

/** The folders that are not there yet, the uppermost first. */
function missingFrom(folder: string): string[] {
  if (statOf(folder) !== undefined) {
    if (isFolder(folder)) return []
    throw Object.assign(new Error(`${folder} is a file, not a folder`), { code: 'ENOTDIR' })
  }
  const above = dirname(folder)
  return above === folder ? [folder] : [...missingFrom(above), folder]
}

function closeToOthers(path: string, mode: number): void {
  const stats = statOf(path)
  if (!stats || !isOpenToOthers(stats) || (stats.mode & STICKY) !== 0) return
  try {
    chmodSync(path, mode)
  } catch {
    // It is another user's who lets us in, or on a file system without modes: who set that up has decided.
  }
}

function isFolder(path: string): boolean {
  return statOf(path)?.isDirectory() === true
}

function statOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false })
}

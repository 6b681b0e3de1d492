import { chmodSync, lstatSync, mkdirSync, readlinkSync, type Stats, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

const FOLDER_MODE = 0o700
const FILE_MODE = 0o600
const OTHERS = 0o077
/** The mode bit of a folder that all users share, such as /tmp, and that must stay open. */
const STICKY = 0o1000

/**
 * Creates a folder and its missing parents, and closes it to other users of the machine whatever the umask is, also if it
 * existed before. Returns the uppermost folder that was created. Throws the error of the file system.
 *
 * Does not use `recursive`: under a path where no folder can be created, such as /proc, Node.js 24 retries for ever.
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

/** Closes a file to other users of the machine. Does nothing if it does not exist, or belongs to another user. */
export function makePrivateFile(path: string): void {
  closeToOthers(path, FILE_MODE)
}

/** Whether other users have any permission on it. */
export function isOpenToOthers({ mode }: Pick<Stats, 'mode'>): boolean {
  return process.platform !== 'win32' && (mode & OTHERS) !== 0
}

/** The folders that are not there yet, the uppermost first. */
function missingFrom(folder: string): string[] {
  if (statOf(folder) !== undefined) {
    if (isFolder(folder)) return []
    throw Object.assign(new Error(`${folder} is a file, not a folder`), { code: 'ENOTDIR' })
  }
  if (lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink()) {
    throw new Error(`${folder} is a symbolic link to ${readlinkSync(folder)}, which is not there`)
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
    // It belongs to another user, or to a file system without modes: the operator has decided who may read it.
  }
}

function isFolder(path: string): boolean {
  return statOf(path)?.isDirectory() === true
}

function statOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false })
}

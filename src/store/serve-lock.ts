import { closeSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { PolyphonyError } from '../core/errors.ts'

/** A database beside the embedded one, which is only locked. SQLite would make the file with the modes of the umask. */
export function openLock(file: string): DatabaseSync {
  closeSync(openSync(file, 'a', 0o600))
  return new DatabaseSync(file)
}

/** Keeps other servers from an embedded database until it is closed. The operating system releases it when the process ends, in whatever way. */
export function takeServeLock(path: string): DatabaseSync {
  const lock = openLock(`${path}.serve-lock`)
  try {
    lock.exec('begin exclusive')
    return lock
  } catch (error) {
    lock.close()
    throw new PolyphonyError('store_unavailable', `Another process already serves ${path}.`, { cause: error })
  }
}

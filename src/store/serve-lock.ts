import { DatabaseSync } from 'node:sqlite'
import { PolyphonyError } from '../core/errors.ts'

/** Keeps other servers from an embedded database until it is closed. The operating system releases it when the process ends, in whatever way. */
export function takeServeLock(path: string): DatabaseSync {
  const lock = new DatabaseSync(`${path}.serve-lock`)
  try {
    lock.exec('begin exclusive')
    return lock
  } catch (error) {
    lock.close()
    throw new PolyphonyError('store_unavailable', `Another process already serves ${path}.`, { cause: error })
  }
}

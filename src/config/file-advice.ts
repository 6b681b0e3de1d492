import { existsSync, type Stats, statSync } from 'node:fs'
import { userInfo } from 'node:os'
import { dirname } from 'node:path'

const ADVICE: Record<string, string> = {
  ENOSPC: 'The disk is full: make room, or name a folder on another one.',
  EDQUOT: 'The disk quota of this user is used up: make room, or name a folder on another disk.',
  EFBIG: 'The file is larger than the file system or "ulimit -f" allows.',
  EROFS: 'The file system is read-only: name a folder on another one.',
  EISDIR: 'It is a folder, and a file is needed.',
  ENOTDIR: 'A part of the path is a file, and a folder is needed.',
  EMFILE: 'This process may not open more files: raise "ulimit -n".',
}

/** A sentence about an error, and what to do where that is known. */
export function withAdvice(sentence: string, error: unknown): string {
  const advice = fileAdvice(error)
  return advice === undefined ? sentence : `${sentence} ${advice}`
}

/** What to do about an error of the file system, in a sentence; undefined for other errors and where nothing is known. */
export function fileAdvice(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { code, path } = error as NodeJS.ErrnoException
  if (code === undefined) return undefined
  if (path !== undefined && (code === 'EACCES' || code === 'EPERM')) return accessAdvice(path)
  if (path !== undefined && code === 'ENOENT' && !existsSync(dirname(path)))
    return `Make the folder ${dirname(path)} first.`
  return ADVICE[code]
}

/** Most often a command was run as another user than the server, and what it made is not the server's. */
export function accessAdvice(path: string): string {
  const { at, stats } = nearestVisible(path)
  const us = process.getuid?.()
  if (stats === undefined || us === undefined) return `Give ${at} to the user of the gateway.`
  if (stats.uid === us) return `${at} belongs to this user, but its mode forbids it: run chmod u+rwX ${at}.`
  return `${at} belongs to ${nameOf(stats.uid)}, and this process runs as ${nameOf(us)}: run it as that user, or run chown on it.`
}

/** The path, or the folder above it that may be looked at. */
function nearestVisible(path: string): { at: string; stats: Stats | undefined } {
  try {
    const stats = statSync(path, { throwIfNoEntry: false })
    if (stats !== undefined) return { at: path, stats }
  } catch {
    // A folder above it may not be searched.
  }
  const above = dirname(path)
  return above === path ? { at: path, stats: undefined } : nearestVisible(above)
}

function nameOf(uid: number): string {
  if (uid === 0) return 'root'
  if (uid !== process.getuid?.()) return `user ${uid}`
  try {
    return userInfo().username
  } catch {
    return `user ${uid}` // the machine has no name for it, as in a container
  }
}

import { lstat, mkdtemp, readdir, rm, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const PREFIX = 'polyphony-video-'
/** What `mkdtemp` makes of it. */
const NAME = /^polyphony-video-[A-Za-z0-9]{6}$/
/** How often a folder is marked as in use, by its time. */
const MARK_MS = 30_000
/** A folder without a mark for so long belongs to a process that has ended; other gateways of the host are at work in theirs. */
export const ABANDONED_MS = 5 * 60_000

/** A folder for the files of one video, which only this user can read. */
export interface WorkFolder {
  path: string
  /** Removes it and all that is in it. */
  [Symbol.asyncDispose](): Promise<void>
}

export async function openWorkFolder(parent = tmpdir()): Promise<WorkFolder> {
  const path = await mkdtemp(join(parent, PREFIX))
  const timer = setInterval(() => {
    const now = new Date()
    utimes(path, now, now).catch(() => clearInterval(timer)) // somebody else has removed it: the work says so
  }, MARK_MS)
  timer.unref()
  return {
    path,
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await rm(path, { recursive: true, force: true })
    },
  }
}

/**
 * Removes what gateways of this user that were killed have left, and returns how many folders that were. `now`: milliseconds
 * since 1970, by the system's clock, as the times of files are.
 */
export async function removeAbandoned(now: number, parent = tmpdir()): Promise<number> {
  let removed = 0
  for (const name of await readdir(parent)) {
    if (!NAME.test(name)) continue
    const path = join(parent, name)
    // Not followed: anybody may put a link into the temporary folder.
    const found = await lstat(path).catch(() => undefined) // its gateway has just removed it
    if (!found?.isDirectory() || now - found.mtimeMs < ABANDONED_MS) continue
    if (process.getuid !== undefined && found.uid !== process.getuid()) continue
    await rm(path, { recursive: true, force: true })
    removed++
  }
  return removed
}

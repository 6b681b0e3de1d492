import { randomUUID } from 'node:crypto'
import { existsSync, readdirSync, rmSync, type Stats, statSync } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { FSDriver } from 'flydrive/drivers/fs'
import { isOpenToOthers, makePrivateFile, makePrivateFolder } from '../config/private-folder.ts'
import { syncFolder, syncFolderNow } from '../config/sync-folder.ts'
import { HOUR_MS, systemClock } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import { OWNERS } from './storage-mark.ts'
import { tryWrite } from './try-write.ts'

/** The folder of unfinished files. In the root, so that the move to the final name stays within one file system. */
const PARTS = '.parts'
/** An unfinished file this old belongs to a process that is gone: no write takes so long. */
const ABANDONED_AFTER_MS = HOUR_MS

/** A folder is named by the first byte of the ids in it. */
const FOLDER = /^[0-9a-f]{2}$/
const PAGE = 500

export interface DurableFilesOptions {
  /** Created by `prepare` if it is missing. */
  root: string
  /** Opens the file to be written; tests replace it by a full disk. */
  openPart?: (path: string) => Promise<PartFile>
}

/** The part of a file handle that writing needs. */
export interface PartFile {
  writeFile(contents: string | Uint8Array | Readable): Promise<void>
  sync(): Promise<void>
  close(): Promise<void>
}

/**
 * flydrive's file system driver, with the two promises it does not make: when `put` resolves, the file and its name
 * are on the disk; and a file under its final name is whole, whenever a crash or a full disk ends the writing.
 */
export class DurableFiles extends FSDriver {
  readonly #root: string
  readonly #openPart: (path: string) => Promise<PartFile>
  readonly #syncedFolders = new Set<string>()

  constructor({ root, openPart = (path) => open(path, 'wx', 0o600) }: DurableFilesOptions) {
    super({ location: root, visibility: 'private' })
    this.#root = resolve(root)
    this.#openPart = openPart
  }

  /** Creates the folders, and removes unfinished files of crashed processes. Once, at the start, since it blocks. */
  prepare(now: number): void {
    const parts = join(this.#root, PARTS)
    const [root, inside] = [folderMade(this.#root), folderMade(parts)]
    const created = root ?? inside
    if (created !== undefined) for (const above of foldersAbove(parts, dirname(created))) syncFolderNow(above)
    for (const name of readdirSync(parts)) {
      const part = join(parts, name)
      const stats = statSync(part, { throwIfNoEntry: false })
      if (stats && isAbandoned(stats, now)) rmSync(part, { force: true })
    }
  }

  /** Throws the error of the file system if nothing can be written. */
  tryWrite(): Promise<void> {
    return tryWrite(join(this.#root, PARTS))
  }

  /** One page per folder. Also removes abandoned parts, and closes files that other users could read. */
  async *filesBefore(before: number): AsyncGenerator<string[]> {
    await this.#removeParts()
    for (const folder of (await readdir(this.#root)).filter((name) => FOLDER.test(name))) {
      const keys: string[] = []
      for (const name of await readdir(join(this.#root, folder))) {
        const path = join(this.#root, folder, name)
        const stats = await statIfThere(path)
        if (!stats?.isFile()) continue
        if (isOpenToOthers(stats)) makePrivateFile(path)
        if (stats.mtimeMs < before) keys.push(`${folder}/${name}`)
      }
      for (let at = 0; at < keys.length; at += PAGE) yield keys.slice(at, at + PAGE)
    }
  }

  async enterOwner(name: string): Promise<void> {
    const owners = join(this.#root, OWNERS)
    await mkdir(owners, { recursive: true, mode: 0o700 })
    await writeFile(join(owners, name), '', { mode: 0o600 })
  }

  async owners(): Promise<string[]> {
    const owners = join(this.#root, OWNERS)
    return existsSync(owners) ? await readdir(owners) : []
  }

  async #removeParts(): Promise<void> {
    const parts = join(this.#root, PARTS)
    for (const name of await readdir(parts)) {
      const stats = await statIfThere(join(parts, name))
      if (stats && isAbandoned(stats, systemClock.now())) await rm(join(parts, name), { force: true })
    }
  }

  override put(key: string, contents: string | Uint8Array): Promise<void> {
    return this.#write(key, contents)
  }

  override putStream(key: string, contents: Readable): Promise<void> {
    return this.#write(key, contents)
  }

  /** Rejects when the file is missing; flydrive's own returns a stream that fails later. */
  override async getStream(key: string): Promise<Readable> {
    return (await open(join(this.#root, key))).createReadStream()
  }

  /** Bytes `start` to `end`, both included. */
  async getRange(key: string, { start, end }: { start: number; end: number }): Promise<Readable> {
    return (await open(join(this.#root, key))).createReadStream({ start, end })
  }

  async #write(key: string, contents: string | Uint8Array | Readable): Promise<void> {
    const path = join(this.#root, key)
    const part = join(this.#root, PARTS, randomUUID())
    try {
      const file = await this.#openPart(part)
      try {
        await file.writeFile(contents)
        await file.sync()
      } finally {
        await file.close()
      }
      await this.#makeFolder(dirname(path))
      await rename(part, path)
      await syncFolder(dirname(path))
    } catch (error) {
      await rm(part, { force: true })
      throw error
    }
  }

  async #makeFolder(folder: string): Promise<void> {
    const created = await mkdir(folder, { recursive: true, mode: 0o700 })
    // A folder that another write has just created is not on the disk by itself either.
    if (created === undefined && this.#syncedFolders.has(folder)) return
    for (const above of foldersAbove(folder, this.#root)) await syncFolder(above)
    this.#syncedFolders.add(folder)
  }
}

/** Undefined when the file was deleted meanwhile; throws any other error. */
async function statIfThere(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/** By the clock of the file system, which is the machine's. */
function isAbandoned({ mtimeMs }: { mtimeMs: number }, now: number): boolean {
  return now - mtimeMs > ABANDONED_AFTER_MS
}

/** Creates the folder, readable by its owner only. Throws `store_unavailable`. */
function folderMade(folder: string): string | undefined {
  try {
    return makePrivateFolder(folder)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new PolyphonyError('store_unavailable', `The folder of files, ${folder}, cannot be made: ${why}.`, { cause })
  }
}

/** From the folder that holds `folder` up to `top`, both included. */
function foldersAbove(folder: string, top: string): string[] {
  const above = dirname(folder)
  return above === top ? [above] : [above, ...foldersAbove(above, top)]
}

// Windows cannot open folders, and orders their writes itself.

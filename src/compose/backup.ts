import { createHash } from 'node:crypto'
import { createWriteStream, existsSync, statSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type { Disk } from 'flydrive'
import { type Pack, pack } from 'tar-stream'
import { storageKey } from '../assets/delete-files.ts'
import { openDisk } from '../assets/storage.ts'
import type { Config } from '../config/config.ts'
import { PolyphonyError } from '../core/errors.ts'
import { withSnapshot } from '../store/copy/place.ts'
import { linesOf, type Row, type Snapshot, type TableShape, Tally } from '../store/copy/snapshot.ts'
import type { Progress } from '../store/copy/transfer.ts'
import { version } from '../version.ts'
import { addMember } from './archive.ts'
import { FILES, MANIFEST, type Manifest, type Members, manifestOf, SECRET, TABLES } from './backup-format.ts'
import { anotherSecret, fingerprintOf, isMissing, readMark } from './identity.ts'
import { placeOf } from './store.ts'

/** Rows are gathered in memory up to this size, since a member's size comes before its content. */
const MEMBER_BYTES = 8 * 2 ** 20
/** Most of a backup with files are sounds and films, which do not become smaller. */
const GZIP = { level: 1 }

export interface BackupOptions {
  config: Config
  /** The archive; must not exist. It has this name when it is whole and on the disk. */
  file: string
  withFiles: boolean
  /** For the manifest; milliseconds. */
  now: number
  onProgress: (progress: Progress) => void
}

/** Writes a backup of one moment, while servers go on. Only its owner may read the archive: the secret is in it. */
export async function backUp(options: BackupOptions): Promise<Manifest> {
  const { config, file, withFiles } = options
  const disk = withFiles ? await openDisk(config.storageUrl, config.variable) : undefined
  const part = `${file}.part`
  if (existsSync(file)) throw taken(file)
  await rm(part, { force: true }) // of a backup that was killed
  await (await open(part, 'wx', 0o600)).close() // before much is read: there may be no such folder
  try {
    return await withSnapshot(placeOf(config), {}, async (snapshot) => {
      const archive = pack()
      const contents = new Contents({ ...options, ...(disk ? { disk } : {}) }, snapshot, archive)
      const target = createWriteStream(part, { flags: 'r+', mode: 0o600, flush: true })
      const stored = pipeline(Readable.from(archive, { objectMode: false }), createGzip(GZIP), target)
      // What fails here fails there, too, with the cause of both.
      await Promise.all([stored, contents.write().catch((error: Error) => archive.destroy(error))])
      await renameNew(part, file)
      return contents.manifest()
    })
  } catch (error) {
    await rm(part, { force: true })
    throw error
  }
}

/** What a backup has in it. */
class Contents {
  readonly #options: BackupOptions & { disk?: Disk }
  readonly #snapshot: Snapshot
  readonly #archive: Pack
  readonly #members: Members = {}
  readonly #tables: Manifest['tables'] = {}
  /** The files to be copied, by their key in the storage. */
  readonly #keys: string[] = []
  #storage: string | undefined
  readonly #files = { count: 0, bytes: 0, missing: 0 }

  constructor(options: BackupOptions & { disk?: Disk }, snapshot: Snapshot, archive: Pack) {
    this.#options = options
    this.#snapshot = snapshot
    this.#archive = archive
  }

  async write(): Promise<void> {
    const { config, disk } = this.#options
    await this.#member(SECRET, Buffer.from(config.secret))
    for (const table of this.#snapshot.tables) await this.#table(table)
    if (disk) await this.#filesOf(disk)
    await this.#member(MANIFEST, Buffer.from(`${JSON.stringify(this.manifest(), null, 1)}\n`))
    this.#archive.finalize()
  }

  manifest(): Manifest {
    const { config, disk, now } = this.#options
    const { [MANIFEST]: _, ...members } = this.#members
    return manifestOf({
      version,
      engine: placeOf(config).engine,
      createdAt: new Date(now).toISOString(),
      schema: this.#snapshot.schema,
      tables: this.#tables,
      files: disk ? this.#files : null,
      members,
    })
  }

  async #table(table: TableShape): Promise<void> {
    const { onProgress } = this.#options
    const tally = new Tally(table)
    let gathered: string[] = []
    let size = 0
    let number = 0
    for await (const rows of this.#snapshot.rows(table)) {
      this.#note(table, rows)
      const lines = linesOf(rows)
      tally.add(rows, lines)
      gathered.push(lines)
      size += lines.length
      onProgress({ table: table.name, rows: tally.rows, isDone: false })
      if (size < MEMBER_BYTES) continue
      await this.#member(memberName(table, number++), Buffer.from(gathered.join('')))
      gathered = []
      size = 0
    }
    if (size > 0) await this.#member(memberName(table, number), Buffer.from(gathered.join('')))
    this.#tables[table.name] = { columns: [...table.columns], ...tally.end() }
    onProgress({ table: table.name, rows: tally.rows, isDone: true })
  }

  /** Finds the files in the rows, and checks that the secret is the one of this database. */
  #note({ name, columns }: TableShape, rows: readonly Row[]): void {
    const at = (column: string): number => columns.indexOf(column)
    if (name === 'assets') {
      for (const row of rows) {
        this.#keys.push(storageKey({ id: String(row[at('id')]), extension: String(row[at('extension')]) }))
      }
    }
    if (name !== 'fingerprints') return
    const { config } = this.#options
    for (const row of rows) {
      const value = String(row[at('value')])
      if (row[at('name')] === 'storage') this.#storage = value
      else if (row[at('name')] === 'secret' && value !== fingerprintOf(config.secret)) throw anotherSecret(config)
    }
  }

  async #filesOf(disk: Disk): Promise<void> {
    const { config } = this.#options
    if (this.#storage !== undefined) await readMark(disk, config, this.#storage) // or every file would be missing
    for (const key of this.#keys) {
      const bytes = await sizeOf(disk, key)
      if (bytes === undefined) {
        this.#files.missing++
        continue
      }
      await this.#member(`${FILES}${key}`, await disk.getStream(key), bytes)
      this.#files.count++
      this.#files.bytes += bytes
    }
  }

  async #member(
    name: string,
    content: Uint8Array | Readable,
    sizeBytes = (content as Uint8Array).byteLength, // a stream comes with its size
  ): Promise<void> {
    const hash = createHash('sha256')
    let bytes = 0
    async function* hashed(): AsyncGenerator<Uint8Array> {
      for await (const chunk of content instanceof Uint8Array ? [content] : content) {
        bytes += chunk.byteLength
        hash.update(chunk)
        yield chunk
      }
      if (bytes === sizeBytes) return
      throw new PolyphonyError(
        'internal',
        `${name} changed while it was read: ${bytes} bytes in place of ${sizeBytes}.`,
      )
    }
    await addMember(this.#archive, { name, sizeBytes, modifiedAt: this.#options.now }, hashed())
    this.#members[name] = { bytes, sha256: hash.digest('hex') }
  }
}

function memberName({ name }: TableShape, number: number): string {
  return `${TABLES}${name}/${String(number).padStart(6, '0')}.jsonl`
}

/** Undefined for a file that is gone, such as one that has expired since its row was read. */
async function sizeOf(disk: Disk, key: string): Promise<number | undefined> {
  try {
    return (await disk.getMetaData(key)).contentLength
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** Gives the archive its name, unless there is such a file, and waits until the name is on the disk. */
async function renameNew(part: string, file: string): Promise<void> {
  const mark = await open(file, 'wx', 0o600).catch((error: unknown) => {
    throw isTaken(error) ? taken(file) : error
  })
  await mark.close()
  await rename(part, file)
  if (process.platform === 'win32') return // Windows cannot open folders, and orders their writes itself
  const folder = await open(dirname(file), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST'
}

function taken(path: string): PolyphonyError {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory()
  const fault = isFolder ? `${path} is a folder; name a file in it.` : `There is a file ${path} already; name another.`
  return new PolyphonyError('invalid_input', fault)
}

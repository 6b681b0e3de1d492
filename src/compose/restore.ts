import { createHash } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { Disk } from 'flydrive'
import { openDisk } from '../assets/storage.ts'
import { isMark, markOf, markStorage } from '../assets/storage-mark.ts'
import { type Config, ConfigError } from '../config/config.ts'
import { makePrivateFolder } from '../config/private-folder.ts'
import { PolyphonyError } from '../core/errors.ts'
import { requireEmpty, withTarget } from '../store/copy/place.ts'
import { linesOf, type Row, type TableShape, Tally, type Target } from '../store/copy/snapshot.ts'
import { type Progress, prove } from '../store/copy/transfer.ts'
import { type Member, membersOf } from './archive.ts'
import { FILES, MANIFEST, type Manifest, type Members, readManifest, SECRET, TABLES } from './backup-format.ts'
import { placeOf } from './store.ts'

const ROWS_AT_ONCE = 500
const SMALL_BYTES = 256 * 2 ** 20

export interface RestoreOptions {
  /** Where to: its database must be empty, and its data folder without a secret or with the same one. */
  config: Config
  file: string
  onProgress: (progress: Progress) => void
}

/** Restores a backup. It is checked as a whole first: nothing is written from one that is damaged, or to a place in use. */
export async function restore({ config, file, onProgress }: RestoreOptions): Promise<Manifest> {
  const { manifest, secret } = await check(file)
  await requireEmpty(placeOf(config))
  requireSameSecret(config, secret)
  if (manifest.files) requireNoFiles(config)

  const made = makePrivateFolder(config.dataDir)
  const undo: (() => Promise<void>)[] = []
  if (made !== undefined) undo.push(() => rm(made, { recursive: true, force: true }))
  try {
    const disk = manifest.files ? await openDisk(config.storageUrl, config.variable) : undefined
    await withTarget(placeOf(config), manifest.schema, async (target) => {
      await fillFrom(file, { manifest, target, disk, undo, onProgress })
      await prove(target, summariesIn(manifest))
      if (target.tables.some(({ name }) => name === 'fingerprints')) await target.setStorage(await newMark(disk, undo))
      if (!config.hasSecret()) {
        const path = join(config.dataDir, SECRET)
        undo.push(() => rm(path, { force: true }))
        await writeSecret(path, secret)
      }
    })
  } catch (error) {
    for (const step of undo.toReversed()) await step()
    throw error
  }
  return manifest
}

/**
 * The restored database is not the one that was backed up, which may still run: it has a mark of its own, so that it deletes no
 * file of the other where both use one bucket.
 */
async function newMark(disk: Disk | undefined, undo: Filling['undo']): Promise<string | null> {
  if (!disk) return null
  const id = await markStorage(disk)
  undo.push(() => disk.delete(markOf(id)))
  return id
}

/** Reads the whole archive and compares every member with the manifest. Throws `invalid_input`. */
async function check(file: string): Promise<{ manifest: Manifest; secret: string }> {
  if (!existsSync(file)) throw new PolyphonyError('not_found', `There is no file ${file}.`)
  const found: Members = {}
  const small = new Map<string, string>()
  let last = ''
  try {
    for await (const { name, sizeBytes, content } of membersOf(file)) {
      const hash = createHash('sha256')
      const parts: Uint8Array[] = []
      const isKept = (name === SECRET || name === MANIFEST) && sizeBytes <= SMALL_BYTES
      for await (const chunk of content) {
        hash.update(chunk)
        if (isKept) parts.push(chunk)
      }
      if (isKept) small.set(name, Buffer.concat(parts).toString())
      if (name in found) throw new PolyphonyError('invalid_input', `It has ${name} twice.`)
      found[name] = { bytes: sizeBytes, sha256: hash.digest('hex') }
      last = name
    }
    if (last !== MANIFEST) throw new PolyphonyError('invalid_input', 'It does not end with a manifest.')
    const manifest = readManifest(small.get(MANIFEST) ?? '')
    compare(found, manifest.members)
    return { manifest, secret: small.get(SECRET) ?? '' }
  } catch (cause) {
    throw new PolyphonyError('invalid_input', `${file} cannot be restored; nothing was written. ${whyNot(cause)}`, {
      cause,
    })
  }
}

function whyNot(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const isOfZlib = 'code' in error && String(error.code).startsWith('Z_')
  if (!isOfZlib) return error.message
  return `It was cut off or changed, or is no file of "polyphony backup": ${error.message}.`
}

function compare({ [MANIFEST]: _, ...found }: Members, expected: Members): void {
  for (const name of new Set([...Object.keys(found), ...Object.keys(expected)])) {
    const [here, there] = [found[name], expected[name]]
    if (!here) throw new PolyphonyError('invalid_input', `It lacks ${name}.`)
    if (!there) throw new PolyphonyError('invalid_input', `Its manifest does not name ${name}.`)
    if (here.sha256 !== there.sha256) throw new PolyphonyError('invalid_input', `${name} was changed.`)
  }
  if (!(SECRET in found)) throw new PolyphonyError('invalid_input', `It lacks ${SECRET}.`)
}

function requireSameSecret(config: Config, secret: string): void {
  if (!config.hasSecret() || config.secret === secret) return
  const ours =
    config.variable('POLYPHONY_SECRET') === undefined ? `the file ${join(config.dataDir, SECRET)}` : 'POLYPHONY_SECRET'
  throw new ConfigError(`The backup has another secret than ${ours}. Take that away, or name another folder.`)
}

/** A folder of files must be new. In a bucket, files have names of their own, and the same names mean the same files. */
function requireNoFiles({ storageUrl, dataDir }: Config): void {
  const folder = join(dataDir, 'files')
  const isOurs = storageUrl.startsWith('file:') && existsSync(folder)
  if (!isOurs || readdirSync(folder).every((name) => name.startsWith('.'))) return
  throw new PolyphonyError('invalid_input', `There are files in ${folder} already; name another folder.`)
}

interface Filling {
  manifest: Manifest
  target: Target
  disk: Disk | undefined
  /** How to remove what was written outside the database. */
  undo: (() => Promise<void>)[]
  onProgress: (progress: Progress) => void
}

async function fillFrom(file: string, filling: Filling): Promise<void> {
  const { manifest, target, disk, undo, onProgress } = filling
  const shapes = new Map(target.tables.map((table) => [table.name, table]))
  const done = new Map<string, Tally>()
  for await (const member of membersOf(file)) {
    if (member.name.startsWith(TABLES)) {
      const table = shapeFor(member.name, manifest, shapes)
      const tally = done.get(table.name) ?? new Tally(table)
      done.set(table.name, tally)
      for (const rows of rowsIn(await textOf(member))) {
        await target.insert(table, rows)
        tally.add(rows, linesOf(rows))
        onProgress({ table: table.name, rows: tally.rows, isDone: tally.rows === manifest.tables[table.name]?.rows })
      }
    } else if (disk && isFile(member)) {
      const key = member.name.slice(FILES.length)
      if (!(await disk.exists(key))) undo.push(() => disk.delete(key))
      await disk.putStream(key, Readable.from(member.content, { objectMode: false }))
    } else {
      for await (const _ of member.content); // the secret and the manifest were read before, and the mark is a new one
    }
  }
}

/** Backups of earlier versions also have the mark of their storage. */
function isFile({ name }: Member): boolean {
  return name.startsWith(FILES) && !isMark(name.slice(FILES.length))
}

function shapeFor(member: string, manifest: Manifest, shapes: ReadonlyMap<string, TableShape>): TableShape {
  const [, name = ''] = member.split('/')
  const shape = shapes.get(name)
  const columns = manifest.tables[name]?.columns
  if (shape && columns && shape.columns.join() === columns.join()) return shape
  throw new PolyphonyError(
    'invalid_input',
    `The table ${name} of the backup is not one of the schema ${manifest.schema}.`,
  )
}

function* rowsIn(text: string): Generator<Row[]> {
  const lines = text.split('\n').filter(Boolean)
  for (let at = 0; at < lines.length; at += ROWS_AT_ONCE) {
    yield lines.slice(at, at + ROWS_AT_ONCE).map((line) => JSON.parse(line) as Row) // the checksum has been compared
  }
}

async function textOf({ content }: Member): Promise<string> {
  return (await buffer(content)).toString()
}

function summariesIn({ tables }: Manifest) {
  return Object.fromEntries(
    Object.entries(tables).map(([name, { rows, sums, sha256 }]) => [name, { rows, sums, sha256 }]),
  )
}

async function writeSecret(path: string, secret: string): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(secret)
    await file.sync()
  } finally {
    await file.close()
  }
}

import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import type { Disk } from 'flydrive'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openMigratedSqlite } from '../../test/support/migrated-sqlite.ts'
import { adoptStorage } from '../compose/identity.ts'
import type { Asset } from '../core/asset.ts'
import { aTenant } from '../store/contract/samples.ts'
import type { Store } from '../store/store.ts'
import { type Assets, type NewFile, openAssets } from './assets.ts'
import { hasCopies } from './owners.ts'
import { mp3 } from './sample-files.ts'
import { openDisk } from './storage.ts'
import { markOf } from './storage-mark.ts'

const HOUR = 3_600_000
const NOW = Date.now()

let folder: string
let root: string
let disk: Disk
let opened: Store[]
let store: Store
let storage: string
let assets: Assets

async function openStore(name: string): Promise<Store> {
  const made = await openMigratedSqlite({ path: join(folder, `${name}.db`) })
  opened.push(made)
  return made
}

function assetsOf(on: Store): Assets {
  const log = pino({ level: 'silent' })
  return openAssets({ disk, store: on, clock: { now: () => NOW }, log, maxBytes: 100_000 })
}

const file = (number: number): NewFile => ({
  tenantId: 'tenant',
  taskId: 'task',
  kind: 'output',
  body: mp3(number),
  expiresAt: NOW + 24 * HOUR,
})
const uploaded = (number: number): Promise<Asset> => assets.upload({ ...file(number), mode: 'live' })
const pathOf = (asset: Asset): string => join(root, asset.id.slice(0, 2), `${asset.id}.${asset.extension}`)

/** A copy of the database, as `cp` makes one after an orderly stop. */
async function copyOf(original: Store, from: string, to: string): Promise<Store> {
  await original.close()
  opened.splice(opened.indexOf(original), 1)
  await cp(join(folder, `${from}.db`), join(folder, `${to}.db`))
  store = await openStore(from)
  assets = assetsOf(store)
  return openStore(to)
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyphony-strays-'))
  root = join(folder, 'files')
  disk = await openDisk(`file:${root}`)
  opened = []
  store = await openStore('first')
  await store.createTenant({ tenant: aTenant('tenant') })
  await adoptStorage(store, disk)
  storage = (await store.listFingerprints({})).storage ?? ''
  assets = assetsOf(store)
})

afterEach(async () => {
  await Promise.all(opened.map((one) => one.close()))
  await rm(folder, { recursive: true })
})

it('files without a row are deleted when they are some hours old, and nothing else', async () => {
  const known = await uploaded(1)
  const stray = await assets.write(file(2))
  const fresh = await assets.write(file(3))
  const old = new Date(NOW - 7 * HOUR)
  for (const asset of [known, stray]) await utimes(pathOf(asset), old, old)
  await writeFile(join(root, '.parts', 'half'), 'half')
  await utimes(join(root, '.parts', 'half'), old, old)
  await mkdir(join(root, 'ab'), { recursive: true })
  await writeFile(join(root, 'ab', 'notes.txt'), 'of the operator')
  await utimes(join(root, 'ab', 'notes.txt'), old, old)
  expect(await assets.sweepStrays(NOW)).toBe(1)
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  expect(entries.flatMap((entry) => (entry.isFile() ? [entry.name] : [])).sort()).toEqual(
    // The last two say which databases keep their files here.
    [`${known.id}.mp3`, `${fresh.id}.mp3`, 'notes.txt', storage, `tenant.${storage}`].sort(),
  )
  expect(await assets.sweepStrays(NOW + HOUR)).toBe(0)
  expect(await assets.sweepStrays(NOW + 7 * HOUR)).toBe(1)
  expect(Buffer.from(mp3(1)).equals(await buffer(await assets.open(known)))).toBe(true)
})

it('files without rows are left alone if another database keeps its files in the same place', async () => {
  const stray = await assets.write(file(2))
  await mkdir(join(root, '.owners'))
  await writeFile(join(root, '.owners', 'a tenant of another database'), '')
  expect(await assets.sweepStrays(NOW + 7 * HOUR)).toBe(0)
  expect(existsSync(pathOf(stray))).toBe(true)
})

it('more files than one page of them are deleted', async () => {
  const stray = await assets.write(file(1))
  const folderOf = join(root, stray.id.slice(0, 2))
  for (let number = 0; number < 600; number++) {
    await writeFile(join(folderOf, `${stray.id.slice(0, 2)}${crypto.randomUUID().slice(2)}.mp3`), '')
  }
  expect(await assets.sweepStrays(NOW + 7 * HOUR)).toBe(601)
})

it('a copy of the database deletes no file of the original', async () => {
  const copy = await copyOf(store, 'first', 'copy')
  const made = await uploaded(1) // its row is in the original alone
  expect(await hasCopies(store, disk)).toBe(false)
  expect(await assets.sweepStrays(NOW + HOUR)).toBe(0)
  expect(await assetsOf(copy).sweepStrays(NOW + 8 * HOUR)).toBe(0)
  expect(await hasCopies(copy, disk)).toBe(true)
  expect(existsSync(pathOf(made))).toBe(true)
  await adoptStorage(store, disk)
  const stray = await assets.write(file(2))
  expect(await assets.sweepStrays(NOW + 8 * HOUR)).toBe(1)
  expect([existsSync(pathOf(made)), existsSync(pathOf(stray))]).toEqual([true, false])
})

it('a copy that begins before the original looks again deletes nothing either, and stops when the original has looked', async () => {
  expect(await assets.sweepStrays(NOW)).toBe(0)
  const copy = await copyOf(store, 'first', 'copy')
  const ofCopy = assetsOf(copy)
  expect(await ofCopy.sweepStrays(NOW + HOUR)).toBe(0) // the turn that it knows is the last one
  const made = await uploaded(1)
  expect(await assets.sweepStrays(NOW + 3 * HOUR)).toBe(0)
  for (const later of [8, 11, 14]) {
    expect(await ofCopy.sweepStrays(NOW + later * HOUR)).toBe(0)
    expect(await assets.sweepStrays(NOW + later * HOUR)).toBe(0)
  }
  expect(existsSync(pathOf(made))).toBe(true)
  expect([await hasCopies(store, disk), await hasCopies(copy, disk)]).toEqual([true, true])
})

it('a copy that has a mark of its own, as a restored backup has, deletes no file of the original', async () => {
  const copy = await copyOf(store, 'first', 'restored')
  await copy.changeFingerprint({ name: 'storage', from: storage, to: 'mark-of-the-copy' })
  await disk.put(markOf('mark-of-the-copy'), 'A mark.')
  const made = await uploaded(1)
  expect(await assets.sweepStrays(NOW + HOUR)).toBe(0)
  expect(await assetsOf(copy).sweepStrays(NOW + 8 * HOUR)).toBe(0)
  expect(existsSync(pathOf(made))).toBe(true)
  expect([await hasCopies(store, disk), await hasCopies(copy, disk)]).toEqual([true, true])
})

it('a copy that adopts the storage deletes files without rows there, and the original is no longer taken', async () => {
  expect(await assets.sweepStrays(NOW)).toBe(0)
  const copy = await copyOf(store, 'first', 'restored')
  expect(await assets.sweepStrays(NOW + HOUR)).toBe(0)
  await adoptStorage(copy, disk)
  const stray = await assets.write(file(2))
  expect(await assetsOf(copy).sweepStrays(NOW + 8 * HOUR)).toBe(1)
  expect(existsSync(pathOf(stray))).toBe(false)
  expect(await disk.exists(markOf(storage))).toBe(false)
  await assets.write(file(3))
  expect(await assets.sweepStrays(NOW + 9 * HOUR)).toBe(0)
  expect(await assetsOf(copy).sweepStrays(NOW + 9 * HOUR)).toBe(1)
})

it('processes of one database take turns, and a process that dies at taking one does no harm', async () => {
  const outcomes = await Promise.all([1, 2, 3].map(() => assets.sweepStrays(NOW)))
  expect(outcomes).toEqual([0, 0, 0])
  const turn = (await store.listFingerprints({})).storage_turn ?? ''
  const [of, last] = turn.split(' ')
  // As after a death between the database and the storage: the storage still has the turn before.
  const to = [of, 'a-turn-that-is-not-in-the-storage', last, NOW].join(' ')
  expect(await store.changeFingerprint({ name: 'storage_turn', from: turn, to })).toBe(to)
  await assets.write(file(2))
  expect(await assets.sweepStrays(NOW + 7 * HOUR)).toBe(1)
  expect(await hasCopies(store, disk)).toBe(false)
})

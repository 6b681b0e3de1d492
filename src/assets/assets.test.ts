import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, open, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { Disk } from 'flydrive'
import { FSDriver } from 'flydrive/drivers/fs'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openMigratedSqlite } from '../../test/support/migrated-sqlite.ts'
import { type Asset, assetReference } from '../core/asset.ts'
import type { Mode } from '../core/task.ts'
import type { Store } from '../store/store.ts'
import { type Assets, type NewFile, openAssets } from './assets.ts'
import { DurableFiles, type PartFile } from './durable-files.ts'
import { mp3, sampleFiles } from './sample-files.ts'
import { openDisk } from './storage.ts'

const START = Date.parse('2026-01-01T00:00:00Z')
const DAY = 86_400_000

let folder: string
let root: string
let store: Store
let now: number
let assets: Assets

async function openStore(name: string): Promise<Store> {
  const opened = await openMigratedSqlite({ path: join(folder, `${name}.db`) })
  const tenant = {
    id: 'tenant',
    name: 'T',
    createdAt: 0,
    maxConcurrent: null,
    maxStaged: 10,
    webhookSecretVersion: 1,
    defaultPool: 'private' as const,
    fallsBack: false,
    priceGroup: null,
    frozenAt: null,
    deletedAt: null,
  }
  await opened.createTenant({ tenant })
  return opened
}

function assetsOn(disk: Disk, on = store): Assets {
  return openAssets({ disk, store: on, clock: { now: () => now }, log: pino({ level: 'silent' }), maxBytes: 100_000 })
}

const output = (body: Uint8Array, mediaType?: string): NewFile => ({
  tenantId: 'tenant',
  taskId: 'task',
  kind: 'output',
  body,
  ...(mediaType === undefined ? {} : { mediaType }),
  expiresAt: START + DAY,
})

const upload = (body: Uint8Array, mediaType?: string) => {
  const { taskId: _task, kind: _kind, ...file } = output(body, mediaType)
  return assets.upload({ ...file, mode: 'live' })
}

const pathOf = (asset: Asset): string => join(root, asset.id.slice(0, 2), `${asset.id}.${asset.extension}`)

/** Every file below the root, parts included. */
async function filesStored(): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name)
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyphony-assets-'))
  store = await openStore('shared')
})

afterAll(async () => {
  await store.close()
  await rm(folder, { recursive: true })
})

beforeEach(async () => {
  now = START
  root = join(folder, crypto.randomUUID(), 'files')
  assets = assetsOn(await openDisk(`file:${root}`))
})

afterEach(() => assets.sweep(START + 365 * DAY, 1_000))

describe('writing a file', () => {
  it.each(Object.keys(sampleFiles))('writing a file stores %s, with size and checksum', async (mediaType) => {
    const body = (await sampleFiles[mediaType]?.()) ?? new Uint8Array()
    const asset = await assets.write(output(body, mediaType))
    expect(asset).toMatchObject({
      tenantId: 'tenant',
      taskId: 'task',
      kind: 'output',
      mediaType,
      sizeBytes: body.byteLength,
      sha256: createHash('sha256').update(body).digest('hex'),
      createdAt: START,
      expiresAt: START + DAY,
    })
    expect(Buffer.from(body).equals(await readFile(pathOf(asset)))).toBe(true)
    expect(await filesStored()).toEqual([`${asset.id}.${asset.extension}`])
    expect(await store.getAsset({ id: asset.id })).toBeUndefined()
  })

  it.each([
    'audio/wav',
    'audio/x-wav',
    'audio/vnd.wave',
    'Audio/WAVE; codecs=1',
    'application/octet-stream',
    undefined,
  ])('writing a file accepts a WAV file that is declared as %s', async (mediaType) => {
    const body = (await sampleFiles['audio/wav']?.()) ?? new Uint8Array()
    expect(await assets.write(output(body, mediaType))).toMatchObject({ mediaType: 'audio/wav', extension: 'wav' })
  })

  it('text and JSON are accepted as outputs only', async () => {
    // "BM" begins a bitmap, too.
    const text = await assets.write(output(Buffer.from('BM, oh my love'), 'text/plain; charset=utf-8'))
    expect(text).toMatchObject({ mediaType: 'text/plain', extension: 'txt' })
    const json = await assets.write(output(Buffer.from('{"a":1}'), 'application/json'))
    expect(json).toMatchObject({ mediaType: 'application/json', extension: 'json' })
    for (const mediaType of ['text/plain', 'application/json']) {
      await expect(upload(Buffer.from('{"a":1}'), mediaType)).rejects.toMatchObject({ code: 'unsupported_media' })
    }
    const broken = assets.write(output(Buffer.from('{"a":'), 'application/json'))
    await expect(broken).rejects.toMatchObject({ code: 'unsupported_media' })
    const bytes = assets.write(output(Buffer.from([0xff, 0xfe]), 'text/plain'))
    await expect(bytes).rejects.toMatchObject({ code: 'unsupported_media' })
  })

  it.each([
    ['an empty file', '', 'audio/mpeg'],
    ['text that is declared as MP3', 'not a song at all, only words', 'audio/mpeg'],
    ['half a signature', '\x89PN', 'image/png'],
    ['a signature and nothing more', '\x89PNG\r\n\x1a\n', 'image/png'],
    ['the first bytes of a JPEG', '\xff\xd8\xff\xe0', 'image/jpeg'],
    ['an archive of nothing', `PK\x05\x06${'\0'.repeat(18)}`, 'application/zip'],
    ['a picture that is declared as an archive', '\x89PNG\r\n\x1a\n', 'application/zip'],
    ['HTML', '<!doctype html><script>alert(1)</script>', undefined],
    ['HTML that is declared as a picture', '<!doctype html><script>alert(1)</script>', 'image/png'],
    ['SVG', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', undefined],
    ['an SVG file that draws nothing', 'a drawing', 'image/svg+xml'],
    ['SVG with a prologue', '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', undefined],
    ['XML', '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>', 'text/xml'],
    ['JavaScript', 'alert(1)', 'text/javascript'],
    ['PDF', '%PDF-1.7\n%\n1 0 obj\n<<>>\nendobj\n', undefined],
  ])('writing a file refuses %s, and stores nothing', async (_what, content, mediaType) => {
    const body = Buffer.from(content, 'latin1')
    await expect(upload(body, mediaType)).rejects.toMatchObject({ code: 'unsupported_media', status: 415 })
    await expect(assets.write(output(body, mediaType))).rejects.toMatchObject({ code: 'unsupported_media' })
    expect(await filesStored()).toEqual([])
  })

  it.each(['application/zip', undefined])(
    'an archive is accepted as an upload that is declared as %s',
    async (mediaType) => {
      const body = (await sampleFiles['application/zip']?.()) ?? new Uint8Array()
      expect(await upload(body, mediaType)).toMatchObject({ mediaType: 'application/zip', extension: 'zip' })
    },
  )

  it('an SVG drawing is accepted as an output that a provider declares as one, and not as an upload', async () => {
    const svg = Buffer.from('<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>')
    await expect(upload(svg, 'image/svg+xml')).rejects.toMatchObject({ code: 'unsupported_media' })
    const written = await assets.write(output(svg, 'image/svg+xml'))
    expect(written).toMatchObject({ mediaType: 'image/svg+xml', extension: 'svg' })
  })

  it('a file whose type is not the declared one is refused, and the error names both types', async () => {
    const png = (await sampleFiles['image/png']?.()) ?? new Uint8Array()
    await expect(upload(png, 'audio/mpeg')).rejects.toThrow(/audio\/mpeg.*image\/png/)
  })

  it('the size of uploads is limited, and that of outputs is not', async () => {
    const body = mp3(300) // 125,100 bytes
    await expect(upload(body)).rejects.toMatchObject({ code: 'payload_too_large' })
    await expect(assets.write(output(body))).resolves.toMatchObject({ sizeBytes: 125_100 })
  })

  it('many files can be written at once', async () => {
    const written = await Promise.all(Array.from({ length: 50 }, () => assets.write(output(mp3(1)))))
    expect(await filesStored()).toHaveLength(50)
    for (const asset of written) expect(existsSync(pathOf(asset))).toBe(true)
  })
})

describe('a full disk', () => {
  it.each(['ENOSPC', 'EDQUOT', 'EFBIG'])(
    'a full disk (%s) is reported as storage_full, and leaves no file',
    async (code) => {
      const openPart = async (path: string): Promise<PartFile> => {
        const file = await open(path, 'wx')
        return {
          writeFile: async (contents) => {
            await file.writeFile(Buffer.from(contents as Uint8Array).subarray(0, 100)) // assets are written as bytes
            throw Object.assign(new Error(`${code}: no space left on device, write`), { code })
          },
          sync: () => file.sync(),
          close: () => file.close(),
        }
      }
      const full = new DurableFiles({ root, openPart })
      full.prepare(START)
      await expect(assetsOn(new Disk(full)).write(output(mp3(2)))).rejects.toMatchObject({
        code: 'storage_full',
        status: 507,
      })
      expect(await filesStored()).toEqual([])
    },
  )

  it('a full disk leaves no file with a driver that writes in place', async () => {
    class Full extends FSDriver {
      override async put(key: string, contents: string | Uint8Array): Promise<void> {
        await super.put(key, contents.slice(0, 100))
        throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
      }
    }
    const disk = new Disk(new Full({ location: root, visibility: 'private' }))
    await expect(assetsOn(disk).write(output(mp3(2)))).rejects.toMatchObject({ code: 'storage_full' })
    expect(await filesStored()).toEqual([])
  })
})

describe('the disk', () => {
  it('a file never has its final name before it is whole and synced', async () => {
    const steps: string[] = []
    const openPart = async (path: string): Promise<PartFile> => {
      const file = await open(path, 'wx')
      const finalFiles = async () => (await readdir(root)).filter((name) => name !== '.parts').length
      return {
        writeFile: async (contents) => {
          await file.writeFile(contents)
          steps.push(`write ${await finalFiles()}`)
        },
        sync: async () => {
          await file.sync()
          steps.push(`sync ${await finalFiles()}`)
        },
        close: () => file.close(),
      }
    }
    const files = new DurableFiles({ root, openPart })
    files.prepare(START)
    await assetsOn(new Disk(files)).write(output(mp3(2)))
    expect(steps).toEqual(['write 0', 'sync 0'])
    expect(await filesStored()).toHaveLength(1)
  })

  it('files that crashed processes left half written are removed, and none that is being written', async () => {
    await mkdir(join(root, '.parts'), { recursive: true })
    await writeFile(join(root, '.parts', 'old'), 'half')
    await writeFile(join(root, '.parts', 'new'), 'half')
    await utimes(join(root, '.parts', 'old'), new Date(), new Date(Date.now() - DAY))
    await openDisk(`file:${root}`)
    expect(await filesStored()).toEqual(['new'])
  })

  it('the disk of a file URL or a path is opened, and other addresses are refused with a reason', async () => {
    await expect(openDisk(`file://${root}`)).resolves.toBeInstanceOf(Disk)
    await expect(openDisk('ftp://example.com')).rejects.toThrow(/must begin with "file:"/)
    await expect(openDisk('/srv/files')).rejects.toThrow(/must begin with "file:"/)
    await expect(openDisk('file:')).rejects.toThrow(/names no folder/)
  })
})

describe('reading a file', () => {
  it('reading a file returns the whole file or a part of it', async () => {
    const asset = await upload(mp3(2), 'audio/mpeg')
    expect(await assets.find(asset.id)).toEqual(asset)
    expect(Buffer.from(mp3(2)).equals(await buffer(await assets.open(asset)))).toBe(true)
    const part = await buffer(await assets.open(asset, { start: 416, end: 418 }))
    expect([...part]).toEqual([0, 0xff, 0xfb])
    expect(Buffer.from(mp3(2)).equals(Buffer.from(await assets.read(assetReference(asset))))).toBe(true)
  })

  it('reading a part of a file works with a driver that reads whole files only', async () => {
    const plain = assetsOn(new Disk(new FSDriver({ location: root, visibility: 'private' })))
    const body = mp3(300)
    body.set([1, 2, 3], 70_000)
    const asset = await plain.write(output(body))
    const part = await buffer(await plain.open(asset, { start: 69_999, end: 70_003 }))
    expect([...part]).toEqual([0, 1, 2, 3, 0])
  })

  it('reading a file that is unknown, misnamed, expired or missing is answered with not_found', async () => {
    const asset = await upload(mp3(2))
    const reference = assetReference(asset)
    const missing = [
      `asset:${crypto.randomUUID()}.mp3`,
      `asset:${asset.id}.wav`,
      `asset:${asset.id}`,
      'asset:',
      'other',
    ]
    for (const one of missing) await expect(assets.read(one)).rejects.toMatchObject({ code: 'not_found' })
    await rm(pathOf(asset))
    await expect(assets.read(reference)).rejects.toMatchObject({ code: 'not_found' })
    await expect(assets.open(asset)).rejects.toMatchObject({ code: 'not_found' })
    now += DAY
    expect(await assets.find(asset.id)).toBeUndefined()
  })
})

describe('deleting files', () => {
  it('unrecorded files are deleted, and missing ones are accepted', async () => {
    const asset = await assets.write(output(mp3(2)))
    await assets.deleteUnrecorded([asset, asset])
    expect(await filesStored()).toEqual([])
  })

  it('expired files are deleted with their rows', async () => {
    const early = await upload(mp3(1))
    now += 1_000
    const late = await assets.upload({ tenantId: 'tenant', mode: 'live', body: mp3(2), expiresAt: START + 2 * DAY })
    expect(await assets.sweep(START + DAY, 10)).toBe(1)
    expect(await store.getAsset({ id: early.id })).toBeUndefined()
    expect(await filesStored()).toEqual([`${late.id}.mp3`])
    expect(await assets.sweep(START + DAY, 10)).toBe(0)
  })

  it('expired files that cannot be deleted keep no other, and are tried again', async () => {
    const stuck: Asset[] = []
    for (let n = 0; n < 2; n++) stuck.push(await upload(mp3(1)))
    for (const asset of stuck) {
      await rm(pathOf(asset))
      await mkdir(join(pathOf(asset), 'a folder'), { recursive: true }) // a file system refuses to delete it as a file
    }
    now += 1_000
    const other = await assets.upload({ tenantId: 'tenant', mode: 'live', body: mp3(2), expiresAt: START + DAY + 1 })
    const sweeps: number[] = []
    for (let n = 0; n < 3; n++) sweeps.push(await assets.sweep(START + 2 * DAY, 2))
    expect(sweeps).toEqual([0, 1, 0])
    expect(await store.getAsset({ id: other.id })).toBeUndefined()
    for (const asset of stuck) await rm(pathOf(asset), { recursive: true })
    expect(await assets.sweep(START + 2 * DAY, 2)).toBe(2)
  })

  it('an upload whose row could not be stored leaves no file', async () => {
    const closed = await openStore('closed')
    await closed.close()
    // With room, as it was found before the store was closed.
    const broken = { ...closed, getStorageUse: async () => ({ bytes: 0, drafts: 0 }) }
    const file = { tenantId: 'tenant', mode: 'live' as const, body: mp3(2), expiresAt: START + DAY }
    await expect(assetsOn(await openDisk(`file:${root}`), broken).upload(file)).rejects.toMatchObject({
      code: 'store_unavailable',
    })
    expect(await filesStored()).toEqual([])
  })

  it('uploads that arrive side by side have one quota, and leave nothing where they exceed it', async () => {
    const disk = await openDisk(`file:${root}`)
    const quota = { bytes: 100, drafts: 0 }
    const limited = openAssets({
      ...{ disk, store, clock: { now: () => now }, log: pino({ level: 'silent' }), maxBytes: 100_000 },
      quotas: { live: quota, test: quota },
    })
    const stream = (body: Readable, mode: Mode = 'live') =>
      limited.writeStream({ tenantId: 'tenant', mode, kind: 'upload', body, maxBytes: 1_000, expiresAt: START + DAY })
    const first = new PassThrough()
    const whole = stream(first)
    first.write(Buffer.alloc(60))
    await expect.poll(() => first.readableLength).toBe(0)
    await expect(stream(Readable.from([Buffer.alloc(50)]))).rejects.toMatchObject({ code: 'storage_quota_reached' })
    await expect(stream(Readable.from([Buffer.alloc(50)]), 'test')).resolves.toMatchObject({ sizeBytes: 50 })
    await expect(stream(Readable.from([Buffer.alloc(40)]))).resolves.toMatchObject({ sizeBytes: 40 })
    first.end(Buffer.alloc(40))
    await expect(whole).resolves.toMatchObject({ sizeBytes: 100 })
    expect(await filesStored()).toHaveLength(3)
  })
})

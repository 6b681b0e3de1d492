import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { Disk } from 'flydrive'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FakeVendor, openFakeVendor } from '../../test/support/fake-vendor.ts'
import { openMigratedSqlite } from '../../test/support/migrated-sqlite.ts'
import { openS3Server, S3_KEYS, type S3Server } from '../../test/support/s3-server.ts'
import { adoptStorage } from '../compose/identity.ts'
import { DAY_MS } from '../core/clock.ts'
import type { Store } from '../store/store.ts'
import { type Assets, openAssets } from './assets.ts'
import { S3Files } from './s3-files.ts'
import { s3Place } from './s3-place.ts'
import { mp3 } from './sample-files.ts'
import { openDisk } from './storage.ts'

const NOW = Date.parse('2026-01-01T00:00:00Z')
const keysOf = (env: Record<string, string>) => (name: string) => env[name]
const S3 = keysOf(S3_KEYS)

let folder: string
let store: Store
let server: S3Server

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyphony-s3-files-'))
  store = await openMigratedSqlite({ path: join(folder, 'polyphony.db') })
  const limits = { maxConcurrent: null, maxStaged: 10, webhookSecretVersion: 1 }
  const tenant = {
    id: 'tenant',
    name: 'T',
    createdAt: 0,
    defaultPool: 'private' as const,
    fallsBack: false,
    priceGroup: null,
    frozenAt: null,
    deletedAt: null,
    ...limits,
  }
  await store.createTenant({ tenant })
  server = await openS3Server()
})
afterAll(async () => {
  await server?.close()
  await store?.close()
  await rm(folder, { recursive: true })
})

function assetsOn(disk: Disk): Assets {
  return openAssets({ disk, store, clock: { now: () => NOW }, log: pino({ level: 'silent' }), maxBytes: 1_000_000 })
}

const upload = (assets: Assets, body = mp3(2)) =>
  assets.upload({ tenantId: 'tenant', mode: 'live', body, expiresAt: NOW + DAY_MS })

describe('S3Files', () => {
  it('a file whose length is not known before is written into a bucket, with its size and hash', async () => {
    const assets = assetsOn(await openDisk(server.storageUrl('files/streamed'), S3))
    const pieces = Array.from({ length: 50 }, (_, index) => Buffer.alloc(20_000, index))
    const file = { tenantId: 'tenant', mode: 'live', kind: 'upload', maxBytes: 1_000_000 } as const
    const asset = await assets.writeStream({ ...file, body: Readable.from(pieces), expiresAt: NOW + DAY_MS })
    const whole = Buffer.concat(pieces)
    expect(asset).toMatchObject({ sizeBytes: 1_000_000, extension: 'bin', taskId: null })
    expect(asset.sha256).toBe(createHash('sha256').update(whole).digest('hex'))
    expect((await buffer(await assets.open(asset))).equals(whole)).toBe(true)
    const larger = Readable.from([...pieces, Buffer.alloc(1)])
    await expect(assets.writeStream({ ...file, body: larger, expiresAt: NOW + DAY_MS })).rejects.toMatchObject({
      code: 'payload_too_large',
    })
    await assets.deleteUnrecorded([asset])
    expect(await server.keys()).toEqual([])
  })

  it('files in a bucket are written, read whole and in part, and deleted when their time has come', async () => {
    const assets = assetsOn(await openDisk(server.storageUrl('files/kept/here'), S3))
    expect(await server.keys()).toEqual([]) // what tried the bucket is gone
    const songs = await Promise.all([1, 2, 3].map((frames) => upload(assets, mp3(frames))))
    const keyOf = (id: string) => `kept/here/${id.slice(0, 2)}/${id}.mp3`
    expect(await server.keys()).toEqual(songs.map(({ id }) => keyOf(id)).sort())
    const [, song] = songs
    if (!song) throw new Error('No song was stored.')
    expect(Buffer.from(mp3(2)).equals(await buffer(await assets.open(song)))).toBe(true)
    expect([...(await buffer(await assets.open(song, { start: 416, end: 418 })))]).toEqual([0, 0xff, 0xfb])
    expect(await assets.sweep(NOW + DAY_MS, 100)).toBe(3)
    expect(await server.keys()).toEqual([])
    await expect(assets.open(song)).rejects.toMatchObject({ code: 'not_found' })
    await expect(assets.open(song, { start: 0, end: 1 })).rejects.toMatchObject({ code: 'not_found' })
    await expect(assets.deleteUnrecorded([song])).resolves.toBeUndefined()
  })

  it('files in a bucket are swept when no row knows them, and they are some hours old', async () => {
    const disk = await openDisk(server.storageUrl('files/swept'), S3)
    await adoptStorage(store, disk)
    const assets = assetsOn(disk)
    const known = await upload(assets)
    const strays = []
    for (let frames = 1; frames <= 3; frames++) {
      const file = { tenantId: 'tenant', taskId: null, kind: 'output' as const, expiresAt: NOW + DAY_MS }
      strays.push(await assets.write({ ...file, body: mp3(frames) }))
    }
    const elsewhere = await openDisk(server.storageUrl('files/swept/within'), S3)
    await elsewhere.put(`ab/${crypto.randomUUID()}.mp3`, 'of another folder')
    expect(await assets.sweepStrays(Date.now())).toBe(0)
    expect(await assets.sweepStrays(Date.now() + DAY_MS)).toBe(3)
    const [{ storage }, keys] = [await store.listFingerprints({}), await server.keys()]
    expect(keys).toContain(`swept/.owners/tenant.${storage}`)
    expect(keys).toContain(`swept/${known.id.slice(0, 2)}/${known.id}.mp3`)
    expect(keys.filter((key) => key.startsWith('swept/within/'))).toHaveLength(1)
    expect(strays.filter(({ id }) => keys.some((key) => key.includes(id)))).toEqual([])
    for (const key of keys) await (await openDisk(server.storageUrl(), S3)).delete(key)
  })

  it('files in a bucket do not affect those of another folder in it', async () => {
    const [one, other] = [await openDisk(server.storageUrl('files/one'), S3), await openDisk(server.storageUrl(), S3)]
    await one.put('a.txt', 'one')
    await other.put('a.txt', 'other')
    expect(await server.keys()).toEqual(['a.txt', 'one/a.txt'])
    await other.delete('a.txt')
    expect(await one.get('a.txt')).toBe('one')
    await one.delete('a.txt')
  })
})

describe('a bucket that cannot be used', () => {
  it.each([
    [
      'is missing',
      () => server.storageUrl('nowhere'),
      S3_KEYS,
      /s3:\/\/nowhere\/ at .*there is no such bucket. Create it/,
    ],
    [
      'refuses the key',
      () => server.storageUrl(),
      { ...S3_KEYS, AWS_ACCESS_KEY_ID: 'another' },
      /does not know the key\. Correct AWS_ACCESS_KEY_ID/,
    ],
    [
      'is not there',
      () => 's3://files?endpoint=http://127.0.0.1:1&force_path_style=true',
      S3_KEYS,
      /ECONNREFUSED.*Is the endpoint right, and does it run\?/,
    ],
    ['has half its keys', () => server.storageUrl(), { AWS_ACCESS_KEY_ID: 'S3RVER' }, /only one is set; set both/],
  ])('the start says what to do when the bucket %s', async (_, url, env: Record<string, string>, words) => {
    await expect(openDisk(url(), keysOf(env))).rejects.toThrow(words)
  })

  it.each([
    ['s3://', /names no bucket; write it as s3:\/\/bucket\/folder/],
    ['s3:files', /names no bucket/],
    ['s3://key:secret@files', /no place for credentials: set AWS_ACCESS_KEY_ID/],
    ['s3://files?acl=public', /no parameter "acl"/],
    ['s3://files?endpoint=127.0.0.1:9000', /endpoint must be an http or https URL/],
    ['s3://files?force_path_style=yes', /must be true or false, not "yes"/],
  ])('the storage URL %s is refused', async (url, words) => {
    await expect(openDisk(url, S3)).rejects.toThrow(words)
  })

  it('the region and the credentials of a bucket come from the environment, and a self-hosted server accepts any region', () => {
    const env = { ...S3_KEYS, AWS_REGION: 'eu-north-1', AWS_SESSION_TOKEN: 'for an hour' }
    expect(s3Place('s3://files/a/b/', keysOf(env))).toEqual({
      bucket: 'files',
      folder: 'a/b/',
      region: 'eu-north-1',
      endpoint: undefined,
      forcePathStyle: false,
      credentials: { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER', sessionToken: 'for an hour' },
    })
    expect(s3Place('s3://files?region=auto', keysOf(env))).toMatchObject({ region: 'auto' })
    expect(s3Place('s3://files?endpoint=http://minio:9000', keysOf({}))).toMatchObject({
      region: 'us-east-1',
      credentials: undefined,
    })
    expect(s3Place('s3://files', keysOf({}))).toMatchObject({ region: undefined, folder: '' })
  })
})

describe('an error of the storage', () => {
  let broken: FakeVendor
  let assets: Assets
  /** The next answers; the SDK asks again after a 5xx, twice. */
  const answers = (status: number, code: string) => {
    const bytes = Buffer.from(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>words</Message></Error>`)
    broken.next.push(...Array.from({ length: 3 }, () => ({ status, bytes, type: 'application/xml' })))
  }

  beforeAll(async () => {
    broken = await openFakeVendor(() => ({ status: 204, bytes: new Uint8Array(), type: 'text/plain' }))
    const place = s3Place(`s3://files?endpoint=${broken.url}&force_path_style=true`, S3)
    assets = assetsOn(new Disk(new S3Files(place)))
  })
  afterAll(() => broken?.close())

  it.each([
    [507, 'XMinioStorageFull', 'storage_full'],
    [403, 'QuotaExceeded', 'storage_full'],
    [403, 'AccessDenied', 'store_unavailable'],
    [404, 'NoSuchBucket', 'store_unavailable'],
    [500, 'InternalError', 'store_unavailable'],
  ])('the storage reports an error (%i %s) as %s to a client that brings a file', async (status, code, meaning) => {
    broken.next.length = 0
    answers(status, code)
    await expect(upload(assets)).rejects.toMatchObject({ code: meaning, message: expect.not.stringContaining('words') })
  })

  it.each([
    [404, 'NoSuchKey', 'not_found'],
    [403, 'AccessDenied', 'store_unavailable'],
    [503, 'SlowDown', 'store_unavailable'],
  ])('the storage reports an error (%i %s) as %s to a client that reads a file', async (status, code, meaning) => {
    broken.next.length = 0
    const song = await upload(assets)
    answers(status, code)
    await expect(assets.open(song)).rejects.toMatchObject({ code: meaning })
    broken.next.length = 0
    answers(status, code)
    await expect(assets.open(song, { start: 0, end: 9 })).rejects.toMatchObject({ code: meaning })
  })

  it('the row of a file that could not be deleted stays', async () => {
    broken.next.length = 0
    const song = await upload(assets)
    broken.next.push(...Array.from({ length: 300 }, () => 'lost' as const))
    expect(await assets.sweep(NOW + DAY_MS, 1)).toBe(0)
    broken.next.length = 0
    expect(await store.getAsset({ id: song.id })).toEqual(song)
    expect(await assets.sweep(NOW + DAY_MS, 100)).toBeGreaterThan(0)
    expect(await store.getAsset({ id: song.id })).toBeUndefined()
  })

  it('a bucket is written to without the checksums that servers other than Amazon’s refuse', async () => {
    broken.next.length = 0
    await upload(assets)
    const put = broken.seen.findLast(({ method }) => method === 'PUT')
    expect(put?.headers['content-type']).toBe('audio/mpeg')
    expect(Object.keys(put?.headers ?? {}).filter((name) => /checksum|trailer|x-amz-acl/.test(name))).toEqual([])
  })
})

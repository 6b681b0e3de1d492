import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import Fastify, { type FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openMigratedSqlite } from '../../test/support/migrated-sqlite.ts'
import { type Assets, openAssets } from '../assets/assets.ts'
import { mp3, sampleFiles } from '../assets/sample-files.ts'
import { openDisk } from '../assets/storage.ts'
import type { Asset } from '../core/asset.ts'
import type { Store } from '../store/store.ts'
import { files } from './files.ts'

const START = Date.parse('2026-01-01T00:00:00Z')
const DAY = 86_400_000

let folder: string
let store: Store
let assets: Assets
let app: FastifyInstance
let origin: string
let song: Asset
let now: number
let opened: Readable[]

const body = Buffer.from(mp3(2))
const sha256 = createHash('sha256').update(body).digest()

beforeAll(async () => {
  now = START
  folder = await mkdtemp(join(tmpdir(), 'polyphony-files-'))
  store = await openMigratedSqlite({ path: join(folder, 'polyphony.db') })
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
  await store.createTenant({ tenant })
  const clock = { now: () => now }
  const disk = await openDisk(`file:${join(folder, 'files')}`)
  assets = openAssets({ disk, store, clock, log: pino({ level: 'silent' }), maxBytes: 100_000_000 })
  song = await assets.upload({ tenantId: 'tenant', mode: 'live', body, expiresAt: START + DAY })
  app = Fastify()
  const watched: Pick<Assets, 'find' | 'open'> = {
    find: (id) => assets.find(id),
    open: async (...args) => {
      const stream = await assets.open(...args)
      opened.push(stream)
      return stream
    },
  }
  await app.register(files, { assets: watched, clock })
  origin = await app.listen({ host: '127.0.0.1', port: 0 })
})

afterAll(async () => {
  await app.close()
  await store.close()
  await rm(folder, { recursive: true })
})

beforeEach(() => {
  now = START
  opened = []
})

const get = (headers: Record<string, string> = {}, method = 'GET') =>
  fetch(`${origin}/files/${song.id}.mp3`, { method, headers })

const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer())

describe('a stored file', () => {
  it('a stored file is sent whole, with headers that let it be cached and checked, and never run', async () => {
    const response = await get()
    expect(response.status).toBe(200)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'audio/mpeg',
      'content-length': '834',
      'content-disposition': `inline; filename="${song.id}.mp3"`,
      etag: `"${sha256.toString('hex')}"`,
      'last-modified': 'Thu, 01 Jan 2026 00:00:00 GMT',
      'repr-digest': `sha-256=:${sha256.toString('base64')}:`,
      'cache-control': 'public, max-age=86400, immutable',
      'accept-ranges': 'bytes',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "sandbox; default-src 'none'",
      'cross-origin-resource-policy': 'cross-origin',
      'access-control-allow-origin': '*',
    })
    expect(body.equals(await bytesOf(response))).toBe(true)
  })

  it('a stored file answers HEAD with the same headers, and opens nothing', async () => {
    const whole = await get()
    await whole.arrayBuffer()
    opened = []
    const head = await get({ range: 'bytes=0-1' }, 'HEAD')
    expect(head.status).toBe(200)
    expect(await bytesOf(head)).toHaveLength(0)
    const transport = ['date', 'connection', 'keep-alive']
    const about = ({ headers }: Response) => [...headers].filter(([name]) => !transport.includes(name))
    expect(about(head)).toEqual(about(whole))
    expect(opened).toEqual([])
  })

  it('a stored file is downloaded, not shown, when it is no picture, sound or video', async () => {
    const glb = (await sampleFiles['model/gltf-binary']?.()) ?? new Uint8Array()
    const model = await assets.upload({ tenantId: 'tenant', mode: 'live', body: glb, expiresAt: START + 900 * DAY })
    const response = await fetch(`${origin}/files/${model.id}.glb`)
    expect(response.headers.get('content-disposition')).toBe(`attachment; filename="${model.id}.glb"`)
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect(await bytesOf(response)).toHaveLength(glb.byteLength)
  })
})

describe('a range', () => {
  it.each([
    ['bytes=0-3', 'bytes 0-3/834', 0, 4],
    ['bytes=417-', 'bytes 417-833/834', 417, 834],
    ['bytes=-10', 'bytes 824-833/834', 824, 834],
    ['bytes=830-2000', 'bytes 830-833/834', 830, 834],
  ])('the range %s is answered with %s', async (range, contentRange, from, to) => {
    const response = await get({ range })
    expect(response.status).toBe(206)
    expect(response.headers.get('content-range')).toBe(contentRange)
    expect(response.headers.get('content-length')).toBe(String(to - from))
    expect(body.subarray(from, to).equals(await bytesOf(response))).toBe(true)
  })

  it.each(['bytes=834-', 'bytes=-0'])('the range %s is outside the file', async (range) => {
    const response = await get({ range })
    expect(response.status).toBe(416)
    expect(response.headers.get('content-range')).toBe('bytes */834')
    expect(response.headers.get('etag')).toBeNull()
    expect(await response.json()).toMatchObject({ code: 416 })
  })

  it.each(['bytes=0-1,4-5', 'lines=1-2', 'bytes=9-1'])('the range %s gives the whole file', async (range) => {
    const response = await get({ range })
    expect(response.status).toBe(200)
    expect(await bytesOf(response)).toHaveLength(834)
  })

  it('a range is given only for the version that If-Range names', async () => {
    const statusWith = async (ifRange: string) => {
      const response = await get({ range: 'bytes=0-1', 'if-range': ifRange })
      await response.arrayBuffer()
      return response.status
    }
    expect(await statusWith(`"${song.sha256}"`)).toBe(206)
    expect(await statusWith('Thu, 01 Jan 2026 00:00:00 GMT')).toBe(206)
    expect(await statusWith('"other"')).toBe(200)
    expect(await statusWith(`W/"${song.sha256}"`)).toBe(200)
  })
})

describe('a file that the client has', () => {
  it.each([
    ['if-none-match', () => `"${song.sha256}"`, 304],
    ['if-none-match', () => `"other", W/"${song.sha256}"`, 304],
    ['if-none-match', () => '*', 304],
    ['if-none-match', () => '"other"', 200],
    ['if-modified-since', () => 'Thu, 01 Jan 2026 00:00:00 GMT', 304],
    ['if-modified-since', () => 'Wed, 31 Dec 2025 00:00:00 GMT', 200],
    ['if-modified-since', () => 'yesterday', 200],
  ])('a file that the client has is sent again only if %s requires it', async (header, value, status) => {
    const response = await get({ [header]: value() })
    expect(response.status).toBe(status)
    expect(response.headers.get('etag')).toBe(`"${song.sha256}"`)
    expect(await bytesOf(response)).toHaveLength(status === 304 ? 0 : 834)
  })
})

describe('a file that is not there', () => {
  const expectMissing = async (name: string) => {
    const response = await fetch(`${origin}/files/${name}`)
    expect(response.status).toBe(404)
    expect(response.headers.get('content-type')).toMatch(/^application\/json/)
    expect(await response.json()).toEqual({ code: 404, message: expect.any(String) })
  }

  it('an unknown, misnamed or malformed file name is answered with 404 in JSON', async () => {
    const names = [
      `${crypto.randomUUID()}.mp3`,
      `${song.id}.wav`,
      song.id,
      `${song.id}.mp3.exe`,
      '..%2f..%2fetc%2fpasswd',
    ]
    for (const name of names) await expectMissing(name)
  })

  it('a file is answered with 404 once it has expired, or is missing on disk', async () => {
    const lost = await assets.upload({ tenantId: 'tenant', mode: 'live', body, expiresAt: START + DAY })
    await assets.deleteUnrecorded([lost])
    await expectMissing(`${lost.id}.mp3`)
    now = START + DAY
    await expectMissing(`${song.id}.mp3`)
  })
})

it('a file is closed when the client disconnects', async () => {
  const long = await assets.upload({ tenantId: 'tenant', mode: 'live', body: mp3(100_000), expiresAt: START + DAY })
  const request = httpRequest(`${origin}/files/${long.id}.mp3`).end()
  const [response] = await once(request, 'response')
  await once(response, 'readable')
  const [stream] = opened
  const closed = stream && once(stream, 'close')
  request.on('error', () => {}) // we hang up ourselves
  request.destroy()
  await closed
  expect(stream?.destroyed).toBe(true)
})

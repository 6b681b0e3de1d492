import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sampleFiles } from '../../src/assets/sample-files.ts'
import type { JsonObject } from '../../src/core/json.ts'
import { download, LIVE_KEY, openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'
import { migratedDatabase } from '../support/postgres-database.ts'
import { handProvider } from './hand-provider.ts'

/** PiAPI's Private Asset Library, as its clients use it: a file by its URL, then `asset://ID` in inputs. */

interface LibraryAsset {
  asset_id: string
  name: string
  asset_type: string
  status: string
  url: string
  size: number
  created_at: string
  expires_at: string
}

const HOUR_MS = 3_600_000
/** Hours. */
const keptFor = ({ created_at, expires_at }: LibraryAsset): number =>
  (Date.parse(expires_at) - Date.parse(created_at)) / HOUR_MS
const UNKNOWN = '0d9a6f3e-51b2-4c77-9a7e-1f2a3b4c5d6e'

/** A web server with one file of each kind, and paths that have none. */
async function openWebServer() {
  const files: Record<string, Uint8Array | undefined> = {
    '/face.png': await sampleFiles['image/png']?.(),
    '/dance.mp4': await sampleFiles['video/mp4']?.(),
    '/voice.mp3': await sampleFiles['audio/mpeg']?.(),
    '/page.html': Buffer.from('<html></html>'),
  }
  const server = createServer((request, response) => {
    const file = files[request.url ?? '']
    if (file) response.end(file)
    else response.writeHead(request.url === '/down' ? 500 : 404).end()
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as AddressInfo // it listens on TCP
  return { url: `http://127.0.0.1:${port}`, files, close: () => new Promise((done) => server.close(done)) }
}

describe.each(['SQLite', 'PostgreSQL'])('on %s, the asset library of a tenant', (engine) => {
  let gateway: TestGateway
  let web: Awaited<ReturnType<typeof openWebServer>>
  beforeAll(async () => {
    web = await openWebServer()
    const env: Record<string, string> = engine === 'SQLite' ? {} : { DATABASE_URL: await migratedDatabase() }
    // So that a live key could have the work, if its files were its own.
    const house = [handProvider({ operations: ['seedance/seedance-2-fast-less-restriction'] })]
    gateway = await openGateway({ env, replaced: { builtIn: house } })
  })
  afterAll(async () => {
    await gateway?.[Symbol.asyncDispose]()
    await web?.close()
  })

  const upload = async (sent: JsonObject, key = TEST_KEY) => {
    const { status, body } = await gateway.send('POST', '/api/v1/asset/upload', { key, body: sent })
    return { status, body: body as unknown as LibraryAsset } // the shape that its clients rely on
  }
  const listed = async (key = TEST_KEY, query = ''): Promise<LibraryAsset[]> => {
    const { status, body } = await gateway.send('GET', `/api/v1/asset/list${query}`, { key })
    expect(status).toBe(200)
    const { items, assets } = body as unknown as Record<'items' | 'assets', LibraryAsset[]>
    expect(assets).toEqual(items)
    return items
  }
  const seedance = (image_urls: string[], key = TEST_KEY) =>
    gateway.piapi.post(
      {
        model: 'seedance',
        task_type: 'seedance-2-fast-less-restriction',
        input: { prompt: '@image1 waves sandbox:fast', mode: 'omni_reference', image_urls, duration: 4 },
      },
      { key },
    )

  it('keeps a file by its URL, lists it, and lends it to an input', async () => {
    const { status, body } = await upload({ url: `${web.url}/face.png`, asset_type: 'Image', name: 'ref' })
    expect(status).toBe(200)
    const asset = {
      asset_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name: 'ref',
      asset_type: 'Image',
      status: 'Active',
      url: expect.stringContaining(`${gateway.url}/files/`),
      size: web.files['/face.png']?.byteLength,
    }
    expect(body).toMatchObject({ ...asset, data: asset })
    expect((await listed())[0]).toMatchObject(asset)
    const created = await seedance([`asset://${body.asset_id}`])
    expect(created.status, JSON.stringify(created.body)).toBe(200)
    const task = await gateway.piapi.ended(created.body.data.task_id, { key: TEST_KEY })
    expect(task).toMatchObject({ status: 'completed', input: { image_urls: [body.url] } })
    const { bytes } = await download(body.url)
    expect(Buffer.compare(bytes, Buffer.from(web.files['/face.png'] ?? ''))).toBe(0)
  })

  it.each([
    ['video', '/dance.mp4', 'video', 'Video'],
    ['sound', '/voice.mp3', undefined, 'Audio'],
  ])('keeps a %s under the name that it has where it lies', async (_kind, path, asset_type, type) => {
    const { body } = await upload({ url: web.url + path, ...(asset_type === undefined ? {} : { asset_type }) })
    expect(body).toMatchObject({ name: path.slice(1), asset_type: type, status: 'Active' })
  })

  it.each<[string, JsonObject, string, number]>([
    ['no URL', { asset_type: 'Image' }, 'url is required.', 400],
    ['an empty URL', { url: '' }, 'url is required.', 400],
    ['a path', { url: 'face.png' }, 'url must be an http or https URL', 400],
    [
      'a kind that there is not',
      { url: '/face.png', asset_type: 'Model' },
      'asset_type must be one of Image, Video',
      400,
    ],
    ['another kind of file', { url: '/face.png', asset_type: 'Video' }, 'url must lead to a video, not image/png', 415],
    ['a page', { url: '/page.html' }, 'url: ', 415],
    ['a missing file', { url: '/nothing.png' }, 'url: ', 415],
    ['a server that fails', { url: '/down' }, 'url gave no file', 400],
    ['a private address', { url: 'http://10.0.0.1/face.png' }, 'url: ', 400],
    ['a name that is no text', { url: '/face.png', name: 7 }, 'name must be a string.', 400],
    ['a long name', { url: '/face.png', name: 'a'.repeat(129) }, 'name has at most 128 characters.', 400],
    [
      'no time to keep it',
      { url: '/face.png', asset_retention_hours: 0 },
      'asset_retention_hours must be more than 0',
      400,
    ],
  ])('refuses %s by the name of the field, and keeps nothing', async (_what, { url, ...body }, message, status) => {
    const before = await listed()
    const full = typeof url === 'string' && url.startsWith('/') ? web.url + url : url
    const answer = await upload({ ...body, ...(full === undefined ? {} : { url: full }) })
    expect(answer.status).toBe(status)
    expect((answer.body as unknown as { message: string }).message).toContain(message)
    expect(await listed()).toEqual(before)
  })

  it('keeps a file for as many hours as are requested', async () => {
    const { body } = await upload({ url: `${web.url}/face.png`, asset_retention_hours: 3 })
    expect(keptFor(body)).toBeCloseTo(3, 1)
    const forever = await upload({ url: `${web.url}/face.png` })
    expect(keptFor(forever.body)).toBeCloseTo(90 * 24, 1)
  })

  it('keeps a file from a data URI in any spelling, and from an address with a space', async () => {
    const content = Buffer.from(web.files['/face.png'] ?? '').toString('base64url')
    const { body } = await upload({ url: ` DATA:image/png;name="a, b.png";BASE64,${content}\n` })
    expect(body).toMatchObject({ asset_type: 'Image' })
    web.files['/my%20face.png'] = web.files['/face.png'] ?? new Uint8Array()
    const fetched = await upload({ url: `${web.url.replace('http:', 'HTTP:')}/my face.png\n` })
    expect(fetched.body).toMatchObject({ asset_type: 'Image' })
  })

  it('keeps the files that come with a task for as many hours as the task says', async () => {
    const image = `data:image/png;base64,${Buffer.from(web.files['/face.png'] ?? '').toString('base64')}`
    const created = await gateway.piapi.create(
      'seedance-2-less-restriction',
      { prompt: 'sandbox:fast', image_urls: [image], auto_upload_assets: true, asset_retention_hours: 5 },
      { key: TEST_KEY, model: 'seedance' },
    )
    const { image_urls: [url] = [] } = created.input as { image_urls?: string[] }
    const id = /\/files\/([0-9a-f-]{36})/.exec(String(url))?.[1] ?? ''
    const asset = await gateway.store.getAsset({ id })
    expect((asset?.expiresAt ?? 0) - (asset?.createdAt ?? 0)).toBeGreaterThan(5 * HOUR_MS - 60_000)
    expect((asset?.expiresAt ?? 0) - (asset?.createdAt ?? 0)).toBeLessThanOrEqual(5 * HOUR_MS)
  })

  it('pages on with the cursor of the page before', async () => {
    const all = await listed()
    const { body } = await gateway.send('GET', '/api/v1/asset/list?limit=1', { key: TEST_KEY })
    const { items, next_cursor } = body as unknown as { items: LibraryAsset[]; next_cursor: string }
    expect(items).toEqual(all.slice(0, 1))
    expect((await listed(TEST_KEY, `?limit=100&cursor=${next_cursor}`)).map(({ asset_id }) => asset_id)).toEqual(
      all.slice(1).map(({ asset_id }) => asset_id),
    )
  })

  it('does not lend files to others', async () => {
    const { body: own } = await upload({ url: `${web.url}/face.png` }, LIVE_KEY)
    const other = await gateway.tenant({ key: { mode: 'test' } })
    const before = await gateway.balance()
    for (const [id, key] of [
      [own.asset_id, other.key],
      [own.asset_id, TEST_KEY], // the tenant's own, of its live keys
      [UNKNOWN, LIVE_KEY],
      ['no-id', LIVE_KEY],
    ] as const) {
      const refused = await seedance([`asset://${id}`], key)
      expect(refused).toMatchObject({
        status: 400,
        body: { message: expect.stringContaining('input.image_urls.0 names no asset of your library') },
      })
    }
    expect(await listed(other.key)).toEqual([])
    const { available, held } = before
    expect(await gateway.balance()).toMatchObject({ available, held })
  })

  it('lends no file of another kind than the field takes', async () => {
    const { body } = await upload({ url: `${web.url}/dance.mp4` })
    expect(await seedance([`asset://${body.asset_id}`])).toMatchObject({
      status: 415,
      body: { message: expect.stringContaining('input.image_urls.0 must be an image, not video/mp4') },
    })
  })
})

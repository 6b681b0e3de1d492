import { createHash } from 'node:crypto'
import { createFalClient } from '@fal-ai/client'
import RunwayML, { toFile } from '@runwayml/sdk'
import OpenAI from 'openai'
import Replicate from 'replicate'
import sharp from 'sharp'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { BuiltInAccount } from '../../src/accounts/member.ts'
import { getOperation, listOperations } from '../../src/catalog/catalog.ts'
import { filesIn } from '../../src/catalog/media.ts'
import type { Json, JsonObject } from '../../src/core/json.ts'
import { LIVE_KEY, openGateway, type TestGateway } from '../support/gateway.ts'

/** Files as the vendors' clients send them, and then name them in a live task: what its provider gets are the same bytes. */

/** The hashes of the files of each job, as a provider reads them before it sends them on. */
const seen: string[][] = []
const seeing: BuiltInAccount = {
  mode: 'live',
  slots: 8,
  provider: {
    id: 'seeing',
    operations: new Set(listOperations().map(({ id }) => id)),
    async submit(job, _account, signal) {
      const files = filesIn(getOperation(job.operation).input, job.input)
      const all = await Promise.all(files.map(({ value }) => job.file(value, signal)))
      seen.push(all.map(({ bytes }) => hashOf(bytes)))
      return { failed: { reason: 'It has seen enough.' } }
    },
    reconcile: async () => 'absent',
  },
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

let gateway: TestGateway
/** Every test has a picture of its own. */
let picture: Buffer
let count = 0
beforeAll(async () => {
  gateway = await openGateway({ env: { POLYPHONY_UPLOAD_MAX_BYTES: '1000000' }, replaced: { builtIn: [seeing] } })
})
afterAll(() => gateway?.[Symbol.asyncDispose]())
beforeEach(async () => {
  seen.length = 0
  count += 1
  const background = { r: count, g: 99, b: 7 }
  picture = await sharp({ create: { width: 512, height: 512, channels: 3, background } })
    .png()
    .toBuffer()
})

/** What an upload that is refused is answered with. */
class Refused extends Error {
  readonly status: number
  constructor(status: number, body: string) {
    super(`${status} ${body}`)
    this.status = status
  }
}

async function answered(answer: Response): Promise<Json> {
  const text = await answer.text()
  if (!answer.ok) throw new Refused(answer.status, text)
  return text === '' ? null : (JSON.parse(text) as Json)
}

const textAt = (value: Json, ...path: string[]): string =>
  String(path.reduce<Json | undefined>((at, name) => (at as JsonObject | undefined)?.[name], value)) // as the vendor has it

const formOf = (fields: Record<string, string | Blob>): FormData => {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  return form
}
const blob = (bytes: Uint8Array, type = 'image/png') => new File([new Uint8Array(bytes)], 'a.png', { type })
const post = async (path: string, body: FormData | object, headers: Record<string, string>) => {
  const isForm = body instanceof FormData
  return answered(
    await fetch(gateway.url + path, {
      method: 'POST',
      headers: { ...headers, ...(isForm ? {} : { 'content-type': 'application/json' }) },
      body: isForm ? body : JSON.stringify(body),
    }),
  )
}
const bearer = (key: string) => ({ authorization: `Bearer ${key}` })

const replicate = (key: string, at = gateway) => new Replicate({ auth: key, baseUrl: `${at.url}/replicate/v1` })
const runway = (key: string) => new RunwayML({ apiKey: key, baseURL: `${gateway.url}/runwayml`, maxRetries: 0 })
const fal = (key: string, at = gateway) =>
  createFalClient({ credentials: key, proxyUrl: { url: `${at.url}/fal/proxy`, when: 'always' } })

async function sendParts(base: string, bytes: Uint8Array, headers: Record<string, string> = {}) {
  const at = Math.floor(bytes.length / 2)
  // As they arrive: clients send them side by side, and name them in the order in which they were done.
  const parts = await Promise.all(
    [bytes.subarray(at), bytes.subarray(0, at)].map(async (part, index) => {
      const partNumber = 2 - index
      const answer = await fetch(`${base}/${partNumber}`, { method: 'PUT', headers, body: new Uint8Array(part) })
      if (!answer.ok) throw new Refused(answer.status, await answer.text())
      return { partNumber, etag: answer.headers.get('etag') }
    }),
  )
  return parts
}
const completeParts = (base: string, parts: object, headers: Record<string, string> = {}) =>
  fetch(`${base}/complete`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ parts }),
  })

interface FalParts {
  access_url: string
  base: string
  headers: Record<string, string>
}

/** As `fal_client` of Python begins an upload in parts. */
async function beginFalParts(key: string): Promise<FalParts> {
  const token = await post('/fal/storage/auth/token?storage_type=fal-cdn-v3', {}, { authorization: `Key ${key}` })
  const headers = bearer(textAt(token, 'token'))
  const begun = await answered(
    await fetch(`${textAt(token, 'base_url')}/files/upload/multipart`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'image/png', 'x-fal-file-name': 'my fog.png' },
    }),
  )
  const access_url = textAt(begun, 'access_url')
  return { access_url, base: `${access_url}/multipart/${textAt(begun, 'uploadId')}`, headers }
}

interface Way {
  /** What an input names the file by. Throws an error with a status. */
  upload(bytes: Uint8Array, key: string): Promise<string>
  use: Use
  /** Only requests of its tenant may name it; others know no more than its address. */
  isOwned?: true
  remove?(name: string): Promise<unknown>
}
type Use = (name: string, key: string) => Promise<Json>

const prompt = 'a lighthouse in the fog'
const USES = {
  replicate: (image, key) =>
    post('/replicate/v1/models/black-forest-labs/flux-dev/predictions', { input: { prompt, image } }, bearer(key)),
  fal: (image_url, key) =>
    post('/fal/queue/fal-ai/flux/dev/image-to-image', { prompt, image_url }, { authorization: `Key ${key}` }),
  runway: (promptImage, key) =>
    post('/runway/v1/image_to_video', { model: 'gen4_turbo', promptImage, ratio: '1280:720' }, bearer(key)),
  piapi: (image_url, key) =>
    post(
      '/api/v1/task',
      { model: 'kling', task_type: 'video_generation', input: { prompt, image_url } },
      { 'x-api-key': key },
    ),
} satisfies Record<string, Use>

const WAYS: Record<string, Way> = {
  'files.create of the package replicate': {
    upload: async (bytes, key) => (await replicate(key).files.create(Buffer.from(bytes))).urls.get,
    use: USES.replicate,
    async remove(name) {
      const { results } = await replicate(LIVE_KEY).files.list()
      await replicate(LIVE_KEY).files.delete(results.find(({ urls }) => urls.get === name)?.id ?? '')
    },
  },
  'Replicate’s form by hand, with its metadata and a type': {
    async upload(bytes, key) {
      const fields = { content: blob(bytes), metadata: '{"album":"fog"}', type: 'image/png', filename: 'a.png' }
      return textAt(await post('/replicate/v1/files', formOf(fields), bearer(key)), 'urls', 'get')
    },
    use: USES.replicate,
  },
  'storage.upload of @fal-ai/client': {
    upload: (bytes, key) => fal(key).storage.upload(blob(bytes)),
    use: USES.fal,
  },
  'upload_file of Python’s fal_client in parts': {
    async upload(bytes, key) {
      const { access_url, base, headers } = await beginFalParts(key)
      await answered(await completeParts(base, await sendParts(base, bytes, headers), headers))
      return access_url
    },
    use: USES.fal,
  },
  'uploads.createEphemeral of @runwayml/sdk': {
    upload: async (bytes, key) =>
      (await runway(key).uploads.createEphemeral({ file: await toFile(bytes, 'a.png') })).uri,
    use: USES.runway,
    isOwned: true,
  },
  'PiAPI’s ephemeral_resource': {
    async upload(bytes, key) {
      const body = { file_name: 'a.png', file_data: Buffer.from(bytes).toString('base64') }
      return textAt(await post('/api/ephemeral_resource', body, { 'x-api-key': key }), 'data', 'url')
    },
    use: USES.piapi,
  },
  'PiAPI’s ephemeral_resource as a form': {
    upload: async (bytes, key) =>
      textAt(await post('/api/ephemeral_resource', formOf({ file: blob(bytes) }), { 'x-api-key': key }), 'data', 'url'),
    use: USES.piapi,
  },
  'PiAPI’s asset library': {
    async upload(bytes, key) {
      const url = `data:image/png;base64,${Buffer.from(bytes).toString('base64')}`
      const body = { url, name: 'fog', asset_type: 'Image' }
      return `asset://${textAt(await post('/api/v1/asset/upload', body, { 'x-api-key': key }), 'asset_id')}`
    },
    use: USES.piapi,
    isOwned: true,
  },
  'our own files': {
    upload: async (bytes, key) =>
      textAt(await post('/polyphony/v1/files', formOf({ file: blob(bytes) }), bearer(key)), 'url'),
    use: USES.piapi,
  },
  'Midjourney’s upload-discord-images': {
    async upload(bytes, key) {
      const base64Array = [Buffer.from(bytes).toString('base64')]
      const { result } = (await post('/mj/submit/upload-discord-images', { base64Array }, bearer(key))) as JsonObject
      return String((result as Json[])[0])
    },
    use: USES.piapi,
  },
}

/** The status of a refusal; 0 where it was accepted. */
async function refusalOf(work: Promise<unknown>): Promise<number> {
  try {
    await work
    return 0
  } catch (error) {
    const { status, response } = error as { status?: number; response?: { status: number } }
    const known = status ?? response?.status
    if (known === undefined) throw error
    return known
  }
}

/** Of files: what is begun and not finished takes some bytes of its own. */
const BYTES_OF_DRAFTS = 500

async function bytesKept(tenantId: string): Promise<number> {
  const { bytes } = await gateway.store.getStorageUse({ tenantId, mode: 'live' })
  const expired = await gateway.store.listExpiredAssets({ now: Date.now(), limit: 100 })
  // What was removed counts until it is swept.
  return expired.reduce((left, one) => left - (one.tenantId === tenantId ? one.sizeBytes : 0), bytes)
}

describe.each(Object.entries(WAYS))('a file that came by %s', (_name, { upload, use, isOwned, remove }) => {
  it('reaches the provider of a live task byte for byte, also of a second one', async () => {
    const name = await upload(picture, LIVE_KEY)
    await use(name, LIVE_KEY)
    await use(name, LIVE_KEY)
    await expect.poll(() => seen).toEqual([[hashOf(picture)], [hashOf(picture)]])
    expect(await refusalOf(use(name, (await gateway.tenant({})).key))).toBe(isOwned ? 400 : 0)
    if (!remove) return
    await remove(name)
    expect(await refusalOf(use(name, LIVE_KEY))).toBeGreaterThanOrEqual(400)
  })

  it('is refused where it is no picture, empty or too large, and nothing of it is kept', async () => {
    const { key, tenantId } = await gateway.tenant({})
    expect([400, 415, 422]).toContain(await refusalOf(upload(Buffer.from('no picture at all'), key)))
    expect([400, 415, 422]).toContain(await refusalOf(upload(Buffer.alloc(0), key)))
    expect([400, 413]).toContain(await refusalOf(upload(Buffer.concat([picture, Buffer.alloc(1_000_000)]), key)))
    expect(await bytesKept(tenantId)).toBeLessThan(BYTES_OF_DRAFTS)
  })
})

const dataUri = () => `data:image/png;base64,${picture.toString('base64')}`
const base64 = () => picture.toString('base64')
const sent = (path: string, body: FormData | object) => post(path, body, bearer(LIVE_KEY))

/** Requests that have their files within. A synchronous one is answered with the failure of its task. */
const WITHIN: Record<string, [files: number, send: () => Promise<unknown>]> = {
  'Ideogram’s form': [
    1,
    () =>
      post('/v1/ideogram-v3/remix', formOf({ prompt, image: blob(picture), image_weight: '60' }), {
        'api-key': LIVE_KEY,
      }),
  ],
  'Recraft’s form with a mask': [
    2,
    () => sent('/v1/images/inpaint', formOf({ model: 'recraftv3', prompt, image: blob(picture), mask: blob(picture) })),
  ],
  'OpenAI’s edit of several pictures with a mask': [
    3,
    async () => {
      const openai = new OpenAI({ apiKey: LIVE_KEY, baseURL: `${gateway.url}/v1`, maxRetries: 0 })
      const image = [blob(picture), blob(picture)]
      return openai.images.edit({ model: 'gpt-image-1.5', prompt, image, mask: blob(picture) })
    },
  ],
  'Kling’s bare base64': [
    2,
    () =>
      sent('/kling/v1/videos/image2video', {
        ...{ model_name: 'kling-v2-1', mode: 'pro', prompt, duration: '5' },
        ...{ image: base64(), image_tail: base64() },
      }),
  ],
  'Luma’s frames as data URIs': [
    2,
    () =>
      sent('/dream-machine/v1/generations', {
        ...{ model: 'ray-2', prompt, duration: '5s' },
        keyframes: { frame0: { type: 'image', url: dataUri() }, frame1: { type: 'image', url: dataUri() } },
      }),
  ],
  'MiniMax’s first frame': [
    1,
    () => sent('/minimax/v1/video_generation', { model: 'MiniMax-Hailuo-02', prompt, first_frame_image: dataUri() }),
  ],
}

describe('a file within a request', () => {
  it.each(Object.entries(WITHIN))(
    'reaches the provider of a live task byte for byte: %s',
    async (_how, [files, send]) => {
      await refusalOf(send())
      await expect.poll(() => seen).toEqual([Array.from({ length: files }, () => hashOf(picture))])
    },
  )
})

describe('a file of OpenAI’s Files API', () => {
  const openai = (key = LIVE_KEY) => new OpenAI({ apiKey: key, baseURL: `${gateway.url}/v1`, maxRetries: 0 })
  const editOf = (file_id: string, key = LIVE_KEY) =>
    post(
      '/v1/images/edits',
      { model: 'gpt-image-1.5', prompt, images: [{ file_id }, { image_url: dataUri() }], mask: { file_id } },
      bearer(key),
    )
  const FILMS: Record<string, (id: string) => Promise<unknown>> = {
    'in JSON': (file_id) => sent('/v1/videos', { model: 'sora-2', prompt, input_reference: { file_id } }),
    'in a form': (id) => sent('/v1/videos', formOf({ model: 'sora-2', prompt, 'input_reference[file_id]': id })),
  }

  it('is a picture of an edit and its mask, whole or uploaded in parts, until it is deleted', async () => {
    const whole = await openai().files.create({ file: blob(picture), purpose: 'vision' })
    const begun = await openai().uploads.create({
      ...{ bytes: picture.length, filename: 'a.png', mime_type: 'image/png', purpose: 'user_data' },
    })
    const ids: string[] = []
    for (const half of [picture.subarray(0, 100), picture.subarray(100)])
      ids.push((await openai().uploads.parts.create(begun.id, { data: blob(half) })).id)
    const joined = (await openai().uploads.complete(begun.id, { part_ids: ids })).file
    for (const id of [whole.id, joined?.id ?? '']) await refusalOf(editOf(id))
    const three = Array.from({ length: 3 }, () => hashOf(picture))
    expect(seen).toEqual([three, three])
    const { key } = await gateway.tenant({})
    await expect(editOf(whole.id, key)).rejects.toThrow(/images\.0\.file_id/)
    await openai().files.delete(whole.id)
    await expect(editOf(whole.id)).rejects.toThrow(/images\.0\.file_id/)
  })

  it.each(Object.entries(FILMS))('is the first frame of a film, %s', async (_how, make) => {
    picture = await sharp(picture).resize(1_280, 720).png().toBuffer()
    const { id } = await openai().files.create({ file: blob(picture), purpose: 'vision' })
    await make(id)
    await expect.poll(() => seen).toEqual([[hashOf(picture)]])
    await expect(make('file-none')).rejects.toThrow(/input_reference\.file_id/)
  })
})

const STATED_BYTES = 91 * 2 ** 20

/** A file that the client takes to be large, and cuts as such: the parts are cut of the few bytes that it has. */
function largeFile(bytes: Uint8Array, name: string): File {
  const at = (stated: number) => Math.round((stated / STATED_BYTES) * bytes.length)
  const cut = (start: number, end: number) => new Blob([new Uint8Array(bytes.subarray(at(start), at(end)))])
  return Object.defineProperties(new File([], name, { type: 'image/png' }), {
    size: { value: STATED_BYTES },
    slice: { value: cut },
  })
}

describe('an upload to fal’s protocol in parts', () => {
  it('takes a part again, and refuses what is wrong by its name', async () => {
    const { base, headers, access_url } = await beginFalParts(LIVE_KEY)
    await sendParts(base, Buffer.alloc(1_000, 1), headers)
    const parts = await sendParts(base, picture, headers)
    expect(await sendParts(base, picture, headers)).toEqual(parts)
    const WRONG: [object, RegExp][] = [
      [[], /parts/],
      [[{ partNumber: 1, etag: 'another' }], /parts\[0\]/],
      [[...parts, ...parts], /parts\[2\]/],
      [[{ partNumber: 3, etag: parts[0]?.etag }], /parts\[0\]/],
    ]
    for (const [wrong, named] of WRONG) {
      const refused = await completeParts(base, wrong, headers)
      expect([refused.status, await refused.text()]).toEqual([422, expect.stringMatching(named)])
    }
    for (const number of ['0', 'x', '10001']) {
      expect((await fetch(`${base}/${number}`, { method: 'PUT', headers, body: 'x' })).status).toBe(422)
    }
    expect((await completeParts(base, parts, headers)).status).toBe(200)
    expect((await completeParts(base, parts, headers)).status).toBe(200)
    expect(Buffer.from(await (await fetch(access_url)).arrayBuffer()).equals(picture)).toBe(true)
    const strange = base.replaceAll(/[0-9a-f-]{36}/g, '01234567-89ab-4cde-8f01-23456789ab00')
    expect((await fetch(`${strange}/1`, { method: 'PUT', headers, body: 'x' })).status).toBe(404)
  })

  it('is a file above 90 MiB of the official client, where uploads may be so large', async () => {
    await using large = await openGateway({
      env: { POLYPHONY_UPLOAD_MAX_BYTES: String(92 * 2 ** 20) },
      replaced: { builtIn: [seeing] },
    })
    const url = await fal(LIVE_KEY, large).storage.upload(largeFile(picture, 'long fog.png'))
    expect(url).toMatch(/\/fal\/storage\/files\/[0-9a-f-]+\/long%20fog\.png$/)
    await fal(LIVE_KEY, large).queue.submit('fal-ai/flux/dev/image-to-image', { input: { prompt, image_url: url } })
    await expect.poll(() => seen).toEqual([[hashOf(picture)]])
    expect(await refusalOf(fal(LIVE_KEY).storage.upload(largeFile(picture, 'a.png')))).toBe(413)
  })
})

it('the ledger is balanced after all uploads', () => gateway.assertBalanced())

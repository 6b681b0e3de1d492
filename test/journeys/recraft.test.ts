import OpenAI from 'openai'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sampleFiles } from '../../src/assets/sample-files.ts'
import { taskOfItem } from '../../src/core/ids.ts'
import { download, openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'

interface Image {
  image_id: string
  url?: string
  b64_json?: string
}

interface Answered {
  created: number
  credits: number
  data?: Image[]
  image?: Image
  style_id?: string
}

interface Style {
  id: string
  style: string
  credits: number
}

let gateway: TestGateway
let client: OpenAI
let picture: Blob

beforeAll(async () => {
  gateway = await openGateway()
  client = new OpenAI({ baseURL: `${gateway.url}/recraft/v1`, apiKey: TEST_KEY })
  picture = new Blob([new Uint8Array((await sampleFiles['image/png']?.()) ?? [])], { type: 'image/png' })
})
afterAll(() => gateway?.[Symbol.asyncDispose]())

async function send(method: string, path: string, body?: object, key = TEST_KEY) {
  const headers = { authorization: `Bearer ${key}` }
  return gateway.send(method, path, { key: null, headers, ...(body ? { body } : {}) })
}

async function made(path: string, body: object): Promise<Answered> {
  const answer = await send('POST', path, body)
  expect(answer.status, JSON.stringify(answer.body)).toBe(200)
  return answer.body as unknown as Answered
}

async function sendForm(path: string, fields: Record<string, string | Blob | Blob[]>) {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) {
    for (const one of [value].flat()) {
      if (typeof one === 'string') form.append(name, one)
      else form.append(name, one, 'picture.png')
    }
  }
  const headers = { authorization: `Bearer ${TEST_KEY}` }
  const response = await fetch(gateway.url + path, { method: 'POST', headers, body: form })
  return { status: response.status, body: (await response.json()) as object }
}

describe('OpenAI’s library at Recraft’s address', () => {
  it('makes pictures with fields of Recraft’s own, and downloads them', async () => {
    const answer = await client.images.generate({
      model: 'recraftv3',
      prompt: 'a lighthouse sandbox:fast',
      n: 2,
      // Not in the library's types, but in Recraft's documentation.
      ...({ size: '1365x1024', style: 'realistic_image', controls: { colors: [{ rgb: [1, 2, 3] }] } } as object),
    })
    expect(answer).toMatchObject({ created: expect.any(Number), credits: 0 })
    expect(answer.data).toHaveLength(2)
    const { bytes } = await download(answer.data?.[1]?.url ?? '')
    expect(await sharp(bytes).metadata()).toMatchObject({ format: 'webp', width: 1_365, height: 1_024 })
  })

  it('gets a picture within the answer', async () => {
    const requested = { model: 'recraftv3', prompt: 'a cat sandbox:fast', response_format: 'b64_json' } as const
    const { data } = await client.images.generate(requested)
    expect(await sharp(Buffer.from(data?.[0]?.b64_json ?? '', 'base64')).metadata()).toMatchObject({ format: 'webp' })
  })

  it('throws what is wrong, without a second request', async () => {
    const requested = { model: 'recraftv3', prompt: 'a cat', n: 7 }
    await expect(client.images.generate(requested)).rejects.toMatchObject({
      status: 400,
      param: 'n',
      message: expect.stringContaining('n must be at most 6, not 7.'),
    })
    const stranger = new OpenAI({ baseURL: `${gateway.url}/recraft/v1`, apiKey: 'sk-no' })
    await expect(stranger.images.generate({ prompt: 'a' })).rejects.toBeInstanceOf(OpenAI.AuthenticationError)
    const before = await gateway.store.summary({})
    await expect(client.images.generate({ prompt: 'a cat sandbox:fail sandbox:fast' })).rejects.toMatchObject({
      status: 502,
      message: expect.stringContaining('sandbox:fail'),
    })
    const after = await gateway.store.summary({})
    expect(countOf(after.tasks)).toBe(countOf(before.tasks) + 1)
  })
})

function countOf(tasks: object): number {
  return Object.values(tasks).reduce((sum: number, one) => sum + Number(one), 0)
}

describe('a client of Recraft', () => {
  it.each(['/recraft/v1', '/v1'])('converts a picture to a drawing at %s', async (base) => {
    const body = { image_url: 'https://1.1.1.1/logo.png', svg_compression: 'on', note: 'sandbox:fast' }
    const { image, data, credits } = await made(`${base}/images/vectorize`, body)
    expect([data, credits]).toEqual([undefined, 0])
    const { headers, bytes } = await download(image?.url ?? '')
    expect(headers.get('content-type')).toBe('image/svg+xml')
    expect(Buffer.from(bytes).toString()).toContain('SANDBOX')
    expect(await sharp(bytes).metadata()).toMatchObject({ format: 'svg', width: 1_024, height: 1_024 })
  })

  it.each<[string, object, 'data' | 'image']>([
    ['imageToImage', { prompt: 'in blue', strength: 0.4 }, 'data'],
    ['inpaint', { prompt: 'a window', mask_url: 'https://1.1.1.1/mask.png' }, 'data'],
    ['replaceBackground', { prompt: 'a beach' }, 'data'],
    ['generateBackground', { prompt: 'a beach', mask_url: 'https://1.1.1.1/mask.png' }, 'data'],
    ['outpaint', { prompt: 'a beach', expand_left: 64 }, 'data'],
    ['variateImage', { size: '1:1', n: 2 }, 'data'],
    ['eraseRegion', { mask_url: 'https://1.1.1.1/mask.png' }, 'image'],
    ['removeBackground', {}, 'image'],
    ['crispUpscale', {}, 'image'],
    ['creativeUpscale', {}, 'image'],
    ['clarityUpscale', {}, 'image'],
    ['generativeUpscale', {}, 'image'],
  ])('runs the tool %s', async (path, fields, under) => {
    const body = { image_url: 'https://1.1.1.1/a.png', note: 'sandbox:fast', ...fields }
    const answer = await made(`/recraft/v1/images/${path}`, body)
    const first = under === 'data' ? answer.data?.[0] : answer.image
    expect(answer).not.toHaveProperty(under === 'data' ? 'image' : 'data')
    expect((await download(first?.url ?? '')).headers.get('content-type')).toBe('image/webp')
    expect((await send('POST', `/v1/images/${path}`, { ...fields })).status).toBe(400)
  })

  it('uploads a picture and its mask in a form, under Recraft’s field names and relays’', async () => {
    const fields = { prompt: 'a window sandbox:fast', n: '2', image: picture, mask: picture, response_format: 'url' }
    const { status, body } = await sendForm('/v1/images/inpaint', fields)
    expect(status, JSON.stringify(body)).toBe(200)
    expect((body as Answered).data).toHaveLength(2)
    const tool = await sendForm('/recraft/v1/images/removeBackground', { file: picture, image_format: 'png' })
    const { image } = tool.body as Answered
    expect(await sharp((await download(image?.url ?? '')).bytes).metadata()).toMatchObject({
      format: 'png',
      hasAlpha: true,
    })
    const missing = await sendForm('/v1/images/removeBackground', { image_format: 'png' })
    expect(missing).toMatchObject({ status: 400, body: { message: 'image is required.', error: { param: 'image' } } })
  })

  it('makes vector drawings at their own path', async () => {
    const answer = await made('/recraft/v1/images/generations/vector', { prompt: 'a fish sandbox:fast' })
    expect(answer.data?.[0]?.url).toMatch(/\.svg$/)
    const raster = await made('/recraft/v1/images/generations/raster', { prompt: 'a fish sandbox:fast' })
    expect(raster.data?.[0]?.url).toMatch(/\.webp$/)
  })

  it('gets ids of pictures and styles that lead back to the task', async () => {
    const { data } = await made('/recraft/v1/images/generations', { prompt: 'a fish sandbox:fast' })
    const taskId = taskOfItem(data?.[0]?.image_id ?? '').taskId
    expect(await gateway.piapi.read(taskId, { key: TEST_KEY })).toMatchObject({
      model: 'recraft',
      task_type: 'generate',
    })
  })

  it('reads its user and its remaining units', async () => {
    const { available } = await gateway.balance()
    expect(await send('GET', '/recraft/v1/users/me')).toMatchObject({
      status: 200,
      body: { id: gateway.tenantId, email: null, name: expect.any(String), credits: Math.round(available / 10_000) },
    })
  })

  it.each([
    ['sandbox:moderation', 400, 'content_moderated'],
    ['sandbox:fail', 502, 'vendor_refused'],
  ])('gets for %s the status %i and the code %s', async (word, status, code) => {
    const answer = await send('POST', '/recraft/v1/images/generations', { prompt: `a ${word} sandbox:fast` })
    expect(answer).toMatchObject({ status, body: { code, message: expect.stringContaining(word) } })
    expect(answer.headers.get('x-should-retry')).toBe('false')
  })

  it('gets an error for a path that does not exist', async () => {
    const answer = await send('POST', '/recraft/v1/prompts/enhance', { prompt: 'a' })
    expect(answer).toMatchObject({ status: 404, body: { code: 'not_found', message: expect.any(String) } })
  })
})

describe('a style of Recraft', () => {
  async function createdStyle(): Promise<Style> {
    const fields = { style: 'digital_illustration', images: [picture, picture] }
    const { status, body } = await sendForm('/recraft/v1/styles', fields)
    expect(status, JSON.stringify(body)).toBe(200)
    return body as Style
  }

  it('is created from pictures, read, used and deleted', async () => {
    const { id, ...shown } = await createdStyle()
    expect(shown).toEqual({
      style: 'digital_illustration',
      creation_time: expect.any(String),
      is_private: true,
      credits: 0,
    })
    const { credits, ...style } = shown
    expect(await send('GET', `/v1/styles/${id}`)).toMatchObject({ status: 200, body: { id, ...style } })

    const answer = await made('/recraft/v1/images/generations', { prompt: 'a fish sandbox:fast', style_id: id })
    expect(answer.style_id).toBe(id)
    const task = await gateway.store.getTask({ id: taskOfItem(answer.data?.[0]?.image_id ?? '').taskId })
    const reference = expect.stringMatching(/^asset:.*\.png$/)
    expect(task?.input).toMatchObject({ style: 'digital_illustration', style_reference_urls: [reference, reference] })

    expect(await send('DELETE', `/recraft/v1/styles/${id}`)).toMatchObject({ status: 200, body: {} })
    expect(await send('GET', `/recraft/v1/styles/${id}`)).toMatchObject({ status: 404, body: { code: 'not_found' } })
    const again = await send('POST', '/recraft/v1/images/generations', { prompt: 'a fish', style_id: id })
    expect(again).toMatchObject({ status: 400, body: { error: { param: 'style_id' } } })
  })

  it('can be used by OpenAI’s library, too', async () => {
    const { id } = await createdStyle()
    const openai = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: TEST_KEY })
    const requested = { model: 'recraftv3', prompt: 'a fish sandbox:fast', ...({ style_id: id } as object) }
    expect((await openai.images.generate(requested)).data?.[0]?.url).toMatch(/\.webp$/)
  })

  it('belongs to its tenant only', async () => {
    const { id } = await createdStyle()
    const { key } = await gateway.tenant({ key: { mode: 'test' } })
    expect((await send('GET', `/v1/styles/${id}`, undefined, key)).status).toBe(404)
    expect((await send('DELETE', `/v1/styles/${id}`, undefined, key)).status).toBe(404)
    const body = { prompt: 'a fish', style_id: id }
    expect((await send('POST', '/recraft/v1/images/generations', body, key)).status).toBe(400)
  })

  it('is refused when a file is not a picture, and nothing is stored', async () => {
    const text = new Blob(['This is a text and no picture, whatever its name may say.'])
    const before = await gateway.store.listExpiredAssets({ now: Date.now() * 2, limit: 10_000 })
    const { status, body } = await sendForm('/v1/styles', { style: 'any', images: [picture, text] })
    expect(status).toBe(400)
    expect(body).toMatchObject({ code: 'unsupported_media' })
    expect(await gateway.store.listExpiredAssets({ now: Date.now() * 2, limit: 10_000 })).toHaveLength(before.length)
  })

  it('is listed until it is deleted', async () => {
    const { id } = await createdStyle()
    const ids = async () => {
      const { status, body } = await send('GET', '/recraft/v1/styles')
      expect(status).toBe(200)
      return (body as unknown as { styles: { id: string }[] }).styles.map((style) => style.id)
    }
    expect(await ids()).toContain(id)
    await send('DELETE', `/recraft/v1/styles/${id}`)
    expect(await ids()).not.toContain(id)
  })
})

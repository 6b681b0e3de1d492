import OpenAI, { toFile } from 'openai'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sampleFiles } from '../../src/assets/sample-files.ts'
import { download, LIVE_KEY, openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'

let gateway: TestGateway
let picture: Uint8Array

beforeAll(async () => {
  gateway = await openGateway()
  picture = (await sampleFiles['image/png']?.()) ?? new Uint8Array()
})
afterAll(() => gateway?.[Symbol.asyncDispose]())

const clientAt = (path: string, apiKey = TEST_KEY): OpenAI => new OpenAI({ baseURL: `${gateway.url}${path}`, apiKey })

async function aspectOf(base64: string | undefined) {
  const { format, width, height, hasAlpha } = await sharp(Buffer.from(base64 ?? '', 'base64')).metadata()
  return { format, width, height, hasAlpha }
}

async function tasks(): Promise<number> {
  const { tasks: byStatus } = await gateway.store.summary({})
  return Object.values(byStatus).reduce((sum: number, one) => sum + Number(one), 0)
}

describe.each(['/v1', '/openai/v1'])('OpenAI’s library at %s', (path) => {
  it('makes a picture with a GPT image model', async () => {
    const answer = await clientAt(path).images.generate({
      model: 'gpt-image-1',
      prompt: 'a boat sandbox:fast',
      size: '1536x1024',
      quality: 'low',
      background: 'transparent',
      output_format: 'webp',
    })
    expect(answer).toMatchObject({
      background: 'transparent',
      output_format: 'webp',
      quality: 'low',
      size: '1536x1024',
    })
    expect(answer.created).toBeGreaterThan(1_700_000_000)
    expect(answer.usage).toMatchObject({
      total_tokens: (answer.usage?.input_tokens ?? 0) + (answer.usage?.output_tokens ?? 0),
      charged: false,
    })
    expect(answer.usage?.output_tokens).toBeGreaterThan(0)
    const [first, ...others] = answer.data ?? []
    expect(others).toEqual([])
    expect(Object.keys(first ?? {})).toEqual(['b64_json'])
    expect(await aspectOf(first?.b64_json)).toEqual({ format: 'webp', width: 1_536, height: 1_024, hasAlpha: true })
  })

  it('makes several pictures, and gets each as an event', async () => {
    const client = clientAt(path)
    const requested = { model: 'gpt-image-1.5', prompt: 'a boat sandbox:fast', n: 3, size: '1024x1024' } as const
    expect((await client.images.generate(requested)).data).toHaveLength(3)
    const types: string[] = []
    for await (const event of await client.images.generate({ ...requested, n: 1, stream: true, partial_images: 2 })) {
      types.push(event.type)
      expect(await aspectOf(event.b64_json)).toMatchObject({ format: 'png', width: 1_024 })
    }
    expect(types).toEqual(['image_generation.completed'])
  })

  it('gets URLs of DALL·E’s pictures, or the pictures as base64', async () => {
    const client = clientAt(path)
    const requested = { model: 'dall-e-3', prompt: 'a boat sandbox:fast', size: '1792x1024', style: 'vivid' } as const
    const [linked] = (await client.images.generate(requested)).data ?? []
    expect(Object.keys(linked ?? {})).toEqual(['url'])
    const { bytes } = await download(linked?.url ?? '')
    expect(await sharp(bytes).metadata()).toMatchObject({ format: 'png', width: 1_792, height: 1_024 })
    const [held] = (await client.images.generate({ ...requested, response_format: 'b64_json' })).data ?? []
    expect(await aspectOf(held?.b64_json)).toMatchObject({ width: 1_792, height: 1_024 })
  })

  it('gets pictures changed that it sends in JSON, or in a form with numbered fields', async () => {
    const content = Buffer.from(picture).toString('base64url')
    const image_url = ` DATA:image/png;charset=utf-8;name=x.png;base64,${content}`
    const fields = { model: 'gpt-image-1', prompt: 'in snow sandbox:fast', size: '1024x1024' }
    const json = await gateway.send('POST', `${path}/images/edits`, {
      key: TEST_KEY,
      body: { ...fields, images: [{ image_url }, { image_url }], mask: { image_url } },
    })
    expect(json).toMatchObject({ status: 200, body: { data: [{ b64_json: expect.any(String) }] } })
    const before = await tasks()
    const refused = await gateway.send('POST', `${path}/images/edits`, {
      key: TEST_KEY,
      body: { ...fields, images: [{ image_url }, { file_id: 'file-1' }] },
    })
    expect(refused).toMatchObject({ status: 400, body: { error: { param: 'images.1.file_id' } } })
    expect(await tasks()).toBe(before)
    const form = new FormData()
    for (const [name, text] of Object.entries(fields)) form.append(name, text)
    for (const index of [0, 1]) form.append(`image[${index}]`, new Blob([Buffer.from(picture)]), `${index}.png`)
    const headers = { authorization: `Bearer ${TEST_KEY}` }
    const sent = await fetch(`${gateway.url}${path}/images/edits`, { method: 'POST', headers, body: form })
    expect(sent.status).toBe(200)
    const [newest] = await gateway.store.listTasks({ tenantId: gateway.tenantId, limit: 1 })
    expect(newest?.input.image).toHaveLength(2)
  })

  it('changes one picture, and several with a mask', async () => {
    const client = clientAt(path)
    const file = () => toFile(picture, 'a.png', { type: 'image/png' })
    const requested = { model: 'gpt-image-1', prompt: 'in blue sandbox:fast', n: 2, quality: 'low' } as const
    const one = await client.images.edit({ ...requested, image: await file() })
    expect(one.data).toHaveLength(2)
    const many = await client.images.edit({
      ...requested,
      image: [await file(), await file()],
      mask: await file(),
      input_fidelity: 'high',
    })
    expect(many.data).toHaveLength(2)
    const [last] = await gateway.store.listTasks({ tenantId: gateway.tenantId, limit: 1 })
    const reference = expect.stringMatching(/^asset:.*\.png$/)
    expect(last?.input).toMatchObject({ image: [reference, reference], mask: reference, n: 2, input_fidelity: 'high' })
  })

  it('throws which field is wrong, and nothing is stored', async () => {
    const client = clientAt(path)
    const before = await tasks()
    const bad = client.images.generate({ model: 'gpt-image-1', prompt: 'a boat', n: 11 })
    await expect(bad).rejects.toMatchObject({ status: 400, param: 'n', code: 'invalid_value' })
    await expect(bad).rejects.toThrow('n must be at most 10, not 11.')
    const text = await toFile(Buffer.from('This is a text and no picture, whatever its name says.'), 'a.png')
    const noPicture = client.images.edit({ model: 'gpt-image-1', prompt: 'a', image: text })
    await expect(noPicture).rejects.toMatchObject({ status: 400, param: 'image', code: 'invalid_image_file' })
    const none = client.images.generate({ model: 'none', prompt: 'a boat' })
    await expect(none).rejects.toBeInstanceOf(OpenAI.NotFoundError)
    await expect(none).rejects.toMatchObject({ param: 'model', code: 'model_not_found' })
    const stranger = clientAt(path, 'sk-no').images.generate({ prompt: 'a boat' })
    await expect(stranger).rejects.toBeInstanceOf(OpenAI.AuthenticationError)
    expect(await tasks()).toBe(before)
  })

  it.each([
    ['sandbox:moderation', 400, 'moderation_blocked'],
    ['sandbox:fail', 500, 'vendor_refused'],
  ])('throws on %s once: no second task is submitted', async (word, status, code) => {
    const before = await tasks()
    const requested = { model: 'gpt-image-1', prompt: `a boat ${word} sandbox:fast` }
    await expect(clientAt(path).images.generate(requested)).rejects.toMatchObject({ status, code })
    expect(await tasks()).toBe(before + 1)
  })
})

describe('OpenAI’s image routes for other vendors’ models', () => {
  it.each<[string, object, string, object]>([
    ['flux-pro-1.1', { size: '1024x1024' }, 'bfl/flux-pro-1.1', { width: 1_024, height: 1_024 }],
    ['flux-kontext-max', { size: '1024x1536' }, 'bfl/flux-kontext-max', { aspect_ratio: '2:3' }],
    ['flux-schnell', { size: '512x512', n: 2 }, 'Qubico/flux1-schnell/txt2img', { batch_size: 2 }],
    ['recraftv3', { size: '1024x1024', style: 'icon' }, 'recraft/generate', { style: 'icon' }],
  ])('make a picture with %s', async (model, body, operation, input) => {
    const requested = { model, prompt: 'a boat sandbox:fast', ...body }
    const { data } = await clientAt('/v1').images.generate(requested)
    expect((await download(data?.[0]?.url ?? '')).headers.get('content-type')).toMatch(/^image\//)
    const [last] = await gateway.store.listTasks({ tenantId: gateway.tenantId, limit: 1 })
    expect(last).toMatchObject({ operation, input: { prompt: 'a boat sandbox:fast', ...input } })
  })

  it('change a picture with Flux, and with Recraft', async () => {
    const client = clientAt('/openai/v1')
    const image = await toFile(picture, 'a.png', { type: 'image/png' })
    const flux = await client.images.edit({ model: 'flux-kontext-pro', prompt: 'in blue sandbox:fast', image })
    expect(flux.data?.[0]?.url).toMatch(/\.png$/)
    const requested = { model: 'recraftv3', prompt: 'in blue sandbox:fast', image, ...({ strength: 0.5 } as object) }
    expect((await client.images.edit(requested)).data?.[0]?.url).toMatch(/\.webp$/)
    const masked = await client.images.edit({ model: 'recraftv3', prompt: 'a hat sandbox:fast', image, mask: image })
    expect(masked.data?.[0]?.url).toMatch(/\.webp$/)
  })

  it('accept a reference by its URL, as PiAPI’s clients send it', async () => {
    const body = {
      model: 'gpt-image-1',
      prompt: 'in blue sandbox:fast',
      image: 'https://1.1.1.1/a.png',
      response_format: 'url',
    }
    const answer = await gateway.send('POST', '/v1/images/generations', { key: TEST_KEY, body })
    expect(answer).toMatchObject({
      status: 200,
      body: { data: [{ b64_json: expect.any(String), url: expect.stringContaining(gateway.url) }] },
    })
  })

  it('report for a live key that no provider draws, and that a retry is of no use', async () => {
    const body = { model: 'gpt-image-1', prompt: 'a boat' }
    const answer = await gateway.send('POST', '/v1/images/generations', { key: LIVE_KEY, body })
    expect(answer).toMatchObject({ status: 503, body: { error: { code: 'no_provider', type: 'server_error' } } })
    expect(answer.headers.get('x-should-retry')).toBe('false')
  })
})

describe('the asynchronous image route at PiAPI’s address', () => {
  it('returns a task at once, which is read like any other', async () => {
    const body = { model: 'gpt-image-1', prompt: 'a fish sandbox:fast', size: '1024x1024' }
    const created = await gateway.send('POST', '/api/v1/images/generations/async', { key: TEST_KEY, body })
    expect(created).toMatchObject({ status: 200, body: { code: 200, data: { model: 'gpt-image', status: 'pending' } } })
    const { task_id: id } = (created.body as unknown as { data: { task_id: string } }).data
    const task = await gateway.piapi.ended(id, { key: TEST_KEY })
    expect(task).toMatchObject({ status: 'completed', output: { image_url: expect.stringMatching(/\.png$/) } })
    const refused = await gateway.send('POST', '/api/v1/images/generations/async', {
      key: TEST_KEY,
      body: { ...body, n: 99 },
    })
    expect(refused).toMatchObject({ status: 400, body: { error: { field: 'n' } } })
  })
})

import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sampleFiles } from '../../src/assets/sample-files.ts'
import { download, openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'
import { openReceiver } from '../support/receiver.ts'

interface Pictures {
  created: string
  data: { url: string; prompt: string; resolution: string; is_image_safe: boolean; seed: number }[]
}

let gateway: TestGateway
let picture: Blob

beforeAll(async () => {
  gateway = await openGateway()
  picture = new Blob([new Uint8Array((await sampleFiles['image/png']?.()) ?? [])], { type: 'image/png' })
})
afterAll(() => gateway?.[Symbol.asyncDispose]())

const key = { 'api-key': TEST_KEY }

async function sendJson(path: string, body: object): Promise<Pictures> {
  const answer = await gateway.send('POST', path, { key: null, headers: key, body })
  expect(answer.status, JSON.stringify(answer.body)).toBe(200)
  return answer.body as unknown as Pictures
}

async function sendForm(
  path: string,
  fields: Record<string, string | Blob | (string | Blob)[]>,
  headers: object = key,
) {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) {
    for (const one of [value].flat()) {
      if (typeof one === 'string') form.append(name, one)
      else form.append(name, one, 'picture.png')
    }
  }
  const response = await fetch(gateway.url + path, { method: 'POST', headers: { ...headers }, body: form })
  return { status: response.status, body: (await response.json()) as object }
}

async function formed(path: string, fields: Parameters<typeof sendForm>[1]): Promise<Pictures> {
  const { status, body } = await sendForm(path, fields)
  expect(status, JSON.stringify(body)).toBe(200)
  return body as Pictures
}

describe('a client of Ideogram', () => {
  it.each(['/ideogram/generate', '/generate'])('makes a picture at %s, and downloads it', async (path) => {
    const image_request = {
      prompt: 'a poster sandbox:fast',
      model: 'V_2_TURBO',
      aspect_ratio: 'ASPECT_16_9',
      magic_prompt_option: 'OFF',
      seed: 7,
    }
    const { created, data } = await sendJson(path, { image_request })
    expect(new Date(created).toISOString()).toBe(created)
    expect(data).toEqual([
      {
        url: expect.stringContaining(`${gateway.url}/files/`),
        prompt: 'a poster sandbox:fast',
        resolution: '1360x768',
        is_image_safe: true,
        seed: 7,
      },
    ])
    const { bytes } = await download(data[0]?.url ?? '')
    expect(await sharp(bytes).metadata()).toMatchObject({ format: 'png', width: 1_360, height: 768 })
  })

  it('makes several pictures with Ideogram 3, from JSON and from a form alike', async () => {
    const path = '/ideogram/v1/ideogram-v3/generate'
    const requested = { prompt: 'a cover sandbox:fast', rendering_speed: 'TURBO', resolution: '1280x704' }
    const { data } = await sendJson(path, { ...requested, num_images: 2 })
    expect(data.map(({ resolution }) => resolution)).toEqual(['1280x704', '1280x704'])
    const form = {
      ...requested,
      num_images: '2',
      style_reference_images: [picture, picture],
      color_palette: '{"name":"EMBER"}',
    }
    expect((await formed(path, form)).data).toHaveLength(2)
  })

  it.each<[string, Parameters<typeof sendForm>[1]]>([
    ['/remix', { image_request: '{"prompt":"in blue sandbox:fast","image_weight":70}' }],
    ['/edit', { prompt: 'a boat sandbox:fast', model: 'V_2' }],
    ['/reframe', { resolution: 'RESOLUTION_1280_704', model: 'V_2', note: 'sandbox:fast' }],
    ['/upscale', { image_request: '{"resemblance":80,"prompt":"sandbox:fast"}' }],
    ['/v1/ideogram-v3/remix', { prompt: 'in blue sandbox:fast', image_weight: '70' }],
    ['/v1/ideogram-v3/edit', { prompt: 'a boat sandbox:fast' }],
    ['/v1/ideogram-v3/reframe', { resolution: '1536x512', note: 'sandbox:fast' }],
    ['/v1/ideogram-v3/replace-background', { prompt: 'a beach sandbox:fast' }],
  ])('changes a picture that it uploads to %s', async (path, fields) => {
    const file = path.startsWith('/v1') ? 'image' : 'image_file'
    const mask = path.endsWith('/edit') ? { mask: picture } : {}
    const { data } = await formed(`/ideogram${path}`, { ...fields, [file]: picture, ...mask })
    expect(data).toEqual([expect.objectContaining({ is_image_safe: true })])
    expect((await download(data[0]?.url ?? '')).headers.get('content-type')).toBe('image/png')
  })

  it('refuses a speed that Ideogram 4 has not', async () => {
    const body = { text_prompt: 'a sign', rendering_speed: 'FLASH' }
    const { status, body: answer } = await gateway.send('POST', '/ideogram/v1/ideogram-v4/generate', {
      body,
      key: TEST_KEY,
    })
    expect(status).toBe(400)
    expect(answer).toEqual({ error: expect.stringContaining('rendering_speed must be one of "TURBO"') })
  })

  it('gets a description of a picture', async () => {
    const { status, body } = await sendForm('/describe', { image_file: picture, describe_model_version: 'V_3' })
    expect(status).toBe(200)
    expect(body).toEqual({ descriptions: [{ text: expect.any(String) }] })
  })

  it('makes a picture without a background', async () => {
    const body = { prompt: 'a sticker sandbox:fast', aspect_ratio: '1x1', upscale_factor: 'X2' }
    const { data } = await sendJson('/v1/ideogram-v3/generate-transparent', body)
    expect(data[0]).toMatchObject({ resolution: '2048x2048', upscaled_resolution: '2048x2048' })
    expect(await sharp((await download(data[0]?.url ?? '')).bytes).metadata()).toMatchObject({ hasAlpha: true })
  })

  it('repeats a form under the same Idempotency-Key, and is refused another form', async () => {
    const headers = { ...key, 'idempotency-key': 'ideogram-1' }
    const fields = { prompt: 'a beach sandbox:fast', image: picture }
    const path = '/v1/ideogram-v3/replace-background'
    const first = await sendForm(path, fields, headers)
    expect(first.status).toBe(200)
    expect(await sendForm(path, fields, headers)).toEqual(first)
    const other = await sendForm(path, { ...fields, prompt: 'a hill' }, headers)
    expect(other).toMatchObject({ status: 400, body: { error: expect.stringContaining('Idempotency-Key') } })
  })
})

describe('an error of Ideogram’s API', () => {
  it.each([
    ['sandbox:moderation', 422],
    ['sandbox:fail', 500],
  ])('for %s has the status %i and a message', async (word, status) => {
    const body = { image_request: { prompt: `a poster ${word} sandbox:fast` } }
    const answer = await gateway.send('POST', '/generate', { key: TEST_KEY, body })
    expect(answer).toMatchObject({ status, body: { error: expect.stringContaining(word) } })
  })

  it('names the caller’s field', async () => {
    const wrong = { prompt: 'a', aspect_ratio: '16:9' }
    const asJson = await gateway.send('POST', '/ideogram/generate', { key: TEST_KEY, body: { image_request: wrong } })
    expect(asJson).toMatchObject({
      status: 400,
      body: { error: expect.stringMatching(/^image_request\.aspect_ratio must be one of/) },
    })
    const noFile = await sendForm('/remix', { image_request: '{"prompt":"a"}' })
    expect(noFile).toEqual({ status: 400, body: { error: 'image_file is required.' } })
    const text = new Blob(['This is a text and no picture, whatever its name may say.'])
    const noPicture = await sendForm('/remix', { image_request: '{"prompt":"a"}', image_file: text })
    expect(noPicture).toMatchObject({ status: 400, body: { error: expect.stringMatching(/^image_file: /) } })
  })

  it.each([
    ['a key that is wrong', 'POST', '/generate', 'sk-no', 401],
    ['a path that there is not', 'POST', '/ideogram/dance', TEST_KEY, 404],
  ])('has its documented form for %s', async (_what, method, path, badKey, status) => {
    const headers = { 'api-key': badKey }
    const answer = await gateway.send(method, path, { key: null, headers, body: { image_request: { prompt: 'a' } } })
    expect(answer).toMatchObject({ status, body: { error: expect.any(String) } })
  })
})

const V4_RUNS: [string, string, Parameters<typeof sendForm>[1], string][] = [
  ['text', 'generate', { text_prompt: 'a sign sandbox:fast', resolution: '1248x832' }, '1248x832'],
  ['parts', 'generate', { json_prompt: '{"objects":[{"text":"sandbox:fast"}]}', aspect_ratio: '1x1' }, '1024x1024'],
  ['text without a background', 'generate-transparent', { text_prompt: 'a logo sandbox:fast' }, '1024x1024'],
]

describe('a client of Ideogram 4', () => {
  it.each(V4_RUNS)('makes a picture from %s', async (_what, route, fields, resolution) => {
    const { data } = await formed(`/ideogram/v1/ideogram-v4/${route}`, { ...fields, rendering_speed: 'TURBO' })
    expect(data).toEqual([expect.objectContaining({ resolution, is_image_safe: true })])
    expect((await download(data[0]?.url ?? '')).headers.get('content-type')).toBe('image/png')
  })

  it('makes a picture from a picture', async () => {
    const fields = { text_prompt: 'at night sandbox:fast', image: picture, image_weight: '60' }
    expect((await formed('/v1/ideogram-v4/remix', fields)).data).toHaveLength(1)
  })

  it('begins a picture without waiting, reads it by its id and is called back', async () => {
    const receiver = await openReceiver()
    try {
      const hook = encodeURIComponent(`${receiver.url}/done`)
      const path = `/ideogram/v1/ideogram-v4/async/generate?webhook_url=${hook}`
      const { status, body } = await sendForm(path, { text_prompt: 'a sign sandbox:slow=1' })
      expect(status).toBe(200)
      const { generation_id } = body as { generation_id: string }
      expect(body).toEqual({ generation_id })
      const read = (query = '') =>
        gateway.send('GET', `/ideogram/v1/generations/${generation_id}${query}`, { key: TEST_KEY })
      expect((await read()).body).toEqual({ generation_id, status: 'pending', created: expect.any(String) })
      await receiver.until((received) => received.length > 0)
      const done = {
        generation_id,
        status: 'completed',
        data: [{ url: expect.any(String), prompt: 'a sign sandbox:slow=1' }],
      }
      expect((await read()).body).toMatchObject(done)
      expect(JSON.parse(receiver.received[0]?.body ?? '')).toMatchObject({ ...done, request_id: generation_id })
    } finally {
      await receiver.close()
    }
  })

  it('reads why a picture was not made', async () => {
    const path = '/ideogram/v1/ideogram-v4/async/generate-transparent'
    const { body } = await sendForm(path, { text_prompt: 'a logo sandbox:fail' })
    const { generation_id } = body as { generation_id: string }
    await gateway.until(generation_id, ({ status }) => status === 'failed')
    expect((await gateway.send('GET', `/v1/generations/${generation_id}`, { key: TEST_KEY })).body).toMatchObject({
      status: 'failed',
      failure_reason: expect.any(String),
    })
  })

  it('finds no generation that it did not begin', async () => {
    const path = '/ideogram/v1/generations/01234567-89ab-4cde-8f01-23456789ab00'
    expect(await gateway.send('GET', path, { key: TEST_KEY })).toMatchObject({
      status: 404,
      body: { error: expect.any(String) },
    })
  })
})

type Fields = Parameters<typeof sendForm>[1]

interface Second {
  generation_id: string
  seed: number
  data: { object_type: string; url: string; resolution: string; seed: number; base_image_url?: string }[]
}

const STRUCTURE = '{"high_level_description":"a sign","compositional_deconstruction":{"background":"sandbox:fast"}}'
const SECOND_RUNS: [string, () => Fields, string][] = [
  [
    'image/generate/ideogram-4-5',
    () => ({ prompt: 'a sign sandbox:fast', size: '1440x720', quality: 'low' }),
    '1440x720',
  ],
  [
    'image/generate/ideogram-4-5',
    () => ({ prompt: 'in blue sandbox:fast', images: [picture, picture], quality: 'very_low', size: '512x1024' }),
    '512x1024',
  ],
  [
    'image/precise-edit/ideogram-4-5',
    () => ({ prompt: 'in blue sandbox:fast', image: picture, reference_images: [picture], mask: picture }),
    '2048x2048',
  ],
  [
    'image/generate/ideogram-4',
    () => ({ prompt: STRUCTURE, rendering_speed: 'turbo', magic_prompt: 'off', resolution: '1248x832' }),
    '1248x832',
  ],
  ['image/generate/ideogram-4-transparent', () => ({ prompt: 'a logo sandbox:fast', private: 'true' }), '1024x1024'],
  [
    'image/remix/ideogram-4',
    () => ({ prompt: 'at night sandbox:fast', image: picture, image_weight: '60' }),
    '1024x1024',
  ],
  [
    'image/generate/ideogram-3',
    () => ({
      ...{ prompt: 'a cover sandbox:fast', rendering_speed: 'turbo', style_type: 'design', aspect_ratio: '16x9' },
      color_palette: '{"name":"ember"}',
    }),
    '1360x768',
  ],
  ['image/inpaint/ideogram-3', () => ({ prompt: 'a boat sandbox:fast', image: picture, mask: picture }), '1024x1024'],
  ['image/reframe/ideogram-3', () => ({ resolution: '1536x512', image: picture, note: 'sandbox:fast' }), '1536x512'],
]

describe.each(['/ideogram', ''])('the second version of Ideogram’s API below "%s"', (prefix) => {
  it.each(SECOND_RUNS)('makes a picture at %s, and names its seed', async (route, fields, resolution) => {
    const { status, body } = await sendForm(`${prefix}/v2/${route}`, { seed: '7', ...fields() })
    expect(status, JSON.stringify(body)).toBe(200)
    const { generation_id, seed, data } = body as Second
    expect({ generation_id, seed, data }).toEqual({
      generation_id: expect.any(String),
      seed: 7,
      data: [expect.objectContaining({ object_type: 'image', resolution, is_image_safe: true, seed: 7 })],
    })
    expect((await download(data[0]?.url ?? '')).headers.get('content-type')).toBe('image/png')
  })

  it('begins a picture with async, whose seed is drawn, and reads it by its id', async () => {
    const begun = await sendJson(`${prefix}/v2/image/generate/ideogram-4-5`, {
      ...{ prompt: 'a sign sandbox:fast', async: 'true', quality: null, num_images: '2' },
    })
    const { generation_id, seed, ...rest } = begun as unknown as Second
    expect(rest).toEqual({})
    const path = `${prefix}/v2/generations/${generation_id}`
    const { body } = await gateway.send('GET', `${path}?wait=20`, { key: TEST_KEY })
    expect(body).toMatchObject({
      ...{ generation_id, status: 'completed', response_type: 'image' },
      data: [
        { object_type: 'image', seed },
        { object_type: 'image', seed: seed + 1 },
      ],
    })
  })
})

describe('words and layers of Ideogram', () => {
  it('a structured prompt is written from words, with the shape that was chosen', async () => {
    const body = { text_prompt: 'a diner sandbox:fast', aspect_ratio: '16x9' }
    expect(await sendJson('/ideogram/v1/ideogram-v4/magic-prompt', body)).toEqual({
      json_prompt: expect.objectContaining({ compositional_deconstruction: expect.any(Object) }),
      aspect_ratio: '16x9',
    })
  })

  it('a picture is described as a structured prompt, or in words', async () => {
    const json_prompt = expect.objectContaining({ high_level_description: expect.any(String) })
    expect(await formed('/v1/ideogram-v4/describe', { image_file: picture, include_bbox: 'false' })).toEqual({
      json_prompt,
    })
    const told = { description_id: expect.any(String), created: expect.any(String) }
    expect(await formed('/v2/image/describe/ideogram-4', { image: picture })).toEqual({ ...told, json_prompt })
    expect(await formed('/v2/image/describe/ideogram-3', { image: picture })).toEqual({
      ...told,
      descriptions: [{ text: expect.any(String) }],
    })
  })

  it('a picture is parted from its texts', async () => {
    const layers = (await formed('/ideogram/v1/ideogram-v3/layerize-text', {
      ...{ image: picture, prompt: 'a poster sandbox:fast', seed: '7' },
    })) as object as { base_image_url: string; original_image_url: string; text_blocks: object[] }
    const block = expect.objectContaining({ text: expect.any(String), x: 64, width: 896, role: 'heading' })
    expect(layers).toMatchObject({ text_blocks: [block], seed: 7 })
    for (const url of [layers.base_image_url, layers.original_image_url]) {
      expect((await download(url)).headers.get('content-type')).toBe('image/png')
    }
    const { data } = (await formed('/v2/design/layerize/ideogram-3', {
      ...{ image: picture, prompt: 'sandbox:fast' },
    })) as object as Second
    expect(data).toMatchObject([
      { object_type: 'layerized_image', base_image_url: expect.any(String), text_blocks: [block] },
    ])
  })
})

it.each<[string, object, string]>([
  ['image/generate/ideogram-4-5', {}, 'prompt is required'],
  ['image/generate/ideogram-4-5', { prompt: 'a', size: '1000x1000' }, 'size 1000x1000 is none of the sizes'],
  ['image/generate/ideogram-4-5', { prompt: 'a', size: 'source' }, 'size source needs a picture'],
  ['image/generate/ideogram-4-5', { prompt: 'a', quality: 'very_low' }, 'quality very_low needs images'],
  ['image/generate/ideogram-4-5', { prompt: 'a', async: 'soon' }, 'async must be a boolean'],
  ['image/generate/ideogram-4-5', { prompt: 'a', private: false }, 'private must be true'],
  ['image/generate/ideogram-4-5', { prompt: 'a', webhook_url: 7 }, 'webhook_url must be a string'],
  ['image/generate/ideogram-4-5?dry_run=true', { prompt: 'a' }, 'dry_run is not served here'],
  [
    'image/precise-edit/ideogram-4-5',
    { prompt: 'a', image_asset_identifier: {} },
    'image_asset_identifier is not read',
  ],
  ['image/generate/ideogram-4', {}, 'prompt is needed'],
  ['image/generate/ideogram-4', { prompt: 'a', rendering_speed: 'flash' }, 'rendering_speed must be one of'],
  ['image/generate/ideogram-3', { prompt: 'a', enable_copyright_detection: true }, 'must be false with this model'],
  ['image/describe/ideogram-4', {}, 'image is required'],
])('the second version of Ideogram’s API refuses a wrong field at %s by its name: %j', async (route, body, says) => {
  const before = await gateway.store.countTasks({ tenantId: gateway.tenantId })
  const answer = await gateway.send('POST', `/v2/${route}`, { key: TEST_KEY, body })
  expect(answer).toMatchObject({ status: 400, body: { error: expect.stringContaining(says) } })
  expect(await gateway.store.countTasks({ tenantId: gateway.tenantId })).toBe(before)
})

import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sampleFiles } from '../../src/assets/sample-files.ts'
import { download, LIVE_KEY, openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'
import { openReceiver, type Receiver } from '../support/receiver.ts'

interface Created {
  id: string
  polling_url: string
  status?: string
  webhook_url?: string
}

interface Result {
  id: string
  status: string
  result: { sample: string; prompt: string; seed: number | null } | null
  details: object | null
}

const POLL_EVERY_MS = 100
const OVER = ['Ready', 'Error', 'Request Moderated', 'Content Moderated', 'Task not found']

let gateway: TestGateway
let receiver: Receiver

beforeAll(async () => {
  gateway = await openGateway()
  receiver = await openReceiver()
})
afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]()
  await receiver?.close()
})

/** As the API's own examples do it: the key in `x-key`, and the address to look at taken from the answer. */
async function create(path: string, body: object, key = TEST_KEY): Promise<Created> {
  const answer = await gateway.send('POST', path, { key: null, headers: { 'x-key': key }, body })
  expect(answer.status, JSON.stringify(answer.body)).toBe(200)
  return answer.body as unknown as Created
}

async function poll(url: string, key = TEST_KEY): Promise<Result> {
  for (;;) {
    const response = await fetch(url, { headers: { 'x-key': key } })
    const result = (await response.json()) as Result
    if (OVER.includes(result.status)) return result
    expect(result).toMatchObject({ status: 'Pending', result: null })
    await new Promise((wake) => setTimeout(wake, POLL_EVERY_MS))
  }
}

describe('a client of Black Forest Labs', () => {
  it.each(['/flux', '/bfl', ''])('makes a picture under "%s", and downloads it', async (prefix) => {
    const created = await create(`${prefix}/v1/flux-pro-1.1`, { prompt: 'a heron', seed: 7, width: 512, height: 256 })
    expect(created.polling_url).toBe(`${gateway.url}${prefix}/v1/get_result?id=${created.id}`)
    const { status, result } = await poll(created.polling_url)
    expect({ status, result }).toMatchObject({ status: 'Ready', result: { prompt: 'a heron', seed: 7 } })
    const { headers, bytes } = await download(result?.sample ?? '')
    expect(headers.get('content-type')).toBe('image/jpeg')
    expect(bytes.byteLength).toBeGreaterThan(1_000)
  })

  it('edits a picture that it brings as bare base64', async () => {
    const picture = Buffer.from((await sampleFiles['image/png']?.()) ?? []).toString('base64')
    const body = { prompt: 'in blue sandbox:fast', input_image: picture, aspect_ratio: '1:1', seed: null }
    const { id, polling_url } = await create('/v1/flux-kontext-pro', body)
    expect((await poll(polling_url)).status).toBe('Ready')
    const stored = await gateway.store.getTask({ id })
    expect(stored?.input.input_image).toMatch(/^asset:.*\.png$/)
  })

  it('makes a video of keyframes', async () => {
    const frame = 'https://1.1.1.1/frame.png'
    const body = { prompt: 'sandbox:fast', mode: 'i2v', duration: 5, keyframes: [[0, frame], frame] }
    const { result } = await poll((await create('/v1/flux-3-video', body)).polling_url)
    expect((await download(result?.sample ?? '')).headers.get('content-type')).toBe('video/mp4')
  })

  it('as relays’ clients send it, with Bearer and without polling_url', async () => {
    const headers = { authorization: `Bearer ${TEST_KEY}` }
    const body = { prompt: 'sandbox:fast', aspect_ratio: '16:9' }
    const created = await gateway.send('POST', '/bfl/v1/flux-kontext-max', { key: null, headers, body })
    const { id } = created.body as unknown as Created
    expect((await poll(`${gateway.url}/bfl/v1/get_result?id=${id}`)).status).toBe('Ready')
  })

  it('as ComfyUI’s nodes send it, with every field, null where there is nothing, and a seed of 64 bits', async () => {
    const ultra = {
      prompt: 'a heron sandbox:fast',
      prompt_upsampling: false,
      seed: 18_446_744_073_709_552_000,
      aspect_ratio: '16:9',
      raw: false,
      image_prompt: null,
      image_prompt_strength: null,
    }
    expect((await poll((await create('/v1/flux-pro-1.1-ultra', ultra)).polling_url)).status).toBe('Ready')
    const picture = Buffer.from((await sampleFiles['image/png']?.()) ?? []).toString('base64')
    const fill = { prompt: 'sandbox:fast', steps: 50, guidance: 60, seed: 0, image: picture, mask: picture }
    expect((await poll((await create('/v1/flux-pro-1.0-fill', fill)).polling_url)).status).toBe('Ready')
  })

  it.each([
    ['sandbox:moderation', 'Content Moderated'],
    ['sandbox:fail', 'Error'],
  ])('is told of %s with the status "%s"', async (word, status) => {
    const { polling_url } = await create('/v1/flux-dev', { prompt: `a heron ${word} sandbox:fast` })
    const result = await poll(polling_url)
    expect(result).toMatchObject({ status, result: null })
    expect(JSON.stringify(result.details)).toContain(word)
  })

  it('is told of the end, with a signature', async () => {
    const url = `${receiver.url}/bfl`
    const body = { prompt: 'a heron sandbox:fast', webhook_url: url, webhook_secret: 'hush' }
    const created = await create('/v1/flux-pro-1.1-ultra', body)
    expect(created).toMatchObject({ status: 'Pending', webhook_url: url })
    await receiver.until((all) => all.some(({ path }) => path === '/bfl'))
    const told = receiver.received.find(({ path }) => path === '/bfl')
    expect(JSON.parse(told?.body ?? '')).toEqual(await poll(created.polling_url))
    const signature = createHmac('sha256', 'hush')
      .update(told?.body ?? '')
      .digest('hex')
    expect(told?.headers['x-bfl-signature']).toBe(`sha256=${signature}`)
  })

  it('reads a picture that was asked for at PiAPI’s route, and no song', async () => {
    const flux = { model: 'Qubico/flux1-schnell', key: TEST_KEY }
    const { task_id: id } = await gateway.piapi.create('txt2img', { prompt: 'rain sandbox:fast' }, flux)
    await gateway.piapi.ended(id, { key: TEST_KEY })
    const result = await poll(`${gateway.url}/v1/get_result?id=${id}`)
    expect(result).toMatchObject({ id, status: 'Ready', result: { prompt: 'rain sandbox:fast', seed: null } })
    const song = await gateway.piapi.song({ prompt: 'la sandbox:fast' }, { key: TEST_KEY })
    expect((await poll(`${gateway.url}/v1/get_result?id=${song.task_id}`)).status).toBe('Task not found')
  })

  it('makes what PiAPI’s clients read', async () => {
    const { id } = await create('/v1/flux-2-pro', { prompt: 'a heron sandbox:fast' })
    const task = await gateway.piapi.ended(id, { key: TEST_KEY })
    expect(task).toMatchObject({ model: 'bfl', task_type: 'flux-2-pro', status: 'completed' })
  })

  it('reads what is left, a hundred credits for a dollar', async () => {
    const { available } = await gateway.balance()
    const answer = await gateway.send('GET', '/flux/v1/credits', { key: TEST_KEY })
    expect(answer).toMatchObject({ status: 200, body: { credits: available / 100_000 } })
    expect((await gateway.send('GET', '/v1/credits', { key: TEST_KEY })).body).toEqual(answer.body)
  })
})

describe('an error of Black Forest Labs’ API', () => {
  it.each<[string, string, string, object | undefined, string | null, number, object]>([
    ['a key that is wrong', 'POST', '/v1/flux-dev', { prompt: 'a' }, 'sk-no', 403, { detail: expect.any(String) }],
    ['no key', 'GET', '/flux/v1/credits', undefined, null, 403, { detail: expect.any(String) }],
    [
      'a field that is missing',
      'POST',
      '/flux/v1/flux-kontext-pro',
      {},
      TEST_KEY,
      422,
      { detail: [{ loc: ['body', 'prompt'], msg: 'prompt is required.', type: 'missing' }] },
    ],
    [
      'an address that is private',
      'POST',
      '/v1/flux-3-video',
      { keyframes: ['http://10.0.0.1/a.png'] },
      TEST_KEY,
      422,
      { detail: [{ loc: ['body', 'keyframes', 0], type: 'value_error' }] },
    ],
    [
      'a task that nobody has',
      'GET',
      '/v1/get_result?id=x',
      undefined,
      TEST_KEY,
      404,
      { id: 'x', status: 'Task not found' },
    ],
    ['no id', 'GET', '/v1/get_result', undefined, TEST_KEY, 422, { detail: [{ loc: ['query', 'id'] }] }],
    [
      'a model that there is not',
      'POST',
      '/bfl/v1/flux-9',
      { prompt: 'a' },
      TEST_KEY,
      404,
      { detail: expect.any(String) },
    ],
    [
      'a model that no provider performs',
      'POST',
      '/v1/flux-dev',
      { prompt: 'a' },
      LIVE_KEY,
      503,
      { detail: expect.any(String) },
    ],
  ])('for %s', async (_what, method, path, body, key, status, expected) => {
    const headers = key === null ? {} : { 'x-key': key }
    const answer = await gateway.send(method, path, { key: null, headers, ...(body ? { body } : {}) })
    expect(answer.status).toBe(status)
    expect(answer.body).toMatchObject(expected)
  })

  it('says that nothing is finetuned here', async () => {
    const send = (method: string, path: string, body?: object) =>
      gateway.send(method, path, { key: TEST_KEY, ...(body ? { body } : {}) })
    expect(await send('GET', '/v1/my_finetunes')).toMatchObject({ status: 200, body: { finetunes: [] } })
    const refused = await send('POST', '/flux/v1/finetune', { file_data: 'zip', mode: 'general' })
    expect(refused).toMatchObject({ status: 400, body: { detail: expect.stringContaining('not supported') } })
    const none = { status: 404, body: { detail: expect.stringContaining('There is no finetune f1') } }
    expect(await send('GET', '/v1/finetune_details?finetune_id=f1')).toMatchObject(none)
    expect(await send('POST', '/v1/delete_finetune', { finetune_id: 'f1' })).toMatchObject(none)
    expect(await send('POST', '/v1/flux-pro-1.1-ultra-finetuned', { finetune_id: 'f1', prompt: 'a' })).toMatchObject(
      none,
    )
  })
})

import { createHmac } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sampleFiles } from '../../src/assets/sample-files.ts'
import { newId } from '../../src/core/ids.ts'
import type { Json, JsonObject } from '../../src/core/json.ts'
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
  result: { sample: string; prompt: string; seed?: number; finetune_id?: string } | null
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

/** As the API's own examples do it: the key in `x-key`, and polling at the URL of the answer. */
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
  it.each(['/flux', '/bfl', ''])('makes a picture below "%s", and downloads it', async (prefix) => {
    const created = await create(`${prefix}/v1/flux-pro-1.1`, { prompt: 'a heron', seed: 7, width: 512, height: 256 })
    expect(created.polling_url).toBe(`${gateway.url}${prefix}/v1/get_result?id=${created.id}`)
    const { status, result } = await poll(created.polling_url)
    expect({ status, result }).toMatchObject({ status: 'Ready', result: { prompt: 'a heron', seed: 7 } })
    const { headers, bytes } = await download(result?.sample ?? '')
    expect(headers.get('content-type')).toBe('image/jpeg')
    expect(bytes.byteLength).toBeGreaterThan(1_000)
  })

  it('edits a picture that it sends as bare base64', async () => {
    const picture = Buffer.from((await sampleFiles['image/png']?.()) ?? []).toString('base64')
    const body = { prompt: 'in blue sandbox:fast', input_image: picture, aspect_ratio: '1:1', seed: null }
    const { id, polling_url } = await create('/v1/flux-kontext-pro', body)
    expect((await poll(polling_url)).status).toBe('Ready')
    const stored = await gateway.store.getTask({ id })
    expect(stored?.input.input_image).toMatch(/^asset:.*\.png$/)
  })

  it('makes a video from keyframes', async () => {
    const frame = 'https://1.1.1.1/frame.png'
    const body = { prompt: 'sandbox:fast', mode: 'i2v', duration: 5, keyframes: [[0, frame], frame] }
    const { result } = await poll((await create('/v1/flux-3-video', body)).polling_url)
    expect((await download(result?.sample ?? '')).headers.get('content-type')).toBe('video/mp4')
  })

  it('may send its key as Bearer, as relays’ clients do, and ignore polling_url', async () => {
    const headers = { authorization: `Bearer ${TEST_KEY}` }
    const body = { prompt: 'sandbox:fast', aspect_ratio: '16:9' }
    const created = await gateway.send('POST', '/bfl/v1/flux-kontext-max', { key: null, headers, body })
    const { id } = created.body as unknown as Created
    expect((await poll(`${gateway.url}/bfl/v1/get_result?id=${id}`)).status).toBe('Ready')
  })

  it('may send every field, null where it has no value and a seed of 64 bits, as ComfyUI’s nodes do', async () => {
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
  ])('is answered "%s" with the status "%s"', async (word, status) => {
    const { polling_url } = await create('/v1/flux-dev', { prompt: `a heron ${word} sandbox:fast` })
    const result = await poll(polling_url)
    expect(result).toMatchObject({ status, result: null })
    expect(JSON.stringify(result.details)).toContain(word)
  })

  it('gets a signed webhook when the work has ended', async () => {
    const url = `${receiver.url}/bfl`
    const body = { prompt: 'a heron sandbox:fast', webhook_url: url, webhook_secret: 'hush' }
    const created = await create('/v1/flux-pro-1.1-ultra', body)
    expect(created).toMatchObject({ status: 'Pending', webhook_url: url })
    await receiver.until((all) => all.some(({ path }) => path === '/bfl'))
    const shown = receiver.received.find(({ path }) => path === '/bfl')
    expect(JSON.parse(shown?.body ?? '')).toEqual(await poll(created.polling_url))
    const signature = createHmac('sha256', 'hush')
      .update(shown?.body ?? '')
      .digest('hex')
    expect(shown?.headers['x-bfl-signature']).toBe(`sha256=${signature}`)
  })

  it('reads a picture that was submitted at PiAPI’s route, and no song', async () => {
    const flux = { model: 'Qubico/flux1-schnell', key: TEST_KEY }
    const { task_id: id } = await gateway.piapi.create('txt2img', { prompt: 'rain sandbox:fast' }, flux)
    await gateway.piapi.ended(id, { key: TEST_KEY })
    const result = await poll(`${gateway.url}/v1/get_result?id=${id}`)
    expect(result).toMatchObject({
      id,
      status: 'Ready',
      result: { prompt: 'rain sandbox:fast', seed: expect.any(Number) },
    })
    const song = await gateway.piapi.song({ prompt: 'la sandbox:fast' }, { key: TEST_KEY })
    expect((await poll(`${gateway.url}/v1/get_result?id=${song.task_id}`)).status).toBe('Task not found')
  })

  it('submits pictures that PiAPI’s clients can read', async () => {
    const { id } = await create('/v1/flux-2-pro', { prompt: 'a heron sandbox:fast' })
    const task = await gateway.piapi.ended(id, { key: TEST_KEY })
    expect(task).toMatchObject({ model: 'bfl', task_type: 'flux-2-pro', status: 'completed' })
  })

  it('reads its credit, a hundred for a dollar', async () => {
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
    ['an unknown task', 'GET', '/v1/get_result?id=x', undefined, TEST_KEY, 404, { id: 'x', status: 'Task not found' }],
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
  ])('has its documented form for %s', async (_what, method, path, body, key, status, expected) => {
    const headers = key === null ? {} : { 'x-key': key }
    const answer = await gateway.send(method, path, { key: null, headers, ...(body ? { body } : {}) })
    expect(answer.status).toBe(status)
    expect(answer.body).toMatchObject(expected)
  })
})

describe('a finetune of Black Forest Labs’ API', () => {
  const FINETUNE = '/v1/finetune'
  const UNKNOWN_ID = '01234567-89ab-4cde-8f01-23456789ab00'
  const picture = 'https://1.1.1.1/street.png'
  let archive: string

  beforeAll(async () => {
    archive = await base64('application/zip')
  })

  async function base64(mediaType: string): Promise<string> {
    return Buffer.from((await sampleFiles[mediaType]?.()) ?? []).toString('base64')
  }

  /** As the API's own example of a client sends it. */
  const training = (comment: string): JsonObject => ({
    finetune_comment: comment,
    trigger_word: 'HRN',
    file_data: archive,
    iterations: 300,
    mode: 'general',
    learning_rate: 0.000_01,
    captioning: true,
    priority: 'quality',
    lora_rank: 32,
    finetune_type: 'full',
  })

  async function trained(comment: string, key = TEST_KEY): Promise<string> {
    const { id, polling_url } = await create(FINETUNE, training(`${comment} sandbox:fast`), key)
    expect((await poll(polling_url, key)).status).toBe('Ready')
    return id
  }

  const send = (method: string, path: string, body?: object, key = TEST_KEY) =>
    gateway.send(method, path, { key: null, headers: { 'x-key': key }, ...(body ? { body } : {}) })
  const listed = async (key = TEST_KEY) => (await send('GET', '/v1/my_finetunes', undefined, key)).body
  const draw = (finetune_id: Json | undefined, key = TEST_KEY) =>
    send('POST', '/v1/flux-pro-1.1-ultra-finetuned', { finetune_id, prompt: 'a HRN sandbox:fast' }, key)
  const refused = (field: string, says: string) => ({
    status: 422,
    body: { detail: [{ loc: ['body', field], msg: expect.stringContaining(says), type: expect.any(String) }] },
  })
  const unknown = (id: string) => ({ status: 404, body: { detail: `There is no finetune ${id}.` } })

  it.each(['/flux', '/bfl', ''])('is trained below "%s", listed, shown in detail and deleted', async (prefix) => {
    const created = await create(`${prefix}${FINETUNE}`, training('our heron sandbox:fast'))
    const { id } = created
    const polling_url = `${gateway.url}${prefix}/v1/get_result?id=${id}`
    expect(created).toMatchObject({ finetune_id: id, polling_url })
    expect(await poll(polling_url)).toMatchObject({ id, status: 'Ready', result: { finetune_id: id } })
    const stored = await gateway.store.getTask({ id })
    expect(stored?.input.file_data).toMatch(/^asset:.*\.zip$/)

    expect((await send('GET', `${prefix}/v1/my_finetunes`)).body).toEqual({
      finetunes: expect.arrayContaining([id]),
    })
    const details = `${prefix}/v1/finetune_details?finetune_id=${id}`
    expect(await send('GET', details)).toMatchObject({
      status: 200,
      body: {
        finetune_details: {
          finetune_id: id,
          finetune_comment: 'our heron sandbox:fast',
          trigger_word: 'HRN',
          mode: 'general',
          iterations: 300,
          finetune_type: 'full',
          lora_rank: 32,
          learning_rate: 0.000_01,
          status: 'Ready',
          timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
        },
      },
    })

    const deletion = () => send('POST', `${prefix}/v1/delete_finetune`, { finetune_id: id })
    expect(await deletion()).toMatchObject({
      status: 200,
      body: { status: 'success', deleted_finetune_id: id, message: expect.any(String), timestamp: expect.any(String) },
    })
    expect(await listed()).not.toEqual({ finetunes: expect.arrayContaining([id]) })
    expect(await send('GET', details)).toMatchObject(unknown(id))
    expect(await deletion()).toMatchObject(unknown(id))
    expect(await draw(id)).toMatchObject(refused('finetune_id', `names ${id}, but there is no such finetune`))
  })

  it('draws with every model that supports finetunes', async () => {
    const finetune_id = await trained('for all')
    const drawing = { finetune_id, finetune_strength: 1.2, prompt: 'a HRN sandbox:fast' }
    const bodies: [path: string, body: JsonObject][] = [
      ['/v1/flux-pro-finetuned', { ...drawing, width: 256, height: 256 }],
      ['/flux/v1/flux-pro-1.1-ultra-finetuned', { ...drawing, aspect_ratio: '1:1', raw: true }],
      ['/bfl/v1/flux-pro-1.0-fill-finetuned', { ...drawing, image: picture }],
      ['/v1/flux-pro-1.0-canny-finetuned', { ...drawing, control_image: picture }],
      ['/v1/flux-pro-1.0-depth-finetuned', { ...drawing, control_image: picture }],
    ]
    for (const [path, body] of bodies) {
      const { id, polling_url } = await create(path, body)
      const { status, result } = await poll(polling_url)
      expect([path, status]).toEqual([path, 'Ready'])
      expect((await download(result?.sample ?? '')).headers.get('content-type')).toBe('image/jpeg')
      expect(await gateway.store.getTask({ id })).toMatchObject({ parentTaskId: finetune_id })
    }
  })

  it('that was trained at PiAPI’s route is like any other', async () => {
    const input = { ...training('at PiAPI sandbox:fast'), file_data: `data:application/zip;base64,${archive}` }
    const { task_id: id } = await gateway.piapi.create('finetune', input, { model: 'bfl', key: TEST_KEY })
    const { output } = await gateway.piapi.ended(id, { key: TEST_KEY })
    expect(output).toMatchObject({ finetune_comment: 'at PiAPI sandbox:fast', trigger_word: 'HRN' })
    expect(await listed()).toEqual({ finetunes: expect.arrayContaining([id]) })
    expect((await draw(id)).status).toBe(200)
  })

  it('has a signed webhook when its training ends', async () => {
    const hook = { webhook_url: `${receiver.url}/trained`, webhook_secret: 'hush' }
    const created = await create(FINETUNE, { ...training('told sandbox:fast'), ...hook })
    expect(created).toMatchObject({ status: 'Pending', finetune_id: created.id, webhook_url: hook.webhook_url })
    await receiver.until((all) => all.some(({ path }) => path === '/trained'))
    const shown = receiver.received.find(({ path }) => path === '/trained')
    expect(JSON.parse(shown?.body ?? '')).toMatchObject({ status: 'Ready', result: { finetune_id: created.id } })
    expect(shown?.headers['x-bfl-signature']).toMatch(/^sha256=[0-9a-f]{64}$/)
  })

  it('does not exist before its training has ended, nor when it failed', async () => {
    const { id: running } = await create(FINETUNE, training('slow sandbox:slow=600'))
    await gateway.until(running, ({ status }) => status === 'processing')
    const { id: broken, polling_url } = await create(FINETUNE, training('bad sandbox:fail sandbox:fast'))
    expect((await poll(polling_url)).status).toBe('Error')

    for (const [id, status, word] of [
      [running, 'processing', 'Pending'],
      [broken, 'failed', 'Error'],
    ] as const) {
      expect(await listed()).not.toEqual({ finetunes: expect.arrayContaining([id]) })
      expect(await draw(id)).toMatchObject(refused('finetune_id', `its task is ${status}`))
      const details = await send('GET', `/v1/finetune_details?finetune_id=${id}`)
      expect(details).toMatchObject({ status: 200, body: { finetune_details: { finetune_id: id, status: word } } })
    }
    const deletion = await send('POST', '/v1/delete_finetune', { finetune_id: running })
    expect(deletion).toMatchObject(refused('finetune_id', 'names a finetune whose training is processing'))
  })

  it('belongs to its tenant alone', async () => {
    const id = await trained('mine')
    const { key } = await gateway.tenant({ key: { mode: 'test' } })
    expect(await listed(key)).toEqual({ finetunes: [] })
    expect(await send('GET', `/v1/finetune_details?finetune_id=${id}`, undefined, key)).toMatchObject(unknown(id))
    expect(await send('POST', '/v1/delete_finetune', { finetune_id: id }, key)).toMatchObject(unknown(id))
    expect(await draw(id, key)).toMatchObject(refused('finetune_id', `names ${id}, but there is no such finetune`))
    expect((await draw(id)).status).toBe(200)
  })

  it('stays deleted after many other deletions', async () => {
    const id = await trained('one of many')
    expect((await send('POST', '/v1/delete_finetune', { finetune_id: id })).status).toBe(200)
    const now = Date.now()
    await Promise.all(
      Array.from({ length: 501 }, () =>
        gateway.store.insertDraft({
          draft: {
            id: newId(now),
            tenantId: gateway.tenantId,
            mode: 'live',
            kind: 'bfl-deleted-finetune',
            body: { finetune_id: UNKNOWN_ID },
            createdAt: now,
            expiresAt: now + 60_000,
          },
        }),
      ),
    )
    expect(await draw(id)).toMatchObject(refused('finetune_id', `names ${id}, but there is no such finetune`))
    expect(await listed()).not.toEqual({ finetunes: expect.arrayContaining([id]) })
  })

  it.each<[string, Record<string, Json | undefined>, string, string]>([
    ['no archive', { file_data: undefined }, 'file_data', 'file_data is required.'],
    ['the name of an archive', { file_data: 'heron.zip' }, 'file_data', 'must be an http or https URL'],
    ['an archive at a private address', { file_data: 'http://10.0.0.1/a.zip' }, 'file_data', 'private'],
    ['bytes of an unknown type', { file_data: 'A'.repeat(400) }, 'file_data', 'is of no known type'],
    ['no comment', { finetune_comment: undefined }, 'finetune_comment', 'is required'],
    ['no mode', { mode: undefined }, 'mode', 'is required'],
    ['an unknown mode', { mode: 'object' }, 'mode', 'must be one of "general", "character"'],
    ['too many iterations', { iterations: 1_001 }, 'iterations', 'must be at most 1000'],
  ])('is not trained with %s', async (_what, change, field, says) => {
    expect(await send('POST', FINETUNE, { ...training('bad'), ...change })).toMatchObject(refused(field, says))
  })

  it('is not trained with a picture in place of the archive', async () => {
    const body = { ...training('bad'), file_data: await base64('image/png') }
    expect(await send('POST', '/flux/v1/finetune', body)).toMatchObject(
      refused('file_data', 'must be an archive, not image/png'),
    )
  })

  it('that does not exist is refused, naming the field', async () => {
    const { id, polling_url } = await create('/v1/flux-dev', { prompt: 'sandbox:fast', width: 256, height: 256 })
    expect((await poll(polling_url)).status).toBe('Ready')
    for (const none of [id, UNKNOWN_ID, 'my-finetune']) {
      expect(await draw(none)).toMatchObject(refused('finetune_id', `names ${none}, but there is no such finetune`))
      expect(await send('GET', `/v1/finetune_details?finetune_id=${none}`)).toMatchObject(unknown(none))
      expect(await send('POST', '/v1/delete_finetune', { finetune_id: none })).toMatchObject(unknown(none))
    }
    expect(await draw(undefined)).toMatchObject(refused('finetune_id', 'is required'))
    expect(await draw(7)).toMatchObject(refused('finetune_id', 'must be a string'))
    expect(await send('POST', '/v1/delete_finetune', {})).toMatchObject(refused('finetune_id', 'is required'))
    expect(await send('GET', '/v1/finetune_details')).toMatchObject({
      status: 422,
      body: { detail: [{ loc: ['query', 'finetune_id'], type: 'missing' }] },
    })
  })

  it('is refused for a live key when no provider can train it', async () => {
    const id = await trained('of the sandbox')
    const before = await gateway.store.summary({})
    const none = { status: 503, body: { detail: expect.stringContaining('bfl/') } }
    expect(await send('POST', FINETUNE, training('live'), LIVE_KEY)).toMatchObject(none)
    // A live key does not see what a test key trained.
    expect(await draw(id, LIVE_KEY)).toMatchObject(refused('finetune_id', `names ${id}, but there is no such finetune`))
    expect(await gateway.store.summary({})).toEqual(before)
  })

  it('exists, or stays deleted, after a restart', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'polyphony-finetunes-'))
    try {
      const ask = async (at: TestGateway, path: string, body?: JsonObject) =>
        (await at.send(body ? 'POST' : 'GET', path, { key: TEST_KEY, ...(body ? { body } : {}) })).body as JsonObject
      const first = await openGateway({ dataDir })
      const ids: string[] = []
      for (const comment of ['kept', 'deleted']) {
        const { id } = await ask(first, FINETUNE, training(`${comment} sandbox:fast`))
        await first.until(String(id), ({ status }) => status === 'completed')
        ids.push(String(id))
      }
      const [kept = '', deleted = ''] = ids
      expect(await ask(first, '/v1/my_finetunes')).toEqual({ finetunes: [deleted, kept] })
      await ask(first, '/v1/delete_finetune', { finetune_id: deleted })
      await first.stop()

      await using second = await openGateway({ dataDir })
      expect(await ask(second, '/v1/my_finetunes')).toEqual({ finetunes: [kept] })
      const drawing = { prompt: 'a HRN sandbox:fast', finetune_id: kept }
      const { id } = await ask(second, '/v1/flux-pro-finetuned', drawing)
      await second.until(String(id), ({ status }) => status === 'completed')
      const refusal = await ask(second, '/v1/flux-pro-finetuned', { ...drawing, finetune_id: deleted })
      expect(refusal).toMatchObject({ detail: [{ loc: ['body', 'finetune_id'] }] })
    } finally {
      await rm(dataDir, { recursive: true, force: true })
    }
  })
})

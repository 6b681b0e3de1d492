import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type uniai from 'uniai'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import submitExample from '../../src/dialects/midjourney/examples/submit.json' with { type: 'json' }
import windowExample from '../../src/dialects/midjourney/examples/submit.window.json' with { type: 'json' }
import taskExample from '../../src/dialects/midjourney/examples/task.imagine.json' with { type: 'json' }
import uploadExample from '../../src/dialects/midjourney/examples/upload.json' with { type: 'json' }
import type { TaskBody } from '../../src/dialects/midjourney/from-task.ts'
import { shapeDifferences } from '../../src/dialects/piapi/shape.testing.ts'
import { sandboxPicture, sandboxVideo } from '../../src/engines/sandbox-media/sandbox-media.ts'
import { type Answer, download, LIVE_KEY, openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'
import { openReceiver, type Receiver } from '../support/receiver.ts'

/** The Midjourney relay's protocol, as its clients use it. */

interface Submitted {
  code: number
  description: string
  result: string
  properties: { finalPrompt?: string; remix?: boolean }
}

const prompt = 'a fox crosses a frozen lake, sandbox:fast'
const UNKNOWN = '01234567-89ab-4cde-8f01-23456789ab00'

let gateway: TestGateway
let receiver: Receiver
let picture: string
/** A finished grid, and one picture of it, upscaled. */
let grid: TaskBody
let single: TaskBody

beforeAll(async () => {
  gateway = await openGateway()
  const bytes = await sandboxPicture({ widthPx: 64, heightPx: 64, mediaType: 'image/png' })
  picture = `data:image/png;base64,${Buffer.from(bytes).toString('base64')}`
  grid = await ended(await take('/mj/submit/imagine', { prompt }))
  single = await ended(await take('/mj/submit/change', { taskId: grid.id, action: 'UPSCALE', index: 2 }))
})
beforeEach(async () => {
  receiver = await openReceiver()
  return () => receiver.close()
})
afterAll(() => gateway?.[Symbol.asyncDispose]())

const secret = (key: string) => ({ key: null, headers: { 'mj-api-secret': key } })
const post = (path: string, body: object) => gateway.send('POST', path, { ...secret(TEST_KEY), body })
/** Words for the sandbox in a field of their own, for bodies without a prompt. */
const accountFilter = { remark: 'sandbox:fast' }
const get = (path: string) => gateway.send('GET', path, secret(TEST_KEY))
const read = async (id: string): Promise<TaskBody> => (await get(`/mj/task/${id}/fetch`)).body as unknown as TaskBody

/** Submits a body that must be accepted, and returns the answer's result. */
async function take(path: string, body: object): Promise<string> {
  const answer = (await post(path, { accountFilter, ...body })).body as unknown as Submitted
  if (answer.code !== 1) throw new Error(`${path} answered ${JSON.stringify(answer)}`)
  return answer.result
}

/** The task once it has ended, as its clients wait for it. */
async function ended(id: string): Promise<TaskBody> {
  const { status, body } = await get(`/mj/task/${id}/fetch?wait=25`)
  if (status !== 200) throw new Error(`${id} answered ${status}: ${JSON.stringify(body)}`)
  const task = body as unknown as TaskBody
  if (!['SUCCESS', 'FAILURE', 'CANCEL'].includes(task.status)) throw new Error(`${id} is still ${task.status}.`)
  return task
}

function buttonOf(task: TaskBody, label: string): string {
  const found = task.buttons.find((one) => one.label === label || one.emoji === label)
  if (!found) throw new Error(`${task.id} has no button ${label}.`)
  return found.customId
}

/** Presses a button that opens a window. */
async function opened(task: TaskBody, label: string, more: object = {}): Promise<Submitted> {
  const { body } = await post('/mj/submit/action', {
    accountFilter,
    taskId: task.id,
    customId: buttonOf(task, label),
    ...more,
  })
  return body as unknown as Submitted
}

function shown({ status, body }: Answer): unknown {
  return { status, body }
}

type UniAI = InstanceType<typeof uniai.default>

describe('the package uniai', () => {
  const home = process.cwd()
  const provider = 'midjourney' as Parameters<UniAI['task']>[0] // its enum has no other way in
  let directory: string
  let client: (token?: string) => UniAI
  beforeAll(async () => {
    // The package stores downloads and more below its working directory.
    directory = await mkdtemp(join(tmpdir(), 'polyphony-uniai-'))
    process.chdir(directory)
    const loaded: unknown = (await import('uniai')).default
    // Its types are for one module system and its code for another: a loader may export the class either way.
    const Client = (
      typeof loaded === 'function' ? loaded : (loaded as { default: unknown }).default
    ) as typeof uniai.default
    client = (token = TEST_KEY) => new Client({ MidJourney: { proxy: gateway.url, token } })
  })
  afterAll(async () => {
    process.chdir(home)
    await rm(directory, { recursive: true })
  })

  it('draws, polls, downloads the picture, and changes it', async () => {
    const ai = client()
    const { taskId } = await ai.imagine(prompt, { provider, width: 1_600, height: 900 })
    await ended(String(taskId))
    const [task] = await ai.task(provider, String(taskId))
    expect(task).toMatchObject({ id: taskId, type: 'IMAGINE', fail: '', progress: 100, model: 'midjourney' })
    expect(task?.info).toContain('/imagine a fox crosses')
    expect(task?.created).toBeGreaterThan(Date.now() - 60_000)
    const [file] = task?.imgs ?? []
    expect(file).toContain(`${taskId}.png`)
    const bytes = await readFile(String(file))
    expect(bytes.subarray(1, 4).toString()).toBe('PNG')
    expect((await gateway.store.getTask({ id: String(taskId) }))?.output).toMatchObject({
      grid: { widthPx: 1_360, heightPx: 768 },
    })

    const change = await ai.change(provider, String(taskId), 'UPSCALE', 3)
    expect(await ended(String(change.taskId))).toMatchObject({ action: 'UPSCALE', parentId: taskId, status: 'SUCCESS' })
    const all = await ai.task(provider)
    expect(all.map(({ id }) => id)).toEqual(expect.arrayContaining([taskId, change.taskId]))
  })

  it('reports a wrong key and an empty prompt', async () => {
    await expect(client('sk-wrong').imagine(prompt, { provider })).rejects.toThrow()
    const answer = await post('/mj/submit/imagine', { prompt: '' })
    expect(shown(answer)).toEqual({
      status: 400,
      body: { description: 'prompt_is_required', type: 'upstream_error', code: 4 },
    })
  })
})

describe('new-api as a relay before this gateway', () => {
  it('finds the code where it replaces it in the text, and a string as the result', async () => {
    for (const body of [{ prompt }, { prompt: 'sandbox:slow=30' }]) {
      const response = await fetch(`${gateway.url}/mj/submit/imagine`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'mj-api-secret': TEST_KEY },
        body: JSON.stringify(body),
      })
      const text = await response.text()
      expect(text).toMatch(/^\{"code":1,"description":"[^"]+","result":"[0-9a-f-]{36}","properties":\{\}\}$/)
      expect(shapeDifferences(submitExample, JSON.parse(text))).toEqual([])
    }
  })

  it('polls the ids that it asks for, in a bare array, and gets no others', async () => {
    const slow = await take('/mj/submit/imagine', { prompt: 'sandbox:slow=30' })
    const { body } = await post('/mj/task/list-by-condition', { ids: [grid.id, UNKNOWN, slow, grid.id, 7, 'none'] })
    const tasks = body as unknown as TaskBody[]
    expect(tasks.map(({ id }) => id)).toEqual([grid.id, slow])
    // As its Go struct reads them; a reason before the end would refund the caller.
    for (const task of tasks) {
      expect(task).toMatchObject({
        progress: expect.stringMatching(/^\d{1,3}%$/),
        promptEn: expect.any(String),
        state: '',
        submitTime: expect.any(Number),
        startTime: expect.any(Number),
        finishTime: expect.any(Number),
        imageUrl: expect.any(String),
        failReason: '',
      })
    }
    expect(tasks[1]).toMatchObject({ imageUrl: '', finishTime: 0, buttons: [] })
    expect((await post('/mj/task/list-by-condition', { ids: [] })).body).toEqual([])
    expect((await post('/mj/task/list-by-ids', { ids: [grid.id] })).body).toMatchObject([{ id: grid.id }])
  })

  it('presses buttons with its own spelling of the body, and strips no speed', async () => {
    const body = {
      chooseSameChannel: true,
      customId: buttonOf(grid, 'V1'),
      taskId: grid.id,
      accountFilter: {
        channelId: '',
        instanceId: '',
        modes: [],
        remark: 'sandbox:fast',
        remix: true,
        remixAutoConsidered: true,
      },
      notifyHook: '',
      state: '',
    }
    const id = await take('/mj/submit/action', body)
    expect(await ended(id)).toMatchObject({ action: 'VARIATION', status: 'SUCCESS', prompt: grid.prompt })
  })

  it('passes on code 21 for a zoom, and pays when the window is answered', async () => {
    const window = await opened(single, 'Custom Zoom')
    expect(window.code).toBe(21)
    const { body } = await post('/mj/submit/modal', { taskId: window.result, prompt: `${prompt} --zoom 1.5` })
    expect(body).toMatchObject({ code: 1, result: window.result })
  })

  it('refunds failed and cancelled tasks', async () => {
    const failed = await ended(await take('/mj/submit/imagine', { prompt: 'sandbox:fast sandbox:fail' }))
    expect(failed).toMatchObject({ status: 'FAILURE', progress: '100%', imageUrl: '', buttons: [] })
    expect(failed.failReason).toContain('sandbox:fail')
    const moderated = await ended(await take('/mj/submit/imagine', { prompt: 'sandbox:fast sandbox:moderation' }))
    expect(moderated.failReason).toContain('content moderation')
  })
})

describe('Dooy’s web client', () => {
  it('answers a window with the prompt that it was shown', async () => {
    const d = await opened(single, 'Custom Zoom')
    expect(shapeDifferences(windowExample, d)).toEqual([])
    expect(d.description).toContain('confirm')
    const answer = await post('/mj/submit/modal', { taskId: d.result, prompt: d.properties.finalPrompt ?? '' })
    expect(answer.body).toMatchObject({ code: 1, result: d.result })
    expect(await ended(d.result)).toMatchObject({ id: d.result, action: 'CUSTOM_ZOOM', status: 'SUCCESS' })
  })

  it('accepts code 21 with nothing but the id', async () => {
    const d = await opened(grid, 'V2', { enableRemix: true })
    expect(d).toMatchObject({ code: 21, properties: { finalPrompt: prompt, remix: true } })
    await post('/mj/submit/modal', { taskId: d.result })
    expect(await ended(d.result)).toMatchObject({ id: d.result, action: 'VARIATION', prompt, status: 'SUCCESS' })
  })

  it('redraws a region', async () => {
    const d = await opened(single, 'Vary (Region)')
    expect(shown(await post('/mj/submit/modal', { taskId: d.result }))).toEqual({
      status: 400,
      body: { description: 'maskBase64 is required.', type: 'upstream_error', code: 4 },
    })
    await post('/mj/submit/modal', { taskId: d.result, maskBase64: picture, prompt: 'a red hat, sandbox:fast' })
    expect(await ended(d.result)).toMatchObject({ action: 'INPAINT', prompt: 'a red hat, sandbox:fast' })
  })

  it('draws with the bot for anime, with empty fields and reference pictures', async () => {
    const body = { base64Array: [picture], notifyHook: '', prompt, state: '', botType: 'NIJI_JOURNEY' }
    const task = await ended(await take('/mj/submit/imagine', body))
    expect(task).toMatchObject({ botType: 'NIJI_JOURNEY', status: 'SUCCESS' })
    const stored = await gateway.store.getTask({ id: task.id })
    expect(stored?.input).toMatchObject({ bot_type: 'niji', image_urls: [expect.stringMatching(/^asset:.*\.png$/)] })
    const up = await ended(await take('/mj/submit/action', { taskId: task.id, customId: buttonOf(task, 'U1') }))
    expect(up.botType).toBe('NIJI_JOURNEY')
  })

  it('makes videos of a picture in its own form', async () => {
    const body = { prompt: 'it runs, sandbox:fast', base64: picture, mode: 'FAST', motion: 'low', batchSize: 2 }
    const task = await ended(await take('/mj/submit/video', body))
    expect(task).toMatchObject({ action: 'VIDEO', status: 'SUCCESS', imageUrls: [] })
    expect(task.videoUrls).toHaveLength(2)
    expect((await download(task.videoUrl)).headers.get('content-type')).toBe('video/mp4')
    expect((await download(task.imageUrl)).headers.get('content-type')).toBe('image/jpeg')
    const longer = await take('/mj/submit/action', { taskId: task.id, customId: buttonOf(task, 'Extend 2 (High)') })
    expect((await gateway.store.getTask({ id: longer }))?.input).toMatchObject({
      origin_task_id: task.id,
      index: 1,
      action: 'extend',
      motion: 'high',
    })
  })
})

describe('Comfly’s nodes', () => {
  it('draw below a speed prefix, with extra fields, and find the hash in the text of the buttons', async () => {
    const payload = {
      base64Array: [],
      instanceId: '',
      modes: [],
      notifyHook: '',
      prompt,
      remix: true,
      state: '',
      ar: '16:9',
      no: '',
      c: 0,
      s: 0,
      iw: 0,
      tile: false,
      r: 1,
      video: false,
      sw: 0,
      cw: 0,
      sv: 1,
      seed: 0,
    }
    const sending = { key: null, headers: { authorization: `Bearer ${TEST_KEY}` } }
    const { body } = await gateway.send('POST', '/mj-turbo/mj/submit/imagine', { ...sending, body: payload })
    const { result } = body as unknown as Submitted
    const fetched = await gateway.send('GET', `/mj-turbo/mj/task/${result}/fetch?wait=25`, sending)
    const task = fetched.body as unknown as TaskBody
    expect(task).toMatchObject({ id: result, status: 'SUCCESS', mode: 'TURBO', properties: { messageId: result } })
    // Python's json.dumps puts a space after each colon.
    const text = JSON.stringify(task.buttons).replaceAll('":', '": ')
    const hash = /"customId": "MJ::JOB::upsample::1::(.*?)"/.exec(text)?.[1]
    const press = { customId: `MJ::JOB::upsample::1::${hash}`, taskId: result }
    const action = await gateway.send('POST', '/mj-turbo/mj/submit/action', { ...sending, body: press })
    expect(action.body).toMatchObject({ code: 1 })
    expect(await ended((action.body as unknown as Submitted).result)).toMatchObject({
      action: 'UPSCALE',
      mode: 'TURBO',
    })
  })

  it('upload a picture, and draw with its address', async () => {
    const upload = { base64Array: [picture], instanceId: '', notifyHook: '' }
    const { body } = await post('/mj-fast/mj/submit/upload-discord-images', upload)
    expect(shapeDifferences(uploadExample, body)).toEqual([])
    const [url = ''] = (body as { result: string[] }).result
    expect((await download(url)).headers.get('content-type')).toBe('image/png')
    const task = await ended(await take('/mj/submit/describe', { link: url }))
    expect(task).toMatchObject({ action: 'DESCRIBE', status: 'SUCCESS' })
    const spelt = picture.replace('data:image/png;', ' DATA:image/png;charset=utf-8;name=x.png;').replaceAll('=', '')
    const other = await post('/mj/submit/upload-discord-images', { base64Array: [`${spelt}\n`] })
    expect((other.body as { result: string[] }).result).toHaveLength(1)
  })

  it('recognise an unknown task by task_no_found', async () => {
    expect(shown(await get(`/mj-relax/mj/task/${UNKNOWN}/fetch`))).toEqual({
      status: 400,
      body: { description: 'task_no_found', type: 'upstream_error', code: 4 },
    })
  })
})

describe('the Midjourney relay’s protocol', () => {
  it('shows a finished task with every published field, and files that can be downloaded', async () => {
    const missing = shapeDifferences(taskExample, grid, { ordered: false }).filter((one) => !one.endsWith(': added'))
    expect(missing).toEqual([])
    for (const url of [grid.imageUrl, ...grid.imageUrls.map((one) => one.url)]) {
      expect((await download(url)).headers.get('content-type')).toBe('image/png')
    }
    expect(grid.imageUrls).toHaveLength(4)
    expect(single).toMatchObject({ action: 'UPSCALE', prompt, description: `/up ${grid.id} U2`, parentId: grid.id })
  })

  it('takes the speed from the path, and serves no other prefixes', async () => {
    for (const speed of ['relax', 'fast', 'turbo']) {
      const id = await take(`/mj-${speed}/mj/submit/imagine`, { prompt })
      expect((await gateway.store.getTask({ id }))?.input.process_mode).toBe(speed)
      expect((await read(id)).mode).toBe(speed.toUpperCase())
    }
    // As relays spell it that are built on new-api, also with a base address that ends in /v1.
    for (const path of ['/turbo/mj', '/v1/turbo/mj', '//turbo//mj']) {
      const id = await take(`${path}/submit/imagine`, { prompt })
      expect((await gateway.store.getTask({ id }))?.input.process_mode).toBe('turbo')
      expect((await get(`${path}/task/${id}/fetch?wait=25`)).status).toBe(200)
    }
    for (const path of ['/fast/mjx/submit/imagine', '/fast', '/warp/mj/submit/imagine']) {
      expect((await post(path, { prompt })).status).toBe(404)
    }
    for (const path of ['/mj-warp/mj/submit/imagine', '/mj/submit/dance', '/mj-fast/mj/submit/dance']) {
      expect(shown(await post(path, { prompt }))).toEqual({
        status: 404,
        body: { error: { message: `Invalid URL (POST ${path})`, type: 'invalid_request_error' } },
      })
    }
  })

  it('accepts the key in the headers of either kind of client', async () => {
    const path = `/mj/task/${grid.id}/fetch`
    const headers = [
      { 'mj-api-secret': TEST_KEY },
      { authorization: TEST_KEY },
      { authorization: `Bearer ${TEST_KEY}` },
      { authorization: 'midjourney-proxy', 'mj-api-secret': TEST_KEY },
    ]
    for (const one of headers) expect((await gateway.send('GET', path, { key: null, headers: one })).status).toBe(200)
    for (const key of ['sk-wrong', '']) {
      const answer = await gateway.send('GET', path, secret(key))
      expect(answer.status).toBe(401)
      expect(answer.body).toEqual({ error: { message: expect.any(String), type: 'new_api_error' } })
    }
    expect(shown(await gateway.send('GET', path, secret((await gateway.tenant({})).key)))).toMatchObject({
      status: 400,
    })
  })

  it('changes a picture by index and by text', async () => {
    const varied = await ended(await take('/mj/submit/change', { taskId: grid.id, action: 'VARIATION', index: 4 }))
    expect(varied).toMatchObject({ action: 'VARIATION', description: `/up ${grid.id} V4`, status: 'SUCCESS' })
    const remade = await ended(await take('/mj/submit/simple-change', { content: `${grid.id} R` }))
    expect(remade).toMatchObject({ action: 'REROLL', prompt })
    expect(remade.buttons.map(({ label }) => label)).toContain('U4')
  })

  it('follows a picture by its buttons, one after another', async () => {
    const large = await ended(
      await take('/mj/submit/action', { taskId: single.id, customId: buttonOf(single, 'Upscale (Creative)') }),
    )
    expect(large).toMatchObject({ action: 'UPSCALE_HD', prompt })
    const wide = await take('/mj/submit/action', { taskId: large.id, customId: buttonOf(large, '⬅️') })
    expect(await ended(wide)).toMatchObject({ action: 'PAN', parentId: large.id, status: 'SUCCESS' })
    const away = await take('/mj/submit/action', { taskId: single.id, customId: buttonOf(single, 'Zoom Out 1.5x') })
    expect((await gateway.store.getTask({ id: away }))?.input).toMatchObject({
      origin_task_id: single.id,
      zoom_ratio: '1.5',
    })
  })

  it('blends, edits, restyles, and shortens a prompt', async () => {
    const pictures = { base64Array: [picture, picture], dimensions: 'LANDSCAPE' }
    const tasks = await Promise.all([
      take('/mj/submit/blend', pictures),
      take('/mj/submit/edits', { prompt, image: picture, maskBase64: picture }),
      take('/mj/submit/edit', { prompt, image: picture }),
      take('/mj/submit/retexture', { prompt, image: picture }),
      take('/mj/submit/shorten', { prompt }),
    ])
    const all = await Promise.all(tasks.map(ended))
    expect(all.map(({ action, status }) => `${action} ${status}`)).toEqual([
      'BLEND SUCCESS',
      'EDIT SUCCESS',
      'EDIT SUCCESS',
      'RETEXTURE SUCCESS',
      'SHORTEN SUCCESS',
    ])
    const [blended, , , , short] = all
    expect((await gateway.store.getTask({ id: blended?.id ?? '' }))?.input).toMatchObject({ dimension: 'landscape' })
    expect(short?.properties.finalPrompt.split('\n\n')).toHaveLength(5)
  })

  it('describes a picture, and draws one of the descriptions', async () => {
    const task = await ended(await take('/mj/submit/describe', { base64: picture }))
    const { finalPrompt } = task.properties
    expect(finalPrompt).toMatch(/^1️⃣ .+\n\n2️⃣ .+\n\n3️⃣ .+\n\n4️⃣ .+$/)
    expect(task.prompt).toBe(finalPrompt)
    const window = await opened(task, '2️⃣')
    expect(window).toMatchObject({ code: 21, properties: { finalPrompt: 'Sandbox: not a real result.' } })
    await post('/mj/submit/modal', { taskId: window.result, prompt })
    expect(await ended(window.result)).toMatchObject({ action: 'IMAGINE', prompt, parentId: task.id })
    const again = await take('/mj/submit/action', { taskId: task.id, customId: buttonOf(task, '🔄') })
    expect(await ended(again)).toMatchObject({ action: 'DESCRIBE', status: 'SUCCESS' })
  })

  it('swaps faces, in pictures and in videos', async () => {
    const swapped = await ended(await take('/mj/insight-face/swap', { sourceBase64: picture, targetBase64: picture }))
    expect(swapped).toMatchObject({ action: 'SWAP_FACE', status: 'SUCCESS', buttons: [] })
    expect((await download(swapped.imageUrl)).headers.get('content-type')).toMatch(/^image\//)

    const { mp4 } = await sandboxVideo({ widthPx: 64, heightPx: 64, seconds: 1, hasSound: false })
    const form = new FormData()
    form.set('sourceBase64', picture)
    form.set('state', 'mine')
    form.set('targetFile', new Blob([new Uint8Array(mp4)], { type: 'video/mp4' }), 'speech.mp4')
    const response = await fetch(`${gateway.url}/mj/insight-face/video-swap`, {
      method: 'POST',
      headers: { 'mj-api-secret': TEST_KEY },
      body: form,
    })
    const { result } = (await response.json()) as Submitted
    const video = await ended(result)
    expect(video).toMatchObject({ action: 'SWAP_VIDEO_FACE', state: 'mine', status: 'SUCCESS' })
    expect((await download(video.videoUrl)).headers.get('content-type')).toBe('video/mp4')
  })

  it('returns a seed: that of the prompt, or one from a task that is run once', async () => {
    const set = await ended(await take('/mj/submit/imagine', { prompt: `${prompt} --seed 4711` }))
    const known = await get(`/mj/task/${set.id}/image-seed`)
    expect(known.body).toMatchObject({ code: 1, result: '4711' })
    for (let times = 0; times < 2; times++) {
      const { body } = await get(`/mj/task/${grid.id}/image-seed`)
      expect(body).toMatchObject({ code: 1, result: expect.stringMatching(/^\d+$/) })
    }
    const all = await gateway.store.listTasks({ tenantId: gateway.tenantId, limit: 1_000 })
    expect(all.filter((task) => task.taskType === 'seed' && task.parentTaskId === grid.id)).toHaveLength(1)
    expect(all.filter((task) => task.taskType === 'seed' && task.parentTaskId === set.id)).toHaveLength(0)
    expect(shown(await get(`/mj/task/${UNKNOWN}/image-seed`))).toMatchObject({ status: 400 })
  })

  it('lists the newest tasks, and those that wait', async () => {
    const { body } = await get('/mj/task/list')
    const ids = (body as unknown as TaskBody[]).map(({ id }) => id)
    expect(ids).toEqual(expect.arrayContaining([grid.id, single.id]))
    expect(ids.length).toBeLessThanOrEqual(100)
    const { key } = await gateway.tenant({ maxConcurrent: 0, key: { mode: 'test' } })
    const made = await gateway.send('POST', '/mj/submit/imagine', { ...secret(key), body: { prompt } })
    const { result } = made.body as unknown as Submitted
    const queue = await gateway.send('GET', '/mj/task/queue', secret(key))
    expect(queue.body).toMatchObject([{ id: result, status: 'NOT_START', progress: '0%', startTime: 0 }])

    const cancelled = await gateway.send('POST', `/mj/task/${result}/cancel`, secret(key))
    expect(cancelled.body).toMatchObject({ code: 1, result })
    const { body: task } = await gateway.send('GET', `/mj/task/${result}/fetch`, secret(key))
    expect(task).toMatchObject({ status: 'CANCEL', progress: '0%', failReason: 'The task was cancelled.', buttons: [] })
    expect((await gateway.send('GET', '/mj/task/queue', secret(key))).body).toEqual([])
    expect(shown(await post(`/mj/task/${grid.id}/cancel`, {}))).toMatchObject({ status: 400, body: { code: 4 } })
  })

  it('shows a picture by its file’s id without a key, by its task’s id to its owner, and nothing else', async () => {
    const name = grid.imageUrl.split('/').at(-1) ?? ''
    for (const id of [name, name.split('.')[0]]) {
      const response = await fetch(`${gateway.url}/mj/image/${id}`, { headers: { range: 'bytes=0-7' } })
      expect(response.status).toBe(206)
      expect(Buffer.from(await response.arrayBuffer()).toString('latin1')).toContain('PNG')
    }
    const owned = await fetch(`${gateway.url}/mj/image/${grid.id}`, { headers: { 'mj-api-secret': TEST_KEY } })
    expect(owned.headers.get('content-type')).toBe('image/png')
    const stranger = await gateway.tenant({ key: { mode: 'test' } })
    for (const [id, key] of [
      [UNKNOWN, null],
      [grid.id, null],
      [grid.id, 'no key of ours'],
      [grid.id, stranger.key],
    ] as const) {
      const answer = await gateway.send('GET', `/mj/image/${id}`, { key })
      expect(shown(answer)).toEqual({ status: 400, body: { error: 'midjourney_task_not_found' } })
    }
  })

  it('refuses uploads that are not pictures, by their position, and stores none of them', async () => {
    const sound = `data:audio/mpeg;base64,${Buffer.from('not a picture at all').toString('base64')}`
    for (const bad of [[picture, sound], [picture, '!'], [], 'x']) {
      const { status, body } = await post('/mj/submit/upload-discord-images', { base64Array: bad })
      expect(status).toBe(400)
      expect(body).toMatchObject({ code: 4, description: expect.stringContaining('base64Array') })
    }
  })

  it('refuses jobs of Midjourney’s own, which it does not import', async () => {
    const { status, body } = await post('/mj/submit/show', { jobId: 'x' })
    expect(status).toBe(400)
    expect(body).toMatchObject({ code: 4, description: expect.stringContaining('unknown_relay_action') })
  })

  it('refuses invalid bodies and unusable parents, and stores nothing', async () => {
    const before = await gateway.piapi.post({ model: 'none' }, { key: TEST_KEY })
    expect(before.status).toBe(400)
    const text = await gateway.send('POST', '/mj/submit/imagine', {
      ...secret(TEST_KEY),
      text: '{',
      headers: { ...secret(TEST_KEY).headers, 'content-type': 'application/json' },
    })
    expect(text.body).toMatchObject({ code: 4, description: expect.stringContaining('bind_request_body_failed') })
    const slow = await take('/mj/submit/imagine', { prompt: 'sandbox:slow=60' })
    const early = await post('/mj/submit/change', { taskId: slow, action: 'UPSCALE', index: 1 })
    expect(early.body).toMatchObject({ code: 4, description: expect.stringContaining('task_status_not_success') })
    const nowhere = await post('/mj/submit/change', { taskId: UNKNOWN, action: 'UPSCALE', index: 1 })
    expect(nowhere.body).toMatchObject({ code: 4, description: 'task_no_found' })
    const hook = await post('/mj/submit/imagine', { prompt, notifyHook: 'http://10.0.0.1/hook' })
    expect(hook.body).toMatchObject({ code: 4, description: expect.stringContaining('notifyHook') })
    const file = await post('/mj/submit/describe', { link: 'http://10.0.0.1/a.png' })
    expect(file.body).toMatchObject({ code: 4, description: expect.stringMatching(/^link/) })
  })

  it('reports a lack of credit', async () => {
    const { key } = await gateway.tenant({ creditPoints: 0 })
    const answer = await gateway.send('POST', '/mj/submit/imagine', { ...secret(key), body: { prompt } })
    expect([400, 503]).toContain(answer.status) // no provider performs Midjourney for live keys in this gateway
    const live = await gateway.send('POST', '/mj/submit/imagine', { ...secret(LIVE_KEY), body: { prompt } })
    expect(live.status).toBe(503)
    expect(live.body).toMatchObject({ error: { type: 'new_api_error' } })
  })
})

describe('a Midjourney window', () => {
  it('is a task that waits until it is answered, and is the real task afterwards, under one id', async () => {
    const { result: id } = await opened(single, 'Custom Zoom', { state: 'mine' })
    expect(await read(id)).toMatchObject({ id, status: 'MODAL', action: 'CUSTOM_ZOOM', state: 'mine', buttons: [] })
    const listed = await post('/mj/task/list-by-condition', { ids: [id] })
    expect(listed.body).toMatchObject([{ id, status: 'MODAL' }])
    await post('/mj/submit/modal', { taskId: id, prompt: `${prompt} --zoom 1.2` })
    const task = await ended(id)
    expect(task).toMatchObject({ id, status: 'SUCCESS', state: 'mine', prompt: `${prompt} --zoom 1.2` })
    expect((await post('/mj/task/list-by-condition', { ids: [id] })).body).toMatchObject([{ id, status: 'SUCCESS' }])
    expect((await get('/mj/task/list')).body).toEqual(expect.arrayContaining([expect.objectContaining({ id })]))
    // Its buttons can be pressed, with either id.
    const real = task.properties.messageId
    expect(real).not.toBe(id)
    expect(await read(real)).toMatchObject({ id: real, status: 'SUCCESS' })
    for (const taskId of [id, real]) {
      const up = await take('/mj/submit/action', { taskId, customId: buttonOf(task, 'U1') })
      expect(await ended(up)).toMatchObject({ action: 'UPSCALE', parentId: real })
    }
  })

  it('is answered once, however often and however many at a time', async () => {
    const { result: id } = await opened(single, 'Custom Zoom')
    const answers = await Promise.all(
      [1, 2, 3, 4].map((times) => post('/mj/submit/modal', { taskId: id, prompt: `${prompt} ${times}` })),
    )
    for (const { body } of [...answers, await post('/mj/submit/modal', { taskId: id })]) {
      expect(body).toMatchObject({ code: 1, result: id })
    }
    const tasks = (await get('/mj/task/list')).body as unknown as TaskBody[]
    expect(tasks.filter((task) => task.id === id)).toHaveLength(1)
  })

  it('can be closed, and cannot be answered then', async () => {
    const { result: id } = await opened(single, 'Vary (Region)')
    expect((await post(`/mj/task/${id}/cancel`, {})).body).toMatchObject({ code: 1, result: id })
    expect(await read(id)).toMatchObject({ id, status: 'CANCEL' })
    expect((await post('/mj/submit/modal', { taskId: id, maskBase64: picture })).body).toMatchObject({
      description: 'task_no_found',
    })
  })

  it('belongs to its tenant only', async () => {
    const { result: id } = await opened(single, 'Custom Zoom')
    const { key } = await gateway.tenant({ key: { mode: 'test' } })
    const answer = await gateway.send('POST', '/mj/submit/modal', { ...secret(key), body: { taskId: id } })
    expect(shown(answer)).toMatchObject({ status: 400, body: { description: 'task_no_found' } })
    expect((await gateway.send('GET', `/mj/task/${id}/fetch`, secret(key))).status).toBe(400)
  })
})

describe('Midjourney’s notifyHook', () => {
  it('is called at every change of status and progress, and at the end', async () => {
    const hook = `${receiver.url}/hook`
    const id = await take('/mj/submit/imagine', { prompt: 'sandbox:slow=2', notifyHook: hook, state: 'mine' })
    await receiver.until((received) => received.some(({ body }) => body.includes('"SUCCESS"')))
    const bodies = receiver.received.map(({ body }) => JSON.parse(body) as TaskBody)
    for (const body of bodies) expect(body).toMatchObject({ id, state: 'mine', properties: { notifyHook: hook } })
    const statuses = new Set(bodies.map(({ status }) => status))
    expect(statuses).toEqual(new Set(['SUBMITTED', 'IN_PROGRESS', 'SUCCESS']))
    expect(new Set(bodies.map(({ progress }) => progress)).size).toBeGreaterThan(2)
    expect(bodies.find(({ status }) => status === 'SUCCESS')).toEqual(await read(id))
  })

  it('is called with the window’s id for a window’s task', async () => {
    const { result: id } = await opened(single, 'Custom Zoom', { notifyHook: `${receiver.url}/hook` })
    await post('/mj/submit/modal', { taskId: id })
    await receiver.until((received) => received.some(({ body }) => body.includes('"SUCCESS"')))
    for (const { body } of receiver.received) expect(JSON.parse(body)).toMatchObject({ id })
  })
})

describe('a task of PiAPI’s routes in the Midjourney relay', () => {
  it('can be read, and its buttons can be pressed', async () => {
    const { task_id: id } = await gateway.piapi.create(
      'imagine',
      { prompt, process_mode: 'turbo' },
      { model: 'midjourney', key: TEST_KEY },
    )
    const task = await ended(id)
    expect(task).toMatchObject({ id, action: 'IMAGINE', prompt, mode: 'TURBO', botType: 'MID_JOURNEY', state: '' })
    const up = await ended(await take('/mj/submit/action', { taskId: id, customId: buttonOf(task, 'U3') }))
    expect(up.prompt).toBe(prompt)
    const there = await gateway.piapi.read(up.id, { key: TEST_KEY })
    expect(there).toMatchObject({
      status: 'completed',
      task_type: 'upscale',
      input: { origin_task_id: id, index: '3' },
    })
    expect(there.output).toMatchObject({ image_url: up.imageUrl })
  })

  it('is unknown when it is of another family', async () => {
    const { task_id: id } = await gateway.piapi.create('lyrics', { prompt: 'rain' }, { key: TEST_KEY })
    expect(shown(await get(`/mj/task/${id}/fetch`))).toMatchObject({
      status: 400,
      body: { description: 'task_no_found' },
    })
    expect((await post('/mj/task/list-by-condition', { ids: [id] })).body).toEqual([])
  })
})

import RunwayML, { TaskFailedError, toFile } from '@runwayml/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sampleFiles } from '../../src/assets/sample-files.ts'
import type { JsonObject } from '../../src/core/json.ts'
import { download, openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'
import { openReceiver, type Receiver } from '../support/receiver.ts'

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

const UNKNOWN_ID = '01234567-89ab-4cde-8f01-23456789ab00'
const FILE = 'https://1.1.1.1/file'
/** The package's own polling takes six seconds and more, so the tests that wait by it do so at once. */
const POLLING = { timeout: 60_000 }

function client(key = TEST_KEY, at = '/runwayml'): RunwayML {
  return new RunwayML({ apiKey: key, baseURL: gateway.url + at, maxRetries: 0 })
}

const isMp4 = (bytes: Uint8Array): boolean => Buffer.from(bytes.subarray(4, 8)).toString() === 'ftyp'
const sample = async (type: string): Promise<Uint8Array> => (await sampleFiles[type]?.()) ?? new Uint8Array()
const picture = async (): Promise<string> =>
  `data:image/png;base64,${Buffer.from(await sample('image/png')).toString('base64')}`

/** As a client does that polls by itself. */
async function ended(id: string): Promise<RunwayML.TaskRetrieveResponse> {
  for (;;) {
    const task = await client().tasks.retrieve(id, { query: { wait: '20' } })
    if (['SUCCEEDED', 'FAILED', 'CANCELLED'].includes(task.status)) return task
  }
}

async function outputOf(id: string): Promise<string[]> {
  const task = await ended(id)
  if (task.status !== 'SUCCEEDED') throw new Error(`${id} is ${task.status}.`)
  return task.output
}

describe('the package @runwayml/sdk', () => {
  it.concurrent.each(['/runwayml', '/runway', ''])(
    'makes a video at "%s", waits for it and downloads it',
    POLLING,
    async (at) => {
      const runway = client(TEST_KEY, at)
      const done = await runway.imageToVideo
        .create({
          model: 'gen4_turbo',
          promptImage: await picture(),
          promptText: 'the boats rock sandbox:fast',
          ratio: '720:1280',
          duration: 5,
          seed: 7,
        })
        .waitForTaskOutput()
      expect(done).toEqual({
        id: expect.any(String),
        status: 'SUCCEEDED',
        createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
        output: [expect.stringContaining('/files/')],
        cost: { credits: 0 },
      })
      const { headers, bytes } = await download(done.output[0] ?? '')
      expect(headers.get('content-type')).toBe('video/mp4')
      expect(isMp4(bytes)).toBe(true)
      const stored = await gateway.store.getTask({ id: done.id })
      expect(stored).toMatchObject({
        operation: 'runway/image_to_video',
        input: { seed: 7, promptImage: [{ uri: expect.stringMatching(/^asset:/), position: 'first' }] },
        output: { videos: [{ widthPx: 720, heightPx: 1280, seconds: 5 }] },
      })
    },
  )

  it.concurrent('throws the reason of a failed task', POLLING, async () => {
    const failing = client().textToVideo.create({
      model: 'gen4.5',
      promptText: 'x sandbox:moderation',
      ratio: '1280:720',
      duration: 2,
    })
    const error = await failing.waitForTaskOutput().then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    expect(error).toBeInstanceOf(TaskFailedError)
    expect((error as TaskFailedError).taskDetails).toMatchObject({
      status: 'FAILED',
      failure: expect.stringContaining('moderation'),
      cost: { credits: 0 },
    })
  })

  it('accepts a first and a last frame, and text alone', async () => {
    const runway = client()
    const framed = await runway.imageToVideo.create({
      model: 'veo3.1',
      promptImage: [
        { uri: FILE, position: 'first' },
        { uri: FILE, position: 'last' },
      ],
      promptText: 'x sandbox:fast',
      ratio: '1920:1080',
      duration: 4,
      audio: true,
    })
    const shown = await runway.textToVideo.create({
      model: 'gen4.5',
      promptText: 'fog sandbox:fast',
      ratio: '1280:720',
      duration: 3,
      outputFormat: 'mp4',
      contentModeration: { publicFigureThreshold: 'low' },
    })
    for (const { id, estimatedCost } of [framed, shown]) {
      expect(estimatedCost).toEqual({ credits: 0 })
      expect(isMp4((await download((await outputOf(id))[0] ?? '')).bytes)).toBe(true)
    }
    expect((await gateway.store.getTask({ id: framed.id }))?.input).toMatchObject({
      promptImage: [{ position: 'first' }, { position: 'last' }],
      audio: true,
    })
    expect((await gateway.store.getTask({ id: shown.id }))?.input).toMatchObject({
      contentModeration: { publicFigureThreshold: 'low' },
    })
  })

  it('makes pictures, upscales, changed videos and performances', async () => {
    const runway = client()
    const promptText = 'harbour sandbox:fast'
    const made = await Promise.all([
      runway.textToImage.create({
        model: 'gen4_image',
        promptText,
        ratio: '1080:1080',
        referenceImages: [{ uri: FILE, tag: 'harbour' }],
      }),
      runway.textToImage.create({ model: 'gpt_image_2', promptText, ratio: '2048:880', outputCount: 2 }),
      runway.imageUpscale.create({ model: 'magnific_precision_upscaler_v2', imageUri: FILE, scaleFactor: 4 }),
      runway.videoToVideo.create({ model: 'aleph2', videoUri: FILE, promptText }),
      runway.characterPerformance.create({
        model: 'act_two',
        character: { type: 'image', uri: FILE },
        reference: { type: 'video', uri: FILE },
        expressionIntensity: 3,
      }),
      runway.videoUpscale.create({ model: 'magnific_video_upscaler_creative', videoUri: FILE, resolution: '720p' }),
      runway.videoToHdr.create({ model: 'ruby', videoUri: FILE }),
    ])
    const outputs = await Promise.all(made.map(({ id }) => outputOf(id)))
    expect(outputs.map(({ length }) => length)).toEqual([1, 2, 1, 1, 1, 1, 1])
    const types = await Promise.all(
      outputs.map(async ([url = '']) => (await download(url)).headers.get('content-type')),
    )
    expect(types).toEqual([...Array(3).fill('image/png'), ...Array(4).fill('video/mp4')])
  })

  it('makes speech and sounds', async () => {
    const runway = client()
    const voice = { type: 'runway-preset', presetId: 'Maya' } as const
    const made = await Promise.all([
      runway.textToSpeech.create({ model: 'eleven_multilingual_v2', promptText: 'Hello there.', voice }),
      runway.soundEffect.create({ model: 'eleven_text_to_sound_v2', promptText: 'a horn', duration: 1.5 }),
      runway.speechToSpeech.create({
        model: 'eleven_multilingual_sts_v2',
        media: { type: 'audio', uri: FILE },
        voice,
      }),
      runway.voiceIsolation.create({ model: 'eleven_voice_isolation', audioUri: FILE }),
      runway.voiceDubbing.create({ model: 'eleven_voice_dubbing', audioUri: FILE, targetLang: 'es' }),
    ])
    for (const { id } of made) {
      expect((await download((await outputOf(id))[0] ?? '')).headers.get('content-type')).toBe('audio/mpeg')
    }
  })

  it('uploads a file, and uses it in a task', async () => {
    const runway = client()
    const { uri } = await runway.uploads.createEphemeral({
      file: await toFile(await sample('image/png'), 'harbour.png'),
    })
    expect(uri).toMatch(/^runway:\/\//)
    const requested = {
      model: 'gen4_turbo',
      promptImage: uri,
      promptText: 'x sandbox:fast',
      ratio: '1280:720',
    } as const
    const { id } = await runway.imageToVideo.create(requested)
    expect((await gateway.store.getTask({ id }))?.input).toMatchObject({
      promptImage: [{ uri: expect.stringMatching(/^asset:.*\.png$/) }],
    })
    const stranger = await gateway.tenant({ key: { mode: 'test' } })
    await expect(client(stranger.key).imageToVideo.create(requested)).rejects.toMatchObject({
      status: 400,
      error: { error: expect.stringContaining('promptImage names an upload'), issues: [{ path: ['promptImage'] }] },
    })
    const wrong = await toFile(Buffer.from('no picture at all'), 'harbour.png')
    await expect(runway.uploads.createEphemeral({ file: wrong })).rejects.toMatchObject({ status: 400 })
  })

  it('uploads a file once, and only where an upload was begun', async () => {
    const begun = await gateway.send('POST', '/runway/v1/uploads', { key: TEST_KEY, body: { filename: 'a.png' } })
    const { uploadUrl, runwayUri } = begun.body as { uploadUrl: string; runwayUri: string }
    const early = { model: 'gen4_turbo', promptImage: runwayUri, ratio: '1280:720' }
    const refused = await gateway.send('POST', '/runway/v1/image_to_video', { key: TEST_KEY, body: early })
    expect(refused).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining('whose file was not sent yet') },
    })
    const bring = async (url: string): Promise<number> => {
      const body = new FormData()
      body.append('file', new Blob([new Uint8Array(await sample('image/png'))]), 'a.png')
      return (await fetch(url, { method: 'POST', body })).status
    }
    expect(await bring(uploadUrl)).toBe(204)
    expect(await bring(uploadUrl)).toBe(400)
    expect(await bring(uploadUrl.replace(/uploads\/.*\/file/, `uploads/${UNKNOWN_ID}/file`))).toBe(404)
    expect((await fetch(uploadUrl, { method: 'POST', body: new FormData() })).status).toBe(400)
  })

  it('deletes: cancels a task that waits or runs, and removes the files of one that has ended', async () => {
    const { key } = await gateway.tenant({ maxConcurrent: 1, key: { mode: 'test' } })
    const runway = client(key)
    const requested = (promptText: string) =>
      runway.textToVideo.create({ model: 'gen4.5', promptText, ratio: '1280:720', duration: 2 })
    const made = await requested('a sandbox:fast')
    await gateway.until(made.id, ({ status }) => status === 'completed')
    const running = await requested('a sandbox:slow=30')
    const waiting = await requested('b')
    expect(await runway.tasks.retrieve(waiting.id)).toMatchObject({
      status: 'THROTTLED',
      estimatedCost: { credits: 0 },
    })
    await runway.tasks.delete(waiting.id)
    expect(await runway.tasks.retrieve(waiting.id)).toMatchObject({ status: 'CANCELLED', cost: { credits: 0 } })
    await gateway.until(running.id, ({ status }) => status === 'processing')
    expect(await runway.tasks.retrieve(running.id)).toMatchObject({ status: 'RUNNING', progress: expect.any(Number) })
    await runway.tasks.delete(running.id)
    expect(await runway.tasks.retrieve(running.id)).toMatchObject({ status: 'CANCELLED', cost: { credits: 0 } })
    const done = await runway.tasks.retrieve(made.id)
    await runway.tasks.delete(made.id)
    await runway.tasks.delete(made.id)
    expect(await runway.tasks.retrieve(made.id)).toMatchObject({ status: 'CANCELLED' })
    expect((await fetch(done.status === 'SUCCEEDED' ? (done.output[0] ?? '') : '')).status).toBe(404)
  })

  it('throws what was wrong with a request', async () => {
    const wrong = async (taskType: string, body: JsonObject, path: string[]): Promise<string> => {
      const answer = await gateway.send('POST', `/runwayml/v1/${taskType}`, { key: TEST_KEY, body })
      expect(answer).toMatchObject({ status: 400, body: { error: expect.any(String), issues: [{ path }] } })
      return (answer.body as { error: string }).error
    }
    const video = { model: 'gen4_turbo', promptImage: FILE, ratio: '1280:720' }
    expect(await wrong('image_to_video', { ...video, model: 'gen9' }, ['model'])).toContain('must be one of')
    expect(await wrong('image_to_video', { ...video, promptImage: 'harbour.png' }, ['promptImage'])).toMatch(
      /^promptImage must be/,
    )
    expect(await wrong('image_to_video', { ...video, promptImage: 'http://10.0.0.1/a' }, ['promptImage'])).toContain(
      'promptImage',
    )
    expect(await wrong('image_to_video', { ...video, ratio: '16:9' }, ['ratio'])).toContain('1584:672')
    expect(await wrong('text_to_video', { model: 'gen4.5', promptText: 'x' }, ['ratio'])).toContain('is needed')
    const act = { model: 'act_two', character: { type: 'image', uri: 'x' }, reference: { type: 'video', uri: FILE } }
    expect(await wrong('character_performance', act, ['character', 'uri'])).toMatch(/^character\.uri must be/)
    const bad = { ...act, character: { type: 'drawing', uri: FILE } }
    expect(await wrong('character_performance', bad, ['character', 'type'])).toContain('"image"')
    await expect(client('sk-nobody').tasks.retrieve(UNKNOWN_ID)).rejects.toMatchObject({ status: 401 })
    await expect(client().tasks.retrieve(UNKNOWN_ID)).rejects.toMatchObject({
      status: 404,
      error: { error: expect.stringContaining(UNKNOWN_ID) },
    })
    const missing = await gateway.send('POST', '/runwayml/v1/avatar_videos', { key: TEST_KEY, body: {} })
    expect(missing).toMatchObject({ status: 404, body: { error: expect.stringContaining('/v1/avatar_videos') } })
  })

  it('reads its organization', async () => {
    const { key } = await gateway.tenant({ maxConcurrent: 3, creditPoints: 1_250_000, key: { mode: 'test' } })
    const shown = await client(key).organization.retrieve()
    expect(shown).toMatchObject({ creditBalance: 12, tier: { maxMonthlyCreditSpend: null }, usage: { models: {} } })
    expect(shown.tier.models['gen4.5']).toEqual({ maxConcurrentGenerations: 3, maxDailyGenerations: null })
  })

  it('reads tasks of PiAPI’s routes', async () => {
    const input = { model: 'gen4.5', promptText: 'x sandbox:fast', ratio: '1280:720', duration: 2 }
    const { task_id: id } = await gateway.piapi.create('text_to_video', input, { model: 'runway', key: TEST_KEY })
    const task = await gateway.piapi.ended(id, { key: TEST_KEY })
    expect(await outputOf(id)).toEqual([(task.output as { video: string }).video])
    const song = await gateway.piapi.song({ prompt: 'la', mv: 'chirp-v4' }, { key: TEST_KEY })
    await expect(client().tasks.retrieve(song.task_id)).rejects.toMatchObject({ status: 404 })
  })
})

const call = async (method: string, path: string, body?: object, key = TEST_KEY) =>
  gateway.send(method, path, { key: null, headers: { Authorization: `Bearer ${key}` }, ...(body ? { body } : {}) })

describe.each(['/runway', '/runway/v1'])('a relay’s reverse format for Runway at %s', (at) => {
  interface Fed {
    code: number
    data: { status: string; state: string; video_url: string; poster: string; last_frame: string; msg: string }
  }

  async function feed(id: string): Promise<Fed> {
    for (;;) {
      const answer = (await call('POST', `${at}/feed?wait=20`, { task_id: id })).body as unknown as Fed
      if (['2', '3'].includes(answer.data.status)) return answer
    }
  }

  async function submit(path: string, body: object): Promise<string> {
    const answer = await call('POST', `${at}/pro/${path}`, body)
    const submitted = { code: 200, msg: '成功', data: { task_id: expect.any(String) }, exec_time: expect.any(Number) }
    expect(answer).toMatchObject({ status: 200, body: submitted })
    return (answer.body as { data: { task_id: string } }).data.task_id
  }

  it('makes a video from a description, and calls back', async () => {
    const id = await submit('generate', {
      prompt: 'fog sandbox:fast',
      model: 'gen3',
      style: 'cinematic',
      options: { seconds: 5, motion_vector: { x: 0, y: 0.4 } },
      callback_url: `${receiver.url}/reverse`,
    })
    const done = await feed(id)
    expect(done).toMatchObject({
      code: 200,
      data: { task_id: id, status: '3', state: 'succeeded', prompt: 'fog sandbox:fast', msg: '', refund: 0 },
      ip: '',
    })
    expect(isMp4((await download(done.data.video_url)).bytes)).toBe(true)
    expect((await download(done.data.poster)).headers.get('content-type')).toBe('image/jpeg')
    const stored = await gateway.store.getTask({ id })
    expect(stored?.input).toMatchObject({
      model: 'gen3',
      ratio: '16:9',
      duration: 5,
      style: 'cinematic',
      options: { motion_vector: { x: 0, y: 0.4 } },
    })
    const mine = () => receiver.received.map(({ body }) => JSON.parse(body)).filter(({ data }) => data?.task_id === id)
    await receiver.until(() => mine().length > 0)
    expect(mine()).toEqual([{ code: 200, msg: '成功', data: done.data, exec_time: 0 }])
  })

  it('makes videos from a picture, a video and a performance', async () => {
    const made = [
      await submit('generate', { prompt: 'x sandbox:fast', image: await picture(), ratio: '9:16' }),
      await submit('video2video', { prompt: 'x sandbox:fast', video: FILE }),
      await submit('act_one', { video: FILE, image: FILE, options: { motion_multiplier: 3, note: 'sandbox:fast' } }),
    ]
    const operations = await Promise.all(
      made.map(async (id) => {
        expect((await feed(id)).data.state).toBe('succeeded')
        return (await gateway.store.getTask({ id }))?.operation
      }),
    )
    expect(operations).toEqual(['runway/image_to_video', 'runway/video_to_video', 'runway/character_performance'])
  })

  it('reports what was wrong', async () => {
    const failed = await feed(await submit('generate', { prompt: 'x sandbox:fail' }))
    expect(failed.data).toMatchObject({
      status: '2',
      state: 'failed',
      video_url: '',
      msg: expect.stringContaining('fail'),
    })
    const wrong = async (path: string, body: object) => {
      const { status, body: shown } = await call('POST', at + path, body)
      const { code, msg, error } = shown as { code: number; msg: string; error: { message: string } }
      expect([code, error.message]).toEqual([status, msg])
      return [status, msg]
    }
    expect(await wrong('/pro/generate', {})).toEqual([400, 'prompt is required.'])
    expect(await wrong('/pro/generate', { prompt: 'x', options: { seconds: 99 } })).toEqual([
      400,
      expect.stringMatching(/^options\.seconds must be/),
    ])
    expect(await wrong('/pro/generate', { prompt: 'x', image: 'nowhere' })).toEqual([
      400,
      expect.stringMatching(/^image must be/),
    ])
    expect(await wrong('/pro/act_one', { video: FILE })).toEqual([400, 'image is required.'])
    expect(await wrong('/feed', { task_id: UNKNOWN_ID })).toEqual([400, 'task_not_exist'])
    expect((await call('POST', `${at}/feed`, { task_id: UNKNOWN_ID }, 'sk-nobody')).status).toBe(401)
  })
})

/** The calls of https://github.com/Dooy/chatgpt-web-midjourney-proxy (src/api/runway.ts, src/views/luma/runwayInput.vue). */
describe('a relay’s web client for Runway', () => {
  interface WebTask extends JsonObject {
    id: string
    status: string
    artifacts: { url: string; previewUrls: string[] }[]
    progressText: string | null
  }

  async function feed(id: string): Promise<WebTask> {
    for (;;) {
      const { task } = (await call('GET', `/runway/tasks/${id}?wait=20`)).body as unknown as { task: WebTask }
      if (['SUCCEEDED', 'FAILED'].includes(task.status)) return task
    }
  }

  async function create(body: object): Promise<string> {
    const { status, body: made } = await call('POST', '/runway/tasks', body)
    expect([status, made]).toMatchObject([200, { task: { id: expect.any(String) } }])
    return (made as unknown as { task: WebTask }).task.id
  }

  async function upload(): Promise<string> {
    const begun = (
      await call('POST', '/runway/uploads', { filename: 'boat.png', numberOfParts: 1, type: 'DATASET_PREVIEW' })
    ).body as { id: string; uploadUrls: string[]; uploadHeaders: Record<string, string> }
    const early = await call('POST', `/runway/uploads/${begun.id}/complete`, { parts: [] })
    expect(early.status).toBe(400)
    const brought = await fetch(begun.uploadUrls[0] ?? '', {
      method: 'PUT',
      body: new Uint8Array(await sample('image/png')),
      headers: { 'Content-Type': begun.uploadHeaders['Content-Type'] ?? '', Accept: '/' },
    })
    expect(brought.status).toBe(200)
    const parts = [{ PartNumber: 1, ETag: 'ca3b00c313b6fd9a5c48889ad16f7d5e' }]
    const { body } = await call('POST', `/runway/uploads/${begun.id}/complete`, { parts })
    return (body as { url: string }).url
  }

  it('makes a Gen-2 video from an uploaded picture', async () => {
    const image = await upload()
    expect((await download(image)).headers.get('content-type')).toBe('image/png')
    const gen2Options = {
      mode: 'gen2',
      seed: 1675247627,
      interpolate: true,
      text_prompt: 'a boat sandbox:fast',
      image_prompt: image,
      init_image: image,
    }
    const id = await create({
      taskType: 'gen2',
      internal: false,
      options: { name: 'Gen-2 1675247627', seconds: 4, gen2Options, exploreMode: false },
    })
    const done = await feed(id)
    expect(done).toMatchObject({
      id,
      taskType: 'gen2',
      progressRatio: '1',
      progressText: null,
      options: { gen2Options },
    })
    expect(isMp4((await download(done.artifacts[0]?.url ?? '')).bytes)).toBe(true)
    expect(done.artifacts[0]?.previewUrls).toHaveLength(2)
    expect(await gateway.store.getTask({ id })).toMatchObject({
      operation: 'runway/image_to_video',
      input: { model: 'gen2', duration: 4, seed: 1675247627, promptImage: [{ uri: expect.stringMatching(/^asset:/) }] },
    })
  })

  it('makes Gen-3 videos, from text and from a last frame', async () => {
    const options = { seconds: 5, text_prompt: 'a boat sandbox:fast', seed: 7, exploreMode: true, resolution: '720p' }
    const shown = await create({
      taskType: 'europa',
      internal: false,
      options: { ...options, width: 1280, height: 768 },
    })
    expect((await feed(shown)).status).toBe('SUCCEEDED')
    expect(await gateway.store.getTask({ id: shown })).toMatchObject({
      operation: 'runway/text_to_video',
      input: { model: 'europa', ratio: '1280:768', options: { resolution: '720p' } },
    })
    const framed = await create({
      taskType: 'gen3a_turbo',
      internal: false,
      options: { ...options, init_image: FILE, image_as_end_frame: true },
    })
    expect((await feed(framed)).status).toBe('SUCCEEDED')
    expect((await gateway.store.getTask({ id: framed }))?.input).toMatchObject({ promptImage: [{ position: 'last' }] })
  })

  it('reads what was wrong in the form that it expects', async () => {
    const failed = await feed(await create({ taskType: 'europa', options: { text_prompt: 'x sandbox:fail' } }))
    expect(failed).toMatchObject({ status: 'FAILED', artifacts: [], progressText: expect.stringContaining('fail') })
    const message = async (method: string, path: string, body?: object) => {
      const answer = await call(method, path, body)
      return [answer.status, (answer.body as { error: { message: string } }).error.message]
    }
    expect(await message('POST', '/runway/tasks', { taskType: 'gen9', options: { text_prompt: 'x' } })).toEqual([
      400,
      expect.stringMatching(/^taskType must be one of/),
    ])
    expect(await message('POST', '/runway/tasks', { taskType: 'gen2', options: { gen2Options: {} } })).toEqual([
      400,
      'options.gen2Options.text_prompt is required.',
    ])
    expect(await message('GET', `/runway/tasks/${UNKNOWN_ID}`)).toEqual([400, 'task_not_exist'])
    expect(await message('POST', '/runway/uploads', { filename: 'a.png', numberOfParts: 2 })).toEqual([
      400,
      'numberOfParts must be 1.',
    ])
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json.ts'
import { sandboxPicture, sandboxSong } from '../../src/engines/sandbox-media/sandbox-media.ts'
import { download, openGateway, type PiapiTask, TEST_KEY, type TestGateway } from '../support/gateway.ts'
import {
  type ClientOptions,
  commandLine,
  mcpReaders,
  mcpServer,
  n8nNode,
  type Pause,
  wideReader,
} from '../support/piapi-clients.ts'
import {
  COMMAND_LINE,
  type Earlier,
  IMAGE,
  type Kind,
  MCP_TOOLS,
  N8N_NODES,
  withEarlier,
} from '../support/piapi-requests.ts'

/** PiAPI's clients, replayed: what each of them reads in the gateway's answers. */

const NO_CONFIG = { service_mode: '', webhook_config: { endpoint: '', secret: '' } }
const prompt = 'a fox crosses a frozen lake, sandbox:fast'
const slow = { prompt: 'sandbox:slow=600' }

let gateway: TestGateway
let earlier: Earlier

beforeAll(async () => {
  gateway = await openGateway()
  const [grid, video, songs] = await Promise.all([
    finished('midjourney', 'imagine', { prompt }),
    finished('kling', 'video_generation', { prompt }),
    finished('music-u', 'generate_music', { gpt_description_prompt: prompt, lyrics_type: 'instrumental' }),
  ])
  earlier = { grid: grid.task_id, video: video.task_id, song: String(at(songs.output, 'songs.0.id')) }
})
afterAll(() => gateway?.[Symbol.asyncDispose]())

const create = (model: string, taskType: string, input: JsonObject, key = TEST_KEY) =>
  gateway.piapi.create(taskType, input, { model, key })
const ask = (method: string, path: string, key = TEST_KEY) => gateway.send(method, path, { key })

async function finished(model: string, taskType: string, input: JsonObject): Promise<PiapiTask> {
  const { task_id: id } = await create(model, taskType, input)
  return gateway.piapi.ended(id, { key: TEST_KEY })
}

/** A client's pause is shortened: it is over when the task has ended, or after one second. */
const shortly: Pause = async (id) => {
  await ask('GET', `/api/v1/task/${id}?wait=1`)
}

function client(given: Partial<ClientOptions> = {}): ClientOptions {
  return { url: gateway.url, key: TEST_KEY, pause: shortly, ...given }
}

/** A pause that takes no time, and records how long it would have been. */
function counted(): { sleptMs: number[]; pause: Pause } {
  const sleptMs: number[] = []
  return { sleptMs, pause: async (_id, ms) => void sleptMs.push(ms) }
}

function at(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((inner, name) => (inner as Record<string, unknown> | null)?.[name], value)
}

const MEDIA_TYPES: Record<Kind, RegExp> = {
  image: /^image\//,
  video: /^video\/mp4$/,
  audio: /^audio\//,
  model: /^model\/gltf-binary$/,
  text: /^$/,
}

/** The kinds of files to which the URLs that a reader finds lead, in turn. */
const SHOWN: Record<keyof typeof mcpReaders, Kind[]> = {
  images: ['image'],
  video: ['video'],
  audio: ['audio'],
  kling: ['video'],
  luma: ['video', 'image'],
  trellis: ['image', 'video', 'model'],
  suno: [],
  sunoMended: ['audio', 'image'],
}

async function mediaType(url: unknown): Promise<string> {
  const { headers, bytes } = await download(String(url))
  expect(bytes.length).toBeGreaterThan(0)
  return headers.get('content-type') ?? ''
}

describe('PiAPI’s command line client', () => {
  it.concurrent.each(COMMAND_LINE)('downloads the output of %s', async (_alias, kind, model, taskType, adds, given) => {
    const body = withEarlier({ model, task_type: taskType, input: { ...adds, ...given } }, earlier)
    const { task, links, statuses } = await commandLine(client()).run(body)
    for (const status of statuses) expect(['pending', 'staged', 'processing', 'completed']).toContain(status)
    expect(task).toMatchObject({ meta: { usage: { type: expect.stringMatching(/^(?:llm|point)$/) } } })
    // What a live key would pay is told, and not charged.
    if (task.meta.usage.consume !== 0) expect(task.meta.usage).toHaveProperty('charged', false)
    expect(Array.isArray(task.logs)).toBe(true)
    if (kind === 'text') {
      expect(links).toEqual([])
      // A seed is a number, in the sandbox too.
      expect(JSON.stringify(task.output)).toMatch(taskType === 'seed' ? /"\d+"/ : /sandbox/i)
      return
    }
    const types = await Promise.all(links.map(({ url }) => mediaType(url)))
    expect(types).toContainEqual(expect.stringMatching(MEDIA_TYPES[kind]))
  })

  it.concurrent('polls less and less often, up to every 30 s, and gives up after five minutes', async () => {
    const { task_id: id } = await create('suno', 'music', slow)
    const { sleptMs, pause } = counted()
    await expect(commandLine(client({ pause })).wait(id)).rejects.toThrow('timed out')
    expect(sleptMs.slice(0, 4)).toEqual([1_000, 1_500, 2_250, 3_375])
    expect(sleptMs.at(-1)).toBe(30_000)
    expect(sleptMs.length).toBe(17)
  })

  it.concurrent('reports why a task failed', async () => {
    const body = { model: 'suno', task_type: 'music', input: { prompt: 'sandbox:fail sandbox:fast' } }
    await expect(commandLine(client()).run(body)).rejects.toThrow('The generation failed, as sandbox:fail asks.')
  })

  it.concurrent.each<[string, JsonObject, string]>([
    ['a model', { model: 'lumen', task_type: 'txt2img', input: {} }, 'model "lumen" is not known.'],
    ['a task type', { model: 'kling', task_type: 'text2video', input: {} }, 'task_type "text2video" is invalid'],
    ['a field', { model: 'kling', task_type: 'effects', input: { image_url: IMAGE, effect: 'melt' } }, 'input.effect'],
    // The client sends `index=7` as a number; text is written `index==7` there.
    [
      'a number that is no choice',
      { model: 'midjourney', task_type: 'upscale', input: { origin_task_id: 'x', index: 7 } },
      'input.index must be one of "1"',
    ],
  ])('reports in words that %s is wrong', async (_what, body, words) => {
    await expect(commandLine(client()).run(body)).rejects.toThrow(words)
  })

  it.concurrent.each([
    ['GET', '/api/v1/nothing'],
    ['POST', '/api/v1/nothing'],
  ])('handles %s %s, which does not exist', async (method, path) => {
    const { call } = commandLine(client())
    await expect(call(method, path, method === 'POST' ? {} : undefined)).rejects.toThrow(`No route ${method} ${path}.`)
  })

  it.concurrent('uploads files as bare base64 and uses their URLs as input', async () => {
    const { upload, run } = commandLine(client())
    const picture = await upload('cat.png', await sandboxPicture({ widthPx: 64, heightPx: 64, mediaType: 'image/png' }))
    const sound = await upload('cat.mp3', (await sandboxSong()).mp3)
    expect(await mediaType(picture)).toBe('image/png')
    const input = { image_url: picture, local_dubbing_url: sound, prompt }
    const { task, links } = await run({ model: 'kling', task_type: 'avatar', input })
    expect(task).toMatchObject({ input })
    expect(links.map(({ path }) => path)).toContain('works[0].video.resource_without_watermark')
    await expect(upload('cat.exe', new Uint8Array(8))).rejects.toThrow('file_name must end in')
  })

  it.concurrent('shows the account', async () => {
    const account = await commandLine(client()).call<JsonObject>('GET', '/account/info')
    expect(account).toMatchObject({
      id: expect.any(Number),
      name: expect.any(String),
      plan: expect.any(String),
      type: expect.any(String),
      is_enable: true,
      equivalent_in_usd: expect.any(Number),
    })
    const { available_credits: available, equivalent_in_usd: usd } = {
      ...account,
      ...(account.credit_pack_info as JsonObject),
    } as Record<string, number>
    expect(available).toBeCloseTo((usd ?? 0) * 10_000_000)
  })

  it.concurrent('counts unfinished tasks by family', async () => {
    const { key } = await gateway.tenant({ maxConcurrent: 2, key: { mode: 'test' } })
    const families: [string, string][] = [
      ['midjourney', 'imagine'],
      ['kling', 'video_generation'],
      ['luma', 'video_generation'],
      ['suno', 'music'],
    ]
    for (const [model, taskType] of families) await create(model, taskType, slow, key)
    await create('music-u', 'generate_music', { ...slow, lyrics_type: 'user' }, key)
    await create('Qubico/flux1-dev', 'txt2img', slow, key)
    const { call } = commandLine(client({ key }))
    const active = await call<Record<string, Record<string, number>>>('GET', '/account/active_tasks')
    expect(Object.keys(active).sort()).toEqual(['flux', 'kling', 'luma', 'midjourney', 'music-s', 'music-u'])
    const sum = (name: string) => Object.values(active).reduce((all, counts) => all + (counts[name] ?? Number.NaN), 0)
    expect(sum('pending_count') + sum('processing_count')).toBe(2)
    expect(sum('staged_count')).toBe(4)
  })
})

describe('PiAPI’s MCP server', () => {
  it.concurrent.each(MCP_TOOLS)('shows the output of %s', async (_tool, reader, urls, body) => {
    const output = await mcpServer(client()).run(body)
    const found = mcpReaders[reader](output)
    expect(found).toHaveLength(urls)
    for (const [index, url] of found.entries()) {
      const kinds = SHOWN[reader]
      expect(await mediaType(url)).toMatch(MEDIA_TYPES[kinds[index % kinds.length] ?? 'text'])
    }
  })

  it.concurrent('shows a picture by its URL', async () => {
    const output = await mcpServer(client()).run({ model: 'Qubico/z-image', task_type: 'txt2img', input: { prompt } })
    const [url] = mcpReaders.images(output)
    expect(await mediaType(url)).toMatch(/^image\//)
  })

  it.concurrent('cannot read its songs, because it expects a Map, which JSON cannot contain: the songs are there all the same', async () => {
    const output = await mcpServer(client()).run({ model: 'music-s', task_type: 'generate_music', input: { prompt } })
    expect(() => mcpReaders.suno(output)).toThrow('Invalid suno music output format')
    expect(mcpReaders.sunoMended(output)).toHaveLength(4)
  })

  it.concurrent('finds Hailuo’s model as it wrote it, and in the input', async () => {
    const task = await create('i2v-01-live', 'video_generation', { prompt, image_url: IMAGE })
    expect(task).toMatchObject({ model: 'i2v-01-live', input: { model: 'i2v-01-live' } })
  })

  it.concurrent.each([
    [30, 60],
    [60, 900],
  ])('polls %i times in %i s, and gives up', async (attempts, seconds) => {
    const { sleptMs, pause } = counted()
    const body = { model: 'suno', task_type: 'music', input: slow }
    await expect(mcpServer(client({ pause })).run(body, { attempts, seconds })).rejects.toThrow(
      `timed out after ${seconds} seconds`,
    )
    expect(sleptMs).toEqual(new Array(attempts).fill((seconds * 1_000) / attempts))
  })

  it.concurrent('reports the reason when a task is refused and when it fails', async () => {
    const { run } = mcpServer(client())
    const outpaint = { setting_type: 'outpaint', outpaint_left: 0, outpaint_right: 0 }
    await expect(
      run({
        model: 'Qubico/flux1-dev-advanced',
        task_type: 'fill-outpaint',
        input: { prompt, image: IMAGE, custom_settings: [outpaint] },
      }),
    ).rejects.toThrow('Task creation failed: input.custom_settings.0 must add pixels on at least one side.')
    const failing = { model: 'kling', task_type: 'video_generation', input: { prompt: 'sandbox:moderation' } }
    await expect(run(failing)).rejects.toThrow('Generation failed: ')
  })
})

describe('the n8n nodes for PiAPI', () => {
  it.concurrent.each(N8N_NODES)('%s finds its %s under %s', async (_node, kind, path, body) => {
    const task = await n8nNode(client()).run(withEarlier(body, earlier))
    expect(await mediaType(at(task.output, path))).toMatch(MEDIA_TYPES[kind])
  })

  it.concurrent('give up after twenty polls, 3 s apart', async () => {
    const { sleptMs, pause } = counted()
    const body = { model: 'suno', task_type: 'music', input: slow }
    await expect(n8nNode(client({ pause })).run(body)).rejects.toThrow('timed out after 20 retries')
    expect(sleptMs).toEqual(new Array(20).fill(3_000))
  })

  it.concurrent('get two pairs of lyrics from Udio', async () => {
    const body = { model: 'music-u', task_type: 'generate_lyrics', input: { prompt }, config: NO_CONFIG }
    const { output } = await n8nNode(client()).run(body)
    expect(output).toMatchObject({ lyrics_pairs: [{ title: expect.any(String), text: expect.any(String) }, {}] })
  })

  it.concurrent('test a key with a small picture', async () => {
    const body = {
      model: 'Qubico/flux1-schnell',
      task_type: 'txt2img',
      input: { prompt: 'test credential validation' },
    }
    expect((await gateway.piapi.post(body, { key: TEST_KEY })).status).toBe(200)
    expect((await gateway.piapi.post(body, { key: 'sk-unknown' })).status).toBe(401)
  })

  it.concurrent('cannot send base64 where Luma extends a video, and are told that it takes URLs', async () => {
    const url = 'data:video/mp4;base64,AAAAIGZ0eXBpc29tAAACAGlzb21pc28yYXZjMW1wNDEAAAAIZnJlZQ=='
    const input = { prompt, key_frames: { frame0: { type: 'video', url } } }
    await expect(n8nNode(client()).run({ model: 'luma', task_type: 'extend_video', input })).rejects.toThrow(
      '400 - input.key_frames.frame0.url must be an http or https URL',
    )
  })
})

describe('a client that accepts any spelling of a status', () => {
  it.concurrent.each([
    ['sandbox:fast', 'completed'],
    ['sandbox:fast sandbox:fail', 'failed'],
  ])('reaches the end of %s, which is %s', async (words, status) => {
    const body = { model: 'midjourney', task_type: 'imagine', input: { prompt: words } }
    expect(await wideReader(client()).run(body)).toMatchObject({ status })
  })

  it.concurrent('reaches the end of a cancelled task', async () => {
    const { key } = await gateway.tenant({ maxConcurrent: 1, key: { mode: 'test' } })
    await create('kling', 'video_generation', slow, key)
    const pause: Pause = async (id) => void (await ask('DELETE', `/api/v1/task/${id}`, key))
    const body = { model: 'kling', task_type: 'video_generation', input: slow }
    expect(await wideReader(client({ key, pause })).run(body)).toMatchObject({ status: 'failed' })
  })
})

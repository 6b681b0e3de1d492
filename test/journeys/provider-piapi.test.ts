import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json.ts'
import { clipsOf, download, openGateway, type PiapiTask, TEST_KEY, type TestGateway } from '../support/gateway.ts'

/** Two gateways in a row: the second takes PiAPI's place for the first, with its sandbox. */

let upstream: TestGateway
let gateway: TestGateway

beforeAll(async () => {
  upstream = await openGateway()
  gateway = await openGateway({ env: { PIAPI_API_KEY: TEST_KEY, PIAPI_BASE_URL: upstream.url } })
})
afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]()
  await upstream?.[Symbol.asyncDispose]()
})

async function made(model: string, taskType: string, input: JsonObject): Promise<PiapiTask> {
  const { task_id } = await gateway.piapi.create(taskType, input, { model })
  return gateway.piapi.ended(task_id)
}

/** Every URL in an output is the gateway's own, and leads to a file. */
async function expectOwnFiles(task: PiapiTask): Promise<void> {
  const urls = [...JSON.stringify(task.output).matchAll(/"(https?:[^"]+)"/g)].map(([, url = '']) => url)
  expect(urls).not.toEqual([])
  for (const url of new Set(urls)) {
    expect(url.startsWith(`${gateway.url}/files/`)).toBe(true)
    expect((await download(url)).bytes.byteLength).toBeGreaterThan(100)
  }
}

const prompt = 'a fox crosses a frozen lake, sandbox:fast'

describe('a gateway behind PiAPI’s protocol', { timeout: 60_000 }, () => {
  it('makes a song, and a follow-up of one of its clips', async () => {
    const song = { prompt: `[Verse]\nMove sandbox:fast`, tags: 'raga', title: 'Cat Dance', mv: 'chirp-crow' }
    const first = await made('suno', 'music', song)
    expect(first).toMatchObject({ status: 'completed', meta: { usage: { consume: 400_000 } } })
    await expectOwnFiles(first)
    const [, clip] = clipsOf(first)
    const extension = await made('suno', 'music', {
      ...song,
      task: 'extend',
      task_id: first.task_id,
      continue_clip_id: clip?.id ?? '',
      continue_at: 3,
    })
    expect(extension).toMatchObject({ status: 'completed' })
    expect(clipsOf(extension)).toHaveLength(2)
  })

  it.each<[string, string, JsonObject]>([
    ['Qubico/flux1-schnell', 'txt2img', { prompt, width: 512, height: 256, batch_size: 2 }],
    ['kling', 'video_generation', { prompt, version: '2.6' }],
    ['luma', 'video_generation', { prompt }],
    ['Qubico/trellis', 'text-to-3d', { prompt }],
    ['Qubico/ace-step', 'txt2audio', { style_prompt: prompt, duration: 5 }],
  ])('performs %s / %s, and consumes the hold', async (model, taskType, input) => {
    const before = await gateway.balance()
    const task = await made(model, taskType, input)
    expect(task).toMatchObject({ status: 'completed', error: { code: 0 } })
    await expectOwnFiles(task)
    const { available, held } = await gateway.balance()
    expect(held).toBe(0)
    expect(before.available - available).toBe(task.meta.usage.consume)
    expect(task.meta.usage.consume).toBeGreaterThan(0)
  })

  it('upscales one picture of a grid that was made upstream', async () => {
    const grid = await made('midjourney', 'imagine', { prompt })
    expect(grid.output).toMatchObject({ temporary_image_urls: [1, 2, 3, 4].map(() => expect.any(String)) })
    const single = await made('midjourney', 'upscale', { origin_task_id: grid.task_id, index: '2' })
    expect(single).toMatchObject({ status: 'completed' })
    await expectOwnFiles(single)
  })

  it('reports a failure in the upstream’s words and charges nothing', async () => {
    const before = await gateway.balance()
    const failed = await made('gemini', 'nano-banana-pro', { prompt: 'a boat, sandbox:fail sandbox:fast' })
    expect(failed).toMatchObject({ status: 'failed', error: { message: expect.stringContaining('sandbox:fail') } })
    expect(await gateway.balance()).toEqual(before)
  })

  it('names the provider of a task, and balances the ledgers of both gateways', async () => {
    const { task_id } = await gateway.piapi.create('txt2img', { prompt }, { model: 'Qubico/flux1-schnell' })
    await gateway.piapi.ended(task_id)
    expect(await gateway.store.getTask({ id: task_id })).toMatchObject({ provider: 'piapi' })
    await gateway.assertBalanced()
    await upstream.assertBalanced()
  })
})

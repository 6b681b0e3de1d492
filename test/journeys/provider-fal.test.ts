import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json.ts'
import { download, LIVE_KEY, openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'

/** Two gateways in a row: the second takes fal's place for the first, and its sandbox that of the models. */

let upstream: TestGateway
let gateway: TestGateway

beforeAll(async () => {
  upstream = await openGateway()
  gateway = await openGateway({ env: { FAL_KEY: TEST_KEY, FAL_QUEUE_URL: `${upstream.url}/fal/queue` } })
})
afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]()
  await upstream?.[Symbol.asyncDispose]()
})

const keyed = { key: null, headers: { authorization: `Key ${LIVE_KEY}` } }

interface Status {
  request_id: string
  status: string
  error?: string
}

/** Runs a model through the gateway's fal queue, and waits for the end. */
async function done(model: string, input: JsonObject): Promise<Status> {
  const created = await gateway.send('POST', `/fal/queue/${model}`, { ...keyed, body: input })
  if (created.status !== 200) throw new Error(`${model} answered ${created.status}: ${JSON.stringify(created.body)}`)
  const { request_id: id } = created.body as unknown as Status // the shape that its clients rely on
  await gateway.until(id, ({ endedAt }) => endedAt !== null)
  return (await gateway.send('GET', `${pathOf(model, id)}/status`, keyed)).body as unknown as Status
}

const pathOf = (model: string, id: string) => `/fal/queue/${model.split('/').slice(0, 2).join('/')}/requests/${id}`
const prompt = 'a fox crosses a frozen lake, sandbox:fast'

describe('a gateway behind fal’s protocol', { timeout: 60_000 }, () => {
  it('runs any model and delivers its files as its own', async () => {
    const before = await gateway.balance()
    const status = await done('fal-ai/flux/dev', { prompt, num_images: 2 })
    expect(status).toMatchObject({ status: 'COMPLETED' })
    const result = await gateway.send('GET', pathOf('fal-ai/flux/dev', status.request_id), keyed)
    const { images } = result.body as unknown as { images: { url: string }[] }
    expect(images).toHaveLength(2)
    for (const { url } of images) {
      expect(url.startsWith(`${gateway.url}/files/`)).toBe(true)
      expect((await download(url)).headers.get('content-type')).toMatch(/^image\//)
    }
    const { available, held } = await gateway.balance()
    expect(held).toBe(0)
    expect(before.available - available).toBe(800_000) // 0.04 USD a picture
    expect(await gateway.store.getTask({ id: status.request_id })).toMatchObject({ provider: 'fal' })
  })

  it('performs families that fal has under other names, and follow-ups of their files', async () => {
    const made = async (taskType: string, input: JsonObject) => {
      const { task_id } = await gateway.piapi.create(taskType, input, { model: 'kling' })
      return gateway.piapi.ended(task_id)
    }
    const video = await made('video_generation', { prompt, version: '2.6', mode: 'pro' })
    expect(video).toMatchObject({ status: 'completed', error: { code: 0 } })
    const { video_url } = video.output as { video_url: string }
    expect((await download(video_url)).headers.get('content-type')).toBe('video/mp4')
    const speech = { origin_task_id: video.task_id, local_dubbing_url: 'https://example.com/speech.mp3' }
    expect(await made('lip_sync', speech)).toMatchObject({ status: 'completed', error: { code: 0 } })
  })

  it('reports a failure in the upstream’s words and charges nothing', async () => {
    const before = await gateway.balance()
    const failed = await done('fal-ai/flux/dev', { prompt: 'sandbox:fail sandbox:fast' })
    expect(failed).toMatchObject({ status: 'COMPLETED', error: expect.stringContaining('sandbox:fail') })
    expect(await gateway.balance()).toEqual(before)
  })

  it('balances the ledgers of both gateways', async () => {
    await gateway.assertBalanced()
    await upstream.assertBalanced()
  })
})

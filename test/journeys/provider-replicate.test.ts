import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../src/core/json.ts'
import { download, LIVE_KEY, openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'

/** Two gateways in a row: the second takes Replicate's place for the first, and its sandbox that of the models. */

let upstream: TestGateway
let gateway: TestGateway

beforeAll(async () => {
  upstream = await openGateway()
  const env = { REPLICATE_API_TOKEN: TEST_KEY, REPLICATE_BASE_URL: `${upstream.url}/replicate/v1` }
  gateway = await openGateway({ env })
})
afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]()
  await upstream?.[Symbol.asyncDispose]()
})

interface Prediction {
  id: string
  status: string
  output: Json
  error: string | null
}

const keyed = { key: null, headers: { authorization: `Bearer ${LIVE_KEY}` } }

async function predicted(model: string, input: JsonObject): Promise<Prediction> {
  const path = `/replicate/v1/models/${model}/predictions`
  const created = await gateway.send('POST', path, { ...keyed, body: { input } })
  if (created.status !== 201) throw new Error(`${path} answered ${created.status}: ${JSON.stringify(created.body)}`)
  const { id } = created.body as unknown as Prediction // the shape that its clients rely on
  return (await gateway.send('GET', `/replicate/v1/predictions/${id}?wait=25`, keyed)).body as unknown as Prediction
}

const prompt = 'a fox crosses a frozen lake, sandbox:fast'

describe('a gateway behind Replicate’s protocol', { timeout: 60_000 }, () => {
  it('runs any model and delivers its files as its own', async () => {
    const before = await gateway.balance()
    const done = await predicted('black-forest-labs/flux-schnell', { prompt, num_outputs: 2 })
    expect(done).toMatchObject({ status: 'succeeded', error: null })
    const urls = done.output as string[]
    expect(urls).toHaveLength(2)
    for (const url of urls) {
      expect(url.startsWith(`${gateway.url}/files/`)).toBe(true)
      expect((await download(url)).headers.get('content-type')).toMatch(/^image\//)
    }
    const { available, held } = await gateway.balance()
    expect(held).toBe(0)
    expect(before.available - available).toBe(800_000) // 0.04 USD a picture
    expect(await gateway.store.getTask({ id: done.id })).toMatchObject({ provider: 'replicate' })
  })

  it('returns the text of a language model', async () => {
    const done = await predicted('meta/meta-llama-3-70b-instruct', { prompt })
    expect(done.status).toBe('succeeded')
    expect((done.output as string[]).join('')).toMatch(/\S/)
  })

  it('performs a family that Replicate has under another name', async () => {
    const input = { prompt, version: '1.6', mode: 'pro' }
    const { task_id } = await gateway.piapi.create('video_generation', input, { model: 'kling' })
    const task = await gateway.piapi.ended(task_id)
    expect(task).toMatchObject({ status: 'completed', error: { code: 0 } })
    const { video_url } = task.output as { video_url: string }
    expect((await download(video_url)).headers.get('content-type')).toBe('video/mp4')
  })

  it('reports a failure in the upstream’s words and charges nothing', async () => {
    const before = await gateway.balance()
    const failed = await predicted('black-forest-labs/flux-schnell', { prompt: 'sandbox:fail sandbox:fast' })
    expect(failed).toMatchObject({ status: 'failed', error: expect.stringContaining('sandbox:fail') })
    expect(await gateway.balance()).toEqual(before)
  })

  it('balances the ledgers of both gateways', async () => {
    await gateway.assertBalanced()
    await upstream.assertBalanced()
  })
})

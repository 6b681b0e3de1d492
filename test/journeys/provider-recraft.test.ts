import OpenAI from 'openai'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sampleFiles } from '../../src/assets/sample-files.ts'
import type { Json, JsonObject } from '../../src/core/json.ts'
import { download, LIVE_KEY } from '../support/gateway.ts'
import { expectOwnFiles, FAR_KEY, openTwoGateways, type TwoGateways } from '../support/two-gateways.ts'

let two: TwoGateways
let client: OpenAI

beforeAll(async () => {
  two = await openTwoGateways({ RECRAFT_API_TOKEN: FAR_KEY, RECRAFT_BASE_URL: '{far}/recraft/v1' })
  client = new OpenAI({ apiKey: LIVE_KEY, baseURL: `${two.near.url}/recraft/v1`, maxRetries: 0 })
})
afterAll(() => two?.[Symbol.asyncDispose]())

const prompt = 'a lighthouse sandbox:fast'

async function made(path: string, body: JsonObject): Promise<Json> {
  const answer = await two.near.send('POST', `/recraft/v1/images/${path}`, { body })
  expect(answer.status, JSON.stringify(answer.body)).toBe(200)
  return answer.body
}

async function aPicture(): Promise<string> {
  const bytes = (await sampleFiles['image/png']?.()) ?? new Uint8Array()
  return `data:image/png;base64,${Buffer.from(bytes).toString('base64')}`
}

describe('a gateway whose Recraft is another gateway', { timeout: 60_000 }, () => {
  it('makes pictures with Recraft’s own fields, pays once, and serves the files itself', async () => {
    const own = { size: '1365x1024', style: 'realistic_image', controls: { colors: [{ rgb: [1, 2, 3] }] } }
    const answer = await two.costing(800_000, () =>
      client.images.generate({ model: 'recraftv3', prompt, n: 2, ...(own as object) }),
    )
    expect(answer).toMatchObject({ credits: 80 })
    await expectOwnFiles(two, answer.data, /^image\/webp/)
    const { bytes } = await download(answer.data?.[1]?.url ?? '')
    expect(await sharp(bytes).metadata()).toMatchObject({ format: 'webp', width: 1_365, height: 1_024 })
    const [upstream] = await two.far.store.listTasks({ tenantId: two.far.tenantId, limit: 1 })
    expect(upstream).toMatchObject({ operation: 'recraft/generate', mode: 'test', input: { n: 2, ...own } })
  })

  it('makes vector drawings, and vectorises pictures', async () => {
    const drawing = await two.costing(800_000, () => made('generations/vector', { prompt }))
    await expectOwnFiles(two, drawing, /^image\/svg\+xml/)
    const turned = await made('vectorize', { image_url: await aPicture(), svg_compression: 'on' })
    await expectOwnFiles(two, turned, /^image\/svg\+xml/)
  })

  it('edits an uploaded picture with its mask', async () => {
    const files = { image_url: await aPicture(), mask_url: await aPicture() }
    const answer = await two.costing(400_000, () => made('inpaint', { prompt, model: 'recraftv3', ...files }))
    await expectOwnFiles(two, answer, /^image\/webp/)
    const [upstream] = await two.far.store.listTasks({ tenantId: two.far.tenantId, limit: 1 })
    const reference = expect.stringMatching(/^asset:.*\.png$/)
    expect(upstream?.input).toMatchObject({ image_url: reference, mask_url: reference })
  })

  it('draws in the caller’s own style, with its reference pictures', async () => {
    const body = { style: 'digital_illustration', image_urls: [await aPicture()] }
    const style = await two.near.send('POST', '/recraft/v1/styles', { body })
    expect(style.status).toBe(200)
    const { id } = style.body as { id: string }
    const answer = await made('generations', { prompt, model: 'recraftv3', style_id: id })
    expect(answer).toMatchObject({ style_id: id })
    await expectOwnFiles(two, answer, /^image\/webp/)
  })

  it('serves the same operations at PiAPI’s routes', async () => {
    const task = await two.costing(400_000, () => two.made('recraft', 'generate', { prompt, image_format: 'png' }))
    expect(task).toMatchObject({ status: 'completed', meta: { usage: { consume: 400_000 } } })
    await expectOwnFiles(two, task.output, /^image\/png/)
  })

  it('reports refused content and charges nothing', async () => {
    const body = { prompt: 'a boat sandbox:moderation sandbox:fast' }
    const refused = await two.costing(0, () => two.near.send('POST', '/recraft/v1/images/generations', { body }))
    expect(refused).toMatchObject({ status: 400, body: { code: 'content_moderated' } })
  })

  it('balances the ledgers of both gateways', async () => {
    await two.near.assertBalanced()
    await two.far.assertBalanced()
  })
})

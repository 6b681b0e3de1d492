import OpenAI, { toFile } from 'openai'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sampleFiles } from '../../src/assets/sample-files.ts'
import { LIVE_KEY } from '../support/gateway.ts'
import { expectOwnFiles, FAR_KEY, openTwoGateways, type TwoGateways } from '../support/two-gateways.ts'

let two: TwoGateways
let client: OpenAI

beforeAll(async () => {
  two = await openTwoGateways({ OPENAI_API_KEY: FAR_KEY, OPENAI_BASE_URL: '{far}/openai/v1' })
  client = new OpenAI({ apiKey: LIVE_KEY, baseURL: `${two.near.url}/v1`, maxRetries: 0 })
})
afterAll(() => two?.[Symbol.asyncDispose]())

const requested = { model: 'gpt-image-1', prompt: 'a boat sandbox:fast', quality: 'low', size: '1024x1024' } as const

async function aspectOf(base64: string | undefined) {
  const { format, width, height } = await sharp(Buffer.from(base64 ?? '', 'base64')).metadata()
  return { format, width, height }
}

async function aPicture() {
  return toFile((await sampleFiles['image/png']?.()) ?? Buffer.alloc(0), 'a.png', { type: 'image/png' })
}

describe('a gateway whose OpenAI is another gateway', () => {
  it('makes pictures with OpenAI’s own fields, and pays once', async () => {
    const answer = await two.costing(220_000, () =>
      client.images.generate({ ...requested, n: 2, output_format: 'webp', background: 'opaque' }),
    )
    expect(answer).toMatchObject({ background: 'opaque', output_format: 'webp', quality: 'low', size: '1024x1024' })
    expect(answer.data).toHaveLength(2)
    expect(await aspectOf(answer.data?.[1]?.b64_json)).toEqual({ format: 'webp', width: 1_024, height: 1_024 })
    const [upstream] = await two.far.store.listTasks({ tenantId: two.far.tenantId, limit: 1 })
    expect(upstream).toMatchObject({ operation: 'gpt-image/generate', mode: 'test', status: 'completed' })
    expect(upstream?.input).toMatchObject({ n: 2, output_format: 'webp', background: 'opaque', quality: 'low' })
  })

  it('edits uploaded pictures with a mask', async () => {
    const answer = await two.costing(110_000, async () =>
      client.images.edit({ ...requested, image: [await aPicture(), await aPicture()], mask: await aPicture() }),
    )
    expect(await aspectOf(answer.data?.[0]?.b64_json)).toEqual({ format: 'png', width: 1_024, height: 1_024 })
    const [upstream] = await two.far.store.listTasks({ tenantId: two.far.tenantId, limit: 1 })
    const reference = expect.stringMatching(/^asset:.*\.png$/)
    expect(upstream?.input).toMatchObject({ image: [reference, reference], mask: reference })
  })

  it('makes a video through OpenAI’s videos API, and remixes it there', async () => {
    const waited = { query: { wait: 25 } }
    const fields = { model: 'sora-2-pro', prompt: 'a crane sandbox:fast', size: '1024x1792' } as const
    const video = await two.costing(16_000_000, async () =>
      client.videos.retrieve((await client.videos.create(fields)).id, waited),
    )
    expect(video).toMatchObject({ status: 'completed', size: '1024x1792', error: null })
    const remix = await two.costing(16_000_000, async () =>
      client.videos.retrieve((await client.videos.remix(video.id, { prompt: 'at night sandbox:fast' })).id, waited),
    )
    expect(remix).toMatchObject({ status: 'completed', remixed_from_video_id: video.id, size: '1024x1792' })
    const [again, first] = await two.far.store.listTasks({ tenantId: two.far.tenantId, limit: 2 })
    expect(again).toMatchObject({ operation: 'sora2/sora2-remix', parentTaskId: first?.id, dialect: 'openai-videos' })
    const { headers } = await client.videos.downloadContent(remix.id)
    expect(headers.get('content-type')).toBe('video/mp4')
  })

  it('serves the pictures itself, at PiAPI’s routes', async () => {
    const input = { prompt: 'a boat sandbox:fast', model: 'dall-e-3', quality: 'standard', size: '1024x1024' }
    const task = await two.costing(400_000, () => two.made('gpt-image', 'generate', input))
    expect(task).toMatchObject({ status: 'completed', meta: { usage: { consume: 400_000 } } })
    await expectOwnFiles(two, task.output, /^image\/png/)
  })

  it('reports refused content and charges nothing', async () => {
    const prompt = 'a boat sandbox:moderation sandbox:fast'
    const refused = await two.costing(0, () =>
      client.images.generate({ ...requested, prompt }).catch((error: unknown) => error),
    )
    expect(refused).toMatchObject({ status: 400, code: 'moderation_blocked' })
  })

  it('balances the ledgers of both gateways', async () => {
    await two.near.assertBalanced()
    await two.far.assertBalanced()
  })
})

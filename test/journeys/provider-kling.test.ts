import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json.ts'
import { accessPair } from '../../src/tenants/access-keys.ts'
import { download, MASTER_SECRET } from '../support/gateway.ts'
import { expectOwnFiles, FAR_KEY, openTwoGateways, type TwoGateways } from '../support/two-gateways.ts'

/** Callers use Kling's API at the near gateway, which uses it to call the far one. */

interface AnswerBody {
  task_id: string
  task_status: string
  task_status_msg: string
  task_result: { videos?: { id: string; url: string; duration: string }[]; images?: { url: string }[] }
}

let two: TwoGateways

beforeAll(async () => {
  two = await openTwoGateways({ KLING_API_KEY: FAR_KEY, KLING_BASE_URL: '{far}/kling' })
})
afterAll(() => two?.[Symbol.asyncDispose]())

async function run(path: string, body: JsonObject): Promise<AnswerBody> {
  const created = await two.near.send('POST', path, { body })
  expect(created.body).toMatchObject({ code: 0 })
  const { data } = created.body as unknown as { data: AnswerBody } // the shape that its clients rely on
  const read = await two.near.send('GET', `${path}/${data.task_id}?wait=25`)
  return (read.body as unknown as { data: AnswerBody }).data // as above
}

const farTask = async () => (await two.far.store.listTasks({ tenantId: two.far.tenantId, limit: 1 }))[0]

describe('a gateway whose Kling is another gateway', () => {
  it('makes a video, extends it and adds lip sync, by the ids of each gateway', async () => {
    const made = await two.costing(5_200_000, () =>
      run('/kling/v1/videos/text2video', {
        ...{ model_name: 'kling-v1-6', prompt: 'a fox sandbox:fast', duration: '10', aspect_ratio: '1:1' },
      }),
    )
    expect(made).toMatchObject({ task_status: 'succeed', task_status_msg: '' })
    const [video] = made.task_result.videos ?? []
    expect(video?.duration).toBe('10')
    await expectOwnFiles(
      two,
      made.task_result.videos?.map(({ url }) => url),
      /^video\/mp4/,
    )
    const far = await farTask()
    expect(far).toMatchObject({ mode: 'test', operation: 'kling/video_generation', status: 'completed' })
    expect(far?.input).toMatchObject({
      prompt: 'a fox sandbox:fast',
      version: '1.6',
      duration: 10,
      aspect_ratio: '1:1',
    })
    expect(far?.externalId).toBe(made.task_id)

    const video_id = video?.id ?? ''
    const extended = await two.costing(2_600_000, () =>
      run('/kling/v1/videos/video-extend', { video_id, prompt: 'it runs sandbox:fast' }),
    )
    expect(extended.task_status).toBe('succeed')
    expect(await farTask()).toMatchObject({ operation: 'kling/extend_video', parentTaskId: far?.id })
    const input = { video_id, mode: 'text2video', text: 'hello sandbox:fast', voice_id: 'uk_boy1' }
    const speech = await two.costing(1_000_000, () => run('/kling/v1/videos/lip-sync', { input }))
    expect(speech.task_status).toBe('succeed')
    expect((await farTask())?.input).toMatchObject({ tts_text: 'hello sandbox:fast', tts_timbre: 'uk_boy1' })
  })

  it('sends input pictures, and delivers output pictures', async () => {
    const many = await two.costing(280_000, () =>
      run('/kling/v1/images/generations', { model_name: 'kling-v2', prompt: 'a fox sandbox:fast', n: 2 }),
    )
    expect(many.task_result.images).toHaveLength(2)
    await expectOwnFiles(two, many.task_result.images, /^image\/png/)
    // Files of the near gateway are sent to the far one as base64, as they cannot be reached from outside.
    const image = Buffer.from((await download(many.task_result.images?.[0]?.url ?? '')).bytes).toString('base64')
    const moved = await run('/kling/v1/videos/image2video', { image, prompt: 'sandbox:fast', model_name: 'kling-v2-1' })
    expect(moved.task_status).toBe('succeed')
    expect((await farTask())?.input.image_url).toMatch(/^asset:.*\.png$/)
    const expansion = { image, left_expansion_ratio: 0.5, prompt: 'sandbox:fast' }
    const grown = await run('/kling/v1/images/editing/expand', expansion)
    await expectOwnFiles(two, grown.task_result.images, /^image\/png/)
    const squished = await run('/kling/v1/videos/effects', { effect_scene: 'squish', input: { image } })
    expect(squished.task_status).toBe('succeed')
  })

  it('reports a failure of the other gateway and charges nothing', async () => {
    for (const word of ['fail', 'moderation', 'refuse']) {
      const prompt = `a fox sandbox:${word} sandbox:fast`
      const failed = await two.costing(0, () => run('/kling/v1/videos/text2video', { prompt }))
      expect(failed).toMatchObject({ task_status: 'failed', task_status_msg: expect.stringMatching(/./) })
    }
  })

  it('serves the same operation at PiAPI’s routes', async () => {
    const input = { prompt: '@image_1 waves sandbox:fast', images: ['https://example.com/a.png'], resolution: '1080p' }
    const task = await two.costing(7_500_000, () => two.made('kling', 'omni_video_generation', input))
    expect(task.status).toBe('completed')
    await expectOwnFiles(two, task.output, /^video\/mp4/)
    expect((await farTask())?.input).toMatchObject({ prompt: '@image_1 waves sandbox:fast', resolution: '1080p' })
  })

  it('accepts a pair of keys in place of one API key', async () => {
    const { keyId } = await two.far.tenant({ key: { mode: 'test' } })
    const { accessKey, secretKey } = accessPair(MASTER_SECRET, keyId)
    await using signing = await openTwoGateways({
      KLING_ACCESS_KEY: accessKey,
      KLING_SECRET_KEY: secretKey,
      KLING_BASE_URL: `${two.far.url}/kling`,
    })
    const task = await signing.made('kling-turbo', 'video_generation', { prompt: 'a boat sandbox:fast' })
    expect(task.status).toBe('completed')
    await signing.near.assertBalanced()
  })

  it('balances the ledgers of both gateways', async () => {
    await two.near.assertBalanced()
    await two.far.assertBalanced()
  })
})

import { LumaAI } from 'lumaai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sampleFiles } from '../../src/assets/sample-files.ts'
import { freePort } from '../support/free-port.ts'
import { LIVE_KEY } from '../support/gateway.ts'
import { expectOwnFiles, FAR_KEY, openTwoGateways, type TwoGateways } from '../support/two-gateways.ts'

/** Luma's package calls the near gateway, which calls the far one with the same package, and is called back at the end. */

let two: TwoGateways
let luma: LumaAI

beforeAll(async () => {
  const port = await freePort()
  two = await openTwoGateways({
    LUMAAI_API_KEY: FAR_KEY,
    LUMAAI_BASE_URL: '{far}/luma/dream-machine/v1',
    PORT: String(port),
    PUBLIC_URL: `http://127.0.0.1:${port}`,
  })
  luma = new LumaAI({ authToken: LIVE_KEY, baseURL: `${two.near.url}/luma/dream-machine/v1`, maxRetries: 0 })
})
afterAll(() => two?.[Symbol.asyncDispose]())

async function ended({ id = '' }: LumaAI.Generation): Promise<LumaAI.Generation> {
  return luma.generations.get(id, { query: { wait: '25' } })
}

const farTask = async () => (await two.far.store.listTasks({ tenantId: two.far.tenantId, limit: 1 }))[0]

describe('a gateway whose Luma is another gateway', () => {
  it('makes a video, extends it, upscales it and adds sound, by the ids of each gateway', async () => {
    const prompt = 'a balloon sandbox:fast'
    const made = await two.costing(2_000_000, async () =>
      ended(await luma.generations.create({ model: 'ray-2', prompt, aspect_ratio: '4:3', duration: '5s', loop: true })),
    )
    expect(made).toMatchObject({ state: 'completed', model: 'ray-2' })
    await expectOwnFiles(two, made.assets?.video, /^video\/mp4/)
    const first = await farTask()
    expect(first).toMatchObject({ mode: 'test', operation: 'luma/video_generation', status: 'completed' })
    expect(first?.input).toMatchObject({ prompt, model: 'ray-2', aspect_ratio: '4:3', duration: 5, loop: true })
    expect(first?.webhookUrl).toMatch(`${two.near.url}/callbacks/${made.id}/`)

    const keyframes = { frame0: { type: 'generation' as const, id: made.id ?? '' } }
    const further = await ended(await luma.generations.create({ model: 'ray-flash-2', prompt, keyframes }))
    expect(further.state).toBe('completed')
    expect(await farTask()).toMatchObject({ parentTaskId: first?.id, input: { model: 'ray-flash-2' } })

    const large = await two.costing(4_000_000, async () =>
      ended(await luma.generations.upscale(made.id ?? '', { resolution: '4k' })),
    )
    await expectOwnFiles(two, large.assets?.video, /^video\/mp4/)
    const heard = await ended(await luma.generations.audio(made.id ?? '', { prompt: 'wind' }))
    expect(heard.state).toBe('completed')
    expect(await farTask()).toMatchObject({ operation: 'luma/add_audio', parentTaskId: first?.id })
  })

  it('makes a picture, and modifies a video', async () => {
    const picture = await two.costing(150_000, async () =>
      ended(await luma.generations.image.create({ model: 'photon-1', prompt: 'a teapot sandbox:fast', format: 'png' })),
    )
    await expectOwnFiles(two, picture.assets?.image, /^image\/png/)
    const changed = await ended(
      await luma.generations.video.modify({
        ...{ generation_type: 'modify_video', model: 'ray-2', mode: 'flex_1', prompt: 'snow sandbox:fast' },
        media: { url: 'https://example.com/street.mp4' },
      }),
    )
    expect(changed.state).toBe('completed')
    expect((await farTask())?.input).toMatchObject({ mode: 'flex_1', media: { url: 'https://example.com/street.mp4' } })
  })

  it('reports a failure of the other gateway and charges nothing', async () => {
    for (const word of ['fail', 'moderation', 'refuse']) {
      const prompt = `a balloon sandbox:${word} sandbox:fast`
      const failed = await two.costing(0, async () => ended(await luma.generations.create({ model: 'ray-2', prompt })))
      expect(failed).toMatchObject({ state: 'failed', failure_reason: expect.stringMatching(/./) })
    }
  })

  it('serves PiAPI’s routes with a frame that is stored at this gateway', async () => {
    const start_image = Buffer.from((await sampleFiles['image/png']?.()) ?? []).toString('base64')
    const input = { prompt: 'a balloon sandbox:fast', model_name: 'ray-v2', duration: 5, start_image }
    const task = await two.costing(2_000_000, () => two.made('luma', 'video_generation', input))
    expect(task.status).toBe('completed')
    await expectOwnFiles(two, task.output, /^(?:video\/mp4|image\/)/)
    // The far gateway downloads it by its URL.
    expect((await farTask())?.input).toMatchObject({
      key_frames: { frame0: { type: 'image', url: expect.stringContaining(`${two.near.url}/files/`) } },
    })
  })

  it('balances the ledgers of both gateways', async () => {
    await two.near.assertBalanced()
    await two.far.assertBalanced()
  })
})

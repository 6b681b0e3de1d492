import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sampleFiles } from '../../src/assets/sample-files.ts'
import type { JsonObject } from '../../src/core/json.ts'
import { freePort } from '../support/free-port.ts'
import { expectOwnFiles, FAR_KEY, openTwoGateways, type TwoGateways } from '../support/two-gateways.ts'

/** Callers use MiniMax's API at the near gateway, which uses it to call the far one. */

interface AnswerBody {
  task_id: string
  status: string
  file_id: string
  base_resp: { status_code: number; status_msg: string }
}

/** The far gateway can reach the near one, and challenges it before it accepts a task. */
let two: TwoGateways

beforeAll(async () => {
  const port = await freePort()
  two = await openTwoGateways({
    MINIMAX_API_KEY: FAR_KEY,
    MINIMAX_BASE_URL: '{far}/minimax',
    PORT: String(port),
    PUBLIC_URL: `http://127.0.0.1:${port}`,
  })
})
afterAll(() => two?.[Symbol.asyncDispose]())

async function run(body: JsonObject): Promise<AnswerBody> {
  const created = await two.near.send('POST', '/minimax/v1/video_generation', { body })
  expect(created.body).toMatchObject({ base_resp: { status_code: 0 } })
  const { task_id } = created.body as unknown as AnswerBody // the shape that its clients rely on
  const query = `task_id=${task_id}&wait=25`
  return (await two.near.send('GET', `/minimax/v1/query/video_generation?${query}`)).body as unknown as AnswerBody // as above
}

const farTask = async () => (await two.far.store.listTasks({ tenantId: two.far.tenantId, limit: 1 }))[0]

describe('a gateway whose MiniMax is another gateway', () => {
  it('makes videos from text, a frame and a face, and gets a callback when they are finished', async () => {
    const words = await two.costing(2_300_000, () =>
      run({ model: 'MiniMax-Hailuo-2.3', prompt: 'a clockmaker sandbox:fast', prompt_optimizer: false }),
    )
    expect(words).toMatchObject({ status: 'Success', base_resp: { status_code: 0 } })
    const far = await farTask()
    expect(far).toMatchObject({ mode: 'test', operation: 'hailuo/video_generation', status: 'completed' })
    expect(far?.input).toMatchObject({ model: 'v2.3', expand_prompt: false, duration: 6, resolution: 768 })
    expect(far?.webhookUrl).toMatch(`${two.near.url}/callbacks/${words.task_id}/`)
    const file = await two.near.send('GET', `/minimax/v1/files/retrieve?file_id=${words.file_id}`)
    await expectOwnFiles(two, file.body, /^video\/mp4/)

    const picture = `data:image/png;base64,${Buffer.from((await sampleFiles['image/png']?.()) ?? []).toString('base64')}`
    const frame = await two.costing(8_000_000, () =>
      run({ model: 'MiniMax-Hailuo-02', prompt: 'sandbox:fast', first_frame_image: picture, resolution: '1080P' }),
    )
    expect(frame.status).toBe('Success')
    expect((await farTask())?.input).toMatchObject({ model: 'i2v-02', image_url: expect.stringMatching(/\.png$/) })
    const subject_reference = [{ type: 'character', image: [picture] }]
    const face = await run({ model: 'S2V-01', prompt: 'she waves sandbox:fast', subject_reference })
    expect(face.status).toBe('Success')
    expect((await farTask())?.input).toMatchObject({ model: 's2v-01' })
  })

  it('speaks, makes a song and draws there, and has files of its own of all of it', async () => {
    const voice_setting = { voice_id: 'Wise_Woman' }
    const speech = { model: 'speech-2.8-turbo', text: 'Ten words. sandbox:fast', voice_setting, output_format: 'url' }
    const audio_setting = { format: 'pcm', sample_rate: 24_000 }
    const song = { model: 'music-2.6', prompt: 'folk sandbox:fast', lyrics: 'la', output_format: 'url' }
    const pictures = { model: 'image-01', prompt: 'a fox sandbox:fast', n: 2 }
    const runs: [string, JsonObject, number, RegExp][] = [
      ['t2a_v2', speech, 13_800, /^audio\/mpeg/],
      ['t2a_v2', { ...speech, audio_setting }, 13_800, /^audio\/wav/],
      ['music_generation', song, 1_500_000, /^audio\/mpeg/],
      ['image_generation', pictures, 70_000, /^image\/jpeg/],
    ]
    for (const [route, body, points, mediaType] of runs) {
      const { body: made } = await two.costing(points, () => two.near.send('POST', `/minimax/v1/${route}`, { body }))
      expect(made).toMatchObject({ base_resp: { status_code: 0 } })
      await expectOwnFiles(two, made, mediaType)
    }
  })

  it('reports a failure of the other gateway and charges nothing', async () => {
    const fail = (word: string) =>
      two.costing(0, () => run({ model: 'T2V-01', prompt: `a clock sandbox:${word} sandbox:fast` }))
    for (const word of ['fail', 'moderation']) {
      expect(await fail(word)).toMatchObject({
        status: 'Fail',
        base_resp: { status_msg: expect.stringContaining(word) },
      })
    }
  })

  it('serves the same operation at PiAPI’s routes', async () => {
    const input = { model: 't2v-01', prompt: 'a clock sandbox:fast' }
    const task = await two.costing(2_000_000, () => two.made('hailuo', 'video_generation', input))
    expect(task.status).toBe('completed')
    await expectOwnFiles(two, task.output, /^video\/mp4/)
  })

  it('balances the ledgers of both gateways', async () => {
    await two.near.assertBalanced()
    await two.far.assertBalanced()
  })
})

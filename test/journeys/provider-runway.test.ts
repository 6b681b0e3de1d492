import RunwayML, { toFile } from '@runwayml/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sampleFiles } from '../../src/assets/sample-files.ts'
import { LIVE_KEY } from '../support/gateway.ts'
import { expectOwnFiles, FAR_KEY, openTwoGateways, type TwoGateways } from '../support/two-gateways.ts'

/** Runway's package calls the near gateway, which polls the far one with the same package every five seconds. */

let two: TwoGateways
let client: RunwayML

beforeAll(async () => {
  two = await openTwoGateways({ RUNWAYML_API_SECRET: FAR_KEY, RUNWAYML_BASE_URL: '{far}/runwayml' })
  client = new RunwayML({ apiKey: LIVE_KEY, baseURL: `${two.near.url}/runwayml`, maxRetries: 0 })
})
afterAll(() => two?.[Symbol.asyncDispose]())

const farInputs = async () =>
  (await two.far.store.listTasks({ tenantId: two.far.tenantId, limit: 20 })).map(({ input }) => input)

async function done(id: string) {
  const task = await client.tasks.retrieve(id, { query: { wait: 25 } })
  if (task.status !== 'SUCCEEDED') throw new Error(`${id} is ${task.status}.`)
  return task.output
}

describe('a gateway whose Runway is another gateway', () => {
  it('makes a video, pictures and speech, and pays for each once', async () => {
    const { uri } = await client.uploads.createEphemeral({
      file: await toFile((await sampleFiles['image/png']?.()) ?? Buffer.alloc(0), 'frame.png', { type: 'image/png' }),
    })
    const [video, pictures, speech] = await two.costing(2_500_000 + 1_600_000 + 100_000, () =>
      Promise.all([
        client.imageToVideo
          .create({
            model: 'gen4_turbo',
            promptImage: uri,
            promptText: 'it rains sandbox:fast',
            ratio: '1280:720',
            duration: 5,
          })
          .then(({ id }) => done(id)),
        client.textToImage
          .create({ model: 'gpt_image_2', promptText: 'a boat sandbox:fast', ratio: '2048:880', outputCount: 2 })
          .then(({ id }) => done(id)),
        client.textToSpeech
          .create({
            ...{ model: 'eleven_multilingual_v2', promptText: 'Noon. sandbox:fast' },
            voice: { type: 'runway-preset', presetId: 'Maya' },
          })
          .then(({ id }) => done(id)),
      ]),
    )
    await expectOwnFiles(two, video, /^video\/mp4/)
    expect(pictures).toHaveLength(2)
    await expectOwnFiles(two, pictures, /^image\/png/)
    await expectOwnFiles(two, speech, /^audio\/mpeg/)
    expect(await farInputs()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          promptText: 'it rains sandbox:fast',
          promptImage: [{ uri: expect.stringMatching(/^asset:.*\.png$/), position: 'first' }],
        }),
        expect.objectContaining({ model: 'gpt_image_2', outputCount: 2 }),
        expect.objectContaining({ voice: { type: 'runway-preset', presetId: 'Maya' } }),
      ]),
    )
  })

  it('reports a failure of the other gateway and charges nothing', async () => {
    const fail = async (word: string) => {
      const promptText = `a boat sandbox:${word} sandbox:fast`
      const { id } = await client.textToVideo.create({ model: 'gen4.5', promptText, ratio: '1280:720', duration: 5 })
      return client.tasks.retrieve(id, { query: { wait: 25 } })
    }
    const failed = await two.costing(0, () => Promise.all(['fail', 'moderation', 'refuse'].map(fail)))
    for (const task of failed) expect(task).toMatchObject({ status: 'FAILED', failure: expect.stringMatching(/./) })
  })

  it('serves the same operation at PiAPI’s routes', async () => {
    const input = { model: 'eleven_text_to_sound_v2', promptText: 'a horn sandbox:fast', duration: 4 }
    const task = await two.costing(100_000, () => two.made('runway', 'sound_effect', input))
    expect(task.status).toBe('completed')
    await expectOwnFiles(two, task.output, /^audio\/mpeg/)
  })

  it('balances the ledgers of both gateways', async () => {
    await two.near.assertBalanced()
    await two.far.assertBalanced()
  })
})

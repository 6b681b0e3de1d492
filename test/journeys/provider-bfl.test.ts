import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sampleFiles } from '../../src/assets/sample-files.ts'
import type { Json, JsonObject } from '../../src/core/json.ts'
import { expectOwnFiles, FAR_KEY, openTwoGateways, type TwoGateways } from '../support/two-gateways.ts'

/** Callers use the API of Black Forest Labs at the near gateway, which uses it to call the far one. */

interface AnswerBody {
  id: string
  status: string
  result: { sample: string } | null
  details: Json
}

let two: TwoGateways

beforeAll(async () => {
  two = await openTwoGateways({ BFL_API_KEY: FAR_KEY, BFL_BASE_URL: '{far}/bfl' })
})
afterAll(() => two?.[Symbol.asyncDispose]())

async function run(model: string, body: JsonObject): Promise<AnswerBody> {
  const created = await two.near.send('POST', `/bfl/v1/${model}`, { body })
  expect(created.status).toBe(200)
  const { id, polling_url } = created.body as unknown as { id: string; polling_url: string } // the shape that its clients rely on
  expect(polling_url).toBe(`${two.near.url}/bfl/v1/get_result?id=${id}`)
  const read = await two.near.send('GET', `/bfl/v1/get_result?id=${id}&wait=25`)
  return read.body as unknown as AnswerBody // as above
}

const farTask = async () => (await two.far.store.listTasks({ tenantId: two.far.tenantId, limit: 1 }))[0]
const base64 = async (type: 'image/png' | 'application/zip') =>
  Buffer.from((await sampleFiles[type]?.()) ?? []).toString('base64')

describe('a gateway whose Flux is another gateway', () => {
  it('makes pictures from text and from pictures', async () => {
    const drawn = await two.costing(400_000, () =>
      run('flux-pro-1.1', { prompt: 'a heron sandbox:fast', width: 512, height: 256, output_format: 'png', seed: 7 }),
    )
    expect(drawn.status).toBe('Ready')
    await expectOwnFiles(two, [drawn.result?.sample], /^image\/png/)
    expect((await farTask())?.input).toMatchObject({ prompt: 'a heron sandbox:fast', width: 512, height: 256, seed: 7 })

    const input_image = await base64('image/png')
    const edited = await two.costing(800_000, () =>
      run('flux-kontext-max', { prompt: 'a scarf sandbox:fast', input_image, aspect_ratio: '4:3' }),
    )
    expect(edited.status).toBe('Ready')
    const far = await farTask()
    expect(far).toMatchObject({ operation: 'bfl/flux-kontext-max', mode: 'test', status: 'completed' })
    expect(far?.input).toMatchObject({ input_image: expect.stringMatching(/^asset:.*\.png$/), aspect_ratio: '4:3' })
  })

  it('makes a video through keyframes', async () => {
    const picture = await base64('image/png')
    const keyframes = [
      [0, picture],
      [4.5, picture],
    ]
    const made = await two.costing(8_500_000, () =>
      run('flux-3-video', { prompt: 'a kite sandbox:fast', mode: 'i2v', keyframes, duration: 5 }),
    )
    await expectOwnFiles(two, [made.result?.sample], /^video\/mp4/)
    expect((await farTask())?.input).toMatchObject({ keyframes: [{ time: 0 }, { time: 4.5 }] })
  })

  it('trains a finetune and uses it, by the ids of each gateway', async () => {
    const file_data = await base64('application/zip')
    const training = { finetune_comment: 'herons sandbox:fast', file_data, mode: 'character', iterations: 100 }
    const { id: finetune_id, status } = await two.costing(20_000_000, () => run('finetune', training))
    expect(status).toBe('Ready')
    const trained = await farTask()
    const drawn = await two.costing(700_000, () =>
      run('flux-pro-1.1-ultra-finetuned', { prompt: 'a TOK sandbox:fast', finetune_id, finetune_strength: 0.9 }),
    )
    expect(drawn.status).toBe('Ready')
    expect(await farTask()).toMatchObject({
      parentTaskId: trained?.id,
      input: { finetune_id: trained?.id, finetune_strength: 0.9 },
    })
  })

  it('reports a failure of the other gateway and charges nothing', async () => {
    const fail = (word: string) =>
      two.costing(0, () => run('flux-2-pro', { prompt: `a robot sandbox:${word} sandbox:fast` }))
    expect(await fail('fail')).toMatchObject({ status: 'Error', result: null })
    expect(await fail('refuse')).toMatchObject({ status: 'Error', result: null })
    expect(await fail('moderation')).toMatchObject({ status: expect.stringMatching(/ Moderated$/), result: null })
  })

  it('serves the same models at PiAPI’s routes under PiAPI’s names', async () => {
    const input = { prompt: 'a cat sandbox:fast', width: 512, height: 512 }
    const task = await two.costing(200_000, () => two.made('Qubico/flux1-dev', 'txt2img', input))
    expect(task.status).toBe('completed')
    await expectOwnFiles(two, task.output, /^image\/png/)
    expect(await farTask()).toMatchObject({ operation: 'bfl/flux-dev' })
  })

  it('balances the ledgers of both gateways', async () => {
    await two.near.assertBalanced()
    await two.far.assertBalanced()
  })
})

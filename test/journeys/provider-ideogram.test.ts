import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sampleFiles } from '../../src/assets/sample-files.ts'
import { download, LIVE_KEY } from '../support/gateway.ts'
import { expectOwnFiles, FAR_KEY, openTwoGateways, type TwoGateways } from '../support/two-gateways.ts'

interface Pictures {
  data: { url: string; resolution: string; prompt: string }[]
}

let two: TwoGateways
let picture: Blob

beforeAll(async () => {
  two = await openTwoGateways({ IDEOGRAM_API_KEY: FAR_KEY, IDEOGRAM_BASE_URL: '{far}/ideogram' })
  picture = new Blob([new Uint8Array((await sampleFiles['image/png']?.()) ?? [])], { type: 'image/png' })
})
afterAll(() => two?.[Symbol.asyncDispose]())

const prompt = 'a poster sandbox:fast'

async function sendForm(path: string, fields: Record<string, string | Blob | (string | Blob)[]>): Promise<unknown> {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) {
    for (const one of [value].flat()) {
      if (typeof one === 'string') form.append(name, one)
      else form.append(name, one, 'picture.png')
    }
  }
  const headers = { 'api-key': LIVE_KEY }
  const response = await fetch(`${two.near.url}/ideogram${path}`, { method: 'POST', headers, body: form })
  const body = await response.json()
  expect(response.status, JSON.stringify(body)).toBe(200)
  return body
}

describe('a gateway whose Ideogram is another gateway', { timeout: 60_000 }, () => {
  it('makes a picture by the older API, pays once, and serves the file itself', async () => {
    const image_request = {
      prompt,
      model: 'V_2_TURBO',
      aspect_ratio: 'ASPECT_16_9',
      magic_prompt_option: 'OFF',
      seed: 7,
    }
    const answer = await two.costing(500_000, () =>
      two.near.send('POST', '/ideogram/generate', { body: { image_request } }),
    )
    expect(answer.status, JSON.stringify(answer.body)).toBe(200)
    const { data } = answer.body as unknown as Pictures
    expect(data).toMatchObject([{ prompt, resolution: '1360x768' }])
    await expectOwnFiles(two, data, /^image\/png/)
    const { bytes } = await download(data[0]?.url ?? '')
    expect(await sharp(bytes).metadata()).toMatchObject({ width: 1_360, height: 768 })
    const [upstream] = await two.far.store.listTasks({ tenantId: two.far.tenantId, limit: 1 })
    expect(upstream).toMatchObject({ operation: 'ideogram/generate', mode: 'test', input: image_request })
  })

  it('edits uploaded pictures in a style', async () => {
    const fields = {
      prompt,
      image: picture,
      num_images: '2',
      rendering_speed: 'TURBO',
      style_codes: ['AAFF0102', '0B1C2D3E'],
      color_palette: '{"name":"EMBER"}',
    }
    const answer = await two.costing(600_000, () => sendForm('/v1/ideogram-v3/remix', fields))
    expect((answer as Pictures).data).toHaveLength(2)
    await expectOwnFiles(two, answer, /^image\/png/)
    const [upstream] = await two.far.store.listTasks({ tenantId: two.far.tenantId, limit: 1 })
    expect(upstream?.input).toMatchObject({
      image: expect.stringMatching(/^asset:.*\.png$/),
      num_images: 2,
      style_codes: ['AAFF0102', '0B1C2D3E'],
      color_palette: { name: 'EMBER' },
    })
  })

  it('masks, upscales and describes pictures', async () => {
    const edited = await sendForm('/v1/ideogram-v3/edit', { prompt, image: picture, mask: picture })
    await expectOwnFiles(two, edited, /^image\/png/)
    const image_request = JSON.stringify({ prompt, resemblance: 80 })
    await expectOwnFiles(two, await sendForm('/upscale', { image_request, image_file: picture }), /^image\/png/)
    const described = await two.costing(100_000, () => sendForm('/describe', { image_file: picture }))
    expect(described).toEqual({ descriptions: [{ text: expect.any(String) }] })
  })

  it('serves the same operations at PiAPI’s routes', async () => {
    const input = { prompt, aspect_ratio: '2x3', rendering_speed: 'TURBO' }
    const task = await two.costing(300_000, () => two.made('ideogram', 'v3-generate', input))
    expect(task).toMatchObject({ status: 'completed', meta: { usage: { consume: 300_000 } } })
    await expectOwnFiles(two, task.output, /^image\/png/)
  })

  it('reports refused content and charges nothing', async () => {
    const body = { prompt: 'a boat sandbox:moderation sandbox:fast' }
    const refused = await two.costing(0, () => two.near.send('POST', '/ideogram/v1/ideogram-v3/generate', { body }))
    expect(refused.status).toBe(422)
  })

  it('balances the ledgers of both gateways', async () => {
    await two.near.assertBalanced()
    await two.far.assertBalanced()
  })
})

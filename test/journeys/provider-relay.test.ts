import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Json } from '../../src/core/json.ts'
import { download, LIVE_KEY, openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'

/** Two gateways in a row: the second is a relay for the first, with its sandbox in the vendors' place. */

let upstream: TestGateway
let gateway: TestGateway

beforeAll(async () => {
  upstream = await openGateway()
  gateway = await openGateway({ env: { RELAY_API_KEY: TEST_KEY, RELAY_BASE_URL: upstream.url } })
})
afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]()
  await upstream?.[Symbol.asyncDispose]()
})

const keyed = { key: null, headers: { authorization: `Bearer ${LIVE_KEY}` } }

async function post<Body>(path: string, body: object): Promise<Body> {
  const answer = await gateway.send('POST', path, { ...keyed, body })
  if (answer.status >= 300) throw new Error(`${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`)
  return answer.body as Body
}

async function get<Body>(path: string): Promise<Body> {
  const answer = await gateway.send('GET', `${path}?wait=25`, keyed)
  if (answer.status >= 300) throw new Error(`${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`)
  return answer.body as Body
}

/** Every URL is the gateway's own, and leads to a file. */
async function expectOwnFiles(urls: string[]): Promise<void> {
  for (const url of urls) {
    expect(url.startsWith(`${gateway.url}/files/`)).toBe(true)
    expect((await download(url)).bytes.byteLength).toBeGreaterThan(100)
  }
}

interface SunoTask<Data> {
  data: { task_id: string; status: string; fail_reason: string; data: Data }
}

interface Clip {
  id: string
  audio_url: string
  image_url: string
  title: string
}

const suno = async <Data>(action: string, body: object): Promise<SunoTask<Data>['data']> => {
  const { data: id } = await post<{ data: string }>(`/suno/submit/${action}`, body)
  return (await get<SunoTask<Data>>(`/suno/fetch/${id}`)).data
}

interface MjTask {
  id: string
  status: string
  imageUrl: string
  imageUrls: { url: string }[]
  buttons: { customId: string; label: string }[]
  failReason: string
}

const mj = async (path: string, body: object): Promise<MjTask> => {
  const { result } = await post<{ result: string }>(`/mj/submit/${path}`, body)
  return get<MjTask>(`/mj/task/${result}/fetch`)
}

const prompt = 'a fox crosses a frozen lake, sandbox:fast'

describe('a gateway behind a relay', { timeout: 60_000 }, () => {
  it('makes songs, extends them and joins them', async () => {
    const song = { prompt: '[Verse]\nMove sandbox:fast', tags: 'raga', title: 'Cat Dance', mv: 'chirp-crow' }
    const first = await suno<Clip[]>('music', song)
    expect(first).toMatchObject({ status: 'SUCCESS', fail_reason: '' })
    expect(first.data).toHaveLength(2)
    await expectOwnFiles(first.data.flatMap(({ audio_url, image_url }) => [audio_url, image_url]))
    const extension = await suno<Clip[]>('music', {
      ...song,
      task: 'extend',
      task_id: first.task_id,
      continue_clip_id: first.data[1]?.id,
      continue_at: 3,
    })
    expect(extension).toMatchObject({ status: 'SUCCESS', fail_reason: '' })
    const whole = await suno<Clip[]>('concat', { clip_id: extension.data[0]?.id })
    expect(whole).toMatchObject({ status: 'SUCCESS', fail_reason: '' })
    await expectOwnFiles(whole.data.map(({ audio_url }) => audio_url))
  })

  it('writes lyrics', async () => {
    const lyrics = await suno<{ text: string; title: string }>('lyrics', { prompt: 'a tram, sandbox:fast' })
    expect(lyrics).toMatchObject({ status: 'SUCCESS', data: { text: expect.stringMatching(/\S/) } })
  })

  it('makes a grid, upscales one of its pictures and changes it', async () => {
    const before = await gateway.balance()
    const grid = await mj('imagine', { prompt })
    expect(grid).toMatchObject({ status: 'SUCCESS', failReason: '' })
    expect(grid.imageUrls).toHaveLength(4)
    await expectOwnFiles([grid.imageUrl, ...grid.imageUrls.map(({ url }) => url)])
    const second = grid.buttons.find(({ label }) => label === 'U2')
    const single = await mj('action', { taskId: grid.id, customId: second?.customId })
    expect(single).toMatchObject({ status: 'SUCCESS', failReason: '' })
    await expectOwnFiles([single.imageUrl])
    const pan = single.buttons.find(({ customId }) => customId.includes('pan_left'))
    expect(await mj('action', { taskId: single.id, customId: pan?.customId })).toMatchObject({ status: 'SUCCESS' })
    const { available, held } = await gateway.balance()
    expect(held).toBe(0)
    // 0.07 USD for a fast grid, 0.01 for one picture of it, 0.07 for the four of the pan.
    expect(before.available - available).toBe(1_500_000)
  })

  it('makes a video by Luma’s own adapter behind the relay’s prefix', async () => {
    const at = '/luma/dream-machine/v1/generations'
    const created = await post<{ id: string }>(`${at}/video`, { prompt, model: 'ray-2' })
    const done = await get<{ state: string; assets: { video: string }; failure_reason: Json }>(`${at}/${created.id}`)
    expect(done).toMatchObject({ state: 'completed' })
    await expectOwnFiles([done.assets.video])
    expect(await gateway.store.getTask({ id: created.id })).toMatchObject({ provider: 'relay' })
  })

  it('reports a failure in the upstream’s words and charges nothing', async () => {
    const before = await gateway.balance()
    const failed = await mj('imagine', { prompt: 'a boat, sandbox:moderation sandbox:fast' })
    expect(failed).toMatchObject({ status: 'FAILURE', failReason: expect.stringContaining('moderation') })
    expect(await gateway.balance()).toEqual(before)
  })

  it('balances the ledgers of both gateways', async () => {
    await gateway.assertBalanced()
    await upstream.assertBalanced()
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../src/core/json.ts'
import { framesOf } from '../../src/engines/mp3/frames.ts'
import { FRAME_SECONDS, KEY, openAceStep } from '../../src/providers/ace-step/vendor.testing.ts'
import type { FakeVendor } from '../support/fake-vendor.ts'
import { clipsOf, download, openGateway, type PiapiTask, type TestGateway } from '../support/gateway.ts'

/** A gateway with its operator's ACE-Step: songs for Suno's clients, and follow-ups of them. */

let engine: FakeVendor
let gateway: TestGateway

beforeAll(async () => {
  engine = await openAceStep()
  gateway = await openGateway({ env: { ACE_STEP_BASE_URL: engine.url, ACE_STEP_API_KEY: KEY } })
})
afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]()
  await engine?.close()
})

const SONG = { prompt: '[Verse]\nMove your paws', tags: 'raga', title: 'Cat Dance', mv: 'chirp-crow' }

async function song(input: JsonObject): Promise<PiapiTask> {
  const { task_id } = await gateway.piapi.song(input)
  return gateway.piapi.ended(task_id)
}

async function secondsAt(url: string): Promise<number> {
  return framesOf((await download(url)).bytes).length * FRAME_SECONDS
}

/** A task in the format of Suno's relays, once it has succeeded. */
async function relayed(path: string, body: Json): Promise<JsonObject[]> {
  const { body: submitted } = await gateway.send('POST', path, { body })
  const id = String((submitted as JsonObject).data) // the envelope of relays
  await gateway.until(id, ({ status }) => ['completed', 'failed'].includes(status))
  const { body: fetched } = await gateway.send('GET', `/suno/fetch/${id}`)
  const task = (fetched as JsonObject).data as JsonObject // as above
  expect(task).toMatchObject({ status: 'SUCCESS' })
  return task.data as unknown as JsonObject[] // clips
}

describe('a gateway with ACE-Step', { timeout: 60_000 }, () => {
  it('makes songs, continues them and joins them', async () => {
    const before = await gateway.balance()
    const first = await song(SONG)
    expect(first).toMatchObject({ status: 'completed', meta: { usage: { consume: 400_000 } } })
    const [, clip] = clipsOf(first)
    expect(clip?.metadata.duration).toBeCloseTo(12, 0)
    expect(await secondsAt(clip?.audio_url ?? '')).toBeCloseTo(12, 0)
    expect(await gateway.store.getTask({ id: first.task_id })).toMatchObject({ provider: 'ace-step' })

    const follows = { task: 'extend', task_id: first.task_id, continue_clip_id: clip?.id ?? '', continue_at: 10 }
    const extension = await song({ ...SONG, ...follows })
    const [more] = clipsOf(extension)
    expect(await secondsAt(more?.audio_url ?? '')).toBeCloseTo(60, 0)

    const [whole] = await relayed('/suno/submit/concat', { clip_id: more?.id ?? '', is_infill: false })
    expect(await secondsAt(String(whole?.audio_url))).toBeCloseTo(70, 0)

    const after = await gateway.balance()
    expect(before.available - after.available).toBe(2 * 400_000 + 50_000)
    await gateway.assertBalanced()
  })

  it('covers an imported song', async () => {
    const mp3 = await song(SONG)
    const [clip] = clipsOf(mp3)
    const [imported] = await relayed('/suno/uploads/audio-url', { url: clip?.audio_url ?? '' })
    const cover = await song({ tags: 'bossa nova', task: 'cover', cover_clip_id: String(imported?.id) })
    expect(cover).toMatchObject({ status: 'completed' })
    expect(await gateway.store.getTask({ id: cover.task_id })).toMatchObject({ provider: 'ace-step' })
  })
})

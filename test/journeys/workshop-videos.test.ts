import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json.ts'
import { decodeMp4 } from '../../src/engines/video/decode.testing.ts'
import { translatedBy } from '../../web/src/i18n/templates.ts'
import { zhMessages } from '../../web/src/i18n/zh-messages.ts'
import { ffmpegStandIn } from '../support/ffmpeg-stand-in.ts'
import { download, LIVE_KEY, openGateway, type TestGateway } from '../support/gateway.ts'
import { madeVideo } from '../support/made-video.ts'

const SIZE = { widthPx: 48, heightPx: 32 }
const FRAMES = 12
/** Two faces beside each other, of the gallery's astronaut (NASA, in the public domain). */
const FACES = { widthPx: 252, heightPx: 126 }
const GALLERY = new URL('../../docs/images/workshop/enlarge.webp', import.meta.url).pathname

let folder: string
let ffmpeg: string
/** A red dot before white. */
let dot: string
/** One frame of it. */
let still: string
/** The faces, twice. */
let people: string
let face: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ffmpeg-stand-in-'))
  ffmpeg = await ffmpegStandIn(folder)
  dot = await dataUri(FRAMES, SIZE, dotOf)
  still = await dataUri(1, SIZE, dotOf)
  const { data } = await gallery().raw().toBuffer({ resolveWithObject: true })
  people = await dataUri(2, FACES, () => data)
  face = `data:image/png;base64,${(await gallery().png().toBuffer()).toString('base64')}`
})
afterAll(() => rm(folder, { recursive: true }))

const gallery = () => sharp(GALLERY).removeAlpha().resize(FACES.widthPx, FACES.heightPx, { fit: 'fill' })

function dotOf(): Uint8Array {
  const { widthPx, heightPx } = SIZE
  return Uint8Array.from({ length: 3 * widthPx * heightPx }, (_, at) => {
    const pixel = Math.floor(at / 3)
    const isDot = ((pixel % widthPx) - 24) ** 2 + (Math.floor(pixel / widthPx) - 16) ** 2 < 100
    return isDot && at % 3 !== 0 ? 40 : 230
  })
}

async function dataUri(frames: number, size: typeof SIZE, draw: () => Uint8Array): Promise<string> {
  return `data:video/mp4;base64,${(await madeVideo({ ...size, frames, draw })).toString('base64')}`
}

const body = (task_type: string, input: JsonObject) => ({ model: 'Qubico/video-toolkit', task_type, input })

async function resultOf(gateway: TestGateway, id: string) {
  const task = await gateway.piapi.ended(id)
  expect(task.status, JSON.stringify(task.error)).toBe('completed')
  const { video_url } = task.output as { video_url: string }
  const { bytes } = await download(video_url)
  const stored = await gateway.store.getTask({ id })
  if (!stored) throw new Error('The task is not stored.')
  return { film: await decodeMp4(bytes), stored }
}

describe('a live key where the operator has an ffmpeg', { timeout: 120_000 }, () => {
  let gateway: TestGateway
  let left: string
  beforeAll(async () => {
    left = await mkdtemp(join(tmpdir(), 'polyphony-video-'))
    await writeFile(join(left, 'in.mp4'), 'of a gateway that was killed')
    const anHourAgo = new Date(Date.now() - 3_600_000)
    await utimes(left, anHourAgo, anHourAgo)
    gateway = await openGateway({ env: { POLYPHONY_FFMPEG: ffmpeg, POLYPHONY_WORKSHOP_FACES: 'on' } })
  })
  afterAll(() => gateway?.[Symbol.asyncDispose]())

  it('does not find what an earlier gateway, which was killed, had of a video', async () => {
    expect(await readdir(tmpdir())).not.toContain(basename(left))
  })

  it('gets a video of twice the sides, and pays for the frames that there are', async () => {
    const { data } = (await gateway.piapi.post(body('upscale', { video: dot }))).body
    const { film, stored } = await resultOf(gateway, data.task_id)
    expect(film.frames).toHaveLength(FRAMES)
    expect(film.frames[0]).toMatchObject({ widthPx: 96, heightPx: 64 })
    expect(stored).toMatchObject({
      provider: 'workshop',
      pricePoints: 720_000,
      consumedPoints: (720_000 * FRAMES) / 240,
      logs: expect.arrayContaining([
        'enlarged frame by frame by Anime4K’s network in the embedded workshop; 12 frames',
      ]),
      output: { videos: [{ widthPx: 96, heightPx: 64 }] },
    })
  })

  it.each([
    [false, 'black', 'itself'],
    [true, 'itself', 'black'],
  ])('gets a video without its background, or with invert_output=%s', async (invert_output, around, inside) => {
    const { data } = (await gateway.piapi.post(body('background-remove', { video: still, invert_output }))).body
    const { film, stored } = await resultOf(gateway, data.task_id)
    const luma = film.frames.at(-1)?.luma ?? new Uint8Array()
    const nameOf = (value = 0): string => (value < 50 ? 'black' : 'itself')
    expect([nameOf(luma[3 * 48 + 3]), nameOf(luma[16 * 48 + 24])]).toEqual([around, inside])
    expect(stored.consumedPoints).toBe(stored.pricePoints)
  })

  it('gets the faces of a video swapped through the relay’s route', async () => {
    const form = new FormData()
    form.set('sourceBase64', face)
    const file = Buffer.from(people.slice(people.indexOf(',') + 1), 'base64')
    form.set('targetFile', new Blob([file], { type: 'video/mp4' }), 'people.mp4')
    const sending = { method: 'POST', headers: { 'mj-api-secret': LIVE_KEY }, body: form }
    const answer = await fetch(`${gateway.url}/mj/insight-face/video-swap`, sending)
    expect(answer.status).toBe(200)
    const { result } = (await answer.json()) as { result: string }
    const { film, stored } = await resultOf(gateway, result)
    expect(film.frames).toHaveLength(2)
    expect(stored.logs).toContain(
      'faces swapped frame by frame by BlazeFace and FaceMesh in the embedded workshop; 2 frames',
    )
    expect(stored).toMatchObject({ pricePoints: 2 * 40_000, consumedPoints: 2 * 40_000 })
  })

  it.each([
    ['upscale', { video: 'short' }, 'input.video has 2 frames, and 10 to 240 are possible'],
    ['upscale', { video: 'large' }, 'input.video has 1296x16 pixels, and at most 1280x720 are possible'],
    ['face-swap', { target_video: 'large' }, 'input.target_video has 1296x16 pixels'],
    ['face-swap', { target_faces_index: '0,0' }, 'target_faces_index names face 0 more than once'],
  ])('is refused %s of %j before anything is stored or held', async (taskType, fields, reason) => {
    const files = {
      short: people,
      large: await dataUri(1, { widthPx: 1_296, heightPx: 16 }, () => new Uint8Array(3 * 1_296 * 16)),
    }
    const named = Object.fromEntries(
      Object.entries(fields).map(([field, value]) => [field, files[value as keyof typeof files] ?? value]),
    )
    const before = await gateway.balance()
    const input = taskType === 'upscale' ? { video: dot, ...named } : { swap_image: face, target_video: dot, ...named }
    const answer = await gateway.piapi.post(body(taskType, input))
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(JSON.stringify(answer.body)).toContain(reason)
    expect(await gateway.balance()).toEqual(before)
  })

  it('has the hold back where there is no face in the video, and reads why', async () => {
    const before = await gateway.balance()
    const { data } = (await gateway.piapi.post(body('face-swap', { swap_image: face, target_video: still }))).body
    const task = await gateway.piapi.ended(data.task_id)
    expect(task.status).toBe('failed')
    expect(JSON.stringify(task.error)).toContain('No face was found in the video in target_video.')
    expect(await gateway.balance()).toEqual(before)
    await gateway.assertBalanced()
  })
})

describe('a live key where the operator has no ffmpeg', () => {
  it('is refused videos with the name of the setting, in both languages, and nothing is held', async () => {
    await using gateway = await openGateway()
    const before = await gateway.balance()
    for (const [taskType, input] of [
      ['upscale', { video: dot }],
      ['background-remove', { video: dot }],
      ['face-swap', { swap_image: face, target_video: dot }],
    ] as const) {
      const answer = await gateway.piapi.post(body(taskType, input))
      expect(answer).toMatchObject({ status: 503, body: { error: { type: 'no_provider' } } })
      const { message } = (answer.body as unknown as { error: { message: string } }).error // of a refusal
      expect(message).toMatch(/POLYPHONY_FFMPEG to the path of an ffmpeg\.$/)
      expect(translatedBy(zhMessages, message)).toMatch(/^已配置的服务商.*POLYPHONY_FFMPEG.*。$/)
    }
    expect(await gateway.balance()).toEqual(before)
  })
})

it('a start with an ffmpeg that does not run fails with the name of the setting and the reason', async () => {
  const starting = openGateway({ env: { POLYPHONY_FFMPEG: join(folder, 'no-ffmpeg') }, dataDir: folder })
  await expect(starting).rejects.toThrow(
    /^POLYPHONY_FFMPEG: \S+no-ffmpeg cannot be used as ffmpeg 5\.1 or later with libx264 or libopenh264: .*ENOENT/,
  )
})

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Behaviour, ffmpegStandIn } from '../../../../test/support/ffmpeg-stand-in.ts'
import { madeVideo } from '../../../../test/support/made-video.ts'
import { decodeMp4 } from '../../video/decode.testing.ts'
import { openWorkshop } from '../workshop.ts'
import { decodeArguments, encodeArguments, type Ffmpeg, probeArguments, tryFfmpeg } from './ffmpeg.ts'
import { performVideo, type VideoOptions } from './perform-video.ts'

const SIZE = { widthPx: 48, heightPx: 32 }
const FRAMES = 12
const LIMITS = { least: 10, most: 20 }

/** A bar that moves to the right. */
function bar(frame: number): Uint8Array {
  const { widthPx, heightPx } = SIZE
  return Uint8Array.from({ length: 3 * widthPx * heightPx }, (_, at) => {
    const x = Math.floor(at / 3) % widthPx
    return x >= 2 * frame && x < 2 * frame + 16 ? 220 : 40
  })
}

let folder: string
let video: Uint8Array
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ffmpeg-stand-in-'))
  video = await madeVideo({ ...SIZE, frames: FRAMES, draw: bar })
})
afterAll(() => rm(folder, { recursive: true }))

async function standIn(behaviour: Behaviour = 'honest'): Promise<Ffmpeg> {
  const found = await tryFfmpeg(await ffmpegStandIn(folder, behaviour))
  if ('fault' in found) throw new Error(found.fault)
  return found
}

/** As it is, unless `changes` say otherwise. */
async function performed(behaviour: Behaviour, changes: Partial<VideoOptions> = {}, file = video) {
  const percents: number[] = []
  const made = await performVideo(file, {
    ffmpeg: await standIn(behaviour),
    field: 'video',
    limits: LIMITS,
    allowedMs: 60_000,
    temporaryFolder: folder,
    edit: async (frame) => frame,
    finish: async () => undefined,
    onProgress: (percent) => void percents.push(percent),
    signal: AbortSignal.timeout(60_000),
    ...changes,
  })
  return { ...made, percents }
}

const leftBehind = async () => (await readdir(folder)).filter((name) => name.startsWith('polyphony-video-'))

describe('a video', { timeout: 60_000 }, () => {
  it('that is enlarged has twice the sides, and its frames at their times', async () => {
    const workshop = openWorkshop({ ffmpeg: await standIn() })
    const percents: number[] = []
    const outcome = await workshop.performVideo(
      { video, edit: { kind: 'enlarge' }, limits: LIMITS, allowedMs: 60_000 },
      { field: 'video', signal: AbortSignal.timeout(60_000), onProgress: (percent) => void percents.push(percent) },
    )
    await workshop.close()
    if ('refused' in outcome) throw new Error(outcome.refused)
    const [before, after] = await Promise.all([decodeMp4(video), decodeMp4(outcome.made.file)])
    expect(outcome.made.frames).toBe(FRAMES)
    expect(after.frames.map(({ widthPx, heightPx }) => [widthPx, heightPx])).toEqual(Array(FRAMES).fill([96, 64]))
    expect(after.chunks.map(({ startUs }) => startUs)).toEqual(before.chunks.map(({ startUs }) => startUs))
    // The bar of a frame, at its place in a picture of twice the size.
    const luma = after.frames.at(10)?.luma ?? new Uint8Array()
    const [inBar, beside] = [luma[32 * 96 + 60] ?? 0, luma[32 * 96 + 20] ?? 255]
    expect(inBar - beside).toBeGreaterThan(100)
    expect(percents.length).toBe(FRAMES)
    expect(percents).toEqual(percents.toSorted((a, b) => a - b))
  })

  it('that is cancelled ends at once, with its process, and leaves no file', async () => {
    const stopping = new AbortController()
    const work = performed('silent', { signal: stopping.signal })
    const program = await ffmpegStandIn(folder, 'silent')
    const written = () => readFile(`${program}.pid`, 'utf8').catch(() => '')
    await expect.poll(written, { interval: 20 }).not.toBe('')
    const running = Number(await readFile(`${program}.pid`, 'utf8'))
    expect(process.kill(running, 0)).toBe(true)
    const stoppedAt = performance.now()
    stopping.abort(new Error('enough'))
    await expect(work).rejects.toThrow('enough')
    expect(performance.now() - stoppedAt).toBeLessThan(2_000) // a fifth of a second, on a machine with time
    expect(() => process.kill(running, 0)).toThrow('ESRCH')
    expect(await leftBehind()).toEqual([])
  })

  it.each<[string, Behaviour, Partial<VideoOptions>, string]>([
    ['is silent', 'silent', { silenceMs: 2_000 }, 'ffmpeg delivered no frame of video for 2 seconds.'],
    [
      'delivers frames without end',
      'flooding',
      {},
      'The video in video cannot be read: more frames come of it than the 12 that it says it has.',
    ],
    ['promises huge frames', 'huge', {}, 'a frame has 60000x60000 pixels, and at most 1280x1280 were expected.'],
    ['ends where it should encode', 'failing', {}, 'The video could not be encoded: The disk is full.'],
  ])('ends with a clear reason where ffmpeg %s', async (_name, behaviour, changes, reason) => {
    await expect(performed(behaviour, changes)).rejects.toThrow(reason)
    expect(await leftBehind()).toEqual([])
  })

  it.each([
    ['much longer than allowed', 120_000, '2.0'],
    ['a little longer than allowed, and a third of it is done', 660_000, '11'],
  ])('is given up when it is clear that it would take %s', async (_name, allowedMs, allowed) => {
    let now = 0
    const edit: VideoOptions['edit'] = async (frame) => {
      now += 60_000
      return frame
    }
    await expect(performed('failing', { edit, now: () => now, allowedMs })).rejects.toThrow(
      `The 12 frames of the video in video would take about 12 minutes on this machine at present, and ${allowed} are allowed: send a shorter or a smaller one.`,
    )
  })

  it.each([
    ['with too few frames', { least: 13, most: 20 }, undefined, 'has 12 frames, and 13 to 20 are possible'],
    ['that is a list of files', LIMITS, '#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n', 'cannot be read'],
  ])('%s is refused by the name of its field', async (_name, limits, text, reason) => {
    const file = text === undefined ? video : Buffer.from(text)
    await expect(performed('honest', { limits }, file)).rejects.toThrow(`The video in video ${reason}`)
  })
})

describe('ffmpeg', () => {
  it('opens nothing but the file itself as an MP4, copies its sound, and has few threads', () => {
    const only = ['-protocol_whitelist', 'file', '-f', 'mov', '-i', 'file:/videos/in.mp4']
    const decoders = /-codec_whitelist h264,\S+,libdav1d,\S+,aac,\S+ -protocol_whitelist/
    const timing = {
      framesPerSecond: [25, 1],
      startSeconds: 0,
      aspect: [1, 1],
      colours: ['bt709', 'bt709', 'bt709'],
    } as const
    const files = { input: '/videos/in.mp4', output: '/videos/out.mp4', encoder: 'libx264' } as const
    for (const args of [
      probeArguments('/videos/in.mp4'),
      decodeArguments('/videos/in.mp4', 1_000),
      encodeArguments(files, SIZE, timing),
    ]) {
      expect(args.join(' ')).toContain(only.join(' '))
      expect(args.join(' ')).toMatch(decoders)
      expect(args).toContain('-nostdin')
      expect(args.filter((one) => one === '-i').length).toBe(args.includes('rawvideo') ? 2 : 1)
    }
    expect(encodeArguments(files, SIZE, timing).join(' ')).toMatch(/-map 1:a\? -c:a copy .*-threads 2 .*\+faststart/)
  })

  it.each([
    [0, '0.000000', '0.000000'],
    [0.32, '0.320000', '0.000000'],
    [0.5, '0.520000', '0.020000'],
  ])(
    'keeps pictures that begin %d s after the sound in step with it, at whole frames',
    (startSeconds, pictures, sound) => {
      const colours = ['bt709', 'bt709', 'bt709'] as const
      const timing = { framesPerSecond: [25, 1], startSeconds, aspect: [1, 1], colours } as const
      const args = encodeArguments({ input: '/in.mp4', output: '/out.mp4', encoder: 'libx264' }, SIZE, timing)
      expect(args.join(' ')).toContain(`-itsoffset ${pictures} -i pipe:0 -itsoffset ${sound} `)
    },
  )

  it.each([
    ['that is not there', '/nonexistent/ffmpeg', 'ENOENT'],
    ['that is another program', '/bin/false', 'it ended without a word'],
  ])('%s is found out when it is tried', async (_name, path, reason) => {
    expect(await tryFfmpeg(path)).toEqual({
      fault: expect.stringMatching(
        new RegExp(`^cannot be used as ffmpeg 5.1 or later with libx264 or libopenh264: .*${reason}`),
      ),
    })
  })

  it('that does not answer when it is tried is given up, and said to be silent', async () => {
    const path = join(folder, 'ffmpeg-asleep')
    await writeFile(path, '#!/bin/sh\nexec sleep 60\n', { mode: 0o755 })
    expect(await tryFfmpeg(path, 50)).toMatchObject({
      fault: expect.stringContaining(': it did not answer in 0.05 seconds'),
    })
  })
})

import { describe, expect, it } from 'vitest'
import { aspectUpright, readProbe } from './probe.ts'

const SAID =
  '  Stream #0:0[0x1](und): Video: h264 (High) (avc1 / 0x31637661), yuv420p(PARTS), 176x144 [SAR 1:1], 25 fps\n'

/** As ffmpeg 9 lists the packets of an MP4. */
function listed({ times = [0, 1_001, 2_002], tb = '1/30000', codec = 'h264', sar = '128/117' } = {}): string {
  const packets = times.map(
    (time, index) => `0,      ${index * 1_001 - 2_002},          ${time},     1001,    15871, 0x9954b7e2`,
  )
  const head = ['#software: Lavf63.1.102', `#tb 0: ${tb}`, '#media_type 0: video', `#codec_id 0: ${codec}`]
  return [
    ...head,
    '#dimensions 0: 176x144',
    `#sar 0: ${sar}`,
    '#tb 1: 1/48000',
    ...packets,
    '1, 0, 0, 1024, 9, 0x1',
  ].join('\n')
}

const probed = (packets: string, parts = 'tv, bt709, progressive') =>
  readProbe(packets, SAID.replace('PARTS', parts), 'video')

describe('what ffmpeg lists of a video', () => {
  it('gives its size, frames, rate and shape of pixels', () => {
    expect(probed(listed({ times: [0, 2_002, 1_001] }))).toEqual({
      ...{ widthPx: 176, heightPx: 144, frames: 3, framesPerSecond: [30_000, 1_001], startSeconds: 0 },
      ...{ aspect: [128, 117], colours: ['bt709', 'bt709', 'bt709'] },
    })
  })

  it.each([
    ['tv, smpte170m/bt470bg/bt709, top first', ['smpte170m', 'bt470bg', 'bt709']],
    ['progressive', ['unknown', 'unknown', 'unknown']],
    ['pc, bt470bg/unknown/unknown', ['bt470bg', 'unknown', 'unknown']],
  ])('has colours of %s', (parts, colours) => {
    expect(probed(listed(), parts).colours).toEqual(colours)
  })

  it.each([
    ['as they are stored', { widthPx: 176, heightPx: 144 }, [128, 117]],
    ['turned by a quarter', { widthPx: 144, heightPx: 176 }, [117, 128]],
  ])('has its shape of pixels where its frames come %s', (_name, frame, aspect) => {
    expect(aspectUpright(probed(listed()), frame)).toEqual(aspect)
  })

  it('of one frame says no rate, so it is played as most are', () => {
    expect(probed(listed({ times: [0] })).framesPerSecond).toEqual([25, 1])
  })

  it.each([
    ['all are shown', [3_000, 4_001]],
    ['some before the start are only there to decode others', [-1_000, 3_000, 7_000]],
  ])('says by how much the pictures begin after the sound, where %s', (_name, times) => {
    expect(probed(listed({ times })).startSeconds).toBeCloseTo(0.1)
  })

  it.each([
    [listed({ codec: 'cinepak' }), undefined, 'is encoded as cinepak; possible are h264, hevc, mpeg4, av1, vp9.'],
    [
      listed({ times: [0, 1_001, 60_000] }),
      undefined,
      'has frames at uneven times (up to 0.97 seconds from even ones)',
    ],
    [listed(), 'tv, bt2020nc/bt2020/smpte2084', 'has a high dynamic range (HDR), which would be lost.'],
  ])('is refused where it cannot be worked on (%#)', (packets, parts, reason) => {
    expect(() => probed(packets, parts)).toThrow(`The video in video ${reason}`)
  })
})

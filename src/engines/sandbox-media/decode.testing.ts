import {
  type EncodedAudioChunk,
  type EncodedVideoChunk,
  Mp4Demuxer,
  VideoDecoder,
  type VideoFrame,
} from '@napi-rs/webcodecs'

/** For tests: a frame as FFmpeg decodes it. Planes are as wide as the frame, without padding. */
export interface DecodedFrame {
  widthPx: number
  heightPx: number
  luma: Uint8Array
  blueDifference: Uint8Array
  redDifference: Uint8Array
}

export type FrameSize = Pick<DecodedFrame, 'widthPx' | 'heightPx'>

export interface DecodedFilm<Frame extends FrameSize = DecodedFrame> {
  tracks: { trackType: string; codec: string; duration?: number }[]
  /** As stored, in order. */
  chunks: { type: string; startUs: number; lengthUs: number }[]
  frames: Frame[]
  soundPackets: Uint8Array[]
  errors: unknown[]
}

export const decodeMp4 = (mp4: Uint8Array): Promise<DecodedFilm> => decode(mp4, pixelsOf)

/** The same with the size of each frame alone: to copy the pixels of a long film takes seconds. */
export const decodeSizes = (mp4: Uint8Array): Promise<DecodedFilm<FrameSize>> => decode(mp4, sizeOf)

async function decode<Frame extends FrameSize>(
  mp4: Uint8Array,
  read: (frame: VideoFrame) => Frame | Promise<Frame>,
): Promise<DecodedFilm<Frame>> {
  const errors: unknown[] = []
  const video: EncodedVideoChunk[] = []
  const sound: EncodedAudioChunk[] = []
  const error = (thrown: unknown): void => void errors.push(thrown)
  const demuxer = new Mp4Demuxer({
    videoOutput: (chunk) => void video.push(chunk),
    audioOutput: (chunk) => void sound.push(chunk),
    error,
  })
  await demuxer.loadBuffer(mp4)
  await demuxer.demuxAsync()
  const { tracks, videoDecoderConfig } = demuxer
  if (videoDecoderConfig === null) throw new Error('The file has no video track.')
  const lengthUs = (trackType: string): number => tracks.find((track) => track.trackType === trackType)?.duration ?? 0
  // What the demuxer and the decoder find arrives through callbacks, some of them after the promise.
  await until(() => endUs(video) > lengthUs('video') - 1000 && endUs(sound) > lengthUs('audio') - 1000)

  const reading: (Frame | Promise<Frame>)[] = []
  const decoder = new VideoDecoder({
    error,
    output: (frame) => void reading.push(read(frame)),
  })
  decoder.configure(videoDecoderConfig)
  for (const chunk of video) decoder.decode(chunk)
  await decoder.flush()
  await until(() => reading.length >= video.length)
  const frames = await Promise.all(reading)
  decoder.close()
  demuxer.close()
  return {
    tracks,
    chunks: video.map(({ type, timestamp, duration }) => ({ type, startUs: timestamp, lengthUs: duration ?? 0 })),
    frames,
    soundPackets: sound.map((chunk) => {
      const bytes = new Uint8Array(chunk.byteLength)
      chunk.copyTo(bytes)
      return bytes
    }),
    errors,
  }
}

const endUs = (chunks: readonly { timestamp: number; duration: number | null }[]): number =>
  chunks.reduce((end, { timestamp, duration }) => Math.max(end, timestamp + (duration ?? 0)), 0)

async function until(isSo: () => boolean): Promise<void> {
  const deadline = performance.now() + 5_000
  while (!isSo() && performance.now() < deadline) await new Promise((resolve) => setImmediate(resolve))
}

function sizeOf(frame: VideoFrame): FrameSize {
  const { codedWidth: widthPx, codedHeight: heightPx } = frame
  frame.close()
  return { widthPx, heightPx }
}

async function pixelsOf(frame: VideoFrame): Promise<DecodedFrame> {
  const { codedWidth: widthPx, codedHeight: heightPx, format } = frame
  if (format !== 'I420') throw new Error(`The decoder gave ${format}.`)
  const bytes = new Uint8Array(frame.allocationSize())
  const planes = await frame.copyTo(bytes)
  frame.close()
  const plane = (index: number, width: number, height: number): Uint8Array => {
    const { offset = 0, stride = width } = planes[index] ?? {}
    const packed = new Uint8Array(width * height)
    for (let row = 0; row < height; row++)
      packed.set(bytes.subarray(offset + row * stride, offset + row * stride + width), row * width)
    return packed
  }
  return {
    widthPx,
    heightPx,
    luma: plane(0, widthPx, heightPx),
    blueDifference: plane(1, widthPx / 2, heightPx / 2),
    redDifference: plane(2, widthPx / 2, heightPx / 2),
  }
}

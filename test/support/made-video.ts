import {
  type EncodedVideoChunk,
  type EncodedVideoChunkMetadataJs,
  Mp4Muxer,
  VideoEncoder,
  VideoFrame,
} from '@napi-rs/webcodecs'
import { until } from './ffmpeg-stand-in.ts'

export interface VideoToMake {
  widthPx: number
  heightPx: number
  frames: number
  framesPerSecond?: number
  /** Three bytes a pixel. */
  draw(frame: number): Uint8Array
}

const CODEC = 'avc1.64001f'

/** An MP4 with H.264, without sound. */
export async function madeVideo({ widthPx, heightPx, frames, framesPerSecond = 25, draw }: VideoToMake) {
  const muxer = new Mp4Muxer({ fastStart: true })
  muxer.addVideoTrack({ codec: CODEC, width: widthPx, height: heightPx, framerate: framesPerSecond })
  const errors: unknown[] = []
  const made: { chunk: EncodedVideoChunk; metadata: EncodedVideoChunkMetadataJs | undefined }[] = []
  const encoder = new VideoEncoder({
    output: (chunk, metadata) => void made.push({ chunk, metadata }),
    error: (error) => void errors.push(error),
  })
  const quality = { bitrate: 8e6, latencyMode: 'realtime' } as const
  encoder.configure({ codec: CODEC, width: widthPx, height: heightPx, framerate: framesPerSecond, ...quality })
  for (let index = 0; index < frames; index++) {
    const timestamp = Math.round((index * 1e6) / framesPerSecond)
    const size = { codedWidth: widthPx, codedHeight: heightPx }
    const frame = new VideoFrame(withAlpha(draw(index)), { format: 'RGBA', ...size, timestamp })
    encoder.encode(frame)
    frame.close()
  }
  await encoder.flush()
  await until(() => made.length >= frames || errors.length > 0) // callbacks may come after the promise
  if (errors.length > 0) throw errors[0]
  for (const { chunk, metadata } of made) muxer.addVideoChunk(chunk, metadata)
  return Buffer.from(muxer.finalize())
}

function withAlpha(rgb: Uint8Array): Uint8Array {
  const rgba = new Uint8Array((rgb.length / 3) * 4).fill(255)
  for (let pixel = 0; pixel < rgb.length / 3; pixel++) rgba.set(rgb.subarray(3 * pixel, 3 * pixel + 3), 4 * pixel)
  return rgba
}

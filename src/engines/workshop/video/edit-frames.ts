import { fittedMask, subjectOf } from '../cut-out.ts'
import { openFaceSwapper } from '../faces/swap-in-frames.ts'
import type { Choice } from '../limits.ts'
import { readPicture } from '../picture.ts'
import { openTiles, type SharedTiles } from '../shared-tiles.ts'
import { enlargeTiles, waitForTiles } from '../tiles.ts'
import type { Watch } from '../watch.ts'
import type { Frame } from './ppm.ts'
import { openSteadyMask } from './steady-mask.ts'

/** What is done with each frame of a video. */
export type Edit =
  | { kind: 'enlarge' }
  /** What is removed becomes black, as MP4 has no transparency. */
  | { kind: 'cut out'; removes: 'background' | 'subject' }
  | { kind: 'swap faces'; faces: Uint8Array; choice: Exclude<Choice, 'largest'> }

export interface FrameEditor {
  edit(frame: Frame): Promise<Frame>
  /** After the last frame. Throws `Refused` where nothing could be done with any. */
  finish(): void
}

interface EditorOptions {
  /** The field that has the video, for messages. */
  field: string
  watch: Watch
  /** Receives the tiles of each frame, so that other threads can take some. */
  share(tiles: SharedTiles): void
}

export async function openFrameEditor(edit: Edit, options: EditorOptions): Promise<FrameEditor> {
  switch (edit.kind) {
    case 'enlarge':
      return { edit: frameEnlarger(options), finish: () => undefined }
    case 'cut out':
      return { edit: frameCutter(edit.removes, options), finish: () => undefined }
    case 'swap faces': {
      const field = 'swap_image'
      const source = { picture: await readPicture(edit.faces, field), field }
      const swapper = await openFaceSwapper(source, { ...options, choice: edit.choice })
      return {
        async edit(frame) {
          await swapper.swap(frame)
          return frame
        },
        finish: swapper.finish,
      }
    }
  }
}

function frameEnlarger({ watch, share }: EditorOptions): FrameEditor['edit'] {
  let tiles: SharedTiles | undefined
  return async (frame) => {
    tiles = openTiles(frame, 'websr-large-x2', tiles)
    share(tiles)
    await enlargeTiles(tiles, watch)
    waitForTiles(tiles, watch)
    const { widthPx, heightPx, times } = tiles
    return { widthPx: widthPx * times, heightPx: heightPx * times, data: new Uint8Array(tiles.result) }
  }
}

function frameCutter(removes: 'background' | 'subject', { watch }: EditorOptions): FrameEditor['edit'] {
  const steady = openSteadyMask()
  return async (frame) => {
    const mask = await fittedMask(frame, steady(await subjectOf(frame, watch)))
    const { data } = frame
    for (let pixel = 0, at = 0; pixel < mask.length; pixel++) {
      const kept = (removes === 'background' ? (mask[pixel] as number) : 255 - (mask[pixel] as number)) / 255
      for (let channel = 0; channel < 3; channel++, at++) data[at] = Math.round((data[at] as number) * kept)
    }
    return frame
  }
}

import { Type } from 'typebox'
import { framesIn } from '../core/picture-sizes.ts'
import { usdToPoints } from '../core/points.ts'
import { mediaFile } from './fields.ts'
import { type Operation, operation } from './operation.ts'

/** Face swaps in pictures and videos. Fields are those of PiAPI's pages; "inferred" marks what no document states. */

const swap_image = mediaFile('image', 'The picture with the face to put in, below 2048 by 2048 pixels.')
const target_image = mediaFile('image', 'The picture whose face is replaced, below 2048 by 2048 pixels.')

/** n8n leaves them out or sends them empty; a list is written as in "0,1". */
const facesIndex = (whose: string) =>
  Type.Optional(
    Type.String({
      pattern: '^(?:\\d{1,3}(?: ?, ?\\d{1,3})*)?$',
      maxLength: 200,
      description: `Which faces of ${whose}, counted from 0 from left to right, such as "0,1"; all if left out.`,
      'x-rule': 'must be face numbers such as "0,1"',
    }),
  )
const swap_faces_index = facesIndex('the picture with the faces to put in')
const target_faces_index = facesIndex('the target')

/** As large as the input picture, whose size is not known yet. */
const asInput = () => ({ widthPx: 1_024, heightPx: 1_024 })

export const faceSwap = operation({
  model: 'Qubico/image-toolkit',
  taskType: 'face-swap',
  title: 'Swap the face in a picture',
  input: Type.Object({ target_image, swap_image }),
  produces: { kind: 'pictures', of: asInput },
  price: () => usdToPoints(0.01),
  example: { target_image: 'https://example.com/group.jpg', swap_image: 'https://example.com/face.png' },
})

export const multiFaceSwap = operation({
  model: 'Qubico/image-toolkit',
  taskType: 'multi-face-swap',
  title: 'Swap several faces in a picture',
  input: Type.Object({ target_image, swap_image, swap_faces_index, target_faces_index }),
  produces: { kind: 'pictures', of: asInput },
  price: () => usdToPoints(0.015),
  example: {
    target_image: 'https://example.com/group.jpg',
    swap_image: 'https://example.com/faces.png',
    swap_faces_index: '0,1',
    target_faces_index: '1,0',
  },
})

const USD_PER_FRAME = 0.004
/**
 * Of a video whose frames are not known when the price is held, which may have up to 600: one at a foreign URL, or in fragments.
 * No more is taken for it, as most vendors do not say of how many frames a video was in the end. Inferred.
 */
export const ASSUMED_FRAMES = 240

export const videoFaceSwap = operation({
  model: 'Qubico/video-toolkit',
  taskType: 'face-swap',
  title: 'Swap the face in a video',
  input: Type.Object({
    swap_image,
    target_video: mediaFile(
      'video',
      'The MP4 whose face is replaced: at most 600 frames, 10 MB and 720p. Priced by its frames where it is sent along or uploaded, else as at most 240.',
    ),
    swap_faces_index,
    target_faces_index,
  }),
  produces: { kind: 'videos', of: () => ({ widthPx: 1_280, heightPx: 720, seconds: 10 }) },
  pricedBy: 'target_video',
  price: (_input, sizes) => usdToPoints(USD_PER_FRAME * (framesIn(sizes?.get('target_video')) ?? ASSUMED_FRAMES)),
  timeoutMs: 30 * 60_000,
  example: { swap_image: 'https://example.com/face.png', target_video: 'https://example.com/speech.mp4' },
})

export const faceswap: Operation[] = [faceSwap, multiFaceSwap, videoFaceSwap]

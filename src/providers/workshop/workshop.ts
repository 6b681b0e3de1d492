import { faceSwap, multiFaceSwap } from '../../catalog/faceswap.ts'
import { backgroundRemove, imageUpscale } from '../../catalog/image-tools.ts'
import { type InputOf, inputOf } from '../../catalog/operation.ts'
import { recraftCrispUpscale, recraftCutOut, recraftErase, recraftVectorize } from '../../catalog/recraft.ts'
import { ASSET_SCHEME } from '../../core/asset.ts'
import { PolyphonyError } from '../../core/errors.ts'
import type { PictureSizes } from '../../core/picture-sizes.ts'
import {
  type Choice,
  type Drawing,
  type Enlargement,
  faultOfChoice,
  faultOfEnlargement,
  faultOfMask,
  faultOfSize,
  MOST_TIMES,
  type Workshop,
} from '../../engines/workshop/workshop.ts'
import { imagesResult, outputSpecFor } from '../kit/results.ts'
import type { Job, Provider, Result, Submitted } from '../provider.ts'
import { choiceOf, type FieldFault, faultAt, fileOf, type Request, type Settings, type Tool } from './tool.ts'
import { VIDEO_FACE_TOOLS, VIDEO_TOOLS } from './videos.ts'

const MEGAPIXEL = 2 ** 20
const PIXELS = { upscale4mp: 4 * MEGAPIXEL, upscale16mp: 16 * MEGAPIXEL }

const TOOLS: Record<string, Tool> = {
  [recraftVectorize.id]: {
    worksOn: 'image_url',
    refuses: (request) =>
      inputOf(recraftVectorize, request).return_gradients === 'on'
        ? 'The workshop draws no gradients (return_gradients).'
        : undefined,
    async perform(workshop, job, signal) {
      const input = inputOf(recraftVectorize, job)
      const picture = await fileOf(job, input.image_url, signal)
      const work = { kind: 'vectorize', picture, drawing: drawingOf(input) } as const
      return performed(workshop, job, { work, field: 'image_url', by: 'traced by VTracer', signal })
    },
  },
  [recraftErase.id]: {
    worksOn: 'image_url',
    refusesSizes(_request, picture, sizes) {
      const mask = sizes.get('mask_url')
      return mask && faultAt('mask_url', faultOfMask(mask, picture))
    },
    async perform(workshop, job, signal) {
      const { image_url, mask_url, image_format: format } = inputOf(recraftErase, job)
      const picture = await fileOf(job, image_url, signal)
      const mask = await fileOf(job, mask_url, signal)
      const work = { kind: 'erase', picture, mask, format } as const
      return performed(workshop, job, {
        work,
        field: 'image_url',
        by: 'filled from its surroundings by PatchMatch',
        signal,
      })
    },
  },
  [recraftCutOut.id]: {
    worksOn: 'image_url',
    async perform(workshop, job, signal) {
      const { image_url, image_format: format } = inputOf(recraftCutOut, job)
      const work = { kind: 'cut out', picture: await fileOf(job, image_url, signal), format } as const
      return performed(workshop, job, { work, field: 'image_url', by: CUT_OUT_BY, signal })
    },
  },
  [recraftCrispUpscale.id]: {
    worksOn: 'image_url',
    refusesSizes: (request, picture) => faultAt('image_url', faultOfEnlargement(picture, crispness(request))),
    async perform(workshop, job, signal) {
      const { image_url, image_format: format } = inputOf(recraftCrispUpscale, job)
      const to = crispness(job)
      const work = { kind: 'enlarge', picture: await fileOf(job, image_url, signal), to, format } as const
      return performed(workshop, job, { work, field: 'image_url', by: ENLARGED_BY, signal })
    },
  },
  [backgroundRemove.id]: {
    worksOn: 'image',
    refuses(request) {
      const { rmbg_model: model } = inputOf(backgroundRemove, request)
      return model === undefined
        ? undefined
        : `The workshop has no ${model} (rmbg_model); without a model it uses U2-Net small.`
    },
    async perform(workshop, job, signal) {
      const { image } = inputOf(backgroundRemove, job)
      const work = { kind: 'cut out', picture: await fileOf(job, image, signal), format: 'png' } as const
      return performed(workshop, job, { work, field: 'image', by: CUT_OUT_BY, signal })
    },
  },
  [imageUpscale.id]: {
    worksOn: 'image',
    refusesSizes(request, picture) {
      const { scale: by } = inputOf(imageUpscale, request)
      return faultAt('image', faultOfEnlargement(picture, { by }))
    },
    refuses(request) {
      const { scale, face_enhance: restoresFaces } = inputOf(imageUpscale, request)
      if (restoresFaces) return 'The workshop restores no faces (face_enhance).'
      return scale > MOST_TIMES ? `The workshop enlarges at most ${MOST_TIMES} times (scale).` : undefined
    },
    async perform(workshop, job, signal) {
      const { image, scale } = inputOf(imageUpscale, job)
      const work = {
        kind: 'enlarge',
        picture: await fileOf(job, image, signal),
        to: { by: scale },
        format: 'png',
      } as const
      return performed(workshop, job, {
        work,
        field: 'image',
        by: ENLARGED_BY,
        signal,
        isOfAssumedSize: !image.startsWith(ASSET_SCHEME),
      })
    },
  },
}

/** Only where the operator wants them: they make pictures of people who may not know of it. */
const FACE_TOOLS: Record<string, Tool> = {
  [faceSwap.id]: {
    worksOn: 'target_image',
    refusesSizes: (_request, _picture, sizes) => faultOfFaces(sizes),
    perform: (workshop, job, signal) =>
      swapped(workshop, job, { ...inputOf(faceSwap, job), choice: 'largest', signal }),
  },
  [multiFaceSwap.id]: {
    worksOn: 'target_image',
    refuses: (request) => faultOfChoice(choiceOf(inputOf(multiFaceSwap, request))),
    refusesSizes: (_request, _picture, sizes) => faultOfFaces(sizes),
    perform(workshop, job, signal) {
      const input = inputOf(multiFaceSwap, job)
      const { swap_image, target_image } = input
      return swapped(workshop, job, { swap_image, target_image, choice: choiceOf(input), signal })
    },
  },
}

interface Swap {
  target_image: string
  swap_image: string
  choice: Choice
  signal: AbortSignal
}

async function swapped(workshop: Workshop, job: Job, { signal, choice, ...files }: Swap): Promise<Submitted> {
  const picture = await fileOf(job, files.target_image, signal)
  const faces = await fileOf(job, files.swap_image, signal)
  const work = { kind: 'swap faces', picture, faces, choice, format: 'png' } as const
  return performed(workshop, job, { work, field: 'target_image', by: 'swapped by BlazeFace and FaceMesh', signal })
}

function faultOfFaces(sizes: PictureSizes): FieldFault | undefined {
  const size = sizes.get('swap_image')
  return size && faultAt('swap_image', faultOfSize(size))
}

/** How far Recraft's upscale goes: twice, where nothing is said. */
function crispness(request: Request): Enlargement {
  const { upscale } = inputOf(recraftCrispUpscale, request)
  return upscale === undefined ? { by: 2 } : { toPixels: PIXELS[upscale] }
}

const ALL_TOOLS: Record<string, Tool> = { ...TOOLS, ...FACE_TOOLS, ...VIDEO_TOOLS, ...VIDEO_FACE_TOOLS }

function faultOfSizes(request: Request, sizes: PictureSizes): FieldFault | undefined {
  const tool = ALL_TOOLS[request.operation]
  const own = tool && sizes.get(tool.worksOn)
  if (!own) return undefined
  return faultAt(tool.worksOn, faultOfSize(own)) ?? tool.refusesSizes?.(request, own, sizes)
}

const FACES_ARE_OFF =
  'The workshop swaps faces only where the operator of the gateway sets POLYPHONY_WORKSHOP_FACES=on.'
const VIDEOS_ARE_OFF =
  'The workshop works on videos only where the operator of the gateway sets POLYPHONY_FFMPEG to the path of an ffmpeg.'
const VIDEO_FACES_ARE_OFF =
  'The workshop swaps faces in videos only where the operator of the gateway sets POLYPHONY_WORKSHOP_FACES=on, and POLYPHONY_FFMPEG to the path of an ffmpeg.'
const CUT_OUT_BY = 'cut out by U2-Net small'
const ENLARGED_BY = 'enlarged by Anime4K, or beyond twice the sides by ESRGAN'

/** What the operator has switched on. */
export interface WorkshopSettings extends Partial<Settings> {
  swapsFaces?: boolean
  editsVideos?: boolean
}

/** Each group of tools, whether it is on, and how it is switched on. */
function groupsOf({ swapsFaces = false, editsVideos = false }: WorkshopSettings) {
  return [
    { tools: TOOLS, isOn: true, how: '' },
    { tools: FACE_TOOLS, isOn: swapsFaces, how: FACES_ARE_OFF },
    { tools: VIDEO_TOOLS, isOn: editsVideos, how: VIDEOS_ARE_OFF },
    { tools: VIDEO_FACE_TOOLS, isOn: swapsFaces && editsVideos, how: VIDEO_FACES_ARE_OFF },
  ]
}

/**
 * Tools for pictures and videos in this process, offline. Work that a restart interrupts has cost nothing, so the task is simply done
 * again. What it cannot do is refused by the name of the field.
 */
export function workshopProvider(workshop: Workshop, settings: WorkshopSettings = {}): Provider {
  const groups = groupsOf(settings)
  const performed = new Set(groups.flatMap(({ tools, isOn }) => (isOn ? Object.keys(tools) : [])))
  const refuses = (request: Request): string | undefined => ALL_TOOLS[request.operation]?.refuses?.(request)
  const switchedOff = (operation: string): string | undefined =>
    groups.find(({ tools, isOn }) => !isOn && Object.hasOwn(tools, operation))?.how
  return {
    id: 'workshop',
    isLocal: true,
    operations: new Set(Object.keys(ALL_TOOLS)),
    performs: () => performed,
    switchedOff,
    refuses,
    refusesSizes: faultOfSizes,
    async submit(job, _account, signal) {
      const tool = ALL_TOOLS[job.operation]
      if (!tool) throw new PolyphonyError('no_provider', `The workshop does not perform ${job.operation}.`)
      // An account that took the request may have been removed since.
      const refusal = switchedOff(job.operation) ?? refuses(job)
      if (refusal !== undefined) throw new PolyphonyError('vendor_refused', refusal)
      job.report(0)
      return tool.perform(workshop, job, signal, { taskTimeFactor: settings.taskTimeFactor ?? 1 })
    },
    // The work is in this process, and ends with its lease.
    cancel: async () => {},
    reconcile: async () => 'absent',
    close: () => workshop.close(),
  }
}

interface Performance {
  work: Parameters<Workshop['perform']>[0]
  field: string
  /** Who or what did it, for the task's log. */
  by: string
  signal: AbortSignal
  /** The price is for started megapixels of a picture whose size was assumed, as it lay at a foreign URL. */
  isOfAssumedSize?: boolean
}

async function performed(workshop: Workshop, job: Job, given: Performance): Promise<Submitted> {
  const { work, field, by, signal, isOfAssumedSize } = given
  const onProgress = (percent: number): void => job.report(percent)
  const outcome = await workshop.perform(work, { field, signal, onProgress })
  if ('refused' in outcome) return { failed: { reason: outcome.refused } }
  const { file, mediaType, runtime, ...size } = outcome.made
  const result = imagesResult(job, [file])
  const made: Result = {
    ...result,
    files: result.files.map((one) => ({ ...one, mediaType })),
    logs: [`${by} in the embedded workshop${runtime === undefined ? '' : `, run by ${runtime}`}`],
  }
  return { result: isOfAssumedSize ? { ...made, consumedShare: shareOf(job, size) } : made }
}

/** Of the megapixels that the price assumed, those that there are. */
function shareOf(job: Job, { widthPx, heightPx }: { widthPx: number; heightPx: number }): number {
  const assumed = outputSpecFor(job, 'pictures')
  const started = (pixels: number): number => Math.ceil(pixels / 1_000_000)
  return Math.min(1, started(widthPx * heightPx) / started(assumed.widthPx * assumed.heightPx))
}

function drawingOf(input: InputOf<typeof recraftVectorize>): Drawing {
  const palette = input.strict_color_palette?.map(([red = 0, green = 0, blue = 0]) => [red, green, blue] as const)
  return {
    shapes: input.shape_stacking ?? 'hierarchical',
    isCompact: input.svg_compression === 'on',
    hasFewColours: input.color_reduction === 'on',
    hasNoSmallShapes: input.small_shape_filter === 'on',
    ...(input.limit_num_shapes === 'on' && input.max_num_shapes !== undefined
      ? { maxShapes: input.max_num_shapes }
      : {}),
    ...(palette === undefined ? {} : { palette }),
  }
}

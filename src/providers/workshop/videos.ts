import { videoSizeOf } from '../../assets/mp4-boxes.ts'
import { getOperation } from '../../catalog/catalog.ts'
import { ASSUMED_FRAMES, videoFaceSwap } from '../../catalog/faceswap.ts'
import { inputOf } from '../../catalog/operation.ts'
import { MOST_FRAMES, videoBackgroundRemove, videoUpscale } from '../../catalog/video-tools.ts'
import { ASSET_SCHEME } from '../../core/asset.ts'
import { framesIn } from '../../core/picture-sizes.ts'
import {
  type Edit,
  type FrameLimits,
  faultOfChoice,
  faultOfSize,
  faultOfVideo,
  type Workshop,
} from '../../engines/workshop/workshop.ts'
import { videosResult } from '../kit/results.ts'
import type { Job, Submitted } from '../provider.ts'
import { choiceOf, faultAt, fileOf, type Settings, type Tool } from './tool.ts'

/** As PiAPI's pages say; of the second one they say nothing. */
const UPSCALE_FRAMES: FrameLimits = { least: 10, most: MOST_FRAMES }
const CUT_OUT_FRAMES: FrameLimits = { least: 1, most: 600 }
const SWAP_FRAMES: FrameLimits = { least: 1, most: 600 }

export const VIDEO_TOOLS: Record<string, Tool> = {
  [videoUpscale.id]: {
    worksOn: 'video',
    refusesSizes: (_request, video) => faultAt('video', faultOfVideo(video, UPSCALE_FRAMES)),
    async perform(workshop, job, signal, settings) {
      const { video } = inputOf(videoUpscale, job)
      return edited(workshop, job, {
        video: await fileOf(job, video, signal),
        edit: { kind: 'enlarge' },
        limits: UPSCALE_FRAMES,
        pricedFrames: MOST_FRAMES,
        ...{ field: 'video', by: 'enlarged frame by frame by Anime4K’s network', signal, settings },
      })
    },
  },
  [videoBackgroundRemove.id]: {
    worksOn: 'video',
    refusesSizes: (_request, video) => faultAt('video', faultOfVideo(video, CUT_OUT_FRAMES)),
    async perform(workshop, job, signal, settings) {
      const { video, invert_output: isInverted } = inputOf(videoBackgroundRemove, job)
      return edited(workshop, job, {
        video: await fileOf(job, video, signal),
        edit: { kind: 'cut out', removes: isInverted ? 'subject' : 'background' },
        limits: CUT_OUT_FRAMES,
        ...{ field: 'video', by: 'cut out frame by frame by U2-Net small', signal, settings },
      })
    },
  },
}

/** Only where the operator wants them, as those of pictures. */
export const VIDEO_FACE_TOOLS: Record<string, Tool> = {
  [videoFaceSwap.id]: {
    worksOn: 'target_video',
    refuses: (request) => faultOfChoice(choiceOf(inputOf(videoFaceSwap, request))),
    refusesSizes(_request, video, sizes) {
      const picture = sizes.get('swap_image')
      return (
        faultAt('target_video', faultOfVideo(video, SWAP_FRAMES)) ??
        (picture && faultAt('swap_image', faultOfSize(picture)))
      )
    },
    async perform(workshop, job, signal, settings) {
      const input = inputOf(videoFaceSwap, job)
      const video = await fileOf(job, input.target_video, signal)
      const faces = await fileOf(job, input.swap_image, signal)
      return edited(workshop, job, {
        video,
        edit: { kind: 'swap faces', faces, choice: choiceOf(input) },
        ...pricedSwap(video, input.target_video),
        ...{ field: 'target_video', by: 'faces swapped frame by frame by BlazeFace and FaceMesh', signal, settings },
      })
    },
  },
}

/**
 * As the price of a swap was held: for the frames that a file says which came along or was uploaded, and no more of it is
 * worked on then; otherwise for an assumed number.
 */
function pricedSwap(video: Uint8Array, reference: string): Pick<Editing, 'limits' | 'pricedFrames'> {
  const known = reference.startsWith(ASSET_SCHEME) ? framesIn(videoSizeOf(video)) : undefined
  if (known === undefined) return { limits: SWAP_FRAMES, pricedFrames: ASSUMED_FRAMES }
  return { limits: { ...SWAP_FRAMES, most: Math.min(SWAP_FRAMES.most, known) }, pricedFrames: known }
}

interface Editing {
  video: Uint8Array
  edit: Edit
  limits: FrameLimits
  /** The price is for each frame, and was held for so many. Absent: it is for the video. */
  pricedFrames?: number
  field: string
  /** Who or what did it, for the task's log. */
  by: string
  signal: AbortSignal
  settings: Settings
}

async function edited(workshop: Workshop, job: Job, editing: Editing): Promise<Submitted> {
  const { video, edit, limits, pricedFrames, field, by, signal, settings } = editing
  const allowedMs = getOperation(job.operation).timeoutMs * settings.taskTimeFactor
  const onProgress = (percent: number): void => job.report(percent)
  const outcome = await workshop.performVideo({ video, edit, limits, allowedMs }, { field, signal, onProgress })
  if ('refused' in outcome) return { failed: { reason: outcome.refused } }
  const { file, frames, runtime } = outcome.made
  const result = {
    ...videosResult(job, [{ video: file }]),
    logs: [`${by} in the embedded workshop${runtime === undefined ? '' : `, run by ${runtime}`}; ${frames} frames`],
  }
  return { result: pricedFrames ? { ...result, consumedShare: Math.min(1, frames / pricedFrames) } : result }
}

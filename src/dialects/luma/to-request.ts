import { lumaExtend, lumaVideo } from '../../catalog/luma.ts'
import {
  lumaAudio,
  lumaImage,
  lumaModify,
  lumaReframeImage,
  lumaReframeVideo,
  lumaUpscale,
} from '../../catalog/luma-tools.ts'
import { isJsonObject, type JsonObject } from '../../core/json.ts'
import type { Submission } from '../../tasks/submission.ts'
import { bodyOfInput, type RequestDraft, type RequestWriter, type WriteField } from '../kit/written-requests.ts'
import {
  audioTask,
  imageTask,
  modifyTask,
  OWN_NAMES,
  ownExtension,
  ownTask,
  reframeImageTask,
  reframeVideoTask,
  upscaleTask,
  videoTask,
} from './to-task.ts'

const OFFICIAL = '/luma/dream-machine/v1/generations'
const RELAY = '/luma/generations'

const duration: WriteField = (seconds) => `${String(seconds)}s`

function draft(path: string, body: JsonObject, read: (body: JsonObject) => Pick<Submission, 'operation' | 'input'>) {
  const base = path.startsWith(OFFICIAL) ? OFFICIAL : RELAY
  return {
    path,
    body,
    later: { id: 'id', read: `${base}/{id}?wait=60` },
    read: () => read(body),
  } satisfies RequestDraft
}

export const requestsFor: RequestWriter = ({ id }, input) => {
  switch (id) {
    case lumaVideo.id:
      return [
        draft(`${OFFICIAL}/video`, bodyOfInput(input, { key_frames: 'keyframes' }, { duration }), (body) =>
          videoTask(body, { needsModel: true }),
        ),
        draft(RELAY, bodyOfInput(input, OWN_NAMES, { duration }), ownTask),
      ]
    case lumaExtend.id: {
      const { key_frames: frames, ...fields } = input
      const from = isJsonObject(frames) && isJsonObject(frames.frame0) ? frames.frame0.id : undefined
      if (typeof from !== 'string') return []
      return [
        draft(`${RELAY}/${from}/extend`, bodyOfInput(fields, OWN_NAMES, { duration }), (body) =>
          ownExtension(from, body),
        ),
      ]
    }
    case lumaImage.id:
      return [draft(`${OFFICIAL}/image`, input, (body) => imageTask(body).submission)]
    case lumaModify.id:
      return [draft(`${OFFICIAL}/video/modify`, input, modifyTask)]
    case lumaReframeVideo.id:
      return [draft(`${OFFICIAL}/video/reframe`, input, reframeVideoTask)]
    case lumaReframeImage.id:
      return [draft(`${OFFICIAL}/image/reframe`, input, reframeImageTask)]
    case lumaUpscale.id:
    case lumaAudio.id: {
      const { origin_task_id: from, ...body } = input
      const [verb, read] = id === lumaUpscale.id ? (['upscale', upscaleTask] as const) : (['audio', audioTask] as const)
      if (typeof from !== 'string') return []
      return [draft(`${OFFICIAL}/${from}/${verb}`, body, (sent) => read(from, sent))]
    }
    default:
      return []
  }
}

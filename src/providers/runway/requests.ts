import { getOperation } from '../../catalog/catalog.ts'
import { runwayImageToVideo, runwayPerformance, runwayTextToVideo, runwayVideoToVideo } from '../../catalog/runway.ts'
import {
  runwayDubbing,
  runwayImageUpscale,
  runwayIsolation,
  runwaySoundEffect,
  runwaySpeech,
  runwaySpeechToSpeech,
  runwayTextToImage,
  runwayVideoToHdr,
  runwayVideoUpscale,
} from '../../catalog/runway-tools.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'

/**
 * Bodies as Runway's package describes them (4.20). The catalogue has its names already; what differs is a file that may
 * be of two kinds, which has a field for each here. `own` are fields that the catalogue does not know and the package does.
 */
interface Request {
  own?: readonly string[]
  bodyOf?(input: JsonObject): JsonObject
}

const FILM = { own: ['promptExpansionMode'] }

export const REQUESTS: Record<string, Request> = {
  [runwayImageToVideo.id]: { ...FILM, bodyOf: (input) => withReferences({ ...input, promptImage: framesOf(input) }) },
  [runwayTextToVideo.id]: { ...FILM, bodyOf: withReferences },
  [runwayVideoToVideo.id]: { bodyOf: withReferences },
  [runwayPerformance.id]: {
    bodyOf: (input) => ({ ...input, character: fileOf(input.character), reference: fileOf(input.reference) }),
  },
  [runwayTextToImage.id]: { own: ['outputFormat', 'grounding', 'edit'], bodyOf: picture },
  [runwayImageUpscale.id]: {},
  // This model takes a frame rate only.
  [runwayVideoUpscale.id]: {
    bodyOf: ({ resolution = '', ...input }) =>
      input.model === 'enhance_frame_rate' ? input : { ...input, resolution },
  },
  [runwayVideoToHdr.id]: {},
  [runwaySpeech.id]: {
    own: ['applyTextNormalization', 'similarityBoost', 'speed', 'stability', 'style', 'useSpeakerBoost'],
  },
  [runwaySoundEffect.id]: {},
  [runwaySpeechToSpeech.id]: { bodyOf: (input) => ({ ...input, media: fileOf(input.media) }) },
  [runwayIsolation.id]: {},
  [runwayDubbing.id]: {},
}

/** Models that relays of Runway's web app offer; its API has neither these names nor the same models. */
const WEB_APP_MODELS = ['gen2', 'gen3', 'gen3a', 'gen3a_turbo', 'gen4', 'europa', 'act_one']

/** What is sent for an input. Throws `vendor_refused`. */
export function bodyFor(operation: string, input: JsonObject): JsonObject {
  const request = REQUESTS[operation]
  if (!request) throw new PolyphonyError('no_provider', `Runway does not perform ${operation}.`)
  if (WEB_APP_MODELS.includes(String(input.model))) {
    throw new PolyphonyError('vendor_refused', `Runway's own API has no model "${String(input.model)}".`, {
      field: 'model',
    })
  }
  const known = [...Object.keys(getOperation(operation).input.properties), ...(request.own ?? [])]
  const given = filled(Object.fromEntries(Object.entries(input).filter(([name]) => known.includes(name))))
  return request.bodyOf?.(given) ?? given
}

/** Without fields that clients leave empty. */
function filled(fields: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]): [string, Json][] =>
      value === '' ? [] : [[name, isJsonObject(value) ? filled(value) : value]],
    ),
  )
}

/** One first frame is text for every model; what a list of frames may be differs. */
function framesOf({ promptImage }: JsonObject): Json {
  if (!Array.isArray(promptImage)) return []
  const [first] = promptImage
  const isFirstAlone = promptImage.length === 1 && isJsonObject(first) && first.position === 'first'
  return isFirstAlone ? (first.uri ?? '') : promptImage
}

/** Of these, the model that is named knows the kind of a reference by its field alone. */
const UNTYPED = ['gemini_omni_flash_1.1']

function withReferences({ referenceVideos, referenceAudio, ...input }: JsonObject): JsonObject {
  const typed = (type: string, list: Json | undefined): JsonObject[] | undefined =>
    Array.isArray(list)
      ? list.filter(isJsonObject).map((one) => (UNTYPED.includes(String(input.model)) ? one : { type, ...one }))
      : undefined
  const [videos, sounds] = [typed('video', referenceVideos), typed('audio', referenceAudio)]
  return {
    ...input,
    ...(videos === undefined ? {} : { referenceVideos: videos }),
    ...(sounds === undefined ? {} : { referenceAudio: sounds }),
  }
}

/** `{ video: uri }` as `{ type: 'video', uri }`. */
function fileOf(named: Json | undefined): JsonObject {
  const fields = isJsonObject(named) ? named : {}
  const [type = '', uri = ''] = Object.entries(fields)[0] ?? []
  return { type, uri }
}

const ONE_PICTURE = ['gen4_image', 'gen4_image_turbo', 'gemini_2.5_flash']

/** Some models make one picture per call, and refuse `outputCount`. */
function picture({ outputCount = 1, ...input }: JsonObject): JsonObject {
  const model = String(input.model)
  if (!ONE_PICTURE.includes(model)) return { ...input, outputCount }
  if (outputCount === 1) return input
  throw new PolyphonyError('vendor_refused', `outputCount must be 1 with ${model}.`, { field: 'outputCount' })
}

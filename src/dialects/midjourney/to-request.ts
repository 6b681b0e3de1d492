import type { FieldNames } from '../../core/field-names.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import type { Submission } from '../../tasks/submission.ts'
import { bodyOfInput, type RequestWriter, type WriteField } from '../kit/written-requests.ts'
import { isSpeed, type MidjourneyBody, readBody } from './submission.ts'
import {
  blendTask,
  describeTask,
  editsTask,
  imagineTask,
  retextureTask,
  shortenTask,
  swapTask,
  videoTask,
} from './to-task.ts'

interface Written {
  path: string
  names: FieldNames
  read(body: MidjourneyBody): Submission
  forms?: Readonly<Record<string, WriteField>>
}

const upper: WriteField = (word) => String(word).toUpperCase()

const WRITTEN: Readonly<Record<string, Written>> = {
  'midjourney/imagine': { path: 'submit/imagine', names: { image_urls: 'base64Array' }, read: imagineTask },
  'midjourney/blend': {
    path: 'submit/blend',
    names: { image_urls: 'base64Array', dimension: 'dimensions' },
    read: blendTask,
    forms: { dimension: upper },
  },
  'midjourney/describe': { path: 'submit/describe', names: { image_url: 'link' }, read: describeTask },
  'midjourney/shorten': { path: 'submit/shorten', names: {}, read: shortenTask },
  'midjourney/edits': { path: 'submit/edits', names: { image_url: 'image', mask: 'maskBase64' }, read: editsTask },
  'midjourney/retexture': { path: 'submit/retexture', names: { image_url: 'image' }, read: retextureTask },
  'midjourney/video': {
    path: 'submit/video',
    names: { image_url: 'image', image_tail_url: 'endImage', video_type: 'videoType', batch_size: 'batchSize' },
    // One that goes on from a task names it as the gateway stores it, which the route looks up.
    read: (body) => videoTask(body, undefined),
  },
  'Qubico/image-toolkit/face-swap': {
    path: 'insight-face/swap',
    names: { swap_image: 'sourceUrl', target_image: 'targetUrl' },
    read: swapTask,
  },
}

/** The bot and the speed, which are not in the body: a speed is part of the path. */
function aside({ process_mode: speed, bot_type: bot, ...fields }: JsonObject) {
  const word = typeof speed === 'string' && isSpeed(speed) ? speed : undefined
  const botType: { botType?: Json } = bot === 'niji' ? { botType: 'NIJI_JOURNEY' } : {}
  return { speed: word, base: word === undefined ? '/mj' : `/mj-${word}/mj`, botType, fields }
}

export const requestsFor: RequestWriter = ({ id }, input) => {
  const written = WRITTEN[id]
  if (!written) return []
  const { speed, base, botType, fields } = aside(input)
  const body = { ...bodyOfInput(fields, written.names, written.forms), ...botType }
  const later = { id: 'result', read: '/mj/task/{id}/fetch' }
  return [{ path: `${base}/${written.path}`, body, later, read: () => written.read(readBody(body, speed)) }]
}

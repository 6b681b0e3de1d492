import type { Operation } from '../../catalog/operation.ts'
import { withOwnNames } from '../../catalog/other-names.ts'
import { readInput } from '../../catalog/read-input.ts'
import { sunoConcat, sunoLyrics, sunoMusic, sunoUpload } from '../../catalog/suno.ts'
import { sunoPersona, sunoStems, sunoTags } from '../../catalog/suno-tools.ts'
import { invalidInput, PolyphonyError } from '../../core/errors.ts'
import type { FieldNames } from '../../core/field-names.ts'
import type { JsonObject } from '../../core/json.ts'
import type { Submission } from '../../tasks/tasks.ts'
import { isGiven, isText, objectIn, webhookIn } from '../kit/fields.ts'

export const DIALECT = 'suno'

/** A submission that may build on an earlier task. */
export interface SunoSubmission extends Submission {
  /** The caller's name of the field with the parent; '' if there is no parent. */
  originField: string
}

const ACTIONS = new Map<string, (body: unknown) => SunoSubmission>([
  ['music', musicTask],
  ['lyrics', lyricsTask],
  ['concat', concatTask],
])

/** Reads the body of `/suno/submit/{action}`; some clients write the action in upper case. Throws `invalid_input`. */
export function toTask(action: string, body: unknown): SunoSubmission {
  const read = ACTIONS.get(action.toLowerCase())
  if (!read) throw new PolyphonyError('invalid_input', 'invalid_action', { field: 'action' })
  return read(body)
}

/** A song in the task dialect, where a plain extension names the task that made the clip. */
function musicTask(body: unknown): SunoSubmission {
  const fields = objectIn(body)
  const continues = isText(fields.continue_clip_id) && !isText(fields.gpt_description_prompt)
  const plain = !isText(fields.task) || fields.task === 'extend'
  if (continues && plain && !isText(fields.task_id)) {
    throw new PolyphonyError('invalid_input', 'task id is empty', { field: 'task_id' })
  }
  return songTask(fields)
}

/** A song in the feed dialect, which knows clips only. Splitting a clip is requested as a song, too. */
export function songTask(body: unknown): SunoSubmission {
  const sent = objectIn(body)
  if (sent.task === 'gen_stem') return stemsTask(sent)
  // Some clients name the version as `model`; where both are sent, `mv` is what relays read.
  const { fields, names } = isGiven(sent.mv) ? { fields: sent, names: {} } : withOwnNames(sunoMusic, sent, {})
  const { mv, ...others } = objectIn(fields)
  const version = isGiven(mv) ? { mv: typeof mv === 'string' ? dashed(mv) : mv } : {}
  // Dooy's form begins with a second at which it would go on, beside no clip, and sends it with every song.
  const isPlain = 'continue_clip_id' in others && !isGiven(others.continue_clip_id) && !isGiven(others.task)
  if (isPlain) delete others.continue_at
  const origin = others.task === 'cover' ? 'cover_clip_id' : 'continue_clip_id'
  const originField = others.task === 'artist_consistency' ? 'persona_id' : origin
  return submissionFor(sunoMusic, { ...others, ...version }, originField, names)
}

/** Suno's oldest versions have a point where relays have a dash; one client sends `chirp-v3.5` to a relay. */
function dashed(mv: string): string {
  return mv.replace(/^(chirp-v\d)\.(\d)/, '$1-$2')
}

function stemsTask({ continue_clip_id: clip, prompt: _, ...fields }: JsonObject): SunoSubmission {
  if (!isText(clip)) throw invalidInput('continue_clip_id', 'is needed with task "gen_stem"')
  return submissionFor(sunoStems, { ...fields, clip_id: clip }, 'continue_clip_id', { clip_id: 'continue_clip_id' })
}

export function personaTask(body: unknown): SunoSubmission {
  return submissionFor(sunoPersona, objectIn(body), 'root_clip_id')
}

export function tagsTask(body: unknown): SunoSubmission {
  return submissionFor(sunoTags, objectIn(body), '')
}

/** A tool whose only field is the id of a clip. */
export function clipTask(operation: Operation, clipId: string): SunoSubmission {
  return submissionFor(operation, { clip_id: clipId }, 'clip_id')
}

export function lyricsTask(body: unknown): SunoSubmission {
  const fields = objectIn(body)
  if (!isGiven(fields.prompt)) {
    throw new PolyphonyError('invalid_input', 'prompt_empty', { field: 'prompt' })
  }
  return submissionFor(sunoLyrics, fields, '')
}

export function concatTask(body: unknown): SunoSubmission {
  return submissionFor(sunoConcat, objectIn(body), 'clip_id')
}

export function uploadTask(body: unknown): SunoSubmission {
  return submissionFor(sunoUpload, objectIn(body), '')
}

/** The webhook's URL is for the gateway, not for the provider: it is stored beside the input, and shown in answers. */
function submissionFor(
  operation: Operation,
  { notify_hook: hook, ...fields }: JsonObject,
  originField: string,
  names: FieldNames = {},
): SunoSubmission {
  const input = readInput(operation, fields, names)
  return { operation, input, names, originField, dialect: DIALECT, ...webhookIn('notify_hook', hook) }
}

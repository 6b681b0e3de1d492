import type { Operation } from '../../catalog/operation.ts'
import { invalid, readInput } from '../../catalog/read-input.ts'
import { sunoConcat, sunoLyrics, sunoMusic, sunoUpload } from '../../catalog/suno.ts'
import { sunoPersona, sunoStems, sunoTags } from '../../catalog/suno-tools.ts'
import { PolyphonyError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import type { Submission } from '../../tasks/tasks.ts'
import { isText, objectIn } from '../kit/body.ts'

/** What a body asks for. */
export interface Wish extends Pick<Submission, 'operation' | 'input' | 'echo' | 'webhook'> {
  /** The caller's name of the field that says what is built on. */
  originField: string
}

const SUBMITS = new Map<string, (body: unknown) => Wish>([
  ['music', musicTask],
  ['lyrics', lyricsTask],
  ['concat', concatTask],
])

/** Reads the body of `/suno/submit/{action}`; some clients write the action in upper case. Throws `invalid_input`. */
export function toTask(action: string, body: unknown): Wish {
  const read = SUBMITS.get(action.toLowerCase())
  if (!read) throw new PolyphonyError('invalid_input', 'invalid_action', { field: 'action' })
  return read(body)
}

/** A song in the task dialect, where a plain extension names the task that made the clip. */
function musicTask(body: unknown): Wish {
  const fields = objectIn(body)
  const continues = isText(fields.continue_clip_id) && !isText(fields.gpt_description_prompt)
  const plain = !isText(fields.task) || fields.task === 'extend'
  if (continues && plain && !isText(fields.task_id)) {
    throw new PolyphonyError('invalid_input', 'task id is empty', { field: 'task_id' })
  }
  return songTask(fields)
}

/** A song in the feed dialect, which knows clips only. Splitting a clip is asked for as a song, too. */
export function songTask(body: unknown): Wish {
  const { mv, ...fields } = objectIn(body)
  if (fields.task === 'gen_stem') return stemsTask({ ...fields, ...(mv === undefined ? {} : { mv }) })
  // Go clients send every field: an empty version is none, so the default holds.
  const version = mv === undefined || mv === '' ? {} : { mv: typeof mv === 'string' ? dashed(mv) : mv }
  const origin = fields.task === 'cover' ? 'cover_clip_id' : 'continue_clip_id'
  return wish(sunoMusic, { ...fields, ...version }, fields.task === 'artist_consistency' ? 'persona_id' : origin)
}

/** Suno's oldest versions have a point where relays have a dash; one client says `chirp-v3.5` to a relay. */
function dashed(mv: string): string {
  return mv.replace(/^(chirp-v\d)\.(\d)/, '$1-$2')
}

function stemsTask({ continue_clip_id: clip, prompt: _, ...fields }: JsonObject): Wish {
  if (!isText(clip)) throw invalid('continue_clip_id', 'is needed with task "gen_stem"')
  return wish(sunoStems, { ...fields, clip_id: clip }, 'continue_clip_id')
}

export function personaTask(body: unknown): Wish {
  return wish(sunoPersona, objectIn(body), 'root_clip_id')
}

export function tagsTask(body: unknown): Wish {
  return wish(sunoTags, objectIn(body), '')
}

/** What is asked of a clip by its id alone. */
export function clipTask(operation: Operation, clipId: string): Wish {
  return wish(operation, { clip_id: clipId }, 'clip_id')
}

export function lyricsTask(body: unknown): Wish {
  const fields = objectIn(body)
  if (fields.prompt === undefined || fields.prompt === null || fields.prompt === '') {
    throw new PolyphonyError('invalid_input', 'prompt_empty', { field: 'prompt' })
  }
  return wish(sunoLyrics, fields, '')
}

export function concatTask(body: unknown): Wish {
  return wish(sunoConcat, objectIn(body), 'clip_id')
}

export function uploadTask(body: unknown): Wish {
  return wish(sunoUpload, objectIn(body), '')
}

/** Who is to be told is ours to know, not the provider's: it leaves the input, and is kept to be echoed. */
function wish(operation: Operation, { notify_hook: hook, ...fields }: JsonObject, originField: string): Wish {
  const input = readInput(operation, fields)
  if (hook === undefined || hook === null || hook === '') return { operation, input, originField }
  if (typeof hook !== 'string') throw invalid('notify_hook', 'must be a string')
  return { operation, input, originField, echo: { notify_hook: hook }, webhook: { field: 'notify_hook', url: hook } }
}

import { getOperation } from '../../catalog/catalog.ts'
import { invalid, readInput } from '../../catalog/read-input.ts'
import { sunoConcat, sunoLyrics, sunoMusic, sunoUpload } from '../../catalog/suno.ts'
import { PolyphonyError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import type { Submission } from '../../tasks/tasks.ts'
import { isText, objectIn } from '../body.ts'

/** What a body asks for. */
export type Wish = Pick<Submission, 'operation' | 'input' | 'echo' | 'webhook'>

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

/** A song in the feed dialect, which knows clips only. */
export function songTask(body: unknown): Wish {
  const { mv, ...fields } = objectIn(body)
  // Go clients send every field: an empty version is none, so the default holds.
  return wish(sunoMusic.id, mv === undefined || mv === '' ? fields : { ...fields, mv })
}

export function lyricsTask(body: unknown): Wish {
  const fields = objectIn(body)
  if (fields.prompt === undefined || fields.prompt === null || fields.prompt === '') {
    throw new PolyphonyError('invalid_input', 'prompt_empty', { field: 'prompt' })
  }
  return wish(sunoLyrics.id, fields)
}

export function concatTask(body: unknown): Wish {
  return wish(sunoConcat.id, objectIn(body))
}

export function uploadTask(body: unknown): Wish {
  return wish(sunoUpload.id, objectIn(body))
}

/** Who is to be told is ours to know, not the provider's: it leaves the input, and is kept to be echoed. */
function wish(operationId: string, { notify_hook: hook, ...fields }: JsonObject): Wish {
  const operation = getOperation(operationId)
  const input = readInput(operation, fields)
  if (hook === undefined || hook === null || hook === '') return { operation, input }
  if (typeof hook !== 'string') throw invalid('notify_hook', 'must be a string')
  return { operation, input, echo: { notify_hook: hook }, webhook: { field: 'notify_hook', url: hook } }
}

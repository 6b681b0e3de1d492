import { readInput } from '../../catalog/read-input.ts'
import { udioMusic } from '../../catalog/udio.ts'
import { invalidInput } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import type { Submission } from '../../tasks/tasks.ts'
import { isGiven, isText, objectIn, optionalFlag, shown, webhookIn } from '../kit/fields.ts'

export const DIALECT = 'udio'

/** The body of a submit: a song by `gen_params`. */
export function musicTask(body: unknown): Submission {
  const { gen_params: params, notify_hook: hook } = objectIn(body)
  if (!isJsonObject(params)) throw invalidInput('gen_params', !isGiven(params) ? 'is required' : 'must be an object')
  return submissionFor(params, hook, 'gen_params')
}

/** The body of Udio's own generate-proxy, whose fields relays take with `gen_params` around them and without. */
export function proxyTask(body: unknown): Submission {
  const fields = objectIn(body)
  if (isGiven(fields.gen_params)) return musicTask(fields)
  const { gen_params: _, notify_hook: hook, ...params } = fields
  return submissionFor(params, hook, '')
}

/** With the catalogue's names, where `prompt` is the lyrics and the idea has another name. `at` is the path of the params. */
function submissionFor(params: JsonObject, hook: Json | undefined, at: string): Submission {
  const { prompt, negative_prompt, lyrics_type: type, make_instrumental, ...others } = params
  if (!isText(prompt)) {
    throw invalidInput(fieldAt(at, 'prompt'), !isGiven(prompt) ? 'is required' : 'must be a string')
  }
  const isInstrumental = optionalFlag(make_instrumental, fieldAt(at, 'make_instrumental')) === true
  if (isInstrumental && isGiven(type) && type !== 'instrumental') {
    throw invalidInput(fieldAt(at, 'make_instrumental'), `does not go together with lyrics_type ${shown(type)}`)
  }
  const song = songIn(others.config)
  const fields: JsonObject = {
    ...others,
    // Left out by some: lyrics that are sent are to be sung.
    lyrics_type: isGiven(type) ? type : isInstrumental ? 'instrumental' : isText(others.lyrics) ? 'user' : 'generate',
    gpt_description_prompt: prompt,
    ...(isGiven(negative_prompt) ? { negative_tags: negative_prompt } : {}),
    ...(song === undefined ? {} : { continue_song_id: song }),
  }
  const own = {
    prompt: 'lyrics',
    gpt_description_prompt: 'prompt',
    negative_tags: 'negative_prompt',
    continue_song_id: 'config.source.song_id',
  }
  const names = {
    '': at,
    ...Object.fromEntries(Object.entries(own).map(([name, field]) => [name, fieldAt(at, field)])),
  }
  const input = readInput(udioMusic, fields, names)
  return { operation: udioMusic, input, names, dialect: DIALECT, ...webhookIn('notify_hook', hook) }
}

function fieldAt(at: string, field: string): string {
  return at === '' ? field : `${at}.${field}`
}

/** The song to go on from; the regular mode goes on from none. */
function songIn(config: Json | undefined): string | undefined {
  if (!isJsonObject(config) || config.mode === 'regular') return undefined
  const { source } = config
  return isJsonObject(source) && isText(source.song_id) ? source.song_id : undefined
}

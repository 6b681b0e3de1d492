import { invalid } from '../../catalog/read-input.ts'
import { udioMusic } from '../../catalog/udio.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { isText, objectIn } from '../kit/body.ts'
import { type NamedWish, readNamed } from '../kit/own-names.ts'

/** The body of a submit: a song by `gen_params`. */
export function submitTask(body: unknown): NamedWish {
  const { gen_params: params, notify_hook: hook } = objectIn(body)
  if (!isJsonObject(params)) throw invalid('gen_params', params === undefined ? 'is required' : 'must be an object')
  return wish(params, hook, 'gen_params.')
}

/** The body of Udio's own generate-proxy, whose fields relays take with `gen_params` around them and without. */
export function proxyTask(body: unknown): NamedWish {
  const fields = objectIn(body)
  if (fields.gen_params !== undefined) return submitTask(fields)
  const { notify_hook: hook, ...params } = fields
  return wish(params, hook, '')
}

/** In the words of the catalogue, where `prompt` is the lyrics and the idea has another name. */
function wish(params: JsonObject, hook: Json | undefined, at: string): NamedWish {
  const { prompt, negative_prompt, lyrics_type: type, ...others } = params
  if (!isText(prompt))
    throw invalid(
      `${at}prompt`,
      typeof prompt === 'string' || prompt === undefined || prompt === null ? 'is required' : 'must be a string',
    )
  const song = songIn(others.config)
  const fields: JsonObject = {
    ...others,
    // Left out by some: lyrics that are sent are to be sung.
    lyrics_type: type ?? (isText(others.lyrics) ? 'user' : 'generate'),
    gpt_description_prompt: prompt,
    ...(negative_prompt === undefined ? {} : { negative_tags: negative_prompt }),
    ...(song === undefined ? {} : { continue_song_id: song }),
  }
  const names = {
    [`${at}prompt`]: `${at}lyrics`,
    [`${at}gpt_description_prompt`]: `${at}prompt`,
    [`${at}negative_tags`]: `${at}negative_prompt`,
    [`${at}continue_song_id`]: `${at}config.source.song_id`,
  }
  const input = readNamed(udioMusic, fields, names, at)
  return { operation: udioMusic, input, inputAt: at, names, ...told(hook) }
}

/** The song to go on from; one that is only named stands beside no mode. */
function songIn(config: Json | undefined): string | undefined {
  if (!isJsonObject(config) || config.mode === 'regular') return undefined
  const { source } = config
  return isJsonObject(source) && isText(source.song_id) ? source.song_id : undefined
}

function told(hook: Json | undefined): Pick<NamedWish, 'echo' | 'webhook'> {
  if (hook === undefined || hook === null || hook === '') return {}
  if (typeof hook !== 'string') throw invalid('notify_hook', 'must be a string')
  return { echo: { notify_hook: hook }, webhook: { field: 'notify_hook', url: hook } }
}

import { udioMusic } from '../../catalog/udio.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { clipIn } from '../kit/clips.ts'
import { type ClipSources, clipsResult } from '../kit/results.ts'
import { fileAt } from '../kit/vendor-files.ts'
import type { Account, Job } from '../provider.ts'
import { objectIn, textIn, wrongHandle } from './errors.ts'
import type { RelayProtocol } from './relay-protocol.ts'
import { callRelay, fetchTask, idIn, progressOf } from './task-object.ts'

/** Udio in the form of gpt-best and its kin: a task with `gen_params`, read back in the envelope. It writes no lyrics. */
export const udioProtocol: RelayProtocol = {
  id: 'udio',
  operations: new Set([udioMusic.id]),
  async submit(job, account, signal) {
    const { callbackUrl } = job
    const hook = callbackUrl === undefined ? {} : { notify_hook: callbackUrl }
    const json = { gen_params: paramsOf(job), ...hook }
    const answer = await callRelay(account, { method: 'POST', path: '/udio/submit/music', json, signal, isPaid: true })
    return { handle: { id: idIn(answer) } }
  },
  async poll(handle, account, signal, request) {
    const { id } = objectIn(handle)
    if (typeof id !== 'string') throw wrongHandle()
    return progressOf(await fetchTask(account, `/udio/fetch/${encodeURIComponent(id)}`, signal), (data) => {
      const songs = songsIn(data).flatMap((song) => songSources(song, account) ?? [])
      return songs.length === 0 ? undefined : clipsResult(request, songs)
    })
  },
  readCallback({ task_id: id, action }) {
    return typeof id === 'string' && /udio/i.test(String(action)) ? { handle: { id } } : undefined
  },
}

/** Seconds of the other song that are heard, as clients send it. */
const CONTEXT_SECONDS = 130

/** In Udio's own words, where `prompt` is the idea and the lyrics have a name of their own. */
function paramsOf(job: Job): JsonObject {
  const { gpt_description_prompt, prompt, lyrics, negative_tags, continue_song_id, continue_at, config, ...rest } =
    job.input
  if (continue_at) {
    throw new PolyphonyError('vendor_refused', 'Relays go on from the end of a song of Udio’s: continue_at must be 0.')
  }
  const given = objectIn(config)
  const song = continue_song_id || (given.mode === 'regular' ? undefined : objectIn(given.source).song_id)
  const source = song
    ? {
        context_length: CONTEXT_SECONDS,
        ...given,
        mode: given.mode ?? 'continuation',
        source: { source_type: 'song', song_id: songOf(job, song) },
      }
    : config
  return {
    ...rest,
    prompt: gpt_description_prompt ?? '',
    lyrics: prompt || lyrics || '',
    negative_prompt: negative_tags ?? '',
    ...(source === undefined ? {} : { config: source }),
  }
}

function songOf({ parent }: Job, song: Json): string {
  const id = clipIn(parent, String(song))?.vendorId
  if (typeof id === 'string') return id
  throw new PolyphonyError('vendor_refused', `The relay has not told by which id it knows ${song}.`)
}

/** Relays differ in how deep they lie. */
function songsIn(data: Json): JsonObject[] {
  const { songs, data: inner } = objectIn(data)
  const list = songs ?? objectIn(inner).songs ?? data
  return Array.isArray(list) ? list.filter(isJsonObject) : []
}

function songSources(song: JsonObject, account: Account): ClipSources | undefined {
  const audio = textIn(song.song_path)
  if (audio === undefined) return undefined
  const image = textIn(song.image_path)
  const { tags, duration } = song
  const words = Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : []
  const id = textIn(song.id)
  return {
    audio: fileAt(account, audio),
    image: image === undefined ? undefined : fileAt(account, image),
    title: textIn(song.title),
    tags: words.join(', ') || undefined,
    lyrics: textIn(song.lyrics),
    durationSeconds: typeof duration === 'number' ? duration : undefined,
    ...(id === undefined ? {} : { vendorId: id }),
  }
}

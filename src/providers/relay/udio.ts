import type { Static } from 'typebox'
import { udioMusic } from '../../catalog/udio.ts'
import { PolyphonyError } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import { clipIn } from '../kit/clips.ts'
import { readHandle, readIfFits } from '../kit/read-wire.ts'
import { type ClipSources, clipsResult } from '../kit/results.ts'
import { fileAt } from '../kit/vendor-files.ts'
import type { Account, Job } from '../provider.ts'
import { objectIn } from './errors.ts'
import type { RelayProtocol } from './relay-protocol.ts'
import { callRelay, fetchTask, idIn, progressOf } from './task-object.ts'
import { UdioCallback, UdioHandle, type UdioSong, UdioSongs } from './wire.ts'

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
    const { id } = readHandle(UdioHandle, handle, 'relay')
    return progressOf(await fetchTask(account, `/udio/fetch/${encodeURIComponent(id)}`, signal), (data) => {
      const songs = songsIn(data).flatMap((song) => songSources(song, account) ?? [])
      return songs.length === 0 ? undefined : clipsResult(request, songs)
    })
  },
  readCallback(body) {
    const callback = readIfFits(UdioCallback, body)
    return callback && /udio/i.test(callback.action) ? { handle: { id: callback.task_id } } : undefined
  },
}

/** Seconds of the other song that are taken into account, as clients send it. */
const CONTEXT_SECONDS = 130

/** In Udio's own words, where `prompt` is the idea and the lyrics have a name of their own. */
function paramsOf(job: Job): JsonObject {
  const { gpt_description_prompt, prompt, lyrics, negative_tags, continue_song_id, continue_at, config, ...rest } =
    job.input
  if (continue_at) {
    throw new PolyphonyError('vendor_refused', 'continue_at must be 0: relays continue a song of Udio from its end.')
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
  throw new PolyphonyError('vendor_refused', `The relay's id of ${song} is not known.`)
}

function songsIn(data: Json): Static<typeof UdioSong>[] {
  const found = readIfFits(UdioSongs, data) ?? []
  if (Array.isArray(found)) return found
  return 'songs' in found ? found.songs : found.data.songs
}

function songSources(song: Static<typeof UdioSong>, account: Account): ClipSources | undefined {
  const { id, song_path: audio, image_path: image, title, tags = [], lyrics, duration } = song
  if (audio === undefined) return undefined
  return {
    audio: fileAt(account, audio),
    image: image === undefined ? undefined : fileAt(account, image),
    title,
    tags: tags.join(', ') || undefined,
    lyrics,
    durationSeconds: duration,
    ...(id === undefined ? {} : { vendorId: id }),
  }
}

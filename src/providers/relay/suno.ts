import { sunoConcat, sunoLyrics, sunoMusic, sunoUpload } from '../../catalog/suno.ts'
import {
  personaOf,
  sunoMidi,
  sunoMp4,
  sunoPersona,
  sunoStems,
  sunoTags,
  sunoTiming,
  sunoWav,
} from '../../catalog/suno-tools.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { clipIn } from '../kit/clips.ts'
import { type ClipSources, clipsResult, dataResult, lyricsResult, soundsResult, videosResult } from '../kit/results.ts'
import { vendorError } from '../kit/vendor-errors.ts'
import { fileAt } from '../kit/vendor-files.ts'
import type { Account, Job, Progress, Result, Submitted, TaskRequest } from '../provider.ts'
import { objectIn, textIn, wrongHandle } from './errors.ts'
import type { RelayProtocol } from './relay-protocol.ts'
import { callRelay, fetchTask, idIn, progressOf } from './task-object.ts'

/**
 * Suno as relays of the RixAPI family have it: tasks under `/suno/submit`, and beside them what is made of one clip. A
 * relay with less of it (Suno-API and new-api have songs and lyrics only) refuses the rest.
 */
export const sunoProtocol: RelayProtocol = {
  id: 'suno',
  operations: new Set(
    [
      ...[sunoMusic, sunoLyrics, sunoConcat, sunoUpload, sunoPersona, sunoStems],
      ...[sunoTiming, sunoWav, sunoMp4, sunoMidi, sunoTags],
    ].map(({ id }) => id),
  ),
  async submit(job, account, signal) {
    const begin = BEGIN[job.operation]
    if (!begin) throw new PolyphonyError('no_provider', `Relays do not have ${job.operation}.`)
    return begin(job, account, signal)
  },
  async poll(handle, account, signal, personaInput) {
    const { id, midi } = objectIn(handle)
    if (typeof midi === 'string') return midiProgress(await callRelay(account, { path: midiPath(midi), signal }))
    if (typeof id !== 'string') throw wrongHandle()
    const task = await fetchTask(account, `/suno/fetch/${encodeURIComponent(id)}`, signal)
    return progressOf(task, (data) => resultIn(data, personaInput, account))
  },
  // The bare task object; Udio's differs in its action alone.
  readCallback({ task_id: id, submit_time, action }) {
    const isOurs = typeof id === 'string' && submit_time !== undefined && !/udio/i.test(String(action))
    return isOurs ? { handle: { id } } : undefined
  },
}

type Begin = (job: Job, account: Account, signal: AbortSignal) => Promise<Submitted>

const BEGIN: Record<string, Begin> = {
  [sunoMusic.id]: (job, account, signal) => submitted(account, '/suno/submit/music', songBody(job), signal),
  [sunoLyrics.id]: (job, account, signal) =>
    submitted(account, '/suno/submit/lyrics', { ...job.input, ...hookOf(job) }, signal),
  [sunoConcat.id]: (job, account, signal) =>
    submitted(account, '/suno/submit/concat', { ...job.input, clip_id: clipOf(job), ...hookOf(job) }, signal),
  [sunoUpload.id]: (job, account, signal) =>
    submitted(account, '/suno/uploads/audio-url', { url: publicUrl(job), ...hookOf(job) }, signal),
  [sunoStems.id]: (job, account, signal) => submitted(account, '/suno/submit/music', stemsBody(job), signal),
  [sunoWav.id]: (job, account, signal) => file(job, account, signal, 'wav'),
  [sunoMp4.id]: (job, account, signal) => file(job, account, signal, 'mp4'),
  [sunoPersona.id]: persona,
  async [sunoTiming.id](job, account, signal) {
    const path = `/suno/act/timing/${encodeURIComponent(clipOf(job))}`
    return { result: dataResult(objectAnswer(await callRelay(account, { path, signal, isPaid: true }))) }
  },
  async [sunoTags.id](job, account, signal) {
    const { original_tags } = job.input
    const json = { original_tags: original_tags ?? '' }
    const answer = await callRelay(account, { method: 'POST', path: '/suno/act/tags', json, signal, isPaid: true })
    const { request_id: _, ...data } = objectAnswer(answer)
    return { result: dataResult(data) }
  },
  // The notes are written down while one asks for them; asking again costs nothing.
  async [sunoMidi.id](job, account, signal) {
    const clip = clipOf(job)
    const progress = midiProgress(await callRelay(account, { path: midiPath(clip), signal, isPaid: true }))
    return progress.status === 'completed' ? { result: progress.result } : { handle: { midi: clip } }
  },
}

async function submitted(account: Account, path: string, json: JsonObject, signal: AbortSignal): Promise<Submitted> {
  return { handle: { id: idIn(await callRelay(account, { method: 'POST', path, json, signal, isPaid: true })) } }
}

function hookOf({ callbackUrl }: Job): JsonObject {
  return callbackUrl === undefined ? {} : { notify_hook: callbackUrl }
}

/** Modes that Suno's web client marks so; relays' documents copy it. */
const MARKED = ['cover', 'infill', 'artist_consistency']

/** Clips and tasks are named by the relay's own ids. An idea wins over everything that builds on a clip. */
function songBody(job: Job): JsonObject {
  const { task_id: _, continue_clip_id, cover_clip_id, persona_id, artist_clip_id: _artist, task, ...song } = job.input
  const whole: JsonObject = { prompt: '', ...song, ...hookOf(job) }
  if (song.gpt_description_prompt || (!task && !continue_clip_id)) return whole
  const kept = objectIn(job.parent?.handle)
  const marked: JsonObject = MARKED.includes(String(task)) ? { generation_type: 'TEXT' } : {}
  const named: JsonObject = { ...whole, ...marked, ...(task ? { task } : {}) }
  switch (task) {
    case 'artist_consistency':
      return { ...named, persona_id: known(kept.persona, persona_id), artist_clip_id: kept.clip ?? '' }
    case 'cover':
      return { ...named, cover_clip_id: clipOf(job, cover_clip_id) }
    default:
      return { ...named, continue_clip_id: clipOf(job, continue_clip_id), task_id: known(kept.id, continue_clip_id) }
  }
}

/** Of two tracks or twelve. The model is the one that relays' documents name for it. */
function stemsBody(job: Job): JsonObject {
  const { stem_type_group_name: group, title, mv } = job.input
  return {
    task: 'gen_stem',
    generation_type: 'TEXT',
    prompt: '',
    mv: textIn(mv) ?? 'chirp-auk',
    ...(title ? { title } : {}),
    continue_clip_id: clipOf(job),
    task_id: known(objectIn(job.parent?.handle).id, job.input.clip_id),
    stem_type_id: 91,
    stem_type_group_name: group ?? 'Two',
    stem_task: String(group ?? 'Two').toLowerCase(),
    ...hookOf(job),
  }
}

/** Answers at once. What it is known by, and the clip that it keeps, serve the songs that use it. */
async function persona(job: Job, account: Account, signal: AbortSignal): Promise<Submitted> {
  const { root_clip_id, name, description, clips, is_public } = job.input
  const shown = Array.isArray(clips) ? clips.map((one) => clipOf(job, one)) : []
  const root = clipOf(job, root_clip_id)
  const json = { root_clip_id: root, name, description, clips: shown, is_public }
  const answer = await callRelay(account, { method: 'POST', path: '/suno/persona/create', json, signal, isPaid: true })
  const personaInput = job.input as Parameters<typeof personaOf>[0] // valid for the operation, defaults filled in
  return { result: dataResult(personaOf(personaInput)), handle: { persona: idIn(answer), clip: root } }
}

/** The answer is disputed: a task to fetch, or the file's address itself. */
async function file(job: Job, account: Account, signal: AbortSignal, form: 'wav' | 'mp4'): Promise<Submitted> {
  const path = `/suno/act/${form}/${encodeURIComponent(clipOf(job))}`
  const answer = await callRelay(account, { path, signal, isPaid: true })
  const url = textIn(answer)
  if (url === undefined || !/^https?:/.test(url)) return { handle: { id: idIn(answer) } }
  const source = fileAt(account, url)
  return { result: form === 'wav' ? soundsResult(job, [source]) : videosResult(job, [{ video: source }]) }
}

/** The clip that an operation names, as the relay knows it. */
function clipOf({ parent, input }: Job, clipId: Json | undefined = input.clip_id): string {
  return known(clipIn(parent, String(clipId ?? ''))?.vendorId, clipId)
}

function known(vendorId: Json | undefined, ours: Json | undefined): string {
  if (typeof vendorId === 'string') return vendorId
  throw new PolyphonyError('vendor_refused', `The relay has not told by which id it knows ${ours}.`)
}

function publicUrl(job: Job): string {
  const url = job.urlOf(String(job.input.url))
  if (url !== undefined) return url
  throw new PolyphonyError('vendor_refused', 'The relay imports a song by a public address, and this one has none.')
}

function midiPath(clip: string): string {
  return `/suno/act/midi/${encodeURIComponent(clip)}`
}

function midiProgress(answer: Json): Progress {
  const { state, instruments = [] } = objectIn(answer)
  if (state === 'complete') return { status: 'completed', result: dataResult({ instruments }) }
  return state === 'error'
    ? { status: 'failed', reason: 'The relay could not write down the notes.' }
    : { status: 'processing' }
}

function objectAnswer(answer: Json): JsonObject {
  if (isJsonObject(answer)) return answer
  throw vendorError({ status: 502, message: 'The relay’s answer is none.', isPaid: true })
}

function resultIn(data: Json, personaInput: TaskRequest, account: Account): Result | undefined {
  switch (personaInput.operation) {
    case sunoLyrics.id:
      return lyricsIn(data)
    case sunoWav.id: {
      const urls = listIn(data).flatMap(({ wav_url, audio_url }) => textIn(wav_url) ?? textIn(audio_url) ?? [])
      return urls.length === 0 ? undefined : soundsResult(personaInput, [fileAt(account, String(urls[0]))])
    }
    case sunoMp4.id: {
      const [clip] = listIn(data)
      const { video_url, image_url } = clip ?? {}
      const url = textIn(video_url)
      if (url === undefined) return undefined
      const cover = textIn(image_url)
      return videosResult(personaInput, [
        { video: fileAt(account, url), ...(cover === undefined ? {} : { cover: fileAt(account, cover) }) },
      ])
    }
    default: {
      const clips = listIn(data).flatMap((clip) => clipSources(clip, personaInput, account) ?? [])
      return clips.length === 0 ? undefined : clipsResult(personaInput, clips)
    }
  }
}

function lyricsIn(data: Json): Result | undefined {
  const [lyrics] = listIn(data)
  const { title, text, tags } = lyrics ?? {}
  if (typeof text !== 'string' || text === '') return undefined
  const words = Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string').map(String) : []
  return lyricsResult([{ title: textIn(title) ?? '', text, tags: words }])
}

/** An array, `{clips: […]}`, or one object. */
function listIn(data: Json): JsonObject[] {
  const list = isJsonObject(data) ? (data.clips ?? [data]) : data
  return Array.isArray(list) ? list.filter(isJsonObject) : []
}

/** Both shapes of a clip: Suno's own has its details under `metadata`, the flat one beside the id. */
function clipSources(clip: JsonObject, personaInput: TaskRequest, account: Account): ClipSources | undefined {
  const audio = textIn(clip.audio_url)
  if (audio === undefined) return undefined
  const metadata = objectIn(clip.metadata)
  const seconds = clip.duration ?? metadata.duration
  const at = (url: string | undefined) => (url === undefined ? undefined : fileAt(account, url))
  const id = textIn(clip.clip_id) ?? textIn(clip.id)
  return {
    audio: fileAt(account, audio),
    image: at(textIn(clip.image_url)),
    imageLarge: at(textIn(clip.image_large_url)),
    // An imported song keeps the title that its owner gave it: relays take none along.
    title:
      (personaInput.operation === sunoUpload.id ? textIn(personaInput.input.title) : undefined) ?? textIn(clip.title),
    tags: textIn(clip.tags) ?? textIn(metadata.tags),
    lyrics: textIn(clip.prompt) ?? textIn(metadata.prompt),
    durationSeconds: typeof seconds === 'number' ? seconds : undefined,
    ...(id === undefined ? {} : { vendorId: id }),
  }
}

import { type Static, Type } from 'typebox'
import { inputOf } from '../../catalog/operation.ts'
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
import { readAnswer, readHandle, readIfFits } from '../kit/read-wire.ts'
import { type ClipSources, clipsResult, dataResult, lyricsResult, soundsResult, videosResult } from '../kit/results.ts'
import { fileAt } from '../kit/vendor-files.ts'
import type { Account, Job, Progress, Result, Submitted, TaskRequest } from '../provider.ts'
import { textIn } from './errors.ts'
import type { RelayProtocol } from './relay-protocol.ts'
import { callRelay, fetchTask, idIn, progressOf, RELAY } from './task-object.ts'
import { Data, Midi, SunoCallback, SunoClip, SunoHandle } from './wire.ts'

/**
 * Suno as relays of the RixAPI family have it: tasks under `/suno/submit`, and tools for one clip under `/suno/act`. A
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
    if (!begin) throw new PolyphonyError('no_provider', `Relays do not perform ${job.operation}.`)
    return begin(job, account, signal)
  },
  async poll(handle, account, signal, request) {
    const { id, midi } = readHandle(SunoHandle, handle, 'relay')
    if (midi !== undefined) return midiProgress(await callRelay(account, { path: midiPath(midi), signal }), false)
    if (id === undefined) throw new PolyphonyError('internal', 'The stored relay handle names no task of Suno.')
    const task = await fetchTask(account, `/suno/fetch/${encodeURIComponent(id)}`, signal)
    return progressOf(task, (data) => resultIn(data, request, account))
  },
  // The bare task object; Udio's differs in its action only.
  readCallback(body) {
    const { task_id: id, submit_time, action = '' } = readIfFits(SunoCallback, body) ?? {}
    return id !== undefined && submit_time !== undefined && !/udio/i.test(action) ? { handle: { id } } : undefined
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
    const answer = await callRelay(account, { path, signal, isPaid: true })
    return { result: dataResult(readAnswer(Data, answer, RELAY, { isPaid: true })) }
  },
  async [sunoTags.id](job, account, signal) {
    const { original_tags } = job.input
    const json = { original_tags: original_tags ?? '' }
    const answer = await callRelay(account, { method: 'POST', path: '/suno/act/tags', json, signal, isPaid: true })
    const { request_id: _, ...data } = readAnswer(Data, answer, RELAY, { isPaid: true })
    return { result: dataResult(data) }
  },
  // The first call starts the transcription; repeating it costs nothing.
  async [sunoMidi.id](job, account, signal) {
    const clip = clipOf(job)
    const progress = midiProgress(await callRelay(account, { path: midiPath(clip), signal, isPaid: true }), true)
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
  const kept = readIfFits(SunoHandle, job.parent?.handle) ?? {}
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
    task_id: known(readIfFits(SunoHandle, job.parent?.handle)?.id, job.input.clip_id),
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
  return { result: dataResult(personaOf(inputOf(sunoPersona, job))), handle: { persona: idIn(answer), clip: root } }
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
  throw new PolyphonyError('vendor_refused', `The relay's id of ${ours} is not known.`)
}

function publicUrl(job: Job): string {
  const url = job.urlOf(String(job.input.url))
  if (url !== undefined) return url
  throw new PolyphonyError('vendor_refused', 'The relay imports a song by a public address, and this one has none.')
}

function midiPath(clip: string): string {
  return `/suno/act/midi/${encodeURIComponent(clip)}`
}

function midiProgress(answer: Json, isPaid: boolean): Progress {
  const { state, instruments = [] } = readAnswer(Midi, answer, RELAY, { isPaid })
  if (state === 'complete') return { status: 'completed', result: dataResult({ instruments }) }
  return state === 'error'
    ? { status: 'failed', reason: 'The relay could not transcribe the clip.' }
    : { status: 'processing' }
}

function resultIn(data: Json, request: TaskRequest, account: Account): Result | undefined {
  const clips = clipsIn(data)
  switch (request.operation) {
    case sunoLyrics.id:
      return lyricsOf(clips[0])
    case sunoWav.id: {
      const [url] = clips.flatMap(({ wav_url, audio_url }) => wav_url ?? audio_url ?? [])
      return url === undefined ? undefined : soundsResult(request, [fileAt(account, url)])
    }
    case sunoMp4.id: {
      const { video_url: video, image_url: cover } = clips[0] ?? {}
      if (video === undefined) return undefined
      const sources = {
        video: fileAt(account, video),
        ...(cover === undefined ? {} : { cover: fileAt(account, cover) }),
      }
      return videosResult(request, [sources])
    }
    default: {
      const songs = clips.flatMap((clip) => clipSources(clip, request, account) ?? [])
      return songs.length === 0 ? undefined : clipsResult(request, songs)
    }
  }
}

type Clip = Static<typeof SunoClip>

function lyricsOf({ title = '', text, tags }: Clip = {}): Result | undefined {
  if (text === undefined) return undefined
  return lyricsResult([{ title, text, tags: Array.isArray(tags) ? tags : [] }])
}

/** A list, `{clips: […]}`, or one object. */
function clipsIn(data: Json): Clip[] {
  const list = isJsonObject(data) ? (data.clips ?? [data]) : data
  return readIfFits(Type.Array(SunoClip), list) ?? []
}

function clipSources(clip: Clip, request: TaskRequest, account: Account): ClipSources | undefined {
  const { audio_url: audio, image_url, image_large_url, tags, metadata = {} } = clip
  if (audio === undefined) return undefined
  const at = (url: string | undefined) => (url === undefined ? undefined : fileAt(account, url))
  const id = clip.clip_id ?? clip.id
  // An imported song keeps the title that its owner gave it: relays take none.
  const ownTitle = request.operation === sunoUpload.id ? textIn(request.input.title) : undefined
  return {
    audio: fileAt(account, audio),
    image: at(image_url),
    imageLarge: at(image_large_url),
    title: ownTitle ?? clip.title,
    tags: typeof tags === 'string' ? tags : metadata.tags,
    lyrics: clip.prompt ?? metadata.prompt,
    durationSeconds: clip.duration ?? metadata.duration,
    ...(id === undefined ? {} : { vendorId: id }),
  }
}

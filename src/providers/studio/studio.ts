import { hash } from 'node:crypto'
import { minimaxMusic } from '../../catalog/minimax-audio.ts'
import type { Output, SongSpec } from '../../catalog/outputs.ts'
import { sunoConcat, sunoLyrics, sunoMusic, sunoUpload } from '../../catalog/suno.ts'
import { sunoPersona } from '../../catalog/suno-tools.ts'
import { udioLyrics, udioMusic } from '../../catalog/udio.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { itemId, taskOfItem } from '../../core/ids.ts'
import { isJsonObject, type Json } from '../../core/json.ts'
import { inspectMp3 } from '../../engines/mp3/mp3.ts'
import { keyName } from '../../engines/studio/harmony.ts'
import {
  type Gives,
  goingOn,
  harmonyOf,
  type LeadSheet,
  type Song,
  type SongRequest,
  type Studio,
  StudioRefusal,
} from '../../engines/studio/studio.ts'
import { clipIn, clipOf } from '../kit/clips.ts'
import { outputSpecFor } from '../kit/results.ts'
import type { Failure, Job, ProducedFile, Provider, Result, Submitted } from '../provider.ts'
import { clipTools } from './clip-tools.ts'
import { headOf, joinClips } from './joining.ts'
import { rememberedAs, type StoredClip, sheetOfClip } from './known-song.ts'
import { heardLog, heardSong } from './recordings.ts'

/** Relays import songs, not albums. */
const MAX_UPLOAD_BYTES = 40 * 2 ** 20
/** The shortest song that the composer makes. */
const SHORTEST_SECTION_SECONDS = 4

/** Limits of the operator, as a request of the composer names them. */
type Limits = Pick<SongRequest, 'longestSeconds'>

/**
 * The embedded default: composes and renders music in this process, offline. Work that a
 * restart interrupts has cost nothing, so the task is simply done again.
 */
export function studioProvider(studio: Studio, limits: Limits = {}): Provider {
  const performers: Record<string, (job: Job, signal: AbortSignal) => Promise<Submitted>> = {
    [sunoMusic.id]: (job, signal) => compose(studio, limits, job, signal),
    [sunoLyrics.id]: (job, signal) => writeLyrics(studio, job, signal),
    [udioMusic.id]: (job, signal) => compose(studio, limits, job, signal),
    [minimaxMusic.id]: (job, signal) => compose(studio, limits, job, signal),
    [udioLyrics.id]: (job, signal) => writeLyrics(studio, job, signal),
    [sunoConcat.id]: (job, signal) => joinClips(studio, job, signal),
    [sunoUpload.id]: (job, signal) => importSong(studio, job, signal),
    [sunoPersona.id]: async (job) => keepPersona(job),
    ...clipTools(studio),
  }
  return {
    id: 'studio',
    isLocal: true,
    operations: new Set(Object.keys(performers)),
    async submit(job, _account, signal) {
      const perform = performers[job.operation]
      if (!perform) throw new PolyphonyError('no_provider', `The studio does not perform ${job.operation}.`)
      job.report(0)
      try {
        return await perform(job, signal)
      } catch (error) {
        if (error instanceof StudioRefusal) return { failed: { reason: error.message } }
        throw error
      }
    },
    // The work is in this process, and ends with its lease.
    cancel: async () => {},
    reconcile: async () => 'absent',
    close: () => studio.close(),
  }
}

/** The base of a continuation: the first song of the chain, and how far into it the clip begins. */
type Identity = NonNullable<SongRequest['continues']>

/** The base of a song beside its own words: the clip that it continues or leads into, or a stored sound. */
interface Basis {
  parent?: StoredClip
  /** Seconds into the parent. */
  continueAt: number | null
  continues?: Identity
  /** How long the song must be: a section that replaces another fills its place. */
  seconds?: number
  /** What a cover keeps of its song. */
  covers?: LeadSheet
  /** The words of a song that is covered, section by section as they are sung in it, where no others are given. */
  ownWords?: string
  /** What was heard in a recording, or is known of a song, for the task's logs. */
  logs?: string[]
}

type Found = { spec: SongSpec; basis: Basis } | { failed: Failure }

async function compose(studio: Studio, limits: Limits, job: Job, signal: AbortSignal): Promise<Submitted> {
  const { song: requested, count: takeCount } = outputSpecFor(job, 'clips')
  const seed = requested.seed ?? seedOf(job.taskId)
  const found = requested.coverClipId
    ? await coverOf(studio, requested, seed, job, signal)
    : await basisOf(studio, requested, job, signal)
  if ('failed' in found) return found
  const { spec, basis } = found
  const { song, notes } =
    spec.description && !spec.instrumental
      ? await withLyrics(studio, spec, seed, signal)
      : { song: await named(studio, spec, seed, signal), notes: [] }

  const progress = new Array<number>(takeCount).fill(0)
  const takes = await Promise.all(
    progress.map(async (_, take) => {
      const request = { ...limits, ...requestOf(song, seed, take, basis) }
      const clipId = itemId(job.taskId, takeCount === 1 ? 0 : take + 1)
      const made = await studio.compose(request, {
        signal,
        onProgress: (percent) => {
          progress[take] = percent
          job.report(progress.reduce((sum, one) => sum + one, 0) / takeCount)
        },
        onSound: (bytes) => job.publish(clipId, bytes),
      })
      job.endSound(clipId)
      return { take, request, made }
    }),
  )
  const wordless = wordlessLog(takes.flatMap(({ made }) => made.wordless))
  const logs = [
    'composed by the embedded studio',
    ...notes,
    ...(basis.logs ?? []),
    ...cutLog(basis, limits),
    ...wordless,
  ]
  const result: Result = { output: { clips: [] }, files: [], logs }
  const clips: Json[] = []
  for (const { take, request, made } of takes) {
    const number = take + 1
    result.files.push(...filesOf(number, made))
    const clip = clipOf(
      job,
      takeCount === 1 ? 0 : number,
      { ...song, continueAt: basis.continueAt },
      {
        type: 'gen',
        durationSeconds: made.durationSeconds,
        audio: `file:audio-${number}`,
        image: `file:cover-${number}`,
        imageLarge: `file:cover-large-${number}`,
      },
    )
    clips.push({
      ...clip,
      // What an extension of this clip needs, and a join of it with its parent.
      identity: (request.continues ?? identityOf(request)) as unknown as Json, // plain JSON
      ...headOf(basis.parent, spec.replaces?.toSeconds),
      ...rememberedAs({ recipe: [{ request, fromSeconds: 0, toSeconds: made.durationSeconds }], digest: made.digest }),
      bpm: made.bpm,
      key: made.key,
    })
  }
  result.output = { clips }
  return { result }
}

/** The same song in another style: of a song of the studio by its score, of a recording by what is heard in it. */
async function coverOf(studio: Studio, spec: SongSpec, seed: number, job: Job, signal: AbortSignal): Promise<Found> {
  const clip: StoredClip | undefined = clipIn(job.parent, spec.coverClipId ?? '')
  if (!clip) return { failed: { reason: 'The clip to cover does not exist.' } }
  const lyrics = spec.lyrics || (spec.instrumental ? '' : clip.prompt)
  const title = spec.title || clip.title
  const tags = spec.tags || clip.tags
  const cover = { ...spec, lyrics, title, tags }
  const known = await sheetOfClip(studio, clip, signal)
  if (known) {
    const ownWords = spec.lyrics || spec.instrumental ? '' : known.lyrics
    const logs = ['a cover by the score of the clip: its tune, chords and form']
    return {
      spec: { ...cover, instrumental: spec.instrumental || lyrics === '' },
      basis: { continueAt: null, covers: known.sheet, logs, ...(ownWords === '' ? {} : { ownWords }) },
    }
  }
  const heard = await heardSong(studio, job, clip, signal)
  if ('unheard' in heard)
    return { failed: { reason: `The studio hears no song in this recording that it could cover: ${heard.unheard}` } }
  const basis = { continueAt: null, covers: heard.sheet, logs: [heardLog(heard)] }
  // A song of the studio that has no words is covered without words.
  const instrumental = spec.instrumental || (lyrics === '' && isJsonObject(clip.identity))
  if (lyrics !== '' || instrumental) return { spec: { ...cover, instrumental }, basis }
  // Nothing hears the words of a recording, so others are written.
  const written = await studio.writeLyrics({ prompt: title, seed }, { signal })
  const logs = [...basis.logs, 'with words of the studio, since those of the recording are not heard', ...written.notes]
  return {
    spec: { ...cover, lyrics: written.text, tags: tags || written.tags.join(', ') },
    basis: { ...basis, logs },
  }
}

async function basisOf(studio: Studio, spec: SongSpec, job: Job, signal: AbortSignal): Promise<Found> {
  if (spec.personaId) {
    const identity = isJsonObject(job.parent?.output) ? job.parent.output.identity : undefined
    if (!isJsonObject(identity)) return { failed: { reason: 'The persona was not made by the studio.' } }
    const continues = { ...(identity as unknown as Identity), fromSeconds: 0 } // as keepPersona wrote it
    return { spec, basis: { continueAt: null, continues } }
  }
  if (spec.continueClipId === null) return { spec, basis: { continueAt: null } }
  const parent: StoredClip | undefined = clipIn(job.parent, spec.continueClipId)
  if (!parent) return { failed: { reason: 'The clip to continue does not exist.' } }
  const continueAt = Math.min(spec.continueAt ?? parent.durationSeconds, parent.durationSeconds)
  const until = spec.replaces ? Math.min(spec.replaces.toSeconds, parent.durationSeconds) : undefined
  if (until !== undefined && until - continueAt < SHORTEST_SECTION_SECONDS) {
    return {
      failed: { reason: `A section of at least ${SHORTEST_SECTION_SECONDS} seconds within the clip is needed.` },
    }
  }
  const base = isJsonObject(parent.identity)
    ? { continues: continuationOf(parent.identity as unknown as Identity, continueAt) } // written by this file
    : await recordingBasis(studio, { parent, continueAt, until }, spec, job, signal)
  return {
    spec,
    basis: { parent, continueAt, ...base, ...(until === undefined ? {} : { seconds: until - continueAt }) },
  }
}

/** A song that continues a recording, or replaces a section of it: over the chords that are heard in it, or in its tempo and key at least. */
async function recordingBasis(
  studio: Studio,
  { parent, continueAt, until }: { parent: StoredClip; continueAt: number; until: number | undefined },
  { tags }: SongSpec,
  job: Job,
  signal: AbortSignal,
): Promise<Required<Pick<Basis, 'continues' | 'logs'>>> {
  const heard = await heardSong(studio, job, parent, signal)
  const own = { seed: seedOf(parent.id), take: 0, title: parent.title }
  if ('unheard' in heard) {
    const logs = [
      `in the tempo and key that were heard in the recording, with a band and a singer of the studio; no more is heard in it: ${heard.unheard}`,
    ]
    return { continues: { ...own, ...soundOf(parent, tags, continueAt) }, logs }
  }
  const { harmony, fromSeconds } = goingOn(heard, continueAt, until)
  const continues = { ...own, fromSeconds, harmony, tags: tagsIn(harmony.bpm, keyName(harmony.key), tags) }
  return {
    continues,
    logs: ['over the chords that were heard in the recording, with a band and a singer of the studio', heardLog(heard)],
  }
}

function continuationOf(identity: Identity, fromSeconds: number): Identity {
  return { ...identity, fromSeconds: identity.fromSeconds + fromSeconds }
}

/** Tempo and key of a recording, as they were heard when it was stored, and the place on its beat. */
function soundOf(parent: StoredClip, tags: string, fromSeconds: number): Pick<Identity, 'tags' | 'fromSeconds'> {
  const beatAt = typeof parent.beatAt === 'number' ? parent.beatAt : 0
  return {
    tags: tagsIn(parent.bpm, typeof parent.key === 'string' ? parent.key : '', tags),
    fromSeconds: Math.max(0, fromSeconds - beatAt),
  }
}

const tagsIn = (bpm: Json | undefined, key: string, tags: string): string =>
  [typeof bpm === 'number' ? `${bpm} bpm` : '', key, tags].filter((text) => text !== '').join(', ')

/** A persona of the studio is the identity of a clip: its key, tempo and sound. */
function keepPersona(job: Job): Submitted {
  const { sample } = outputSpecFor(job, 'data')
  const clip = clipIn(job.parent, String(job.input.root_clip_id))
  if (!clip) return { failed: { reason: 'The clip does not exist.' } }
  if (!isJsonObject(clip.identity))
    throw new PolyphonyError(
      'no_provider',
      'The studio makes personas of its own songs only, not of recordings: it copies no voices of people.',
    )
  return { result: { output: { data: sample, identity: clip.identity ?? null }, files: [] } }
}

function requestOf(
  song: SongSpec,
  seed: number,
  take: number,
  { continues, seconds, covers, ownWords }: Basis,
): SongRequest {
  const request: SongRequest = {
    lyrics: ownWords ?? song.lyrics,
    tags: song.tags,
    title: song.title,
    instrumental: song.instrumental,
    seed,
    take,
  }
  if (song.description) request.description = song.description
  if (song.negativeTags) request.negativeTags = song.negativeTags
  // A continuation keeps the identity of the song that it continues, so that a chain of them stays one song.
  if (continues) request.continues = continues
  if (seconds !== undefined) request.seconds = seconds
  if (covers) request.covers = covers
  return request
}

function identityOf({ seed, take, tags, title, description, covers }: SongRequest): Identity {
  return {
    seed,
    take,
    tags,
    title,
    fromSeconds: 0,
    ...(description === undefined ? {} : { description }),
    ...(covers ? { harmony: harmonyOf(covers) } : {}),
  }
}

interface Written {
  song: SongSpec
  notes: string[]
}

async function withLyrics(studio: Studio, spec: SongSpec, seed: number, signal: AbortSignal): Promise<Written> {
  const written = await studio.writeLyrics({ prompt: spec.description ?? '', seed }, { signal })
  const song = { ...spec, lyrics: written.text, title: written.title, tags: written.tags.join(', ') }
  return { song, notes: written.notes }
}

/** A title for a song that came without one: its idea's, or the beginning of its chorus. */
async function named(studio: Studio, spec: SongSpec, seed: number, signal: AbortSignal): Promise<SongSpec> {
  if (spec.title) return spec
  if (spec.description) {
    const { title } = await studio.writeLyrics({ prompt: spec.description, seed }, { signal })
    return { ...spec, title }
  }
  const { titleOfLyrics } = await import('../../engines/studio/title.ts')
  return { ...spec, title: titleOfLyrics(spec.lyrics) ?? 'Untitled' }
}

/** Whether a recording is longer than what the operator lets the studio play of it. */
function cutLog({ covers }: Basis, { longestSeconds }: Limits): string[] {
  const seconds = covers ? (covers.chords.length * covers.beatsPerBar * 60) / covers.bpm : 0
  if (longestSeconds === undefined || seconds <= longestSeconds) return []
  return [
    `the cover has the first ${longestSeconds} of its ${Math.round(seconds)} seconds, the most that the studio is set to play`,
  ]
}

/** Which lines are sung on vowels alone, for the task's logs. */
function wordlessLog(lines: readonly string[]): string[] {
  const [first, ...others] = new Set(lines)
  if (first === undefined) return []
  const more = others.length === 0 ? '' : ` and ${others.length} more`
  return [
    `sung without words, since the embedded singer cannot read them: "${first.slice(0, LOGGED_CHARACTERS)}"${more}`,
  ]
}

const LOGGED_CHARACTERS = 60

function filesOf(number: number, song: Song): ProducedFile[] {
  return [
    { key: `audio-${number}`, mediaType: 'audio/mpeg', content: song.mp3 },
    { key: `cover-${number}`, mediaType: 'image/jpeg', content: song.coverJpeg },
    { key: `cover-large-${number}`, mediaType: 'image/jpeg', content: song.coverLargeJpeg },
  ]
}

async function writeLyrics(studio: Studio, job: Job, signal: AbortSignal): Promise<Submitted> {
  const { about, count } = outputSpecFor(job, 'lyrics')
  const seed = seedOf(job.taskId)
  const lyrics: Output['lyrics']['lyrics'] = []
  const logs = new Set(['written by the embedded studio'])
  for (let take = 0; take < count; take += 1) {
    const { title, text, tags, notes } = await studio.writeLyrics({ prompt: about, seed: seed + take }, { signal })
    lyrics.push({ title, text, tags })
    for (const note of notes) logs.add(note)
  }
  return { result: { output: { lyrics }, files: [], logs: [...logs] } }
}

async function importSong(studio: Studio, job: Job, signal: AbortSignal): Promise<Submitted> {
  const url = String(job.input.url)
  const mp3 = await job.download(url, { maxBytes: MAX_UPLOAD_BYTES, signal })
  const found = inspectMp3(mp3)
  if (!found) return { failed: { reason: 'The file at this URL is not a playable MP3.' } }
  const { title: given } = job.input
  const name = decodeURIComponent(new URL(url).pathname.split('/').at(-1) ?? '').replace(/\.mp3$/i, '')
  const title = (typeof given === 'string' && given) || name || 'Upload'
  const spec = { description: null, lyrics: '', tags: '', title, mv: '', continueClipId: null, continueAt: null }
  const clip = clipOf(job, 0, spec, {
    type: 'upload',
    durationSeconds: found.durationSeconds,
    audio: 'file:audio',
    image: '',
    imageLarge: '',
  })
  const { bpm = null, key = null, beatAt } = await heardIn(studio, mp3, signal)
  const files: ProducedFile[] = [{ key: 'audio', mediaType: 'audio/mpeg', content: mp3 }]
  const music = [bpm === null ? 'no beat' : `${bpm} bpm`, key ?? 'no key'].join(', ')
  return {
    result: { output: { clips: [{ ...clip, bpm, key, beatAt: beatAt ?? 0 }] }, files, logs: [`heard in it: ${music}`] },
  }
}

/** A recording of hours is a clip like any other; only nothing is known of its music. */
async function heardIn(studio: Studio, mp3: Uint8Array, signal: AbortSignal): Promise<Partial<Gives<'recording'>>> {
  try {
    return await studio.perform('recording', { mp3 }, { signal })
  } catch (error) {
    if (error instanceof StudioRefusal) return {}
    throw error
  }
}

/** A task's own seed, the same on every attempt. */
function seedOf(id: string): number {
  return Number.parseInt(hash('sha256', itemId(taskOfItem(id).taskId, 0), 'hex').slice(0, 8), 16)
}

import { hash } from 'node:crypto'
import { getOperation } from '../../catalog/catalog.ts'
import { type Clip, type Kind, type Output, type SongWish, type Wish, wishOf } from '../../catalog/outputs.ts'
import { sunoConcat, sunoLyrics, sunoMusic, sunoUpload } from '../../catalog/suno.ts'
import { udioLyrics, udioMusic } from '../../catalog/udio.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { itemId, taskOfItem } from '../../core/ids.ts'
import type { Json } from '../../core/json.ts'
import { inspectMp3, joinMp3 } from '../../engines/mp3/mp3.ts'
import type { Song, SongRequest, Studio } from '../../engines/studio/studio.ts'
import { clipIn, clipOf } from '../clips.ts'
import type { Job, ProducedFile, Provider, Result, Submitted } from '../provider.ts'

/** Relays import songs, not albums. */
const MAX_UPLOAD_BYTES = 40 * 2 ** 20
const TAKES = 2

/**
 * The embedded default: composes and renders music in this process, offline. What it was doing when the process ended
 * is gone and cost nothing, so an interrupted task is simply done again.
 */
export function studioProvider(studio: Studio): Provider {
  const performers: Record<string, (job: Job, signal: AbortSignal) => Promise<Submitted>> = {
    [sunoMusic.id]: (job, signal) => compose(studio, job, signal),
    [sunoLyrics.id]: (job, signal) => writeLyrics(studio, job, signal),
    [udioMusic.id]: (job, signal) => compose(studio, job, signal),
    [udioLyrics.id]: (job, signal) => writeLyrics(studio, job, signal),
    [sunoConcat.id]: join,
    [sunoUpload.id]: importSong,
  }
  return {
    id: 'studio',
    operations: new Set(Object.keys(performers)),
    async submit(job, _account, signal) {
      const perform = performers[job.operation]
      if (!perform) throw new PolyphonyError('no_provider', `The studio does not perform ${job.operation}.`)
      job.report(0)
      return perform(job, signal)
    },
    reconcile: async () => 'absent',
    close: () => studio.close(),
  }
}

function wishIn<K extends Kind>(job: Job, kind: K): Extract<Wish, { kind: K }> {
  const wish = wishOf(getOperation(job.operation).produces, job.input)
  if (wish.kind !== kind) throw new PolyphonyError('internal', `${job.operation} makes ${wish.kind}, not ${kind}.`)
  return wish as Extract<Wish, { kind: K }> // as was just seen
}

/** What a continuation is made from: the first song of the chain, and how far into it the clip begins. */
type Identity = NonNullable<SongRequest['continues']>

async function compose(studio: Studio, job: Job, signal: AbortSignal): Promise<Submitted> {
  const { song: wish } = wishIn(job, 'clips')
  const seed = wish.seed ?? seedOf(job.taskId)
  const parent = wish.continueClipId === null ? undefined : clipIn(job.parent, wish.continueClipId)
  if (wish.continueClipId !== null && !parent) return { failed: { reason: 'The clip to continue does not exist.' } }
  const song = wish.description && !wish.instrumental ? await withLyrics(studio, wish, seed, signal) : named(wish)
  const continueAt = parent ? Math.min(wish.continueAt ?? parent.durationSeconds, parent.durationSeconds) : null

  const progress = new Array<number>(TAKES).fill(0)
  const takes = await Promise.all(
    progress.map(async (_, take) => {
      const request = requestOf(song, seed, take, parent, continueAt)
      const made = await studio.compose(request, {
        signal,
        onProgress: (percent) => {
          progress[take] = percent
          job.report(progress.reduce((sum, one) => sum + one, 0) / TAKES)
        },
      })
      return { take, request, made }
    }),
  )
  const result: Result = { output: { clips: [] }, files: [], logs: ['composed by the embedded studio'] }
  const clips: Json[] = []
  for (const { take, request, made } of takes) {
    const number = take + 1
    result.files.push(...filesOf(number, made))
    const clip = clipOf(
      job,
      number,
      { ...song, continueAt },
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
      identity: identityOf(request, parent),
      headAudio: parent?.audio ?? null,
      bpm: made.bpm,
      key: made.key,
    })
  }
  result.output = { clips }
  return { result }
}

function requestOf(
  song: SongWish,
  seed: number,
  take: number,
  parent: (Clip & { [name: string]: Json }) | undefined,
  continueAt: number | null,
): SongRequest {
  const request: SongRequest = {
    lyrics: song.lyrics,
    tags: song.tags,
    title: song.title,
    instrumental: song.instrumental,
    seed,
    take,
  }
  if (song.description) request.description = song.description
  if (song.negativeTags) request.negativeTags = song.negativeTags
  if (parent) {
    const identity = parent.identity as Identity | undefined // written by this file; absent in an upload
    const fromSeconds = continueAt ?? parent.durationSeconds
    request.continues = identity
      ? { ...identity, fromSeconds: identity.fromSeconds + fromSeconds }
      : { seed: seedOf(parent.id), take: 0, tags: song.tags, title: parent.title, fromSeconds }
  }
  return request
}

/** A continuation keeps the identity of the song that it continues, so that a chain of them stays one song. */
function identityOf(request: SongRequest, parent: Clip | undefined): Identity {
  if (parent && request.continues) return request.continues
  const { seed, take, tags, title, description } = request
  return { seed, take, tags, title, fromSeconds: 0, ...(description === undefined ? {} : { description }) }
}

async function withLyrics(studio: Studio, wish: SongWish, seed: number, signal: AbortSignal): Promise<SongWish> {
  const written = await studio.writeLyrics({ prompt: wish.description ?? '', seed }, { signal })
  return { ...wish, lyrics: written.text, title: written.title, tags: written.tags.join(', ') }
}

/** A title for a song that came without one: its idea's or its lyrics' first words. */
function named(wish: SongWish): SongWish {
  if (wish.title) return wish
  const line = (wish.description ?? wish.lyrics).split('\n').find((text) => text.trim() !== '' && !text.startsWith('['))
  const words = line?.trim().split(/\s+/).slice(0, 5).join(' ')
  return { ...wish, title: words || 'Untitled' }
}

function filesOf(number: number, song: Song): ProducedFile[] {
  return [
    { key: `audio-${number}`, mediaType: 'audio/mpeg', content: song.mp3 },
    { key: `cover-${number}`, mediaType: 'image/jpeg', content: song.coverJpeg },
    { key: `cover-large-${number}`, mediaType: 'image/jpeg', content: song.coverLargeJpeg },
  ]
}

async function writeLyrics(studio: Studio, job: Job, signal: AbortSignal): Promise<Submitted> {
  const { about, count } = wishIn(job, 'lyrics')
  const seed = seedOf(job.taskId)
  const lyrics: Output['lyrics']['lyrics'] = []
  for (let take = 0; take < count; take += 1) {
    const { title, text, tags } = await studio.writeLyrics({ prompt: about, seed: seed + take }, { signal })
    lyrics.push({ title, text, tags })
  }
  return { result: { output: { lyrics }, files: [], logs: ['written by the embedded studio'] } }
}

async function join(job: Job): Promise<Submitted> {
  const tail = clipIn(job.parent, String(job.input.clip_id))
  if (!tail || typeof tail.headAudio !== 'string' || tail.continueAt === null) {
    return { failed: { reason: 'The clip continues no other, so there is nothing to join it with.' } }
  }
  const [head, end] = await Promise.all([job.readAsset(tail.headAudio), job.readAsset(tail.audio)])
  let joined: Uint8Array
  try {
    joined = joinMp3(head, tail.continueAt, end)
  } catch (error) {
    return { failed: { reason: error instanceof Error ? error.message : String(error) } }
  }
  const found = inspectMp3(joined)
  if (!found) return { failed: { reason: 'The joined song is not playable.' } }
  const wish = { ...tail, description: tail.gptDescriptionPrompt, lyrics: tail.prompt }
  const clip = clipOf(job, 0, wish, {
    type: 'concat',
    durationSeconds: found.durationSeconds,
    audio: 'file:audio',
    image: tail.image,
    imageLarge: tail.imageLarge,
  })
  const files: ProducedFile[] = [{ key: 'audio', mediaType: 'audio/mpeg', content: joined }]
  const identity = tail.identity ?? null
  return { result: { output: { clips: [{ ...clip, identity }] }, files } }
}

async function importSong(job: Job, signal: AbortSignal): Promise<Submitted> {
  const url = String(job.input.url)
  const mp3 = await job.download(url, { maxBytes: MAX_UPLOAD_BYTES, signal })
  const found = inspectMp3(mp3)
  if (!found) return { failed: { reason: 'The file at this URL is not a playable MP3.' } }
  const title = decodeURIComponent(new URL(url).pathname.split('/').at(-1) ?? '').replace(/\.mp3$/i, '') || 'Upload'
  const wish = { description: null, lyrics: '', tags: '', title, mv: '', continueClipId: null, continueAt: null }
  const clip = clipOf(job, 0, wish, {
    type: 'upload',
    durationSeconds: found.durationSeconds,
    audio: 'file:audio',
    image: '',
    imageLarge: '',
  })
  const files: ProducedFile[] = [{ key: 'audio', mediaType: 'audio/mpeg', content: mp3 }]
  return { result: { output: { clips: [clip] }, files } }
}

/** A task's own seed, the same on every attempt. */
function seedOf(id: string): number {
  return Number.parseInt(hash('sha256', itemId(taskOfItem(id).taskId, 0), 'hex').slice(0, 8), 16)
}

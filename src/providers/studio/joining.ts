import type { Json } from '../../core/json.ts'
import { framesOf } from '../../engines/mp3/frames.ts'
import { inspectMp3, joinMp3 } from '../../engines/mp3/mp3.ts'
import { type Studio, StudioRefusal, sliced } from '../../engines/studio/studio.ts'
import { clipIn, clipOf } from '../kit/clips.ts'
import type { Job, ProducedFile, Submitted } from '../provider.ts'
import { rememberedAs, type StoredClip, songOf } from './known-song.ts'

/** What a song that continues another is stored with, so that the two can be joined. */
export function headOf(parent: StoredClip | undefined, replacesUntil: number | undefined): Record<string, Json> {
  return {
    headAudio: parent?.audio ?? null,
    headRecipe: parent?.recipe ?? null,
    replacesUntil: replacesUntil ?? null,
  }
}

interface Joined {
  mp3: Uint8Array
  durationSeconds: number
  /** What is known of it beside its sound. */
  known: Record<string, Json>
  logs: string[]
}

/** Joins a clip with the one that it continues, or in which it replaces a section. */
export async function joinClips(studio: Studio, job: Job, signal: AbortSignal): Promise<Submitted> {
  const tail: StoredClip | undefined = clipIn(job.parent, String(job.input.clip_id))
  if (!tail || typeof tail.headAudio !== 'string' || tail.continueAt === null) {
    return { failed: { reason: 'The clip does not continue another one, so it cannot be joined.' } }
  }
  const joined =
    (await played(studio, job, tail, signal)) ?? (await spliced(job, tail, tail.headAudio, tail.continueAt))
  if ('failed' in joined) return joined
  const spec = { ...tail, description: tail.gptDescriptionPrompt, lyrics: tail.prompt }
  const clip = clipOf(job, 0, spec, {
    type: 'concat',
    durationSeconds: joined.durationSeconds,
    audio: 'file:audio',
    image: tail.image,
    imageLarge: tail.imageLarge,
  })
  const files: ProducedFile[] = [{ key: 'audio', mediaType: 'audio/mpeg', content: joined.mp3 }]
  const { identity = null, bpm = null, key = null } = tail
  const clips = [{ ...clip, identity, bpm, key, ...joined.known }]
  return { result: { output: { clips }, files, logs: joined.logs } }
}

/** Both songs played as one, in which nothing is heard of the place. Undefined where one is a recording, or of another band. */
async function played(studio: Studio, job: Job, tail: StoredClip, signal: AbortSignal): Promise<Joined | undefined> {
  const head = songOf({ ...tail, recipe: tail.headRecipe ?? null, digest: null })
  const own = songOf(tail)
  if (!head || !own || tail.continueAt === null) return undefined
  const rest = typeof tail.replacesUntil === 'number' ? sliced(head.recipe, tail.replacesUntil, Number.MAX_VALUE) : []
  const recipe = [...sliced(head.recipe, 0, tail.continueAt), ...own.recipe, ...rest]
  try {
    const options = { signal, onProgress: job.report }
    const { mp3, durationSeconds, digest } = await studio.perform('joined', { recipe, title: tail.title }, options)
    return { mp3, durationSeconds, known: rememberedAs({ recipe, digest }), logs: ['played as one song'] }
  } catch (error) {
    if (error instanceof StudioRefusal) return undefined
    throw error
  }
}

/** Both recordings one behind the other, to the nearest frame. */
async function spliced(
  job: Job,
  tail: StoredClip,
  headAudio: string,
  at: number,
): Promise<Joined | Extract<Submitted, { failed: unknown }>> {
  const [head, end] = await Promise.all([job.readAsset(headAudio), job.readAsset(tail.audio)])
  let joined: Uint8Array
  try {
    joined = joinMp3(head, at, end)
    if (typeof tail.replacesUntil === 'number') joined = withRest(joined, head, tail.replacesUntil)
  } catch (error) {
    return { failed: { reason: error instanceof Error ? error.message : String(error) } }
  }
  const found = inspectMp3(joined)
  if (!found) return { failed: { reason: 'The joined song is not playable.' } }
  return { mp3: joined, durationSeconds: found.durationSeconds, known: {}, logs: ['joined as recordings'] }
}

/** What follows a section that was replaced: the song from there on, to the nearest frame. */
function withRest(joined: Uint8Array, song: Uint8Array, fromSeconds: number): Uint8Array {
  const frames = framesOf(song)
  const [first] = frames
  const rest = first && frames.slice(Math.round((fromSeconds * first.sampleRate) / first.samples))
  // Fewer than two frames are no file of their own.
  if (!rest?.[1]) return joined
  return joinMp3(joined, inspectMp3(joined)?.durationSeconds ?? 0, song.subarray(rest[0]?.offset))
}

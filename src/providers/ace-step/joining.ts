import type { Clip } from '../../catalog/outputs.ts'
import type { Json } from '../../core/json.ts'
import { joinMp3 } from '../../engines/mp3/mp3.ts'
import { clipIn, clipOf } from '../kit/clips.ts'
import { outputSpecFor } from '../kit/results.ts'
import type { Job, Submitted } from '../provider.ts'
import { refused } from './engine-request.ts'
import { partOf, sectionOf } from './section.ts'

type StoredClip = Clip & { [name: string]: Json }

/** A continuation joined with its beginning into one song. Both are stored; the engine is not called. */
export async function joinClips(job: Job): Promise<Submitted> {
  const tail = clipIn(job.parent, String(job.input.clip_id))
  if (!tail) throw refused('clip_id', 'must name a clip of its task')
  const content = await wholeSong(tail, job)
  const clip = clipOf(
    job,
    0,
    { ...tail, description: tail.gptDescriptionPrompt, lyrics: tail.prompt },
    { type: 'concat', durationSeconds: 0, audio: 'file:audio', image: tail.image, imageLarge: tail.imageLarge },
  )
  const files = [{ key: 'audio', mediaType: 'audio/mpeg', content }]
  return { result: { output: { clips: [{ ...clip }] }, files, measure: true } }
}

async function wholeSong(tail: StoredClip, job: Job): Promise<Uint8Array> {
  if (typeof tail.whole === 'string') {
    const whole = await job.readAsset(tail.whole)
    return typeof tail.endsAt === 'number' ? sectionOf(whole, 0, tail.endsAt) : whole
  }
  // The studio stores the clip that was continued.
  if (typeof tail.headAudio !== 'string' || tail.continueAt === null) {
    throw refused('clip_id', 'must name a clip that continues another one')
  }
  const [head, end] = await Promise.all([job.readAsset(tail.headAudio), job.readAsset(tail.audio)])
  try {
    const rest = typeof tail.replacesUntil === 'number' ? partOf(head, tail.replacesUntil) : undefined
    const joined = joinMp3(head, tail.continueAt, end)
    return rest ? joinMp3(joined, Number.MAX_SAFE_INTEGER, rest) : joined
  } catch (error) {
    // Of two recordings, the rates may differ; and one may be too long.
    throw refused('clip_id', `names a clip that cannot be joined: ${error instanceof Error ? error.message : error}`)
  }
}

/** The sound of a persona is that of the clip which shows it: songs take it as their reference. */
export function keepPersona(job: Job): Submitted {
  const { sample } = outputSpecFor(job, 'data')
  const clip = clipIn(job.parent, String(job.input.root_clip_id))
  if (!clip) throw refused('root_clip_id', 'must name a clip of its task')
  return { result: { output: { data: sample, audio: clip.audio }, files: [] } }
}

import { keyName } from '../../engines/studio/harmony.ts'
import { type HeardSong, type Studio, StudioRefusal } from '../../engines/studio/studio.ts'
import type { Job } from '../provider.ts'
import type { StoredClip } from './known-song.ts'

/** A recording as music: its beats, bars, chords, tune and form; or why it is none that can be told. */
export async function heardSong(
  studio: Studio,
  job: Job,
  clip: StoredClip,
  signal: AbortSignal,
): Promise<HeardSong | { unheard: string }> {
  const mp3 = await job.readAsset(clip.audio)
  try {
    return await studio.perform('sheet', { mp3 }, { signal })
  } catch (error) {
    if (error instanceof StudioRefusal) return { unheard: error.message }
    throw error
  }
}

/** What was heard in a recording, and how sure that is, for the task's logs. */
export function heardLog({ sheet, confidence }: HeardSong): string {
  const { beatsPerBar, bpm, key, chords, tune } = sheet
  const percent = (share: number): string => `${Math.round(100 * share)} %`
  return [
    `heard in the recording: ${chords.length} bars of ${beatsPerBar}/4 at ${bpm} bpm, ${keyName(key)}, a tune of ${tune.length} notes`,
    `sure of beats to ${percent(confidence.beat)}, bars ${percent(confidence.bars)}, chords ${percent(confidence.chords)}, tune ${percent(confidence.tune)}`,
  ].join('; ')
}

import { PolyphonyError } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import { outputSpecFor } from '../kit/results.ts'
import type { Account, Job, Submitted } from '../provider.ts'
import { submitForSound } from './call.ts'
import { MIN_MS, planOf } from './plan.ts'

/**
 * Songs and music by Eleven Music. Suno's and Udio's operations promise two takes; one call makes one song, and each is
 * paid for. So these are the operations that promise one.
 */
export const MUSIC_OPERATIONS = [
  'Qubico/ace-step/txt2audio',
  'Qubico/diffrhythm/txt2audio-base',
  'Qubico/diffrhythm/txt2audio-full',
]

const MODEL = 'music_v2'
const MAX_STYLES = 50

export async function makeMusic(job: Job, account: Account, signal: AbortSignal): Promise<Submitted> {
  return submitForSound(job, account, { path: 'v1/music', json: requestOf(job), signal })
}

/** What has no counterpart is left out: `infer_step`, and the seed of what has no words. */
function requestOf(job: Job): JsonObject {
  const { lyrics, style_prompt, style_audio, negative_style_prompt, negative_prompt, seed } = job.input
  if (textOf(style_audio) !== '') {
    throw new PolyphonyError('vendor_refused', 'style_audio must be empty: ElevenLabs takes the style in words only.')
  }
  const totalMs = Math.round(outputSpecFor(job, 'sounds').seconds * 1_000)
  if (totalMs < MIN_MS) {
    throw new PolyphonyError('vendor_refused', `duration must be at least ${MIN_MS / 1_000} seconds at ElevenLabs.`)
  }
  const style = textOf(style_prompt)
  const negative = textOf(negative_style_prompt) || textOf(negative_prompt)
  const words = textOf(lyrics)
  if (isInstrumental(words)) {
    const wanted = style || 'Instrumental music'
    const prompt = negative === '' ? wanted : `${wanted}\nAvoid: ${negative}`
    return { model_id: MODEL, prompt, music_length_ms: totalMs, force_instrumental: true }
  }
  return {
    model_id: MODEL,
    composition_plan: planOf(words, totalMs, stylesIn(style), stylesIn(negative)),
    ...(typeof seed === 'number' && seed >= 0 ? { seed } : {}),
  }
}

/** ACE-Step's mark for no voice, or no words at all. */
function isInstrumental(lyrics: string): boolean {
  return lyrics === '' || /^\[inst(?:rumental)?\]$/i.test(lyrics)
}

function stylesIn(text: string): string[] {
  const styles = text.split(/[,;\n]/).map((one) => one.trim())
  return styles.filter((one) => one !== '').slice(0, MAX_STYLES)
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value.trim() : ''
}

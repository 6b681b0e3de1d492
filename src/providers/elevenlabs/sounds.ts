import { PolyphonyError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import { blobOf } from '../kit/input-files.ts'
import type { Account, Job, Submitted } from '../provider.ts'
import { submitForSound } from './call.ts'

/** Runway's sounds that are ElevenLabs' models under Runway's names. */
export const EFFECT_OPERATION = 'runway/sound_effect'
export const ISOLATION_OPERATION = 'runway/voice_isolation'

const EFFECT_MODEL = 'eleven_text_to_sound_v2'
/** Fields of the other model that the operation knows. */
const OF_OTHERS = ['sampleRate', 'loudnessRate', 'pitchRate', 'speechRate']

export async function makeEffect(job: Job, account: Account, signal: AbortSignal): Promise<Submitted> {
  const { model, promptText, duration, loop } = job.input
  const unmet = unmetIn(job.input)
  if (unmet !== undefined) throw new PolyphonyError('vendor_refused', unmet)
  const json = {
    text: String(promptText),
    model_id: String(model),
    ...(typeof duration === 'number' ? { duration_seconds: duration } : {}),
    ...(typeof loop === 'boolean' ? { loop } : {}),
  }
  return submitForSound(job, account, { path: 'v1/sound-generation', json, signal })
}

function unmetIn(input: JsonObject): string | undefined {
  const { model, outputFormat = 'mp3', referenceAudios } = input
  if (model !== EFFECT_MODEL) return `model must be "${EFFECT_MODEL}" at ElevenLabs, not "${model}".`
  if (outputFormat !== 'mp3') return `outputFormat must be "mp3" at ElevenLabs, not "${outputFormat}".`
  if (Array.isArray(referenceAudios) && referenceAudios.length > 0)
    return 'referenceAudios must be empty: ElevenLabs takes none.'
  const other = OF_OTHERS.find((name) => input[name] !== undefined)
  return other === undefined ? undefined : `${other} must be absent: ElevenLabs has no such field.`
}

export async function isolateVoice(job: Job, account: Account, signal: AbortSignal): Promise<Submitted> {
  const form = new FormData()
  form.set('audio', blobOf(await job.file(String(job.input.audioUri), signal)))
  return submitForSound(job, account, { path: 'v1/audio-isolation', form, signal })
}

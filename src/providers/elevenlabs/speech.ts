import { PolyphonyError } from '../../core/errors.ts'
import { blobOf } from '../kit/input-files.ts'
import { soundsResult } from '../kit/results.ts'
import type { Account, Job, Submitted } from '../provider.ts'
import { callElevenlabs, soundOf } from './call.ts'

/**
 * Speech in the voice of a recording. ElevenLabs speaks in voices that an account has: so one is made of the recording,
 * which costs nothing, and is removed again when the text is spoken.
 */
export const SPEECH_OPERATION = 'Qubico/tts/zero-shot'

const MODEL = 'eleven_multilingual_v2' // takes 10,000 characters, as many as the operation
const FORMAT = 'wav_24000' // what the operation delivers, at the rate that every plan has
const CLEAN_UP_MS = 10_000

/** `ref_text` has no counterpart: what the recording says is heard from it. */
export async function speak(job: Job, account: Account, signal: AbortSignal): Promise<Submitted> {
  const voice = await cloneVoice(job, account, signal)
  let sound: Uint8Array
  try {
    sound = await soundOf(account, {
      method: 'POST',
      path: `v1/text-to-speech/${encodeURIComponent(voice)}`,
      query: { output_format: FORMAT },
      json: { text: String(job.input.gen_text), model_id: MODEL },
      signal,
      isPaid: true,
    })
  } catch (error) {
    const left = await removeVoice(voice, account)
    if (left === undefined || !(error instanceof PolyphonyError)) throw error
    throw new PolyphonyError(error.code, `${error.message} (And ${left})`, { ...error.details, cause: error })
  }
  const left = await removeVoice(voice, account)
  return { result: { ...soundsResult(job, [sound]), ...(left === undefined ? {} : { logs: [left] }) } }
}

async function cloneVoice(job: Job, account: Account, signal: AbortSignal): Promise<string> {
  const form = new FormData()
  form.set('name', `polyphony ${job.taskId}`)
  form.set('files', blobOf(await job.file(String(job.input.ref_audio), signal)))
  const { voice_id } = await callElevenlabs(account, { method: 'POST', path: 'v1/voices/add', form, signal })
  if (typeof voice_id === 'string' && voice_id !== '') return voice_id
  throw new PolyphonyError('vendor_unreachable', 'ElevenLabs made a voice of the recording and named no id.')
}

/** Even after the task's own time is over. What could not be removed is told of: it takes a place in the account. */
async function removeVoice(voice: string, account: Account): Promise<string | undefined> {
  try {
    const path = `v1/voices/${encodeURIComponent(voice)}`
    await callElevenlabs(account, { method: 'DELETE', path, signal: AbortSignal.timeout(CLEAN_UP_MS) })
    return undefined
  } catch (error) {
    return `the voice ${voice} stays in the account at ElevenLabs: ${error instanceof Error ? error.message : error}`
  }
}

import { PolyphonyError } from '../../core/errors.ts'
import { blobOf } from '../kit/input-files.ts'
import { readAnswer } from '../kit/read-wire.ts'
import { soundsResult } from '../kit/results.ts'
import type { Account, Job, Submitted } from '../provider.ts'
import { callElevenlabs, soundOf } from './call.ts'
import { Voice } from './wire.ts'

/**
 * Speech in the voice of a recording. ElevenLabs speaks in voices of the account, so one is cloned from the recording, which
 * costs nothing, and removed after the call.
 */
export const SPEECH_OPERATION = 'Qubico/tts/zero-shot'

const MODEL = 'eleven_multilingual_v2' // takes 10,000 characters, as many as the operation
const FORMAT = 'wav_24000' // what the operation delivers, at the rate that every plan has
const CLEAN_UP_MS = 10_000

/** `ref_text` has no counterpart: ElevenLabs transcribes the recording itself. */
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
  const answer = await callElevenlabs(account, { method: 'POST', path: 'v1/voices/add', form, signal })
  return readAnswer(Voice, answer, 'ElevenLabs').voice_id
}

/** Runs even after the task's deadline. A voice that remains takes a slot of the account, so the task's log names it. */
async function removeVoice(voice: string, account: Account): Promise<string | undefined> {
  try {
    const path = `v1/voices/${encodeURIComponent(voice)}`
    await callElevenlabs(account, { method: 'DELETE', path, signal: AbortSignal.timeout(CLEAN_UP_MS) })
    return undefined
  } catch (error) {
    return `the voice ${voice} stays in the account at ElevenLabs: ${error instanceof Error ? error.message : error}`
  }
}

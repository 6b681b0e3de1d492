import { measure } from '../../assets/measure.ts'
import { aceStep } from '../../catalog/ace-step.ts'
import type { JsonObject } from '../../core/json.ts'
import type { Account, Job } from '../provider.ts'
import {
  commonFields,
  type EngineRequest,
  LONGEST_SECONDS,
  NO_VOICE,
  planningFields,
  refused,
  SHORTEST_SECONDS,
  seedFields,
  soundFields,
} from './engine-request.ts'

/** ACE-Step under the name that Qubico gave it: one sound for each request. */
export const SOUNDS: ReadonlySet<string> = new Set(aceStep.map(({ id }) => id))

export async function soundRequest(job: Job, account: Account, signal: AbortSignal): Promise<EngineRequest> {
  const { input, operation } = job
  const taskType = operation.slice(operation.lastIndexOf('/') + 1)
  const shared = { ...commonFields(1), ...stepsIn(input), ...seedFields(seedIn(input), 1), ...wordsIn(input) }
  const unwanted = unwantedIn(input)
  const made = { title: '', tags: '', lyrics: '' }
  const source = String(input.style_audio ?? input.audio ?? '')
  switch (taskType) {
    case 'edit':
      // As long as its source is, whatever `duration` says.
      return {
        fields: { ...shared, ...soundFields(unwanted), task_type: 'cover' },
        sources: { src_audio: source },
        made,
      }
    case 'extend':
      return { ...(await extension(source, job, signal)), made }
    default:
      return {
        fields: {
          ...shared,
          ...planningFields(account, unwanted),
          task_type: 'text2music',
          audio_duration: secondsIn(input),
        },
        ...(taskType === 'audio2audio' ? { sources: { reference_audio: source } } : {}),
        made,
      }
  }

  /** The sound with `duration` seconds more: painting beyond its end makes it longer (by the engine's source). */
  async function extension(
    reference: string,
    { input }: Job,
    signal: AbortSignal,
  ): Promise<Omit<EngineRequest, 'made'>> {
    const file = await job.file(reference, signal)
    const { seconds: length } = await measure(file.bytes, file.mediaType)
    if (length === undefined) throw refused('style_audio', 'must be a sound whose length can be measured')
    const end = length + Number(input.duration)
    if (end > LONGEST_SECONDS) throw refused('duration', `makes a sound of more than ${LONGEST_SECONDS} seconds`)
    return {
      fields: {
        ...shared,
        ...soundFields(unwanted),
        task_type: 'repaint',
        repainting_start: length,
        repainting_end: end,
        audio_duration: end,
      },
      sources: { src_audio: file },
    }
  }
}

function wordsIn({ style_prompt, lyrics }: JsonObject): EngineRequest['fields'] {
  return { prompt: String(style_prompt ?? ''), lyrics: String(lyrics || NO_VOICE) }
}

function secondsIn({ duration }: JsonObject): number {
  const seconds = Number(duration)
  if (seconds < SHORTEST_SECONDS)
    throw refused('duration', `must be at least ${SHORTEST_SECONDS} seconds with ACE-Step 1.5`)
  return seconds
}

function stepsIn({ infer_step }: JsonObject): EngineRequest['fields'] {
  return typeof infer_step === 'number' ? { inference_steps: infer_step } : {}
}

function seedIn({ seed }: JsonObject): number | undefined {
  return typeof seed === 'number' && seed >= 0 ? seed : undefined
}

function unwantedIn({ negative_style_prompt, negative_prompt }: JsonObject): { field: string; words: string } {
  const words = [negative_style_prompt, negative_prompt].filter((one) => typeof one === 'string' && one.trim() !== '')
  return { field: 'negative_style_prompt', words: words.join(', ') }
}

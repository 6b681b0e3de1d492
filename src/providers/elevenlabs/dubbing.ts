import { PolyphonyError } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import { blobOf } from '../kit/input-files.ts'
import { readAnswer, readHandle, readIfFits } from '../kit/read-wire.ts'
import { soundsResult } from '../kit/results.ts'
import type { Call } from '../kit/vendor-call.ts'
import { speaksOfModeration } from '../kit/vendor-errors.ts'
import type { Account, Job, Progress, Submitted, TaskRequest } from '../provider.ts'
import { callElevenlabs, soundOf } from './call.ts'
import { Dub, DubList, DubStatus, Handle } from './wire.ts'

/** A recording in another language: the only work of ElevenLabs that is polled. */
export const DUBBING_OPERATION = 'runway/voice_dubbing'

/** The name by which a dub is found again. */
const nameOf = ({ taskId }: Pick<TaskRequest, 'taskId'>): string => `polyphony ${taskId}`
const languageOf = ({ input }: Pick<TaskRequest, 'input'>): string => String(input.targetLang)

export async function submitDubbing(job: Job, account: Account, signal: AbortSignal): Promise<Submitted> {
  const { audioUri, disableVoiceCloning, dropBackgroundAudio, numSpeakers } = job.input
  const form = new FormData()
  form.set('name', nameOf(job))
  form.set('target_lang', languageOf(job))
  form.set('file', blobOf(await job.file(String(audioUri), signal)))
  if (numSpeakers !== undefined) form.set('num_speakers', String(numSpeakers))
  if (disableVoiceCloning !== undefined) form.set('disable_voice_cloning', String(disableVoiceCloning))
  if (dropBackgroundAudio !== undefined) form.set('drop_background_audio', String(dropBackgroundAudio))
  const answer = await callElevenlabs(account, {
    method: 'POST',
    path: 'v1/dubbing',
    form,
    signal,
    isPaid: true,
  })
  const { dubbing_id: id } = readAnswer(Dub, answer, 'ElevenLabs', { isPaid: true })
  return { handle: { id, language: languageOf(job) } }
}

export async function pollDubbing(
  handle: Json,
  account: Account,
  signal: AbortSignal,
  request: TaskRequest,
): Promise<Progress> {
  const { id, language } = readHandle(Handle, handle, 'ElevenLabs')
  const found = await findDub(account, { path: pathOf(id), signal })
  if (!found) return { status: 'failed', reason: 'ElevenLabs no longer knows the dub.' }
  const { status, error: reason = 'ElevenLabs reported a failure without a reason.' } = readAnswer(
    DubStatus,
    found.body,
    'ElevenLabs',
  )
  if (status === 'failed') return { status, reason, isModerated: speaksOfModeration(reason) }
  if (status !== 'dubbed') return { status: 'processing' }
  const path = `${pathOf(id)}/audio/${encodeURIComponent(language)}`
  const read = (late: AbortSignal) => soundOf(account, { path, signal: late })
  return { status: 'completed', result: soundsResult(request, [{ read }]) }
}

export async function cancelDubbing(handle: Json, account: Account, signal: AbortSignal): Promise<void> {
  const { id } = readHandle(Handle, handle, 'ElevenLabs')
  const found = await findDub(account, { path: pathOf(id), signal })
  if (!found) return
  // A DELETE would take a finished dub, too, which is paid for.
  if (readAnswer(DubStatus, found.body, 'ElevenLabs').status === 'dubbed') {
    throw new PolyphonyError('vendor_refused', 'The dub is finished; it cannot be cancelled any more.')
  }
  await findDub(account, { method: 'DELETE', path: pathOf(id), signal })
}

/**
 * Looks for the dub by its name among the newest of the account. It is absent if the list does not have it and is
 * complete, or goes back to before the task.
 */
export async function reconcileDubbing(
  job: Job,
  account: Account,
  signal: AbortSignal,
): Promise<{ handle: JsonObject } | 'absent' | 'unknown'> {
  const query = { page_size: 200, order_by: 'created_at', order_direction: 'DESCENDING' }
  const list = readIfFits(DubList, await callElevenlabs(account, { path: 'v1/dubbing', query, signal }))
  if (!list) return 'unknown'
  const { dubs, has_more: hasMore } = list
  const ours = dubs.find(({ name }) => name === nameOf(job))
  if (ours) return { handle: { id: ours.dubbing_id, language: languageOf(job) } }
  const isComplete = hasMore === false || dubs.some(({ created_at }) => Date.parse(created_at ?? '') < job.createdAt)
  return isComplete ? 'absent' : 'unknown'
}

/** A call about a dub; undefined when ElevenLabs does not know it. */
async function findDub(account: Account, call: Call): Promise<{ body: Json } | undefined> {
  const gone = new PolyphonyError('not_found', 'ElevenLabs does not know the dub.')
  try {
    const body = await callElevenlabs(account, {
      ...call,
      errorOf: ({ status }) => (status === 404 ? gone : undefined),
    })
    return { body }
  } catch (error) {
    if (error === gone) return undefined
    throw error
  }
}

const pathOf = (id: string): string => `v1/dubbing/${encodeURIComponent(id)}`

import { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { blobOf } from '../kit/input-files.ts'
import { soundsResult } from '../kit/results.ts'
import type { Call } from '../kit/vendor-call.ts'
import { speaksOfModeration } from '../kit/vendor-errors.ts'
import type { Account, Job, Progress, Submitted, TaskRequest } from '../provider.ts'
import { callElevenlabs, soundOf } from './call.ts'

/** A recording in another language: the one work of ElevenLabs that is begun by one call and asked after by others. */
export const DUBBING_OPERATION = 'runway/voice_dubbing'

interface Handle {
  id: string
  language: string
}

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
  const { dubbing_id: id } = await callElevenlabs(account, {
    method: 'POST',
    path: 'v1/dubbing',
    form,
    signal,
    isPaid: true,
  })
  if (typeof id === 'string' && id !== '') return { handle: { id, language: languageOf(job) } }
  throw new PolyphonyError('vendor_silent', 'ElevenLabs accepted the dub and named no id.')
}

export async function pollDubbing(
  handle: Json,
  account: Account,
  signal: AbortSignal,
  request: TaskRequest,
): Promise<Progress> {
  const { id, language } = handleIn(handle)
  const dub = await known(account, { path: pathOf(id), signal })
  if (!dub) return { status: 'failed', reason: 'ElevenLabs does not know it any more.' }
  if (dub.status === 'failed') {
    const reason = typeof dub.error === 'string' && dub.error !== '' ? dub.error : 'ElevenLabs says that it failed.'
    return { status: 'failed', reason, isModerated: speaksOfModeration(reason) }
  }
  if (dub.status !== 'dubbed') return { status: 'processing' }
  const path = `${pathOf(id)}/audio/${encodeURIComponent(language)}`
  const read = (late: AbortSignal) => soundOf(account, { path, signal: late })
  return { status: 'completed', result: soundsResult(request, [{ read }]) }
}

export async function cancelDubbing(handle: Json, account: Account, signal: AbortSignal): Promise<void> {
  await known(account, { method: 'DELETE', path: pathOf(handleIn(handle).id), signal })
}

/**
 * Looks for the dub by its name among the newest of the account. It is absent where the list is whole, or goes back to
 * before the task, and has it not.
 */
export async function reconcileDubbing(
  job: Job,
  account: Account,
  signal: AbortSignal,
): Promise<{ handle: JsonObject } | 'absent' | 'unknown'> {
  const query = { page_size: 200, order_by: 'created_at', order_direction: 'DESCENDING' }
  const { dubs, has_more } = await callElevenlabs(account, { path: 'v1/dubbing', query, signal })
  if (!Array.isArray(dubs)) return 'unknown'
  const all = dubs.filter(isJsonObject)
  const id = all.find(({ name }) => name === nameOf(job))?.dubbing_id
  if (typeof id === 'string') return { handle: { id, language: languageOf(job) } }
  const isWhole = has_more === false || all.some(({ created_at }) => Date.parse(String(created_at)) < job.createdAt)
  return isWhole ? 'absent' : 'unknown'
}

/** Undefined where nothing is known under the id. */
async function known(account: Account, call: Call): Promise<JsonObject | undefined> {
  const gone = new PolyphonyError('not_found', 'ElevenLabs knows no such dub.')
  try {
    return await callElevenlabs(account, { ...call, errorOf: ({ status }) => (status === 404 ? gone : undefined) })
  } catch (error) {
    if (error === gone) return undefined
    throw error
  }
}

const pathOf = (id: string): string => `v1/dubbing/${encodeURIComponent(id)}`

function handleIn(handle: Json): Handle {
  if (isJsonObject(handle) && typeof handle.id === 'string' && typeof handle.language === 'string') {
    return { id: handle.id, language: handle.language }
  }
  throw new PolyphonyError('internal', 'The handle is none of ElevenLabs’.')
}

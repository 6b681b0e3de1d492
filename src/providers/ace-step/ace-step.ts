import { sunoConcat, sunoLyrics } from '../../catalog/suno.ts'
import { sunoPersona } from '../../catalog/suno-tools.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { blobOf } from '../kit/input-files.ts'
import { type Call, callVendor } from '../kit/vendor-call.ts'
import { vendorError } from '../kit/vendor-errors.ts'
import type { Account, Failure, Job, Progress, Provider, Submitted, TaskRequest } from '../provider.ts'
import { hasLanguageModel, keyOf } from './account.ts'
import { type EngineRequest, lyricsRequest, type SongFacts } from './engine-request.ts'
import { joinClips, keepPersona } from './joining.ts'
import { resultOf } from './outputs.ts'
import { SONGS, songRequest } from './songs.ts'
import { SOUNDS, soundRequest } from './sounds.ts'

const POLL_MS = 2_000

/** Operations that need no engine: they take together what is stored already. */
const LOCAL: Record<string, (job: Job) => Promise<Submitted>> = {
  [sunoConcat.id]: joinClips,
  [sunoPersona.id]: async (job) => keepPersona(job),
}

const ENGINE = new Set([...SONGS, ...SOUNDS, sunoLyrics.id])
const OPERATIONS: ReadonlySet<string> = new Set([...ENGINE, ...Object.keys(LOCAL)])

/**
 * ACE-Step 1.5's own API server (`acestep-api`). It takes no idempotency key, lists no jobs, cancels none and calls nobody:
 * a lost answer cannot be found again. A job that it does not know is to it one that has not begun, for ever; the task's
 * deadline ends it. Follow-ups get the parent's sound as a file, so it does not matter who made it.
 */
export function aceStepProvider(): Provider {
  return {
    id: 'ace-step',
    operations: OPERATIONS,
    adopts: new Set([...SONGS, ...Object.keys(LOCAL)]),
    performs: (account) =>
      hasLanguageModel(account) ? OPERATIONS : new Set([...OPERATIONS].filter((id) => id !== sunoLyrics.id)),
    async submit(job, account, signal) {
      const performLocally = LOCAL[job.operation]
      if (performLocally) return performLocally(job)
      const engineRequest = await engineRequestFor(job, account, signal)
      const body = await bodyOf(engineRequest, job, signal)
      const data = await callAceStep(account, { method: 'POST', path: '/release_task', ...body, signal, isPaid: true })
      const id = isJsonObject(data) ? data.task_id : undefined
      if (typeof id !== 'string' || id === '') throw malformed('named no task', true)
      return { handle: { id, made: { ...engineRequest.made } }, pollAfterMs: POLL_MS }
    },
    async poll(handle, account, signal, request) {
      const { id, made } = handleIn(handle)
      const json = { task_id_list: [id] }
      const data = await callAceStep(account, { method: 'POST', path: '/query_result', json, signal })
      const found = (Array.isArray(data) ? data : []).find((one) => isJsonObject(one) && one.task_id === id)
      if (!isJsonObject(found)) throw malformed('said nothing of the task', false)
      return progressOf(found, request, account, made)
    },
    // Of its free calls, the one that asks for the key; `/health` answers everybody.
    async probe(account, signal) {
      await callAceStep(account, { path: '/v1/stats', signal })
    },
  }
}

async function engineRequestFor(job: Job, account: Account, signal: AbortSignal): Promise<EngineRequest> {
  if (SONGS.has(job.operation)) return songRequest(job, account, signal)
  if (SOUNDS.has(job.operation)) return soundRequest(job, account, signal)
  if (job.operation === sunoLyrics.id) return lyricsRequest(job)
  throw new PolyphonyError('no_provider', `ACE-Step does not perform ${job.operation}.`)
}

/**
 * JSON, or a form where a sound goes along: paths of files that lie at the server are never named. A form writes line ends
 * in its own way, which singers would see; `param_obj` (by the server's source) is JSON within it.
 */
async function bodyOf(
  { fields, sources = {} }: EngineRequest,
  job: Job,
  signal: AbortSignal,
): Promise<Pick<Call, 'json' | 'form'>> {
  const named = Object.entries(sources)
  if (named.length === 0) return { json: fields }
  const { lyrics = '', ...plain } = fields
  const form = new FormData()
  for (const [name, value] of Object.entries(plain)) form.set(name, String(value))
  form.set('param_obj', JSON.stringify({ lyrics }))
  for (const [name, source] of named) {
    form.set(name, blobOf(typeof source === 'string' ? await job.file(source, signal) : source))
  }
  return { form }
}

/** One call; what stands in its answer's envelope. An error may come with the status 200 and a `code` that is none. */
async function callAceStep(account: Account, call: Omit<Call, 'headers'>): Promise<Json> {
  const { body } = await callVendor(account, { ...call, headers: keyOf(account) })
  if (!isJsonObject(body)) throw malformed('gave no object', call.isPaid === true)
  const { code = 200, data = null, error } = body
  if (typeof code !== 'number' || code < 400) return data
  const message = typeof error === 'string' ? error : ''
  throw vendorError({ status: code, message, isPaid: call.isPaid === true })
}

function malformed(what: string, isPaid: boolean): PolyphonyError {
  return vendorError({ status: 502, message: `ACE-Step answered and ${what}.`, isPaid })
}

function handleIn(handle: Json): { id: string; made: SongFacts } {
  if (isJsonObject(handle) && typeof handle.id === 'string' && isJsonObject(handle.made)) {
    return { id: handle.id, made: handle.made as SongFacts } // as `submit` wrote it
  }
  throw new PolyphonyError('internal', 'The handle is none of ACE-Step’s.')
}

/** `status`: 0 waiting or running (and also unknown), 1 done, 2 failed. `result` is JSON within JSON. */
function progressOf({ status, result }: JsonObject, request: TaskRequest, account: Account, made: SongFacts): Progress {
  const entries = entriesIn(result)
  if (status === 2) return { status: 'failed', ...failureIn(entries) }
  if (status !== 1) {
    const told = entries[0]?.progress
    return {
      status: 'processing',
      pollAfterMs: POLL_MS,
      ...(typeof told === 'number' ? { progress: Math.round(100 * told) } : {}),
    }
  }
  const finished = resultOf(entries, request, account, made)
  return finished
    ? { status: 'completed', result: finished }
    : { status: 'failed', reason: 'ACE-Step says that it is done, and delivered nothing that can be used.' }
}

function entriesIn(result: Json | undefined): JsonObject[] {
  try {
    const entries: unknown = JSON.parse(String(result))
    return Array.isArray(entries) ? entries.filter(isJsonObject) : []
  } catch {
    return [] // what it means that there are none depends on the status
  }
}

/** `error` is Python's traceback, with paths of the server in it: its last line says what was wrong. */
function failureIn(entries: readonly JsonObject[]): Failure {
  const { error } = entries[0] ?? {}
  const lines = typeof error === 'string' ? error.trim().split('\n') : []
  const reason =
    lines.at(-1)?.replace(/^[\w.]+(?:Error|Exception): /, '') || 'ACE-Step says that it failed, and not why.'
  return /\bLM\b.{0,200}init/i.test(reason)
    ? { reason: `${reason} Set ACE_STEP_LM=off where the server runs without its language model.` }
    : { reason }
}

import type { Static } from 'typebox'
import { sunoConcat, sunoLyrics } from '../../catalog/suno.ts'
import { sunoPersona } from '../../catalog/suno-tools.ts'
import { PolyphonyError } from '../../core/errors.ts'
import type { Json } from '../../core/json.ts'
import { blobOf } from '../kit/input-files.ts'
import { readAnswer, readHandle, readIfFits, unreadable } from '../kit/read-wire.ts'
import { type Call, callVendor } from '../kit/vendor-call.ts'
import { vendorError } from '../kit/vendor-errors.ts'
import type { Account, Failure, Job, Progress, Provider, Submitted, TaskRequest } from '../provider.ts'
import { hasLanguageModel, keyOf } from './account.ts'
import { type EngineRequest, lyricsRequest, type SongFacts } from './engine-request.ts'
import { joinClips, keepPersona } from './joining.ts'
import { resultOf } from './outputs.ts'
import { SONGS, songRequest } from './songs.ts'
import { SOUNDS, soundRequest } from './sounds.ts'
import { Created, Entries, Envelope, Handle, Jobs } from './wire.ts'

const POLL_MS = 2_000

/** Operations that need no engine: they combine stored files. */
const LOCAL: Record<string, (job: Job) => Promise<Submitted>> = {
  [sunoConcat.id]: joinClips,
  [sunoPersona.id]: async (job) => keepPersona(job),
}

const ENGINE = new Set([...SONGS, ...SOUNDS, sunoLyrics.id])
const OPERATIONS: ReadonlySet<string> = new Set([...ENGINE, ...Object.keys(LOCAL)])

/**
 * ACE-Step 1.5's own API server (`acestep-api`). It has no idempotency keys, no list of jobs, no cancelling and no
 * callbacks, so a lost answer is not found again. It reports an unknown job as one that has not started; the task's deadline
 * ends it. Follow-ups get the parent's sound as a file, so the parent may be of any provider.
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
      const { task_id: id } = readAnswer(Created, data, 'ACE-Step', { isPaid: true })
      return { handle: { id, made: { ...engineRequest.made } }, pollAfterMs: POLL_MS }
    },
    async poll(handle, account, signal, request) {
      const { id, made } = readHandle(Handle, handle, 'ACE-Step')
      const json = { task_id_list: [id] }
      const data = await callAceStep(account, { method: 'POST', path: '/query_result', json, signal })
      const found = readAnswer(Jobs, data, 'ACE-Step').find((job) => job.task_id === id)
      if (!found) throw unreadable('a list of jobs without the task', 'ACE-Step', false)
      return progressOf(found, request, account, made)
    },
    // The free call that needs the key: `/health` does not.
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

/** One call, and the data in its answer's envelope. Throws for an error with the status 200 as well. */
async function callAceStep(account: Account, call: Omit<Call, 'headers'>): Promise<Json> {
  const { body } = await callVendor(account, { ...call, headers: keyOf(account) })
  const isPaid = call.isPaid === true
  const { code = 200, data = null, error: message = '' } = readAnswer(Envelope, body, 'ACE-Step', { isPaid })
  if (code < 400) return data
  throw vendorError({ status: code, message, isPaid })
}

function progressOf(
  { status, result }: Static<typeof Jobs>[number],
  request: TaskRequest,
  account: Account,
  made: SongFacts,
): Progress {
  const entries = entriesIn(result)
  if (status === 2) return { status: 'failed', ...failureIn(entries) }
  if (status !== 1) {
    const share = entries[0]?.progress
    return {
      status: 'processing',
      pollAfterMs: POLL_MS,
      ...(share === undefined ? {} : { progress: Math.round(100 * share) }),
    }
  }
  const finished = resultOf(entries, request, account, made)
  return finished
    ? { status: 'completed', result: finished }
    : { status: 'failed', reason: 'ACE-Step reported success without a usable result.' }
}

function entriesIn(result = ''): Static<typeof Entries> {
  try {
    return readIfFits(Entries, JSON.parse(result)) ?? []
  } catch {
    return [] // what no entries mean depends on the status
  }
}

/** `error` is Python's traceback, with paths of the server in it: its last line names the cause. */
function failureIn([entry]: Static<typeof Entries>): Failure {
  const lines = entry?.error?.trim().split('\n') ?? []
  const reason =
    lines.at(-1)?.replace(/^[\w.]+(?:Error|Exception): /, '') || 'ACE-Step reported a failure without a reason.'
  return /\bLM\b.{0,200}init/i.test(reason)
    ? { reason: `${reason} Set ACE_STEP_LM=off where the server runs without its language model.` }
    : { reason }
}

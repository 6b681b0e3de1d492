import type { Json } from '../../core/json.ts'
import { blobOf } from '../kit/input-files.ts'
import { readAnswer, readHandle } from '../kit/read-wire.ts'
import { callVendor } from '../kit/vendor-call.ts'
import type { Account, Job, Progress, Provider, TaskRequest } from '../provider.ts'
import { keyOf } from './account.ts'
import { filledGraph, type NamedFile, refused } from './fill.ts'
import { findJob, type JobState, placeInQueue } from './job-state.ts'
import { outputsFor, resultOf } from './outputs.ts'
import { openProgressListener } from './progress.ts'
import { refusalIn } from './refusal.ts'
import type { Outputs } from './template.ts'
import { openTemplates } from './templates.ts'
import { Handle, Queued, Uploaded } from './wire.ts'

const POLL_MS = 2_000
/** The folder of our files among ComfyUI's inputs. */
const FOLDER = 'polyphony'

/**
 * A ComfyUI server. Templates define what it performs: workflows with places for values of the input. A task's
 * id is the prompt's id, so that a lost answer is found again; old servers name the prompt themselves.
 */
export function comfyuiProvider(): Provider {
  const templates = openTemplates()
  const listener = openProgressListener()
  /** Accounts whose server is too old for `/api/jobs`, as polls of this process found out. */
  const withoutJobs = new Set<string>()

  async function look(id: string, account: Account, signal: AbortSignal): Promise<JobState> {
    const { seen, hasJobs } = await findJob(id, account, signal, !withoutJobs.has(account.id))
    if (!hasJobs) withoutJobs.add(account.id)
    return seen
  }

  function handleOf(id: string, job: Job, account: Account): Json {
    return { id, outputs: outputsFor(templates.get(job.operation, account).outputs, job.taskId) as Json } // plain data
  }

  return {
    id: 'comfyui',
    operations: templates.builtIn,
    performs: (account) => templates.performedBy(account),
    async submit(job, account, signal) {
      const template = templates.get(job.operation, account)
      const graph = await filledGraph(template, job, uploader(job, account, signal))
      const clientId = listener.clientId(account)
      listener.follow(account, job.taskId, graph)
      const { body } = await callVendor(account, {
        method: 'POST',
        path: '/prompt',
        headers: keyOf(account),
        json: { prompt: graph, prompt_id: job.taskId, ...(clientId === undefined ? {} : { client_id: clientId }) },
        signal,
        isPaid: true,
        errorOf: (answer) => refusalIn(answer, template),
      }).catch((error: unknown) => {
        listener.forget(account, job.taskId)
        throw error
      })
      const { prompt_id: id } = readAnswer(Queued, body, 'ComfyUI', { isPaid: true })
      if (id !== job.taskId) {
        listener.forget(account, job.taskId)
        listener.follow(account, id, graph)
      }
      return { handle: handleOf(id, job, account), pollAfterMs: POLL_MS }
    },
    async poll(handle, account, signal, request) {
      const { id, outputs } = readHandle(Handle, handle, 'ComfyUI')
      const progress = progressOf(await look(id, account, signal), outputs, request, account)
      if (progress.status !== 'processing') listener.forget(account, id)
      const percent = progress.status === 'processing' ? listener.percentOf(account, id) : undefined
      return percent === undefined ? progress : { ...progress, progress: percent }
    },
    // Interrupts only while this prompt runs: older servers interrupt whichever prompt is running.
    async cancel(handle, account, signal) {
      const { id } = readHandle(Handle, handle, 'ComfyUI')
      const post = { method: 'POST', headers: keyOf(account), signal } as const
      await callVendor(account, { ...post, path: '/queue', json: { delete: [id] } })
      if ((await placeInQueue(id, account, signal)) === 'running') {
        await callVendor(account, { ...post, path: '/interrupt', json: { prompt_id: id } })
      }
      listener.forget(account, id)
    },
    async reconcile(job, account, signal) {
      const seen = await look(job.taskId, account, signal)
      return seen.state === 'unknown' ? 'absent' : { handle: handleOf(job.taskId, job, account) }
    },
    async probe(account, signal) {
      templates.check(account)
      await callVendor(account, { path: '/system_stats', headers: keyOf(account), signal })
    },
    async close() {
      listener.close()
    },
  }
}

/** Uploads each file once, under a name made of the task's id, so that a repeated upload changes nothing. */
function uploader(job: Job, account: Account, signal: AbortSignal): (file: NamedFile) => Promise<string> {
  const sent = new Map<string, string>()
  return async ({ field, reference, media }) => {
    const known = sent.get(reference)
    if (known !== undefined) return known
    const file = await job.file(reference, signal)
    if (!file.mediaType.startsWith(`${media}/`))
      throw refused(field, `must be a file of the kind ${media}, not ${file.mediaType}`)
    const form = new FormData()
    const extension = file.name.split('.').at(-1) ?? ''
    form.set('image', blobOf({ ...file, name: `${job.taskId}-${sent.size + 1}.${extension}` }))
    form.set('type', 'input')
    form.set('subfolder', FOLDER)
    form.set('overwrite', 'true')
    const call = { method: 'POST', path: '/upload/image', headers: keyOf(account), form, signal } as const
    const { body } = await callVendor(account, call)
    const { name, subfolder } = readAnswer(Uploaded, body, 'ComfyUI')
    const path = subfolder === undefined ? name : `${subfolder}/${name}`
    sent.set(reference, path)
    return path
  }
}

function progressOf(seen: JobState, outputs: Outputs, request: TaskRequest, account: Account): Progress {
  switch (seen.state) {
    case 'pending':
      return { status: 'processing', progress: 0, pollAfterMs: POLL_MS }
    case 'running':
      return { status: 'processing', progress: 1, pollAfterMs: POLL_MS }
    case 'unknown':
      return { status: 'failed', reason: 'ComfyUI no longer knows the task; it may have been restarted.' }
    case 'failed': {
      const { state: _, ...failure } = seen
      return { status: 'failed', ...failure }
    }
    case 'done': {
      const result = resultOf(seen.outputs, outputs, request, account)
      return result
        ? { status: 'completed', result }
        : { status: 'failed', reason: 'ComfyUI reported success without an output of the expected kind.' }
    }
  }
}

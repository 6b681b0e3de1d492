import { PolyphonyError } from '../../src/core/errors.ts'
import { itemId } from '../../src/core/ids.ts'
import type { Json } from '../../src/core/json.ts'
import type { Job, Provider } from '../../src/providers/provider.ts'

interface Handle {
  id: string
  taskId: string
  title: string
}

const POLL_MS = 50

/** The adapter for the vendor in vendor.ts: what a real one does, in its smallest form. */
export function vendorProvider(url: string): Provider {
  async function call<T>(path: string, init: RequestInit): Promise<T> {
    let answer: Response
    try {
      answer = await fetch(`${url}${path}`, init)
    } catch (error) {
      throw new PolyphonyError('vendor_silent', 'The vendor did not answer.', { cause: error })
    }
    if (!answer.ok) throw new PolyphonyError('vendor_refused', `The vendor answered ${answer.status}.`)
    return (await answer.json()) as T // the test's own vendor
  }
  const handleOf = (id: string, job: Job): Handle => ({ id, taskId: job.taskId, title: String(job.input.title ?? '') })

  return {
    id: 'vendor',
    operations: new Set(['suno/music']),
    async submit(job, _account, signal) {
      const headers = { 'content-type': 'application/json', 'idempotency-key': job.idempotencyKey }
      const { id } = await call<{ id: string }>('/generations', {
        method: 'POST',
        headers,
        body: JSON.stringify(job.input),
        signal,
      })
      return { handle: handleOf(id, job) as unknown as Json, pollAfterMs: POLL_MS }
    },
    async poll(value, _account, signal) {
      const handle = value as unknown as Handle
      const { done } = await call<{ done: boolean }>(`/generations/${handle.id}`, { signal })
      if (!done) return { status: 'processing', progress: 50, pollAfterMs: POLL_MS }
      const clips = [1, 2].map((number) => ({
        id: itemId(handle.taskId, number),
        title: handle.title,
        tags: '',
        prompt: '',
        gptDescriptionPrompt: null,
        mv: 'chirp-v4',
        type: 'gen',
        durationSeconds: 3,
        audio: `file:audio-${number}`,
        image: '',
        imageLarge: '',
        continueClipId: null,
        continueAt: null,
      }))
      const files = [1, 2].map((number) => ({
        key: `audio-${number}`,
        mediaType: 'audio/mpeg',
        content: { url: `${url}/files/${handle.id}-${number}.mp3` },
      }))
      return { status: 'completed', result: { output: { clips }, files } }
    },
    async reconcile(job, _account, signal) {
      const found = await call<{ id: string }[]>(`/generations?key=${encodeURIComponent(job.idempotencyKey)}`, {
        signal,
      })
      const [first] = found
      return first ? { handle: handleOf(first.id, job) as unknown as Json } : 'absent'
    },
  }
}

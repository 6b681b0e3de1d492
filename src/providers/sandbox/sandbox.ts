import { type Static, Type } from 'typebox'
import { listOperations } from '../../catalog/catalog.ts'
import type { Clock } from '../../core/clock.ts'
import { PolyphonyError } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import { readHandle } from '../kit/read-wire.ts'
import type { Job, Progress, Provider } from '../provider.ts'
import { sandboxCalls } from './calls.ts'
import { magicOf } from './magic.ts'

/** The state of a sandbox generation is a function of its handle and the time, so nothing is kept anywhere. */
const Handle = Type.Object({
  taskId: Type.String(),
  operation: Type.String(),
  input: Type.Unsafe<JsonObject>(Type.Object({})),
  ending: Type.Enum(['complete', 'fail', 'moderation']),
  acceptedAt: Type.Integer(),
  endsAt: Type.Integer(),
})
type Handle = Static<typeof Handle>

const LOOK_EVERY_MS = 500
const UNREACHABLE_CALLS = 2

/** What test keys run on: realistic states and small marked files, without any vendor and without cost. */
export function sandboxProvider({ clock, seconds: defaultSeconds = 2 }: { clock: Clock; seconds?: number }): Provider {
  function accept(job: Job): { handle: Json; pollAfterMs: number } {
    const { ending, seconds } = magicOf(job.input, defaultSeconds)
    const acceptedAt = clock.now()
    const handle = {
      taskId: job.taskId,
      operation: job.operation,
      input: job.input,
      ending,
      acceptedAt,
      endsAt: acceptedAt + Math.round(seconds * 1_000),
    }
    return { handle: handle, pollAfterMs: pauseOf(handle) }
  }

  /** Half a second, or what is left, if that is less. */
  function pauseOf(handle: Pick<Handle, 'endsAt'>): number {
    return Math.max(0, Math.min(LOOK_EVERY_MS, handle.endsAt - clock.now()))
  }

  return {
    id: 'sandbox',
    isLocal: true,
    calls: sandboxCalls(clock),
    operations: new Set(listOperations().map(({ id }) => id)),
    async submit(job) {
      const magic = magicOf(job.input, defaultSeconds)
      if (magic.refuse) return { failed: { reason: 'The sandbox refused this, as sandbox:refuse asks.' } }
      if (magic.unreachable && job.attempt <= UNREACHABLE_CALLS) {
        throw new PolyphonyError('vendor_unreachable', 'The sandbox did not answer, as sandbox:unreachable asks.')
      }
      if (magic.lostAnswer && job.attempt === 1) {
        throw new PolyphonyError('vendor_silent', 'The sandbox lost its answer, as sandbox:lost-answer asks.')
      }
      return accept(job)
    },
    async poll(value): Promise<Progress> {
      const handle = readHandle(Handle, value, 'sandbox')
      const now = clock.now()
      if (now < handle.endsAt) {
        const progress = Math.floor((100 * (now - handle.acceptedAt)) / (handle.endsAt - handle.acceptedAt))
        return { status: 'processing', progress, pollAfterMs: pauseOf(handle) }
      }
      if (handle.ending === 'fail') return { status: 'failed', reason: 'The generation failed, as sandbox:fail asks.' }
      if (handle.ending === 'moderation') {
        return {
          status: 'failed',
          reason: 'Refused by content moderation, as sandbox:moderation asks.',
          isModerated: true,
        }
      }
      const { resultOf } = await import('./results.ts') // what draws and sounds is loaded with the first result
      return { status: 'completed', result: await resultOf(handle) }
    },
    // No work is running: a task that is no longer polled has ended.
    cancel: async () => {},
    // The sandbox loses answers of generations that exist.
    reconcile: async (job) =>
      magicOf(job.input, defaultSeconds).lostAnswer ? { handle: accept(job).handle } : 'absent',
  }
}

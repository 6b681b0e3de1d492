import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { sunoConcat, sunoLyrics, sunoMusic, sunoUpload } from '../../catalog/suno.ts'
import type { Clock } from '../../core/clock.ts'
import { PolyphonyError } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import { sandboxSong } from '../../engines/sandbox-media/sandbox-media.ts'
import type { Job, ProducedFile, Progress, Provider, Result } from '../provider.ts'
import { clipOf, songWishOf } from '../suno-song.ts'
import { magicOf } from './magic.ts'

/** The state of a sandbox generation is a function of its handle and the time, so nothing is kept anywhere. */
const Handle = Type.Object({
  taskId: Type.String(),
  operation: Type.String(),
  input: Type.Record(Type.String(), Type.Unknown()),
  ending: Type.Enum(['complete', 'fail', 'moderation']),
  acceptedAt: Type.Integer(),
  endsAt: Type.Integer(),
})
type Handle = Static<typeof Handle>

const NOTE = 'Sandbox: not a real result.'
const LOOK_EVERY_MS = 500
const UNREACHABLE_CALLS = 2

const outputs: Record<string, (handle: Handle) => Promise<Result>> = {
  [sunoMusic.id]: (handle) => songs(handle, 2),
  [sunoConcat.id]: (handle) => songs(handle, 1),
  [sunoUpload.id]: (handle) => songs(handle, 1),
  [sunoLyrics.id]: async ({ input }) => ({
    output: { title: 'Sandbox', text: `[Verse]\n${NOTE}\n${String(input.prompt)}`, tags: ['sandbox'] },
    files: [],
  }),
}

/** What test keys run on: realistic states and small marked files, without any vendor and without cost. */
export function sandboxProvider({ clock }: { clock: Clock }): Provider {
  function accept(job: Job): { handle: Json; pollAfterMs: number } {
    const { ending, seconds } = magicOf(job.input)
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
    operations: new Set(Object.keys(outputs)),
    async submit(job) {
      const magic = magicOf(job.input)
      if (magic.refuse) return { failed: { reason: 'The sandbox refused this, as sandbox:refuse asks.' } }
      if (magic.unreachable && job.attempt <= UNREACHABLE_CALLS) {
        throw new PolyphonyError('vendor_unreachable', 'The sandbox plays dead, as sandbox:unreachable asks.')
      }
      if (magic.lostAnswer && job.attempt === 1) {
        throw new PolyphonyError('vendor_silent', 'The sandbox lost its answer, as sandbox:lost-answer asks.')
      }
      return accept(job)
    },
    async poll(value): Promise<Progress> {
      const handle = Value.Parse(Handle, value)
      const now = clock.now()
      if (now < handle.endsAt) {
        const progress = Math.floor((100 * (now - handle.acceptedAt)) / (handle.endsAt - handle.acceptedAt))
        return { status: 'processing', progress, pollAfterMs: pauseOf(handle) }
      }
      if (handle.ending === 'fail') return { status: 'failed', reason: 'The generation failed, as sandbox:fail asks.' }
      if (handle.ending === 'moderation') {
        return { status: 'failed', reason: 'Refused by content moderation, as sandbox:moderation asks.' }
      }
      const perform = outputs[handle.operation]
      if (!perform) return { status: 'failed', reason: `The sandbox does not perform ${handle.operation}.` }
      return { status: 'completed', result: await perform(handle) }
    },
    // A lost answer is one that the sandbox did give: the generation exists.
    reconcile: async (job) => (magicOf(job.input).lostAnswer ? { handle: accept(job).handle } : 'absent'),
  }
}

async function songs(handle: Handle, count: 1 | 2): Promise<Result> {
  const song = await sandboxSong()
  const wish = songWishOf(handle.input as JsonObject) // it was JSON when it was stored
  const marked = { ...wish, title: wish.title || 'Sandbox', mv: wish.mv ?? '', lyrics: wish.lyrics || NOTE }
  const files: ProducedFile[] = [
    { key: 'audio', mediaType: 'audio/mpeg', content: song.mp3 },
    { key: 'cover', mediaType: 'image/jpeg', content: song.coverJpeg },
    { key: 'cover-large', mediaType: 'image/jpeg', content: song.coverLargeJpeg },
  ]
  const type = count === 2 ? 'gen' : handle.operation === sunoConcat.id ? 'concat' : 'upload'
  const clips = Array.from({ length: count }, (_, index) =>
    clipOf(handle, count === 1 ? 0 : index + 1, marked, {
      type,
      durationSeconds: song.durationSeconds,
      audio: 'file:audio',
      image: 'file:cover',
      imageLarge: 'file:cover-large',
    }),
  )
  return { output: { clips }, files, logs: [NOTE] }
}

import { setImmediate } from 'node:timers/promises'
import { MessageChannel } from 'node:worker_threads'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { openFlag, openThreads } from './threads.ts'
import type { Edit } from './video/edit-frames.ts'

/** Two faces beside each other. */
const GALLERY = new URL('../../../docs/images/workshop/enlarge.webp', import.meta.url).pathname

const NO_PICTURE = {
  kind: 'picture',
  field: 'image',
  work: { kind: 'cut out', picture: new Uint8Array(8), format: 'png' },
  stop: openFlag(),
  reports: new MessageChannel().port2,
} as const

/** A video of which no frame comes until its port is closed. */
function videoOf(edit: Edit) {
  const [{ port1: ours, port2: frames }, { port2: reports }] = [new MessageChannel(), new MessageChannel()]
  return { ours, job: { kind: 'video', field: 'video', edit, stop: openFlag(), reports, frames } as const }
}

describe('a thread of the workshop', { timeout: 20_000 }, () => {
  it('is free again where a video ends while its frames are not yet waited for', async () => {
    const threads = openThreads({ threads: 1, perPicture: 1 })
    const faces = await sharp(GALLERY).removeAlpha().resize(252, 126, { fit: 'fill' }).png().toBuffer()
    const { ours, job } = videoOf({ kind: 'swap faces', faces, choice: {} })
    await threads.run(NO_PICTURE) // so that the thread is there
    const run = threads.run(job)
    await setImmediate() // it has the port
    ours.close() // while it looks for the faces to put in, and without a word of the flag
    expect(await run).toEqual({ status: 'stopped' })
    await threads.close()
  })

  it('that does not stop when it is told to is ended', async () => {
    const threads = openThreads({ threads: 1, perPicture: 1, stopsMs: 1 })
    const { ours, job } = videoOf({ kind: 'enlarge' })
    const ended = expect(threads.run(job)).rejects.toThrow('Terminating worker thread')
    await threads.close()
    await ended
    ours.close()
  })
})

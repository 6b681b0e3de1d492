import { PolyphonyError } from '../../core/errors.ts'
import type { Provider } from '../provider.ts'
import { answered, clientOf } from './client.ts'
import { IMAGE_OPERATIONS, makePictures } from './images.ts'
import { beginVideo, cancelVideo, lookAtVideo, VIDEO_OPERATIONS } from './videos.ts'

/**
 * OpenAI through its own package: pictures, and Sora 2. It takes no idempotency key and no callback address, and shows of
 * a video nothing that we could have marked it with; so a lost answer is not found again. Speech is not among what it
 * performs here: the catalogue's speech is in the voice of a recording, and OpenAI speaks in voices of its own.
 */
export function openaiProvider(): Provider {
  return {
    id: 'openai',
    operations: new Set([...IMAGE_OPERATIONS, ...VIDEO_OPERATIONS]),
    async submit(job, account, signal) {
      const client = clientOf(account)
      if (IMAGE_OPERATIONS.includes(job.operation)) return makePictures(client, job, signal)
      if (VIDEO_OPERATIONS.includes(job.operation)) return beginVideo(client, job, signal)
      throw new PolyphonyError('no_provider', `OpenAI does not perform ${job.operation}.`)
    },
    poll: lookAtVideo,
    cancel: cancelVideo,
    async probe(account, signal) {
      await answered(() => clientOf(account).models.list({ signal }), { isPaid: false, signal })
    },
  }
}

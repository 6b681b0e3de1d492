import { PolyphonyError } from '../../core/errors.ts'
import type { Provider } from '../provider.ts'
import { clientOf, found } from './client.ts'
import { IMAGE_OPERATIONS, submitImages } from './images.ts'
import { cancelVideo, pollVideo, submitVideo, VIDEO_OPERATIONS } from './videos.ts'

const IMAGES: ReadonlySet<string> = new Set(IMAGE_OPERATIONS)
const ALL: ReadonlySet<string> = new Set([...IMAGE_OPERATIONS, ...VIDEO_OPERATIONS])
/** Where the videos API is closed: a task of it is for others, who serve Sora 2 still. */
const OWN_HOST = 'api.openai.com'

/**
 * OpenAI through its own package: pictures, and Sora 2. It takes no idempotency key and no callback address, and shows of
 * a video nothing that we could have marked it with; so a lost answer is not found again. Speech is not among what it
 * performs here: the catalogue's speech is in the voice of a recording, and OpenAI speaks in voices of its own.
 */
export function openaiProvider(): Provider {
  return {
    id: 'openai',
    operations: ALL,
    performs: ({ settings }) => (URL.parse(settings.baseUrl ?? '')?.host === OWN_HOST ? IMAGES : ALL),
    async submit(job, account, signal) {
      const isPicture = IMAGES.has(job.operation)
      const client = clientOf(account, { hasFiles: isPicture })
      if (isPicture) return submitImages(client, job, signal)
      if (ALL.has(job.operation)) return submitVideo(client, job, signal)
      throw new PolyphonyError('no_provider', `OpenAI does not perform ${job.operation}.`)
    },
    poll: pollVideo,
    cancel: cancelVideo,
    async probe(account, signal) {
      // A gateway that has no list of models may work nevertheless: a task will tell.
      await found(() => clientOf(account, { hasFiles: false }).models.list({ signal }), signal)
    },
  }
}

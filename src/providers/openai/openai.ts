import { PolyphonyError } from '../../core/errors.ts'
import type { Provider } from '../provider.ts'
import { clientOf, find } from './client.ts'
import { IMAGE_OPERATIONS, submitImages } from './images.ts'
import { cancelVideo, pollVideo, submitVideo, VIDEO_OPERATIONS } from './videos.ts'

const IMAGES: ReadonlySet<string> = new Set(IMAGE_OPERATIONS)
const ALL: ReadonlySet<string> = new Set([...IMAGE_OPERATIONS, ...VIDEO_OPERATIONS])
/** The videos API is closed at this host; other hosts still serve Sora 2. */
const OWN_HOST = 'api.openai.com'

/**
 * OpenAI through its own package: pictures, and Sora 2. It takes no idempotency key and no callback URL, and its
 * videos carry no id of the task, so a lost answer is not found again. Speech is not offered: the catalogue's speech uses the
 * voice of a recording, and OpenAI has voices of its own only.
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
      // A gateway without a list of models may still work: the first task shows it.
      await find(() => clientOf(account, { hasFiles: false }).models.list({ signal }), signal)
    },
  }
}

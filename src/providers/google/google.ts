import { PolyphonyError } from '../../core/errors.ts'
import type { Provider } from '../provider.ts'
import { findAtGoogle } from './call.ts'
import { IMAGE_OPERATIONS, submitImages } from './images.ts'
import { pollVideo, submitVideo, VIDEO_OPERATIONS } from './videos.ts'

const IMAGES: ReadonlySet<string> = new Set(IMAGE_OPERATIONS)
const ALL: ReadonlySet<string> = new Set([...IMAGE_OPERATIONS, ...VIDEO_OPERATIONS])
/** Where Veo is closed: a task of it is for others, who serve it still. */
const OWN_HOST = 'generativelanguage.googleapis.com'

/**
 * Google's Gemini API: pictures by the Gemini models, videos by Veo. It takes no idempotency key, calls nobody back, ends no
 * operation early and lists none by its input; so a lost answer is not found again.
 */
export function googleProvider(): Provider {
  return {
    id: 'google',
    operations: ALL,
    performs: ({ settings }) => (URL.parse(settings.baseUrl ?? '')?.host === OWN_HOST ? IMAGES : ALL),
    async submit(job, account, signal) {
      if (IMAGES.has(job.operation)) return submitImages(job, account, signal)
      if (ALL.has(job.operation)) return submitVideo(job, account, signal)
      throw new PolyphonyError('no_provider', `Google does not perform ${job.operation}.`)
    },
    poll: pollVideo,
    async probe(account, signal) {
      // A gateway that has no list of models may work nevertheless: a task will tell.
      await findAtGoogle(account, { path: 'models', query: { pageSize: 1 }, signal })
    },
  }
}

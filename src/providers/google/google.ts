import { PolyphonyError } from '../../core/errors.ts'
import type { Provider } from '../provider.ts'
import { findAtGoogle } from './call.ts'
import { IMAGE_OPERATIONS, submitImages } from './images.ts'
import { pollVideo, submitVideo, VIDEO_OPERATIONS } from './videos.ts'

const IMAGES: ReadonlySet<string> = new Set(IMAGE_OPERATIONS)
const ALL: ReadonlySet<string> = new Set([...IMAGE_OPERATIONS, ...VIDEO_OPERATIONS])
/** Veo is closed at this host; other hosts still serve it. */
const OWN_HOST = 'generativelanguage.googleapis.com'

/**
 * Google's Gemini API: pictures by the Gemini models, videos by Veo. It has no idempotency keys, no
 * callbacks, no way to end an operation and no list of them, so a lost answer is not found again.
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
      // A gateway without a list of models may still work: the first task shows it.
      await findAtGoogle(account, { path: 'models', query: { pageSize: 1 }, signal })
    },
  }
}

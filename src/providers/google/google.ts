import { PolyphonyError } from '../../core/errors.ts'
import type { Provider } from '../provider.ts'
import { callGoogle } from './call.ts'
import { IMAGE_OPERATIONS, makePictures } from './images.ts'
import { beginVideo, lookAtVideo, VIDEO_OPERATIONS } from './videos.ts'

/**
 * Google's Gemini API: pictures by the Gemini models, videos by Veo. It takes no idempotency key, calls nobody back, ends no
 * operation early and lists none by its input; so a lost answer is not found again.
 */
export function googleProvider(): Provider {
  return {
    id: 'google',
    operations: new Set([...IMAGE_OPERATIONS, ...VIDEO_OPERATIONS]),
    async submit(job, account, signal) {
      if (IMAGE_OPERATIONS.includes(job.operation)) return makePictures(job, account, signal)
      if (VIDEO_OPERATIONS.includes(job.operation)) return beginVideo(job, account, signal)
      throw new PolyphonyError('no_provider', `Google does not perform ${job.operation}.`)
    },
    poll: lookAtVideo,
    async probe(account, signal) {
      await callGoogle(account, { path: 'models', query: { pageSize: 1 }, signal })
    },
  }
}

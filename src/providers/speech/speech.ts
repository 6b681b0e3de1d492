import { PolyphonyError } from '../../core/errors.ts'
import type { Speech } from '../../engines/speech/speech.ts'
import type { Provider } from '../provider.ts'
import { speechCalls } from './calls.ts'

/**
 * The embedded voice: Flite, which speaks English in this process, offline. It answers calls only. The catalogue's speech
 * takes the voice of a recording, or of another vendor, and this voice has its own only.
 */
export function speechProvider(speech: Speech): Provider {
  return {
    id: 'speech',
    isLocal: true,
    operations: new Set(),
    calls: speechCalls(speech),
    async submit(job) {
      throw new PolyphonyError('no_provider', `The embedded voice does not perform ${job.operation}.`)
    },
    close: () => speech.close(),
  }
}

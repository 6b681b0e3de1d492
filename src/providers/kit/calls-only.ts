import { PolyphonyError } from '../../core/errors.ts'
import type { CallSide, Provider } from '../provider.ts'

/** A provider whose accounts answer calls and perform no tasks. `probedAt`: a path below the base address that costs nothing. */
export function callsOnly(id: string, { headersOf }: CallSide, probedAt: string): () => Provider {
  return () => ({
    id,
    operations: new Set(),
    async submit(job) {
      throw new PolyphonyError('no_provider', `${id} does not perform ${job.operation}.`)
    },
    async probe({ fetch, settings }, signal) {
      const answer = await fetch(`${settings.baseUrl}${probedAt}`, { headers: headersOf(settings), signal })
      if (answer.status === 401 || answer.status === 403) {
        throw new PolyphonyError('account_refused', `${id} refuses the key (${answer.status}).`, {
          lacks: 'credential',
        })
      }
      if (answer.status === 429) throw new PolyphonyError('account_busy', `${id} is at its limit.`)
      if (answer.status >= 500) throw new PolyphonyError('vendor_unreachable', `${id} answers ${answer.status}.`)
    },
  })
}

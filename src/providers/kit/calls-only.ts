import { PolyphonyError } from '../../core/errors.ts'
import type { Account, CallSide, Provider } from '../provider.ts'

/**
 * A provider whose accounts answer calls and perform no tasks. `probedAt`: what costs nothing there, as a path below the base
 * address or a whole address. Without it, an account is tried again by the next call.
 */
export function callsOnly(id: string, { headersOf }: CallSide, probedAt?: string | AddressOf): () => Provider {
  return () => ({
    id,
    operations: new Set(),
    async submit(job) {
      throw new PolyphonyError('no_provider', `${id} does not perform ${job.operation}.`)
    },
    ...(probedAt === undefined ? {} : { probe: probeOf(id, headersOf, probedAt) }),
  })
}

type AddressOf = (settings: Account['settings']) => string

function probeOf(
  id: string,
  headersOf: CallSide['headersOf'],
  probedAt: string | AddressOf,
): NonNullable<Provider['probe']> {
  return async ({ fetch, settings }, signal) => {
    const url = typeof probedAt === 'string' ? `${settings.baseUrl}${probedAt}` : probedAt(settings)
    const answer = await fetch(url, { headers: headersOf(settings), signal })
    if (answer.status === 401 || answer.status === 403) {
      throw new PolyphonyError('account_refused', `${id} refuses the key (${answer.status}).`, { lacks: 'credential' })
    }
    if (answer.status === 429) throw new PolyphonyError('account_busy', `${id} is at its limit.`)
    if (answer.status >= 500) throw new PolyphonyError('vendor_unreachable', `${id} answers ${answer.status}.`)
  }
}

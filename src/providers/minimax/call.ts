import type { Json } from '../../core/json.ts'
import { readIfFits } from '../kit/read-wire.ts'
import { type Call, callVendor } from '../kit/vendor-call.ts'
import type { Account } from '../provider.ts'
import { apiStatusIn, minimaxError } from './errors.ts'
import { Task } from './wire.ts'

/**
 * A call whose only good answer has code 0. The exception is a failed task, whose reason is in the code. The answer may
 * still be anything.
 */
export async function callMinimax(account: Account, call: Omit<Call, 'headers'>): Promise<Json> {
  const isPaid = call.isPaid === true
  const errorOf: Call['errorOf'] = ({ body }) => {
    const status = apiStatusIn(body)
    return status.code === 0 ? undefined : minimaxError(status, isPaid)
  }
  const headers = { authorization: `Bearer ${account.settings.apiKey ?? ''}` }
  const { body } = await callVendor(account, { ...call, headers, errorOf })
  const status = apiStatusIn(body)
  if (status.code === 0 || hasEnded(readIfFits(Task, body)?.status, 'fail')) return body
  throw minimaxError(status, isPaid)
}

/** MiniMax writes `Fail` and `Failed`, `Success` and, in callbacks, `success`. */
export function hasEnded(status: string | undefined, how: 'success' | 'fail'): boolean {
  return status?.toLowerCase().startsWith(how) === true
}

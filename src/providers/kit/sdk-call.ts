import { PolyphonyError } from '../../core/errors.ts'
import { hasErrorObject, sdkError } from './vendor-errors.ts'

export interface SdkCall {
  /** A call that begins work that is paid for. */
  isPaid?: boolean
  signal: AbortSignal
}

/** What a vendor's SDK threw, as one of our errors. */
export type SdkErrorReader = (thrown: unknown, call: { isPaid: boolean; signal: AbortSignal }) => unknown

/**
 * Calls through a vendor's official SDK, whose errors become ours. Answers are `unknown`: an SDK has types for them, and
 * checks none of them.
 */
export function sdkCalls(errorOf: SdkErrorReader = sdkError) {
  async function call(send: () => PromiseLike<unknown>, { isPaid = false, signal }: SdkCall): Promise<unknown> {
    try {
      return await send()
    } catch (thrown) {
      throw errorOf(thrown, { isPaid, signal })
    }
  }

  /** A call about a task; undefined when the vendor does not know its id. */
  async function find(send: () => PromiseLike<unknown>, signal: AbortSignal): Promise<{ answer: unknown } | undefined> {
    try {
      return { answer: await send() }
    } catch (thrown) {
      if (isNotFound(thrown)) return undefined
      throw errorOf(thrown, { isPaid: false, signal })
    }
  }

  return { call, find }
}

/** The SDKs' errors carry the status of the answer; our own have one, too. A proxy's 404 is none of the vendor's. */
function isNotFound(thrown: unknown): boolean {
  if (!(thrown instanceof Error) || thrown instanceof PolyphonyError) return false
  return 'status' in thrown && thrown.status === 404 && hasErrorObject(thrown)
}

/** For vendors whose status for a lack of credit is that of any other faulty request, and whose message says it. */
export function lackOfCredit(words: RegExp): SdkErrorReader {
  return (thrown, call) => {
    const error = sdkError(thrown, call)
    const lacksCredit = error instanceof PolyphonyError && error.code === 'vendor_refused' && words.test(error.message)
    return lacksCredit ? new PolyphonyError('account_refused', error.message, { lacks: 'credit' }) : error
  }
}

import { PolyphonyError } from '../../core/errors.ts'
import { sdkError } from './vendor-errors.ts'

export interface Meaning {
  /** A call that begins work that is paid for. */
  isPaid: boolean
  signal: AbortSignal
}

/** Calls through a vendor's official package. `errorOf` is the vendor's own reading of what they throw. */
export function packageCalls(errorOf: (thrown: unknown, meaning: Meaning) => unknown = sdkError) {
  async function answered<Told>(ask: () => Promise<Told>, meaning: Meaning): Promise<Told> {
    try {
      return await ask()
    } catch (thrown) {
      throw errorOf(thrown, meaning)
    }
  }

  /** `null` where nothing is known under the id. */
  async function found<Told>(ask: () => Promise<Told>, signal: AbortSignal): Promise<Told | null> {
    try {
      return await ask()
    } catch (thrown) {
      if (isUnknown(thrown)) return null
      throw errorOf(thrown, { isPaid: false, signal })
    }
  }

  return { answered, found }
}

/** The packages' errors carry the status of the answer; our own have one, too. */
function isUnknown(thrown: unknown): boolean {
  return thrown instanceof Error && !(thrown instanceof PolyphonyError) && 'status' in thrown && thrown.status === 404
}

/** Some vendors answer a lack of credit with the status of any other fault in a request, and say it in words. */
export function withoutCredit(words: RegExp): (thrown: unknown, meaning: Meaning) => unknown {
  return (thrown, meaning) => {
    const error = sdkError(thrown, meaning)
    const lacksCredit = error instanceof PolyphonyError && error.code === 'vendor_refused' && words.test(error.message)
    return lacksCredit ? new PolyphonyError('account_refused', error.message, { lacks: 'credit' }) : error
  }
}

import { randomUUID } from 'node:crypto'
import { SECOND_MS } from '../../core/clock.ts'
import { fieldError, invalidInput, PolyphonyError } from '../../core/errors.ts'
import { isJsonObject } from '../../core/json.ts'
import type { DialectContext } from '../dialect.ts'

const FIELD = 'callback_url'
/** "Your server must echo this value within 3s" (platform.minimax.io, video generation). */
const ECHO_MS = 3 * SECOND_MS

/**
 * Requires the receiver of callbacks to echo a word, as MiniMax does before it accepts a task. Throws `invalid_input` and
 * `address_refused`, naming callback_url. That an echo needs a status 2xx, and with which code a request is refused, the
 * vendor does not say: inferred.
 */
export async function challenge(url: string, { postJson }: Pick<DialectContext, 'postJson'>): Promise<void> {
  const word = randomUUID()
  const { status, body } = await echoOf(url, { challenge: word }, postJson)
  if (status < 200 || status >= 300)
    throw invalidInput(FIELD, `must answer the challenge with a status 2xx, not ${status}`)
  if (!echoes(body, word)) {
    throw invalidInput(FIELD, 'must answer {"challenge": "…"} with the same JSON, and answered something else')
  }
}

async function echoOf(url: string, question: { challenge: string }, postJson: DialectContext['postJson']) {
  try {
    return await postJson(url, question, { timeoutMs: ECHO_MS })
  } catch (error) {
    if (!(error instanceof PolyphonyError)) throw error
    // Whatever is wrong with the address is the request's fault, not a vendor's.
    const code = error.code === 'address_refused' ? error.code : 'invalid_input'
    throw fieldError(code, FIELD, `must echo a challenge: ${error.message.replace(/\.$/, '')}`, { cause: error })
  }
}

function echoes(body: string, word: string): boolean {
  try {
    const answer: unknown = JSON.parse(body)
    return isJsonObject(answer) && answer.challenge === word
  } catch {
    return false // no JSON is no echo
  }
}

import { useRef } from 'react'
import { ApiError } from './client.ts'

/** 128 random bits. (`crypto.randomUUID` is kept from pages that came without TLS, such as those of a gateway in one's house.) */
export const randomId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')

/**
 * Sends what may be done once only, such as what is paid, with a key by which the gateway knows it again. When no answer came, the
 * same content goes out under the same key: it may have arrived.
 */
export function useOnce(): <Sent>(content: unknown, send: (key: string) => Promise<Sent>) => Promise<Sent> {
  const unanswered = useRef<{ content: string; key: string }>(undefined)
  return async (content, send) => {
    const text = JSON.stringify(content)
    const key = unanswered.current?.content === text ? unanswered.current.key : randomId()
    unanswered.current = { content: text, key }
    try {
      const answer = await send(key)
      unanswered.current = undefined
      return answer
    } catch (error) {
      const isRefused = error instanceof ApiError && error.status >= 400 && error.status < 500
      if (isRefused) unanswered.current = undefined
      throw error
    }
  }
}

/** The second click of a double click, which comes when the first one may have been answered already. */
const GESTURE_MS = 700

interface Sent {
  isPending: boolean
  isError: boolean
  submittedAt: number
}

/** Whether a form was sent just now, so that what comes is the rest of the same gesture; not where one tries again. */
export const isSameGesture = ({ isPending, isError, submittedAt }: Sent): boolean =>
  isPending || (!isError && Date.now() - submittedAt < GESTURE_MS)

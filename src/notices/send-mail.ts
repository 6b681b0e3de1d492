import { once } from 'node:events'
import type { MailAddress } from '../config/setting-forms.ts'
import { SECOND_MS } from '../core/clock.ts'
import type { SendNotice } from './notice.ts'

/** How long a server may say nothing, before its greeting and between its lines: the package waits ten minutes. */
const SILENCE_MS = 20 * SECOND_MS
const SILENCE = { connectionTimeout: SILENCE_MS, greetingTimeout: SILENCE_MS, socketTimeout: SILENCE_MS }

/** Sends notices as e-mail. The client is loaded with the first one. */
export function mailWay({ server, from, to }: MailAddress): SendNotice {
  return async (id, { type, at, message, details }, signal) => {
    const { createTransport } = await import('nodemailer')
    signal.throwIfAborted()
    const over = new AbortController()
    const aborted = once(signal, 'abort', { signal: over.signal }).then(() => {
      throw new Error('the mail server did not take it in time', { cause: signal.reason })
    })
    const transport = createTransport({ url: server, ...SILENCE })
    const sent = transport.sendMail({
      from,
      to,
      subject: `Polyphony: ${type}`,
      text: `${message}\n\n${new Date(at).toISOString()}\n${JSON.stringify(details, null, 2)}\n`,
      headers: { 'x-notice-id': id },
    })
    try {
      await Promise.race([sent, aborted]) // closing the transport does not end what it waits for
    } finally {
      over.abort()
      aborted.catch(() => {}) // the race is over
      sent.catch(() => {}) // likewise
      transport.close()
    }
  }
}

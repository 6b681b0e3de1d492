import type { MailAddress } from '../config/setting-forms.ts'
import type { SendNotice } from './notice.ts'

/** Sends notices as e-mail. The client is loaded with the first one. */
export function mailWay({ server, from, to }: MailAddress): SendNotice {
  return async (id, { type, at, message, details }, signal) => {
    const { createTransport } = await import('nodemailer')
    const transport = createTransport(server)
    const stop = (): void => transport.close()
    signal.addEventListener('abort', stop, { once: true })
    try {
      await transport.sendMail({
        from,
        to,
        subject: `Polyphony: ${type}`,
        text: `${message}\n\n${new Date(at).toISOString()}\n${JSON.stringify(details, null, 2)}\n`,
        headers: { 'x-notice-id': id },
      })
    } finally {
      signal.removeEventListener('abort', stop)
      transport.close()
    }
  }
}

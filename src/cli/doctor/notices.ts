import { connect } from 'node:net'
import type { Config } from '../../config/config.ts'
import type { MailAddress } from '../../config/setting-forms.ts'
import { SECOND_MS } from '../../core/clock.ts'
import { type Finding, ok, reasonOf, warning } from './finding.ts'

const ANSWER_MS = 5 * SECOND_MS
const WAITS = { connectionTimeout: ANSWER_MS, greetingTimeout: ANSWER_MS, socketTimeout: ANSWER_MS }

/** Whether notices can leave: the mail server takes the credentials, and the host of the webhook a connection. Nothing is sent. */
export async function checkNotices({ notices: { url, mail } }: Pick<Config, 'notices'>): Promise<Finding[]> {
  return Promise.all([
    ...(mail ? [tried('notices by e-mail', 'the mail server takes messages', () => tryMail(mail))] : []),
    ...(url ? [tried('notices', `${new URL(url).host} takes connections`, () => tryHost(new URL(url)))] : []),
  ])
}

async function tried(about: string, says: string, attempt: () => Promise<void>): Promise<Finding> {
  try {
    await attempt()
    return ok(about, says)
  } catch (error) {
    return warning(about, `Notices would not arrive: ${reasonOf(error)}`)
  }
}

async function tryMail({ server }: MailAddress): Promise<void> {
  const { createTransport } = await import('nodemailer')
  const transport = createTransport({ url: server, ...WAITS })
  try {
    await transport.verify()
  } finally {
    transport.close()
  }
}

function tryHost({ hostname, port, protocol }: URL): Promise<void> {
  const usual = protocol === 'https:' ? 443 : 80
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? usual : Number(port) })
    socket.setTimeout(ANSWER_MS, () => socket.destroy(new Error(`${hostname} did not answer.`)))
    socket.once('connect', () => {
      socket.destroy()
      resolve()
    })
    socket.once('error', reject)
  })
}

import type { VendorFetch } from '../assets/fetch-through.ts'
import type { Clock } from '../core/clock.ts'
import { signedHeaders } from '../webhooks/sign.ts'
import type { SendNotice } from './notice.ts'

/** Sends notices to a URL of the operator's, signed as all webhooks are. */
export function webhookWay({
  url,
  fetch,
  secret,
  clock,
}: {
  url: string
  fetch: VendorFetch
  secret: () => Promise<string>
  clock: Clock
}): SendNotice {
  return async (id, { type, at, message, details }, signal) => {
    const body = JSON.stringify({ type, timestamp: new Date(at).toISOString(), data: { message, ...details } })
    const headers = {
      'content-type': 'application/json',
      ...signedHeaders({ id, body, secret: await secret(), now: clock.now() }),
    }
    const { status } = await fetch(url, { method: 'POST', headers, body, signal })
    if (status < 200 || status > 299) throw new Error(`The receiver answered ${status}.`)
  }
}

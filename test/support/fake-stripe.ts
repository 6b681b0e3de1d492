import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * Stripe as far as Checkout needs it (https://docs.stripe.com/api/checkout/sessions/create,
 * https://docs.stripe.com/webhooks#verify-manually): sessions out of forms, the same one for the same idempotency key, found by
 * their payment intent, errors in its envelope, and signed events.
 */
export interface FakeStripe extends AsyncDisposable {
  url: string
  /** The forms that made a session, the oldest first. */
  sessions: StripeSession[]
  /** A signed event about a session, as Stripe sends it. */
  event(type: string, session: StripeSession, options?: EventOptions): SignedEvent
  /** A signed event about a refund or a dispute of a session's payment. */
  reversal(type: string, session: StripeSession, reversal: StripeReversal): SignedEvent
}

interface SignedEvent {
  body: string
  headers: Record<string, string>
}

/** https://docs.stripe.com/api/refunds/object, https://docs.stripe.com/api/disputes/object */
interface StripeReversal {
  id: string
  amount: number
  status: string
  currency?: string
  /** Of another product of the account, for example. */
  payment_intent?: string | null
}

export interface StripeSession {
  id: string
  object: 'checkout.session'
  url: string
  client_reference_id: string | null
  amount_subtotal: number
  amount_total: number
  currency: string
  payment_intent: string | null
  payment_status: 'unpaid' | 'paid'
  status: 'open' | 'complete' | 'expired'
  mode: string
  success_url: string
}

interface EventOptions {
  secret?: string
  /** When it is signed, in seconds. */
  at?: number
  set?: Partial<StripeSession>
}

export async function openFakeStripe({
  secretKey,
  webhookSecret,
}: {
  secretKey: string
  webhookSecret: string
}): Promise<FakeStripe> {
  const sessions: StripeSession[] = []
  const byKey = new Map<string, StripeSession>()
  const server = createServer((request, response) => {
    let text = ''
    const json = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }
    const refuse = (status: number, type: string, message: string) => json(status, { error: { type, message } })
    request.on('data', (chunk) => {
      text += chunk
    })
    request.on('end', () => {
      if (request.headers.authorization !== `Bearer ${secretKey}`) {
        return refuse(401, 'invalid_request_error', 'Invalid API Key provided: sk_test_***************wxyz')
      }
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://stripe')
      if (request.method === 'GET' && pathname === '/v1/checkout/sessions') {
        const data = sessions.filter(({ payment_intent }) => payment_intent === searchParams.get('payment_intent'))
        return json(200, { object: 'list', url: pathname, has_more: false, data })
      }
      if (request.method !== 'POST' || request.url !== '/v1/checkout/sessions') {
        return refuse(404, 'invalid_request_error', `Unrecognized request URL (${request.method}: ${request.url}).`)
      }
      const key = String(request.headers['idempotency-key'] ?? '')
      const known = byKey.get(key)
      if (known) return json(200, known)
      const form = new URLSearchParams(text)
      const amount =
        Number(form.get('line_items[0][price_data][unit_amount]')) * Number(form.get('line_items[0][quantity]'))
      const currency = form.get('line_items[0][price_data][currency]') ?? ''
      const name = form.get('line_items[0][price_data][product_data][name]')
      if (form.get('mode') !== 'payment' || name === null) {
        return refuse(400, 'invalid_request_error', 'Missing required param: line_items[0][price_data][product_data].')
      }
      if (!(amount >= 50)) {
        return refuse(
          400,
          'invalid_request_error',
          'The Checkout Session’s total amount due must add up to at least $0.50 usd',
        )
      }
      const id = `cs_test_${sessions.length + 1}`
      const session: StripeSession = {
        id,
        object: 'checkout.session',
        url: `https://checkout.stripe.com/c/pay/${id}`,
        client_reference_id: form.get('client_reference_id'),
        amount_subtotal: amount,
        amount_total: amount,
        currency,
        payment_intent: `pi_test_${sessions.length + 1}`,
        payment_status: 'unpaid',
        status: 'open',
        mode: 'payment',
        success_url: form.get('success_url') ?? '',
      }
      sessions.push(session)
      byKey.set(key, session)
      json(200, session)
      return undefined
    })
  })
  function signed(type: string, object: object, secret: string, at: number): SignedEvent {
    const body = JSON.stringify({ id: `evt_${at}`, object: 'event', type, livemode: false, data: { object } }, null, 2)
    const signature = createHmac('sha256', secret).update(`${at}.${body}`).digest('hex')
    const older = createHmac('sha256', 'whsec_the_one_before').update(`${at}.${body}`).digest('hex')
    const headers = { 'content-type': 'application/json', 'stripe-signature': `t=${at},v1=${older},v1=${signature}` }
    return { body, headers }
  }
  const now = () => Math.floor(Date.now() / 1_000)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, // it listens on TCP
    sessions,
    event: (type, session, { secret = webhookSecret, at = now(), set = {} } = {}) =>
      signed(type, { ...session, ...set }, secret, at),
    reversal(type, { payment_intent, currency }, reversal) {
      const object = type.startsWith('charge.dispute') ? 'dispute' : 'refund'
      return signed(type, { object, payment_intent, currency, metadata: {}, ...reversal }, webhookSecret, now())
    },
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

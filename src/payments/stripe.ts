import { createHmac, timingSafeEqual } from 'node:crypto'
import { type Static, type TSchema, Type } from 'typebox'
import { Value } from 'typebox/value'
import type { VendorFetch } from '../assets/fetch-through.ts'
import { type Clock, MINUTE_MS, SECOND_MS } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import type { Charge, PaymentEnd, PaymentProvider, PaymentReversal, ProviderMessage } from './provider.ts'

export interface StripeOptions {
  /** `https://api.stripe.com`, or what stands in its place. */
  url: string
  /** `sk_…` or a restricted key that may read and write Checkout sessions. */
  secretKey: string
  /** `whsec_…` of the endpoint that Stripe sends events to. */
  webhookSecret: string
  fetch: VendorFetch
  clock: Clock
}

/** https://docs.stripe.com/api/checkout/sessions/object, as far as it is read. */
const Session = Type.Object({
  id: Type.String(),
  client_reference_id: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  payment_status: Type.Optional(Type.String()),
  amount_total: Type.Optional(Type.Union([Type.Integer(), Type.Null()])),
  amount_subtotal: Type.Optional(Type.Union([Type.Integer(), Type.Null()])),
  currency: Type.Optional(Type.Union([Type.String(), Type.Null()])),
})
const Sessions = Type.Object({ data: Type.Array(Session) })
/**
 * https://docs.stripe.com/api/refunds/object and https://docs.stripe.com/api/disputes/object, as far as they are read: the amount
 * is in the smallest unit of the currency.
 */
const Reversal = Type.Object({
  id: Type.String(),
  amount: Type.Integer({ minimum: 0 }),
  currency: Type.String(),
  payment_intent: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  status: Type.Optional(Type.Union([Type.String(), Type.Null()])),
})
const Begun = Type.Object({ id: Type.String(), url: Type.String() })
const Event = Type.Object({ type: Type.String(), data: Type.Object({ object: Type.Unknown() }) })
type StripeEvent = Static<typeof Event>
const Refusal = Type.Object({ error: Type.Object({ message: Type.String() }) })

/** https://docs.stripe.com/webhooks#verify-manually: what Stripe's own libraries tolerate. */
const TOLERANCE_MS = 5 * MINUTE_MS

/** Stripe Checkout: a page of Stripe's takes the payment, and signed events say how it ended. */
export function stripe({ url, secretKey, webhookSecret, fetch, clock }: StripeOptions): PaymentProvider {
  return {
    id: 'stripe',
    async begin(charge, signal) {
      const { id: externalId, url: page } = await send(Begun, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', 'idempotency-key': charge.id },
        body: formOf(charge).toString(),
        signal,
      })
      return { externalId, url: page }
    },
    async read(message, signal) {
      checkSignature(message, webhookSecret, clock.now())
      const event = jsonIn(Buffer.from(message.body).toString('utf8'))
      if (!Value.Check(Event, event)) throw new PolyphonyError('malformed_body', 'The body is no event of Stripe.')
      return endIn(event) ?? (await reversalIn(event, signal))
    },
  }

  /** Refunds and disputes name the payment as Stripe does: the session of Checkout knows it by ours. */
  async function reversalIn(event: StripeEvent, signal: AbortSignal): Promise<PaymentReversal | undefined> {
    const reason = REVERSALS[event.type]
    const reversal = event.data.object
    if (reason === undefined || !Value.Check(Reversal, reversal) || !reversal.payment_intent) return undefined
    const query = new URLSearchParams({ payment_intent: reversal.payment_intent, limit: '1' })
    const [session] = (await send(Sessions, { signal }, `?${query}`)).data
    const paymentId = session?.client_reference_id
    if (session === undefined || paymentId === undefined || paymentId === null) return undefined
    return {
      kind: 'reversal',
      paymentId,
      reason,
      reversalId: reversal.id,
      isUndone: event.type === REINSTATED || (reason === 'refund' && NOT_REFUNDED.includes(reversal.status ?? '')),
      amountCents: withoutTaxes(reversal.amount, session),
      currency: reversal.currency,
    }
  }

  async function send<Schema extends TSchema>(schema: Schema, init: RequestInit, query = ''): Promise<Static<Schema>> {
    const headers = { ...init.headers, authorization: `Bearer ${secretKey}` }
    let response: Response
    try {
      response = await fetch(`${url}/v1/checkout/sessions${query}`, { ...init, headers })
    } catch (error) {
      throw new PolyphonyError('vendor_unreachable', 'Stripe did not answer; nothing was booked. Try again.', {
        cause: error,
      })
    }
    const body = jsonIn(await response.text())
    if (response.ok && Value.Check(schema, body)) return body
    const reason = Value.Check(Refusal, body) ? body.error.message : 'it gave no reason'
    throw new PolyphonyError('vendor_refused', `Stripe answered ${response.status}: ${withoutKey(reason, secretKey)}`)
  }
}

/** https://docs.stripe.com/api/checkout/sessions/create */
function formOf({ id, amountCents, title, successUrl, cancelUrl }: Charge): URLSearchParams {
  return new URLSearchParams({
    mode: 'payment',
    client_reference_id: id,
    success_url: successUrl,
    cancel_url: cancelUrl,
    'metadata[payment]': id,
    'line_items[0][quantity]': '1',
    'line_items[0][price_data][currency]': 'usd',
    'line_items[0][price_data][unit_amount]': String(amountCents),
    'line_items[0][price_data][product_data][name]': title,
  })
}

/** Stripe names the key, mostly hidden, in the message that refuses it. */
function withoutKey(text: string, key: string): string {
  return text.replaceAll(key, '(hidden)').replace(/\b[rs]k_(?:live|test)_[\w*]{1,200}/g, '(hidden)')
}

/** `t=SECONDS,v1=HEX[,v1=HEX][,v0=…]`: HMAC-SHA256 of `SECONDS.BODY`. There are two `v1` while a secret is being replaced. */
function checkSignature({ headers, body }: ProviderMessage, secret: string, now: number): void {
  const parts = String(headers['stripe-signature'] ?? '')
    .split(',')
    .map((part) => part.split('=', 2))
  const seconds = parts.find(([name]) => name === 't')?.[1] ?? ''
  const expected = createHmac('sha256', secret).update(`${seconds}.`).update(body).digest()
  const isSigned = parts.some(([name, value = '']) => name === 'v1' && isEqual(Buffer.from(value, 'hex'), expected))
  if (!isSigned) throw new PolyphonyError('unauthorized', 'The Stripe-Signature is not one of the endpoint’s secret.')
  if (!(Math.abs(now - Number(seconds) * SECOND_MS) <= TOLERANCE_MS)) {
    throw new PolyphonyError('unauthorized', 'The Stripe-Signature is older than five minutes: an event sent again?')
  }
}

function isEqual(given: Uint8Array, expected: Uint8Array): boolean {
  return given.length === expected.length && timingSafeEqual(given, expected)
}

function endIn(event: StripeEvent): PaymentEnd | undefined {
  const outcome = OUTCOMES[event.type]
  const session = event.data.object
  if (outcome === undefined || !Value.Check(Session, session)) return undefined
  // A completed session may wait for a bank; `async_payment_*` tells then.
  if (outcome === 'paid' && session.payment_status !== 'paid') return undefined
  const paymentId = session.client_reference_id
  if (paymentId === undefined || paymentId === null) return undefined // of another product of the same account
  // Without taxes, which Stripe may add: they are not the operator's.
  const amountCents = session.amount_subtotal ?? session.amount_total ?? 0
  return { kind: 'end', paymentId, externalId: session.id, outcome, amountCents, currency: session.currency ?? '' }
}

/** The share of an amount that is credit. */
function withoutTaxes(amount: number, { amount_subtotal, amount_total }: Static<typeof Session>): number {
  if (!amount_subtotal || !amount_total) return amount
  return Math.round((amount * amount_subtotal) / amount_total)
}

/** https://docs.stripe.com/checkout/fulfillment */
const OUTCOMES: Readonly<Record<string, PaymentEnd['outcome']>> = {
  'checkout.session.completed': 'paid',
  'checkout.session.async_payment_succeeded': 'paid',
  'checkout.session.async_payment_failed': 'failed',
  'checkout.session.expired': 'expired',
}

/**
 * https://docs.stripe.com/api/events/types. A dispute takes the money from the operator with `funds_withdrawn`, which an inquiry
 * alone does not, and `funds_reinstated` brings it back.
 */
const REINSTATED = 'charge.dispute.funds_reinstated'
const REVERSALS: Readonly<Record<string, PaymentReversal['reason']>> = {
  'refund.created': 'refund',
  'refund.updated': 'refund',
  'refund.failed': 'refund',
  'charge.refund.updated': 'refund',
  'charge.dispute.funds_withdrawn': 'dispute',
  [REINSTATED]: 'dispute',
}
/** https://docs.stripe.com/refunds#failed-refunds: the money is with the operator again. */
const NOT_REFUNDED = ['failed', 'canceled']

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // the schemas refuse it
  }
}

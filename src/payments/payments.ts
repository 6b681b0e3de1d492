import type { Logger } from 'pino'
import { type Clock, SECOND_MS } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import { newId } from '../core/ids.ts'
import type { Payment } from '../core/payment.ts'
import { pointsToUsd, usdToPoints } from '../core/points.ts'
import type { Store } from '../store/store.ts'
import type { PaymentProvider, ProviderMessage } from './provider.ts'

/** What one payment may be, in USD: providers charge for each, and a slip of the finger should not cost a fortune. */
export const LEAST_USD = 1
export const MOST_USD = 10_000

export interface NewPayment {
  tenantId: string
  amountUsd: number
  /** As the audit names an actor. */
  by: string
  address: string | null
}

/** Payments by which tenants buy credit. */
export interface Payments {
  /** Of the provider. */
  id: string
  /** Stores a payment and begins it at the provider; returns the page on which it is made. Nothing is booked yet. */
  begin(payment: NewPayment): Promise<{ payment: Payment; url: string }>
  /** Reads a message of the provider, and books what was paid, once. Throws `unauthorized` where the provider did not sign it. */
  receive(message: ProviderMessage): Promise<void>
}

interface Parts {
  store: Store
  clock: Clock
  log: Logger
  provider: PaymentProvider
  publicUrl(): string
}

const BEGIN_MS = 20 * SECOND_MS
const CENTS = 100

export function openPayments({ store, clock, log, provider, publicUrl }: Parts): Payments {
  return {
    id: provider.id,
    async begin({ tenantId, amountUsd, by, address }) {
      const now = clock.now()
      const payment: Payment = {
        id: newId(now),
        tenantId,
        provider: provider.id,
        externalId: null,
        amount: usdToPoints(amountUsd),
        status: 'open',
        createdBy: by,
        createdAt: now,
        endedAt: null,
      }
      const after = { provider: provider.id, amount_usd: amountUsd }
      const audit = {
        at: now,
        actor: by,
        address,
        verb: 'payment.create',
        tenantId,
        subject: payment.id,
        before: null,
        after,
      }
      // Before the provider hears of it: whatever it says later, there is a row for it.
      await store.createPayment({ payment, audit })
      const page = (outcome: string) => `${publicUrl().replace(/\/$/, '')}/money?payment=${outcome}`
      const charge = {
        id: payment.id,
        amountCents: Math.round(amountUsd * CENTS),
        title: `Polyphony: ${amountUsd.toFixed(2)} USD of credit`,
        successUrl: page('done'),
        cancelUrl: page('cancelled'),
      }
      try {
        const { externalId, url } = await provider.begin(charge, AbortSignal.timeout(BEGIN_MS))
        await store.namePayment({ id: payment.id, externalId })
        return { payment: { ...payment, externalId }, url }
      } catch (error) {
        await store.endPayment({ id: payment.id, status: 'failed', now: clock.now() })
        throw error
      }
    },
    async receive(message) {
      const event = provider.read(message)
      if (!event) return
      const { paymentId, externalId, outcome, amountCents, currency } = event
      const payment = await store.getPayment({ id: paymentId })
      if (payment?.provider !== provider.id) return // of another product of the same account
      const now = clock.now()
      if (outcome !== 'paid') {
        await store.endPayment({ id: paymentId, status: outcome, now })
        return
      }
      const expectedCents = Math.round(pointsToUsd(payment.amount) * CENTS)
      if (currency !== 'usd' || amountCents !== expectedCents) {
        log.error(
          { payment: paymentId, externalId, amountCents, currency, expectedCents },
          'a payment of another amount',
        )
        throw new PolyphonyError(
          'conflict',
          `The payment ${paymentId} is of ${expectedCents} cents USD, not of ${amountCents} ${currency}: nothing is booked.`,
        )
      }
      const audit = {
        at: now,
        actor: provider.id,
        address: null,
        verb: 'payment.settle',
        tenantId: payment.tenantId,
        subject: paymentId,
        before: null,
        after: { provider: provider.id, external_id: externalId, amount_usd: pointsToUsd(payment.amount) },
      }
      const settled = await store.settlePayment({ id: paymentId, externalId, now, audit })
      if (settled === 'paid') log.info({ payment: paymentId, tenant: payment.tenantId }, 'a payment is booked')
    },
  }
}

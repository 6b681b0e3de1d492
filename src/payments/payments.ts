import type { Logger } from 'pino'
import { type Clock, SECOND_MS } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import { newId } from '../core/ids.ts'
import type { Payment } from '../core/payment.ts'
import { points, pointsToUsd, usdToPoints } from '../core/points.ts'
import type { Store } from '../store/store.ts'
import type { PaymentEnd, PaymentProvider, PaymentReversal, ProviderMessage } from './provider.ts'

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
  /** Reads a message of the provider, and books what was paid or goes back, once. Throws `unauthorized` for one that the provider did not sign. */
  receive(message: ProviderMessage): Promise<void>
}

interface Parts {
  store: Store
  clock: Clock
  log: Logger
  provider: PaymentProvider
  publicUrl(): string
}

const ASK_MS = 20 * SECOND_MS
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
        const { externalId, url } = await provider.begin(charge, AbortSignal.timeout(ASK_MS))
        await store.namePayment({ id: payment.id, externalId })
        return { payment: { ...payment, externalId }, url }
      } catch (error) {
        await store.endPayment({ id: payment.id, status: 'failed', now: clock.now() })
        throw error
      }
    },
    async receive(message) {
      const event = await provider.read(message, AbortSignal.timeout(ASK_MS))
      if (!event) return
      const payment = await store.getPayment({ id: event.paymentId })
      if (payment?.provider !== provider.id) return // of another product of the same account
      if (event.kind === 'reversal') await reverse(event, payment)
      else if (event.outcome === 'paid') await settle(event, payment)
      else await store.endPayment({ id: payment.id, status: event.outcome, now: clock.now() })
    },
  }

  async function settle({ externalId, amountCents, currency }: PaymentEnd, payment: Payment): Promise<void> {
    const now = clock.now()
    const expectedCents = Math.round(pointsToUsd(payment.amount) * CENTS)
    if (currency !== 'usd' || amountCents !== expectedCents) {
      log.error(
        { payment: payment.id, externalId, amountCents, currency, expectedCents },
        'a payment of another amount',
      )
      // It will never be booked, whatever is told of it later.
      await store.endPayment({ id: payment.id, status: 'failed', now })
      throw new PolyphonyError(
        'conflict',
        `The payment ${payment.id} is of ${expectedCents} cents USD, not of ${amountCents} ${currency}: nothing is booked.`,
      )
    }
    const after = { provider: provider.id, external_id: externalId, amount_usd: pointsToUsd(payment.amount) }
    const audit = { ...auditOf(payment, now), verb: 'payment.settle', subject: payment.id, after }
    const settled = await store.settlePayment({ id: payment.id, externalId, now, audit })
    if (settled === 'paid') log.info({ payment: payment.id, tenant: payment.tenantId }, 'a payment is booked')
  }

  async function reverse(reversal: PaymentReversal, payment: Payment): Promise<void> {
    const { reason, reversalId, isUndone, amountCents, currency } = reversal
    const about = { payment: payment.id, tenant: payment.tenantId, reversalId, amountCents, currency }
    if (payment.status !== 'open' && payment.status !== 'paid') {
      log.warn(
        { ...about, status: payment.status },
        'a refund or dispute of a payment that is not booked takes nothing',
      )
      return
    }
    if (currency !== 'usd') {
      log.error(about, 'a refund or dispute in another currency')
      throw new PolyphonyError(
        'conflict',
        `The payment ${payment.id} is in usd, ${reversalId} in ${currency}: nothing is booked. Book it by hand.`,
      )
    }
    const now = clock.now()
    const amount = usdToPoints(amountCents / CENTS)
    const verb = isUndone ? `payment.${reason}_undone` : `payment.${reason}`
    const after = {
      provider: provider.id,
      payment: payment.id,
      external_id: reversalId,
      amount_usd: amountCents / CENTS,
    }
    const { outcome, moved, hasFrozen } = await store.reversePayment({
      id: payment.id,
      reversalId,
      amount,
      isUndone,
      memo: `${provider.id} ${reversalId}`,
      now,
      audit: { ...auditOf(payment, now), verb, subject: null, after },
    })
    if (outcome === 'not_paid') {
      throw new PolyphonyError(
        'conflict',
        `The payment ${payment.id} is not booked yet: send ${reversalId} again later.`,
      )
    }
    if (outcome === 'undone_before')
      log.info({ ...about, verb }, 'a refund or dispute that was undone before takes nothing')
    if (outcome !== 'booked') return
    log.info({ ...about, verb }, isUndone ? 'a refund or dispute of a payment is undone' : 'a payment goes back')
    if (!isUndone && moved < amount) {
      log.warn(
        { ...about, missingUsd: pointsToUsd(points(amount - moved)) },
        'credit that was spent cannot be taken back',
      )
    }
    if (hasFrozen) log.warn(about, 'the tenant is suspended: its tasks hold credit that could not be taken back')
  }

  function auditOf({ tenantId }: Payment, at: number) {
    return { at, actor: provider.id, address: null, tenantId, before: null }
  }
}

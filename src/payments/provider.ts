import type { PaymentStatus } from '../core/payment.ts'

/** A payment that a provider is to take: in cents of US dollars, which every provider knows. */
export interface Charge {
  /** Ours; the provider sends it back in its messages, and makes one payment of it however often it is sent. */
  id: string
  amountCents: number
  /** What the person who pays reads. */
  title: string
  /** Where the provider sends the browser afterwards. */
  successUrl: string
  cancelUrl: string
}

/** What a provider says of a payment of ours: how it ended, or that its money goes back. */
export type PaymentEvent = PaymentEnd | PaymentReversal

export interface PaymentEnd {
  kind: 'end'
  /** The `id` of the charge. */
  paymentId: string
  externalId: string
  outcome: Exclude<PaymentStatus, 'open'>
  amountCents: number
  /** In lower case. */
  currency: string
}

/** Money of a payment that was paid goes back to who paid it. */
export interface PaymentReversal {
  kind: 'reversal'
  /** The `id` of the charge. */
  paymentId: string
  reason: 'refund' | 'dispute'
  /** The provider's id of the refund or the dispute. */
  reversalId: string
  /** It failed, was cancelled or was decided for the operator: the money is there again. */
  isUndone: boolean
  /** As much of it as is credit: without taxes. */
  amountCents: number
  /** In lower case. */
  currency: string
}

/** A message of a provider, as it arrived: signatures are of its bytes. */
export interface ProviderMessage {
  headers: Readonly<Record<string, string | string[] | undefined>>
  body: Uint8Array
}

/**
 * Who takes money. A provider is a file of this folder and one line of `src/compose/payments.ts`; it stores nothing and books
 * nothing, which `payments.ts` does the same for all.
 */
export interface PaymentProvider {
  /** In the path to which it sends messages, `/api/payments/ID`. */
  id: string
  /** Begins a payment; returns the provider's id of it, and the page on which it is made. Throws `vendor_*` errors. */
  begin(charge: Charge, signal: AbortSignal): Promise<{ externalId: string; url: string }>
  /**
   * Undefined for a message about something else. Throws `unauthorized` for one that the provider did not sign, and `vendor_*`
   * errors when it has to ask the provider which payment is meant, and gets no answer.
   */
  read(message: ProviderMessage, signal: AbortSignal): Promise<PaymentEvent | undefined>
}

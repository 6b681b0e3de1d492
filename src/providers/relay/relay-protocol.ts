import type { JsonObject } from '../../core/json.ts'
import type { Account, Provider, VendorCallback } from '../provider.ts'

/** The handle that a callback names, and the answer that its sender expects. */
export type CallbackResult = Awaited<ReturnType<NonNullable<Provider['receive']>>>

/** One protocol of a relay, with its own submit, poll and callbacks. Its handles are its own. */
export interface RelayProtocol extends Pick<Provider, 'operations' | 'submit' | 'cancel' | 'reconcile'> {
  id: string
  poll: NonNullable<Provider['poll']>
  /** Reads a callback of this protocol; undefined for one of another. Relays sign nothing. */
  readCallback?(
    body: JsonObject,
    callback: VendorCallback,
    account: Account,
  ): Promise<CallbackResult | undefined> | CallbackResult | undefined
}

import type { JsonObject } from '../../core/json.ts'
import type { Account, Provider, VendorCallback } from '../provider.ts'

/** What a callback says: a handle, and what its sender wants to hear. */
export type CallbackResult = Awaited<ReturnType<NonNullable<Provider['receive']>>>

/** One of the protocols that a relay speaks: all of an adapter that concerns it. Its handles are its own. */
export interface RelayProtocol extends Pick<Provider, 'operations' | 'submit' | 'cancel' | 'reconcile'> {
  id: string
  poll: NonNullable<Provider['poll']>
  /** Looks at a callback of this protocol; undefined for one of another. Relays sign nothing. */
  readCallback?(
    body: JsonObject,
    callback: VendorCallback,
    account: Account,
  ): Promise<CallbackResult | undefined> | CallbackResult | undefined
}

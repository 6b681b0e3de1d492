import type { Json, JsonObject } from '../../core/json.ts'
import type { Account, Provider, VendorCallback } from '../provider.ts'

/** One of the protocols that a relay speaks: all of an adapter that concerns it. Its handles are its own. */
export interface Part extends Pick<Provider, 'operations' | 'submit' | 'cancel' | 'reconcile'> {
  id: string
  poll: NonNullable<Provider['poll']>
  /** The handle in a callback of this protocol; undefined for one of another. Relays sign nothing. */
  handleIn?(body: JsonObject, callback: VendorCallback, account: Account): Promise<Json | undefined> | Json | undefined
}

import { PolyphonyError } from '../../core/errors.ts'
import type { ProxiedVendor } from './proxied-vendors.ts'
import type { RelayProtocol } from './relay-protocol.ts'

/** A vendor whose own API the relay serves: the vendor's adapter calls it, at the relay's address and with its key. */
export function proxiedProtocol({ provider, operations, isCallback: sent, accountAt }: ProxiedVendor): RelayProtocol {
  const { id, poll, cancel, reconcile, receive } = provider
  return {
    id,
    operations,
    submit: (job, account, signal) => provider.submit(job, accountAt(account), signal),
    async poll(handle, account, signal, request) {
      if (!poll) throw new PolyphonyError('internal', `${id} gives no handles.`) // it answers at once
      return poll.call(provider, handle, accountAt(account), signal, request)
    },
    ...(cancel && {
      cancel: (handle, account, signal, request) => cancel.call(provider, handle, accountAt(account), signal, request),
    }),
    ...(reconcile && {
      reconcile: (job, account, signal) => reconcile.call(provider, job, accountAt(account), signal),
    }),
    ...(receive && {
      readCallback: (body, callback, account) =>
        sent?.(body) ? receive.call(provider, callback, accountAt(account)) : undefined,
    }),
  }
}

import { wrongHandle } from './errors.ts'
import type { Part } from './part.ts'
import type { Relayed } from './proxied-vendors.ts'

/** A vendor whose own API the relay serves: the vendor's adapter speaks, at the relay's address and with its key. */
export function passedOn({ provider, operations, sent, accountAt }: Relayed): Part {
  const { id, poll, cancel, reconcile, receive } = provider
  return {
    id,
    operations,
    submit: (job, account, signal) => provider.submit(job, accountAt(account), signal),
    async poll(handle, account, signal, asked) {
      if (!poll) throw wrongHandle() // a vendor that answers at once gives no handles
      return poll.call(provider, handle, accountAt(account), signal, asked)
    },
    ...(cancel && {
      cancel: (handle, account, signal) => cancel.call(provider, handle, accountAt(account), signal),
    }),
    ...(reconcile && {
      reconcile: (job, account, signal) => reconcile.call(provider, job, accountAt(account), signal),
    }),
    ...(receive && {
      hear: (body, callback, account) =>
        sent?.(body) ? receive.call(provider, callback, accountAt(account)) : undefined,
    }),
  }
}

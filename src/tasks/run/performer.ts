import type { Accounts } from '../../accounts/accounts.ts'
import { PolyphonyError } from '../../core/errors.ts'
import type { Task } from '../../core/task.ts'
import type { Account, Provider } from '../../providers/provider.ts'
import type { Lease } from '../leases.ts'
import type { RunParts } from './run-parts.ts'

/** Who performs a task: an account, and the adapter of its provider. */
export interface Performer {
  account: Account
  provider: Provider
}

/** Undefined where the task has no account, and where its account is gone or misconfigured. */
export function findPerformer(accounts: Accounts, { account }: Task): ReturnType<Accounts['find']> {
  return account === null ? undefined : accounts.find(account)
}

export function getPerformer(accounts: Accounts, task: Task): Performer {
  const found = findPerformer(accounts, task)
  if (found) return found
  if (task.account !== null && accounts.isKnown(task.account)) {
    // Its owner can mend that, and what runs at the provider runs on meanwhile.
    const message = `The account ${task.account} cannot be used as it is set up.`
    throw new PolyphonyError('account_refused', message, { lacks: 'credential' })
  }
  throw new PolyphonyError('no_provider', `The account ${task.account} that had this task is not configured any more.`)
}

/** Removes the secrets of the task's account from what a vendor said. */
export function withoutSecrets(accounts: Accounts, { account }: Task, text: string): string {
  return account === null ? text : accounts.withoutSecrets(account, text)
}

/** The operator may have vendors asked more or less often. Work in this process says itself when it will be done. */
export function pollDelayMs({ accounts, pollFactor }: RunParts, task: Task, intervalMs: number): number {
  const isLocal = findPerformer(accounts, task)?.provider.isLocal === true
  return Math.ceil(isLocal ? intervalMs : intervalMs * pollFactor)
}

/** Whether the vendor can report, by a callback, work whose handle is not known. */
export function mayCallBack(parts: RunParts, task: Task, provider: Provider | undefined): boolean {
  return provider?.receive !== undefined && parts.callbackUrl(task) !== undefined
}

/** Requests that change something at the vendor: how many left, and how many did not, as the lease was over. */
export interface Calls {
  sent: number
  refused: number
}

/** The account as it may be used under a lease: nothing that changes anything is sent once the lease may be over. */
export function underLease(account: Account, lease: Lease, calls: Calls): Account {
  const fetch: typeof globalThis.fetch = (input, init) => {
    const method = init?.method ?? (input instanceof Request ? input.method : 'GET')
    const isRead = method === 'GET' || method === 'HEAD'
    if (!isRead && !lease.isHeld()) {
      calls.refused += 1
      return Promise.reject(new PolyphonyError('vendor_unreachable', 'The lease ran out before the call was sent.'))
    }
    if (!isRead) calls.sent += 1
    return account.fetch(input, traced(lease.task, input, init))
  }
  return { ...account, fetch }
}

/** The caller's trace goes on at the vendor. */
function traced({ traceparent }: Task, input: Parameters<Account['fetch']>[0], init: RequestInit | undefined) {
  if (traceparent === null) return init
  const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : {}))
  headers.set('traceparent', traceparent)
  return { ...init, headers }
}

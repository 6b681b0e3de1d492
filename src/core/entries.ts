import { type Points, points, ZERO_POINTS } from './points.ts'

/**
 * The ledger is double entry and append-only. A tenant has two accounts, what it may spend and what its tasks hold;
 * the house has two, what was paid in and what was earned. Every transaction's entries sum to zero.
 */
export type LedgerAccount = 'available' | 'held' | 'funding' | 'revenue'
export type LedgerKind = 'credit' | 'hold' | 'settle'

export interface Entry {
  account: LedgerAccount
  points: Points
}

export interface Transaction {
  /** Fixed by what it is for, so that the primary key alone allows one hold and one end a task. */
  id: string
  kind: LedgerKind
  taskId: string | null
  entries: Entry[]
}

export function creditTransaction(id: string, amount: Points): Transaction {
  return transaction(id, 'credit', null, [
    { account: 'funding', points: points(-amount) },
    { account: 'available', points: amount },
  ])
}

export function holdTransaction(taskId: string, price: Points): Transaction {
  if (price < 0) throw new RangeError(`A hold is not negative: ${price}.`)
  return transaction(`${taskId}:hold`, 'hold', taskId, [
    { account: 'available', points: points(-price) },
    { account: 'held', points: price },
  ])
}

/** Ends a hold: `consumed` goes to the house, the rest back. Throws a RangeError unless 0 <= consumed <= held. */
export function settleTransaction(taskId: string, held: Points, consumed: Points): Transaction {
  if (consumed < 0 || consumed > held) throw new RangeError(`Cannot consume ${consumed} of a hold of ${held}.`)
  return transaction(`${taskId}:settle`, 'settle', taskId, [
    { account: 'held', points: points(-held) },
    { account: 'revenue', points: consumed },
    { account: 'available', points: points(held - consumed) },
  ])
}

function transaction(id: string, kind: LedgerKind, taskId: string | null, entries: Entry[]): Transaction {
  const sum = entries.reduce((total, entry) => total + entry.points, 0)
  if (sum !== 0) throw new RangeError(`The entries of ${id} sum to ${sum}, not to zero.`)
  return { id, kind, taskId, entries: entries.filter((entry) => entry.points !== ZERO_POINTS) }
}

import { type Points, points } from './points.ts'

/**
 * The ledger is double entry and append-only. A tenant has two accounts, what it may spend and what its tasks hold;
 * the operator has two, what was paid in and what was earned. What a transaction adds to the four sums to zero, so it is
 * written as one row with a column an account.
 */
export type LedgerAccount = 'available' | 'held' | 'funding' | 'revenue'
export type LedgerKind = 'credit' | 'refund' | 'hold' | 'settle' | 'allow' | 'calls' | 'return'

/** What a transaction adds to each account, in points; the four sum to zero. */
export type Moves = Record<LedgerAccount, Points>

export interface Transaction {
  /** Fixed by what it is for, so that the primary key alone allows one hold and one end a task. */
  id: string
  kind: LedgerKind
  taskId: string | null
  moves: Moves
}

export function creditTransaction(id: string, amount: Points): Transaction {
  return transaction(id, 'credit', null, { funding: -amount, available: amount })
}

/** Takes back points of a payment that was refunded or is disputed; a negative amount returns them. */
export function refundTransaction(id: string, amount: Points): Transaction {
  return transaction(id, 'refund', null, { funding: amount, available: -amount })
}

export function holdTransaction(taskId: string, price: Points): Transaction {
  if (price < 0) throw new RangeError(`A hold is not negative: ${price}.`)
  return transaction(`${taskId}:hold`, 'hold', taskId, { available: -price, held: price })
}

/** Ends a hold: `consumed` goes to the operator, the rest back. Throws a RangeError unless 0 <= consumed <= held. */
export function settleTransaction(taskId: string, held: Points, consumed: Points): Transaction {
  if (consumed < 0 || consumed > held) throw new RangeError(`Cannot consume ${consumed} of a hold of ${held}.`)
  return transaction(`${taskId}:settle`, 'settle', taskId, {
    held: -held,
    revenue: consumed,
    available: held - consumed,
  })
}

/** Holds points for the calls of a key. */
export function allowTransaction(id: string, amount: Points): Transaction {
  return transaction(id, 'allow', null, { available: -amount, held: amount })
}

/** What calls cost: from what is held for them, and what exceeds it from the available points. */
export function callsTransaction(id: string, fromHeld: Points, fromAvailable: Points): Transaction {
  return transaction(id, 'calls', null, {
    held: -fromHeld,
    available: -fromAvailable,
    revenue: fromHeld + fromAvailable,
  })
}

/** Gives back what is held for calls and was not needed. */
export function returnTransaction(id: string, amount: Points): Transaction {
  return transaction(id, 'return', null, { available: amount, held: -amount })
}

function transaction(
  id: string,
  kind: LedgerKind,
  taskId: string | null,
  given: Partial<Record<LedgerAccount, number>>,
): Transaction {
  const { available = 0, held = 0, funding = 0, revenue = 0 } = given
  const sum = available + held + funding + revenue
  if (sum !== 0) throw new RangeError(`The entries of ${id} sum to ${sum}, not to zero.`)
  // Adding zero makes a zero of a negative zero, which would differ on its way to the database.
  const moves = {
    available: points(available + 0),
    held: points(held + 0),
    funding: points(funding + 0),
    revenue: points(revenue + 0),
  }
  return { id, kind, taskId, moves }
}

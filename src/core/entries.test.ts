import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { creditTransaction, holdTransaction, type LedgerAccount, settleTransaction } from './entries.ts'
import { points } from './points.ts'

const price = fc.integer({ min: 0, max: 2 ** 50 })
const heldAndConsumed = price.chain((held) => fc.tuple(fc.constant(held), fc.integer({ min: 0, max: held })))
const ACCOUNTS: LedgerAccount[] = ['available', 'held', 'funding', 'revenue']

describe('ledger transactions', () => {
  it('a ledger transaction sums to zero', () => {
    const any = fc.oneof(
      fc.maxSafeInteger().map((amount) => creditTransaction('c', points(amount))),
      price.map((held) => holdTransaction('t', points(held))),
      heldAndConsumed.map(([held, consumed]) => settleTransaction('t', points(held), points(consumed))),
    )
    fc.assert(
      fc.property(any, ({ moves }) => {
        expect(ACCOUNTS.reduce((sum, account) => sum + moves[account], 0)).toBe(0)
      }),
    )
  })

  it('a hold and its end leave nothing held, and take what was consumed', () => {
    fc.assert(
      fc.property(heldAndConsumed, ([held, consumed]) => {
        const hold = holdTransaction('t', points(held)).moves
        const end = settleTransaction('t', points(held), points(consumed)).moves
        const sums = ACCOUNTS.map((account) => hold[account] + end[account])
        expect(sums).toEqual([0 - consumed, 0, 0, consumed].map((sum) => sum + 0))
      }),
    )
  })

  it('a task has one hold and one end in the ledger, by its id', () => {
    expect(holdTransaction('t', points(5))).toMatchObject({ id: 't:hold', kind: 'hold', taskId: 't' })
    expect(settleTransaction('t', points(5), points(1))).toMatchObject({ id: 't:settle', kind: 'settle', taskId: 't' })
    expect(creditTransaction('c', points(5))).toMatchObject({ id: 'c', kind: 'credit', taskId: null })
  })

  it('a ledger transaction refuses to consume less than nothing or more than was held', () => {
    const beyond = fc.oneof(
      fc.tuple(price, fc.integer({ min: -(2 ** 50), max: -1 })),
      price.chain((held) => fc.tuple(fc.constant(held), fc.integer({ min: held + 1, max: 2 ** 51 }))),
    )
    fc.assert(
      fc.property(beyond, ([held, consumed]) => {
        expect(() => settleTransaction('t', points(held), points(consumed))).toThrow(RangeError)
      }),
    )
  })

  it('a ledger transaction refuses a hold of less than nothing', () => {
    expect(() => holdTransaction('t', points(-1))).toThrow(RangeError)
  })

  it('a ledger transaction moves nothing where no money moves', () => {
    const nothing = { available: 0, held: 0, funding: 0, revenue: 0 }
    expect(holdTransaction('t', points(0)).moves).toEqual(nothing)
    expect(creditTransaction('c', points(0)).moves).toEqual(nothing)
    expect(settleTransaction('t', points(0), points(0)).moves).toEqual(nothing)
  })
})

import { expect, it } from 'vitest'
import { PolyphonyError } from '../core/errors.ts'
import { openWaitPlaces } from './wait-places.ts'

const REFUSED = { code: 'too_many_waiting', details: { retryAfterSeconds: 5 } }

function refusalOf(take: () => unknown): PolyphonyError | undefined {
  try {
    take()
    return undefined
  } catch (error) {
    if (error instanceof PolyphonyError) return error
    throw error
  }
}

it('gives each key as many places as it may have, whatever others have', () => {
  const take = openWaitPlaces({ perKey: 2, total: 10 })
  for (const key of ['a', 'a', 'b', 'b']) take(key)
  expect(refusalOf(() => take('a'))).toMatchObject(REFUSED)
  expect(refusalOf(() => take('c'))).toBeUndefined()
})

it('gives all keys together as many places as there are', () => {
  const take = openWaitPlaces({ perKey: 2, total: 3 })
  for (const key of ['a', 'b', 'c']) take(key)
  expect(refusalOf(() => take('d'))).toMatchObject(REFUSED)
})

it('gives a place to the next one when it is given back, once', () => {
  const take = openWaitPlaces({ perKey: 1, total: 1 })
  const first = take('a')
  first[Symbol.dispose]()
  first[Symbol.dispose]()
  take('b')
  expect(refusalOf(() => take('a'))).toMatchObject(REFUSED)
})

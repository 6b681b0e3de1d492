import { expect, it } from 'vitest'
import { PolyphonyError } from '../core/errors.ts'
import type { Store } from '../store/store.ts'
import { LEASE_MS, openHouse } from './house.testing.ts'

const unavailable = () => new PolyphonyError('store_unavailable', 'The database does not answer.')

/** A store that does not answer the next move, after `instead` was done in its place. */
function silentOnce(instead: { next?: (given: Parameters<Store['applyChange']>[0]) => Promise<unknown> }) {
  return (store: Store): Store => ({
    ...store,
    async applyChange(given) {
      const { next } = instead
      if (!next) return store.applyChange(given)
      delete instead.next
      await next(given)
      throw unavailable()
    },
  })
}

it('writes a move that did not reach the database, though another write took its version meanwhile', async () => {
  const instead: Parameters<typeof silentOnce>[0] = {}
  await using house = await openHouse({}, { wrap: silentOnce(instead) })
  const task = await house.claimed()
  const hear = () => house.moves.move(task, { kind: 'heard', handle: null }, { fromAnyClaim: true })
  instead.next = async () => expect(await hear()).toMatchObject({ version: task.version + 1 })
  const after = await house.moves.move(task, { kind: 'called', leaseMs: LEASE_MS })
  expect(after).toMatchObject({ version: task.version + 2, calledAt: house.clock.now(), heardAt: house.clock.now() })
  expect(await house.read(task.id)).toEqual(after)
})

it('finds a move again whose answer was lost, and does not write it twice', async () => {
  const instead: Parameters<typeof silentOnce>[0] = {}
  let opened: Store | undefined
  await using house = await openHouse(
    {},
    {
      wrap(store) {
        opened = store
        return silentOnce(instead)(store)
      },
    },
  )
  const task = await house.claimed()
  instead.next = async (given) => expect(await opened?.applyChange(given)).toBe(true)
  const after = await house.moves.move(task, { kind: 'called', leaseMs: LEASE_MS })
  expect(after?.version).toBe(task.version + 1)
  expect(await house.read(task.id)).toEqual(after)
})

it('writes nothing for a process whose claim was taken over', async () => {
  await using house = await openHouse({})
  const task = await house.claimed()
  house.clock.advance(LEASE_MS)
  const [taken] = await house.due()
  expect(await house.moves.move(task, { kind: 'called', leaseMs: LEASE_MS })).toBeUndefined()
  expect(await house.read(task.id)).toEqual(taken)
})

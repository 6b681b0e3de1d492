import { expect, it } from 'vitest'
import { PolyphonyError } from '../core/errors.ts'
import type { Store } from '../store/store.ts'
import { LEASE_MS, openHarness } from './harness.testing.ts'

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
  await using harness = await openHarness({}, { wrap: silentOnce(instead) })
  const task = await harness.claimed()
  const hear = () => harness.moves.move(task, { kind: 'heard', handle: null }, { fromAnyClaim: true })
  instead.next = async () => expect(await hear()).toMatchObject({ version: task.version + 1 })
  const after = await harness.moves.move(task, { kind: 'called', leaseMs: LEASE_MS })
  expect(after).toMatchObject({
    version: task.version + 2,
    calledAt: harness.clock.now(),
    heardAt: harness.clock.now(),
  })
  expect(await harness.read(task.id)).toEqual(after)
})

it('recognises a move that was written although its answer was lost, and does not write it twice', async () => {
  const instead: Parameters<typeof silentOnce>[0] = {}
  let opened: Store | undefined
  await using harness = await openHarness(
    {},
    {
      wrap(store) {
        opened = store
        return silentOnce(instead)(store)
      },
    },
  )
  const task = await harness.claimed()
  instead.next = async (given) => expect(await opened?.applyChange(given)).toBe(true)
  const after = await harness.moves.move(task, { kind: 'called', leaseMs: LEASE_MS })
  expect(after?.version).toBe(task.version + 1)
  expect(await harness.read(task.id)).toEqual(after)
})

it('writes nothing for a process whose claim was taken over', async () => {
  await using harness = await openHarness({})
  const task = await harness.claimed()
  harness.clock.advance(LEASE_MS)
  const [taken] = await harness.due()
  expect(await harness.moves.move(task, { kind: 'called', leaseMs: LEASE_MS })).toBeUndefined()
  expect(await harness.read(task.id)).toEqual(taken)
})

import { expect, it } from 'vitest'
import { PolyphonyError } from '../core/errors.ts'
import { openReadiness } from './readiness.ts'

it('readiness returns once there is room, and once no request was refused for lack of it', async () => {
  let now = 0
  let write = () => Promise.reject<void>(new PolyphonyError('storage_full', 'There is no room.'))
  const { readiness, noteFull } = openReadiness({ read: async () => {}, write: () => write(), now: () => now })
  expect(await readiness()).toBe('the disk is full')
  write = async () => {}
  expect(await readiness()).toBe('the disk is full') // as it was a moment ago
  now += 3_000
  expect(await readiness()).toBe('ready')
  noteFull()
  expect(await readiness()).toBe('the disk is full')
  now += 10_000
  expect(await readiness()).toBe('ready')
})

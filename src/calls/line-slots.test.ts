import { expect, it } from 'vitest'
import { openLineSlots } from './line-slots.ts'

const never = new AbortController().signal

it('places go to the tenant that has the fewest, and then to the one that waits longest', async () => {
  const slots = openLineSlots({ total: 3, liveCalls: () => 0 })
  const order: string[] = []
  const take = (tenant: string) => slots.take(tenant, never).then(() => void order.push(tenant))
  await Promise.all([take('a'), take('a'), take('a')])
  order.length = 0
  const [first, second, ofB, ofC] = ['a', 'a', 'b', 'c'].map(take)
  slots.release('a')
  await ofB
  slots.release('a')
  await ofC
  slots.release('b')
  await first
  slots.release('c')
  await second
  expect(order).toEqual(['b', 'c', 'a', 'a'])
})

it('each live call takes the place of a line, and one line is always called', async () => {
  let live = 9
  const slots = openLineSlots({ total: 3, liveCalls: () => live })
  let taken = 0
  const take = () => slots.take('a', never).then(() => void taken++)
  const all = [take(), take(), take()]
  await Promise.all(all.slice(0, 1))
  expect(taken).toBe(1)
  live = 1
  await Promise.all(all.slice(0, 2))
  expect(taken).toBe(2)
  live = 0
  await Promise.all(all)
  expect(taken).toBe(3)
})

it('a line that does not wait any more takes no place', async () => {
  const slots = openLineSlots({ total: 1, liveCalls: () => 0 })
  await slots.take('a', never)
  const leaving = new AbortController()
  const left = slots.take('b', leaving.signal)
  const stays = slots.take('c', never)
  leaving.abort(new Error('enough'))
  await expect(left).rejects.toThrow('enough')
  await expect(slots.take('d', leaving.signal)).rejects.toThrow('enough')
  slots.release('a')
  await expect(stays).resolves.toBeUndefined()
})

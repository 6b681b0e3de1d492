import { expect, it } from 'vitest'
import { hashingFor, openTurns } from './hashing-turns.ts'

it('passwords are hashed one at a time, networks take turns, and what is too much is refused at once', async () => {
  const inTurn = openTurns()
  const order: string[] = []
  let [running, most] = [0, 0]
  const hash = (network: string) =>
    hashingFor.run(network, () =>
      inTurn(async () => {
        running += 1
        most = Math.max(most, running)
        await Promise.resolve()
        order.push(network)
        running -= 1
      }),
    )
  const many = Array.from({ length: 25 }, () => hash('a'))
  const outcomes = Promise.allSettled([...many, hash('b'), hash('c')])
  const refused = (await outcomes).filter((outcome) => outcome.status === 'rejected')
  // One of them runs, and twenty wait.
  expect(refused).toHaveLength(4)
  for (const { reason } of refused)
    expect(reason).toMatchObject({ code: 'overloaded', details: { retryAfterSeconds: 5 } })
  expect(most).toBe(1)
  expect(order.slice(0, 4).toSorted()).toEqual(['a', 'a', 'b', 'c'])
  expect(order).toHaveLength(23)
  await expect(inTurn(() => Promise.reject(new Error('no memory')))).rejects.toThrow('no memory')
  expect(await inTurn(async () => 'after a failure')).toBe('after a failure')
})

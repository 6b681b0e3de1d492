import { describe, expect, it } from 'vitest'
import { type Hold, openBudget } from './memory-budget.ts'

const limits = { totalBytes: 100, shareBytes: 60 }

/** Whether it grew at once; if not, it grows when there is room. */
async function grewAtOnce(hold: Hold, bytes: number): Promise<{ atOnce: boolean; growing: Promise<void> }> {
  let isDone = false
  const growing = hold.grow(bytes).then(() => {
    isDone = true
  })
  await new Promise(setImmediate)
  return { atOnce: isDone, growing }
}

describe('openBudget', () => {
  it('the memory budget lets a reader wait until another has ended', async () => {
    const budget = openBudget(limits)
    const [first, second] = [budget.open('a'), budget.open('b')]
    await first.grow(70)
    const { atOnce, growing } = await grewAtOnce(second, 40)
    expect(atOnce).toBe(false)
    first.close()
    await growing
  })

  it('a reader that does not wait gets room only where there is some, and holds nothing otherwise', async () => {
    const budget = openBudget(limits)
    const [first, second, third] = [budget.open('a'), budget.open('b'), budget.open('c')]
    await first.grow(70)
    expect([second.growNow(40), second.growNow(30)]).toEqual([false, true])
    first.close()
    second.close()
    expect(third.growNow(100)).toBe(true)
  })

  it('the memory budget gives no holder more than its share, while others have room', async () => {
    const budget = openBudget(limits)
    const [first, second, other] = [budget.open('a'), budget.open('a'), budget.open('b')]
    await first.grow(50)
    const { atOnce, growing } = await grewAtOnce(second, 20)
    expect(atOnce).toBe(false)
    await other.grow(40)
    first.close()
    await growing
  })

  it('the memory budget never lets all wait for one another', async () => {
    const budget = openBudget(limits)
    const [first, second] = [budget.open('a'), budget.open('b')]
    await first.grow(50)
    await second.grow(50)
    const { atOnce, growing } = await grewAtOnce(second, 30)
    expect(atOnce).toBe(false)
    await first.grow(30)
    first.close()
    await growing
  })

  it('the memory budget ends a wait with its signal, and keeps nothing for it', async () => {
    const budget = openBudget(limits)
    const [first, second, third] = [budget.open('a'), budget.open('b'), budget.open('c')]
    await first.grow(90)
    const ending = new AbortController()
    const growing = second.grow(20, ending.signal)
    ending.abort(new Error('enough'))
    await expect(growing).rejects.toThrow('enough')
    second.close()
    await third.grow(10)
    await expect(third.grow(1, ending.signal)).rejects.toThrow('enough')
  })
})

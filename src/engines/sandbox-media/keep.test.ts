import { describe, expect, it } from 'vitest'
import { keep } from './keep.ts'

/** A maker of so many bytes that counts its work. */
function counted({ maxBytes }: { maxBytes: number }) {
  const made: number[] = []
  const ask = keep(
    async (bytes: number) => {
      made.push(bytes)
      if (bytes < 0) throw new RangeError('No bytes.')
      return new Uint8Array(bytes)
    },
    { maxBytes, sizeBytes: ({ length }) => length },
  )
  return { made, ask }
}

describe('keep', () => {
  it('a kept value is made once, however many callers request it at the same time', async () => {
    const { made, ask } = counted({ maxBytes: 100 })
    const [one, other] = await Promise.all([ask(10), ask(10)])
    expect(other).toBe(one)
    expect(await ask(10)).toBe(one)
    expect(made).toEqual([10])
  })

  it('the value that was used longest ago is dropped when the bytes become too many', async () => {
    const { made, ask } = counted({ maxBytes: 100 })
    for (const bytes of [40, 41, 40, 42, 40, 41]) await ask(bytes)
    expect(made).toEqual([40, 41, 42, 41])
  })

  it('a value larger than the bound is returned, but not kept', async () => {
    const { made, ask } = counted({ maxBytes: 100 })
    await ask(30)
    expect(await ask(101)).toHaveLength(101)
    await ask(101)
    await ask(30)
    expect(made).toEqual([30, 101, 101])
  })

  it('a value whose making failed is tried again', async () => {
    const { made, ask } = counted({ maxBytes: 100 })
    await expect(ask(-1)).rejects.toThrow('No bytes.')
    await expect(ask(-1)).rejects.toThrow('No bytes.')
    expect(made).toEqual([-1, -1])
  })
})

import { expect, it } from 'vitest'
import type { Bench } from '../contract.ts'

export function fingerprintsContract(bench: Bench): void {
  it('the first fingerprint is kept, whichever process comes later, and each name has its own', async () => {
    expect(await bench.store.listFingerprints({})).toEqual({})
    const first = await Promise.all(
      ['a', 'b', 'c'].map((to) => bench.store.changeFingerprint({ name: 'secret', from: null, to })),
    )
    expect(new Set(first).size).toBe(1)
    expect(await bench.store.changeFingerprint({ name: 'storage', from: null, to: 'd' })).toBe('d')
    expect(await bench.store.listFingerprints({})).toEqual({ secret: first[0], storage: 'd' })
  })

  it('a fingerprint is changed only from the one that the caller knows', async () => {
    await bench.store.changeFingerprint({ name: 'secret', from: null, to: 'a' })
    expect(await bench.store.changeFingerprint({ name: 'secret', from: 'b', to: 'c' })).toBe('a')
    expect(await bench.store.changeFingerprint({ name: 'secret', from: 'a', to: 'c' })).toBe('c')
    expect(await bench.store.listFingerprints({})).toEqual({ secret: 'c' })
  })
}

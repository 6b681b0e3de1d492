import { describe, expect, it } from 'vitest'
import { keyGate } from './key-gate.ts'

describe('the gate before the first keys', () => {
  it('holds a request until the keys are stored', async () => {
    const looked: (string | undefined)[] = []
    const gate = keyGate((key) => {
      looked.push(key)
      return 'a caller'
    })
    const early = gate.authenticate('early')
    expect(looked).toEqual([])
    gate.open()
    expect(await early).toBe('a caller')
  })

  it('answers without a promise once it is open, and passes errors on', () => {
    const gate = keyGate((key) => {
      if (key === undefined) throw new Error('no key')
      return key
    })
    gate.open()
    expect(gate.authenticate('late')).toBe('late')
    expect(() => gate.authenticate(undefined)).toThrow('no key')
  })
})

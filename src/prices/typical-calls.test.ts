import { describe, expect, it } from 'vitest'
import { getOperation, listOperations } from '../catalog/catalog.ts'
import { readInput } from '../catalog/read-input.ts'
import { callMeeting, typicalCalls } from './typical-calls.ts'

describe('typical calls', () => {
  it('every operation has its example first, and all calls are valid and have a price', () => {
    for (const operation of listOperations()) {
      const [example, ...others] = typicalCalls(operation)
      expect(example).toEqual({ name: '', input: readInput(operation, operation.example) })
      for (const { name, input } of others) {
        expect(name).toMatch(/^\w+=/)
        expect(readInput(operation, input)).toEqual(input)
        expect(operation.price(input)).toBeGreaterThan(0)
      }
    }
  })

  it('the calls of an operation show each value that changes its price', () => {
    const names = typicalCalls(getOperation('kling/video_generation')).map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['', 'mode=pro', 'enable_audio=true', 'version=2.1']))
  })

  it('a call that meets several conditions is made if they are valid together', () => {
    const operation = getOperation('kling/video_generation')
    expect(callMeeting(operation, { mode: 'pro', duration: 10 })).toMatchObject([{ name: 'mode=pro; duration=10' }])
    expect(callMeeting(operation, { mode: 'pro', duration: 11 })).toEqual([])
    expect(callMeeting(operation, { mode: 'pro', colour: 'red' })).toEqual([])
  })
})

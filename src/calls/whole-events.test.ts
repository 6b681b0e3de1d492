import { describe, expect, it } from 'vitest'
import { wholeEvents } from './whole-events.ts'

const STREAMS: Record<string, string> = {
  LF: 'data: 1\n\nevent: x\ndata: 2\n\n: a comment\n\ndata: [DONE]\n\n',
  CR: 'data: 1\r\revent: x\rdata: 2\r\r: a comment\r\rdata: [DONE]\r\r',
  'CR LF': 'data: 1\r\n\r\nevent: x\r\ndata: 2\r\n\r\n: a comment\r\n\r\ndata: [DONE]\r\n\r\n',
}

describe('whole events', () => {
  it.each(Object.entries(STREAMS))(
    'lines that end with %s pass whole event by event, however they are cut',
    (_name, text) => {
      for (let size = 1; size <= text.length; size++) {
        const events = wholeEvents()
        let passed = ''
        for (let at = 0; at < text.length; at += size) {
          passed += events.push(Buffer.from(text.slice(at, at + size))).toString()
          expect(passed).toMatch(/^$|\n\r?\n$|\r\r$/)
          expect(text.startsWith(passed)).toBe(true)
        }
        expect(passed).toBe(text)
        expect(events.rest()).toHaveLength(0)
      }
    },
  )

  it('an event is passed with the chunk that ends it', () => {
    const events = wholeEvents()
    expect(events.push(Buffer.from('data: 1\n\ndata')).toString()).toBe('data: 1\n\n')
    expect(events.push(Buffer.from(': 2\n')).toString()).toBe('')
    expect(events.push(Buffer.from('\n')).toString()).toBe('data: 2\n\n')
  })

  it('what follows the last event is the rest', () => {
    const events = wholeEvents()
    events.push(Buffer.from('data: 1\n\ndata: [DONE]\n'))
    expect(events.rest().toString()).toBe('data: [DONE]\n')
  })

  it('an event without an end is not kept for ever', () => {
    const events = wholeEvents()
    const piece = Buffer.alloc(2 ** 20, 'x')
    let passed = 0
    for (let index = 0; index < 40; index++) passed += events.push(piece).length
    expect(passed).toBeGreaterThanOrEqual(30 * 2 ** 20)
    expect(passed + events.rest().length).toBe(40 * 2 ** 20)
  })
})

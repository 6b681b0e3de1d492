import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { openLog } from '../compose/log.ts'
import { lineWriter } from './line-writer.ts'

describe('a line that is written without pino', () => {
  const fields = {
    plain: 'GET',
    quote: 'a "b" \\ c',
    control: 'a\nb\u0000\u001b',
    unicode: 'ä \u2028',
    empty: '',
    number: 4.1,
    none: null,
    yes: true,
    absent: undefined,
  }

  it.each([
    ['as it is by default', {}],
    ['with names of levels', { formatters: { level: (label: string) => ({ level: label }) } }],
    ['with fields of its own', { base: { host: 'a' } }],
    ['without time', { timestamp: false }],
  ])('equals the line that a logger writes, %s', (_name, options) => {
    const lines: string[] = []
    const log = pino(
      { timestamp: () => ',"time":"now"', ...options },
      { write: (line: string) => void lines.push(line) },
    )
    lineWriter(log, 'info')(fields, 'request')
    log.info(fields, 'request')
    expect(lines[0]).toBe(lines[1])
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ quote: fields.quote, control: fields.control, msg: 'request' })
  })

  it('is a line for people on a terminal', () => {
    const lines: string[] = []
    const write = (line: string | Uint8Array): boolean => lines.push(String(line)) > 0
    const log = openLog('info', { fd: 1, isTTY: true, write }, { NO_COLOR: '1' })
    lineWriter(log, 'info')({ status: 200 }, 'request')
    expect(lines[0]).toMatch(/INFO {2}request status=200\n$/)
  })
})

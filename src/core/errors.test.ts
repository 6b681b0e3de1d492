import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ERRORS, PolyphonyError } from './errors.ts'

describe('ERRORS', () => {
  it('the error codes are the same list in the code and in docs/errors.md', () => {
    const text = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8')
    const rows = [...text.matchAll(/^\| `(\w+)` +\| (\d+) +\| (\w+) +\| (.+?) +\|$/gm)].map(([, ...cells]) => cells)
    const codes = Object.entries(ERRORS).map(([code, { status, retry, means }]) => [code, String(status), retry, means])
    expect(rows).toEqual(codes)
  })

  it('a message that is too long is cut between two characters', () => {
    const { message } = new PolyphonyError('vendor_refused', `${'x'.repeat(3_998)}${'🦊'.repeat(60)}`)
    expect(message).toBe(`${'x'.repeat(3_998)}…`)
  })
})

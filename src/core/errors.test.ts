import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ERRORS } from './errors.ts'

describe('ERRORS', () => {
  it('the error codes are the same list in the code and in docs/errors.md', () => {
    const text = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8')
    const rows = [...text.matchAll(/^\| `(\w+)` +\| (\d+) +\| (\w+) +\| (.+?) +\|$/gm)].map(([, ...cells]) => cells)
    const codes = Object.entries(ERRORS).map(([code, { status, retry, means }]) => [code, String(status), retry, means])
    expect(rows).toEqual(codes)
  })
})

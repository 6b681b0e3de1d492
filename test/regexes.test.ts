import { describe, expect, it } from 'vitest'
import { check, sourcesOf } from '../scripts/check-regexes.ts'
import { slowRegexesIn } from '../scripts/slow-regexes.ts'

describe('the check of regular expressions', () => {
  it.each([
    ['a search that begins at every space', String.raw`text.replace(/\s*zoom/, '')`, 'super-linear'],
    ['two loops that share characters', String.raw`/^https?:\/\/[^/]+\S*$/.test(url)`, 'super-linear'],
    ['a loop within a loop', '/^(?:a+)+$/.test(text)', 'exponential'],
    ['a slow pattern of a schema', "Type.String({ pattern: '^[^/]+[^ ]*$' })", 'super-linear'],
    ['a slow pattern made of constants', `const A = '[^/]+'; String({ pattern: \`^\${A}[^ ]*$\` })`, 'super-linear'],
    ['a slow pattern under its own name', "const pattern = '^[^/]+[^ ]*$'; String({ pattern })", 'super-linear'],
    ['a pattern given to RegExp', "new RegExp('a*b', 'g')", 'super-linear'],
    ['a pattern of run time', `new RegExp(\`^\${name}$\`)`, 'at run time'],
    ['a group that repeats without a limit', '/^(?:;[a-z]+)*$/.test(text)', 'keeps a state'],
  ])('reports %s', (_what, code, why) => {
    const [found, ...others] = slowRegexesIn('planted.ts', code)
    expect(found).toMatchObject({ file: 'planted.ts', why: expect.stringContaining(why) })
    expect(others).toEqual([])
  })

  it('says nothing of expressions that take linear time and no memory', () => {
    const code = String.raw`/^[a-z]+:\d*$/.test(a); /(?<!\s)\s*zoom/.test(a); /^(?:ab)*$/.test(a); new RegExp('^a+$')`
    expect(slowRegexesIn('planted.ts', code)).toEqual([])
  })

  it('fails on a slow expression that is planted among the sources', () => {
    const planted = { ...sourcesOf('src'), 'src/planted.ts': String.raw`export const SLOW = /\s+$/` }
    expect(check(planted)).toEqual([expect.stringContaining('src/planted.ts:1')])
  })

  it('fails on an exception that is not needed any more', () => {
    const { 'src/http/route-methods.ts': _, ...others } = sourcesOf('src')
    expect(check(others)).toContainEqual(expect.stringContaining('not needed any more'))
  })

  it('finds no slow expression among the sources', () => {
    expect(check(sourcesOf('src'))).toEqual([])
  })
})

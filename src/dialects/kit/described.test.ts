import { describe, expect, it } from 'vitest'
import { describedBy, undocumented } from './described.ts'

interface Operations {
  photonCreate: { summary: string }
  [model: `model:${string}`]: { summary: string }
}

const described = describedBy<Operations>()

describe('the description of a route', () => {
  it('is named in the options of the route by its key, or by a key for each path', () => {
    expect(described('photonCreate')).toEqual({ config: { description: { as: 'photonCreate' } } })
    expect(described('model:light')).toEqual({ config: { description: { as: 'model:light' } } })
    const paths = { '/submit/ray': 'photonCreate' } as const
    expect(described(paths)).toEqual({ config: { description: { as: paths } } })
    expect(undocumented('a page for people')).toEqual({ config: { description: { leftOut: 'a page for people' } } })
  })

  it('is one that exists, or the code does not compile', () => {
    // @ts-expect-error: there is no such operation
    described('photonDelete')
    // @ts-expect-error: nor below a path
    described({ '/submit/ray': 'photonDelete' })
    // @ts-expect-error: a path begins with a slash
    described({ 'submit/ray': 'photonCreate' })
    // @ts-expect-error: without the type of the descriptions there is no key
    describedBy()('photonCreate')
  })
})

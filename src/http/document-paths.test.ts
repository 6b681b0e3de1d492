import { describe, expect, it } from 'vitest'
import { pathsOf } from './document-paths.ts'

const operations = { read: { summary: 'Read a ray' }, bend: { summary: 'Bend a ray' } }
const READ = { method: 'GET', path: '/rays/{id}', prefix: '', key: 'read' }
const BEND = { method: 'POST', path: '/rays/{id}', prefix: '', key: 'bend' }

describe('the paths of the document', () => {
  it('are those of the routes, with the key of each as the id of its operation', () => {
    expect(pathsOf([READ, BEND], { operations })).toEqual({
      '/rays/{id}': {
        get: { operationId: 'read', summary: 'Read a ray' },
        post: { operationId: 'bend', summary: 'Bend a ray' },
      },
    })
  })

  it('have operations as they are called below the prefix at which they are served', () => {
    const relayed = { ...READ, path: '/relay/rays/{id}', prefix: '/relay' }
    const paths = pathsOf([READ, relayed, BEND], {
      operations,
      below: (prefix, operation) => (prefix === '' ? operation : { ...operation, operationId: 'relayedRead' }),
    })
    expect(paths['/rays/{id}']).toMatchObject({ get: { operationId: 'read' } })
    expect(paths['/relay/rays/{id}']).toEqual({ get: { operationId: 'relayedRead', summary: 'Read a ray' } })
  })

  it('are not made of routes and descriptions that do not match', () => {
    expect(() => pathsOf([READ, { ...BEND, key: 'break' }], { operations })).toThrow(
      'POST /rays/{id} names the description break, which does not exist.',
    )
    expect(() => pathsOf([READ], { operations })).toThrow('Described, but named by no route: bend.')
  })
})

import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../src/core/json.ts'
import { type Answer, faultsOf } from './support/described-answers.ts'

const ok = (schema: JsonObject) => ({
  get: { responses: { '200': { description: '', content: { 'application/json': { schema } } } } },
})
const document: JsonObject = {
  paths: {
    '/tasks/{id}': ok({ $ref: '#/components/schemas/Task' }),
    '/tasks/all': ok({ type: 'array' }),
  },
  components: {
    schemas: { Task: { type: 'object', required: ['id'], properties: { id: { type: 'string' } } } },
  },
}
const faults = (answer: Partial<Answer>) =>
  faultsOf({ method: 'GET', path: '/tasks/7', status: 200, body: '{"id":"7"}', ...answer }, document)

describe('the check of answers against their description', () => {
  it('accepts a body that fits its schema', () => {
    expect(faults({})).toEqual([])
    expect(faults({ path: '/tasks/all', body: '[]' })).toEqual([])
  })

  it('reports a body that does not fit, with the place of the fault', () => {
    expect(faults({ body: '{"id":7}' })).toEqual(['GET /tasks/{id} (200) /id: must be string'])
    expect(faults({ body: '{}' })).toHaveLength(1)
    expect(faults({ path: '/tasks/all', body: '{}' })).toEqual(['GET /tasks/all (200) : must be array'])
  })

  it('reports a status that is not described', () => {
    expect(faults({ status: 409 })).toEqual([expect.stringContaining('this status is not described')])
  })
})

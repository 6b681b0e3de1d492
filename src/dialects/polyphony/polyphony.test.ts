import { Value } from 'typebox/value'
import { describe, expect, it } from 'vitest'
import { getOperation, listOperations } from '../../catalog/catalog.ts'
import type { Caller } from '../../core/caller.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { newId } from '../../core/ids.ts'
import type { Json } from '../../core/json.ts'
import { points } from '../../core/points.ts'
import { sampleTask } from '../../core/task.testing.ts'
import { STATUSES, type Task } from '../../core/task.ts'
import { fixedPrices } from '../../prices/price-list.ts'
import { nextCursor } from '../kit/cursors.ts'
import { deliveriesOf } from '../kit/deliveries.ts'
import { urlsAt } from '../kit/urls.ts'
import { errorBody } from './errors.ts'
import errorExample from './examples/error.json' with { type: 'json' }
import example from './examples/task.json' with { type: 'json' }
import { fromTask } from './from-task.ts'
import { operationsFor } from './operations.ts'
import { listingIn } from './query.ts'
import { polyphony } from './routes.ts'
import { toTask } from './to-task.ts'

const HOST = 'https://gateway.example'
const urls = urlsAt(() => HOST)
const HOOK = 'https://client.example/hook'

/** An example's output as the store has it: with references in the place of URLs. */
function stored(value: Json): Json {
  return JSON.parse(JSON.stringify(value).replaceAll(`${HOST}/files/`, 'asset:'))
}

function aSong(given: Partial<Task> = {}): Task {
  const times = { createdAt: example.created_at, startedAt: example.started_at, endedAt: example.ended_at }
  const { clips } = stored(example.output) as { clips: object[] }
  return sampleTask(times, {
    id: example.id,
    operation: 'suno/music',
    dialect: 'polyphony',
    input: example.input,
    status: 'completed',
    output: { clips: clips.map((clip) => ({ ...clip, vendorId: 'v-1' })) as Json },
    pricePoints: points(400_000),
    consumedPoints: points(400_000),
    provider: 'studio',
    logs: example.logs,
    ...given,
  })
}

describe('the body of a creation in our own protocol', () => {
  const input = { prompt: 'fog' }

  it('names the operation, its input and the URL of a webhook', () => {
    const { operation, ...asked } = toTask({ operation: 'suno/lyrics', input, webhook: HOOK })
    expect(operation).toBe(getOperation('suno/lyrics'))
    expect(asked).toEqual({
      input,
      names: { '': 'input' },
      dialect: 'polyphony',
      webhook: { field: 'webhook', url: HOOK },
    })
    expect(toTask({ operation: 'suno/lyrics', input, webhook: null })).not.toHaveProperty('webhook')
  })

  it('is accepted with the example of every operation', () => {
    for (const { id, example: sample } of listOperations()) {
      expect(toTask({ operation: id, input: sample }).operation.id).toBe(id)
    }
  })

  it.each([
    ['no operation', { input }, 'invalid_input', 'operation', 'is required'],
    ['a number', { operation: 7, input }, 'invalid_input', 'operation', 'must be an id'],
    ['an unknown operation', { operation: 'suno/dance', input }, 'unknown_operation', 'operation', '"suno/dance"'],
    ['no input', { operation: 'suno/lyrics' }, 'invalid_input', 'input', 'is required'],
    [
      'an input that is not an object',
      { operation: 'suno/lyrics', input: 'fog' },
      'invalid_input',
      'input',
      'an object',
    ],
    ['a wrong input', { operation: 'suno/lyrics', input: {} }, 'invalid_input', 'input.prompt', 'is required'],
    ['a wrong webhook', { operation: 'suno/lyrics', input, webhook: 7 }, 'invalid_input', 'webhook', 'must be a URL'],
  ])('is refused with %s, naming the field', (_, body, code, field, words) => {
    try {
      toTask(body)
      expect.unreachable('It was taken.')
    } catch (error) {
      expect(error).toMatchObject({ code, details: { field }, message: expect.stringContaining(words) })
    }
  })
})

describe('a task in our own protocol', () => {
  it('equals the published example, without the provider’s private data', () => {
    expect(fromTask(aSong(), urls)).toEqual(example)
    expect(Value.Check(getOperation('suno/music').output, example.output)).toBe(true)
  })

  it('has the status of the task, and no output or end before there is one', () => {
    for (const status of STATUSES) {
      const task = aSong({ status, output: null, error: null, endedAt: null, startedAt: null })
      expect(fromTask(task, urls)).toMatchObject({ status, output: null, error: null, ended_at: null })
    }
  })

  it('shows why it failed, and no detail that is the operator’s', () => {
    const error = { code: 'vendor_refused' as const, message: 'too foggy', detail: 'HTTP 422 of https://private/' }
    const failed = fromTask(aSong({ status: 'failed', output: null, error, consumedPoints: points(0) }), urls)
    expect(failed).toMatchObject({ error: { code: 'vendor_refused', message: 'too foggy' }, consumed_points: 0 })
    expect(JSON.stringify(failed)).not.toContain('private')
  })

  it('is sent to its webhook once, when it has ended', () => {
    const webhookUrl = HOOK
    expect(deliveriesOf(polyphony, aSong({ webhookUrl }), urls)).toEqual([
      { url: HOOK, body: JSON.stringify(example), headers: {} },
    ])
    expect(deliveriesOf(polyphony, aSong({ webhookUrl, status: 'cancelled', output: null }), urls)).toHaveLength(1)
    expect(deliveriesOf(polyphony, aSong({ webhookUrl, status: 'processing' }), urls)).toEqual([])
    expect(deliveriesOf(polyphony, aSong(), urls)).toEqual([])
  })
})

describe('an error in our own protocol', () => {
  it('has the status and the code of the error, and the field that is wrong', () => {
    const wrong = new PolyphonyError('invalid_input', 'input.prompt is required.', { field: 'input.prompt' })
    expect(errorBody(wrong)).toEqual({ status: 400, body: errorExample })
    const poor = new PolyphonyError('insufficient_points', 'Too little.')
    expect(errorBody(poor)).toEqual({
      status: 402,
      body: { error: { code: 'insufficient_points', message: 'Too little.' } },
    })
  })
})

describe('the operations of a key', () => {
  const caller: Caller = {
    keyId: 'k',
    tenantId: 't',
    mode: 'live',
    role: 'member',
    allowedModels: null,
    requestsPerMinute: null,
    tokensPerMinute: null,
    expiresAt: null,
    isFrozen: false,
  }
  const asked: unknown[] = []
  const context = {
    available: (...whose: unknown[]) => {
      asked.push(whose)
      return new Set(['suno/music', 'suno/lyrics', 'luma/video_generation'])
    },
    prices: fixedPrices({ environment: [{ of: 'suno/lyrics', points: points(7) }] }),
  }

  it('are those that a provider performs for its tenant', () => {
    const found = operationsFor(caller, context)
    expect(found.map(({ id }) => id).toSorted()).toEqual(['luma/video_generation', 'suno/lyrics', 'suno/music'])
    expect(asked).toEqual([['live', 't']])
    expect(found.find(({ id }) => id === 'suno/lyrics')).toMatchObject({
      model: 'suno',
      task_type: 'lyrics',
      produces: 'lyrics',
      price_points: 7,
      timeout_seconds: expect.any(Number),
      input_schema: { type: 'object', required: ['prompt'] },
      output_schema: { type: 'object', required: ['lyrics'] },
      example: { prompt: expect.any(String) },
    })
  })

  it('are limited to the models that the key may use', () => {
    const found = operationsFor({ ...caller, allowedModels: ['luma'] }, context)
    expect(found.map(({ id }) => id)).toEqual(['luma/video_generation'])
  })
})

describe('the query of a list in our own protocol', () => {
  const reader = { tenantId: 'a tenant', mode: 'live' } as const

  it('sets the page size, the cursor and the idempotency key', () => {
    expect(listingIn({}, reader)).toEqual({ limit: 20 })
    const cursor = nextCursor('tasks', reader, example.id) ?? ''
    expect(listingIn({ limit: '100', cursor, idempotency_key: 'order-7' }, reader)).toEqual({
      limit: 100,
      beforeId: example.id,
      idempotencyKey: 'order-7',
    })
  })

  it('takes the id alone as a cursor, as former versions gave it', () => {
    const id = newId(Date.UTC(2026, 0, 1))
    expect(listingIn({ cursor: id }, reader)).toEqual({ limit: 20, beforeId: id })
  })

  it.each([
    [{ limit: '0' }, 'limit'],
    [{ limit: '101' }, 'limit'],
    [{ limit: ['1', '2'] }, 'limit'],
    [{ cursor: 'next' }, 'cursor'],
    [{ cursor: '01234567-89ab-4cde-8f01-23456789ab00' }, 'cursor'],
    [{ cursor: 'f81d4fae-7dec-41d0-a765-00a0c91e6bf6' }, 'cursor'],
    [{ cursor: nextCursor('tasks', { ...reader, tenantId: 'another' }, example.id) }, 'cursor'],
    [{ idempotency_key: 'a b' }, 'idempotency_key'],
    [{ idempotency_key: ['a', 'b'] }, 'idempotency_key'],
  ])('%o is refused, naming the field %s', (query, field) => {
    try {
      listingIn(query, reader)
      expect.unreachable('It was taken.')
    } catch (error) {
      expect(error).toMatchObject({ code: 'invalid_input', details: { field } })
    }
  })
})

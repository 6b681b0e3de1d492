import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { itemId, newId } from '../../core/ids.ts'
import type { Json } from '../../core/json.ts'
import { points } from '../../core/points.ts'
import { requeue } from '../../store/contract/moves.ts'
import fetchExample from './examples/fetch.success.json' with { type: 'json' }
import { type Gateway, openGateway, part } from './gateway.testing.ts'
import { aSong } from './tasks.testing.ts'

const _UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const NOT_THERE = { code: 'task_not_exist', message: 'task_not_exist', data: null }
const SONG = { prompt: '[Verse]\nWalking', tags: 'punk', title: 'City Lights', mv: 'chirp-v4' }

let gateway: Gateway
beforeAll(async () => {
  gateway = await openGateway()
})
afterAll(() => gateway.close())

describe('a fetch of a Suno task', () => {
  it('follows a song from its submission to its end', async () => {
    const id = await gateway.submitted('/suno/submit/music', SONG)
    const submitTime = Math.floor(gateway.clock.nowMs / 1_000)
    const fetched = async () => part((await gateway.get(`/suno/fetch/${id}`)).body, 'data')
    expect(await fetched()).toEqual({
      task_id: id,
      notify_hook: '',
      action: 'MUSIC',
      status: 'NOT_START',
      fail_reason: '',
      submit_time: submitTime,
      start_time: 0,
      finish_time: 0,
      progress: '0%',
      data: null,
    })
    gateway.clock.nowMs += 5_000
    const task = await gateway.begin(id)
    expect(await fetched()).toMatchObject({
      status: 'IN_PROGRESS',
      progress: '0%',
      start_time: submitTime + 5,
      data: null,
    })
    await gateway.report(task, 42)
    expect(await fetched()).toMatchObject({ status: 'IN_PROGRESS', progress: '42%', fail_reason: '' })
    gateway.clock.nowMs += 5_000
    await gateway.complete(task, aSong(id))
    expect(await fetched()).toMatchObject({
      status: 'SUCCESS',
      fail_reason: '',
      progress: '100%',
      finish_time: submitTime + 10,
      data: [
        { id: clip(id, 1), status: 'complete', state: 'succeeded', metadata: { duration: 219.5 } },
        { id: clip(id, 2), status: 'complete', state: 'succeeded', metadata: { duration: 201 } },
      ],
    })
  })

  it('shows SUBMITTED between the call and its answer, and never goes back to NOT_START', async () => {
    const id = await gateway.submitted('/suno/submit/music', SONG)
    const { claim } = await gateway.claim(id)
    const status = async () => part((await gateway.get(`/suno/fetch/${id}`)).body, 'data', 'status')
    expect(await status()).toBe('SUBMITTED')
    const now = gateway.clock.nowMs
    await requeue(gateway.store, { id, claim, dueAt: now + 60_000, log: 'not reached', now })
    expect(await status()).toBe('SUBMITTED')
  })

  it('shows every member of the published answer for a finished song', async () => {
    const id = await gateway.finishedSong()
    for (let time = 0; time < 2; time++) {
      const answer = await gateway.get(`/suno/fetch/${id}`)
      expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8')
      const members = Object.keys(fetchExample.data.data[0] ?? {})
      expect(Object.keys(part(answer.body, 'data', 'data', 0) as object)).toEqual(expect.arrayContaining(members))
    }
  })

  it('shows a single object for lyrics', async () => {
    const id = await gateway.submitted('/suno/submit/lyrics', { prompt: 'fog' })
    await gateway.complete(await gateway.begin(id), { lyrics: [{ title: 'Fog', text: 'It comes', tags: ['folk'] }] })
    const { body } = await gateway.get(`/suno/fetch/${id}/`)
    expect(part(body, 'data')).toMatchObject({
      action: 'LYRICS',
      status: 'SUCCESS',
      data: { id, text: 'It comes', title: 'Fog', tags: ['folk'], status: 'complete', error_message: '' },
    })
  })

  it('shows the reason of a failure, and 100%', async () => {
    const id = await gateway.submitted('/suno/submit/music', SONG)
    await gateway.fail(await gateway.begin(id), 'The lyrics were refused.')
    const { body } = await gateway.get(`/suno/fetch/${id}`)
    expect(part(body, 'data')).toMatchObject({
      status: 'FAILURE',
      fail_reason: 'The lyrics were refused.',
      progress: '100%',
      data: null,
    })
  })

  it.each(['/suno/fetch/', '/suno/task/'])(
    'by GET %s of an unknown id, or of another tenant’s, is answered 400',
    async (path) => {
      const mine = await gateway.finishedSong()
      for (const id of ['x', newId(gateway.clock.nowMs), clip(mine, 1)]) {
        expect(await gateway.get(path + id)).toMatchObject({ status: 400, body: NOT_THERE })
      }
      const foreign = await gateway.get(path + mine, { key: gateway.keys.stranger })
      expect(foreign).toMatchObject({ status: 400, body: NOT_THERE })
    },
  )

  it('shows Suno tasks that were submitted in another protocol', async () => {
    const song = await gateway.finishedSong()
    const id = await storedAs({ like: song, dialect: 'piapi', echo: { config: { webhook_config: {} } } })
    const { body } = await gateway.get(`/suno/fetch/${id}`)
    expect(part(body, 'data')).toMatchObject({ task_id: id, notify_hook: '', action: 'MUSIC', status: 'NOT_START' })

    const film = await storedAs({ like: song, dialect: 'piapi', operation: 'luma/video_generation' })
    expect(await gateway.get(`/suno/fetch/${film}`)).toMatchObject({ status: 400, body: NOT_THERE })
    expect((await gateway.post('/suno/fetch', { ids: [film] })).body).toMatchObject({ data: [] })
    expect((await gateway.get(`/suno/feed/${film}`)).body).toMatchObject([{ id: film, status: 'error' }])
  })

  it('waits for the end of the task on request', async () => {
    const id = await gateway.submitted('/suno/submit/music', SONG)
    const task = await gateway.begin(id)
    const waiting = gateway.get(`/suno/fetch/${id}?wait=20`)
    await gateway.complete(task, aSong(id))
    expect(part((await waiting).body, 'data')).toMatchObject({ status: 'SUCCESS' })
    expect((await gateway.get(`/suno/fetch/${id}?wait=soon`)).body).toMatchObject({ code: 'invalid_request' })
  })

  it('at /suno/task shows the task object without an envelope', async () => {
    const id = await gateway.finishedSong()
    const wrapped = await gateway.get(`/suno/fetch/${id}`)
    const bare = await gateway.get(`/suno/task/${id}`)
    expect(bare.body).toEqual(part(wrapped.body, 'data'))
  })
})

describe('a batch fetch of Suno tasks', () => {
  it('shows the requested tasks that exist, and no others', async () => {
    const ids = [await gateway.finishedSong(), await gateway.submitted('/suno/submit/lyrics', { prompt: 'fog' })]
    const unknown = newId(gateway.clock.nowMs)
    const { status, body } = await gateway.post('/suno/fetch', { ids: [...ids, unknown, 7, null, ids[0] ?? ''] })
    expect(status).toBe(200)
    const found = (part(body, 'data') as Json[]).map((task) => part(task, 'task_id'))
    expect(found.sort()).toEqual([...ids].sort())
    const foreign = await gateway.post('/suno/fetch', { ids, action: 'MUSIC' }, { key: gateway.keys.stranger })
    expect(foreign.body).toEqual({ code: 'success', message: '', data: [] })
  })

  it.each([[{}], [{ ids: [] }], [{ ids: null }], [{ ids: ['x'] }]])(
    'with %j is answered with an empty list, not null',
    async (body) => {
      expect((await gateway.post('/suno/fetch/', body)).body).toEqual({ code: 'success', message: '', data: [] })
    },
  )

  it.each([
    ['a text', { ids: 'x' }],
    ['an object', { ids: { 0: 'x' } }],
  ])('is refused with %s in the place of a list of ids', async (_name, body) => {
    const answer = await gateway.post('/suno/fetch', body)
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
    expect(part(answer.body, 'message')).toMatch(/^ids /)
  })

  it('can be decoded by a client with fixed types, whatever state the tasks are in', async () => {
    const failed = await gateway.submitted('/suno/submit/music', SONG)
    await gateway.fail(await gateway.begin(failed), 'no')
    const ids = [await gateway.finishedSong(), failed, await gateway.submitted('/suno/submit/music', SONG)]
    const { body } = await gateway.post('/suno/fetch', { ids })
    for (const task of part(body, 'data') as Json[]) {
      for (const name of ['submit_time', 'start_time', 'finish_time'])
        expect(part(task, name)).toSatisfy(Number.isInteger)
      for (const name of ['task_id', 'notify_hook', 'action', 'status', 'fail_reason', 'progress']) {
        expect(typeof part(task, name)).toBe('string')
      }
      // Such a client refunds whatever carries a reason.
      expect(part(task, 'fail_reason') !== '').toBe(part(task, 'status') === 'FAILURE')
    }
  })
})

describe('a callback of a Suno task', () => {
  it('carries what a fetch shows, when the work begins and when it ends', async () => {
    const hook = 'https://client.example/hook'
    const id = await gateway.submitted('/suno/submit/music', { ...SONG, notify_hook: hook })
    await gateway.complete(await gateway.begin(id), aSong(id))
    const fetched = part((await gateway.get(`/suno/fetch/${id}`)).body, 'data')
    const deliveries = await gateway.store.listDeliveries({ tenantId: null, taskId: id, limit: 10 })
    const bodies = deliveries.map((delivery) => JSON.parse(delivery.body))
    expect(deliveries.map((delivery) => delivery.url)).toEqual([hook, hook])
    expect(bodies.map((body) => body.status).sort()).toEqual(['IN_PROGRESS', 'SUCCESS'])
    expect(bodies.find((body) => body.status === 'SUCCESS')).toEqual(fetched)
    expect(part(fetched, 'notify_hook')).toBe(hook)
  })

  it('reports a cancellation, which is a failure in this protocol', async () => {
    const id = await gateway.submitted('/suno/submit/lyrics', { prompt: 'fog', notify_hook: 'https://client.example/' })
    await gateway.cancel(id)
    const { body } = await gateway.get(`/suno/fetch/${id}`)
    expect(part(body, 'data')).toMatchObject({
      status: 'FAILURE',
      fail_reason: 'The task was cancelled.',
      progress: '100%',
    })
    const [delivery] = await gateway.store.listDeliveries({ tenantId: null, taskId: id, limit: 10 })
    expect(JSON.parse(delivery?.body ?? '')).toEqual(part(body, 'data'))
  })
})

it('an unknown path or method under /suno is answered 404 or 405 in the form of this protocol', async () => {
  for (const [method, path, status] of [
    ['GET', '/suno/nowhere', 404],
    ['GET', '/suno/submit/music', 405],
    ['POST', '/suno/act/dance', 404],
  ] as const) {
    const answer = await gateway.send(method, path)
    expect(answer).toMatchObject({
      status,
      body: { code: 'invalid_request', error: { type: 'invalid_request_error' } },
    })
  }
})

it('a client that disconnects while it waits leaves the task readable', async () => {
  const id = await gateway.submitted('/suno/submit/music', SONG)
  const waiting = gateway.send('GET', `/suno/fetch/${id}?wait=20`, { signal: AbortSignal.timeout(100) })
  await expect(waiting).rejects.toThrow()
  expect((await gateway.get(`/suno/fetch/${id}`)).status).toBe(200)
})

function clip(taskId: string, number: number): string {
  return itemId(taskId, number)
}

/** Stores a task as another dialect would have, for the tenant and key of an existing one. */
async function storedAs(spec: { like: string; dialect: string; operation?: string; echo?: { [name: string]: Json } }) {
  const like = await gateway.store.getTask({ id: spec.like })
  if (!like) throw new Error('There is no such task.')
  const now = gateway.clock.nowMs
  const { tenantId, keyId, mode, model, taskType, input, pool } = like
  const task = {
    ...{ id: newId(now), tenantId, keyId, mode, model, taskType, input, pool },
    dialect: spec.dialect,
    operation: spec.operation ?? like.operation,
    echo: spec.echo ?? {},
    pricePoints: points(0),
    priceRule: null,
    parentTaskId: null,
    createdAt: now,
    deadlineAt: now + 60_000,
    timeoutMs: 60_000,
    webhookUrl: null,
    externalId: null,
    requestId: null,
    traceparent: null,
    recordExpiresAt: now + 60_000,
    idempotency: null,
  }
  await gateway.store.submitTasks({ tasks: [task] })
  return task.id
}

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BuiltInAccount } from '../../src/accounts/member.ts'
import { listOperations } from '../../src/catalog/catalog.ts'
import { PolyphonyError } from '../../src/core/errors.ts'
import type { JsonObject } from '../../src/core/json.ts'
import { isTerminal, type Task } from '../../src/core/task.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { type FakeVendor, openFakeVendor } from '../support/fake-vendor.ts'
import { LIVE_KEY, openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'

/** A task that is created and cancelled at once ends as cancelled and costs nothing, in every protocol with a cancel. */

interface Protocol {
  name: string
  create: { path: string; body: JsonObject; headers?: Record<string, string> }
  idIn(body: JsonObject): unknown
  cancel(id: string): { method: string; path: string }
  /** The status of the answer to a cancel. */
  answers: number
}

const prompt = 'a heron in the fog'
const at = (body: JsonObject, ...path: string[]) =>
  path.reduce<unknown>((inner, name) => (inner as Record<string, unknown> | null)?.[name], body)

const PROTOCOLS: Protocol[] = [
  {
    name: 'PiAPI',
    create: { path: '/api/v1/task', body: { model: 'Qubico/flux1-dev', task_type: 'txt2img', input: { prompt } } },
    idIn: (body) => at(body, 'data', 'task_id'),
    cancel: (id) => ({ method: 'DELETE', path: `/api/v1/task/${id}` }),
    answers: 200,
  },
  {
    name: 'PiAPI with a song',
    create: { path: '/api/v1/task', body: { model: 'suno', task_type: 'music', input: { prompt, title: 'Fog' } } },
    idIn: (body) => at(body, 'data', 'task_id'),
    cancel: (id) => ({ method: 'DELETE', path: `/api/v1/task/${id}` }),
    answers: 200,
  },
  {
    name: 'Polyphony',
    create: { path: '/polyphony/v1/tasks', body: { operation: 'bfl/flux-pro-1.1', input: { prompt } } },
    idIn: ({ id }) => id,
    cancel: (id) => ({ method: 'POST', path: `/polyphony/v1/tasks/${id}/cancel` }),
    answers: 200,
  },
  {
    name: 'fal',
    create: { path: '/fal/queue/fal-ai/flux/dev', body: { prompt } },
    idIn: ({ request_id }) => request_id,
    cancel: (id) => ({ method: 'PUT', path: `/fal/queue/fal-ai/flux/requests/${id}/cancel` }),
    answers: 202,
  },
  {
    name: 'Replicate',
    create: {
      path: '/replicate/v1/models/black-forest-labs/flux-schnell/predictions',
      body: { input: { prompt } },
    },
    idIn: ({ id }) => id,
    cancel: (id) => ({ method: 'POST', path: `/replicate/v1/predictions/${id}/cancel` }),
    answers: 200,
  },
  {
    name: 'Midjourney',
    create: { path: '/mj/submit/imagine', body: { prompt } },
    idIn: ({ result }) => result,
    cancel: (id) => ({ method: 'POST', path: `/mj/task/${id}/cancel` }),
    answers: 200,
  },
  {
    name: 'Runway',
    create: {
      path: '/runwayml/v1/text_to_video',
      body: { model: 'gen4.5', promptText: prompt, ratio: '1280:720', duration: 5 },
    },
    idIn: ({ id }) => id,
    cancel: (id) => ({ method: 'DELETE', path: `/runwayml/v1/tasks/${id}` }),
    answers: 204,
  },
  {
    name: 'Luma',
    create: { path: '/dream-machine/v1/generations', body: { model: 'ray-2', prompt } },
    idIn: ({ id }) => id,
    cancel: (id) => ({ method: 'DELETE', path: `/dream-machine/v1/generations/${id}` }),
    answers: 204,
  },
]

/** Of batches of calls, uploads, stored responses and the operator, which are tested with them. */
const OTHER_CANCELS = /\/batches\/|\/v1\/(?:uploads|responses)\/|^\/api\/admin\//

/** What names the task and its end in a path, as a pattern: `/tasks/[^/]+/cancel`. Prefixes differ. */
function endOf(path: string): RegExp {
  const [end = path] = /\/[^/]+\/\{\w+\}(?:\/cancel)?$/.exec(path) ?? []
  return new RegExp(`${end.replace(/\{\w+\}/, '[^/]+')}$`)
}

const TRIES = 10

async function create(gateway: TestGateway, { create: { path, body }, idIn }: Protocol, key: string): Promise<string> {
  const headers = { authorization: `Bearer ${key}`, 'x-runway-version': '2024-11-06' }
  const answer = await gateway.send('POST', path, { key, headers, body })
  const id = idIn(answer.body as JsonObject)
  if (typeof id !== 'string') throw new Error(`${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`)
  return id
}

function cancel(gateway: TestGateway, protocol: Protocol, id: string, key: string) {
  const { method, path } = protocol.cancel(id)
  const headers = { authorization: `Bearer ${key}`, 'x-runway-version': '2024-11-06' }
  return gateway.send(method, path, { key, headers })
}

const ended = (gateway: TestGateway, id: string): Promise<Task> => gateway.until(id, ({ status }) => isTerminal(status))

describe('a task of the sandbox', () => {
  let gateway: TestGateway
  let stranger: string
  beforeAll(async () => {
    gateway = await openGateway()
    stranger = (await gateway.tenant({ key: { mode: 'test' } })).key
  })
  afterAll(() => gateway?.[Symbol.asyncDispose]())

  it.each(PROTOCOLS)(`is cancelled right after its creation, ${TRIES} of ${TRIES} times: $name`, async (protocol) => {
    let cancelled = 0
    for (let count = 0; count < TRIES; count++) {
      const id = await create(gateway, protocol, TEST_KEY)
      const { status } = await cancel(gateway, protocol, id, TEST_KEY)
      expect(status).toBe(protocol.answers)
      if ((await ended(gateway, id)).status === 'cancelled') cancelled += 1
    }
    console.info(`${protocol.name}: ${cancelled} of ${TRIES} cancelled`)
    expect(cancelled).toBe(TRIES)
    await gateway.assertBalanced()
  })

  it.each(PROTOCOLS)(
    'is cancelled while it runs, once, and by its own tenant and mode alone: $name',
    async (protocol) => {
      const id = await create(gateway, protocol, TEST_KEY)
      await gateway.until(id, ({ status }) => status === 'processing')
      for (const key of [stranger, LIVE_KEY]) {
        expect((await cancel(gateway, protocol, id, key)).status).toBeGreaterThanOrEqual(400)
      }
      expect(await gateway.store.getTask({ id })).toMatchObject({ cancelRequestedAt: null })
      expect((await cancel(gateway, protocol, id, TEST_KEY)).status).toBe(protocol.answers)
      expect((await ended(gateway, id)).status).toBe('cancelled')
      const again = await cancel(gateway, protocol, id, TEST_KEY)
      expect(again.status).toBeLessThan(500)
      expect(await gateway.store.getTask({ id })).toMatchObject({ status: 'cancelled' })
      await gateway.assertBalanced()
    },
  )

  it('is in the table for every protocol that has a route to cancel', async () => {
    const document = (await gateway.send('GET', '/openapi.json')).body as { paths: Record<string, JsonObject> }
    const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).flatMap((method) => {
        const cancels =
          /\/cancel$/.test(path) || (method === 'delete' && /\/(?:task|tasks|generations)\/\{id\}$/.test(path))
        return cancels && !OTHER_CANCELS.test(path) ? [`${method.toUpperCase()} ${path}`] : []
      }),
    )
    const known = PROTOCOLS.map(({ cancel: of }) => of('01234567-89ab-4cde-8f01-23456789ab00'))
    const forgotten = routes.filter((route) => {
      const [method, path = ''] = route.split(' ')
      return !known.some((one) => one.method === method && endOf(path).test(one.path))
    })
    console.info(`${routes.length} routes cancel`)
    expect(forgotten).toEqual([])
  })
})

it('cancels tasks that wait and tasks that run by one request, of the model that it names', async () => {
  await using gateway = await openGateway()
  const piapi = PROTOCOLS.find(({ name }) => name === 'PiAPI') as Protocol // it is in the table
  const ids = await Promise.all([1, 2, 3].map(() => create(gateway, piapi, TEST_KEY)))
  for (const id of ids) await gateway.until(id, ({ status }) => status === 'processing')
  const soon = Math.ceil(Date.now() / 1_000) + 60
  const cancelMany = async (model: string) =>
    (await gateway.send('DELETE', `/api/v1/tasks?created_before=${soon}&model=${model}`, { key: TEST_KEY })).body
  expect(await cancelMany('kling')).toMatchObject({ data: { canceled: 0 } })
  expect(await cancelMany('Qubico/flux1-dev')).toMatchObject({ data: { canceled: 3 } })
  for (const id of ids) expect(await gateway.store.getTask({ id })).toMatchObject({ status: 'cancelled' })
  await gateway.assertBalanced()
})

/** A vendor that keeps each answer to a paid request until the test lets it go. */
interface SlowVendor {
  server: FakeVendor
  account: BuiltInAccount
  /** Resolves when a call for the task has arrived. */
  called(taskId: string): Promise<void>
  answer(taskId: string): void
  /** The ids of the tasks whose work was cancelled. */
  cancelled: string[]
}

async function openSlowVendor({ canCancel, isBusy }: { canCancel: boolean; isBusy: boolean }): Promise<SlowVendor> {
  const calls = new Map<string, { arrived: PromiseWithResolvers<void>; released: PromiseWithResolvers<void> }>()
  const callOf = (id: string) => {
    const known = calls.get(id) ?? { arrived: Promise.withResolvers<void>(), released: Promise.withResolvers<void>() }
    calls.set(id, known)
    return known
  }
  const cancelled: string[] = []
  const server = await openFakeVendor(async ({ method, path }) => {
    const id = path.split('/').at(-1) ?? ''
    if (method === 'POST') {
      callOf(id).arrived.resolve()
      await callOf(id).released.promise
      return isBusy ? { status: 429, json: {} } : { json: { id } }
    }
    if (method === 'DELETE') cancelled.push(id)
    return { json: { state: 'running' } }
  })
  async function call(method: string, id: string, signal: AbortSignal): Promise<void> {
    const answer = await fetch(`${server.url}/works/${id}`, { method, signal })
    if (answer.status === 429) throw new PolyphonyError('account_busy', 'Too much at once.')
  }
  const provider: Provider = {
    id: 'slow',
    operations: new Set(listOperations().map(({ id }) => id)),
    async submit({ taskId }, _account, signal) {
      await call('POST', taskId, signal)
      return { handle: { id: taskId } }
    },
    async poll() {
      return { status: 'completed', result: { output: { pictures: [] }, files: [] } }
    },
    ...(canCancel && {
      async cancel(handle, _account, signal) {
        await call('DELETE', (handle as { id: string }).id, signal) // as `submit` made it
      },
    }),
  }
  return {
    server,
    account: { mode: 'live', slots: 100, provider },
    called: (id) => callOf(id).arrived.promise,
    answer: (id) => callOf(id).released.resolve(),
    cancelled,
  }
}

describe('a task that is being handed over to a slow vendor', { timeout: 60_000 }, () => {
  async function withVendor(
    kind: { canCancel: boolean; isBusy: boolean },
    run: (gateway: TestGateway, vendor: SlowVendor) => Promise<void>,
  ): Promise<void> {
    const vendor = await openSlowVendor(kind)
    await using _server = vendor.server
    await using gateway = await openGateway({ replaced: { builtIn: [vendor.account] } })
    await run(gateway, vendor)
  }

  it('is cancelled at the vendor when that answers, and costs nothing, in every protocol', async () => {
    await withVendor({ canCancel: true, isBusy: false }, async (gateway, vendor) => {
      const before = await gateway.balance()
      const results = await Promise.all(
        PROTOCOLS.map(async (protocol) => {
          const id = await create(gateway, protocol, LIVE_KEY)
          await vendor.called(id)
          const answer = await cancel(gateway, protocol, id, LIVE_KEY)
          expect(await gateway.store.getTask({ id })).toMatchObject({ cancelRequestedAt: expect.any(Number) })
          vendor.answer(id)
          return { id, protocol: protocol.name, status: answer.status, end: (await ended(gateway, id)).status }
        }),
      )
      for (const [index, { protocol, status, end }] of results.entries()) {
        expect({ protocol, status, end }).toEqual({ protocol, status: PROTOCOLS[index]?.answers, end: 'cancelled' })
      }
      console.info(`${results.length} of ${PROTOCOLS.length} protocols cancelled during the call`)
      expect(vendor.cancelled.sort()).toEqual(results.map(({ id }) => id).sort())
      expect(await gateway.balance()).toEqual(before)
      await gateway.assertBalanced()
    })
  })

  it('is cancelled with those that wait by one request for many, each at its vendor', async () => {
    await withVendor({ canCancel: true, isBusy: false }, async (gateway, vendor) => {
      const piapi = PROTOCOLS.find(({ name }) => name === 'PiAPI') as Protocol // it is in the table
      const { key, tenantId } = await gateway.tenant({ maxConcurrent: 2, maxStaged: 5 })
      const before = await gateway.balance(tenantId)
      const [first, second, waiting] = await Promise.all([1, 2, 3].map(() => create(gateway, piapi, key)))
      const inHand = [first, second].map(String)
      const all = await gateway.store.listTasks({ tenantId, limit: 10 })
      const called = all.filter(({ status }) => status !== 'staged').map(({ id }) => id)
      await Promise.all(called.map((id) => vendor.called(id)))
      const soon = Math.ceil(Date.now() / 1_000) + 60
      const answer = await gateway.send('DELETE', `/api/v1/tasks?created_before=${soon}&model=all`, { key })
      expect(answer.body).toMatchObject({ code: 200, message: '3 tasks canceled', data: { canceled: 3 } })
      for (const id of called) vendor.answer(id)
      for (const id of [...inHand, String(waiting)]) expect((await ended(gateway, id)).status).toBe('cancelled')
      expect(vendor.cancelled.toSorted()).toEqual(called.toSorted())
      expect(await gateway.balance(tenantId)).toEqual(before)
      await gateway.assertBalanced()
    })
  })

  it('is answered as cancelled when the vendor answers while the client waits', async () => {
    await withVendor({ canCancel: true, isBusy: false }, async (gateway, vendor) => {
      const protocol = PROTOCOLS.find(({ name }) => name === 'Polyphony') as Protocol // it is in the table
      const id = await create(gateway, protocol, LIVE_KEY)
      await vendor.called(id)
      const answer = cancel(gateway, protocol, id, LIVE_KEY)
      await gateway.until(id, ({ cancelRequestedAt }) => cancelRequestedAt !== null)
      vendor.answer(id)
      expect(await answer).toMatchObject({ status: 200, body: { id, status: 'cancelled', consumed_points: 0 } })
    })
  })

  it('goes on and is charged where the vendor cannot cancel, and the client reads that', async () => {
    await withVendor({ canCancel: false, isBusy: false }, async (gateway, vendor) => {
      const before = await gateway.balance()
      const ends = await Promise.all(
        PROTOCOLS.map(async (protocol) => {
          const id = await create(gateway, protocol, LIVE_KEY)
          await vendor.called(id)
          const { status } = await cancel(gateway, protocol, id, LIVE_KEY)
          vendor.answer(id)
          const task = await ended(gateway, id)
          return { protocol: protocol.name, isRefused: status >= 400, end: task.status, price: task.consumedPoints }
        }),
      )
      for (const one of ends) expect(one).toMatchObject({ isRefused: true, end: 'completed' })
      const { available, held } = await gateway.balance()
      expect(held).toBe(0)
      expect(before.available - available).toBe(ends.reduce((sum, { price }) => sum + price, 0))
      expect(ends.every(({ price }) => price > 0)).toBe(true)
      await gateway.assertBalanced()
    })
  })

  it('ends as cancelled when the vendor turns it away, and is not tried again', async () => {
    await withVendor({ canCancel: true, isBusy: true }, async (gateway, vendor) => {
      const before = await gateway.balance()
      for (const protocol of PROTOCOLS) {
        const id = await create(gateway, protocol, LIVE_KEY)
        await vendor.called(id)
        const answer = cancel(gateway, protocol, id, LIVE_KEY)
        await gateway.until(id, ({ cancelRequestedAt }) => cancelRequestedAt !== null)
        vendor.answer(id)
        expect((await answer).status, protocol.name).toBe(protocol.answers)
        expect(await ended(gateway, id)).toMatchObject({ status: 'cancelled', attempts: 1 })
      }
      expect(vendor.cancelled).toEqual([])
      expect(await gateway.balance()).toEqual(before)
      await gateway.assertBalanced()
    })
  })
})

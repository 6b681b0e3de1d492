import { connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sampleFiles } from '../../src/assets/sample-files.ts'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../src/core/clock.ts'
import { isJsonObject, type Json, type JsonObject } from '../../src/core/json.ts'
import type { Task } from '../../src/core/task.ts'
import { type FakeLuma, openFakeLuma } from '../support/fake-luma.ts'
import { type FakeAnswer, openFakeVendor } from '../support/fake-vendor.ts'
import { freePort } from '../support/free-port.ts'
import { openGateway, type PiapiTask, type Sending, type TestGateway } from '../support/gateway.ts'
import { openReceiver } from '../support/receiver.ts'

const KEY = 'luma-the-first-key-of-the-test'
const NEW_KEY = 'luma-the-second-key-of-the-test'
const PICTURE = { prompt: 'a teapot', model: 'photon-1', aspect_ratio: '3:4', format: 'png' }
const OPERATORS = '/api/admin/accounts'
const OWN = '/api/v1/accounts'

/** Two fake vendors of pictures, at which the gateway has accounts. */
let first: FakeLuma
let second: FakeLuma
let clock: { now(): number; skip(ms: number): void }
const closing: (() => Promise<void>)[] = []
beforeEach(async () => {
  first = await openFakeLuma(KEY)
  second = await openFakeLuma(KEY)
  let skippedMs = 0
  clock = {
    now: () => Date.now() + skippedMs,
    skip(ms) {
      skippedMs += ms
    },
  }
})
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
  await first.close()
  await second.close()
})

/** A gateway to which the operator adds accounts at the two vendors; the first has the higher priority. */
async function gatewayWith(
  accounts: { luma?: FakeLuma; baseUrl?: string; body?: JsonObject }[],
  env: Record<string, string> = {},
): Promise<{ gateway: TestGateway; ids: string[] }> {
  const gateway = await openGateway({ env, replaced: { clock } })
  closing.push(async () => gateway[Symbol.asyncDispose]())
  const ids: string[] = []
  for (const [n, { luma, baseUrl = luma?.baseUrl ?? '', body = {} }] of accounts.entries()) {
    ids.push(await added(gateway, OPERATORS, baseUrl, { name: `number ${n}`, priority: accounts.length - n, ...body }))
  }
  return { gateway, ids }
}

async function added(gateway: TestGateway, at: string, baseUrl: string, body: JsonObject, sending: Sending = {}) {
  const fields = { apiKey: KEY, baseUrl }
  const { id } = await data<{ id: string }>(gateway, 'POST', at, {
    ...sending,
    body: { provider: 'luma', fields, ...body },
  })
  return id
}

/** The data of an answer, which must be a success. */
async function data<Data = JsonObject>(
  gateway: TestGateway,
  method: string,
  path: string,
  sending: Sending = {},
): Promise<Data> {
  const { body } = await gateway.send(method, path, sending)
  expect(body, `${method} ${path}`).toMatchObject({ code: 200 })
  return (body as { data: Json }).data as Data // as the caller says
}

function draw(gateway: TestGateway, sending: Sending = {}): Promise<PiapiTask> {
  return gateway.piapi.create('image_generation', PICTURE, { model: 'luma', ...sending })
}

/** The stored task, once `enough` holds for it; the clock runs faster meanwhile. */
async function later(gateway: TestGateway, { task_id: id }: PiapiTask, enough: (task: Task) => boolean): Promise<Task> {
  let task: Task | undefined
  await expect
    .poll(
      async () => {
        clock.skip(SECOND_MS)
        task = await gateway.store.getTask({ id })
        return task !== undefined && enough(task)
      },
      { timeout: 25_000, interval: 100 },
    )
    .toBe(true)
  if (!task) throw new Error(`There is no task ${id}.`)
  return task
}

const is =
  (...statuses: Task['status'][]) =>
  ({ status }: Task) =>
    statuses.includes(status)

const stateOf = async (gateway: TestGateway, id: string) =>
  (await data<{ state: string }>(gateway, 'GET', `${OPERATORS}/${id}`)).state

const attemptsOf = (gateway: TestGateway, { task_id }: PiapiTask) =>
  data<JsonObject[]>(gateway, 'GET', `/api/v1/task/${task_id}/attempts`)

/** Runs another task of the gateway to its end, so that the dispatcher has also looked at the first. */
async function somethingElse(gateway: TestGateway): Promise<void> {
  const { task_id } = await gateway.piapi.create('lyrics', { prompt: 'rain' })
  await gateway.until(task_id, is('completed'))
}

describe('a task whose account turns it away', () => {
  it.each<[string, FakeAnswer, string]>([
    ['is full', { status: 429, headers: { 'retry-after': '30' }, json: { detail: 'Too many generations' } }, 'limited'],
    ['has no credit', { status: 402, json: { detail: 'No credits at org-4711' } }, 'limited'],
    ['has no valid key', { status: 401, json: { detail: 'No such key in org-4711' } }, 'expired_credential'],
    ['is out of service', { status: 503, json: { detail: 'Maintenance of node-17' } }, 'connected'],
  ])(
    'is done once by another account when one %s, and shows nothing of the operator’s accounts',
    async (_why, answer, state) => {
      const { gateway, ids } = await gatewayWith([{ luma: first }, { luma: second }])
      const before = await gateway.balance()
      first.next.push(answer)
      const task = await draw(gateway)
      const done = await later(gateway, task, is('completed', 'failed'))
      expect(done).toMatchObject({ status: 'completed', account: ids[1] })
      expect([first.begun(), second.begun()]).toEqual([0, 1])
      expect(await attemptsOf(gateway, task)).toMatchObject([{ outcome: 'turned_away' }, { outcome: 'completed' }])
      expect(await stateOf(gateway, ids[0] ?? '')).toBe(state)
      const { available, held } = await gateway.balance()
      expect({ spent: before.available - available, held }).toEqual({ spent: done.pricePoints, held: 0 })
      const shown = JSON.stringify([await gateway.piapi.read(task.task_id), await attemptsOf(gateway, task)])
      expect(shown).not.toMatch(/org-4711|node-17|127\.0\.0\.1:\d+\/v1/)
      await gateway.assertBalanced()
    },
  )

  it('waits while all accounts are full, at no further cost, and is done when one has a free slot', async () => {
    const { gateway, ids } = await gatewayWith([{ luma: first }])
    first.next.push({ status: 429, headers: { 'retry-after': '40' }, json: { detail: 'Too many generations' } })
    const task = await draw(gateway)
    await later(gateway, task, ({ attempts, status }) => attempts === 1 && status === 'pending')
    const { held } = await gateway.balance()
    await somethingElse(gateway)
    expect(await gateway.store.getTask({ id: task.task_id })).toMatchObject({
      status: 'pending',
      attempts: 1,
      misses: 0,
    })
    expect(await data(gateway, 'GET', `/api/v1/task/${task.task_id}/queue`)).toMatchObject({ tasks_ahead: 0 })
    expect(await stateOf(gateway, ids[0] ?? '')).toBe('limited')
    expect((await gateway.balance()).held).toBe(held)
    expect(await later(gateway, task, is('completed'))).toMatchObject({ attempts: 2 })
    expect(first.begun()).toBe(1)
    await gateway.assertBalanced()
  })
})

describe('a task that an account has accepted', () => {
  it('stays with that account, whatever becomes of it: no other account is called', async () => {
    const { gateway, ids } = await gatewayWith([{ luma: first }, { luma: second }])
    first.hold(true)
    const task = await draw(gateway)
    await gateway.until(task.task_id, is('processing'))
    const failures: FakeAnswer[] = [
      { status: 500, json: { detail: 'Something broke' } },
      'lost',
      { status: 429, json: { detail: 'Too many requests' } },
      { status: 503, json: { detail: 'Maintenance' } },
    ]
    first.next.push(...failures)
    await later(gateway, task, () => first.next.length === 0)
    first.hold(false)
    expect(await later(gateway, task, is('completed', 'failed'))).toMatchObject({
      status: 'completed',
      account: ids[0],
      attempts: 1,
    })
    expect([first.begun(), second.begun()]).toEqual([1, 0])
    await gateway.assertBalanced()
  })

  it('outlives its account’s credential: with a new credential it is delivered, and waiting tasks are done', async () => {
    const { gateway, ids } = await gatewayWith([{ luma: first }])
    const [id = ''] = ids
    first.hold(true)
    const running = await draw(gateway)
    await gateway.until(running.task_id, is('processing'))
    first.keys.delete(KEY)
    await expect
      .poll(
        () => {
          clock.skip(SECOND_MS)
          return stateOf(gateway, id)
        },
        { timeout: 20_000, interval: 100 },
      )
      .toBe('expired_credential')
    const waiting = await draw(gateway)
    await somethingElse(gateway)
    expect(await gateway.store.getTask({ id: running.task_id })).toMatchObject({ status: 'processing', error: null })
    expect(await gateway.store.getTask({ id: waiting.task_id })).toMatchObject({ status: 'pending', attempts: 0 })
    first.hold(false)
    first.keys.add(NEW_KEY)
    await data(gateway, 'PATCH', `${OPERATORS}/${id}`, { body: { fields: { apiKey: NEW_KEY } } })
    for (const task of [running, waiting]) {
      expect(await later(gateway, task, is('completed', 'failed'))).toMatchObject({ status: 'completed', attempts: 1 })
    }
    expect(first.begun()).toBe(2)
    await gateway.assertBalanced()
  })

  it('is delivered when its result comes after the deadline: the refund stays, and a webhook reports it', async () => {
    const receiver = await openReceiver()
    closing.push(receiver.close)
    const { gateway } = await gatewayWith([{ luma: first }])
    const before = await gateway.balance()
    first.hold(true)
    const config = { webhook_config: { endpoint: receiver.url, secret: '' } }
    const created = await gateway.piapi.post({ model: 'luma', task_type: 'image_generation', input: PICTURE, config })
    const task = created.body.data
    await gateway.until(task.task_id, is('processing'))
    // The vendor does not end the work when it is told to cancel.
    first.next.push(...Array.from({ length: 3 }, (): FakeAnswer => ({ status: 500, json: { detail: 'No.' } })))
    clock.skip(HOUR_MS)
    await gateway.until(task.task_id, is('failed'))
    await receiver.until((received) => received.length === 1)
    expect(await gateway.piapi.read(task.task_id)).toMatchObject({ status: 'failed' })
    expect(await gateway.balance()).toMatchObject({ available: before.available, held: 0 })
    first.next.length = 0
    first.hold(false)
    clock.skip(5 * MINUTE_MS)
    const done = await later(gateway, task, is('completed'))
    expect(done).toMatchObject({ error: null, consumedPoints: 0, attempts: 1 })
    await receiver.until((received) => received.length === 2)
    const shown = receiver.received.map(({ body }) => (JSON.parse(body) as { data: PiapiTask }).data)
    expect(shown).toMatchObject([
      { task_id: task.task_id, status: 'failed', error: { message: expect.stringContaining('in time') } },
      { task_id: task.task_id, status: 'completed', meta: { usage: { consume: 0 } } },
    ])
    expect(shown[1]?.logs.at(-1)).toContain('after the task had failed and been refunded')
    const [url = ''] = /http[^"]+\.png/.exec(JSON.stringify(shown[1]?.output)) ?? []
    expect((await fetch(url)).headers.get('content-type')).toBe('image/png')
    expect(await gateway.piapi.read(task.task_id)).toMatchObject({ status: 'completed', output: shown[1]?.output })
    expect(await gateway.balance()).toMatchObject({ available: before.available, held: 0 })
    expect(await attemptsOf(gateway, task)).toMatchObject([{ outcome: 'completed' }])
    expect(first.begun()).toBe(1)
    await gateway.assertBalanced()
  })
})

describe('a vendor that is unreachable for a minute', () => {
  it('makes no task fail and is paid for none twice', async () => {
    const gate = await openGate(first.url)
    closing.push(gate.close)
    const { gateway, ids } = await gatewayWith([{ baseUrl: `${gate.url}/v1`, body: { slots: 3 } }])
    const [id = ''] = ids
    const before = await gateway.balance()
    await gate.shut()
    const from = clock.now()
    const tasks = await Promise.all(Array.from({ length: 5 }, () => draw(gateway)))
    await expect
      .poll(
        () => {
          clock.skip(SECOND_MS)
          return clock.now() - from
        },
        { timeout: 25_000, interval: 100 },
      )
      .toBeGreaterThan(MINUTE_MS)
    expect(await stateOf(gateway, id)).toBe('cooling_down')
    for (const { task_id } of tasks) {
      expect(await gateway.store.getTask({ id: task_id })).toMatchObject({ status: 'pending', error: null })
    }
    await gate.open()
    for (const task of tasks) {
      const done = await later(gateway, task, is('completed', 'failed'))
      expect(done.status).toBe('completed')
      expect(JSON.stringify(done.logs)).not.toContain(gate.url.replace('http://', ''))
    }
    expect(first.begun()).toBe(5)
    expect(await stateOf(gateway, id)).toBe('connected')
    const { pricePoints } = await later(gateway, tasks[0] as PiapiTask, () => true)
    expect(await gateway.balance()).toMatchObject({ available: before.available - 5 * pricePoints, held: 0 })
    await gateway.assertBalanced()
  })
})

describe('a full pool', () => {
  it('lets tasks wait in order, and delays no other pool', async () => {
    const { gateway } = await gatewayWith([{ luma: first, body: { slots: 1 } }])
    first.hold(true)
    const tasks = [await draw(gateway), await draw(gateway), await draw(gateway)]
    const [running, next, last] = tasks as [PiapiTask, PiapiTask, PiapiTask]
    await gateway.until(running.task_id, is('processing'))
    await somethingElse(gateway)
    const placeOf = ({ task_id }: PiapiTask) => data(gateway, 'GET', `/api/v1/task/${task_id}/queue`)
    expect(await placeOf(running)).toMatchObject({ tasks_ahead: null })
    expect(await placeOf(next)).toMatchObject({ tasks_ahead: 0 })
    expect(await placeOf(last)).toMatchObject({ tasks_ahead: 1 })
    expect(first.begun()).toBe(1)
    first.hold(false)
    const ends = await Promise.all(tasks.map((task) => later(gateway, task, is('completed'))))
    const startedAt = ends.map((task) => task.startedAt ?? 0)
    expect(startedAt).toEqual(startedAt.toSorted((a, b) => a - b))
    expect(first.begun()).toBe(3)
    await gateway.assertBalanced()
  })
})

describe('a tenant’s private pool', () => {
  it('falls back to the public pool where the tenant allows it, at the public price, and only while it must', async () => {
    const { gateway, ids } = await gatewayWith([{ luma: first }])
    const { key, tenantId } = await gateway.tenant({})
    const own = await added(gateway, OWN, second.baseUrl, { name: 'mine' }, { key })
    await data(gateway, 'PATCH', '/api/v1/account/pool', { key, body: { falls_back: true } })
    second.keys.delete(KEY)
    const before = await gateway.balance(tenantId)
    const fallen = await draw(gateway, { key })
    expect(fallen.meta.is_using_private_pool).toBe(true)
    const done = await later(gateway, fallen, is('completed', 'failed'))
    expect(done).toMatchObject({ status: 'completed', pool: 'live', account: ids[0] })
    expect([first.begun(), second.begun()]).toEqual([1, 0])
    const paid = await gateway.balance(tenantId)
    expect(before.available - paid.available).toBe(done.pricePoints)
    expect(done.pricePoints).toBeGreaterThan(0)

    second.keys.add(KEY)
    await data(gateway, 'POST', `${OWN}/${own}/test`, { key })
    const back = await later(gateway, await draw(gateway, { key }), is('completed', 'failed'))
    expect(back).toMatchObject({ status: 'completed', account: own, consumedPoints: 0 })
    expect([first.begun(), second.begun()]).toEqual([1, 1])
    expect(await gateway.balance(tenantId)).toMatchObject({ available: paid.available, held: 0 })
    await gateway.assertBalanced()
  })

  it('lets tasks wait where the tenant does not allow a fallback, and gives none away later', async () => {
    const { gateway } = await gatewayWith([{ luma: first }])
    const { key, tenantId } = await gateway.tenant({})
    const own = await added(gateway, OWN, second.baseUrl, { name: 'mine' }, { key })
    await data(gateway, 'POST', `${OWN}/${own}/drain`, { key })
    const task = await draw(gateway, { key })
    await somethingElse(gateway)
    expect(await gateway.store.getTask({ id: task.task_id })).toMatchObject({ status: 'pending', pricePoints: 0 })
    await data(gateway, 'PATCH', '/api/v1/account/pool', { key, body: { falls_back: true } })
    // Tasks from now on hold their price and go to the public pool; earlier ones stay in the private pool.
    const paying = await later(gateway, await draw(gateway, { key }), is('completed', 'failed'))
    expect(paying).toMatchObject({ status: 'completed', pool: 'live' })
    expect(await gateway.store.getTask({ id: task.task_id })).toMatchObject({ status: 'pending', attempts: 0 })
    await data(gateway, 'POST', `${OWN}/${own}/resume`, { key })
    expect(await later(gateway, task, is('completed', 'failed'))).toMatchObject({ status: 'completed', account: own })
    expect([first.begun(), second.begun()]).toEqual([1, 1])
    expect((await gateway.balance(tenantId)).held).toBe(0)
    await gateway.assertBalanced()
  })
})

describe('a callback from a vendor', () => {
  /** A gateway that vendors can reach, with one account. */
  async function reachable(): Promise<TestGateway> {
    const port = await freePort()
    const env = { PORT: String(port), PUBLIC_URL: `http://127.0.0.1:${port}` }
    return (await gatewayWith([{ luma: first }], env)).gateway
  }
  const created = () => first.at('POST', '/v1/generations/image')
  const polled = () =>
    first.seen.filter(({ method, path }) => method === 'GET' && path.startsWith('/v1/generations/g-'))
  const callbackOf = (n: number): string => callbackIn(created().at(n)?.json ?? null)

  async function call(url: string, body: Json | string): Promise<number> {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    return (await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: text })).status
  }

  it('has its task delivered at once, and changes nothing when it is repeated', async () => {
    const gateway = await reachable()
    first.hold(true)
    const task = await draw(gateway)
    await gateway.until(task.task_id, is('processing'))
    const url = callbackOf(0)
    expect(url).toMatch(new RegExp(`^${gateway.url}/callbacks/${task.task_id}/[\\w-]{43}$`))
    first.hold(false)
    const completed = { id: 'g-1', state: 'completed', assets: { image: `${first.url}/files/g-1.png` } }
    expect(await call(url, completed)).toBe(200)
    const done = await gateway.until(task.task_id, is('completed')) // no time was skipped
    const balance = await gateway.balance()
    const requests = first.seen.length
    for (const body of [completed, completed, { ...completed, id: 'g-2' }, { id: 'g-1', state: 'failed' }]) {
      expect(await call(url, body)).toBe(200)
    }
    await somethingElse(gateway)
    expect(await gateway.store.getTask({ id: task.task_id })).toEqual(done)
    expect(first.seen).toHaveLength(requests)
    expect((await gateway.balance()).held).toBe(balance.held)
    await gateway.assertBalanced()
  })

  it('is not believed: the task is polled, and the callback’s body is ignored', async () => {
    const gateway = await reachable()
    first.hold(true)
    const task = await draw(gateway)
    await gateway.until(task.task_id, is('processing'))
    const requested = polled().length
    const evil = { id: 'g-99', state: 'completed', assets: { image: 'https://evil.example/a.png' } }
    expect(await call(callbackOf(0), evil)).toBe(200)
    await expect.poll(() => polled().length).toBeGreaterThan(requested)
    expect(polled().at(-1)?.path).toBe('/v1/generations/g-1')
    expect(await call(callbackOf(0), { id: 'g-1', state: 'failed', failure_reason: 'a lie' })).toBe(200)
    await somethingElse(gateway)
    expect(await gateway.store.getTask({ id: task.task_id })).toMatchObject({
      status: 'processing',
      handle: { id: 'g-1' },
    })
    first.hold(false)
    expect(await later(gateway, task, is('completed', 'failed'))).toMatchObject({ status: 'completed' })
    await gateway.assertBalanced()
  })

  it('at a URL that was not given out is rejected', async () => {
    const gateway = await reachable()
    first.hold(true)
    const [task, other] = [await draw(gateway), await draw(gateway)]
    for (const { task_id } of [task, other]) await gateway.until(task_id, is('processing'))
    const before = await gateway.store.getTasks({ ids: [task.task_id, other.task_id] })
    const [url, its] = [callbackOf(0), callbackOf(1)]
    const token = url.split('/').at(-1) ?? ''
    const [real, foreign] = url.includes(task.task_id) ? [task, other] : [other, task]
    const forged = [
      `${gateway.url}/callbacks/${foreign.task_id}/${token}`,
      `${gateway.url}/callbacks/${real.task_id}/${token.slice(0, -1)}`,
      `${gateway.url}/callbacks/${real.task_id}/${'A'.repeat(43)}`,
      `${gateway.url}/callbacks/${real.task_id}/x`,
      `${gateway.url}/callbacks/none/${token}`,
      `${gateway.url}/callbacks/${real.task_id}`,
    ]
    const body = { id: 'g-1', state: 'completed' }
    for (const address of forged) expect(await call(address, body), address).toBe(404)
    expect(await call(url, 'no JSON')).toBe(400)
    expect(await call(url, '"a word"')).toBe(200)
    expect(its).not.toBe(url)
    const after = await gateway.store.getTasks({ ids: [task.task_id, other.task_id] })
    // Polls go on meanwhile.
    const withoutTimes = (tasks: Task[]) =>
      tasks.map(({ dueAt: _due, claim: _claim, version: _version, leaseUntil: _lease, ...rest }) => rest)
    expect(withoutTimes(after)).toEqual(withoutTimes(before))
    first.hold(false)
    for (const one of [task, other]) await later(gateway, one, is('completed'))
    await gateway.assertBalanced()
  })

  it('settles a task whose answer was lost, without a second submission', async () => {
    const gateway = await reachable()
    const before = await gateway.balance()
    first.next.push('lost')
    const task = await draw(gateway)
    await later(gateway, task, ({ status, logs }) => status === 'uncertain' && logs.length > 1)
    expect(await gateway.piapi.read(task.task_id)).toMatchObject({ status: 'processing' })
    expect(await call(callbackOf(0), { id: 'g-1', state: 'completed' })).toBe(200)
    const done = await later(gateway, task, is('completed', 'failed'))
    expect(done).toMatchObject({ status: 'completed', attempts: 1, handle: { id: 'g-1' } })
    expect(created()).toHaveLength(1)
    expect(await attemptsOf(gateway, task)).toMatchObject([{ outcome: 'completed' }])
    const { available, held } = await gateway.balance()
    expect({ spent: before.available - available, held }).toEqual({ spent: done.pricePoints, held: 0 })
    await gateway.assertBalanced()
  })

  it('may come before the answer to the call, and the result is delivered without waiting for that answer', async () => {
    const png = await (sampleFiles['image/png']?.() ?? Promise.reject(new Error('No sample.')))
    const requested = Promise.withResolvers<string>()
    const lost = Promise.withResolvers<FakeAnswer>()
    const slow = await openFakeVendor(({ method, json, path }) => {
      if (path.startsWith('/files/')) return { bytes: png, type: 'image/png' }
      if (method !== 'POST')
        return { json: { id: 'g-7', state: 'completed', assets: { image: `${slow.url}/files/a.png` } } }
      requested.resolve(callbackIn(json))
      return lost.promise
    })
    closing.push(slow.close)
    const port = await freePort()
    const env = { PORT: String(port), PUBLIC_URL: `http://127.0.0.1:${port}` }
    const { gateway } = await gatewayWith([{ baseUrl: `${slow.url}/v1` }], env)
    const task = await draw(gateway)
    expect(await call(await requested.promise, { id: 'g-7', state: 'dreaming' })).toBe(200)
    // The callback is the answer: the result is delivered while the call still hangs.
    await later(gateway, task, is('completed', 'failed'))
    lost.resolve('lost')
    const done = await later(gateway, task, is('completed', 'failed'))
    expect(done).toMatchObject({ status: 'completed', handle: { id: 'g-7' }, attempts: 1 })
    expect(slow.at('POST', '/v1/generations/image')).toHaveLength(1)
    await gateway.assertBalanced()
  })

  it('that never comes for a lost answer lets the task fail at its deadline, at no cost', async () => {
    const gateway = await reachable()
    const before = await gateway.balance()
    first.next.push('lost')
    const task = await draw(gateway)
    await later(gateway, task, ({ status, logs }) => status === 'uncertain' && logs.length > 1)
    clock.skip(HOUR_MS)
    const failed = await gateway.until(task.task_id, is('failed', 'completed'))
    expect(failed).toMatchObject({ status: 'failed', error: { code: 'timed_out' } })
    expect(created()).toHaveLength(1)
    expect(await gateway.balance()).toMatchObject({ available: before.available, held: 0 })
    await gateway.assertBalanced()
  })
})

/** The callback URL in a request to the vendor. */
function callbackIn(json: Json): string {
  if (!isJsonObject(json) || typeof json.callback_url !== 'string') throw new Error('It names no callback.')
  return json.callback_url
}

/** A proxy to a server that can be shut, so that connections to its address are refused, and opened again. */
async function openGate(target: string): Promise<{
  url: string
  open(): Promise<void>
  shut(): Promise<void>
  close(): Promise<void>
}> {
  const { hostname, port } = new URL(target)
  const sockets = new Set<Socket>()
  let server: Server | undefined
  const at = await freePort()

  async function open(): Promise<void> {
    server = createServer((near) => {
      const far = connect(Number(port), hostname)
      for (const socket of [near, far]) {
        sockets.add(socket)
        socket.on('close', () => sockets.delete(socket))
        socket.on('error', () => socket.destroy()) // when one side fails, the other is closed
      }
      near.pipe(far).pipe(near)
    })
    const opened = server
    await new Promise<void>((ready) => opened.listen(at, '127.0.0.1', ready))
  }

  async function shut(): Promise<void> {
    const shutting = server
    server = undefined
    for (const socket of sockets) socket.destroy()
    if (shutting) await new Promise<void>((closed) => shutting.close(() => closed()))
  }

  await open()
  return { url: `http://127.0.0.1:${at}`, open, shut, close: shut }
}

import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { parse } from 'yaml'
import type { Json, JsonObject } from '../../src/core/json.ts'
import { type Exposition, parseExposition } from '../support/exposition.ts'
import { freePort } from '../support/free-port.ts'
import { openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'
import { openReceiver, type Receiver } from '../support/receiver.ts'
import { FAR_KEY, openTwoGateways, type TwoGateways } from '../support/two-gateways.ts'

const SONG = { model: 'suno', task_type: 'lyrics', input: { prompt: 'sandbox:fast a tram in the rain' } }
const ROOT = new URL('../../', import.meta.url)

async function scrape(gateway: TestGateway): Promise<Exposition> {
  const { status, body } = await gateway.send('GET', '/metrics', { key: null })
  expect(status).toBe(200)
  return parseExposition(String(body))
}

describe('the metrics of a gateway after a life of tasks', () => {
  let two: TwoGateways
  let receiver: Receiver
  let read: Exposition

  beforeAll(async () => {
    two = await openTwoGateways({ LUMAAI_API_KEY: FAR_KEY, LUMAAI_BASE_URL: '{far}/luma/dream-machine/v1' })
    receiver = await openReceiver()
    const { near } = two
    const config = { webhook_config: { endpoint: receiver.url, secret: '' } }
    const { task_id: ofTest } = (await near.piapi.post({ ...SONG, config }, { key: TEST_KEY })).body.data
    expect((await near.piapi.ended(ofTest, { key: TEST_KEY })).status).toBe('completed')
    for (const prompt of ['a balloon sandbox:fast', 'a balloon sandbox:fail sandbox:fast']) {
      const made = await near.piapi.create('video_generation', { prompt }, { model: 'luma' })
      await near.piapi.ended(made.task_id)
    }
    await receiver.until((received) => received.some(({ body }) => body.includes('"completed"')))
    const asked = { model: 'sandbox', messages: [{ role: 'user', content: 'hi' }] }
    await near.send('POST', '/v1/chat/completions', { body: asked, key: TEST_KEY })
    await near.send('GET', '/nothing')
    await vi.waitFor(async () => {
      const delivered = (await scrape(near)).valueOf('polyphony_webhook_attempts_total', { outcome: 'delivered' })
      expect(delivered).toBeGreaterThan(0)
    })
    read = await scrape(near)
  })
  afterAll(async () => {
    await two?.[Symbol.asyncDispose]()
    await receiver?.close()
  })

  it.each([
    ['polyphony_tasks_submitted_total', { operation: 'luma/video_generation' }, 2],
    [
      'polyphony_tasks_ended_total',
      { operation: 'suno/lyrics', status: 'completed', provider: 'sandbox', code: '' },
      1,
    ],
    ['polyphony_tasks_ended_total', { operation: 'luma/video_generation', status: 'completed', provider: 'luma' }, 1],
    ['polyphony_tasks_ended_total', { status: 'failed', provider: 'luma', code: 'vendor_refused' }, 1],
    ['polyphony_task_duration_seconds_count', { operation: 'luma/video_generation' }, 2],
    ['polyphony_task_wait_seconds_count', { operation: 'luma/video_generation' }, 2],
    ['polyphony_calls_total', { endpoint: 'chat/completions', provider: 'none', outcome: 'completed' }, 1],
    ['polyphony_call_first_byte_seconds_count', { endpoint: 'chat/completions' }, 1],
    ['polyphony_attempts_total', { provider: 'luma', outcome: 'completed' }, 1],
    ['polyphony_attempts_total', { provider: 'luma', outcome: 'failed' }, 1],
    ['polyphony_http_requests_total', { method: 'POST', route: '/api/v1/task', status: '200' }, 3],
    ['polyphony_http_request_duration_seconds_count', { method: 'POST', route: '/api/v1/task' }, 3],
    ['polyphony_http_requests_total', { route: 'none', status: '404' }, 1],
    ['polyphony_ledger_faults', {}, 0],
    ['polyphony_oldest_waiting_seconds', {}, 0],
    ['polyphony_store_up', {}, 1],
    ['polyphony_build_info', { store: 'sqlite', node: process.version }, 1],
    ['polyphony_balance_points', { account: 'held' }, 0],
  ])('have %s %j as %i, counted since the start', (name, labels, value) => {
    expect(read.valueOf(name, labels)).toBe(value)
  })

  it.each([
    ['polyphony_vendor_call_duration_seconds_count', { provider: 'luma', outcome: '2xx' }],
    ['polyphony_store_call_duration_seconds_count', { verb: 'submitTasks' }],
    ['polyphony_disk_free_bytes', { folder: 'files' }],
    ['polyphony_disk_size_bytes', { folder: 'data' }],
    ['process_resident_memory_bytes', {}],
    ['nodejs_eventloop_lag_seconds', {}],
    ['polyphony_balance_points', { account: 'available' }],
  ])('have %s %j', (name, labels) => {
    expect(read.valueOf(name, labels)).toBeGreaterThan(0)
  })

  it('account for every point that was held', () => {
    const points = (movement: string) => read.valueOf('polyphony_points_total', { movement }) ?? 0
    expect(points('held')).toBeGreaterThan(0)
    expect(points('consumed') + points('released')).toBe(points('held'))
    expect(points('consumed')).toBe(points('released')) // one of two equal tasks failed
  })

  it('leave requests that wait for a task out of the times', () => {
    const waiting = { method: 'GET', route: '/api/v1/task/:id' }
    expect(read.valueOf('polyphony_http_requests_total', waiting)).toBe(3)
    expect(read.valueOf('polyphony_http_request_duration_seconds_count', waiting)).toBeUndefined()
  })

  it('follow the conventions of Prometheus: _total is for counters, and every histogram adds up', () => {
    for (const [name, type] of read.types) expect([name, type === 'counter']).toEqual([name, name.endsWith('_total')])
    for (const [name] of [...read.types].filter(([, type]) => type === 'histogram')) {
      const count = read.valueOf(`${name}_count`) ?? 0
      expect([name, read.valueOf(`${name}_bucket`, { le: '+Inf' }) ?? 0]).toEqual([name, count])
    }
    for (const { name, labels } of read.samples) {
      const base = name.replace(/_(bucket|sum|count)$/, '')
      expect(read.types.has(name) || read.types.has(base), `${name} ${JSON.stringify(labels)}`).toBe(true)
    }
  })

  it.each([
    ['deploy/grafana/polyphony.json', (text: string) => expressionsIn(JSON.parse(text))],
    ['deploy/prometheus/alerts.yaml', (text: string) => expressionsIn(parse(text))],
  ])('have every metric and label that %s names', async (path, expressionsOf) => {
    const expressions = expressionsOf(await readFile(new URL(path, ROOT), 'utf8'))
    expect(expressions.length).toBeGreaterThan(5)
    const labelsOf = Map.groupBy(read.samples, ({ name }) => name)
    for (const expression of expressions) {
      const named = [...expression.matchAll(/\b((?:polyphony|process|nodejs)_\w+)(?:\{([^}]*)\})?/g)]
      expect([expression, named.length > 0]).toEqual([expression, true])
      for (const [, name = '', matchers = ''] of named) {
        const samples = labelsOf.get(name)
        expect([name, samples !== undefined]).toEqual([name, true])
        for (const [, label = ''] of matchers.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)) {
          const isKnown = label === 'job' || label === 'instance' || samples?.some(({ labels }) => label in labels)
          expect([name, label, isKnown]).toEqual([name, label, true])
        }
      }
    }
  })
})

/** Every expression of a dashboard or of alert rules. */
function expressionsIn(value: Json): string[] {
  if (Array.isArray(value)) return value.flatMap(expressionsIn)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value as JsonObject).flatMap(([name, inner]) =>
    name === 'expr' && typeof inner === 'string' ? [inner] : expressionsIn(inner),
  )
}

describe('the metrics', () => {
  it('are read only with POLYPHONY_METRICS_KEY if there is one', async () => {
    await using gateway = await openGateway({ env: { POLYPHONY_METRICS_KEY: 'a-key-for-prometheus' } })
    const read = (authorization?: string) =>
      gateway.send('GET', '/metrics', { key: null, headers: authorization === undefined ? {} : { authorization } })
    expect((await read()).status).toBe(401)
    expect((await read('Bearer another-key-altogether')).status).toBe(401)
    expect(await read('Bearer a-key-for-prometheus')).toMatchObject({ status: 200 })
  })

  it('are at POLYPHONY_METRICS_PORT alone if there is one, for as long as the gateway runs', async () => {
    const port = await freePort()
    const gateway = await openGateway({ env: { POLYPHONY_METRICS_PORT: String(port) } })
    const own = `http://127.0.0.1:${port}`
    expect((await gateway.send('GET', '/metrics')).status).toBe(404)
    expect((await fetch(`${own}/healthz`)).status).toBe(404)
    const answer = await fetch(`${own}/metrics`)
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
    expect(parseExposition(await answer.text()).valueOf('polyphony_build_info')).toBe(1)
    await gateway[Symbol.asyncDispose]()
    await expect(fetch(`${own}/metrics`)).rejects.toThrow()
  })

  it('say that the database does not answer, and what is known without it', async () => {
    let isDown = false
    await using gateway = await openGateway({
      replaced: {
        store: (store) =>
          new Proxy(store, {
            get: (target, name: keyof typeof store) =>
              isDown && name === 'vitals' ? () => Promise.reject(new Error('the database is away')) : target[name],
          }),
      },
    })
    isDown = true
    const read = await scrape(gateway)
    expect(read.valueOf('polyphony_store_up')).toBe(0)
    expect(read.valueOf('polyphony_tasks_in_hand')).toBe(0)
  })
})

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type CollectedSpan, type Collector, openCollector } from '../support/collector.ts'
import { type FakeLuma, openFakeLuma } from '../support/fake-luma.ts'
import { LIVE_KEY } from '../support/gateway.ts'
import { openReceiver, type Receiver } from '../support/receiver.ts'
import { type ServerProcess, serve } from '../support/server-process.ts'

const VENDOR_KEY = 'a key of the vendor'
const PICTURE = { prompt: 'a teapot', model: 'photon-1', aspect_ratio: '3:4', format: 'png' }
const CLIENT_TRACE = '0af7651916cd43dd8448eb211c80319c'
const CLIENT_SPAN = 'b7ad6b7169203331'

let dataDir: string
let collector: Collector
let luma: FakeLuma
let receiver: Receiver
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'polyphony-traces-'))
  collector = await openCollector()
  luma = await openFakeLuma(VENDOR_KEY)
  receiver = await openReceiver()
})
afterEach(async () => {
  await collector[Symbol.asyncDispose]()
  await luma[Symbol.asyncDispose]()
  await receiver.close()
  rmSync(dataDir, { recursive: true, force: true })
})

function start(env: Record<string, string>): Promise<ServerProcess> {
  return serve({
    env: {
      DATA_DIR: dataDir,
      PORT: '0',
      POLYPHONY_ADMIN_KEY: LIVE_KEY,
      POLYPHONY_EGRESS_ALLOW: '127.0.0.0/8',
      POLYPHONY_POLL_FACTOR: '0.1',
      LUMAAI_API_KEY: VENDOR_KEY,
      LUMAAI_BASE_URL: luma.baseUrl,
      OTEL_BSP_SCHEDULE_DELAY: '100',
      ...env,
    },
  })
}

const HEADERS = { 'x-api-key': LIVE_KEY, 'content-type': 'application/json' }

async function createPicture({ url }: ServerProcess, headers: Record<string, string> = {}): Promise<string> {
  const config = { webhook_config: { endpoint: receiver.url, secret: '' } }
  const body = JSON.stringify({ model: 'luma', task_type: 'image_generation', input: PICTURE, config })
  const answer = await fetch(`${url}/api/v1/task`, { method: 'POST', headers: { ...HEADERS, ...headers }, body })
  const { data } = (await answer.json()) as { data: { task_id: string } }
  return data.task_id
}

async function ended({ url }: ServerProcess, id: string): Promise<string> {
  const answer = await fetch(`${url}/api/v1/task/${id}?wait=25`, { headers: HEADERS })
  const { data } = (await answer.json()) as { data: { status: string } }
  return data.status
}

/** Names from the span up to the first one of its trace. */
function pathOf(span: CollectedSpan): string[] {
  const parent = collector.spans.find(({ spanId }) => spanId === span.parentId)
  return parent ? [span.name, ...pathOf(parent)] : [span.name]
}

describe('the trace of a task', () => {
  it('begins at the client and goes from the request to the webhook, across a restart', async () => {
    const traces = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }
    luma.hold(true)
    const first = await start(traces)
    const id = await createPicture(first, { traceparent: `00-${CLIENT_TRACE}-${CLIENT_SPAN}-01` })
    await expect.poll(() => collector.spans.filter(({ name }) => name === 'poll').length).toBeGreaterThan(0)
    expect(await first.stop()).toBe(0)
    await using second = await start(traces)
    luma.hold(false)
    expect(await ended(second, id)).toBe('completed')
    const names = () => collector.spans.filter(({ traceId }) => traceId === CLIENT_TRACE).map(({ name }) => name)
    await expect.poll(names, { timeout: 10_000 }).toContain('webhook')
    await expect.poll(names, { timeout: 10_000 }).toContain('task luma/image_generation')

    const vendor = new URL(luma.baseUrl).host
    const request = ['POST /api/v1/task']
    const task = ['task luma/image_generation', ...request]
    const attempt = ['attempt', ...task]
    const spans = collector.spans.filter(({ traceId }) => traceId === CLIENT_TRACE)
    const paths = new Set(spans.map((span) => pathOf(span).join(' < ')))
    expect(paths).toEqual(
      new Set(
        [
          request,
          task,
          ['queue', ...task],
          attempt,
          ['submit', ...attempt],
          [`POST ${vendor}`, 'submit', ...attempt],
          ['poll', ...attempt],
          [`GET ${vendor}`, 'poll', ...attempt],
          ['store file', 'poll', ...attempt],
          ['webhook', ...task],
        ].map((path) => path.join(' < ')),
      ),
    )
    const only = (name: string) => spans.filter((span) => span.name === name)
    for (const name of [...request, 'task luma/image_generation', 'queue', 'attempt', 'submit', 'store file']) {
      expect(only(name)).toHaveLength(1)
    }
    expect(only('POST /api/v1/task')[0]).toMatchObject({ parentId: CLIENT_SPAN, kind: 2, service: 'polyphony' })
    expect(only('task luma/image_generation')[0]?.attributes).toMatchObject({
      'polyphony.task_id': id,
      'polyphony.status': 'completed',
    })
    expect(only('attempt')[0]?.attributes).toMatchObject({
      'polyphony.provider': 'luma',
      'polyphony.outcome': 'completed',
    })
    for (const { startMs, endMs, status } of spans) {
      expect(endMs).toBeGreaterThanOrEqual(startMs)
      expect(status).not.toBe(2)
    }
    expect(JSON.stringify(collector.spans)).not.toContain(VENDOR_KEY)
    expect(JSON.stringify(collector.spans)).not.toContain(LIVE_KEY)
    // What is called is given the span of the call.
    const webhookIds = only('webhook').map(({ spanId }) => spanId)
    for (const { headers } of receiver.received) {
      const [, traceId, spanId] = headers.traceparent?.toString().split('-') ?? []
      expect([traceId, webhookIds.includes(spanId ?? '')]).toEqual([CLIENT_TRACE, true])
    }
    const paid = luma.seen.find(({ method }) => method === 'POST')
    expect(paid?.headers.traceparent).toBe(`00-${CLIENT_TRACE}-${only(`POST ${vendor}`)[0]?.spanId}-01`)
  })

  it('has the reason of a failure, and follows the standard variables', async () => {
    luma.keys.clear()
    await using server = await start({
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/otlp/traces`,
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20of-the-collector',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      OTEL_SERVICE_NAME: 'songs',
      POLYPHONY_MAX_WAIT_SECONDS: '1',
    })
    const id = await createPicture(server)
    expect(await ended(server, id)).toBe('failed')
    const find = () => collector.spans.find(({ name }) => name.startsWith('task '))
    await expect.poll(find, { timeout: 10_000 }).toMatchObject({ status: 2, service: 'songs' })
    expect(pathOf(find() as CollectedSpan)).toEqual(['task luma/image_generation', 'POST /api/v1/task'])
    expect(new Set(collector.paths)).toEqual(new Set(['/otlp/traces']))
    expect(collector.headers[0]?.authorization).toBe('Bearer of-the-collector')
  })

  it.each([
    ['OTEL_TRACES_SAMPLER', 'always_off'],
    ['OTEL_SDK_DISABLED', 'true'],
    ['OTEL_TRACES_EXPORTER', 'none'],
  ])('is not recorded with %s=%s', async (name, value) => {
    await using server = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, [name]: value })
    expect(await ended(server, await createPicture(server))).toBe('completed')
    expect(await server.stop()).toBe(0)
    expect(collector.spans).toEqual([])
  })

  it('is not recorded when the client did not sample it', async () => {
    await using server = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url })
    const id = await createPicture(server, { traceparent: `00-${CLIENT_TRACE}-${CLIENT_SPAN}-00` })
    expect(await ended(server, id)).toBe('completed')
    expect(await server.stop()).toBe(0)
    expect(collector.spans.filter(({ traceId }) => traceId === CLIENT_TRACE)).toEqual([])
  })

  it('is lost with a warning, and nothing else is, when the collector does not answer', async () => {
    await using server = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' })
    expect(await ended(server, await createPicture(server))).toBe('completed')
    expect(await server.stop()).toBe(0)
    expect(server.output().stdout).toMatch(/"level":"warn".*"msg":"traces are not sent"/)
  })
})

/** Prints, at the end, whether the SDK was among the files that were loaded. */
const LISTS_MODULES = `
  import { registerHooks } from 'node:module'
  let found = false
  registerHooks({ load(url, context, next) {
    const loaded = next(url, context)
    if (String(loaded.source).includes('BatchSpanProcessor')) found = true
    return loaded
  } })
  process.on('exit', () => console.error('the SDK was loaded: ' + found))
`

describe('the packages for traces', () => {
  it.each([
    [false, {}],
    [true, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' }],
  ])('are loaded: %s, with the variables %j', async (isLoaded, env) => {
    const hooks = `--import=data:text/javascript,${encodeURIComponent(LISTS_MODULES)}`
    const server = await start({ ...env, NODE_OPTIONS: hooks })
    expect(await server.stop()).toBe(0)
    expect(server.output().stderr).toContain(`the SDK was loaded: ${isLoaded}`)
  })

  it.each([
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc', 'must be http/protobuf'],
    ['OTEL_TRACES_SAMPLER', 'sometimes', 'must be one of always_on'],
    ['OTEL_TRACES_SAMPLER_ARG', '2', 'must be a number from 0 to 1'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318', 'must be a URL such as http://localhost:4318'],
  ])('are not used with %s=%s: the start fails and says why', async (name, value, reason) => {
    const starting = start({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, [name]: value })
    await expect(starting).rejects.toThrow(new RegExp(`${name} ${reason}`))
  })
})

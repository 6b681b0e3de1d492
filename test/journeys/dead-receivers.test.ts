import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newId } from '../../src/core/ids.ts'
import { openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'
import { openReceiver, type Receiver } from '../support/receiver.ts'

const HEALTHY = 40
const PACE_MS = 50

let gateway: TestGateway
let healthy: Receiver
let closing: Receiver[]
beforeAll(async () => {
  gateway = await openGateway()
})
beforeEach(async () => {
  closing = []
  healthy = await openReceiver()
  // The gateway still has the dead hosts of earlier tests, which must not delay anything.
  return async () => void (await Promise.all([healthy, ...closing].map((receiver) => receiver.close())))
})
afterAll(() => gateway?.[Symbol.asyncDispose]())

async function hangingHosts(count: number): Promise<Receiver[]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const receiver = await openReceiver()
      receiver.onRequest = () => 'silence'
      closing.push(receiver)
      return receiver
    }),
  )
}

async function refusingHost(): Promise<Receiver> {
  const receiver = await openReceiver()
  await receiver.close()
  return receiver
}

/** Stores deliveries as the ends of tasks do, without tasks. */
async function deliver(url: string, count: number, tenantId = gateway.tenantId): Promise<void> {
  const now = Date.now()
  const deliveries = Array.from({ length: count }, () => ({
    url: `${url}/hook`,
    body: JSON.stringify({ at: Date.now() }),
    headers: {},
  }))
  await gateway.store.addDeliveries({ taskId: newId(now), tenantId, deliveries, now })
}

/** The milliseconds from commit to arrival of each of the healthy receiver's webhooks, stored at a steady rate. */
async function lagsMs(tenantId = gateway.tenantId): Promise<number[]> {
  const lags: number[] = []
  healthy.onRequest = ({ body }) => {
    const { at } = JSON.parse(body)
    if (typeof at === 'number') lags.push(Date.now() - at)
    return 200
  }
  for (let index = 0; index < HEALTHY; index++) {
    await deliver(healthy.url, 1, tenantId)
    await sleep(PACE_MS)
  }
  await healthy.until(() => lags.length === HEALTHY)
  return lags.sort((a, b) => a - b)
}

const p99 = (sorted: readonly number[]): number => sorted[Math.ceil(0.99 * sorted.length) - 1] ?? Number.NaN

describe('a healthy receiver of webhooks', () => {
  it('gets its webhooks within a second while ten hosts of the same tenant hang', async () => {
    const hosts = await hangingHosts(10)
    for (const { url } of hosts) await deliver(url, 50)
    expect(p99(await lagsMs())).toBeLessThan(1_000)
    // One attempt each is under way, and no more.
    expect(hosts.map(({ received }) => received.length)).toEqual(hosts.map(() => 1))
  })

  it('gets its webhooks within a second while thousands wait for one host that hangs', async () => {
    const [host] = (await hangingHosts(1)) as [Receiver]
    await deliver(host.url, 3_000)
    expect(p99(await lagsMs())).toBeLessThan(1_000)
    expect(host.received).toHaveLength(1)
  })

  it('gets its webhooks within a second while thousands wait for one host that refuses connections', async () => {
    const host = await refusingHost()
    await deliver(host.url, 3_000)
    expect(p99(await lagsMs())).toBeLessThan(1_000)
    const stored = await gateway.store.listDeliveries({ tenantId: gateway.tenantId, limit: 4_000 })
    const tried = stored.filter((one) => one.url.startsWith(host.url) && one.attempts > 0)
    expect(tried.length).toBeLessThanOrEqual(4) // three that open the circuit, and one when the first pause is over
  })

  it('gets its webhooks within a second while hosts that answered before begin to hang', async () => {
    const hosts = await hangingHosts(12)
    for (const host of hosts) host.onRequest = () => 200
    for (const { url } of hosts) await deliver(url, 3)
    await Promise.all(hosts.map((host) => host.until(({ length }) => length === 3)))
    for (const host of hosts) host.onRequest = () => 'silence'
    const other = await gateway.tenant({})
    for (const { url } of hosts) await deliver(url, 50)
    expect(p99(await lagsMs(other.tenantId))).toBeLessThan(1_000)
  })

  it('gets a task’s webhook within seconds although its tenant has hosts that hang', async () => {
    for (const { url } of await hangingHosts(10)) await deliver(url, 20)
    const config = { webhook_config: { endpoint: `${healthy.url}/hook`, secret: 's' } }
    const { task_id: id } = await gateway.piapi.song({ prompt: 'sandbox:fast' }, { key: TEST_KEY, config })
    await gateway.piapi.ended(id, { key: TEST_KEY })
    await healthy.until(({ length }) => length === 1, 1_000)
    expect(JSON.parse(healthy.received[0]?.body ?? '{}')).toMatchObject({ data: { task_id: id, status: 'completed' } })
  })
})

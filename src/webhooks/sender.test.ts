import { EventEmitter, once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { buffer } from 'node:stream/consumers'
import { pino } from 'pino'
import { Webhook } from 'standardwebhooks'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { openMigratedSqlite } from '../../test/support/migrated-sqlite.ts'
import { type Egress, openEgress } from '../assets/egress.ts'
import { type Clock, systemClock } from '../core/clock.ts'
import type { DeliveryDraft } from '../core/delivery.ts'
import { claimedDeliveries } from '../store/contract/samples.ts'
import type { Store } from '../store/store.ts'
import { DELIVERY_LEASE_MS, openSender, type Sender, type SenderOptions } from './sender.ts'
import { signingSecret } from './sign.ts'

/** The machine may be busy with other tests. */
const PATIENCE = { timeout: 25_000 }
const SECRET = signingSecret('master', 'tenant', 1)
/** Half way between the ends of the jitter: the schedule's exact times. */
const random = () => 0.5

interface Received {
  headers: IncomingHttpHeaders
  body: Buffer
}
type Answer = (response: ServerResponse, number: number) => void

let folder: string
let store: Store
let clock: { now(): number; at: number }
let egress: Egress
let lines: { level: number; msg: string; delivery?: string }[]
let cleanUp: (() => unknown)[]

const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line)) })

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyphony-webhooks-'))
  store = await openMigratedSqlite({ path: join(folder, 'polyphony.db') })
  const tenant = {
    id: 'tenant',
    name: 'T',
    createdAt: 0,
    maxConcurrent: null,
    maxStaged: 10,
    webhookSecretVersion: 1,
    defaultPool: 'private' as const,
    fallsBack: false,
    priceGroup: null,
    frozenAt: null,
    deletedAt: null,
  }
  await store.createTenant({ tenant })
})

afterAll(async () => {
  await store.close()
  await rm(folder, { recursive: true })
})

beforeEach(() => {
  lines = []
  cleanUp = []
  // The verifier of Standard Webhooks looks at the real time.
  clock = { at: Date.now(), now: () => clock.at }
  egress = openEgress({
    allow: ['127.0.0.0/8'],
    log,
    clock,
    resolve: async () => [{ address: '192.168.0.1', family: 4 }],
  })
})

afterEach(async () => {
  for (const step of cleanUp.reverse()) await step()
  await egress.close()
  await forgetDeliveries()
})

/** So that no test sends what an earlier one left, or finds a circuit that it opened. */
async function forgetDeliveries(): Promise<void> {
  const file = new DatabaseSync(join(folder, 'polyphony.db'), { timeout: 10_000 })
  file.exec('delete from deliveries; delete from receivers')
  file.close()
}

/** A real server that answers as the test says, and keeps what it was sent. */
async function receiver(
  answer: Answer,
): Promise<{ url: string; received: Received[]; until(count: number): Promise<void>; close(): Promise<void> }> {
  const received: Received[] = []
  const arrivals = new EventEmitter()
  const server = createServer(async (request, response) => {
    received.push({ headers: request.headers, body: await buffer(request) })
    answer(response, received.length)
    arrivals.emit('one')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = () =>
    new Promise<void>((closed) => {
      server.close(() => closed())
      server.closeAllConnections()
    })
  cleanUp.push(close)
  const { port } = server.address() as AddressInfo // it listens on TCP
  return {
    close,
    url: `http://127.0.0.1:${port}/hook`,
    received,
    async until(count) {
      while (received.length < count) await once(arrivals, 'one')
    },
  }
}

const status =
  (...codes: number[]): Answer =>
  (response, number) =>
    response.writeHead(codes[Math.min(number, codes.length) - 1] ?? 200).end()

const never: Answer = () => {}
const hangUp: Answer = (response) => response.destroy()

/** A sender on the real store, and a way to wait until attempts are written down. */
function sender(options: Partial<SenderOptions> = {}, verbs: Partial<Store> = {}) {
  const written = new EventEmitter()
  let count = 0
  const watched: SenderOptions['store'] = {
    ...store,
    ...verbs,
    async recordAttempts(args) {
      const held = await (verbs.recordAttempts ?? store.recordAttempts)(args)
      count += args.attempts.length
      written.emit('one')
      return held
    },
  }
  const one: Sender = openSender({
    store: watched,
    egress,
    secretOf: async () => SECRET,
    clock,
    log,
    random,
    ...options,
  })
  cleanUp.push(() => one.stop(50))
  return {
    ...one,
    async attempts(total: number) {
      while (count < total) await once(written, 'one')
    },
  }
}

const draft = (url: string, more: Partial<DeliveryDraft> = {}): DeliveryDraft => ({
  url,
  body: '{"task":"Größe"}',
  headers: {},
  ...more,
})

const add = (...deliveries: DeliveryDraft[]) =>
  store.addDeliveries({ taskId: 'task', tenantId: 'tenant', deliveries, now: clock.at })

async function onlyDelivery() {
  const [delivery] = await store.listDeliveries({ tenantId: null, limit: 1 })
  if (!delivery) throw new Error('There is no delivery.')
  return delivery
}

/** How often each delivery to `url` was tried, of those that were. */
async function tried(url: string): Promise<number[]> {
  const stored = await store.listDeliveries({ tenantId: null, limit: 1_000 })
  return stored.filter((one) => one.url === url && one.attempts > 0).map(({ attempts }) => attempts)
}

describe('deliveries', () => {
  it('a webhook is sent as soon as it is stored, signed, with its own headers beside the standard ones', async () => {
    const { url, received } = await receiver(status(204))
    const webhooks = sender()
    webhooks.start()
    const headers = { 'x-webhook-secret': 'shh', 'Webhook-Id': 'forged', 'Content-Type': 'text/html' }
    await add(draft(url, { headers }))
    await webhooks.attempts(1)
    const delivery = await onlyDelivery()
    expect(delivery).toMatchObject({ status: 'delivered', attempts: 1, log: [{ httpStatus: 204, error: null }] })
    expect(received[0]?.headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': expect.stringMatching(/^Polyphony\/\d/),
      'webhook-id': delivery.id,
      'x-webhook-secret': 'shh',
    })
    const sent = { ...received[0]?.headers } as Record<string, string> // none of these comes twice
    expect(new Webhook(SECRET).verify(received[0]?.body ?? '', sent)).toEqual({ task: 'Größe' })
  })

  it("the time in a webhook's signature is that of the machine's clock where the store's clock is behind", async () => {
    const { url, received } = await receiver(status(204))
    const slow: Clock = { now: () => Date.now() - 2 * 3_600_000 }
    const webhooks = sender({ clock: slow, wallClock: systemClock })
    webhooks.start()
    await store.addDeliveries({ taskId: 'task', tenantId: 'tenant', deliveries: [draft(url)], now: slow.now() })
    await webhooks.attempts(1)
    const sent = { ...received[0]?.headers } as Record<string, string> // none of these comes twice
    // Refuses what is more than five minutes old.
    expect(new Webhook(SECRET).verify(received[0]?.body ?? '', sent)).toEqual({ task: 'Größe' })
    expect((await onlyDelivery()).log[0]?.at).toBeLessThan(Date.now() - 3_600_000)
  })

  it('a webhook comes again by the schedule, with the same id and bytes, until it is accepted', async () => {
    const { url, received } = await receiver(status(500, 404, 200))
    const webhooks = sender()
    webhooks.start()
    await add(draft(url))
    await webhooks.attempts(1)
    expect(await onlyDelivery()).toMatchObject({
      status: 'pending',
      dueAt: clock.at + 5_000,
      log: [{ httpStatus: 500, error: 'The receiver answered 500.' }],
    })
    clock.at += 5_000
    webhooks.kick()
    await webhooks.attempts(2)
    expect(await onlyDelivery()).toMatchObject({ status: 'pending', dueAt: clock.at + 30_000 })
    clock.at += 30_000
    webhooks.kick()
    await webhooks.attempts(3)
    expect(await onlyDelivery()).toMatchObject({ status: 'delivered', attempts: 3 })
    expect(received).toHaveLength(3)
    expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    expect(new Set(received.map(({ body }) => body.toString('hex'))).size).toBe(1)
    expect(new Set(received.map(({ headers }) => headers['webhook-signature'])).size).toBe(3)
  })

  it('a webhook is given up after eleven attempts, and a replay tries once more', async () => {
    const { url, received } = await receiver(status(500))
    const webhooks = sender()
    webhooks.start()
    await add(draft(url))
    for (let attempt = 1; attempt <= 11; attempt++) {
      await webhooks.attempts(attempt)
      clock.at = (await onlyDelivery()).dueAt
      webhooks.kick()
    }
    expect(await onlyDelivery()).toMatchObject({ status: 'failed', attempts: 11 })
    await store.replayDelivery({ id: (await onlyDelivery()).id, tenantId: null, now: clock.at })
    await webhooks.attempts(12)
    expect(await onlyDelivery()).toMatchObject({ status: 'failed', attempts: 12 })
    expect(received).toHaveLength(12)
  })

  it('a webhook ends with a 410', async () => {
    const { url } = await receiver(status(410))
    const webhooks = sender()
    webhooks.start()
    await add(draft(url))
    await webhooks.attempts(1)
    expect(await onlyDelivery()).toMatchObject({ status: 'failed', log: [{ httpStatus: 410 }] })
  })

  it.each([
    [429, 3_600, 3_600_000],
    [503, 60, 60_000],
    [429, 1_000_000, 86_400_000],
    [500, 3_600, 5_000],
  ])('a webhook that gets a %i with Retry-After: %i comes again after %i ms', async (code, retryAfter, waitMs) => {
    const { url } = await receiver((response) => response.writeHead(code, { 'retry-after': String(retryAfter) }).end())
    const webhooks = sender()
    webhooks.start()
    await add(draft(url))
    await webhooks.attempts(1)
    expect((await onlyDelivery()).dueAt).toBe(clock.at + waitMs)
  })

  it.each([307, 308])(
    'a webhook that is redirected by %i is sent to the other address, with its body',
    async (code) => {
      const target = await receiver(status(200))
      const { url } = await receiver((response) => response.writeHead(code, { location: target.url }).end())
      const webhooks = sender()
      webhooks.start()
      await add(draft(url))
      await webhooks.attempts(1)
      expect(await onlyDelivery()).toMatchObject({ status: 'delivered', log: [{ httpStatus: 200 }] })
      expect(target.received).toHaveLength(1)
      expect(target.received[0]?.body.toString()).toBe(draft(url).body)
    },
  )

  it.each([301, 302, 303])('a webhook that is redirected by %i has failed, and its log says where to', async (code) => {
    const target = await receiver(status(200))
    const { url } = await receiver((response) => response.writeHead(code, { location: target.url }).end())
    const webhooks = sender()
    webhooks.start()
    await add(draft(url))
    await webhooks.attempts(1)
    const log = [{ httpStatus: code, error: expect.stringContaining(`a redirect to ${target.url}`) }]
    expect(await onlyDelivery()).toMatchObject({ status: 'pending', log })
    expect(target.received).toHaveLength(0)
  })

  it('a webhook is not redirected to a private address', async () => {
    const { url } = await receiver((response) => response.writeHead(307, { location: 'http://10.0.0.1/hook' }).end())
    const webhooks = sender()
    webhooks.start()
    await add(draft(url))
    await webhooks.attempts(1)
    expect(await onlyDelivery()).toMatchObject({ status: 'pending', log: [{ httpStatus: null }] })
  })

  it.each([
    { what: 'never answers', answer: never, error: /did not answer in time/ },
    { what: 'closes the socket', answer: hangUp, error: /closed|reset/i },
  ])('a webhook comes again when the receiver $what', async ({ answer, error }) => {
    const { url } = await receiver(answer)
    const impatient = openEgress({ allow: ['127.0.0.0/8'], log, clock, postTimeoutMs: 400 })
    cleanUp.push(() => impatient.close())
    const webhooks = sender({ egress: impatient })
    webhooks.start()
    await add(draft(url))
    await webhooks.attempts(1)
    expect(await onlyDelivery()).toMatchObject({
      status: 'pending',
      dueAt: clock.at + 5_000,
      log: [{ httpStatus: null, error: expect.stringMatching(error) }],
    })
  })

  it.each(['http://10.0.0.1/hook', 'http://[::1]/hook', 'http://rebound.test/hook', 'not a URL'])(
    'a webhook to %s is refused at the attempt, and tried again',
    async (url) => {
      const webhooks = sender()
      webhooks.start()
      await add(draft(url))
      await webhooks.attempts(1)
      expect(await onlyDelivery()).toMatchObject({
        status: 'pending',
        log: [{ httpStatus: null, error: expect.stringMatching(/^The URL/) }],
      })
    },
  )
})

describe('leases of deliveries', () => {
  it('the lease of a delivery that a crash left behind runs out, and the webhook comes again with the same id and bytes', async () => {
    const { url, received, until } = await receiver(status(200))
    // Everything up to the writing down, which never happens.
    const crashing = sender({}, { recordAttempts: () => Promise.reject(new Error('killed')) })
    crashing.start()
    await add(draft(url))
    await until(1)
    await crashing.stop()
    expect(await onlyDelivery()).toMatchObject({ status: 'pending', attempts: 0, dueAt: clock.at + DELIVERY_LEASE_MS })

    const webhooks = sender()
    webhooks.start()
    clock.at += DELIVERY_LEASE_MS
    webhooks.kick()
    await webhooks.attempts(1)
    expect(await onlyDelivery()).toMatchObject({ status: 'delivered', attempts: 1 })
    expect(received).toHaveLength(2)
    expect(received[1]?.headers['webhook-id']).toBe(received[0]?.headers['webhook-id'])
    expect(received[1]?.body).toEqual(received[0]?.body)
  })

  it('the lease of a delivery that runs out is noticed without a kick', async () => {
    const { url } = await receiver(status(200))
    await add(draft(url))
    await claimedDeliveries(store, { limit: 1, leaseMs: 150, now: Date.now() })
    const webhooks = sender({ clock: { now: () => Date.now() } })
    webhooks.start()
    await webhooks.attempts(1)
    expect(await onlyDelivery()).toMatchObject({ status: 'delivered' })
  })

  it('the lease of a delivery that was lost does not overwrite what its new holder wrote', async () => {
    const { url } = await receiver(status(500))
    const webhooks = sender(
      {},
      {
        async recordAttempts(args) {
          for (const { id } of args.attempts) {
            await store.replayDelivery({ id, tenantId: null, now: clock.at + 1_000_000 })
          }
          return store.recordAttempts(args)
        },
      },
    )
    webhooks.start()
    await add(draft(url))
    await webhooks.attempts(1)
    expect(await onlyDelivery()).toMatchObject({ status: 'pending', attempts: 0, dueAt: clock.at + 1_000_000 })
    await webhooks.stop()
    expect(lines.filter(({ msg }) => /lease was lost/.test(msg))).toHaveLength(1)
  })
})

describe('many deliveries', () => {
  it('webhooks to a host that does not answer occupy one slot, and leave room for the others', async () => {
    const slow = await receiver(never)
    const quick = await receiver(status(200))
    await add(...Array.from({ length: 400 }, () => draft(slow.url)))
    clock.at += 1
    await add(draft(quick.url))
    const webhooks = sender()
    webhooks.start()
    // The gateway goes on with its work meanwhile.
    const kicks = setInterval(() => webhooks.kick(), 20)
    cleanUp.push(() => clearInterval(kicks))
    await webhooks.attempts(1)
    expect(quick.received).toHaveLength(1)
    await slow.until(1)
    await add(draft(quick.url))
    await webhooks.attempts(2)
    expect(slow.received).toHaveLength(1)
  })

  it('webhooks to a host that refuses connections are tried three times, and wait until its pause is over', async () => {
    const { url, close } = await receiver(status(200))
    await close()
    const webhooks = sender()
    webhooks.start()
    await add(...Array.from({ length: 50 }, () => draft(url)))
    for (let attempt = 1; attempt <= 3; attempt++) {
      await webhooks.attempts(attempt)
      clock.at += 10 // a failure counts when the attempt began after the last one had ended
      webhooks.kick()
    }
    const quick = await receiver(status(200))
    await add(draft(quick.url))
    await webhooks.attempts(4)
    expect(await tried(url)).toEqual([1, 1, 1])

    clock.at += 5_000
    webhooks.kick()
    await webhooks.attempts(5)
    await add(draft(quick.url))
    await webhooks.attempts(6)
    expect(await tried(url)).toHaveLength(4)
  })

  it('webhooks that waited for a host are all sent once it answers again', async () => {
    let up = false
    const { url, received } = await receiver((response) => (up ? response.end() : response.destroy()))
    const webhooks = sender()
    webhooks.start()
    await add(...Array.from({ length: 50 }, () => draft(url)))
    for (let attempt = 1; attempt <= 3; attempt++) {
      await webhooks.attempts(attempt)
      clock.at += 10
      webhooks.kick()
    }
    up = true
    clock.at += 6_000 // the pause, and the wait after a first attempt
    webhooks.kick()
    await webhooks.attempts(53)
    expect(received).toHaveLength(53)
    expect(await store.nextDeliveryAt({})).toBeNull()
    const stored = await store.listDeliveries({ tenantId: null, limit: 99 })
    expect(stored.filter(({ status, attempts }) => status === 'delivered' && attempts <= 2)).toHaveLength(50)
  })

  it('webhooks that waited three days for a host that never answers are given up, and their log says so', async () => {
    const { url } = await receiver(hangUp)
    const webhooks = sender()
    webhooks.start()
    await add(...Array.from({ length: 5 }, () => draft(url)))
    for (let attempt = 1; attempt <= 3; attempt++) {
      await webhooks.attempts(attempt)
      clock.at += 10
      webhooks.kick()
    }
    clock.at += 3 * 86_400_000
    webhooks.kick()
    await webhooks.attempts(4)
    const failed = await vi.waitUntil(async () => {
      clock.at += 60_001 // it is looked for every minute, and a look may be under way
      webhooks.kick()
      const stored = await store.listDeliveries({ tenantId: null, limit: 9 })
      const given = stored.filter(({ status }) => status === 'failed')
      return given.length > 0 && given
    }, PATIENCE)
    expect(failed.map(({ log }) => log.at(-1)?.error)).toEqual(failed.map(() => expect.stringContaining('given up')))
    expect(lines.filter(({ msg }) => /has not answered for days/.test(msg))).toHaveLength(failed.length)
  })

  it('webhooks to one receiver come all, each once, sixteen at a time', async () => {
    let open = 0
    let most = 0
    const { url, received } = await receiver((response) => {
      open += 1
      most = Math.max(most, open)
      setImmediate(() => {
        open -= 1
        response.end()
      })
    })
    await add(...Array.from({ length: 400 }, () => draft(url)))
    const webhooks = sender()
    webhooks.start()
    await webhooks.attempts(400)
    expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(400)
    expect(received).toHaveLength(400)
    expect(most).toBeLessThanOrEqual(16)
    expect(await store.nextDeliveryAt({})).toBeNull()
  })

  it('webhooks are begun only while their lease has room for the attempt', async () => {
    const { url, received } = await receiver(status(200))
    const asked = Promise.withResolvers<void>()
    const secret = Promise.withResolvers<string>()
    const webhooks = sender({
      secretOf() {
        asked.resolve()
        return secret.promise
      },
    })
    webhooks.start()
    await add(draft(url))
    await asked.promise
    clock.at += DELIVERY_LEASE_MS - 1_000 // as after a pause of the process
    secret.resolve(SECRET)
    await vi.waitUntil(() => lines.some(({ msg }) => /was not sent/.test(msg)), PATIENCE)
    expect(received).toHaveLength(0)
    clock.at += 1_000
    webhooks.kick()
    await webhooks.attempts(1)
    expect(received).toHaveLength(1)
    expect(await onlyDelivery()).toMatchObject({ status: 'delivered', attempts: 1, claim: 2 })
  })

  it('webhooks in hand are not claimed again by the same process when it was paused for longer than the lease', async () => {
    const gate = Promise.withResolvers<void>()
    const { url, received, until } = await receiver((response) => void gate.promise.then(() => response.end()))
    const other = await receiver(status(200))
    const webhooks = sender()
    webhooks.start()
    await add(draft(url))
    await until(1)
    clock.at += DELIVERY_LEASE_MS + 1
    await add(draft(other.url)) // so that a whole turn is waited for
    await webhooks.attempts(1)
    gate.resolve()
    await webhooks.attempts(2)
    expect(received).toHaveLength(1)
    expect(lines.filter(({ level }) => level >= 40)).toEqual([])
  })
})

describe('faults of the gateway', () => {
  it('a failure of ours to claim is logged, and the loop goes on', async () => {
    const { url } = await receiver(status(200))
    let failures = 1
    const webhooks = sender(
      {},
      {
        claimDeliveries(args) {
          if (failures-- > 0) {
            setImmediate(() => webhooks.kick())
            return Promise.reject(new Error('The database is away.'))
          }
          return store.claimDeliveries(args)
        },
      },
    )
    webhooks.start()
    await add(draft(url))
    await webhooks.attempts(1)
    expect(await onlyDelivery()).toMatchObject({ status: 'delivered' })
    expect(lines.filter(({ level }) => level >= 50)).toHaveLength(1)
  })

  it('a failure of ours to sign is logged with the id, and counts for no attempt', async () => {
    const { url, received } = await receiver(status(200))
    const asked = new EventEmitter()
    const webhooks = sender({
      secretOf: () => {
        asked.emit('one')
        return Promise.reject(new Error('The tenant is gone.'))
      },
    })
    const isAsked = once(asked, 'one')
    webhooks.start()
    await add(draft(url))
    await isAsked
    await webhooks.stop()
    const delivery = await onlyDelivery()
    expect(delivery).toMatchObject({ status: 'pending', attempts: 0 })
    expect(lines.filter(({ level }) => level >= 50)).toMatchObject([{ delivery: delivery.id }])
    expect(received).toHaveLength(0)
  })
})

describe('stop', () => {
  it('a stop waits for what is under way, and begins nothing more', async () => {
    const { url, received, until } = await receiver((response) => void setImmediate(() => response.end()))
    const webhooks = sender()
    webhooks.start()
    await add(draft(url))
    await until(1)
    await webhooks.stop()
    expect(await onlyDelivery()).toMatchObject({ status: 'delivered', attempts: 1 })
    await add(draft(url))
    webhooks.kick()
    await webhooks.stop()
    expect(received).toHaveLength(1)
  })

  it('a stop ends what takes longer than it is given, and counts that as no attempt', async () => {
    const { url, until } = await receiver(never)
    const webhooks = sender()
    webhooks.start()
    await add(draft(url))
    await until(1)
    await webhooks.stop(50)
    expect(await onlyDelivery()).toMatchObject({ status: 'pending', attempts: 0, log: [] })
    expect(lines.filter(({ level }) => level >= 50)).toEqual([])
  })
})

import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json.ts'
import { polyphonyHere } from '../support/command-in-process.ts'
import { type FakeLuma, openFakeLuma } from '../support/fake-luma.ts'
import { freePort } from '../support/free-port.ts'
import { LIVE_KEY, TEST_KEY } from '../support/gateway.ts'
import { openMailServer } from '../support/mail-server.ts'
import { migratedDatabase } from '../support/postgres-database.ts'
import { openReceiver, type Receiver } from '../support/receiver.ts'
import { type ServerProcess, serve } from '../support/server-process.ts'

const VENDOR_KEY = 'a key of the vendor'
const SECRET = 'a secret that all processes share'
const WAIT = { timeout: 15_000 }

interface SentNotice {
  type: string
  timestamp: string
  data: JsonObject
}

function noticesAt({ received }: Receiver, type?: string): SentNotice[] {
  const all = received.map(({ body }): SentNotice => JSON.parse(body))
  return type === undefined ? all : all.filter((notice) => notice.type === type)
}

describe('notices for the operator', () => {
  let dataDir: string
  let operator: Receiver
  let luma: FakeLuma
  let server: ServerProcess
  let env: Record<string, string>

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'polyphony-notices-'))
    operator = await openReceiver()
    luma = await openFakeLuma(VENDOR_KEY)
    env = {
      DATA_DIR: dataDir,
      PORT: '0',
      POLYPHONY_SECRET: SECRET,
      POLYPHONY_ADMIN_KEY: LIVE_KEY,
      POLYPHONY_TEST_KEY: TEST_KEY,
      POLYPHONY_EGRESS_ALLOW: '127.0.0.0/8',
      POLYPHONY_OPENING_CREDIT: '10',
      POLYPHONY_NOTICES_URL: operator.url,
      POLYPHONY_NOTICES_SECONDS: '1',
      POLYPHONY_NOTICES_CREDIT: '5',
      POLYPHONY_NOTICES_DISK_BYTES: '1',
      POLYPHONY_RECONCILE_HOURS: '0.0002',
      LUMAAI_API_KEY: VENDOR_KEY,
      LUMAAI_BASE_URL: luma.baseUrl,
    }
    server = await serve({ env })
  })
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]()
    await operator?.close()
    await luma?.[Symbol.asyncDispose]()
    rmSync(dataDir, { recursive: true, force: true })
  })

  const last = (type: string) => noticesAt(operator, type).at(-1)

  async function call(method: string, path: string, key: string, body?: JsonObject): Promise<JsonObject> {
    const headers = { 'x-api-key': key, ...(body ? { 'content-type': 'application/json' } : {}) }
    const answer = await fetch(server.url + path, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) })
    return ((await answer.json()) as { data: JsonObject }).data
  }

  it('none is sent while all is well', async () => {
    await new Promise((resolve) => setTimeout(resolve, 1_500)) // longer than it takes to look
    expect(noticesAt(operator)).toEqual([])
  })

  it('an account that its vendor refuses is reported, once, and so is its return', async () => {
    luma.keys.clear()
    await call('POST', '/api/admin/accounts/env:luma/test', LIVE_KEY)
    await expect
      .poll(() => last('account.out'), WAIT)
      .toMatchObject({
        data: { account: 'env:luma', provider: 'luma', state: 'expired_credential' },
      })
    luma.keys.add(VENDOR_KEY)
    await call('POST', '/api/admin/accounts/env:luma/test', LIVE_KEY)
    await expect.poll(() => last('account.back'), WAIT).toMatchObject({ data: { subject: 'account env:luma' } })
    // Out again within the hour: that is the same thing.
    luma.keys.clear()
    await call('POST', '/api/admin/accounts/env:luma/test', LIVE_KEY)
    await new Promise((resolve) => setTimeout(resolve, 2_500))
    luma.keys.add(VENDOR_KEY)
    await call('POST', '/api/admin/accounts/env:luma/test', LIVE_KEY)
    expect(noticesAt(operator, 'account.out')).toHaveLength(1)
    expect(noticesAt(operator, 'account.back')).toHaveLength(1)
  })

  it("a tenant's credit that runs low is reported, and when there is enough again", async () => {
    expect((await polyphonyHere(['credit', '--', '-6'], env)).code).toBe(0)
    await expect.poll(() => last('credit.low'), WAIT).toMatchObject({ data: { availablePoints: 40_000_000 } })
    expect(last('credit.low')?.data.message).toMatch(/has 4 USD left/)
    expect((await polyphonyHere(['credit', '100'], env)).code).toBe(0)
    await expect.poll(() => last('credit.restored'), WAIT).toBeDefined()
  })

  it('webhooks that are paused, as their receiver does not answer, are reported, and when they are sent again', async () => {
    const port = await freePort()
    const config = { webhook_config: { endpoint: `http://127.0.0.1:${port}/`, secret: '' } }
    for (let task = 0; task < 4; task++) {
      const input = { prompt: 'sandbox:fast rain' }
      const body = { model: 'suno', task_type: 'lyrics', input, config }
      const { task_id: id } = await call('POST', '/api/v1/task', TEST_KEY, body)
      await call('GET', `/api/v1/task/${id}?wait=25`, TEST_KEY)
    }
    await expect.poll(() => last('webhooks.paused'), WAIT).toMatchObject({ data: { host: `127.0.0.1:${port}` } })
    const receiver = createServer((_request, response) => response.end()).listen(port, '127.0.0.1')
    await expect.poll(() => last('webhooks.resumed'), { timeout: 25_000 }).toBeDefined()
    receiver.closeAllConnections()
    receiver.close()
  })

  it('a ledger that does not add up is reported, and when it does again', async () => {
    const change = (by: number) => {
      const database = new DatabaseSync(join(dataDir, 'polyphony.db'), { timeout: 10_000 })
      database.exec(`update balances set available = available + ${by}`)
      database.close()
    }
    change(1)
    await expect.poll(() => last('ledger.broken'), WAIT).toMatchObject({ data: { faults: expect.any(Number) } })
    change(-1)
    await expect.poll(() => last('ledger.clean'), WAIT).toBeDefined()
  })

  it('a disk that fills is reported, also when that is over by the next start', async () => {
    await server.stop()
    server = await serve({ env: { ...env, POLYPHONY_NOTICES_DISK_BYTES: String(2 ** 50) } })
    await expect.poll(() => last('disk.low'), WAIT).toMatchObject({ data: { folder: 'data', path: dataDir } })
    await server.stop()
    server = await serve({ env })
    await expect.poll(() => last('disk.restored'), WAIT).toBeDefined()
  })

  it('each is signed as webhooks are, and in the log', async () => {
    const { stdout } = await polyphonyHere(['webhook', 'secret'], env)
    const verifier = new Webhook(stdout.trim())
    expect(operator.received.length).toBeGreaterThan(0)
    for (const { body, headers } of operator.received) {
      expect(() => verifier.verify(body, headers as Record<string, string>)).not.toThrow()
      expect(JSON.parse(body)).toMatchObject({
        timestamp: expect.stringMatching(/Z$/),
        data: { message: expect.any(String) },
      })
    }
    expect(new Set(operator.received.map(({ headers }) => headers['webhook-id'])).size).toBe(operator.received.length)
    await server.written(/"type":"disk.restored"/) // lines of the log are written together, a moment later
  })
})

describe('a notice', () => {
  it('is sent by one of several processes, also by e-mail, and again when it was not accepted', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'polyphony-notices-'))
    const operator = await openReceiver()
    await using mail = await openMailServer()
    let refusals = 1
    operator.onRequest = () => (refusals-- > 0 ? 503 : 200)
    const env = {
      DATABASE_URL: await migratedDatabase(),
      STORAGE_URL: `file:${join(folder, 'files')}`,
      PORT: '0',
      POLYPHONY_SECRET: SECRET,
      POLYPHONY_OPENING_CREDIT: '1',
      POLYPHONY_NOTICES_URL: operator.url,
      POLYPHONY_NOTICES_MAIL: `${mail.url}?from=gateway@example.org&to=ops+gateway@example.org,boss@example.org`,
      POLYPHONY_NOTICES_SECONDS: '1',
      POLYPHONY_NOTICES_CREDIT: '5',
    }
    const servers = await Promise.all(
      ['a', 'b'].map((name) => serve({ env: { ...env, DATA_DIR: join(folder, name) } })),
    )
    await expect.poll(() => noticesAt(operator), WAIT).toHaveLength(2)
    await expect.poll(() => mail.messages, WAIT).toHaveLength(1)
    await new Promise((resolve) => setTimeout(resolve, 2_000)) // both have looked again
    await Promise.all(servers.map((server) => server.stop()))
    const [first, second] = operator.received
    expect(noticesAt(operator, 'credit.low')).toHaveLength(2)
    expect(first?.headers['webhook-id']).toBe(second?.headers['webhook-id'])
    expect(mail.messages).toEqual([
      {
        from: 'gateway@example.org',
        to: ['ops+gateway@example.org', 'boss@example.org'],
        text: expect.stringMatching(/Subject: Polyphony: credit.low[\s\S]*has 1 USD left/),
      },
    ])
    await operator.close()
    rmSync(folder, { recursive: true, force: true })
  })
})

import { inflateSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json.ts'
import { openAttempts } from '../../src/people/attempts.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { claimed, type Visitor, visitor } from '../support/visitor.ts'
import { type HandProvider, handProvider } from './hand-provider.ts'

const ANA = { email: 'ana@example.org', password: 'a long enough password', name: 'Ana' }

let gateway: TestGateway
let ana: Visitor
let hand: HandProvider
beforeAll(async () => {
  hand = handProvider({ slots: 0, operations: ['suno/lyrics'] })
  gateway = await openGateway({ env: { POLYPHONY_NOTICES_DISK_BYTES: String(2 ** 50) }, replaced: { builtIn: [hand] } })
  ana = await claimed(gateway, ANA)
})
afterAll(() => gateway?.[Symbol.asyncDispose]())

async function data<Data = JsonObject>(method: string, path: string, sending: { key?: string; body?: unknown } = {}) {
  const { status, body } = await gateway.send(method, path, sending)
  if (status !== 200) throw new Error(`${method} ${path} answered ${status}: ${JSON.stringify(body)}`)
  return (body as { data: unknown }).data as Data // as the caller says
}

const bytesOf = async (path: string, key: string): Promise<Buffer> => {
  const response = await fetch(gateway.url + path, { headers: { 'x-api-key': key } })
  expect(response.headers.get('content-type')).toBe('application/pdf')
  return Buffer.from(await response.arrayBuffer())
}

/** The signs that can be copied out of a PDF: those in the maps of its fonts, which say what each glyph means. */
function signsIn(pdf: Buffer): Set<string> {
  const signs = new Set<string>()
  for (let at = pdf.indexOf('stream\n'); at !== -1; at = pdf.indexOf('stream\n', at + 1)) {
    if (pdf.subarray(at - 3, at).toString() === 'end') continue
    const packed = pdf.subarray(at + 'stream\n'.length, pdf.indexOf('endstream', at))
    const text = unpacked(packed)
    if (!text.includes('begincmap')) continue
    for (const [, hex = ''] of text.matchAll(/<[0-9A-F]{4}> <([0-9A-F]+)>/gi)) {
      for (const sign of Buffer.from(hex, 'hex').swap16().toString('utf16le')) signs.add(sign)
    }
  }
  return signs
}

function unpacked(bytes: Uint8Array): string {
  try {
    return inflateSync(bytes).toString('latin1')
  } catch {
    return '' // a part that is not compressed, such as a font
  }
}

it('a statement is a PDF in which accents and Chinese can be read and copied, on as many pages as it needs', async () => {
  const name = 'Café Łódź 音乐工作室'
  await data('POST', '/api/admin/tenants', { body: { name } })
  const { key } = await data<{ key: string }>('POST', '/api/admin/keys', { body: { tenant: name, name: 'a key' } })
  const memo = 'Überweisung — 发票 № 7 Ελλάδα ☃'
  for (let index = 0; index < 90; index++) {
    await data('POST', '/api/admin/credit', { body: { tenant: name, amount_usd: 1 + index, memo } })
  }
  const pdf = await bytesOf('/api/v1/ledger?format=pdf&language=zh', key)
  expect(pdf.subarray(0, 5).toString()).toBe('%PDF-')
  const signs = signsIn(pdf)
  const missing = [...`${name}${memo}对账单`].filter((sign) => sign !== ' ' && !signs.has(sign))
  expect(missing).toEqual(['☃'])
  expect(signs).toContain('?')
  // Only the signs that are used are embedded.
  expect(pdf.length).toBeLessThan(300_000)
  const { PDFDocument } = await import('pdf-lib')
  const read = await PDFDocument.load(pdf)
  expect(read.getPageCount()).toBe(3)
  expect(read.getTitle()).toContain(name)
  const empty = await bytesOf(
    '/api/admin/ledger?format=pdf&from=2001-01-01&to=2001-01-02',
    'sk-live-journey-0123456789',
  )
  expect((await PDFDocument.load(empty)).getPageCount()).toBe(1)
})

it('a statement of a period in which nothing was booked has the balance of before', async () => {
  const { key } = await gateway.tenant({ creditPoints: 12_345_678_900_000 })
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)
  const later = await bytesOf(`/api/v1/ledger?format=pdf&from=${tomorrow}`, key)
  expect(signsIn(later)).toContain(',') // of $1,234,567.89
  const earlier = await bytesOf('/api/v1/ledger?format=pdf&from=2001-01-01&to=2001-01-02', key)
  expect(signsIn(earlier)).not.toContain(',')
})

it('the records of a deleted tenant are read by its id, and by its name while no other has it', async () => {
  const name = 'closed down'
  const { id } = await data('POST', '/api/admin/tenants', { body: { name } })
  await data('POST', '/api/admin/credit', { body: { tenant: name, amount_usd: 3 } })
  await data('DELETE', `/api/admin/tenants/${String(id)}`)
  const lines = async (tenant: string) => {
    const { items } = await data<{ items: JsonObject[] }>(
      'GET',
      `/api/admin/ledger?tenant=${encodeURIComponent(tenant)}`,
    )
    return items.length
  }
  expect([await lines(String(id)), await lines(name)]).toEqual([1, 1])
  for (const path of ['audit', 'usage', 'tasks', 'keys']) await data('GET', `/api/admin/${path}?tenant=${String(id)}`)
  for (const [path, body] of [
    ['credit', { tenant: id, amount_usd: 1 }],
    ['announcements', { tenant: id, text: 'Hello.' }],
    ['top-up-codes', { tenant: id, amount_usd: 1 }],
    ['keys', { tenant: id, name: 'a key' }],
  ] as const) {
    expect((await gateway.send('POST', `/api/admin/${path}`, { body })).status, path).toBe(404)
  }
  await data('POST', '/api/admin/tenants', { body: { name } })
  expect([await lines(String(id)), await lines(name)]).toEqual([1, 0])
})

it('a statement as CSV names the next page where there are more lines than it has', async () => {
  const { key, tenantId } = await gateway.tenant({})
  for (let index = 0; index < 5; index++) {
    await data('POST', '/api/admin/credit', { body: { tenant: tenantId, amount_usd: 1 + index } })
  }
  const changes: string[] = []
  let query: string | undefined = '?format=csv&limit=2'
  while (query !== undefined) {
    const { headers, body } = await gateway.send('GET', `/api/v1/ledger${query}`, { key })
    const [, ...rows] = String(body).trim().split('\r\n')
    changes.push(...rows.map((row) => row.split(',')[7] ?? ''))
    query = /^<(\?[^>]+)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1]
  }
  expect(changes).toEqual(['5', '4', '3', '2', '1', '10'])
})

it('an announcement is read by its tenants while it lasts, and refused with an end before its beginning', async () => {
  const { key, tenantId } = await gateway.tenant({})
  const { key: other } = await gateway.tenant({})
  const announce = (body: JsonObject) => data('POST', '/api/admin/announcements', { body })
  const all = await announce({ text: 'New models are here.' })
  await announce({ text: 'For you alone.', tenant: tenantId, tone: 'warning' })
  await announce({ text: 'Later.', begins_at: '2999-01-01' })
  const textsFor = async (by: string) =>
    (await data<{ items: JsonObject[] }>('GET', '/api/v1/announcements', { key: by })).items.map(({ text }) => text)
  expect(await textsFor(key)).toEqual(['For you alone.', 'New models are here.'])
  expect(await textsFor(other)).toEqual(['New models are here.'])
  await data('DELETE', `/api/admin/announcements/${String(all.id)}`)
  expect(await textsFor(other)).toEqual([])
  const wrong = async (body: JsonObject) => {
    const { status, body: answer } = await gateway.send('POST', '/api/admin/announcements', { body })
    return [status, (answer as { error: { field: string } }).error.field]
  }
  expect(await wrong({ text: '  ' })).toEqual([400, 'text'])
  expect(await wrong({ text: 'x', ends_at: '2001-01-01' })).toEqual([400, 'ends_at'])
  expect(await wrong({ text: 'x', begins_at: 'tomorrow' })).toEqual([400, 'begins_at'])
  expect(await wrong({ text: 'x', tone: 'loud' })).toEqual([400, 'tone'])
})

it('health and routing show what waits, where, and that no account takes it', async () => {
  const song = { operation: 'suno/lyrics', input: { prompt: 'fog' } }
  const { key } = await gateway.tenant({})
  const made = await gateway.send('POST', '/polyphony/v1/tasks', { key, body: song })
  expect(made.status).toBe(201)
  const health = await data('GET', '/api/admin/health')
  expect(health).toMatchObject({
    process: { version: expect.any(String), lag_ms: expect.any(Number) },
    database: { engine: 'sqlite' },
    storage: { writable: true, problem: null, disks: [{ folder: 'data' }, { folder: 'files' }] },
    queue: { pending: 1, running: 0, oldest_waiting_seconds: expect.any(Number) },
    last_day: { tasks: 1, failed: 0 },
    ledger: { balance_faults: 0 },
    // By the settings of notices, also where these have no address to go to.
    troubles: [expect.stringMatching(/^disk \S+ data$/)],
    paused_receivers: [],
    retention: { record_days: 90, media_days: 30, upload_hours: 24, call_file_days: 30 },
  })
  const routing = await data<{ queues: JsonObject[] }>('GET', '/api/admin/routing?operation=suno/lyrics')
  expect(routing.queues).toEqual([
    {
      pool: 'live',
      operation: 'suno/lyrics',
      tenant: null,
      account: null,
      waiting: 1,
      oldest_at: expect.any(String),
      takers: 0,
    },
  ])
  expect(await data('GET', '/api/admin/routing?operation=kling/extend_video')).toEqual({ queues: [], accounts: [] })
})

it('usage by operation counts tasks of one model apart', async () => {
  const { key } = await gateway.tenant({})
  const make = (operation: string, input: JsonObject) =>
    gateway.send('POST', '/polyphony/v1/tasks', { key, body: { operation, input } })
  await make('suno/lyrics', { prompt: 'fog' })
  await make('suno/lyrics', { prompt: 'rain' })
  const usage = await data<{ by: string; items: JsonObject[] }>('GET', '/api/v1/usage?by=operation', { key })
  expect(usage).toMatchObject({ by: 'operation', items: [{ group: 'suno/lyrics', tasks: 2 }] })
})

it('the audit is filtered by time and exported as CSV', async () => {
  await data('POST', '/api/admin/tenants', { body: { name: 'of the audit' } })
  const none = await data<{ items: JsonObject[] }>('GET', '/api/admin/audit?to=2001-01-01')
  expect(none.items).toEqual([])
  const { headers, body } = await gateway.send('GET', '/api/admin/audit?verb=tenant.create&from=2001-01-01&format=csv')
  expect(headers.get('content-type')).toContain('text/csv')
  const [head, ...lines] = String(body).trim().split('\r\n')
  expect(head).toBe('at,actor,address,verb,tenant,subject,before,after')
  expect(lines.at(0)).toContain('of the audit')
})

it('an operator sees where a person is signed in and ends it; their cookie works no more', async () => {
  const { token } = await ana.data('POST', '/api/admin/invitations', { body: { role: 'member' } })
  const bob = visitor(gateway)
  const body = { email: 'bob@example.org', password: ANA.password, name: 'Bob', invitation: token }
  await bob.data('POST', '/api/workspace/sign-up', { body })
  const path = `/api/admin/people/${encodeURIComponent('bob@example.org')}`
  const { items } = await data<{ items: { id: string }[] }>('GET', `${path}/sessions`)
  expect(items).toHaveLength(1)
  const { status } = await gateway.send('POST', `${path}/sign-out`, { body: { session: 'none' } })
  expect(status).toBe(404)
  expect(await data('POST', `${path}/sign-out`, { body: { session: String(items[0]?.id) } })).toMatchObject({
    ended: 1,
  })
  expect((await bob.send('GET', '/api/v1/keys')).status).toBe(401)
})

it('attempts at two processes count together, and addresses of one IPv6 network as one', async () => {
  const { store } = gateway
  const clock = { now: () => Date.UTC(2026, 0, 1) }
  const processes = [openAttempts({ store, clock }), openAttempts({ store, clock })]
  const tries = Array.from({ length: 12 }, (_, index) =>
    processes[index % 2]?.note(`10.0.0.${index}`, 'eve@example.org'),
  )
  const results = await Promise.allSettled(tries)
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(10)
  const from = (last: number) => processes[last % 2]?.note(`2001:db8:1:2::${last.toString(16)}`)
  const network = await Promise.allSettled(Array.from({ length: 62 }, (_, index) => from(index + 1)))
  expect(network.filter(({ status }) => status === 'rejected')).toHaveLength(2)
  await expect(processes[0]?.note('2001:db8:1:3::1')).resolves.toBeUndefined()
  await expect(from(1)).rejects.toMatchObject({ code: 'rate_limited' })
})

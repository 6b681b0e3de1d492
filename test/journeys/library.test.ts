import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json.ts'
import { RESTORABLE_MS } from '../../src/tasks/retention.ts'
import { LIVE_KEY, openGateway, type Sending, TEST_KEY, type TestGateway } from '../support/gateway.ts'
import { claimed, type Visitor } from '../support/visitor.ts'

/** What people do with what was made: they mark, find, delete, download, share and follow it. */

const AT = '/polyphony/v1'
const TEST = { headers: { 'polyphony-mode': 'test' } }

let gateway: TestGateway
let ana: Visitor
beforeAll(async () => {
  gateway = await openGateway({ env: { POLYPHONY_SANDBOX_SECONDS: '0.1' } })
  ana = await claimed(gateway, { email: 'ana@example.org', password: 'a long enough password', name: 'Ana' })
})
afterAll(() => gateway?.[Symbol.asyncDispose]())

const ask = (method: string, path: string, sending: Sending = {}) =>
  gateway.send(method, `${AT}${path}`, { key: TEST_KEY, ...sending })

async function made(operation: string, input: JsonObject, sending: Sending = {}): Promise<JsonObject & { id: string }> {
  const { body } = await ask('POST', '/tasks', { ...sending, body: { operation, input } })
  const { id } = body as { id: string }
  const done = await ask('GET', `/tasks/${id}?wait=20`, sending)
  expect(done.body).toMatchObject({ status: 'completed' })
  return done.body as JsonObject & { id: string }
}

const picture = (prompt: string) => made('Qubico/flux1-schnell/txt2img', { prompt, width: 256, height: 256 })

async function listed(query: string): Promise<string[]> {
  const { status, body } = await ask('GET', `/tasks?${query}`)
  expect({ status, body }).toMatchObject({ status: 200 })
  return (body as { tasks: { id: string }[] }).tasks.map(({ id }) => id)
}

describe('favourites', () => {
  it('a task is marked and found among the favourites, with a text, until the mark is taken back', async () => {
    const { id } = await picture('a crane over marked water')
    await picture('a crane over marked water')
    expect(await ask('PATCH', `/tasks/${id}`, { body: { favourite: true } })).toMatchObject({
      status: 200,
      body: { id, favourite: true },
    })
    expect(await listed('favourite=true&search=MARKED')).toEqual([id])
    expect(await ask('GET', `/tasks/${id}`)).toMatchObject({ body: { favourite: true } })
    await ask('PATCH', `/tasks/${id}`, { body: { favourite: false } })
    expect(await listed('favourite=true')).toEqual([])
  })

  it('a body that says neither is refused by the name of its field, and marks nothing', async () => {
    const { id } = await picture('unmarked')
    for (const favourite of ['true', 1, null, undefined]) {
      expect(await ask('PATCH', `/tasks/${id}`, { body: { favourite } })).toMatchObject({
        status: 400,
        body: { error: { code: 'invalid_input', field: 'favourite' } },
      })
    }
    expect(await ask('PATCH', `/tasks/${id}`, { key: LIVE_KEY, body: { favourite: true } })).toMatchObject({
      status: 404,
    })
    expect(await ask('GET', '/tasks?favourite=yes')).toMatchObject({
      status: 400,
      body: { error: { field: 'favourite' } },
    })
  })
})

describe('filters', () => {
  it('tasks are found by the key that made them, and by a title that was made of a sentence', async () => {
    const { key, keyId } = await gateway.tenant({ key: { mode: 'test' } })
    const { id, output } = await made('suno/music', { gpt_description_prompt: 'a slow song about rain' }, { key })
    const title = (output as { clips: { title: string }[] }).clips[0]?.title ?? ''
    expect(title).not.toBe('')
    const found = async (query: string) => (await ask('GET', `/tasks?${query}`, { key })).body
    expect(await found(`key=${keyId}&search=${encodeURIComponent(title.toUpperCase())}`)).toMatchObject({
      tasks: [{ id }],
    })
    expect(await found(`key=${id}`)).toMatchObject({ tasks: [] })
    for (const name of ['key', 'batch', 'cursor']) {
      expect(await ask('GET', `/tasks?${name}=none`)).toMatchObject({ status: 400, body: { error: { field: name } } })
    }
  })

  it('a batch shows how far it is, and its tasks are listed by it', async () => {
    const prompts = ['one', 'two', 'three'].map((prompt) => ({
      model: 'Qubico/flux1-schnell',
      task_type: 'txt2img',
      input: { prompt: `${prompt} of a batch`, width: 256, height: 256 },
    }))
    const answer = await gateway.send('POST', '/api/v1/tasks/batch', { key: TEST_KEY, body: { tasks: prompts } })
    expect(answer).toMatchObject({ status: 200 })
    const [newest] = ((await ask('GET', '/batches?limit=1')).body as { batches: { id: string }[] }).batches
    const id = newest?.id ?? ''
    await expect
      .poll(async () => (await ask('GET', `/batches/${id}`)).body, { timeout: 20_000 })
      .toMatchObject({
        total: 3,
        completed: 3,
        failed: 0,
      })
    expect(await listed(`batch=${id}`)).toHaveLength(3)
    expect(await ask('GET', `/batches/${id}`, { key: LIVE_KEY })).toMatchObject({ status: 404 })
    expect(await ask('GET', '/batches', { key: LIVE_KEY })).toMatchObject({ body: { batches: [], next_cursor: null } })
  })
})

describe('deleting', () => {
  it('a task is gone from lists and reads at once, and comes back when it is restored', async () => {
    const { id } = await picture('to be deleted and restored')
    const before = Date.now()
    const { status, body } = await ask('DELETE', `/tasks/${id}`)
    expect({ status, body }).toMatchObject({ status: 200, body: { id, deleted: true } })
    expect((body as { restorable_until: number }).restorable_until).toBeGreaterThanOrEqual(
      before + RESTORABLE_MS - 1_000,
    )
    expect(await listed('search=deleted and restored')).toEqual([])
    for (const path of [`/tasks/${id}`, `/tasks/${id}/attempts`])
      expect(await ask('GET', path)).toMatchObject({ status: 404 })
    expect(await ask('DELETE', `/tasks/${id}`)).toMatchObject({ status: 404 })
    expect(await ask('POST', `/tasks/${id}/restore`, { key: LIVE_KEY })).toMatchObject({ status: 404 })
    expect(await ask('POST', `/tasks/${id}/restore`)).toMatchObject({ status: 200, body: { id, status: 'completed' } })
    expect(await listed('search=deleted and restored')).toEqual([id])
  })

  it('a task that runs is not deleted, and the error says what to do', async () => {
    const { body } = await ask('POST', '/tasks', {
      body: { operation: 'Qubico/flux1-schnell/txt2img', input: { prompt: 'a slow one sandbox:slow=600' } },
    })
    const { id } = body as { id: string }
    expect(await ask('DELETE', `/tasks/${id}`)).toMatchObject({
      status: 409,
      body: { error: { code: 'conflict', message: expect.stringContaining('cancel it') } },
    })
    await ask('POST', `/tasks/${id}/cancel`)
  })
})

describe('one archive of many', () => {
  it('has the files of the tasks under their titles, and texts as files', async () => {
    const tasks = [
      await picture('a heron / by night'),
      await picture('a heron / by night'),
      await made('suno/lyrics', { prompt: 'fog over the harbour' }),
    ] as const
    const response = await fetch(`${gateway.url}${AT}/archive?ids=${tasks.map(({ id }) => id).join(',')}`, {
      headers: { 'x-api-key': TEST_KEY },
    })
    expect(response.headers.get('content-type')).toBe('application/zip')
    expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename="polyphony-[\d-]+\.zip"$/)
    const bytes = Buffer.from(await response.arrayBuffer())
    expect(bytes.length).toBe(Number(response.headers.get('content-length')))
    const members = membersOf(bytes)
    const names = Object.keys(members)
    expect(names).toHaveLength(3)
    expect(names.filter((name) => /^a heron by night( 2)?\.\w+$/.test(name))).toHaveLength(2)
    const file = (tasks[0].output as { pictures: { file: string }[] }).pictures[0]?.file ?? ''
    const stored = Buffer.from(await (await fetch(file)).arrayBuffer())
    expect(Object.values(members).some((member) => stored.equals(member))).toBe(true)
    const lyrics = names.find((name) => name.endsWith('.txt')) ?? ''
    expect(String(members[lyrics])).toBe((tasks[2].output as { lyrics: { text: string }[] }).lyrics[0]?.text)
  })

  it('names what is wrong with the tasks, and gives a person those of both modes by a plain link', async () => {
    const { id } = await picture('only one')
    for (const [query, expected] of [
      ['', { status: 400, body: { error: { field: 'ids' } } }],
      [`ids=${id},00000000-0000-4000-8000-000000000000`, { status: 404, body: { error: { field: 'ids' } } }],
      [`ids=${Array(201).fill(id)}`, { status: 400, body: { error: { field: 'ids' } } }],
    ] as const) {
      expect(await ask('GET', `/archive?${query}`)).toMatchObject(expected)
    }
    expect(await ask('GET', `/archive?ids=${id}`, { key: LIVE_KEY })).toMatchObject({ status: 404 })
    expect(await ana.send('GET', `${AT}/archive?ids=${id}`)).toMatchObject({ status: 200 })
  })
})

describe('links', () => {
  const share = (task: string, more: JsonObject = {}) =>
    ana.data<{ id: string; url: string }>('POST', '/api/v1/shares', { ...TEST, body: { task, ...more } })
  const page = (url: string, headers: Record<string, string> = {}) => fetch(url, { headers })

  it('a page without scripts and without a key shows the picture, until the link is revoked', async () => {
    const { id } = await picture('a <b>heron</b> & reeds')
    const { id: shareId, url } = await share(id)
    const seen = await page(url)
    const html = await seen.text()
    expect(seen.status).toBe(200)
    expect(seen.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(seen.headers.get('content-security-policy')).not.toContain('script-src')
    expect(html).toContain('<h1>a &lt;b&gt;heron&lt;/b&gt; &amp; reeds</h1>')
    expect(html).not.toMatch(/<script|sk-|\/files\//)
    const [, source = ''] = /<img src="([^"]+)"/.exec(html) ?? []
    const file = await fetch(new URL(source, url))
    expect(file.status).toBe(200)
    expect(file.headers.get('content-security-policy')).toContain('sandbox')
    expect(file.headers.get('cache-control')).toBe('private, max-age=60')
    expect(file.headers.get('content-disposition')).toMatch(/^inline; filename="1\.\w+"$/)
    expect(await (await page(url, { 'accept-language': 'zh-CN,zh' })).text()).toContain('lang="zh-CN"')

    expect(await ana.data('GET', `/api/v1/shares?task=${id}`, TEST)).toMatchObject({
      items: [{ id: shareId, open: true }],
    })
    await ana.data('DELETE', `/api/v1/shares/${shareId}`, TEST)
    for (const gone of [url, new URL(source, url).href]) expect((await page(gone)).status).toBe(404)
    expect(await ana.data('GET', '/api/v1/shares', TEST)).toMatchObject({ items: [{ id: shareId, open: false }] })
  })

  it('a link ends when its task is deleted, and is not made for what did not succeed', async () => {
    const { id } = await picture('shared and deleted')
    const { url } = await share(id, { title: 'Reeds', days: null })
    expect(await (await page(url)).text()).toContain('<h1>Reeds</h1>')
    await ask('DELETE', `/tasks/${id}`)
    expect((await page(url)).status).toBe(404)
    expect(await ana.send('POST', '/api/v1/shares', { ...TEST, body: { task: id } })).toMatchObject({ status: 404 })
    expect(await ana.send('POST', '/api/v1/shares', { ...TEST, body: { task: id, days: 0 } })).toMatchObject({
      status: 400,
    })
    expect((await page(`${gateway.url}/s/${'x'.repeat(24)}`)).status).toBe(404)
  })
})

describe('events', () => {
  /** The events of a stream, as they come. */
  async function* eventsOf(headers: Record<string, string>, signal: AbortSignal) {
    const response = await fetch(`${gateway.url}${AT}/events`, { headers, signal })
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    let text = ''
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk
      for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
        const lines = text.slice(0, end).split('\n')
        text = text.slice(end + 2)
        const field = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2)
        const kind = field('event')
        if (kind) yield { id: field('id') ?? '', kind, data: JSON.parse(field('data') ?? '{}') as JsonObject }
      }
    }
  }

  it('one stream follows every task of the tenant and mode, and no other; a broken one goes on where it was', async () => {
    const stop = new AbortController()
    const events = eventsOf({ 'x-api-key': TEST_KEY }, stop.signal)
    const first = await events.next()
    const { key } = await gateway.tenant({ key: { mode: 'test' } })
    const { id: other } = await made('suno/lyrics', { prompt: 'of another tenant' }, { key })
    const { id: own } = await made('suno/lyrics', { prompt: 'followed' })
    const seen: { id: string; kind: string; data: JsonObject }[] = []
    expect(first.value).toMatchObject({ kind: 'changed' })
    for await (const event of events) {
      seen.push(event)
      if (event.data.id === own && event.data.status === 'completed') break
    }
    stop.abort()
    expect(seen.some(({ data }) => data.id === other)).toBe(false)

    const { id: missed } = await made('suno/lyrics', { prompt: 'missed' })
    const again = new AbortController()
    const headers = { 'x-api-key': TEST_KEY, 'last-event-id': seen.at(-1)?.id ?? '' }
    const rest: string[] = []
    for await (const { kind, data } of eventsOf(headers, again.signal)) {
      rest.push(kind)
      if (data.id === missed && data.status === 'completed') break
    }
    again.abort()
    expect(rest.filter((kind) => kind === 'task').length).toBeGreaterThan(0)
    expect(await ask('GET', '/events', { key: null })).toMatchObject({ status: 401 })
  })
})

/** The members of a ZIP of stored files, by their names: read from its directory, as tools do. */
function membersOf(zip: Buffer): Record<string, Buffer> {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'))
  const members: Record<string, Buffer> = {}
  let at = zip.readUInt32LE(end + 16)
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const sizeBytes = zip.readUInt32LE(at + 20)
    const [name, extra, comment] = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset)) as [
      number,
      number,
      number,
    ]
    const local = zip.readUInt32LE(at + 42)
    const begin = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
    members[zip.toString('utf8', at + 46, at + 46 + name)] = zip.subarray(begin, begin + sizeBytes)
    at += 46 + name + extra + comment
  }
  return members
}

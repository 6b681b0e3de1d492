import { Writable } from 'node:stream'
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'
import { migratedDatabase } from '../support/postgres-database.ts'
import { rawRequest } from '../support/raw-request.ts'

const MIB = 2 ** 20
const UNKNOWN = '01936b3e-7c00-7000-8000-000000000000'

/** A request up to its body, without a key. */
function head(method: string, path: string, headers: Record<string, string | number> = {}): string {
  const lines = Object.entries({ Host: 'gateway', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`
}

describe('the HTTP server', () => {
  let gateway: TestGateway
  let logged: { level: number; msg: string }[] = []

  beforeAll(async () => {
    const log = pino(
      { level: 'debug' },
      new Writable({
        write(line, _encoding, done) {
          logged.push(JSON.parse(String(line)))
          done()
        },
      }),
    )
    gateway = await openGateway({ env: { DATABASE_URL: await migratedDatabase() }, replaced: { log } })
    logged = []
  })
  afterAll(() => gateway[Symbol.asyncDispose]())

  const long = 'a'.repeat(2_500)
  it.each([
    ['GET', `/files/${long}`, 404],
    ['GET', `/mj/image/${long}`, 404],
    ['POST', `/callbacks/x/${long}`, 404],
    ['PUT', `/fal/storage/upload/x/${long}`, 404],
    ['QUERY', '/healthz', 405],
    ['QUERY', '/nothing', 404],
    ['GET', '/mj/image/%00', 404],
    ['GET', '/files/%00.png', 404],
    ['GET', '/files/%zz', 404],
  ])('answers %s %.30s with a status of its own, and logs no error of the gateway', async (method, path, status) => {
    const { status: answered, body } = await rawRequest(gateway.url, [head(method, path)])
    expect(answered).toBe(status)
    expect(() => JSON.parse(body)).not.toThrow()
    expect(logged.filter(({ level }) => level >= 40)).toEqual([])
  })

  it.each([
    ['GET', '/replicate/v1/files?cursor=%00', undefined, 422],
    ['GET', '/replicate/v1/files?cursor=x', undefined, 422],
    ['GET', '/api/v1/tasks?cursor=%00', undefined, 400],
    ['GET', '/api/v1/task/%00', undefined, 404],
    ['POST', '/api/v1/task', { model: 'suno', task_type: 'lyrics', input: { prompt: 'a\u0000b' } }, 400],
    ['POST', '/mj/task/list-by-ids', { ids: ['\u0000'] }, 400],
    ['POST', '/api/v1/accounts', { provider: 'openai', name: 'a\u0000', fields: {} }, 400],
  ])('refuses the character NUL in %s %s before the database does', async (method, path, body, status) => {
    const answer = await gateway.send(method, path, { ...(body ? { body } : {}) })
    expect(answer.status).toBe(status)
    expect(logged.filter(({ level }) => level >= 40)).toEqual([])
  })

  it('accepts a backslash before the letters u0000, which is no NUL', async () => {
    const body = { model: 'suno', task_type: 'lyrics', input: { prompt: 'sandbox:fast \\u0000' } }
    expect((await gateway.send('POST', '/api/v1/task', { key: TEST_KEY, body })).status).toBe(200)
  })

  it('makes U+FFFD of half a character in the texts of a task, which was cut within an emoji', async () => {
    const headers = { 'content-type': 'application/json' }
    const cut = '"sandbox:fast rain \\ud83c"'
    const asked = `{"model":"suno","task_type":"lyrics","input":{"prompt":${cut}}}`
    const batch = { headers: { 'content-type': 'application/x-ndjson' }, text: `${asked}\n` }
    const made = [
      await gateway.send('POST', '/api/v1/task', { key: TEST_KEY, headers, text: asked }),
      await gateway.send('POST', '/polyphony/v1/tasks', {
        ...{ key: TEST_KEY, headers },
        text: `{"operation":"suno/lyrics","input":{"prompt":${cut}}}`,
      }),
      await gateway.send('POST', '/api/v1/tasks/batch', { key: TEST_KEY, ...batch }),
    ]
    expect(made.map(({ status }) => status)).toEqual([200, 201, 200])
    const input = { prompt: 'sandbox:fast rain \ufffd' }
    expect(made.map(({ body }) => body)).toMatchObject([
      { data: { input } },
      { input },
      { data: { counts: { accepted: 1, rejected: 0 } } },
    ])
    const call = {
      key: TEST_KEY,
      headers,
      text: `{"model":"sandbox:echo","messages":[{"role":"user","content":${cut}}]}`,
    }
    expect((await gateway.send('POST', '/v1/chat/completions', call)).body).toMatchObject({
      error: { param: 'messages.0.content' },
    })
  })

  it('answers 405 with the methods of the path, in the form of its protocol', async () => {
    const piapi = await gateway.send('PUT', '/api/v1/task', { body: {} })
    expect(piapi).toMatchObject({ status: 405, body: { error: { type: 'method_not_allowed' } } })
    expect(piapi.headers.get('allow')).toBe('POST, OPTIONS')
    const task = await gateway.send('POST', `/api/v1/task/${UNKNOWN}`, { body: {} })
    expect(task.headers.get('allow')).toBe('DELETE, GET, HEAD, OPTIONS')
    const kling = await gateway.send('DELETE', '/kling/v1/videos/text2video')
    // Kling has a code of its own for this, below 404.
    expect(kling).toMatchObject({ status: 404, body: { code: 1202 } })
    expect(kling.headers.get('allow')).toBe('GET, HEAD, POST, OPTIONS')
    const speed = await gateway.send('GET', '/mj-fast/mj/submit/imagine')
    expect([speed.status, speed.headers.get('allow')]).toEqual([405, 'POST, OPTIONS'])
  })

  it('answers OPTIONS with the methods of a path, and nothing else', async () => {
    const answer = await gateway.send('OPTIONS', '/api/v1/task', { key: null })
    expect([answer.status, answer.headers.get('allow'), answer.body]).toEqual([204, 'POST, OPTIONS', ''])
    expect((await gateway.send('OPTIONS', '/nothing', { key: null })).status).toBe(404)
  })

  it('answers JSON that is no object as malformed, and other types as unsupported', async () => {
    const json = { 'content-type': 'application/json' }
    for (const path of ['/api/v1/task', '/luma/tasks', '/suno/submit/music', '/polyphony/v1/tasks']) {
      const answer = await gateway.send('POST', path, { headers: json, text: '"AAA"' })
      expect([path, answer.status]).toEqual([path, 400])
      expect(JSON.stringify(answer.body)).toContain('must be a JSON object')
      const plain = await gateway.send('POST', path, { headers: { 'content-type': 'text/plain' }, text: '{}' })
      expect([path, plain.status]).toEqual([path, 415])
    }
  })

  const sendEncoded = (encoding: string, body: Buffer, path = '/api/v1/task', type = 'application/json') =>
    rawRequest(gateway.url, [
      head('POST', path, {
        'x-api-key': TEST_KEY,
        'Content-Type': type,
        'Content-Encoding': encoding,
        'Content-Length': body.length,
      }),
      body,
    ])
  const SONG = JSON.stringify({ model: 'suno', task_type: 'lyrics', input: { prompt: 'sandbox:fast é'.repeat(20) } })

  it.each([
    ['gzip', gzipSync],
    ['GZIP', gzipSync],
    ['x-gzip', gzipSync],
    ['br', brotliCompressSync],
    ['deflate', deflateSync],
    ['zstd', zstdCompressSync],
  ])('accepts a body that is compressed as %s', async (encoding, compress) => {
    const answer = await sendEncoded(encoding, compress(SONG))
    expect([answer.status, answer.body]).toEqual([200, expect.stringContaining('"task_id"')])
  })

  it('accepts a form that is compressed', async () => {
    const form = '--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\nno picture\r\n--x--\r\n'
    const type = 'multipart/form-data; boundary=x'
    const plain = await sendEncoded('identity', Buffer.from(form), '/api/v1/upload', type)
    expect(await sendEncoded('gzip', gzipSync(form), '/api/v1/upload', type)).toMatchObject({ status: plain.status })
  })

  it('refuses other encodings by name, and bodies that are not what they say', async () => {
    const answers = await Promise.all([
      sendEncoded('compress', Buffer.from(SONG)),
      sendEncoded('gzip, br', gzipSync(SONG)),
      sendEncoded('gzip', Buffer.from(SONG)),
      sendEncoded('br', gzipSync(SONG)),
      sendEncoded('gzip', gzipSync(SONG).subarray(0, 40)),
    ])
    expect(answers.map(({ status }) => status)).toEqual([415, 415, 400, 400, 400])
    expect(answers[1]?.body).toContain(
      'Content-Encoding must be gzip, br, deflate or zstd, or absent, not \\"gzip, br\\"',
    )
    expect(answers[2]?.body).toContain('The body is not valid gzip')
  })

  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
  ])('refuses a small %s body that becomes a large one, without keeping it', async (encoding, compress) => {
    const bomb = compress(Buffer.alloc(128 * MIB, ' '))
    expect(bomb.length).toBeLessThan(MIB)
    const before = process.memoryUsage.rss()
    const answer = await sendEncoded(encoding, bomb)
    expect(answer.status).toBe(413)
    expect(process.memoryUsage.rss() - before).toBeLessThan(100 * MIB)
  })

  it('takes an empty body where a route needs none, whatever type it announces', async () => {
    const headers = { 'content-type': 'application/json' }
    const song = await gateway.send('POST', '/polyphony/v1/tasks', {
      body: { operation: 'suno/lyrics', input: { prompt: 'la' } },
    })
    const { id } = song.body as { id: string }
    const cancelled = await gateway.send('POST', `/replicate/v1/predictions/${UNKNOWN}/cancel`, { headers, text: '' })
    expect([id.length, cancelled.status]).toEqual([36, 404])
    const lacking = await gateway.send('POST', '/api/v1/task', { headers, text: '' })
    expect([lacking.status, JSON.stringify(lacking.body)]).toEqual([
      400,
      expect.stringContaining('must be a JSON object'),
    ])
  })

  it('refuses a signature of equal length with other characters', async () => {
    const place = await gateway.send('POST', '/suno/uploads/audio', { body: { extension: 'mp3' } })
    const { url } = place.body as { url: string }
    const form = new FormData()
    form.append('signature', 'é'.repeat(48))
    form.append('file', new Blob(['x']), 'a.mp3')
    expect((await fetch(url, { method: 'POST', body: form })).status).toBe(403)
  })

  it.each([
    ['POST', '/nothing/at/all'],
    ['POST', '/runway/uploads/x/file'],
    ['PUT', `/runway/uploads/${UNKNOWN}/file`],
    ['PUT', `/fal/storage/upload/${UNKNOWN}/a.png`],
    ['POST', `/suno/uploads/form/${UNKNOWN}`],
  ])('answers %s %s, which needs no key, before the body has arrived', async (method, path) => {
    const headers = { 'Content-Type': 'application/json', 'Content-Length': 10 * MIB }
    const { status } = await rawRequest(gateway.url, [head(method, path, headers), 'only the beginning'])
    expect([400, 404]).toContain(status)
  })

  it('reads at most 32 uploads without a key at once', async () => {
    const begun = await gateway.send('POST', '/fal/storage/upload/initiate', {
      body: { file_name: 'a.png', content_type: 'image/png' },
    })
    const { upload_url: url } = begun.body as { upload_url: string }
    const stop = Promise.withResolvers<void>()
    const headers = { 'Content-Type': 'image/png', 'Content-Length': 1_000 }
    const { pathname } = new URL(url)
    const answers = Array.from({ length: 33 }, () =>
      rawRequest(gateway.url, [head('PUT', pathname, headers), 'only the beginning'], stop.promise),
    )
    const first = await Promise.race(answers)
    expect(first.status).toBe(429)
    expect(first.head.toLowerCase()).toContain('retry-after: 5')
    stop.resolve()
    await Promise.allSettled(answers)
  })

  it('does not log a client that disconnects as an error of the gateway', async () => {
    logged = []
    const stop = Promise.withResolvers<void>()
    const headers = { 'x-api-key': TEST_KEY, 'Content-Type': 'application/json', 'Content-Length': 1_000 }
    const answer = rawRequest(gateway.url, [head('POST', '/api/v1/task', headers), '{'], stop.promise)
    // The next request is answered after the first has been begun.
    await gateway.send('GET', '/healthz')
    stop.resolve()
    await expect(answer).rejects.toThrow('without an answer')
    await expect.poll(() => logged.map(({ msg }) => msg)).toContain('the client went away')
    expect(logged.filter(({ level }) => level >= 40)).toEqual([])
  })
})

describe('an incomplete request', () => {
  it('is ended when its time is over, and its connection is closed', async () => {
    await using gateway = await openGateway({ env: { POLYPHONY_REQUEST_SECONDS: '1' } })
    const headers = { 'x-api-key': TEST_KEY, 'Content-Type': 'application/json', 'Content-Length': 1_000 }
    const { status } = await rawRequest(gateway.url, [head('POST', '/api/v1/task', headers), '{'])
    expect(status).toBe(408)
  })
})

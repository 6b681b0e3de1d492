import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib'
import Fastify, { type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { unknownPage, WEB_PAGES, web } from './web.ts'

const PAGE = '<!doctype html><base href="/" /><script type="module" src="./assets/main-1.js"></script>'
const SCRIPT = 'console.log("the pages")'
const HTML = { accept: 'text/html,*/*;q=0.8' }

describe('the pages of the workspace', () => {
  let folder: string
  let app: FastifyInstance
  let publicUrl: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polyphony-web-'))
    publicUrl = 'http://gateway.example'
    app = Fastify()
    web(app, { publicUrl: () => publicUrl, folder: pathToFileURL(`${folder}/`) })
  })
  afterEach(async () => {
    await app.close()
    await rm(folder, { recursive: true })
  })

  async function build(): Promise<void> {
    await mkdir(join(folder, 'assets'))
    await writeFile(join(folder, 'index.html'), PAGE)
    await writeFile(join(folder, 'assets/main-1.js'), SCRIPT)
    await writeFile(join(folder, 'assets/main-1.js.br'), brotliCompressSync(SCRIPT))
  }

  it('are one document, which is sent again only when it has changed', async () => {
    await build()
    for (const page of WEB_PAGES) {
      const url = page.replace(/:\w+/, 'one')
      const answer = await app.inject({ url, headers: HTML })
      expect({ url, status: answer.statusCode, body: answer.body }).toEqual({ url, status: 200, body: PAGE })
    }
    const { headers } = await app.inject({ url: '/library', headers: HTML })
    const again = await app.inject({ url: '/library', headers: { ...HTML, 'if-none-match': String(headers.etag) } })
    expect([again.statusCode, again.body]).toEqual([304, ''])
    const head = await app.inject({ method: 'HEAD', url: '/library', headers: HTML })
    expect([head.statusCode, head.body]).toEqual([200, ''])
  })

  it('run scripts of files of the gateway alone, and are shown in no frame', async () => {
    await build()
    const { headers } = await app.inject({ url: '/', headers: HTML })
    const policy = String(headers['content-security-policy']).split('; ')
    expect(policy.find((rule) => rule.startsWith('script-src'))).toBe("script-src 'self' 'wasm-unsafe-eval'")
    expect(policy).toEqual(expect.arrayContaining(["default-src 'none'", "frame-ancestors 'none'", "base-uri 'self'"]))
    expect(headers['x-content-type-options']).toBe('nosniff')
  })

  it('say below which path of a proxy they are served', async () => {
    await build()
    publicUrl = 'http://proxy.example/media'
    const { body } = await app.inject({ url: '/studio', headers: HTML })
    expect(body).toContain('<base href="/media/" />')
  })

  it('are no answer to a program, nor to an unknown path', async () => {
    await build()
    expect(await app.inject({ url: '/studio', headers: { accept: 'application/json' } })).toMatchObject({
      statusCode: 404,
    })
    expect(await app.inject({ url: '/unknown', headers: HTML })).toMatchObject({ statusCode: 404 })
    expect(await app.inject({ method: 'POST', url: '/studio', headers: HTML })).toMatchObject({ statusCode: 404 })
  })

  it('say to people that an address leads nowhere, with the status of that; programs and addresses of APIs get the error', async () => {
    await build()
    const page = unknownPage({ publicUrl: () => publicUrl, folder: pathToFileURL(`${folder}/`) }, (path) =>
      path.startsWith('/api'),
    )
    app.setNotFoundHandler(async (request, reply) => (await page(request, reply)) ?? reply.code(404).send('an error'))
    const visit = await app.inject({ url: '/no/such?page=1', headers: HTML })
    expect([visit.statusCode, visit.body]).toEqual([404, PAGE])
    expect(visit.headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
    expect(visit.headers['content-security-policy']).toContain("default-src 'none'")
    const headers = { ...HTML, 'sec-fetch-dest': 'document', authorization: 'Basic b2Y6YSBwcm94eQ==' }
    expect((await app.inject({ url: '/no/such', headers })).body).toBe(PAGE)
    const others = await Promise.all([
      app.inject({ url: '/api/no-such', headers: HTML }),
      app.inject({ url: '/no/such', headers: { accept: 'application/json' } }),
      app.inject({ url: '/no/such' }),
      app.inject({ method: 'POST', url: '/no/such', headers: HTML }),
      app.inject({ url: '/no/such', headers: { ...HTML, authorization: 'Bearer a-key' } }),
      app.inject({ url: '/no/such', headers: { ...HTML, 'x-api-key': 'a-key' } }),
      app.inject({ url: '/no/such', headers: { ...HTML, 'sec-fetch-dest': 'empty' } }),
    ])
    expect(others.map(({ statusCode, body }) => [statusCode, body])).toEqual(others.map(() => [404, 'an error']))
  })

  it('load files that a browser keeps for good, compressed where it can read that', async () => {
    await build()
    const plain = await app.inject({ url: '/assets/main-1.js' })
    expect([plain.statusCode, plain.body, plain.headers['content-encoding']]).toEqual([200, SCRIPT, undefined])
    expect(plain.headers['cache-control']).toBe('public, max-age=31536000, immutable')
    const small = await app.inject({ url: '/assets/main-1.js', headers: { 'accept-encoding': 'gzip, br' } })
    expect(small.headers).toMatchObject({ 'content-encoding': 'br', vary: 'accept-encoding' })
    expect(brotliDecompressSync(small.rawPayload).toString()).toBe(SCRIPT)
    for (const name of ['none.js', '../index.html', '..%2Findex.html', '%2e%2e%2findex.html', '']) {
      expect(await app.inject({ url: `/assets/${name}` })).toMatchObject({ statusCode: 404 })
    }
  })

  it('are not there without a build: the address leads to the documentation', async () => {
    const home = await app.inject({ url: '/', headers: HTML })
    expect([home.statusCode, home.headers.location]).toEqual([302, '/docs'])
    expect(await app.inject({ url: '/studio', headers: HTML })).toMatchObject({ statusCode: 404 })
  })
})

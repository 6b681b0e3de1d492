import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gunzipSync, gzipSync } from 'node:zlib'
import Fastify, { type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { guide } from './guide.ts'

describe('the guide', () => {
  let folder: string
  let app: FastifyInstance
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polyphony-guide-'))
    for (const name of ['assets', 'en/protocols', 'zh']) await mkdir(join(folder, name), { recursive: true })
    await writeFile(join(folder, 'en/limits.html'), 'a page')
    await writeFile(join(folder, 'en/limits.html.gz'), gzipSync('a page'))
    await writeFile(join(folder, 'en/limits.md'), '# Limits')
    await writeFile(join(folder, 'assets/guide-1.js'), 'go()')
    await writeFile(join(folder, 'llms.txt'), '- [Limits]({{PUBLIC_URL}}/guide/en/limits.md)')
    app = Fastify({ routerOptions: { ignoreTrailingSlash: true } })
    guide(app, { publicUrl: () => 'http://gateway.example/media', folder: pathToFileURL(`${folder}/`) })
  })
  afterEach(async () => {
    await app.close()
    await rm(folder, { recursive: true })
  })

  it('begins in the language of the browser, below the path of a proxy', async () => {
    const home = (language: string) => app.inject({ url: '/guide', headers: { 'accept-language': language } })
    expect((await home('zh-CN,zh;q=0.9,en;q=0.8')).headers.location).toBe('/media/guide/zh/getting-started')
    expect((await home('de-DE,de;q=0.9,en;q=0.8')).headers.location).toBe('/media/guide/en/getting-started')
    expect((await home('fr')).headers.location).toBe('/media/guide/en/getting-started')
    expect((await app.inject('/guide/zh')).headers.location).toBe('/media/guide/zh/getting-started')
  })

  it('sends pages that run scripts of files of the gateway alone, and again only when they have changed', async () => {
    const page = await app.inject({ url: '/guide/en/limits', headers: { 'accept-encoding': 'gzip' } })
    expect(gunzipSync(page.rawPayload).toString()).toBe('a page')
    expect(page.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      'content-encoding': 'gzip',
    })
    const policy = String(page.headers['content-security-policy']).split('; ')
    expect(policy).toEqual(expect.arrayContaining(["default-src 'none'", "script-src 'self'", "style-src 'self'"]))
    const known = { 'if-none-match': String(page.headers.etag), 'accept-encoding': 'gzip' }
    expect((await app.inject({ url: '/guide/en/limits', headers: known })).statusCode).toBe(304)
    expect((await app.inject('/guide/assets/guide-1.js')).headers['cache-control']).toContain('immutable')
  })

  it('a slash at the end of a page’s address leads to the address from which its links lead', async () => {
    expect((await app.inject('/guide/en/limits/')).headers.location).toBe('/media/guide/en/limits')
  })

  it('has each page as Markdown, and a list of all for language models with the gateway’s address', async () => {
    const markdown = await app.inject('/guide/en/limits.md')
    expect([markdown.body, markdown.headers['content-type']]).toEqual(['# Limits', 'text/markdown; charset=utf-8'])
    const { body, headers } = await app.inject('/llms.txt')
    expect(body).toBe('- [Limits](http://gateway.example/media/guide/en/limits.md)')
    expect(headers['content-type']).toBe('text/plain; charset=utf-8')
  })

  it('has nothing at other addresses', async () => {
    for (const name of [
      'en/none',
      'none.js',
      '..%2Fllms',
      '..%2F..%2Fpackage.json',
      'en/protocols',
      'assets',
      'llms',
    ]) {
      const { statusCode } = await app.inject(`/guide/${name}`)
      expect([name, statusCode]).toEqual([name, 404])
    }
    expect((await app.inject('/llms-full.txt')).statusCode).toBe(404)
  })
})

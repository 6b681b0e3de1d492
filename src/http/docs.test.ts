import { hash } from 'node:crypto'
import Fastify from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { docs } from './docs.ts'

describe('/docs', () => {
  const app = Fastify()
  let origin: string
  beforeAll(async () => {
    docs(app, {
      publicUrl: () => 'https://gateway.example/media',
      reference: {
        has: (name) => name === 'photon' || name === 'model-lumen',
        protocols: () => [{ name: 'photon', title: 'Rays & <beams>' }],
        models: () => [
          { name: 'model-lumen', model: 'lumen', operations: [{ taskType: 'film', title: 'A film of light' }] },
        ],
      },
    })
    origin = await app.listen({ host: '127.0.0.1', port: 0 })
  })
  afterAll(() => app.close())
  const local = (path: string, init: RequestInit = {}): Promise<Response> => fetch(`${origin}${path}`, init)

  it('/docs lists protocols and models without a key and without a script', async () => {
    const answer = await local('/docs')
    const page = await answer.text()
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(answer.headers.get('content-security-policy')).toContain("script-src 'none';")
    expect(page).toContain('<a href="/media/docs/photon">Rays &amp; &lt;beams></a>')
    expect(page).toContain('<a href="/media/docs/model-lumen">lumen</a>')
    expect(page).toContain('A film of light')
    expect(page).not.toMatch(/https?:|<script/)
  })

  it.each([
    ['photon', 'openapi/photon.json'],
    ['model-lumen', 'openapi/model-lumen.json'],
    ['all', 'openapi.json'],
  ])('/docs/%s shows %s by a script of the gateway, and runs no other', async (name, document) => {
    const answer = await local(`/docs/${name}`)
    const page = await answer.text()
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
    const start = /<script>(.*)<\/script>/s.exec(page)?.[1] ?? ''
    expect(start).toContain(`"url":"/media/docs/${document}"`)
    const policy = answer.headers.get('content-security-policy') ?? ''
    expect(policy).toContain(`script-src 'self' 'sha256-${hash('sha256', start, 'base64')}';`)
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toMatch(/https?:/)
    expect(page).not.toMatch(/https?:/)
    expect(page).toContain('<script src="/media/docs/scalar.js?v=')
  })

  it('/docs has no page of what is not served', async () => {
    expect((await local('/docs/boson')).status).toBe(404)
  })

  it('the script of /docs is sent compressed to clients that accept it, and plain to others', async () => {
    const squeezed = await local('/docs/scalar.js', { headers: { 'accept-encoding': 'gzip' } })
    const plain = await local('/docs/scalar.js', { headers: { 'accept-encoding': 'identity' } })
    expect(squeezed.headers.get('content-encoding')).toBe('gzip')
    expect(plain.headers.get('content-encoding')).toBeNull()
    expect(plain.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    expect(plain.headers.get('cache-control')).toMatch(/max-age=\d+/)
    const text = await plain.text()
    expect(await squeezed.text()).toBe(text)
    expect(text).toContain('createApiReference')
    expect(text).toContain('Your API key')
    expect(text).not.toContain('QUxMIFlPVVIg')
  })
})

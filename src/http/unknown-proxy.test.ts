import Fastify from 'fastify'
import { describe, expect, it } from 'vitest'
import { unknownProxyWarning } from './unknown-proxy.ts'

describe('a proxy that is not among the trusted ones', () => {
  async function warningsWith(trustProxy: false | string[], forwardedFor: string | undefined): Promise<object[]> {
    const warnings: object[] = []
    const app = Fastify({ trustProxy })
    unknownProxyWarning({ warn: (fields) => void warnings.push(fields) })(app)
    app.get('/', async () => 'ok')
    const headers = forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor }
    for (let n = 0; n < 2; n++) await app.inject({ url: '/', remoteAddress: '10.0.0.7', headers })
    await app.close()
    return warnings
  }

  it.each<[string, false | string[], string | undefined, object[]]>([
    ['reported once where no proxy is trusted', false, '203.0.113.9', [{ proxy: '10.0.0.7' }]],
    ['reported once where another one is trusted', ['10.0.0.8'], '203.0.113.9', [{ proxy: '10.0.0.7' }]],
    ['not reported where it is trusted', ['10.0.0.0/8'], '203.0.113.9', []],
    ['not reported where it is trusted and so is its caller', ['10.0.0.0/8'], '10.0.0.7', []],
    ['not reported where requests come without a proxy', false, undefined, []],
  ])('is %s', async (_name, trusted, forwardedFor, expected) => {
    expect(await warningsWith(trusted, forwardedFor)).toEqual(expected)
  })
})

import { generateKeyPairSync, sign } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A provider of OpenID Connect (https://openid.net/specs/openid-connect-core-1_0.html), at which everyone consents at once. */
export interface FakeOidc {
  issuer: string
  /** How often it was asked where its endpoints are. */
  discoveries: number
  /** It answers no request. */
  isDown: boolean
  /** Who signs in there from now on. */
  become(claims: { sub: string; email: string; email_verified: boolean; name: string }): void
  /** What a browser does there: follows the address to the provider, and returns where that sends it back to. */
  consent(authorizationUrl: string): string
  close(): Promise<void>
}

export async function openFakeOidc({
  clientId,
  clientSecret,
}: {
  clientId: string
  clientSecret: string
}): Promise<FakeOidc> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  let claims: Record<string, unknown> = {}
  /** The nonces of codes that were given out. */
  const codes = new Map<string, string | null>()
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const jwt = (payload: object): string => {
    const text = `${part({ alg: 'RS256', kid: 'one', typ: 'JWT' })}.${part(payload)}`
    return `${text}.${sign('sha256', Buffer.from(text), privateKey).toString('base64url')}`
  }
  const server = createServer((request, response) => {
    const json = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }
    if (fake.isDown) return json(503, {})
    const { pathname } = new URL(request.url ?? '/', issuer)
    if (pathname === '/.well-known/openid-configuration') {
      fake.discoveries += 1
      return json(200, {
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        userinfo_endpoint: `${issuer}/userinfo`,
        jwks_uri: `${issuer}/jwks`,
        id_token_signing_alg_values_supported: ['RS256'],
      })
    }
    if (pathname === '/jwks') {
      return json(200, { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'RS256' }] })
    }
    if (pathname === '/userinfo') return json(200, claims)
    if (pathname !== '/token') return json(404, {})
    let text = ''
    request.on('data', (chunk) => {
      text += chunk
    })
    request.on('end', () => {
      const form = new URLSearchParams(text)
      const code = form.get('code') ?? ''
      const basic = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`
      const isClient = form.get('client_secret') === clientSecret || request.headers.authorization === basic
      if (!isClient || !codes.has(code)) return json(400, { error: 'invalid_grant' })
      const nonce = codes.get(code)
      codes.delete(code)
      const now = Math.floor(Date.now() / 1_000)
      const idToken = jwt({
        iss: issuer,
        aud: clientId,
        iat: now,
        exp: now + 300,
        ...(nonce ? { nonce } : {}),
        ...claims,
      })
      json(200, { access_token: 'an access token', token_type: 'Bearer', expires_in: 300, id_token: idToken })
    })
    return undefined
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}` // it listens on TCP
  const fake: FakeOidc = {
    issuer,
    discoveries: 0,
    isDown: false,
    become(who) {
      claims = who
    },
    consent(authorizationUrl) {
      const asked = new URL(authorizationUrl).searchParams
      const code = `code ${codes.size + 1}`
      codes.set(code, asked.get('nonce'))
      const back = new URL(asked.get('redirect_uri') ?? '')
      back.searchParams.set('code', code)
      back.searchParams.set('state', asked.get('state') ?? '')
      return back.href
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
  return fake
}

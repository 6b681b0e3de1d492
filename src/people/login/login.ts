import { LRUCache } from 'lru-cache'
import type { Logger } from 'pino'
import type { Clock } from '../../core/clock.ts'
import type { Store } from '../../store/store.ts'
import { type BrowserRequest, isSecure } from '../same-origin.ts'
import type { SignUpParts } from '../sign-up.ts'

/** The provider of OpenID Connect that the operator chose. */
export interface OidcProvider {
  name: string
  issuer: string
  clientId: string
  clientSecret: string
}

export interface LoginParts {
  store: Store
  clock: Clock
  log: Pick<Logger, 'error' | 'warn' | 'info' | 'debug'>
  /** Signs cookies and encrypts what is stored. */
  secret(): string
  publicUrl(): string
  oidc: OidcProvider | undefined
  signUp: SignUpParts
}

/** An answer of the login's package. */
export interface LoginAnswer {
  status: number
  headers: [name: string, value: string][]
  body: string
}

export interface Login {
  /** `path`: below `/api/auth`, with the query. */
  handle(request: BrowserRequest, path: string, body: unknown): Promise<LoginAnswer>
}

/** Each host by which people reach the gateway has a login of its own. More than these are not one gateway’s. */
const MOST_ORIGINS = 8

/**
 * The login is a large package: it is loaded by the first request that needs it, and the start knows nothing of it. Sessions
 * are read without it.
 */
export function openLogin(parts: LoginParts): Login {
  type Auth = { handler(request: Request): Promise<Response> }
  const logins = new LRUCache<string, Promise<Auth>>({ max: MOST_ORIGINS })

  function loginAt(origin: string): Promise<Auth> {
    const known = logins.get(origin)
    if (known) return known
    const opening = import('./auth.ts').then(({ authFor }) => authFor(origin, parts))
    logins.set(origin, opening)
    opening.catch(() => logins.delete(origin))
    return opening
  }

  return {
    async handle(request, path, body) {
      const origin = originOf(request)
      const auth = await loginAt(origin)
      const { ADDRESS_HEADER, PATH } = await import('./auth.ts')
      const headers = new Headers({ [ADDRESS_HEADER]: request.ip })
      for (const name of ['cookie', 'user-agent', 'accept', 'accept-language'] as const) {
        const value = request.headers[name]
        if (value !== undefined) headers.set(name, value)
      }
      // Where it comes from was checked before, by the same rule as for all other routes.
      headers.set('origin', origin)
      const hasBody = request.method === 'POST'
      if (hasBody) headers.set('content-type', 'application/json')
      const answer = await auth.handler(
        new Request(`${origin}${PATH}${path}`, {
          method: request.method,
          headers,
          ...(hasBody ? { body: JSON.stringify(body ?? {}) } : {}),
        }),
      )
      const secure = isSecure(request) ? '; Secure' : ''
      const cookies = answer.headers.getSetCookie().map((cookie): [string, string] => ['set-cookie', cookie + secure])
      const others = [...answer.headers].filter(([name]) => name !== 'set-cookie')
      return { status: answer.status, headers: [...others, ...cookies], body: await answer.text() }
    },
  }
}

/** Where the page is: by its own word if it sends one, which was checked; otherwise where the request came in. */
function originOf({ headers: { origin = '' }, protocol, host }: BrowserRequest): string {
  const named = /^https?:\/\//.test(origin) ? URL.parse(origin)?.origin : undefined
  return named ?? `${protocol}://${host}`
}

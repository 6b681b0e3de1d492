import { passkey as passkeys } from '@better-auth/passkey'
import { APIError } from 'better-auth/api'
import { type BetterAuthOptions, betterAuth } from 'better-auth/minimal'
import { genericOAuth } from 'better-auth/plugins/generic-oauth'
import { twoFactor } from 'better-auth/plugins/two-factor'
import { SECOND_MS } from '../../core/clock.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { newId } from '../../core/ids.ts'
import { basePathOf } from '../../core/public-url.ts'
import { cookieNames } from '../cookies.ts'
import { hashPassword, MAX_PASSWORD, MIN_PASSWORD, verifyPassword } from '../password.ts'
import { PERSON_MS } from '../sessions.ts'
import { mayComeBySignIn, settleBySignIn } from '../sign-up.ts'
import { type FixedRows, storeAdapter } from './adapter.ts'
import type { LoginParts } from './login.ts'
import { PROVIDER } from './oauth-names.ts'

/** The header in which the address of the client is passed on. */
export const ADDRESS_HEADER = 'x-polyphony-address'
export const PATH = '/api/auth'

/** What the login and the authorization server have in common: secrets, sessions and tables. `site` ends without a slash. */
export function commonOptions(site: string, { store, clock, secret, log, publicUrl }: LoginParts, fixed?: FixedRows) {
  return {
    appName: 'Polyphony',
    baseURL: `${site}${PATH}`,
    basePath: PATH,
    secret: secret(),
    database: storeAdapter(store, fixed),
    telemetry: { enabled: false },
    logger: {
      disableColors: true,
      level: 'warn',
      log: (level, message) => log[levelOf(level)]({ of: 'login' }, message),
    },
    onAPIError: {
      // Where a browser is sent back that comes without the state which named a page, or with one that is over.
      errorURL: `${publicUrl() || site}/sign-in`,
      // What a request is refused for is its own business, and is in its answer.
      onError(error) {
        if (error instanceof APIError && error.statusCode !== 500) log.debug({ of: 'login' }, error.message)
        else log.error({ of: 'login', err: error }, 'the login failed')
      },
    },
    session: { expiresIn: PERSON_MS / SECOND_MS, updateAge: 24 * 3_600 },
    // The routes count attempts themselves, before they load any of this.
    rateLimit: { enabled: false },
    advanced: {
      cookiePrefix: cookieNames(secret()).prefix,
      // The route adds `Secure`, since the same process may be reached in both ways.
      useSecureCookies: false,
      defaultCookieAttributes: { path: basePathOf(publicUrl()) || '/' },
      ipAddress: { ipAddressHeaders: [ADDRESS_HEADER] },
      database: { generateId: () => newId(clock.now()) },
    },
  } satisfies BetterAuthOptions
}

/** The login for pages of one origin: passkeys are bound to it. Everything of better-auth is loaded with this file. */
export function authFor(origin: string, parts: LoginParts) {
  const { store, oidc, signUp, publicUrl } = parts
  return betterAuth({
    ...commonOptions(origin, parts),
    emailAndPassword: {
      enabled: true,
      // People come by `/api/workspace/sign-up`, which knows of invitations.
      disableSignUp: true,
      minPasswordLength: MIN_PASSWORD,
      maxPasswordLength: MAX_PASSWORD,
      password: {
        // Also for an address that nobody has, at the same cost: how long the answer takes says nothing.
        hash: (password) => hashPassword(password, signUp.passwordCost).catch(refuseOverload),
        verify: ({ hash, password }) => verifyPassword(hash, password).catch(refuseOverload),
      },
    },
    account: { encryptOAuthTokens: true },
    databaseHooks: {
      user: {
        create: {
          async before(user) {
            if (await mayComeBySignIn(signUp, user)) return
            throw new APIError('FORBIDDEN', {
              code: 'SIGN_UP_NOT_ALLOWED',
              message: `There is no invitation for ${user.email}: ask the operator of this gateway.`,
            })
          },
          after: (user) => settleBySignIn(signUp, user),
        },
      },
      session: {
        create: {
          async before({ userId }) {
            const person = await store.getPerson({ id: userId })
            if (person?.blockedAt === null) return
            throw new APIError('FORBIDDEN', { code: 'BLOCKED', message: 'The operator has blocked this account.' })
          },
        },
      },
    },
    plugins: [
      twoFactor({ issuer: 'Polyphony' }),
      passkeys({ rpID: new URL(origin).hostname, rpName: 'Polyphony', origin }),
      ...(oidc
        ? [
            genericOAuth({
              config: [
                {
                  providerId: PROVIDER,
                  name: oidc.name,
                  discoveryUrl: `${oidc.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
                  clientId: oidc.clientId,
                  clientSecret: oidc.clientSecret,
                  scopes: ['openid', 'email', 'profile'],
                  redirectURI: `${publicUrl() || origin}${PATH}/callback/${PROVIDER}`,
                },
              ],
            }),
          ]
        : []),
    ],
  })
}

/** As an error of the package, which answers others with 500. */
function refuseOverload(error: unknown): never {
  if (!(error instanceof PolyphonyError) || error.code !== 'overloaded') throw error
  const headers = { 'retry-after': String(error.details.retryAfterSeconds) }
  throw new APIError('SERVICE_UNAVAILABLE', { code: 'OVERLOADED', message: error.message }, headers)
}

function levelOf(level: string): 'error' | 'warn' | 'info' | 'debug' {
  return level === 'error' || level === 'warn' || level === 'info' ? level : 'debug'
}

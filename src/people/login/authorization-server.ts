import { AsyncLocalStorage } from 'node:async_hooks'
import { oauthProvider } from '@better-auth/oauth-provider'
import { betterAuth } from 'better-auth/minimal'
import type { BetterAuthPlugin } from 'better-auth/types'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/clock.ts'
import type { AuthRow } from '../../store/people-verbs.ts'
import { hashToken } from '../tokens.ts'
import { commonOptions } from './auth.ts'
import { clientDocuments } from './client-documents.ts'
import type { LoginParts } from './login.ts'
import { ACCESS_PREFIX, MOST_UNUSED, REFRESH_PREFIX, RESOURCES, SCOPES } from './oauth-names.ts'

/** The key of the connection that is agreed to by the request at hand. */
export const agreedKey = new AsyncLocalStorage<string>()

/** No connection has it, so what was agreed to once is never found again: each time, the person is asked. */
const NO_KEY = 'none'

/**
 * Issues tokens to clients (OAuth 2.1: https://datatracker.ietf.org/doc/html/draft-ietf-oauth-v2-1, RFC 7591 and RFC 8707).
 * They are opaque, since signed ones could not be revoked, and carry the id of a key as the package's `referenceId`.
 * `site` is the gateway's public address.
 */
export function authorizationServerFor(site: string, parts: LoginParts) {
  const { store, clock, readDocument } = parts
  const documents = clientDocuments({
    readDocument,
    clock,
    options: () => provider.options,
    stored: () => store.forgetUnusedClients({ most: MOST_UNUSED }),
  })
  const provider = oauthProvider({
    loginPage: `${site}/connect`,
    consentPage: `${site}/connect`,
    scopes: [...SCOPES],
    // No `resources`: the package would write them into the database when it is first used.
    enforcePerClientResources: false,
    grantTypes: ['authorization_code', 'refresh_token'],
    allowDynamicClientRegistration: true,
    allowUnauthenticatedClientRegistration: true,
    clientRegistrationDefaultScopes: [...SCOPES],
    disableJwtPlugin: true,
    accessTokenExpiresIn: HOUR_MS / SECOND_MS,
    refreshTokenExpiresIn: (30 * DAY_MS) / SECOND_MS,
    codeExpiresIn: (10 * MINUTE_MS) / SECOND_MS,
    prefix: { opaqueAccessToken: ACCESS_PREFIX, refreshToken: REFRESH_PREFIX },
    // As keys are stored, so that a request with a token is answered without this package.
    storeTokens: { hash: async (token) => hashToken(token) },
    postLogin: {
      page: `${site}/connect`,
      shouldRedirect: () => false,
      consentReferenceId: () => agreedKey.getStore() ?? NO_KEY,
    },
    extensions: [{ clientDiscovery: documents }],
  })
  return betterAuth({
    ...commonOptions(site, parts, { oauthResource: RESOURCES.map((path) => resourceAt(`${site}${path}`)) }),
    // Its types are made without exactOptionalPropertyTypes, which is all in which it differs.
    plugins: [provider as BetterAuthPlugin],
  })
}

/** What tokens are for, as a row of the package's table of resources. What is null is as for all. */
function resourceAt(address: string): AuthRow {
  return {
    id: address,
    identifier: address,
    name: address,
    access_token_ttl: null,
    refresh_token_ttl: null,
    signing_algorithm: null,
    signing_key_id: null,
    allowed_scopes: null,
    custom_claims: null,
    dpop_bound_access_tokens_required: 0,
    disabled: 0,
    policy_version: 1,
    metadata: null,
    created_at: null,
    updated_at: null,
  }
}

import { isReverseDomainPrivateUseRedirectUri } from '@better-auth/core/utils/redirect-uri'
import { isJsonObject, type JsonObject } from '../../core/json.ts'
import { AUTH_METHODS, NAME_LENGTH, TEXT_LENGTH } from './oauth-names.ts'

/** What a client may say of itself when it registers (RFC 7591); of the rest, some would have the gateway fetch addresses. */
const REGISTERED = [
  'client_name',
  'client_uri',
  'redirect_uris',
  'token_endpoint_auth_method',
  'grant_types',
  'response_types',
  'scope',
  'software_id',
  'software_version',
  'application_type',
] as const
const MOST_REDIRECTS = 10

/** An error of https://www.rfc-editor.org/rfc/rfc7591#section-3.2.2 */
export type Refusal = { error: string; error_description: string }

/** Reads a registration, as far as the package does not: anyone may send one, and what is in it is stored. */
export function registrationIn(body: unknown): { registration: JsonObject } | Refusal {
  if (!isJsonObject(body)) return metadataRefusal('The body must be a JSON object.')
  const said = Object.fromEntries(REGISTERED.flatMap((name) => (body[name] === undefined ? [] : [[name, body[name]]])))
  const wrong = wrongIn(said)
  if (wrong !== undefined) return metadataRefusal(wrong)
  const { redirect_uris: redirects } = said
  if (Array.isArray(redirects)) {
    const refusal = redirectsRefusal(redirects)
    if (refusal) return refusal
    said.redirect_uris = usable(redirects)
  }
  // Hosts on a person's machine, which are most, often do not say that they are: without this, only pages could register.
  return { registration: { application_type: 'native', ...said } }
}

function wrongIn(said: JsonObject): string | undefined {
  const { token_endpoint_auth_method: method } = said
  if (method !== undefined && !AUTH_METHODS.some((known) => known === method)) {
    return `token_endpoint_auth_method must be one of ${AUTH_METHODS.join(', ')}.`
  }
  for (const name of REGISTERED) {
    const most = name === 'client_name' ? NAME_LENGTH : TEXT_LENGTH
    const text = said[name]
    if (typeof text === 'string' && text.length > most) return `${name} may have at most ${most} characters.`
  }
  return undefined
}

function redirectsRefusal(redirects: readonly unknown[]): Refusal | undefined {
  const refused = (rule: string): Refusal => ({
    error: 'invalid_redirect_uri',
    error_description: `redirect_uris ${rule}.`,
  })
  if (redirects.length > MOST_REDIRECTS) return refused(`may have at most ${MOST_REDIRECTS} entries`)
  if (redirects.some((one) => typeof one === 'string' && one.length > TEXT_LENGTH)) {
    return refused(`may have at most ${TEXT_LENGTH} characters each`)
  }
  return undefined
}

/**
 * Without the addresses whose scheme any program could claim, which the package refuses: hosts that send one beside others
 * are let in by the others. Where none would be left, all are, so that the client is told what is wrong with them.
 */
function usable<Redirect>(redirects: readonly Redirect[]): Redirect[] {
  const left = redirects.filter((one) => !isOfOwnScheme(one))
  return left.length > 0 ? left : [...redirects]
}

function isOfOwnScheme(redirect: unknown): boolean {
  const url = typeof redirect === 'string' ? URL.parse(redirect) : null
  if (!url || url.protocol === 'https:' || url.protocol === 'http:') return false
  return !isReverseDomainPrivateUseRedirectUri(url)
}

function metadataRefusal(description: string): Refusal {
  return { error: 'invalid_client_metadata', error_description: description }
}

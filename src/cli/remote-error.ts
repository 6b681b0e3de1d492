/** A server elsewhere that cannot be reached, or that is no gateway. The message says what to do; it needs no stack. */
export class RemoteError extends Error {
  override name = 'RemoteError'
}

/** By the code of the connection's error. */
const ADVICE: Record<string, string> = {
  ENOTFOUND: 'There is no such host name.',
  EAI_AGAIN: 'The host name could not be resolved.',
  CERT_HAS_EXPIRED: 'Its certificate has expired.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'Its certificate is for another host name.',
  ERR_SSL_WRONG_VERSION_NUMBER: 'It speaks no TLS there: should the address begin with http://?',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'It speaks no TLS there: should the address begin with http://?',
  EPROTO: 'It speaks no TLS there: should the address begin with http://?',
}
const UNKNOWN_AUTHORITY = /SELF_SIGNED|UNABLE_TO_(VERIFY|GET)_/

/** Why a request to a server got no answer, and what to do. */
export function noAnswer(origin: string, cause: unknown): RemoteError {
  return new RemoteError([`${origin} did not answer.`, adviceOf(cause) ?? []].flat().join(' '), { cause })
}

function adviceOf(cause: unknown): string | undefined {
  if (!(cause instanceof Error)) return undefined
  if (cause.message === 'unexpected redirect')
    return 'It redirects to another address: name that one, for the key is sent to no other.'
  const code = 'code' in cause ? String(cause.code) : ''
  if (UNKNOWN_AUTHORITY.test(code)) {
    return "No authority that this machine knows has signed its certificate: name the authority's file in NODE_EXTRA_CA_CERTS."
  }
  return ADVICE[code]
}

import { expect, it } from 'vitest'
import { networkError, vendorError } from './vendor-errors.ts'

it.each([
  [{ code: 'ECONNREFUSED' }, 'vendor_unreachable'],
  [{ code: 'SELF_SIGNED_CERT_IN_CHAIN' }, 'vendor_unreachable'],
  [{ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }, 'vendor_unreachable'],
  [{ code: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY' }, 'vendor_unreachable'],
  [{ code: 'CERT_NOT_YET_VALID' }, 'vendor_unreachable'],
  [{ code: 'ERR_SSL_WRONG_VERSION_NUMBER' }, 'vendor_unreachable'],
  [{ code: 'EPROTO', syscall: 'connect' }, 'vendor_unreachable'],
  [{ code: 'EPROTO', syscall: 'read' }, 'vendor_silent'],
  [{ code: 'ECONNRESET' }, 'vendor_silent'],
])('a paid call that ended with %j is %s', (failure, code) => {
  const thrown = new TypeError('fetch failed', { cause: Object.assign(new Error('why'), failure) })
  expect(networkError(thrown, { isPaid: true, signal: new AbortController().signal })).toMatchObject({ code })
})

it.each([
  [302, false, 'vendor_unreachable'],
  [302, true, 'vendor_silent'],
  [303, true, 'vendor_silent'],
  [308, true, 'vendor_unreachable'],
  [421, false, 'vendor_unreachable'],
  [421, true, 'vendor_refused'],
  [499, false, 'vendor_unreachable'],
  [400, false, 'vendor_refused'],
  [404, false, 'vendor_refused'],
])('an answer of status %s, to a call that is paid: %s, is %s', (status, isPaid, code) => {
  expect(vendorError({ status, isPaid, message: '' })).toMatchObject({ code })
})

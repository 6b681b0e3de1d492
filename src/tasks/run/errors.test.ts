import { expect, it } from 'vitest'
import { ERRORS, type ErrorCode, PolyphonyError } from '../../core/errors.ts'
import {
  asPolyphonyError,
  classifySubmitError,
  endsTask,
  failureError,
  interruptedError,
  lostAnswerError,
  publicMessage,
  redacted,
  timeoutError,
} from './errors.ts'

const errorOf = (code: ErrorCode) => new PolyphonyError(code, `The vendor: ${code}.`)
const CODES = Object.keys(ERRORS) as ErrorCode[] // the keys of a literal

it.each<[ErrorCode, number | null, number, ReturnType<typeof classifySubmitError>]>([
  ['vendor_silent', 1, 0, 'unknown'],
  ['vendor_silent', null, 4, 'unknown'],
  ['internal', 1, 0, 'unknown'], // the request was sent: a fault of ours does not show what the vendor does
  ['internal', null, 0, 'refused'],
  ['vendor_refused', 1, 0, 'refused'],
  ['content_moderated', 1, 0, 'refused'],
  ['no_provider', null, 0, 'refused'],
  ['invalid_input', null, 0, 'refused'],
  ['account_busy', 1, 4, 'turned_away'],
  ['account_refused', 1, 4, 'turned_away'],
  ['vendor_unreachable', 1, 0, 'missed'],
  ['vendor_unreachable', 1, 3, 'missed'],
  ['vendor_unreachable', 1, 4, 'missed_too_often'],
  ['store_unavailable', null, 4, 'delayed'],
  ['storage_full', 1, 4, 'delayed'],
])('classifies %s with calledAt %o after %i misses as %s', (code, calledAt, misses, expected) => {
  expect(classifySubmitError(errorOf(code), { calledAt, misses })).toBe(expected)
})

it.each(CODES)('never repeats a submission blindly that failed with %s after it may have been sent', (code) => {
  const outcome = classifySubmitError(errorOf(code), { calledAt: 1, misses: 0 })
  const { retry } = ERRORS[code]
  // Only errors that say that nothing was begun let the task be submitted again.
  if (['missed', 'turned_away', 'delayed'].includes(outcome)) expect(['again', 'elsewhere']).toContain(retry)
  else expect(['never', 'reconcile']).toContain(retry)
})

it.each<[ErrorCode, boolean]>([
  ['vendor_refused', true],
  ['no_provider', true],
  ['content_moderated', true],
  ['internal', false],
  ['vendor_unreachable', false],
  ['vendor_silent', false],
  ['account_busy', false],
  ['account_refused', false],
])('after a poll that fails with %s, whether the task ends is %s', (code, expected) => {
  expect(endsTask(errorOf(code))).toBe(expected)
})

it.each<[ErrorCode, string]>([
  ['account_busy', 'The account is at its limit at the provider; the task waits for a free one.'],
  ['account_refused', 'The account cannot be used at the provider now; the task waits for another one.'],
  ['vendor_unreachable', 'The provider cannot be reached at present.'],
  ['vendor_silent', 'The provider did not answer.'],
  ['vendor_refused', 'The vendor: vendor_refused.'], // the reason of a refusal is for the caller
])('shows for %s to a tenant that does not own the account: %s', (code, message) => {
  expect(publicMessage(errorOf(code), { isForOwner: false })).toBe(message)
  expect(publicMessage(errorOf(code), { isForOwner: true })).toBe(`The vendor: ${code}.`)
})

it('hides the message of an error that an adapter did not foresee, and keeps it as the cause', () => {
  const thrown = new TypeError('undefined is not a function')
  const error = asPolyphonyError(thrown)
  expect(error).toMatchObject({ code: 'internal', cause: thrown })
  expect(error.message).not.toContain('undefined')
})

it('leaves an error as it is that has nothing to redact', () => {
  const error = errorOf('vendor_refused')
  expect(asPolyphonyError(error)).toBe(error)
  expect(redacted(error, (text) => text)).toBe(error)
})

it('keeps the code and the details of a redacted error', () => {
  const error = new PolyphonyError('account_refused', 'There is no key sk-1.', {
    lacks: 'credit',
    retryAfterSeconds: 7,
  })
  const hidden = redacted(error, (text) => text.replace('sk-1', '***'))
  expect(hidden).toMatchObject({
    code: 'account_refused',
    message: 'There is no key ***.',
    details: { lacks: 'credit', retryAfterSeconds: 7 },
    cause: error,
  })
})

it('tells content that the vendor moderated from work that it refused', () => {
  expect(failureError({ reason: 'no', detail: 'E42', isModerated: true })).toEqual({
    code: 'content_moderated',
    message: 'no',
    detail: 'E42',
  })
  expect(failureError({ reason: 'no' })).toEqual({ code: 'vendor_refused', message: 'no' })
})

it('names the attempt in the errors that end a task without an answer of the provider', () => {
  const errors = [timeoutError, lostAnswerError, interruptedError].map((error) => error({ attempts: 3 }))
  expect(errors.map(({ code }) => code)).toEqual(['timed_out', 'vendor_silent', 'internal'])
  for (const { message } of errors) expect(message).toContain('(attempt 3)')
})

import { describe, expect, it } from 'vitest'
import { ERRORS, type ErrorCode, PolyphonyError } from '../../core/errors.ts'
import errorExample from '../suno/examples/error.json' with { type: 'json' }
import { differences } from '../suno/tasks.testing.ts'
import { errorBody, errorStatus } from './relay-errors.ts'

describe('an error of a relay', () => {
  const TABLE: Record<ErrorCode, [status: number, code: string]> = {
    malformed_body: [400, 'invalid_request'],
    invalid_input: [400, 'invalid_request'],
    unknown_operation: [400, 'invalid_request'],
    address_refused: [400, 'invalid_request'],
    parent_not_usable: [400, 'invalid_request'],
    unauthorized: [401, 'invalid_request'],
    insufficient_points: [403, 'quota_not_enough'],
    spend_limit_reached: [403, 'quota_not_enough'],
    forbidden: [403, 'forbidden'],
    model_not_allowed: [403, 'model_not_allowed'],
    task_not_found: [400, 'task_not_exist'],
    not_found: [404, 'invalid_request'],
    method_not_allowed: [405, 'invalid_request'],
    not_cancellable: [409, 'invalid_request'],
    conflict: [409, 'invalid_request'],
    payload_too_large: [413, 'invalid_request'],
    storage_quota_reached: [413, 'invalid_request'],
    unsupported_media: [415, 'invalid_request'],
    idempotency_mismatch: [422, 'invalid_request'],
    rate_limited: [429, 'rate_limited'],
    too_many_staged: [429, 'too_many_staged'],
    too_many_waiting: [429, 'too_many_waiting'],
    content_moderated: [502, 'do_request_failed'],
    account_refused: [502, 'do_request_failed'],
    account_busy: [503, 'do_request_failed'],
    vendor_refused: [502, 'do_request_failed'],
    vendor_unreachable: [503, 'do_request_failed'],
    vendor_silent: [504, 'do_request_failed'],
    no_provider: [503, 'no_provider'],
    overloaded: [503, 'overloaded'],
    store_unavailable: [503, 'internal_error'],
    storage_full: [507, 'internal_error'],
    output_unusable: [502, 'read_response_body_failed'],
    timed_out: [504, 'do_request_failed'],
    internal: [500, 'internal_error'],
  }

  it.each(Object.entries(TABLE))('with the code %s is %j, for readers of either form', (ours, [status, code]) => {
    const error = new PolyphonyError(ours as ErrorCode, 'what was wrong') // the keys of the table are the codes
    const body = errorBody(error)
    const message = ours === 'task_not_found' ? 'task_not_exist' : 'what was wrong'
    expect(errorStatus(error)).toBe(status)
    expect(body).toEqual({ code, message, data: null, error: { message, type: body.error.type, code } })
    expect(differences(errorExample, body)).toEqual([])
  })

  it('has an entry for every error code', () => {
    expect(Object.keys(TABLE).sort()).toEqual(Object.keys(ERRORS).sort())
  })

  it('about the key has the type that new-api gives it', () => {
    expect(errorBody(new PolyphonyError('unauthorized', 'no')).error.type).toBe('new_api_error')
    expect(errorBody(new PolyphonyError('not_found', 'no')).error.type).toBe('invalid_request_error')
  })

  it('distinguishes an unknown task from an unknown parent', () => {
    const { code, message } = errorBody(new PolyphonyError('task_not_found', 'gone', { field: 'task_id' }))
    expect([code, message]).toEqual(['task_not_exist', 'task_origin_not_exist'])
  })
})

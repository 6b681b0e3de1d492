import type { PolyphonyError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import { answer, BODY_ERRORS, COMMON_ERRORS, errorAnswers, jsonBody } from './openapi.ts'

const OBJECT: JsonObject = { type: 'object', additionalProperties: true }

const STORED_ERRORS = [
  ...COMMON_ERRORS,
  ...BODY_ERRORS,
  'not_found',
  'conflict',
  'forbidden',
  'storage_quota_reached',
  'storage_full',
  'overloaded',
] as const

/**
 * The descriptions of routes of calls. What their bodies hold is the vendor's to say: most of it passes as it comes, and so
 * does the vendor's refusal of a request.
 */
export function callDescriptions(tag: string, statusOf: (error: PolyphonyError) => number) {
  const errors = {
    default: answer('An error of the vendor, in its own words.', OBJECT),
    ...errorAnswers(
      [
        ...COMMON_ERRORS,
        ...BODY_ERRORS,
        'not_found',
        'insufficient_points',
        'spend_limit_reached',
        'model_not_allowed',
        'no_provider',
        'account_busy',
        'vendor_unreachable',
        'vendor_silent',
        'vendor_refused',
        'account_refused',
        'content_moderated',
        'forbidden',
        'timed_out',
        'overloaded',
      ],
      statusOf,
      OBJECT,
    ),
  }
  const succeeds = (description: string): JsonObject => ({ '200': answer(description, OBJECT), ...errors })

  function call(summary: string): JsonObject {
    const responses = succeeds('The answer of the model; a stream of events where one was asked for.')
    return { summary, tags: [tag], requestBody: jsonBody(OBJECT), responses }
  }

  return {
    failures: errors,
    call,
    form(summary: string): JsonObject {
      const content = { 'multipart/form-data': { schema: OBJECT } }
      return { ...call(summary), requestBody: { required: true, content } }
    },
    sound(summary: string): JsonObject {
      const content = { 'audio/*': { schema: { type: 'string', format: 'binary' } } }
      return { ...call(summary), responses: { '200': { description: 'The sound.', content }, ...errors } }
    },
    /** What works on stored things, and costs nothing by itself. */
    stored(summary: string, description: string, more: JsonObject = {}): JsonObject {
      const known = errorAnswers(STORED_ERRORS, statusOf, OBJECT)
      return { summary, tags: [tag], responses: { '200': answer(description, OBJECT), ...known }, ...more }
    },
    read(summary: string): JsonObject {
      return { summary, tags: [tag], responses: succeeds('As the vendor writes it.') }
    },
  }
}

import { CACHE_HEADER } from '../../calls/answer-cache.ts'
import type { PolyphonyError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import { MAX_KEEP_SECONDS } from './calls.ts'
import { answer, BODY_ERRORS, COMMON_ERRORS, errorAnswers, inHeader, jsonBody } from './openapi.ts'

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

/** By which a caller lets the answer be given again, and sees that it was. */
const keeping = inHeader(
  CACHE_HEADER,
  { type: 'integer', minimum: 1, maximum: MAX_KEEP_SECONDS },
  'For how many seconds the answer may be given again to the same call of the tenant. The answer has the header, too.',
)

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
    return { summary, tags: [tag], parameters: [keeping], requestBody: jsonBody(OBJECT), responses }
  }

  return {
    failures: errors,
    call,
    form(summary: string): JsonObject {
      const content = { 'multipart/form-data': { schema: OBJECT } }
      // The same form has another boundary each time, so its answer is not kept.
      return { ...call(summary), parameters: [], requestBody: { required: true, content } }
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

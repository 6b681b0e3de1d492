import type { FastifyInstance, FastifyRequest } from 'fastify'
import { invalidInput, PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { type MimePart, mimeParts } from '../kit/raw-form.ts'

/**
 * Uploads in one request (https://ai.google.dev/api/files#method:-media.upload): a body of two parts, what is said of the file
 * as JSON, and its bytes. Clients write it as `multipart/related`, and those of forms as `multipart/form-data`.
 */

interface Parts {
  bytes: Buffer
  parts: readonly MimePart[]
}

interface Whole {
  /** Of the file. */
  bytes: Buffer
  /** Its media type, '' where none is named. */
  type: string
  json: JsonObject
}

/** Whether the request has the whole file. */
export function isWhole({ headers, query }: FastifyRequest): boolean {
  const { uploadType } = query as { uploadType?: unknown } // of any route
  return String(headers['x-goog-upload-protocol'] ?? uploadType ?? '').toLowerCase() === 'multipart'
}

export function takeParts(app: FastifyInstance): void {
  app.removeContentTypeParser('multipart/form-data')
  app.addContentTypeParser(/^multipart\//, { parseAs: 'buffer' }, (request, bytes: Buffer, done) => {
    try {
      done(null, { bytes, parts: mimeParts(bytes, request.headers['content-type'] ?? '') } satisfies Parts)
    } catch (error) {
      done(error as Error) // as `mimeParts` throws it
    }
  })
}

/** Throws `malformed_body`, and `invalid_input` naming the field. */
export function wholeIn({ body, headers }: FastifyRequest): Whole {
  if (!/^multipart\//i.test(headers['content-type'] ?? ''))
    throw invalidInput('X-Goog-Upload-Protocol', 'must not be "multipart" where the body is not multipart/related')
  const { bytes, parts } = body as Parts // of this type
  const [first, second] = parts
  if (!first || !second || parts.length > 2)
    throw invalidInput('file', `must come in a body of two parts, the first of them JSON, not of ${parts.length}`)
  return { bytes: bytes.subarray(second.start, second.end), type: typeIn(second), json: jsonIn(bytes, first) }
}

function typeIn({ head }: MimePart): string {
  const [, type = ''] = /\r\ncontent-type:[ \t]*([^\r\n]*)/i.exec(head) ?? []
  return type.trim()
}

function jsonIn(bytes: Buffer, { start, end }: MimePart): JsonObject {
  let value: Json
  try {
    value = JSON.parse(bytes.toString('utf8', start, end) || '{}') as Json
  } catch (cause) {
    throw new PolyphonyError('malformed_body', 'The first part of the body is not valid JSON.', { cause })
  }
  if (isJsonObject(value)) return value
  throw new PolyphonyError('malformed_body', 'The first part of the body must be a JSON object.')
}

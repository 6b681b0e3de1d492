import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { invalid } from '../catalog/read-input.ts'
import { PolyphonyError } from '../core/errors.ts'

export interface FormFile {
  field: string
  name: string
  body: Buffer
}

/** A `multipart/form-data` body: its text fields, each as often as it stands there, and its files in order. */
export interface Form {
  fields: Map<string, string[]>
  files: FormFile[]
}

const MAX_FIELDS = 50
const MAX_FIELD_BYTES = 64 * 2 ** 10

/** Hands the body of such a request to its route as it comes in. For one encapsulated plugin, not for a whole server. */
export function takeForms(app: FastifyInstance): void {
  app.addContentTypeParser('multipart/form-data', (_request, payload, done) => done(null, payload))
}

/** Reads a form. `maxBytes` bounds each file. Throws `payload_too_large`, `malformed_body` and `invalid_input`. */
export async function readForm(
  headers: IncomingHttpHeaders,
  body: Readable,
  { maxBytes, maxFiles = 1 }: { maxBytes: number; maxFiles?: number },
): Promise<Form> {
  const { Busboy } = await import('@fastify/busboy') // with the first form, not with the start
  const type = headers['content-type'] ?? ''
  return new Promise((resolve, reject) => {
    const form: Form = { fields: new Map(), files: [] }
    const fail = (error: unknown): void => {
      body.resume() // what nobody reads would keep the connection waiting
      reject(error)
    }
    const malformed = (cause: unknown): void =>
      fail(new PolyphonyError('malformed_body', 'The form is not valid multipart/form-data.', { cause }))
    let parser: InstanceType<typeof Busboy>
    try {
      parser = new Busboy({
        headers: { ...headers, 'content-type': type },
        limits: { files: maxFiles, fileSize: maxBytes, fields: MAX_FIELDS, fieldSize: MAX_FIELD_BYTES },
      })
    } catch (error) {
      malformed(error) // a boundary that is missing
      return
    }
    parser.on('field', (name, value) => form.fields.set(name, [...(form.fields.get(name) ?? []), value]))
    parser.on('file', (field, stream, name) => {
      const chunks: Buffer[] = []
      stream.on('error', malformed) // a form that ends within a file: unheard, it would end the process
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('limit', () =>
        fail(new PolyphonyError('payload_too_large', `${field} holds more than ${maxBytes} bytes.`, { field })),
      )
      stream.on('end', () => {
        form.files.push({ field, name: name ?? '', body: Buffer.concat(chunks) })
      })
    })
    parser.on('filesLimit', () => fail(invalid('file', `stands at most ${maxFiles} times in a form`)))
    parser.on('error', malformed)
    parser.on('finish', () => resolve(form))
    body.on('error', malformed)
    body.pipe(parser)
  })
}

import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { invalidInput, PolyphonyError } from '../../core/errors.ts'

export interface FormFile {
  field: string
  name: string
  body: Buffer
}

/** A `multipart/form-data` body: its text fields, each with all its values, and its files in order. */
export interface Form {
  fields: Map<string, string[]>
  files: FormFile[]
}

export interface FormLimits {
  /** Of each file. */
  maxBytes: number
  /** Of all fields together. */
  maxFiles?: number
  /** How many files a field takes, by its name without `[]` or `[0]`. */
  filesOf?: (field: string) => number
  /** Takes each file as it comes, which is then not among those of the form. A form that fails destroys the stream. */
  take?: (file: { field: string; name: string; stream: Readable }) => void
}

const MAX_FIELDS = 50
/** A prompt of 32,000 characters, in any script. */
const MAX_FIELD_BYTES = 128 * 2 ** 10
/** Room for what is around the one file of a form: headers of parts, and a few fields. */
const AROUND_BYTES = 2 ** 20

/** The name of a field of a form without the mark of a list: `image[]` and `image[0]` are `image`. */
export function bareName(field: string): string {
  return field.replace(LIST_MARK, '')
}

/** The place of an element of a list, by its mark: 0 for the first and without a number; undefined in no list. */
export function placeInList(field: string): number | undefined {
  const mark = LIST_MARK.exec(field)?.[0]
  return mark === undefined ? undefined : Number(mark.slice(1, -1))
}

/** The parser writes it in the place of bytes that are no character. A client that sends it has lost its text before. */
const NO_CHARACTER = '\ufffd'
const NOT_UTF_8 = 'must be text in UTF-8, and has bytes that are no character, or U+FFFD in their place'

const LIST_MARK = /\[\d{0,3}\]$/

/** Hands the body of such a request to its route as it comes in. For one encapsulated plugin, not for a whole server. */
export function takeForms(app: FastifyInstance): void {
  app.addContentTypeParser('multipart/form-data', (_request, payload, done) => done(null, payload))
}

/** Whether the parser of `takeForms` handed over the body; any other was read before. */
export function isForm({ body }: FastifyRequest): boolean {
  return body instanceof Readable
}

/**
 * Reads the form that is the body of a request. The whole form is bounded as every body is, but one file of `maxBytes`
 * always fits. What exceeds a limit is refused at once, and the rest of the body is not kept. Throws `payload_too_large`,
 * `malformed_body` and `invalid_input`.
 */
export async function readForm(request: FastifyRequest, limits: FormLimits): Promise<Form> {
  const { Busboy } = await import('@fastify/busboy') // with the first form, not with the start
  const { maxBytes, maxFiles = 1, filesOf = () => maxFiles, take } = limits
  const body = request.body as Readable // as `isForm` says
  const type = request.headers['content-type'] ?? ''
  const wholeBytes = Math.max(request.routeOptions.bodyLimit, maxBytes + AROUND_BYTES)
  return new Promise((resolve, reject) => {
    const form: Form = { fields: new Map(), files: [] }
    let isRefused = false
    const taken: Readable[] = []
    const fail = (error: unknown): void => {
      isRefused = true
      for (const stream of taken) stream.destroy(error instanceof Error ? error : undefined)
      body.unpipe()
      body.resume() // an unread body would keep the connection open
      form.files = []
      reject(error)
    }
    const malformed = (cause: unknown): void =>
      fail(new PolyphonyError('malformed_body', 'The form is not valid multipart/form-data.', { cause }))
    const tooLarge = (): void =>
      fail(new PolyphonyError('payload_too_large', `The form holds more than ${wholeBytes} bytes.`))
    if (Number(request.headers['content-length'] ?? 0) > wholeBytes) {
      tooLarge()
      return
    }
    let parser: InstanceType<typeof Busboy>
    try {
      parser = new Busboy({
        headers: { ...request.headers, 'content-type': type },
        limits: {
          files: maxFiles,
          fileSize: maxBytes,
          fields: MAX_FIELDS,
          fieldSize: MAX_FIELD_BYTES,
          parts: MAX_FIELDS + maxFiles,
        },
      })
    } catch (error) {
      malformed(error) // a boundary that is missing
      return
    }
    parser.on('field', (name, value, _isNameCut, isCut) => {
      if (isCut) fail(invalidInput(name, `has at most ${MAX_FIELD_BYTES} bytes in a form`))
      else if (value.includes('\0')) fail(invalidInput(name, 'must not hold the character NUL'))
      else if (value.includes(NO_CHARACTER)) fail(invalidInput(name, NOT_UTF_8))
      else form.fields.set(name, [...(form.fields.get(name) ?? []), value])
    })
    const counts = new Map<string, number>()
    parser.on('file', (field, stream, name) => {
      const bare = bareName(field)
      const count = (counts.get(bare) ?? 0) + 1
      counts.set(bare, count)
      const most = filesOf(bare)
      if (count > most && !isRefused) {
        fail(invalidInput(bare, most === 0 ? 'takes no file' : `has at most ${most} ${most === 1 ? 'file' : 'files'}`))
      }
      stream.on('limit', () =>
        fail(new PolyphonyError('payload_too_large', `${field} holds more than ${maxBytes} bytes.`, { field })),
      )
      if (take && !isRefused) {
        stream.on('error', (error: unknown) => {
          if (!isRefused) malformed(error)
        })
        taken.push(stream)
        take({ field: bare, name: name ?? '', stream })
        return
      }
      const chunks: Buffer[] = []
      stream.on('error', malformed) // a form that ends within a file: without a listener, it would end the process
      stream.on('data', (chunk: Buffer) => {
        if (!isRefused) chunks.push(chunk)
      })
      stream.on('end', () => {
        // Without a name and a byte it is how a browser sends an input that was left empty.
        if (!isRefused && (name || chunks.length > 0)) {
          form.files.push({ field, name: name ?? '', body: Buffer.concat(chunks) })
        }
      })
    })
    parser.on('filesLimit', () => fail(invalidInput('file', `may appear at most ${maxFiles} times in a form`)))
    parser.on('fieldsLimit', () =>
      fail(new PolyphonyError('invalid_input', `A form has at most ${MAX_FIELDS} fields.`)),
    )
    parser.on('partsLimit', () => fail(new PolyphonyError('invalid_input', 'The form has too many parts.')))
    parser.on('error', malformed)
    parser.on('finish', () => resolve(form))
    body.on('error', malformed)
    let bytes = 0
    body.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > wholeBytes && !isRefused) tooLarge()
    })
    body.pipe(parser)
  })
}

import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { CallFiles } from '../../calls/call-files.ts'
import type { CallFile } from '../../core/call-file.ts'
import { DAY_MS, SECOND_MS } from '../../core/clock.ts'
import type { Draft } from '../../core/draft.ts'
import { invalidInput, PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type JsonObject } from '../../core/json.ts'
import { numeralIn } from '../../core/sent-values.ts'
import type { DialectContext } from '../dialect.ts'
import { jsonOf } from '../kit/calls.ts'
import { describedBy } from '../kit/described.ts'
import { optionalText } from '../kit/fields.ts'
import { guardUploads } from '../kit/keyless-uploads.ts'
import { handleErrors } from '../kit/protocol.ts'
import { fileName } from '../kit/receive-file.ts'
import { errorBody, statusOf } from './errors.ts'
import { fileBody } from './files.ts'
import type { Descriptions } from './openapi.ts'

const described = describedBy<Descriptions>()

/**
 * Gemini's resumable uploads, as `files.upload` of `@google/genai` and `google-genai` sends them
 * (https://ai.google.dev/api/files#method:-media.upload): a request with the key begins one and gets a URL, to which the
 * bytes are sent in order, without a key. An upload is a draft, whose id is the secret; each piece is a file of its own that
 * no list shows, and the last one makes the whole of them.
 */

export const UPLOADS = '/upload/v1beta'
const KIND = 'gemini.upload'
const PIECE = 'gemini_upload_piece'
const LIFE_MS = DAY_MS
const PURPOSE = 'user_data'
const MAX_PIECES = 10_000
const COMMANDS = ['upload', 'finalize', 'query', 'cancel'] as const
type Command = (typeof COMMANDS)[number]
/** As at Google: pieces but the last are multiples of it. Here any size is taken. */
const GRANULARITY = 262_144

const TYPE = /^[a-z0-9][\w.+-]{0,60}\/[a-z0-9][\w.+-]{0,100}$/i

interface OneUpload {
  Params: { id: string }
}

interface Piece {
  id: string
  bytes: number
}

/** What a draft keeps. */
interface Upload {
  name: string
  mediaType: string
  /** -1 where the client has not said it. */
  bytes: number
  pieces: Piece[]
  /** Of the file that was made, '' before. */
  file: string
  isCancelled: boolean
}

/** The request with the key, which begins an upload. */
export function startRoute(app: FastifyInstance, { callFiles, drafts, urls }: DialectContext): void {
  app.post('/files', described('gemini-upload-start'), async (request, reply) => {
    const protocol = headerOf(request, 'x-goog-upload-protocol')
    if (protocol !== 'resumable' || !commandsOf(request).includes('start')) {
      throw invalidInput('X-Goog-Upload-Protocol', 'must be "resumable", with "start" as X-Goog-Upload-Command')
    }
    const upload = uploadOf(request, callFiles.maxBytes)
    const { id } = await drafts.open(KIND, bodyOf(upload), request.caller)
    const url = `${urls.publicUrl}${UPLOADS}/files/${id}`
    return reply
      .headers({
        'x-goog-upload-url': url,
        'x-goog-upload-control-url': url,
        'x-goog-upload-status': 'active',
        'x-goog-upload-chunk-granularity': GRANULARITY,
      })
      .send({})
  })
}

function uploadOf(request: FastifyRequest, maxBytes: number): Upload {
  const given = jsonOf(request).file
  const file = isJsonObject(given) ? given : {}
  const length = headerOf(request, 'x-goog-upload-header-content-length')
  const bytes = length === '' ? -1 : numeralIn(length)
  if (bytes === undefined || !Number.isInteger(bytes) || (bytes < 1 && length !== '')) {
    throw invalidInput('X-Goog-Upload-Header-Content-Length', 'must be the size of the file in bytes')
  }
  if (bytes > maxBytes) throw new PolyphonyError('payload_too_large', `A file has at most ${maxBytes} bytes here.`)
  const text = (names: readonly [string, string]): string =>
    optionalText(file[names[0]], `file.${names[0]}`) ?? optionalText(file[names[1]], `file.${names[1]}`) ?? ''
  const mediaType =
    text(['mimeType', 'mime_type']) ||
    headerOf(request, 'x-goog-upload-header-content-type') ||
    'application/octet-stream'
  if (!TYPE.test(mediaType)) throw invalidInput('file.mimeType', 'must be a media type, such as image/png')
  const name = fileName(
    text(['displayName', 'display_name']) || headerOf(request, 'x-goog-upload-file-name'),
    'file.displayName',
  )
  return { name, mediaType: mediaType.toLowerCase(), bytes, pieces: [], file: '', isCancelled: false }
}

function headerOf({ headers }: FastifyRequest, name: string): string {
  return String(headers[name] ?? '').trim()
}

function commandsOf(request: FastifyRequest): string[] {
  return headerOf(request, 'x-goog-upload-command')
    .toLowerCase()
    .split(',')
    .map((one) => one.trim())
}

/** Sends the pieces, which carry no key. */
export function pieceRoutes(app: FastifyInstance, context: DialectContext): void {
  handleErrors(app, (error) => ({
    status: statusOf(error),
    body: errorBody(error),
    // Without the header, clients send the piece again: right for what may go away, and for nothing else.
    headers: error.retry === 'again' ? {} : { 'x-goog-upload-status': 'final' },
  }))
  guardUploads(app, context, KIND, noUpload)
  app.removeAllContentTypeParsers()
  // The type is the one that was named at the start.
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))

  const path = `${UPLOADS}/files/:id`
  app.post<OneUpload>(path, described('gemini-upload-piece'), (request, reply) => takePiece(request, reply, context))
  app.put<OneUpload>(path, described('gemini-upload-put'), (request, reply) => takePiece(request, reply, context))
}

async function takePiece(
  request: FastifyRequest<OneUpload>,
  reply: FastifyReply,
  context: DialectContext,
): Promise<FastifyReply> {
  const draft = await find(request.params.id, context)
  const commands = commandsOf(request as FastifyRequest).map(commandOf)
  const upload = uploadIn(draft)
  if (upload.file !== '') return sendFile(reply, draft, context)
  if (commands.includes('query')) return sendStatus(reply, upload)
  if (commands.includes('cancel')) {
    const cancelled = { ...upload, isCancelled: true, pieces: [] }
    await context.drafts.change(draft, bodyOf(cancelled))
    await removePieces(upload, draft, context)
    return sendStatus(reply, cancelled)
  }
  const received = commands.includes('upload') ? await withPiece(request, draft, context) : draft
  if (!commands.includes('finalize')) return sendStatus(reply, uploadIn(received))
  return sendFile(reply, await finalized(received, context), context)
}

function commandOf(text: string): Command {
  const known = COMMANDS.find((one) => one === text)
  if (known) return known
  throw invalidInput('X-Goog-Upload-Command', `must be of ${COMMANDS.join(', ')}, not ${JSON.stringify(text)}`)
}

function noUpload(): PolyphonyError {
  return new PolyphonyError('not_found', 'There is no such upload, or it has expired.')
}

/** Throws `not_found`. */
async function find(id: string, { drafts, clock }: DialectContext): Promise<Draft> {
  const draft = await drafts.findOpenly(id, KIND)
  if (!draft || draft.createdAt + LIFE_MS <= clock.now() || uploadIn(draft).isCancelled) throw noUpload()
  return draft
}

function uploadIn({ body }: Draft): Upload {
  return body as unknown as Upload // as this file wrote it
}

function bodyOf(upload: Upload): JsonObject {
  return { ...upload, pieces: upload.pieces.map((piece) => ({ ...piece })) }
}

function sizeOf({ pieces }: Upload): number {
  return pieces.reduce((sum, { bytes }) => sum + bytes, 0)
}

/** The draft with one more piece. Throws `invalid_input` for one that does not follow what came before. */
async function withPiece(
  request: FastifyRequest<OneUpload>,
  draft: Draft,
  { callFiles, drafts, clock }: DialectContext,
): Promise<Draft> {
  const upload = uploadIn(draft)
  const size = sizeOf(upload)
  const offset = numeralIn(headerOf(request as FastifyRequest, 'x-goog-upload-offset') || '0')
  const length = Number(request.headers['content-length'] ?? Number.NaN)
  // A piece whose answer was lost is sent again.
  if (offset !== undefined && offset < size && offset + length === size) {
    if (request.body instanceof Readable) request.body.resume()
    return draft
  }
  if (offset !== size) throw invalidInput('X-Goog-Upload-Offset', `must be ${size}, the bytes that have come`)
  if (upload.pieces.length >= MAX_PIECES) throw invalidInput('X-Goog-Upload-Offset', `is of piece ${MAX_PIECES + 1}`)
  if (!(request.body instanceof Readable)) return draft
  const most = upload.bytes === -1 ? callFiles.maxBytes : upload.bytes
  const received = await callFiles.receive(request.body, draft)
  const { sizeBytes } = received.asset
  let piece: CallFile
  try {
    if (sizeBytes === 0) throw invalidInput('file', 'must not have an empty piece')
    if (size + sizeBytes > most) {
      throw new PolyphonyError('payload_too_large', `The file has more than the ${most} bytes that were announced.`)
    }
    const keptMs = Math.max(SECOND_MS, draft.createdAt + LIFE_MS - clock.now())
    piece = await callFiles.name(received, { purpose: PIECE, name: draft.id, keptMs })
  } catch (error) {
    await callFiles.discard(received)
    throw error
  }
  try {
    return await drafts.change(
      draft,
      bodyOf({ ...upload, pieces: [...upload.pieces, { id: piece.id, bytes: sizeBytes }] }),
    )
  } catch (error) {
    await callFiles.remove(piece) // another request sent the same
    throw error
  }
}

/** The draft with the file that its pieces make. Throws `invalid_input` where bytes are missing. */
async function finalized(draft: Draft, context: DialectContext): Promise<Draft> {
  const { callFiles, drafts } = context
  const upload = uploadIn(draft)
  const size = sizeOf(upload)
  if (size === 0) throw invalidInput('file', 'must not be empty')
  if (upload.bytes !== -1 && upload.bytes !== size) {
    throw invalidInput('X-Goog-Upload-Header-Content-Length', `was ${upload.bytes}, and ${size} bytes came`)
  }
  const pieces = await piecesOf(upload, draft, callFiles)
  const whole = Readable.from(bytesOf(pieces, callFiles), { objectMode: false })
  const received = await callFiles.receive(whole, draft)
  let file: CallFile
  try {
    const { name, mediaType } = upload
    file = await callFiles.name(received, { purpose: PURPOSE, name, mediaType })
  } catch (error) {
    await callFiles.discard(received)
    throw error
  }
  try {
    const done = await drafts.change(draft, bodyOf({ ...upload, pieces: [], file: file.id }))
    await removePieces(upload, draft, context)
    return done
  } catch (error) {
    await callFiles.remove(file)
    throw error
  }
}

/** Throws `not_found` where one has expired. */
function piecesOf({ pieces }: Upload, owner: Draft, callFiles: CallFiles): Promise<CallFile[]> {
  return Promise.all(pieces.map(({ id }) => callFiles.get(id, owner)))
}

async function removePieces(upload: Upload, owner: Draft, { callFiles }: DialectContext): Promise<void> {
  const found = await Promise.all(upload.pieces.map(({ id }) => callFiles.find(id, owner)))
  await Promise.all(found.map((piece) => piece && callFiles.remove(piece)))
}

async function* bytesOf(pieces: readonly CallFile[], callFiles: CallFiles): AsyncGenerator<Buffer> {
  for (const piece of pieces) for await (const chunk of await callFiles.open(piece)) yield chunk as Buffer // of a file
}

function sendStatus(reply: FastifyReply, upload: Upload): FastifyReply {
  return reply
    .headers({
      'x-goog-upload-status': upload.isCancelled ? 'cancelled' : 'active',
      'x-goog-upload-size-received': sizeOf(upload),
      'x-goog-upload-chunk-granularity': GRANULARITY,
    })
    .send({})
}

/** The file, which is answered again where the first answer was lost. */
async function sendFile(reply: FastifyReply, draft: Draft, { callFiles, urls }: DialectContext): Promise<FastifyReply> {
  const file = await callFiles.find(uploadIn(draft).file, draft)
  if (!file) throw noUpload()
  const body = await fileBody(file, callFiles, urls.publicUrl)
  return reply
    .headers({ 'x-goog-upload-status': 'final', 'x-goog-upload-size-received': file.sizeBytes })
    .send({ file: body })
}

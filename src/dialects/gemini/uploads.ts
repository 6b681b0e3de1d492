import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { CallFile } from '../../core/call-file.ts'
import { DAY_MS, SECOND_MS } from '../../core/clock.ts'
import type { Draft } from '../../core/draft.ts'
import { invalidInput, PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type JsonObject } from '../../core/json.ts'
import { numeralIn } from '../../core/sent-values.ts'
import { isLostRace } from '../../tasks/drafts.ts'
import type { DialectContext } from '../dialect.ts'
import { CALL_BODY_BYTES, jsonOf } from '../kit/calls.ts'
import { describedBy } from '../kit/described.ts'
import { optionalText } from '../kit/fields.ts'
import { isBeingJoined, joinUpload } from '../kit/joined-upload.ts'
import { guardUploads } from '../kit/keyless-uploads.ts'
import { handleErrors } from '../kit/protocol.ts'
import { fileName } from '../kit/receive-file.ts'
import { errorBody, statusOf } from './errors.ts'
import { fileBody } from './files.ts'
import type { Descriptions } from './openapi.ts'
import { isWhole, takeParts, wholeIn } from './whole-uploads.ts'

const described = describedBy<Descriptions>()

/**
 * Gemini's resumable uploads, as `files.upload` of `@google/genai` and `google-genai` sends them
 * (https://ai.google.dev/api/files#method:-media.upload): a request with the key begins one and gets a URL, to which the
 * bytes are sent in order, without a key. An upload is a draft, whose id is the secret; each piece is a file of its own that
 * no list shows and whose name has the piece before it, and the last one makes the whole of them.
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

/** What a draft keeps. While its file is made, `joinUpload` adds to it. */
interface Upload extends JsonObject {
  name: string
  mediaType: string
  /** -1 where the client has not said it. */
  bytes: number
  /** Bytes and pieces that have come, and the id of the last piece, '' before the first. */
  size: number
  pieces: number
  last: string
  /** Of the file that was made, '' before. */
  file: string
  isCancelled: boolean
}

/** The request with the key, which begins an upload, or has the whole file. */
export function startRoute(app: FastifyInstance, context: DialectContext): void {
  const { callFiles, drafts, urls } = context
  takeParts(app)
  const options = { ...described('gemini-upload-start'), bodyLimit: CALL_BODY_BYTES }
  app.post<{ Querystring: { uploadType?: unknown } }>('/files', options, async (request, reply) => {
    if (isWhole(request)) return reply.send({ file: await wholeFile(request, context) })
    const protocol = headerOf(request, 'x-goog-upload-protocol')
    if (protocol !== 'resumable' || !commandsOf(request).includes('start')) {
      throw invalidInput(
        'X-Goog-Upload-Protocol',
        'must be "resumable", with "start" as X-Goog-Upload-Command, or "multipart" with a body of multipart/related',
      )
    }
    const upload = uploadOf(request, fileIn(jsonOf(request)), callFiles.maxBytes)
    const { id } = await drafts.open(KIND, upload, request.caller)
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

/** What is said of a file beside its bytes. */
function fileIn({ file }: JsonObject): JsonObject {
  return isJsonObject(file) ? file : {}
}

function uploadOf(request: Pick<FastifyRequest, 'headers'>, file: JsonObject, maxBytes: number): Upload {
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
  const [type = ''] = mediaType.split(';', 1) // without parameters, as those of text/plain; charset=utf-8
  if (!TYPE.test(type.trim())) throw invalidInput('file.mimeType', 'must be a media type, such as image/png')
  const name = fileName(
    text(['displayName', 'display_name']) || headerOf(request, 'x-goog-upload-file-name'),
    'file.displayName',
  )
  return {
    ...{ name, mediaType: type.trim().toLowerCase(), bytes },
    ...{ size: 0, pieces: 0, last: '', file: '', isCancelled: false },
  }
}

function headerOf({ headers }: Pick<FastifyRequest, 'headers'>, name: string): string {
  return String(headers[name] ?? '').trim()
}

function commandsOf(request: FastifyRequest): string[] {
  return headerOf(request, 'x-goog-upload-command')
    .toLowerCase()
    .split(',')
    .map((one) => one.trim())
}

/** The file of an upload that is one request. Throws `invalid_input` naming the field. */
async function wholeFile(request: FastifyRequest, { callFiles, urls }: DialectContext): Promise<JsonObject> {
  const { bytes, type, json } = wholeIn(request)
  const headers = { 'x-goog-upload-header-content-type': type, 'x-goog-upload-header-content-length': '' }
  const { name, mediaType } = uploadOf({ headers }, fileIn(json), callFiles.maxBytes)
  if (bytes.length === 0) throw invalidInput('file', 'must not be empty')
  const received = await callFiles.receive(Readable.from([bytes]), request.caller)
  try {
    return await fileBody(
      await callFiles.name(received, { purpose: PURPOSE, name, mediaType }),
      callFiles,
      urls.publicUrl,
    )
  } catch (error) {
    await callFiles.discard(received)
    throw error
  }
}

/** Sends the pieces, which carry no key. */
export function pieceRoutes(app: FastifyInstance, context: DialectContext): void {
  handleErrors(app, (error) => ({
    status: statusOf(error),
    body: errorBody(error),
    // Without the header, clients send the piece again: right for what may go away, and for nothing else.
    headers: error.retry === 'again' || error.code === 'conflict' ? {} : { 'x-goog-upload-status': 'final' },
  }))
  guardUploads(app, context, KIND, noUpload, { isStreamed: true })
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
  try {
    return await carryOut(commands, draft, { request, reply, context })
  } catch (error) {
    if (!isLostRace(error)) throw error
    // Another request was faster, such as the same one sent before: the answer is what has become of the upload.
    return await sendState(reply, await find(request.params.id, context), context)
  }
}

async function carryOut(
  commands: readonly Command[],
  draft: Draft,
  { request, reply, context }: { request: FastifyRequest<OneUpload>; reply: FastifyReply; context: DialectContext },
): Promise<FastifyReply> {
  const upload = uploadIn(draft)
  if (upload.file !== '' || commands.includes('query')) return sendState(reply, draft, context)
  if (commands.includes('cancel')) {
    const cancelled = await context.drafts.change(draft, { ...upload, isCancelled: true })
    await context.callFiles.removeParts([...(await piecesOf(draft, context)).values()])
    return sendState(reply, cancelled, context)
  }
  if (isBeingJoined(draft, context.clock.now())) throw new PolyphonyError('conflict', 'The file is being made.')
  const received = commands.includes('upload') ? await withPiece(request, draft, context) : draft
  if (!commands.includes('finalize')) return sendState(reply, received, context)
  return sendState(reply, await finalized(received, context), context)
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
  return body as Upload // as this file wrote it
}

/** The draft with one more piece. Throws `invalid_input` for one that does not follow what came before. */
async function withPiece(
  request: FastifyRequest<OneUpload>,
  draft: Draft,
  { callFiles, drafts, clock }: DialectContext,
): Promise<Draft> {
  const upload = uploadIn(draft)
  const { size } = upload
  const offset = numeralIn(headerOf(request as FastifyRequest, 'x-goog-upload-offset') || '0')
  const length = Number(request.headers['content-length'] ?? Number.NaN)
  // A piece whose answer was lost is sent again.
  if (offset !== undefined && offset < size && offset + length === size) {
    if (request.body instanceof Readable) request.body.resume()
    return draft
  }
  if (offset !== size) throw invalidInput('X-Goog-Upload-Offset', `must be ${size}, the bytes that have come`)
  if (upload.pieces >= MAX_PIECES) throw invalidInput('X-Goog-Upload-Offset', `is of piece ${MAX_PIECES + 1}`)
  if (!(request.body instanceof Readable)) return draft
  const most = upload.bytes === -1 ? callFiles.maxBytes : upload.bytes
  const received = await callFiles.receive(request.body, draft, most - size).catch((error: unknown) => {
    if (!(error instanceof PolyphonyError) || error.code !== 'payload_too_large') throw error
    const rule = upload.bytes === -1 ? 'a file may have' : 'were announced'
    throw new PolyphonyError('payload_too_large', `The file has more than the ${most} bytes that ${rule}.`)
  })
  const { sizeBytes } = received.asset
  let piece: CallFile
  try {
    if (sizeBytes === 0) throw invalidInput('file', 'must not have an empty piece')
    const keptMs = Math.max(SECOND_MS, draft.createdAt + LIFE_MS - clock.now())
    piece = await callFiles.name(received, { purpose: PIECE, name: `${draft.id}/${upload.last}`, keptMs })
  } catch (error) {
    await callFiles.discard(received)
    throw error
  }
  try {
    const { pieces } = upload
    return await drafts.change(draft, { ...upload, size: size + sizeBytes, pieces: pieces + 1, last: piece.id })
  } catch (error) {
    await callFiles.removeParts([piece]) // another request sent the same
    throw error
  }
}

/** The draft with the file that its pieces make. Throws `invalid_input` where bytes are missing. */
async function finalized(draft: Draft, context: DialectContext): Promise<Draft> {
  const { name, mediaType, bytes, size, last } = uploadIn(draft)
  if (size === 0) throw invalidInput('file', 'must not be empty')
  if (bytes !== -1 && bytes !== size) {
    throw invalidInput('X-Goog-Upload-Header-Content-Length', `was ${bytes}, and ${size} bytes came`)
  }
  const { draft: done } = await joinUpload(
    draft,
    {
      parts: async () => inOrder(last, await piecesOf(draft, context)),
      all: async () => [...(await piecesOf(draft, context)).values()],
      file: { purpose: PURPOSE, name, mediaType },
      done: (file) => ({ ...draft.body, file: file.id }),
    },
    context,
  )
  return done
}

/** All pieces by their ids, with those that were left when a process ended before it counted them. */
async function piecesOf(draft: Draft, { callFiles }: DialectContext): Promise<Map<string, CallFile>> {
  const found = await callFiles.partsOf(draft, { purpose: PIECE, named: `${draft.id}/`, limit: 2 * MAX_PIECES })
  return new Map(found.map((piece) => [piece.id, piece]))
}

/** The pieces from the first to the last, each of which names the one before it. Throws `not_found` where one has expired. */
function inOrder(last: string, pieces: ReadonlyMap<string, CallFile>): CallFile[] {
  const found: CallFile[] = []
  for (let id = last; id !== ''; ) {
    const piece = pieces.get(id)
    if (!piece) throw noUpload()
    found.push(piece)
    id = piece.name.split('/')[1] ?? ''
  }
  return found.toReversed()
}

/** How far the upload is; with its file, which is answered again where the first answer was lost. */
async function sendState(
  reply: FastifyReply,
  draft: Draft,
  { callFiles, urls }: DialectContext,
): Promise<FastifyReply> {
  const { file: fileId, size, isCancelled } = uploadIn(draft)
  if (fileId === '') {
    return reply
      .headers({
        'x-goog-upload-status': isCancelled ? 'cancelled' : 'active',
        'x-goog-upload-size-received': size,
        'x-goog-upload-chunk-granularity': GRANULARITY,
      })
      .send({})
  }
  const file = await callFiles.find(fileId, draft)
  if (!file) throw noUpload()
  const body = await fileBody(file, callFiles, urls.publicUrl)
  return reply
    .headers({ 'x-goog-upload-status': 'final', 'x-goog-upload-size-received': file.sizeBytes })
    .send({ file: body })
}

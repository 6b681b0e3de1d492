import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { assetReference } from '../../core/asset.ts'
import type { CallFile } from '../../core/call-file.ts'
import { HOUR_MS } from '../../core/clock.ts'
import type { Draft } from '../../core/draft.ts'
import { invalidInput, PolyphonyError } from '../../core/errors.ts'
import { isJsonObject } from '../../core/json.ts'
import type { DialectContext } from '../dialect.ts'
import { describedBy } from '../kit/described.ts'
import { objectIn, shown } from '../kit/fields.ts'
import { inPlaceOf } from '../kit/joined-upload.ts'
import { guardUploads } from '../kit/keyless-uploads.ts'
import { handleErrors } from '../kit/protocol.ts'
import { errorAnswer } from './errors.ts'
import type { Descriptions } from './openapi.ts'
import { PREFIX } from './target.ts'
import { DRAFT, FILES, noUpload, TOKEN, TOKEN_MS, tokenIn, unauthorized } from './uploads.ts'

const described = describedBy<Descriptions>()

/**
 * Uploads in parts, as fal's clients send large files: `storage.upload` of `@fal-ai/client` above 90 MiB, to the `upload_url`
 * of `initiate-multipart`; `upload_file` of `fal_client` above 100 MiB, with a token, to the `access_url` of
 * `files/upload/multipart`. Part N is put to `…/N`, and `…/complete` names the parts with their ETags. A part is a file that no list
 * shows; the file is made of all at the end.
 */

/** The purpose of parts. */
const PART = 'fal_upload_part'
const LIFE_MS = HOUR_MS
/** As at S3, whose protocol this is: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html. */
const MAX_PARTS = 10_000
/** `@fal-ai/client` sends a file in parts only above this. */
const PARTS_ABOVE_BYTES = 90 * 2 ** 20

/** Refuses at once what would be refused after the first hundred megabytes. Throws `payload_too_large`. */
export function checkRoomForParts({ uploadMaxBytes }: DialectContext['limits']): void {
  if (uploadMaxBytes > PARTS_ABOVE_BYTES) return
  throw new PolyphonyError('payload_too_large', `A file has at most ${uploadMaxBytes} bytes here.`)
}

interface OnePart {
  Params: { id: string; number: string }
}

interface OneUpload {
  Params: { id: string }
}

/** The steps that carry no key, at the addresses of both clients. */
export function openPartRoutes(app: FastifyInstance, context: DialectContext): void {
  const { limits } = context
  handleErrors(app, errorAnswer)

  app.register(async (scope) => {
    guardUploads(scope, context, DRAFT, noUpload)
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: limits.uploadMaxBytes }, (_request, body, done) =>
      done(null, body),
    )
    for (const [path, id] of [
      [`${PREFIX}/storage/upload/:id/:name/:number`, 'falPutPart'],
      [`${FILES}/:id/:name/multipart/:upload/:number`, 'falPutTokenPart'],
    ] as const) {
      scope.put<OnePart>(path, described(id), async (request, reply) => {
        const draft = await findOpen(request.params.id, context)
        const number = partNumber(request.params.number)
        const body = request.body instanceof Buffer ? request.body : Buffer.alloc(0)
        const etag = await keepPart(draft, number, body, context)
        return reply.header('etag', etag).send({ partNumber: number, etag })
      })
    }
  })

  /** Each holds its file in memory twice. */
  const completing = new Set<string>()
  app.register(async (scope) => {
    guardUploads(scope, context, DRAFT, noUpload)
    for (const [path, id] of [
      [`${PREFIX}/storage/upload/:id/:name/complete`, 'falCompleteParts'],
      [`${FILES}/:id/:name/multipart/:upload/complete`, 'falCompleteTokenParts'],
    ] as const) {
      scope.post<OneUpload>(path, described(id), async (request) => {
        const { id: draftId } = request.params
        if (completing.has(draftId)) throw new PolyphonyError('conflict', 'The file is being put together.')
        completing.add(draftId)
        try {
          const draft = await find(draftId, context)
          // Sent again, after an answer that was lost.
          if (draft.body.file === '') await complete(draft, request.body, context)
        } finally {
          completing.delete(draftId)
        }
        return {}
      })
    }
  })

  app.register(async (scope) => {
    guardUploads(scope, context, TOKEN, unauthorized, { idOf: tokenIn })
    scope.removeAllContentTypeParsers()
    // The type is that of the file, which comes later.
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: 1_024 }, (_request, body, done) => done(null, body))
    scope.post(`${PREFIX}/storage/cdn/files/upload/multipart`, described('falTokenParts'), (request) =>
      begin(request, context),
    )
  })
}

async function begin(request: FastifyRequest, { drafts, urls, clock }: DialectContext) {
  const token = await drafts.findOpenly(tokenIn(request), TOKEN)
  if (!token || token.createdAt + TOKEN_MS <= clock.now()) throw unauthorized()
  const { 'x-fal-file-name': given } = request.headers
  const { id } = await drafts.open(DRAFT, { file: '' }, token)
  const name = encodeURIComponent(
    String(given ?? '')
      .split(/[/\\]/)
      .at(-1) || 'file',
  )
  return { access_url: `${urls.publicUrl}${FILES}/${id}/${name}`, uploadId: id }
}

/** Throws `not_found`. */
async function find(id: string, { drafts, clock }: DialectContext): Promise<Draft> {
  const draft = await drafts.findOpenly(id, DRAFT)
  if (!draft || draft.createdAt + LIFE_MS <= clock.now()) throw noUpload()
  return draft
}

/** Throws `not_found` and `forbidden`. */
async function findOpen(id: string, context: DialectContext): Promise<Draft> {
  const draft = await find(id, context)
  if (draft.body.file !== '') throw new PolyphonyError('forbidden', 'The file was uploaded already.')
  return draft
}

function partNumber(text: string): number {
  const number = /^\d{1,5}$/.test(text) ? Number(text) : 0
  if (number >= 1 && number <= MAX_PARTS) return number
  throw invalidInput('part_number', `must be a whole number from 1 to ${MAX_PARTS}, not ${shown(text)}`)
}

/** Returns the part's ETag. One that is sent again is kept beside the first: the ETag says which is meant. */
async function keepPart(
  draft: Draft,
  number: number,
  body: Buffer,
  { callFiles, limits, clock }: DialectContext,
): Promise<string> {
  if (body.byteLength === 0) throw invalidInput('part', 'must not be empty')
  const kept = await partsOf(draft, { callFiles })
  // Of a part that was sent again, the newest counts, which is the first in the list.
  const others = new Map(kept.toReversed().map((part) => [part.number, part.file.sizeBytes]))
  others.delete(number)
  await orRemove(kept, callFiles, async () => checkSize([...others.values(), body.byteLength], limits))
  const received = await callFiles.receive(Readable.from([body]), draft)
  try {
    const { sha256 } = received.asset
    const etag = `"${sha256}"`
    if (kept.some((part) => part.number === number && part.sha256 === sha256)) {
      await callFiles.discard(received)
      return etag
    }
    const keptMs = Math.max(1, draft.createdAt + LIFE_MS - clock.now())
    await callFiles.name(received, { purpose: PART, name: `${draft.id}/${number}/${received.asset.sha256}`, keptMs })
    return etag
  } catch (error) {
    await callFiles.discard(received)
    throw error
  }
}

interface Part {
  file: CallFile
  number: number
  sha256: string
}

/** All parts that an upload has got, also those that were sent again; the newest first. */
async function partsOf(draft: Draft, { callFiles }: Pick<DialectContext, 'callFiles'>): Promise<Part[]> {
  const files = await callFiles.partsOf(draft, { purpose: PART, named: `${draft.id}/`, limit: 2 * MAX_PARTS })
  return files.toReversed().map((file) => {
    const [, number, sha256 = ''] = file.name.split('/')
    return { file, number: Number(number), sha256 }
  })
}

function checkSize(bytes: readonly number[], { uploadMaxBytes }: DialectContext['limits']): void {
  if (bytes.reduce((sum, one) => sum + one, 0) <= uploadMaxBytes) return
  throw new PolyphonyError('payload_too_large', `A file has at most ${uploadMaxBytes} bytes here.`)
}

async function complete(draft: Draft, body: unknown, context: DialectContext): Promise<void> {
  const { assets, drafts, callFiles, limits, clock } = context
  const kept = await partsOf(draft, context)
  const named = namedParts(body, kept)
  const asset = await orRemove(kept, callFiles, async () => {
    checkSize(
      named.map(({ sizeBytes }) => sizeBytes),
      limits,
    )
    const bytes: Buffer[] = []
    for (const part of named) bytes.push(await buffer(await callFiles.open(part)))
    const { tenantId, mode } = draft
    const expiresAt = clock.now() + Math.round(limits.uploadHours * HOUR_MS)
    const whole = { tenantId, mode, body: Buffer.concat(bytes), expiresAt }
    return inPlaceOf(
      () => assets.upload(whole),
      async () => kept.map(({ file }) => file),
      callFiles,
    )
  })
  try {
    await drafts.change(draft, { file: assetReference(asset) })
  } catch (error) {
    await assets.deleteStored([asset])
    throw error
  }
  await removeAll(kept, callFiles)
}

async function removeAll(parts: readonly Part[], callFiles: DialectContext['callFiles']): Promise<void> {
  await callFiles.removeParts(parts.map(({ file }) => file))
}

/** Removes the parts of a file that cannot be one: only other parts could make one. */
async function orRemove<Made>(
  parts: readonly Part[],
  callFiles: DialectContext['callFiles'],
  make: () => Promise<Made>,
): Promise<Made> {
  try {
    return await make()
  } catch (error) {
    if (error instanceof PolyphonyError && OF_THE_FILE.has(error.code)) await removeAll(parts, callFiles)
    throw error
  }
}

const OF_THE_FILE: ReadonlySet<string> = new Set(['unsupported_media', 'payload_too_large', 'storage_quota_reached'])

/** The parts that the body names, by their numbers: clients name them as they were sent. Throws `invalid_input`. */
function namedParts(body: unknown, kept: readonly Part[]): CallFile[] {
  const { parts } = objectIn(body)
  if (!Array.isArray(parts) || parts.length === 0) throw invalidInput('parts', 'must be a list of parts')
  if (parts.length > MAX_PARTS) throw invalidInput('parts', `has at most ${MAX_PARTS} parts`)
  const known = new Map(kept.map((one) => [`${one.number} "${one.sha256}"`, one.file]))
  const named = new Map<number, CallFile>()
  for (const [index, part] of parts.entries()) {
    const field = `parts[${index}]`
    if (!isJsonObject(part)) throw invalidInput(field, 'must be an object with partNumber and etag')
    const { partNumber: number, etag } = part
    const found = typeof number === 'number' ? known.get(`${number} ${quoted(etag)}`) : undefined
    if (typeof number !== 'number' || !found) throw invalidInput(field, 'names no part that was uploaded')
    if (named.has(number)) throw invalidInput(field, `names part ${number} again`)
    named.set(number, found)
  }
  return [...named].toSorted(([a], [b]) => a - b).map(([, file]) => file)
}

/** Some HTTP clients take the quotes off. */
function quoted(etag: unknown): string {
  return typeof etag === 'string' ? `"${etag.replaceAll('"', '')}"` : ''
}

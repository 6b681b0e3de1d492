import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { CallFile } from '../../core/call-file.ts'
import { HOUR_MS, SECOND_MS } from '../../core/clock.ts'
import type { Draft } from '../../core/draft.ts'
import { invalidInput, PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import type { DialectContext } from '../dialect.ts'
import { jsonOf } from '../kit/calls.ts'
import { describedBy } from '../kit/described.ts'
import { isGiven, optionalNumber, shown } from '../kit/fields.ts'
import { takeForms } from '../kit/form.ts'
import { type Joining, joinUpload } from '../kit/joined-upload.ts'
import { UPLOADED } from '../kit/own-files.ts'
import { prefixed, unprefixed } from '../kit/prefixed-ids.ts'
import { fileName, receiveFile } from '../kit/receive-file.ts'
import { fileBody, keptSeconds } from './files.ts'
import type { Descriptions } from './openapi.ts'

const described = describedBy<Descriptions>()

/**
 * OpenAI's uploads in parts (https://platform.openai.com/docs/api-reference/uploads). An upload is a draft, each part a file
 * of its own that no list shows, and the whole is written from the parts at the end.
 */

const KIND = 'openai.upload'
const PREFIX = 'upload_'
const PART_PREFIX = 'part_'
/** The purpose of parts, which `/v1/files` does not know. */
const PART = 'upload_part'
/** "Each Part can be at most 64 MB"; an upload expires an hour after it was created. */
const MAX_PART_BYTES = 64 * 2 ** 20
const LIFE_MS = HOUR_MS
const MAX_PARTS = 10_000
const MAX_TYPE = 255

interface OneUpload {
  Params: { id: string }
}

type Status = 'pending' | 'completed' | 'cancelled' | 'expired'

export async function uploadRoutes(app: FastifyInstance, context: DialectContext): Promise<void> {
  const { callFiles, drafts, clock } = context
  const find = async ({ params, caller }: FastifyRequest<OneUpload>): Promise<Draft> => {
    const id = unprefixed(PREFIX, params.id)
    const draft = id === undefined ? undefined : await drafts.find(id, KIND, caller)
    if (draft) return draft
    throw new PolyphonyError('not_found', `No such Upload object: ${params.id}`, { field: 'id' })
  }
  const statusOf = ({ body, createdAt }: Draft): Status => {
    const status = body.status as Status // as this file writes it
    return status === 'pending' && clock.now() >= createdAt + LIFE_MS ? 'expired' : status
  }
  /** Throws `invalid_input` for an upload that has ended. */
  const findPending = async (request: FastifyRequest<OneUpload>): Promise<Draft> => {
    const draft = await find(request)
    const status = statusOf(draft)
    if (status !== 'pending') throw invalidInput('id', `must be of a pending upload, and this one is ${status}`)
    return draft
  }
  const shownUpload = (draft: Draft, file: CallFile | null = null) => uploadBody(draft, statusOf(draft), file)

  const allParts = (draft: Draft) => callFiles.partsOf(draft, { purpose: PART, named: draft.id, limit: MAX_PARTS })

  /** The parts of an upload in the order in which they are named. Throws `invalid_input`. */
  async function partsOf(draft: Draft, ids: readonly string[], { caller }: FastifyRequest): Promise<CallFile[]> {
    return Promise.all(
      ids.map(async (text, index) => {
        const id = unprefixed(PART_PREFIX, text)
        const part = id === undefined ? undefined : await callFiles.find(id, caller)
        if (part?.purpose === PART && part.name === draft.id) return part
        throw invalidInput(`part_ids[${index}]`, `must be a part of this upload, not ${shown(text)}`)
      }),
    )
  }

  app.post('/v1/uploads', described('openaiUploadCreate'), async (request) => {
    const body = createBody(jsonOf(request as FastifyRequest), callFiles.maxBytes)
    return shownUpload(await drafts.open(KIND, { ...body, status: 'pending' }, request.caller))
  })

  app.post<OneUpload>('/v1/uploads/:id/complete', described('openaiUploadComplete'), async (request) => {
    const draft = await findPending(request)
    const { ids, md5 } = completeBody(jsonOf(request as FastifyRequest))
    const parts = await partsOf(draft, ids, request)
    const sum = parts.reduce((total, { sizeBytes }) => total + sizeBytes, 0)
    if (sum !== draft.body.bytes) {
      throw invalidInput('part_ids', `must name ${draft.body.bytes} bytes, as the upload was created, not ${sum}`)
    }
    const { purpose, filename, keptMs } = draft.body
    const joining: Joining = {
      parts: async () => parts,
      all: () => allParts(draft),
      file: {
        purpose: String(purpose),
        name: String(filename),
        ...(typeof keptMs === 'number' ? { keptMs } : {}),
      },
      check(found) {
        if (md5 === undefined || md5.toLowerCase() === found) return
        throw invalidInput('md5', `must be that of the parts, which is ${found}`)
      },
      done: (file) => ({ ...draft.body, status: 'completed', file: file.id }),
    }
    const { draft: done, file } = await joinUpload(draft, joining, context)
    return shownUpload(done, file)
  })

  app.post<OneUpload>('/v1/uploads/:id/cancel', described('openaiUploadCancel'), async (request) => {
    const draft = await findPending(request)
    const cancelled = await drafts.change(draft, { ...draft.body, status: 'cancelled' })
    await callFiles.removeParts(await allParts(draft))
    return shownUpload(cancelled)
  })

  // A separate scope: other routes read their forms whole.
  await app.register(async (scope) => {
    scope.removeContentTypeParser('multipart/form-data')
    takeForms(scope)
    scope.post<OneUpload>('/v1/uploads/:id/parts', described('openaiUploadPart'), async (request) => {
      const draft = await findPending(request)
      const receiving = { callFiles, field: 'data', maxBytes: MAX_PART_BYTES }
      return receiveFile(request as FastifyRequest, receiving, async ({ file }) => {
        if (file.asset.sizeBytes > MAX_PART_BYTES) {
          throw new PolyphonyError('payload_too_large', `A part has at most ${MAX_PART_BYTES} bytes.`, {
            field: 'data',
          })
        }
        const keptMs = Math.max(SECOND_MS, draft.createdAt + LIFE_MS - clock.now())
        const part = await callFiles.name(file, { purpose: PART, name: draft.id, keptMs })
        return {
          id: prefixed(PART_PREFIX, part.id),
          object: 'upload.part',
          created_at: Math.floor(part.createdAt / SECOND_MS),
          upload_id: prefixed(PREFIX, draft.id),
        }
      })
    })
  })
}

/** What is kept of the body that begins an upload. Throws `invalid_input`. */
function createBody({ bytes, filename, mime_type, purpose, expires_after }: JsonObject, maxBytes: number): JsonObject {
  const size = optionalNumber(bytes, 'bytes')
  if (size === undefined || !Number.isInteger(size) || size < 1 || size > maxBytes) {
    throw invalidInput('bytes', `must be a whole number from 1 to ${maxBytes}, not ${shown(bytes ?? null)}`)
  }
  const name = textIn(filename, 'filename')
  const type = textIn(mime_type, 'mime_type')
  if (type.length > MAX_TYPE) throw invalidInput('mime_type', `must have at most ${MAX_TYPE} characters`)
  const known = UPLOADED.find((one) => one === purpose)
  if (!known) throw invalidInput('purpose', `must be one of ${UPLOADED.join(', ')}, not ${shown(purpose ?? null)}`)
  const keptMs = keptIn(expires_after)
  return {
    bytes: size,
    filename: fileName(name, 'filename'),
    purpose: known,
    ...(keptMs === undefined ? {} : { keptMs }),
  }
}

function textIn(value: Json | undefined, field: string): string {
  if (value === undefined || value === null || value === '') throw invalidInput(field, 'is required')
  if (typeof value !== 'string') throw invalidInput(field, `must be a string, not ${shown(value)}`)
  return value
}

function keptIn(value: Json | undefined): number | undefined {
  if (!isGiven(value)) return undefined
  if (!isJsonObject(value)) throw invalidInput('expires_after', 'must have an anchor and seconds')
  if (value.anchor !== 'created_at') throw invalidInput('expires_after.anchor', 'must be created_at')
  const seconds = optionalNumber(value.seconds, 'expires_after.seconds')
  return keptSeconds(seconds, 'expires_after.seconds') * SECOND_MS
}

function completeBody({ part_ids, md5 }: JsonObject): { ids: string[]; md5: string | undefined } {
  if (!Array.isArray(part_ids) || part_ids.length === 0) throw invalidInput('part_ids', 'must be a list of parts')
  if (part_ids.length > MAX_PARTS) throw invalidInput('part_ids', `has at most ${MAX_PARTS} parts`)
  const ids = part_ids.map((id, index) => {
    if (typeof id === 'string') return id
    throw invalidInput(`part_ids[${index}]`, `must be a string, not ${shown(id)}`)
  })
  if (new Set(ids).size < ids.length) throw invalidInput('part_ids', 'must name each part once')
  if (!isGiven(md5)) return { ids, md5: undefined }
  if (typeof md5 !== 'string') throw invalidInput('md5', `must be a string, not ${shown(md5)}`)
  return { ids, md5 }
}

function uploadBody({ id, body, createdAt }: Draft, status: Status, file: CallFile | null) {
  return {
    id: prefixed(PREFIX, id),
    object: 'upload' as const,
    bytes: Number(body.bytes),
    created_at: Math.floor(createdAt / SECOND_MS),
    expires_at: Math.floor((createdAt + LIFE_MS) / SECOND_MS),
    filename: String(body.filename),
    purpose: String(body.purpose),
    status,
    file: file === null ? null : fileBody(file),
  }
}

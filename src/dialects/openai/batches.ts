import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { CallBatch, CallBatchStatus } from '../../core/call-batch.ts'
import { SECOND_MS } from '../../core/clock.ts'
import { invalidInput, PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import type { DialectContext } from '../dialect.ts'
import { jsonOf, passedHeaders } from '../kit/calls.ts'
import { describedBy } from '../kit/described.ts'
import { isGiven, optionalNumber, shown } from '../kit/fields.ts'
import { FILE_PREFIX } from '../kit/own-files.ts'
import { prefixed, unprefixed } from '../kit/prefixed-ids.ts'
import { BATCH_ENDPOINTS, OPENAI_BATCHES } from './batch-format.ts'
import { keptSeconds } from './files.ts'
import type { Descriptions } from './openapi.ts'
import { type PageQuery, pageOf, wholeOfQuery } from './pages.ts'

const described = describedBy<Descriptions>()

const PREFIX = 'batch_'
const DEFAULT_PAGE = 20
const MAX_PAGE = 100
/** As of all metadata in this API. */
const METADATA = { members: 16, nameCharacters: 64, valueCharacters: 512 }

interface OneBatch {
  Params: { id: string }
}

/** OpenAI's `/v1/batches`: https://platform.openai.com/docs/api-reference/batch. */
export function batchRoutes(app: FastifyInstance, { callBatches, callFiles }: DialectContext): void {
  const idIn = ({ params }: FastifyRequest<OneBatch>): string => {
    const id = unprefixed(PREFIX, params.id)
    if (id === undefined) throw new PolyphonyError('not_found', `No batch found with id '${params.id}'.`)
    return id
  }

  app.post('/v1/batches', described('openaiBatchCreate'), async (request) => {
    const body = jsonOf(request)
    const endpoint = oneOf(body, 'endpoint', BATCH_ENDPOINTS)
    oneOf(body, 'completion_window', ['24h'])
    const metadata = metadataIn(body.metadata)
    const outputSeconds = expiryIn(body.output_expires_after)
    const fileId = textIn(body, 'input_file_id')
    const id = unprefixed(FILE_PREFIX, fileId)
    const input = id === undefined ? undefined : await callFiles.find(id, request.caller)
    if (!input) throw invalidInput('input_file_id', `must be the id of a file; there is no ${fileId}`)
    if (input.purpose !== 'batch') {
      throw invalidInput('input_file_id', `must be a file of the purpose batch, not ${input.purpose}`)
    }
    const headers = passedHeaders(request)
    const given = { format: OPENAI_BATCHES, endpoint, metadata, headers, outputSeconds, input }
    return batchBody(await callBatches.create(given, request.caller))
  })

  app.get<{ Querystring: PageQuery }>('/v1/batches', described('openaiBatches'), async ({ query, caller }) => {
    const limit = wholeOfQuery(query.limit, 'limit', { from: 1, to: MAX_PAGE }) ?? DEFAULT_PAGE
    const { after } = pageOf(query.after, PREFIX)
    const page = { limit: limit + 1, ...(after === undefined ? {} : { beforeId: after }) }
    const found = await callBatches.list(OPENAI_BATCHES, caller, page)
    const data = found.slice(0, limit).map(batchBody)
    return {
      object: 'list',
      data,
      first_id: data[0]?.id ?? null,
      last_id: data.at(-1)?.id ?? null,
      has_more: found.length > limit,
    }
  })

  app.get<OneBatch>('/v1/batches/:id', described('openaiBatch'), async (request) =>
    batchBody(await callBatches.get(idIn(request), OPENAI_BATCHES, request.caller)),
  )

  app.post<OneBatch>('/v1/batches/:id/cancel', described('openaiBatchCancel'), async (request) =>
    batchBody(await callBatches.cancel(idIn(request), OPENAI_BATCHES, request.caller)),
  )
}

function textIn(body: JsonObject, name: string): string {
  const value = body[name]
  if (value === undefined || value === null || value === '') throw invalidInput(name, 'is required')
  if (typeof value !== 'string') throw invalidInput(name, `must be a string, not ${shown(value)}`)
  return value
}

function oneOf<Value extends string>(body: JsonObject, name: string, values: readonly Value[]): Value {
  const given = textIn(body, name)
  const known = values.find((value) => value === given)
  if (known === undefined) throw invalidInput(name, `must be one of ${values.join(', ')}, not ${shown(given)}`)
  return known
}

function metadataIn(value: Json | undefined): JsonObject | null {
  if (!isGiven(value)) return null
  if (!isJsonObject(value)) throw invalidInput('metadata', `must be an object, not ${shown(value)}`)
  const { members, nameCharacters, valueCharacters } = METADATA
  const entries = Object.entries(value)
  if (entries.length > members) throw invalidInput('metadata', `has at most ${members} members`)
  for (const [name, text] of entries) {
    if (name.length > nameCharacters)
      throw invalidInput('metadata', `has names of at most ${nameCharacters} characters`)
    if (typeof text !== 'string') throw invalidInput(`metadata.${name}`, 'must be a string')
    if (text.length > valueCharacters) {
      throw invalidInput(`metadata.${name}`, `has at most ${valueCharacters} characters`)
    }
  }
  return value
}

function expiryIn(value: Json | undefined): number | null {
  if (!isGiven(value)) return null
  if (!isJsonObject(value)) throw invalidInput('output_expires_after', `must be an object, not ${shown(value)}`)
  if (value.anchor !== 'created_at') throw invalidInput('output_expires_after.anchor', 'must be created_at')
  const field = 'output_expires_after.seconds'
  return keptSeconds(optionalNumber(value.seconds, field), field)
}

const STATUSES: Readonly<Record<CallBatchStatus, string>> = {
  validating: 'validating',
  running: 'in_progress',
  cancelling: 'cancelling',
  finalizing: 'finalizing',
  completed: 'completed',
  failed: 'failed',
  expired: 'expired',
  cancelled: 'cancelled',
}

/** The object `Batch` of the official package. */
function batchBody(batch: CallBatch) {
  const { status, endedAt, faults } = batch
  const ended = (of: CallBatchStatus): number | null => (status === of ? secondsOf(endedAt) : null)
  return {
    id: prefixed(PREFIX, batch.id),
    object: 'batch' as const,
    endpoint: batch.endpoint,
    errors:
      faults.length === 0
        ? null
        : { object: 'list', data: faults.map(({ code, message, line, param }) => ({ code, message, param, line })) },
    input_file_id: prefixed(FILE_PREFIX, batch.inputFileId),
    completion_window: '24h',
    status: STATUSES[status],
    output_file_id: fileId(batch.outputFileId),
    error_file_id: fileId(batch.errorFileId),
    created_at: secondsOf(batch.createdAt),
    in_progress_at: secondsOf(batch.startedAt),
    expires_at: secondsOf(batch.expiresAt),
    finalizing_at: secondsOf(batch.finalizingAt),
    completed_at: ended('completed'),
    failed_at: ended('failed'),
    expired_at: ended('expired'),
    cancelling_at: secondsOf(batch.cancellingAt),
    cancelled_at: ended('cancelled'),
    request_counts: {
      total: batch.total,
      completed: batch.succeeded,
      failed: batch.failed + batch.expired + batch.cancelled,
    },
    metadata: batch.metadata,
  }
}

function fileId(id: string | null): string | null {
  return id === null ? null : prefixed(FILE_PREFIX, id)
}

function secondsOf(instant: number | null): number | null {
  return instant === null ? null : Math.floor(instant / SECOND_MS)
}

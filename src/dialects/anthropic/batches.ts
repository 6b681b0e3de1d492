import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Received } from '../../calls/call-files.ts'
import { MAX_LINE_BYTES, parsedLine } from '../../calls/check-batch.ts'
import { type CallBatch, hasEnded } from '../../core/call-batch.ts'
import type { CallFile } from '../../core/call-file.ts'
import { invalidInput, PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type JsonObject } from '../../core/json.ts'
import type { DialectContext } from '../dialect.ts'
import { passedHeaders } from '../kit/calls.ts'
import { describedBy } from '../kit/described.ts'
import { shown } from '../kit/fields.ts'
import { elementsOf } from '../kit/json-elements.ts'
import { prefixed, unprefixed } from '../kit/prefixed-ids.ts'
import { ANTHROPIC_BATCHES, BATCH_PREFIX, INPUT_PURPOSE } from './batch-format.ts'
import type { Descriptions } from './openapi.ts'
import { limitIn, type PageQuery, pageOf } from './pages.ts'

const described = describedBy<Descriptions>()

/** Half of what Anthropic takes, as of OpenAI's batches. */
const MAX_REQUESTS = 50_000
const CUSTOM_ID = /^[A-Za-z0-9_-]{1,64}$/
const MESSAGES_PATH = '/v1/messages'

interface OneBatch {
  Params: { id: string }
}

/** Anthropic's Message Batches (https://docs.anthropic.com/en/api/creating-message-batches). */
export async function batchRoutes(app: FastifyInstance, context: DialectContext): Promise<void> {
  const { callBatches, callFiles } = context

  const find = async ({ params, caller }: FastifyRequest<OneBatch>): Promise<CallBatch> => {
    const id = unprefixed(BATCH_PREFIX, params.id)
    if (id === undefined) throw new PolyphonyError('not_found', `There is no batch ${params.id}.`)
    return callBatches.get(id, ANTHROPIC_BATCHES, caller)
  }
  const bodyOf = (batch: CallBatch) => batchBody(batch, context)

  // A separate scope: other bodies are read whole.
  await app.register(async (scope) => {
    scope.removeContentTypeParser(['application/json', 'multipart/form-data', '*'])
    for (const type of ['application/json', '*']) {
      scope.addContentTypeParser(type, (_request, payload, done) => done(null, payload))
    }
    scope.post('/v1/messages/batches', described('anthropicBatchCreate'), async (request) => {
      const { caller, body } = request
      if (!(body instanceof Readable)) throw invalidInput('requests', 'is required')
      const { received, total } = await written(body, request, callFiles)
      const input = await named(received, callFiles)
      try {
        const given = { format: ANTHROPIC_BATCHES, endpoint: MESSAGES_PATH, metadata: null, outputSeconds: null }
        const headers = passedHeaders(request)
        return bodyOf(await callBatches.create({ ...given, headers, input, total }, caller))
      } catch (error) {
        await callFiles.remove(input)
        throw error
      }
    })
  })

  app.get<{ Querystring: PageQuery & { limit?: unknown } }>(
    '/v1/messages/batches',
    described('anthropicBatches'),
    async ({ query, caller }) => {
      const limit = limitIn(query.limit)
      const { newer, older } = pageOf(query, BATCH_PREFIX)
      // This API calls "after" what follows in the list, whose newest comes first.
      const page = {
        ...(older === undefined ? {} : { beforeId: older }),
        ...(newer === undefined ? {} : { afterId: newer }),
      }
      const found = await callBatches.list(ANTHROPIC_BATCHES, caller, { ...page, limit: limit + 1 })
      const shownOnes = newer === undefined ? found.slice(0, limit) : found.slice(-limit)
      const data = shownOnes.map(bodyOf)
      return {
        data,
        has_more: found.length > limit,
        first_id: data[0]?.id ?? null,
        last_id: data.at(-1)?.id ?? null,
      }
    },
  )

  app.get<OneBatch>('/v1/messages/batches/:id', described('anthropicBatch'), async (request) =>
    bodyOf(await find(request)),
  )

  app.post<OneBatch>('/v1/messages/batches/:id/cancel', described('anthropicBatchCancel'), async (request) => {
    const batch = await find(request)
    // As Anthropic's, a batch that has ended stays as it is.
    return bodyOf(hasEnded(batch) ? batch : await callBatches.cancel(batch.id, ANTHROPIC_BATCHES, request.caller))
  })

  app.get<OneBatch>('/v1/messages/batches/:id/results', described('anthropicBatchResults'), async (request, reply) => {
    const batch = await find(request)
    if (!hasEnded(batch)) throw notYet(`The batch ${request.params.id} has no results before it has ended.`)
    const file = batch.outputFileId === null ? undefined : await callFiles.find(batch.outputFileId, request.caller)
    if (!file) throw new PolyphonyError('not_found', 'The results of the batch have expired.')
    request.isOpenEnded = true
    return reply
      .headers({ 'content-type': 'application/x-jsonl', 'content-length': file.sizeBytes })
      .send(await callFiles.open(file))
  })

  app.delete<OneBatch>('/v1/messages/batches/:id', described('anthropicBatchDelete'), async (request) => {
    const batch = await find(request)
    if (!hasEnded(batch)) throw notYet('The batch has not ended; cancel it first.')
    await callBatches.remove(batch.id, ANTHROPIC_BATCHES, request.caller)
    return { id: prefixed(BATCH_PREFIX, batch.id), type: 'message_batch_deleted' }
  })
}

function notYet(message: string): PolyphonyError {
  return new PolyphonyError('invalid_input', message)
}

async function named(received: Received, callFiles: DialectContext['callFiles']): Promise<CallFile> {
  try {
    return await callFiles.name(received, { purpose: INPUT_PURPOSE, name: 'requests.jsonl' })
  } catch (error) {
    await callFiles.discard(received)
    throw error
  }
}

/** Writes the requests of a body as lines, one of them in memory. Throws `invalid_input` naming the field. */
async function written(
  body: Readable,
  { caller }: FastifyRequest,
  callFiles: DialectContext['callFiles'],
): Promise<{ received: Received; total: number }> {
  let total = 0
  const seen = new Set<string>()

  async function* lines(): AsyncGenerator<Buffer> {
    const limits = { elementBytes: MAX_LINE_BYTES, elements: MAX_REQUESTS }
    const elements = elementsOf(body, 'requests', limits)
    for (;;) {
      const { done, value } = await elements.next()
      if (done) {
        if (!value.hasList) {
          const given = value.rest.requests
          throw invalidInput('requests', given === undefined ? 'is required' : `must be an array, not ${shown(given)}`)
        }
        if (total === 0) throw invalidInput('requests', 'must not be empty')
        return
      }
      yield Buffer.from(`${JSON.stringify(requestIn(value, total, seen))}\n`)
      total++
    }
  }

  try {
    const received = await callFiles.receive(Readable.from(lines(), { objectMode: false }), caller)
    return { received, total }
  } catch (error) {
    body.resume() // an unread body would keep the connection open
    throw error
  }
}

function requestIn(bytes: Buffer, index: number, seen: Set<string>): JsonObject {
  const at = `requests.${index}`
  let line: JsonObject
  try {
    line = parsedLine(bytes)
  } catch (error) {
    if (!(error instanceof PolyphonyError) || error.code !== 'invalid_input') throw error
    const isJson = error.cause === undefined
    throw isJson
      ? invalidInput(at, 'must be an object')
      : new PolyphonyError('malformed_body', 'The body is not valid JSON.')
  }
  const { custom_id: id, params } = line
  if (id === undefined || id === null) throw invalidInput(`${at}.custom_id`, 'is required')
  if (typeof id !== 'string' || !CUSTOM_ID.test(id)) {
    throw invalidInput(`${at}.custom_id`, `must have 1 to 64 letters, digits, "_" and "-", not ${shown(id)}`)
  }
  if (seen.has(id)) throw invalidInput(`${at}.custom_id`, `must differ from those before, and ${shown(id)} does not`)
  if (params === undefined || params === null) throw invalidInput(`${at}.params`, 'is required')
  if (!isJsonObject(params)) throw invalidInput(`${at}.params`, `must be an object, not ${shown(params)}`)
  seen.add(id)
  return { custom_id: id, params }
}

/** The object `MessageBatch` of the official package. */
function batchBody(batch: CallBatch, { urls }: Pick<DialectContext, 'urls'>) {
  const isEnded = hasEnded(batch)
  const { total, succeeded, failed, cancelled, expired } = batch
  const id = prefixed(BATCH_PREFIX, batch.id)
  return {
    id,
    type: 'message_batch' as const,
    processing_status: isEnded ? 'ended' : batch.status === 'cancelling' ? 'canceling' : 'in_progress',
    request_counts: isEnded
      ? { processing: 0, succeeded, errored: failed, canceled: cancelled, expired }
      : // All counts but this are zero until the whole batch has ended, as Anthropic's are.
        { processing: total, succeeded: 0, errored: 0, canceled: 0, expired: 0 },
    ended_at: isoOf(batch.endedAt),
    created_at: isoOf(batch.createdAt) ?? '',
    expires_at: isoOf(batch.expiresAt) ?? '',
    archived_at: null,
    cancel_initiated_at: isoOf(batch.cancellingAt),
    results_url: isEnded && batch.outputFileId !== null ? `${urls.publicUrl}/v1/messages/batches/${id}/results` : null,
  }
}

function isoOf(instant: number | null): string | null {
  return instant === null ? null : new Date(instant).toISOString()
}

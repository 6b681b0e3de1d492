import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Received } from '../../calls/call-files.ts'
import { MAX_LINES } from '../../calls/check-batch.ts'
import { linesOf } from '../../calls/jsonl.ts'
import { type CallBatch, hasEnded } from '../../core/call-batch.ts'
import type { CallFile } from '../../core/call-file.ts'
import { invalidInput, PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import type { DialectContext } from '../dialect.ts'
import { jsonOf, passedHeaders } from '../kit/calls.ts'
import { nextCursor, pageAfter } from '../kit/cursors.ts'
import { describedBy } from '../kit/described.ts'
import { isGiven, optionalText, shown, wholeNumberIn } from '../kit/fields.ts'
import { prefixed, unprefixed } from '../kit/prefixed-ids.ts'
import {
  BATCH_PREFIX,
  type BatchNotes,
  endpointOf,
  GEMINI_BATCHES,
  INPUT_PURPOSE,
  modelOf,
  notesOf,
  requestFault,
} from './batch-format.ts'
import { findFile, PREFIX } from './files.ts'
import type { Descriptions } from './openapi.ts'
import { snakeCase } from './spelling.ts'

const described = describedBy<Descriptions>()

/** The method of a model that makes a batch. */
export const BATCHED = 'batchGenerateContent'
const CANCEL = ':cancel'
const DEFAULT_PAGE = 10
const MAX_PAGE = 100
/** Of a whole answer, which has some bytes more than the vendor's. */
const MAX_RESULT_BYTES = 512 * 2 ** 20

interface OneBatch {
  Params: { id: string }
}

/** Gemini's batches, which are operations to its clients: https://ai.google.dev/api/batch-api. */
export function batchRoutes(app: FastifyInstance, context: DialectContext): void {
  const { callBatches, callFiles } = context

  const find = async (request: FastifyRequest<OneBatch>, name = request.params.id): Promise<CallBatch> => {
    const id = unprefixed('', name)
    if (id === undefined) throw new PolyphonyError('not_found', `There is no batch ${BATCH_PREFIX}${name}.`)
    return callBatches.get(id, GEMINI_BATCHES, request.caller)
  }

  app.get<{ Querystring: Record<string, unknown> }>('/batches', described('gemini-batches'), async (request) => {
    const { query, caller } = request
    const limit = wholeNumberIn(query, 'pageSize', { minimum: 1, maximum: MAX_PAGE, fallback: DEFAULT_PAGE })
    const found = await callBatches.list(GEMINI_BATCHES, caller, {
      ...pageAfter('gemini-batches', caller, query, 'pageToken'),
      limit: limit + 1,
    })
    const page = found.slice(0, limit)
    const nextPageToken = nextCursor('gemini-batches', caller, found.length > limit ? page.at(-1)?.id : undefined)
    const operations = page.map((batch) => operation(batch, isInline(batch) ? null : fileOutput(batch)))
    return { operations, ...(nextPageToken === null ? {} : { nextPageToken }) }
  })

  app.get<OneBatch>('/batches/:id', described('gemini-batch'), async (request, reply) => {
    const batch = await find(request)
    if (!isInline(batch)) return operation(batch, fileOutput(batch))
    const file = batch.outputFileId === null ? undefined : await callFiles.find(batch.outputFileId, request.caller)
    if (!file) return operation(batch, null)
    request.isOpenEnded = true
    const text = withResults(operation(batch, {}), () => callFiles.open(file))
    return reply.type('application/json; charset=utf-8').send(Readable.from(text, { objectMode: false }))
  })

  const cancel = described({ '/batches/{id}:cancel': 'gemini-batch-cancel' })
  app.post<OneBatch>('/batches/:id', cancel, async (request) => {
    const { id } = request.params
    if (!id.endsWith(CANCEL)) throw new PolyphonyError('not_found', `There is no method ${id} of batches.`)
    const batch = await find(request, id.slice(0, -CANCEL.length))
    // As Google's, a batch that has ended stays as it is.
    if (!hasEnded(batch)) await callBatches.cancel(batch.id, GEMINI_BATCHES, request.caller).catch(unlessEnded)
    return {}
  })

  app.delete<OneBatch>('/batches/:id', described('gemini-batch-delete'), async (request) => {
    const batch = await find(request)
    if (!hasEnded(batch)) throw new PolyphonyError('invalid_input', 'The batch has not ended; cancel it first.')
    await callBatches.remove(batch.id, GEMINI_BATCHES, request.caller)
    return {}
  })
}

/** A batch may end, or be deleted as one that has, before it is cancelled. */
function unlessEnded(error: unknown): void {
  if (!(error instanceof PolyphonyError) || error.code !== 'conflict') throw error
}

/** `models/{model}:batchGenerateContent`. Throws `invalid_input` naming the field. */
export async function createBatch(
  request: FastifyRequest,
  reply: FastifyReply,
  model: string,
  { callBatches, callFiles }: DialectContext,
): Promise<FastifyReply> {
  const { caller } = request
  const { displayName, fileName, requests } = read(jsonOf(request), model)
  const notes: BatchNotes = { displayName, inputFile: fileName ?? null }
  const given = {
    ...{ format: GEMINI_BATCHES, endpoint: endpointOf(model), metadata: notes, outputSeconds: null },
    headers: passedHeaders(request),
  }
  const send = async (input: CallFile, total: number) =>
    reply.send(operation(await callBatches.create({ ...given, input, total }, caller), null))
  if (fileName !== undefined) {
    const input = await findFile(fileName, caller, callFiles)
    if (!input) throw invalidInput(FILE_FIELD, `must be the name of a file of this key; there is no ${fileName}`)
    return send(input, 0)
  }
  const received = await callFiles.receive(Readable.from(linesFor(requests), { objectMode: false }), caller)
  const input = await named(received, callFiles)
  try {
    return await send(input, requests.length)
  } catch (error) {
    await callFiles.remove(input)
    throw error
  }
}

const REQUESTS_FIELD = 'batch.inputConfig.requests.requests'
const FILE_FIELD = 'batch.inputConfig.fileName'

interface Wanted {
  displayName: string
  fileName: string | undefined
  requests: JsonObject[]
}

function read(body: JsonObject, model: string): Wanted {
  const batch = objectIn(body, 'batch', '')
  const config = objectIn(batch, 'inputConfig', 'batch.')
  for (const name of ['priority', 'webhookConfig', 'managementConfig']) {
    const value = fieldOf(batch, name)
    if (isGiven(value) && value !== 0 && value !== '0') throw invalidInput(`batch.${name}`, 'is not taken here')
  }
  const { model: also } = batch
  if (isGiven(also) && also !== model && also !== `models/${model}`)
    throw invalidInput('batch.model', `must be that of the path, models/${model}, not ${shown(also)}`)
  const displayName = optionalText(fieldOf(batch, 'displayName'), 'batch.displayName') ?? ''
  if (displayName.length > MAX_NAME) throw invalidInput('batch.displayName', `has at most ${MAX_NAME} characters`)
  const fileName = optionalText(fieldOf(config, 'fileName'), FILE_FIELD)
  const inline = config.requests
  if (fileName !== undefined && isGiven(inline)) throw invalidInput(FILE_FIELD, 'excludes requests')
  if (fileName !== undefined) return { displayName, fileName, requests: [] }
  if (!isGiven(inline)) throw invalidInput('batch.inputConfig', 'must have requests or fileName')
  return { displayName, fileName, requests: requestsIn(inline, model) }
}

const MAX_NAME = 512

function requestsIn(inline: Json | undefined, model: string): JsonObject[] {
  const list = isJsonObject(inline) ? inline.requests : inline
  if (!Array.isArray(list)) throw invalidInput(REQUESTS_FIELD, `must be an array, not ${shown(list ?? null)}`)
  if (list.length === 0) throw invalidInput(REQUESTS_FIELD, 'must not be empty')
  if (list.length > MAX_LINES) throw invalidInput(REQUESTS_FIELD, `has at most ${MAX_LINES} elements`)
  return list.map((one, index) => {
    const at = `${REQUESTS_FIELD}[${index}]`
    if (!isJsonObject(one)) throw invalidInput(at, `must be an object, not ${shown(one)}`)
    const fault = requestFault(one.request, model, `${at}.request`)
    if (fault) throw new PolyphonyError('invalid_input', fault.message, { field: fault.param })
    const { metadata } = one
    if (isGiven(metadata) && !isJsonObject(metadata))
      throw invalidInput(`${at}.metadata`, `must be an object, not ${shown(metadata)}`)
    return one
  })
}

function objectIn(from: JsonObject, name: string, before: string): JsonObject {
  const value = fieldOf(from, name)
  if (!isGiven(value)) throw invalidInput(before + name, 'is required')
  if (!isJsonObject(value)) throw invalidInput(before + name, `must be an object, not ${shown(value)}`)
  return value
}

function fieldOf(from: JsonObject, name: string): Json | undefined {
  return from[name] ?? from[snakeCase(name)]
}

function* linesFor(requests: readonly JsonObject[]): Generator<Buffer> {
  for (const [index, { request = null, metadata }] of requests.entries()) {
    const notes = isGiven(metadata) ? { metadata } : {}
    yield Buffer.from(`${JSON.stringify({ key: String(index), ...notes, request })}\n`)
  }
}

async function named(received: Received, callFiles: DialectContext['callFiles']): Promise<CallFile> {
  try {
    return await callFiles.name(received, { purpose: INPUT_PURPOSE, name: 'requests.jsonl' })
  } catch (error) {
    await callFiles.discard(received)
    throw error
  }
}

function isInline(batch: CallBatch): boolean {
  return notesOf(batch).inputFile === null
}

function fileOutput({ outputFileId }: CallBatch): JsonObject | null {
  return outputFileId === null ? null : { responsesFile: prefixed(PREFIX, outputFileId) }
}

const TYPE = 'type.googleapis.com/google.ai.generativelanguage.v1beta.GenerateContentBatch'

/** A batch as the resource `Operation`: its clients read the metadata, others the response. */
function operation(batch: CallBatch, output: JsonObject | null): JsonObject {
  const { total, succeeded, failed, cancelled, expired, faults } = batch
  const isDone = hasEnded(batch)
  const [first] = faults
  const { displayName, inputFile } = notesOf(batch)
  const name = prefixed(BATCH_PREFIX, batch.id)
  const times = [batch.createdAt, batch.startedAt, batch.cancellingAt, batch.finalizingAt, batch.endedAt]
  const message = first && `${first.line === null ? '' : `Line ${first.line}: `}${first.message}`
  return {
    name,
    metadata: {
      '@type': TYPE,
      name,
      model: `models/${modelOf(batch)}`,
      displayName,
      ...(inputFile === null ? {} : { inputConfig: { fileName: inputFile } }),
      ...(output === null ? {} : { output }),
      createTime: new Date(batch.createdAt).toISOString(),
      updateTime: new Date(Math.max(...times.map((time) => time ?? 0))).toISOString(),
      ...(batch.endedAt === null ? {} : { endTime: new Date(batch.endedAt).toISOString() }),
      batchStats: {
        requestCount: String(total),
        successfulRequestCount: String(succeeded),
        failedRequestCount: String(failed + cancelled + expired),
        pendingRequestCount: String(Math.max(0, total - succeeded - failed - cancelled - expired)),
      },
      state: `BATCH_STATE_${STATES[batch.status]}`,
    },
    done: isDone,
    ...(message === undefined ? {} : { error: { code: 3, message } }),
    ...(output === null || !isDone ? {} : { response: { '@type': `${TYPE}Output`, ...output } }),
  }
}

const STATES: Readonly<Record<CallBatch['status'], string>> = {
  validating: 'PENDING',
  running: 'RUNNING',
  cancelling: 'RUNNING',
  finalizing: 'RUNNING',
  completed: 'SUCCEEDED',
  failed: 'FAILED',
  cancelled: 'CANCELLED',
  expired: 'EXPIRED',
}

/** The operation with its results in both of its places, some in memory: a batch may have hundreds of megabytes of them. */
async function* withResults(whole: JsonObject, open: () => Promise<Readable>): AsyncGenerator<string> {
  const { metadata, response, ...rest } = whole
  yield `${JSON.stringify(rest).slice(0, -1)},"metadata":`
  yield* withOutput({ ...(metadata as JsonObject), output: undefined }, '"output":{', '}', open) // as `operation` makes them
  if (response !== undefined) {
    yield ',"response":'
    yield* withOutput(response as JsonObject, '', '', open)
  }
  yield '}'
}

async function* withOutput(
  object: Readonly<Record<string, Json | undefined>>,
  before: string,
  after: string,
  open: () => Promise<Readable>,
): AsyncGenerator<string> {
  yield `${JSON.stringify(object).slice(0, -1)},${before}"inlinedResponses":{"inlinedResponses":[`
  let separator = ''
  // A stream without encoding.
  for await (const { bytes } of linesOf((await open()) as AsyncIterable<Buffer>, MAX_RESULT_BYTES)) {
    yield separator + withoutKey(bytes.toString())
    separator = ','
  }
  yield `]}${after}}`
}

/** Requests that came with their batch have no keys of their own. */
function withoutKey(line: string): string {
  return line.replace(/^\{"key":"\d*",/, '{')
}

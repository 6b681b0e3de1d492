import { setImmediate as nextTurn } from 'node:timers/promises'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Batch, Rejected } from '../../core/batch.ts'
import { invalidInput, PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { rejectedBy } from '../../tasks/submit-batch.ts'
import type { BatchSubmission } from '../../tasks/tasks.ts'
import type { DialectContext } from '../dialect.ts'
import { describedBy } from '../kit/described.ts'
import { checkBody, checkValues } from '../kit/json-body.ts'
import { idempotencyOf, markReplay, originOf } from '../kit/requests.ts'
import { timeOf } from './from-task.ts'
import type { Descriptions } from './openapi.ts'
import { type Config, configIn, PIAPI, toTask, webhookOf } from './to-task.ts'

const described = describedBy<Descriptions>()

const MAX_ENTRIES = 1_000
/** Of all entries together; each of them is bounded as a single input is. */
const MAX_MEMBERS = 100_000
/** An input with as many members as it may have takes some ten milliseconds to read; other requests get their turn. */
const ENTRIES_A_TURN = 4
/** Lines may be empty. */
const MAX_LINES = 10 * MAX_ENTRIES
const JSON_LINES = ['application/jsonl', 'application/x-jsonlines', 'application/x-ndjson', 'application/ndjson']

/**
 * `POST /api/v1/tasks/batch`: up to 1,000 tasks in one request, as JSON or as JSON lines. Not a route of PiAPI's, but in PiAPI's
 * style: every entry is the body of `POST /api/v1/task`.
 */
export async function batchRoutes(app: FastifyInstance, context: DialectContext): Promise<void> {
  const { tasks } = context

  await app.register(async (scope) => {
    scope.addContentTypeParser(JSON_LINES, { parseAs: 'buffer' }, (request, body: Buffer, done) => {
      try {
        checkBody(request, body)
        done(null, new Lines(body.toString()))
      } catch (error) {
        done(error as Error) // as `checkBody` throws it
      }
    })
    const config = { ...described('createBatch').config, maxMembers: MAX_MEMBERS }
    scope.post('/api/v1/tasks/batch', { config }, async (request, reply) => {
      const { batchId, replayed } = await tasks.submitBatch(await toBatch(request), request.caller)
      markReplay(reply, replayed)
      const batch = await tasks.getBatch(batchId, request.caller)
      const members = await tasks.list({ batchId, limit: MAX_ENTRIES }, request.caller)
      const places = members.map(({ id, echo }) => ({ index: Number(echo[PLACE]), task_id: id }))
      const data = { ...fromBatch(batch), tasks: places.sort((a, b) => a.index - b.index) }
      return { code: 200, data, message: 'success' }
    })
  })

  app.get<{ Params: { id: string } }>(
    '/api/v1/tasks/batch/:id',
    described('readBatch'),
    async ({ params, caller }) => ({
      code: 200,
      data: fromBatch(await tasks.getBatch(params.id, caller)),
      message: 'success',
    }),
  )

  app.delete<{ Params: { id: string } }>(
    '/api/v1/tasks/batch/:id',
    described('cancelBatch'),
    async ({ params, caller }) => {
      const { id } = await tasks.getBatch(params.id, caller)
      const everything = { createdBefore: Number.MAX_SAFE_INTEGER, models: null }
      const count = await tasks.cancelMany({ ...everything, batchId: id }, caller)
      return { code: 200, message: `${count} tasks canceled`, data: { canceled: count } }
    },
  )
}

/** The index of an entry in its request, kept in the echo of its task. */
const PLACE = 'batch_index'

/** A body of JSON lines, not yet read. */
class Lines {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** Reads the body of a batch. Throws errors about the whole of it; errors about an entry are collected. */
export async function toBatch(request: FastifyRequest): Promise<BatchSubmission> {
  const { entries: found, config } =
    request.body instanceof Lines ? linesOf(request.body, request) : listOf(request.body)
  if (found.length === 0) throw invalidInput('tasks', 'must not be empty')
  if (found.length > MAX_ENTRIES) throw invalidInput('tasks', `has at most ${MAX_ENTRIES} entries, not ${found.length}`)
  const entries: BatchSubmission['entries'] = []
  const rejected: Rejected[] = []
  for (const [index, entry] of found.entries()) {
    if (index % ENTRIES_A_TURN === 0) await nextTurn()
    try {
      if (entry instanceof PolyphonyError) throw entry
      if (!isJsonObject(entry)) throw new PolyphonyError('malformed_body', 'A task must be a JSON object.')
      const submission = toTask(entry)
      entries.push({ index, submission: { ...submission, echo: { ...submission.echo, [PLACE]: index } } })
    } catch (error) {
      if (!(error instanceof PolyphonyError)) throw error
      rejected.push(rejectedBy(index, error))
    }
  }
  return {
    dialect: PIAPI,
    echo: config,
    webhook: webhookOf(config),
    idempotency: idempotencyOf(request),
    origin: originOf(request),
    entries,
    rejected,
  }
}

interface Found {
  entries: (Json | PolyphonyError)[]
  config: Config
}

function listOf(body: unknown): Found {
  if (Array.isArray(body)) return { entries: body as Json[], config: configIn(undefined) } // it was parsed from JSON
  if (!isJsonObject(body)) throw new PolyphonyError('malformed_body', 'The body must be a JSON object or array.')
  if (!Array.isArray(body.tasks))
    throw invalidInput('tasks', body.tasks === undefined ? 'is required' : 'must be an array')
  return { entries: body.tasks, config: configIn(body.config) }
}

/** JSON Lines has no room for `config`; the webhook is read from headers. */
function linesOf({ text }: Lines, { headers }: Pick<FastifyRequest, 'headers'>): Found {
  const entries = splitLines(text)
    .filter((line) => line.trim() !== '')
    .map((line): Json | PolyphonyError => {
      try {
        const value = JSON.parse(line) as Json
        checkValues(value, line)
        return value
      } catch (error) {
        if (error instanceof PolyphonyError) return error
        return new PolyphonyError('malformed_body', 'The line is not JSON.', { cause: error })
      }
    })
  const config = configIn({
    webhook_config: { endpoint: headers['x-webhook-endpoint'] ?? null, secret: headers['x-webhook-secret'] ?? null },
  })
  return { entries, config }
}

/** Reads line by line, as a body may be nothing but line ends. Throws `invalid_input` for too many. */
function splitLines(text: string): string[] {
  const lines: string[] = []
  for (let from = 0; from <= text.length; ) {
    const end = text.indexOf('\n', from)
    lines.push(text.slice(from, end === -1 ? text.length : end))
    if (lines.length > MAX_LINES) throw invalidInput('tasks', `has at most ${MAX_LINES} lines, empty ones included`)
    from = end === -1 ? text.length + 1 : end + 1
  }
  return lines
}

/** A batch as callers see it. */
export function fromBatch(batch: Batch): JsonObject {
  const { total, completed, failed, cancelled, rejected } = batch
  const ended = completed + failed + cancelled
  return {
    batch_id: batch.id,
    status: batch.endedAt === null ? 'processing' : 'completed',
    progress: Math.floor((100 * ended) / total),
    counts: {
      total: total + rejected.length,
      accepted: total,
      rejected: rejected.length,
      unfinished: total - ended,
      completed,
      failed,
      canceled: cancelled,
    },
    errors: rejected.map((one): JsonObject => ({ ...one })),
    config: configIn(batch.echo),
    created_at: timeOf(batch.createdAt),
    ended_at: timeOf(batch.endedAt),
  }
}

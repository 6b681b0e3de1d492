import { Type } from 'typebox'
import { findOperation, listOperations } from '../../catalog/catalog.ts'
import type { Operation } from '../../catalog/operation.ts'
import { OUTPUTS } from '../../catalog/outputs.ts'
import { readInput } from '../../catalog/read-input.ts'
import { SECOND_MS } from '../../core/clock.ts'
import { PolyphonyError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import { type Points, pointsToUsd } from '../../core/points.ts'
import { isTerminal, STATUSES } from '../../core/task.ts'
import { cancelled } from '../polyphony/cancel.ts'
import { fromTask } from '../polyphony/from-task.ts'
import { about, offeredTo } from '../polyphony/operations.ts'
import { pageOf } from '../polyphony/page.ts'
import { listingIn } from '../polyphony/query.ts'
import { toTask } from '../polyphony/to-task.ts'
import { followTask } from './follow-task.ts'
import { taskResult } from './task-content.ts'
import { jsonResult, type Run, type Tool, tool } from './tool.ts'

/**
 * Every operation of the catalogue behind nine tools: a tool for each would fill a model's context before it has read the
 * request. A model finds an operation, reads its fields, and submits.
 */

const OperationId = Type.String({ minLength: 1, description: 'Its id, as find_operations gives it: "suno/music".' })
const OperationInput = Type.Object(
  {},
  { description: 'The fields of the operation, as describe_operation gives them.' },
)
const TaskId = Type.String({ minLength: 1, description: 'The task.' })
/** Half of the minute after which most clients end a call without news. */
const WAIT_SECONDS = 30

const findOperations = tool({
  name: 'find_operations',
  title: 'Find operations',
  description:
    'Lists what can be made: songs, speech, pictures, videos, 3D models, texts. Give words such as "song" or "upscale", or a kind; each operation has an id, a title and the price of its example.',
  effect: 'none',
  input: Type.Object({
    query: Type.Optional(Type.String({ maxLength: 200, description: 'Words that its name or title has.' })),
    kind: Type.Optional(Type.Enum(Object.keys(OUTPUTS), { description: 'What it produces.' })),
    all: Type.Boolean({ default: false, description: 'Also those that no provider performs now.' }),
    limit: Type.Integer({ minimum: 1, maximum: 100, default: 20 }),
  }),
  async call({ query = '', kind, all, limit }, { context, caller }) {
    const isOffered = offeredTo(caller, context)
    const words = query.toLowerCase().split(/\s+/).filter(Boolean)
    const found = listOperations()
      .filter((one) => (all || isOffered(one)) && (kind === undefined || one.produces.kind === kind))
      .filter((one) => words.every((word) => wordsOf(one).includes(word)))
    const operations = found.slice(0, limit).map((one) => ({
      id: one.id,
      title: one.title,
      produces: one.produces.kind,
      price_usd: priceOf(one, { context, caller }),
      available: isOffered(one),
    }))
    return jsonResult({ total: found.length, operations })
  },
})

function wordsOf({ id, title, produces }: Operation): string {
  return `${id} ${title} ${WORDS[produces.kind] ?? ''} ${produces.kind}`.toLowerCase()
}

/** What people call the kinds of output. */
const WORDS: Partial<Record<string, string>> = {
  pictures: 'image photo drawing art',
  videos: 'film clip animation movie',
  sounds: 'audio sound speech voice',
  clips: 'song music track audio',
  model: '3d mesh glb',
  texts: 'text caption description',
}

function priceOf(operation: Operation, { context, caller }: Pick<Run, 'context' | 'caller'>): number {
  const { points } = context.prices.priceOf(operation, readInput(operation, operation.example), caller.tenantId)
  return pointsToUsd(points)
}

const describeOperation = tool({
  name: 'describe_operation',
  title: 'Describe an operation',
  description: 'The fields of an operation as JSON Schema, an example, its price and what its output looks like.',
  effect: 'none',
  input: Type.Object({ operation: OperationId }),
  async call({ operation: id }, { context, caller }) {
    const operation = findOperation(id)
    if (!operation) throw unknownOperation(id)
    return jsonResult({
      ...(about(operation, context.prices, caller.tenantId) as unknown as JsonObject), // as the route sends it as JSON
      price_usd: priceOf(operation, { context, caller }),
      available: offeredTo(caller, context)(operation),
    })
  },
})

function unknownOperation(id: string): PolyphonyError {
  const says = `operation "${id}" is not known; the tool find_operations lists those that there are.`
  return new PolyphonyError('unknown_operation', says, { field: 'operation' })
}

const quote = tool({
  name: 'quote',
  title: 'Ask for a price',
  description: 'Checks an input and gives its price. Nothing is made or charged.',
  effect: 'none',
  input: Type.Object({ operation: OperationId, input: OperationInput }),
  async call(args, { context, caller }) {
    const { pricePoints, availablePoints, isAffordable } = await context.tasks.quote(submissionOf(args), caller)
    return jsonResult({
      price_points: pricePoints,
      price_usd: pointsToUsd(pricePoints),
      available_points: availablePoints,
      is_affordable: isAffordable,
    })
  },
})

/** As `toTask` of our own protocol reads a body. An operation that is not known is answered by naming the tool that lists them. */
function submissionOf(args: { operation: string; input: object }) {
  if (!findOperation(args.operation)) throw unknownOperation(args.operation)
  return toTask(args)
}

const submit = tool({
  name: 'submit',
  title: 'Make something',
  description:
    'Submits a task, which costs what quote says, and returns it. Work takes seconds to minutes: call wait until the task has ended. Files in an input are URLs, or data: URLs.',
  effect: 'costs',
  input: Type.Object({
    operation: OperationId,
    input: OperationInput,
    wait_seconds: Type.Number({
      minimum: 0,
      maximum: 120,
      default: 0,
      description: 'How long to wait for the result in this call.',
    }),
    idempotency_key: Type.Optional(
      Type.String({
        pattern: '^[\\x21-\\x7e]{1,255}$',
        description: 'The same call again under the same key gives the same task, once paid.',
        'x-rule': 'must be 1 to 255 visible ASCII characters',
      }),
    ),
    webhook: Type.Optional(Type.String({ description: 'The URL that is notified when the task has ended.' })),
  }),
  async call({ wait_seconds: seconds, idempotency_key: key, ...body }, run) {
    using place = seconds > 0 ? run.context.tasks.placeToWait(run.caller) : undefined
    const task = await run.submit(submissionOf(body), key)
    const ended = place ? await followTask(task.id, limited(seconds, run), run, place) : task
    return taskResult(ended, run)
  },
})

function limited(seconds: number, { context }: Run): number {
  return Math.min(seconds, context.limits.maxWaitSeconds) * SECOND_MS
}

const wait = tool({
  name: 'wait',
  title: 'Wait for a result',
  description:
    'Waits until a task has ended and returns it with its files, or as it is when the time is over: then call it again. Reports progress. Cancelling the call ends the wait; the task goes on.',
  effect: 'none',
  input: Type.Object({
    task_id: TaskId,
    seconds: Type.Number({ minimum: 0, maximum: 120, default: WAIT_SECONDS, description: 'How long.' }),
  }),
  async call({ task_id: id, seconds }, run) {
    return taskResult(await followTask(id, limited(seconds, run), run), run)
  },
})

const getTask = tool({
  name: 'get_task',
  title: 'Read a task',
  description: 'A task as it is now, with its files once it is completed, and its place in the queue while it waits.',
  effect: 'none',
  input: Type.Object({ task_id: TaskId }),
  async call({ task_id: id }, run) {
    const task = await run.context.tasks.get(id, run.caller)
    if (isTerminal(task.status)) return taskResult(task, run)
    const { ahead, estimateMs } = await run.context.tasks.queuePosition(id, run.caller)
    const seconds = estimateMs === null ? null : Math.ceil(estimateMs / SECOND_MS)
    const body = fromTask(task, run.context.urls) as unknown as JsonObject // it is what the routes send as JSON
    return jsonResult({ ...body, tasks_ahead: ahead, estimated_seconds: seconds })
  },
})

const cancelTask = tool({
  name: 'cancel_task',
  title: 'Cancel a task',
  description:
    'Ends a task that waits, or that its provider can end; nothing is charged. One that has ended, or that its provider does not end, is refused.',
  effect: 'ends',
  input: Type.Object({ task_id: TaskId }),
  async call({ task_id: id }, run) {
    return taskResult(await cancelled(id, run.caller, run.context), run)
  },
})

const balance = tool({
  name: 'balance',
  title: 'Read the balance',
  description: 'What is left to spend, and what is set aside for tasks that run.',
  effect: 'none',
  input: Type.Object({}),
  async call(_args, { context, caller }) {
    const { available, held } = await context.tasks.balance(caller)
    return jsonResult({ ...amount('available', available), ...amount('held', held), mode: caller.mode })
  },
})

function amount(name: string, points: Points): JsonObject {
  return { [`${name}_points`]: points, [`${name}_usd`]: pointsToUsd(points) }
}

const history = tool({
  name: 'history',
  title: 'List tasks',
  description: 'Earlier tasks, newest first, with links to their files.',
  effect: 'none',
  input: Type.Object({
    limit: Type.Integer({ minimum: 1, maximum: 100, default: 10 }),
    cursor: Type.Optional(Type.String({ description: 'The next_cursor of the page before.' })),
    status: Type.Optional(Type.Enum([...STATUSES], { description: 'Only those in this state.' })),
    kind: Type.Optional(Type.Enum(Object.keys(OUTPUTS), { description: 'Only those that produce this.' })),
    operation: Type.Optional(Type.String({ description: 'Only those of this operation.' })),
    search: Type.Optional(Type.String({ maxLength: 200, description: 'Only those whose input holds this text.' })),
  }),
  async call(args, { context, caller }) {
    const query = Object.fromEntries(Object.entries(args).map(([name, value]) => [name, String(value)]))
    return jsonResult((await pageOf(listingIn(query, caller), caller, context)) as unknown as JsonObject) // as the route sends it
  },
})

export const OWN_TOOLS: readonly Tool[] = [
  findOperations,
  describeOperation,
  quote,
  submit,
  wait,
  getTask,
  cancelTask,
  balance,
  history,
]

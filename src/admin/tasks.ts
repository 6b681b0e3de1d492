import { type Static, Type } from 'typebox'
import { PolyphonyError } from '../core/errors.ts'
import type { Json } from '../core/json.ts'
import { STATUSES, type Task } from '../core/task.ts'
import { type AdminContext, auditOf } from './context.ts'
import { Delivery, deliveryBody } from './delivery-body.ts'
import {
  amountOf,
  ID,
  limitOf,
  listOf,
  MODE,
  money,
  orNull,
  PAGE,
  PERIOD,
  pageOf,
  periodIn,
  TENANT,
  TEXT,
  TIME,
  timeOf,
} from './fields.ts'
import { tenantIdIn } from './find-tenant.ts'
import { verb } from './verb.ts'

const STATUS = Type.Enum([...STATUSES])
const MAX_DELIVERIES = 50

const TaskBody = Type.Object({
  id: ID,
  tenant: ID,
  key: Type.String({ description: 'The id of its key.' }),
  mode: MODE,
  operation: TEXT,
  model: TEXT,
  task_type: TEXT,
  dialect: Type.String({ description: 'The protocol in which it was submitted.' }),
  status: STATUS,
  progress: Type.Integer(),
  provider: orNull(TEXT),
  account: orNull(TEXT),
  attempts: Type.Integer(),
  ...money('price', 'Its hold.'),
  ...money('consumed', 'What was paid for it.'),
  error: orNull(Type.Object({ code: TEXT, message: TEXT, detail: Type.Optional(TEXT) })),
  created_at: TIME,
  started_at: orNull(TIME),
  ended_at: orNull(TIME),
})

const TaskDetail = Type.Object({
  ...TaskBody.properties,
  input: Type.Unknown(),
  output: Type.Unknown({ description: 'With URLs to open.' }),
  files: Type.Array(TEXT, { description: 'The URLs in its output.' }),
  logs: Type.Array(TEXT),
  pool: TEXT,
  parent_task_id: orNull(TEXT),
  batch_id: orNull(TEXT),
  external_id: orNull(TEXT),
  request_id: orNull(TEXT, 'The request by which it was submitted.'),
  price_rule: orNull(TEXT, 'What set its price: a rule, `list` or `environment`.'),
  cost_points: orNull(Type.Integer(), 'What the vendor took; null = unknown.'),
  cost_source: orNull(TEXT, '`vendor`, `rule` or `free`.'),
  webhook_url: orNull(TEXT),
  deadline_at: TIME,
  attempt_list: Type.Array(
    Type.Object({
      number: Type.Integer(),
      provider: TEXT,
      account: TEXT,
      outcome: TEXT,
      reason: orNull(TEXT),
      begun_at: TIME,
      ended_at: orNull(TIME),
    }),
  ),
  deliveries: Type.Array(Delivery),
})

function bodyOf(task: Task): Static<typeof TaskBody> {
  return {
    id: task.id,
    tenant: task.tenantId,
    key: task.keyId,
    mode: task.mode,
    operation: task.operation,
    model: task.model,
    task_type: task.taskType,
    dialect: task.dialect,
    status: task.status,
    progress: task.progress,
    provider: task.provider,
    account: task.account,
    attempts: task.attempts,
    ...amountOf('price', task.pricePoints),
    ...amountOf('consumed', task.consumedPoints),
    error: task.error,
    created_at: timeOf(task.createdAt),
    started_at: timeOf(task.startedAt),
    ended_at: timeOf(task.endedAt),
  }
}

async function detailOf({ store, expand }: AdminContext, task: Task): Promise<Static<typeof TaskDetail>> {
  const [attempts, deliveries] = await Promise.all([
    store.listAttempts({ taskId: task.id }),
    store.listDeliveries({ tenantId: null, taskId: task.id, limit: MAX_DELIVERIES }),
  ])
  const output = expand(task.output)
  return {
    ...bodyOf(task),
    input: expand(task.input),
    output,
    files: [...new Set(urlsIn(output))],
    logs: task.logs,
    pool: task.pool,
    parent_task_id: task.parentTaskId,
    batch_id: task.batchId,
    external_id: task.externalId,
    request_id: task.requestId,
    price_rule: task.priceRule,
    cost_points: task.costPoints,
    cost_source: task.costSource,
    webhook_url: task.webhookUrl,
    deadline_at: timeOf(task.deadlineAt),
    attempt_list: attempts.map((attempt) => ({
      number: attempt.number,
      provider: attempt.provider,
      account: attempt.account,
      outcome: attempt.outcome,
      reason: attempt.reason,
      begun_at: timeOf(attempt.begunAt),
      ended_at: timeOf(attempt.endedAt),
    })),
    deliveries: deliveries.map(deliveryBody),
  }
}

function urlsIn(value: Json): string[] {
  if (typeof value === 'string') return /^https?:\/\//.test(value) ? [value] : []
  if (value === null || typeof value !== 'object') return []
  return Object.values(value).flatMap(urlsIn)
}

async function get({ store }: AdminContext, id: string): Promise<Task> {
  const task = await store.getTask({ id })
  if (!task) throw new PolyphonyError('task_not_found', `No task ${id}.`)
  return task
}

export const TASK_VERBS = [
  verb({
    name: 'task.list',
    method: 'GET',
    path: '/tasks',
    summary: 'List tasks of all tenants, the newest first',
    input: Type.Object({
      tenant: Type.Optional(Type.String({ ...TENANT, description: 'Only of this tenant. Default: of all.' })),
      status: Type.Optional(Type.Array(STATUS, { minItems: 1 })),
      operation: Type.Optional(Type.String({ ...ID, description: 'Such as suno/music.' })),
      key: Type.Optional(Type.String({ ...ID, description: 'Only of the key with this id.' })),
      mode: Type.Optional(MODE),
      ...PERIOD,
      ...PAGE,
    }),
    answer: listOf(TaskBody),
    changes: false,
    errors: ['not_found'],
    async run({ store }, input) {
      const limit = limitOf(input)
      const { status, operation, key, mode, cursor } = input
      const tenantId = await tenantIdIn(store, input.tenant)
      const { from, to } = periodIn(input)
      const tasks = await store.listAllTasks({
        limit: limit + 1,
        ...(tenantId === undefined ? {} : { tenantId }),
        ...(status === undefined ? {} : { status }),
        ...(operation === undefined ? {} : { operation }),
        ...(key === undefined ? {} : { keyId: key }),
        ...(mode === undefined ? {} : { mode }),
        ...(from === undefined ? {} : { createdFrom: from }),
        ...(to === undefined ? {} : { createdTo: to }),
        ...(cursor === undefined ? {} : { beforeId: cursor }),
      })
      return pageOf(tasks, limit, ({ id }) => id, bodyOf)
    },
  }),
  verb({
    name: 'task.show',
    method: 'GET',
    path: '/tasks/:id',
    summary: 'Read a task with its attempts, deliveries and URLs',
    input: Type.Object({ id: ID }),
    answer: TaskDetail,
    changes: false,
    errors: ['task_not_found'],
    run: async (context, { id }) => detailOf(context, await get(context, id)),
  }),
  verb({
    name: 'task.cancel',
    method: 'POST',
    path: '/tasks/:id/cancel',
    summary: 'Cancel a task that waits; its hold is released at once',
    input: Type.Object({ id: ID }),
    answer: TaskBody,
    changes: true,
    errors: ['task_not_found', 'not_cancellable'],
    async run(context, { id }, actor) {
      const task = await get(context, id)
      const cancelled = await context.cancel(task)
      if (!cancelled) {
        const { status } = await get(context, id)
        throw new PolyphonyError('not_cancellable', `Task ${id} is ${status}; only a waiting task can be cancelled.`)
      }
      const change = { tenantId: task.tenantId, subject: id, before: { status: task.status } }
      const after = { status: cancelled.status, ...amountOf('released', task.pricePoints) }
      await context.store.addAudit({ audit: auditOf(context, actor, 'task.cancel', { ...change, after }) })
      return bodyOf(cancelled)
    },
  }),
] as const

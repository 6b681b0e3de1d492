import type { FastifyInstance } from 'fastify'
import { pointsToUsd } from '../../core/points.ts'
import { isRunning, type Status, type Task } from '../../core/task.ts'
import type { DialectContext } from '../dialect.ts'
import { describedBy } from '../kit/described.ts'
import { wholeNumberIn } from '../kit/fields.ts'
import { modelsOf, shortNameOf } from './families.ts'
import { configOf, fromTask, statusOf, timeOf, usageOf } from './from-task.ts'
import type { Descriptions } from './openapi.ts'
import { type Query, textIn, timeIn } from './query.ts'

const described = describedBy<Descriptions>()

const MAX_PAGE_SIZE = 100
const UNFINISHED: Status[] = ['staged', 'pending', 'submitting', 'uncertain', 'processing']
const MAX_ACTIVE_ROWS = 1_000

/** Account, unfinished tasks and history. */
export function accountRoutes(app: FastifyInstance, context: DialectContext): void {
  const { tasks, urls } = context

  app.get('/account/info', described('readAccount'), async (request) => {
    const [balance, tenant] = await Promise.all([tasks.balance(request.caller), context.tenantOf(request.caller)])
    const { available, held, credited } = balance
    return success({
      id: numberOf(tenant.id),
      name: tenant.name,
      plan: 'self-hosted',
      type: request.caller.role,
      is_enable: true,
      // 0 means "no limit", as this type has no null.
      max_concurrent_task_count: tenant.maxConcurrent ?? 0,
      equivalent_in_usd: pointsToUsd(available),
      // PiAPI has separate balances for some families; here one balance pays for all.
      wallet: { mj_remain: 0, llm_remain: 0, suno_remain: 0, luma_remain: 0, gpts_remain: 0, point_remain: available },
      credit_pack_info: {
        available_credits: available,
        used_credits: credited - available - held,
        total_credits: credited,
        frozen_credits: held,
        expired_credits: 0,
        inactive_credits: 0,
      },
    })
  })

  app.get('/account/active_tasks', described('listActiveTasks'), async (request) => {
    const active = await tasks.list({ status: UNFINISHED, limit: MAX_ACTIVE_ROWS }, request.caller)
    const families = new Map<string, ActiveFamily>()
    for (const task of active) {
      const name = shortNameOf(task.model)
      const family = families.get(name) ?? { staged_count: 0, pending_count: 0, processing_count: 0, active_tasks: [] }
      families.set(name, family)
      if (task.status === 'staged') family.staged_count += 1
      else if (isRunning(task.status)) family.processing_count += 1
      else family.pending_count += 1
      family.active_tasks.push(fromTask(task, urls))
    }
    return success(Object.fromEntries(families))
  })

  app.get<{ Querystring: Query }>('/api/open/tasks/histories', described('listHistory'), async (request) => {
    const model = textIn(request.query, 'model')
    const page = wholeNumberIn(request.query, 'page', { minimum: 1, maximum: 1_000_000, fallback: 1 })
    const size = wholeNumberIn(request.query, 'page_size', { minimum: 1, maximum: MAX_PAGE_SIZE, fallback: 10 })
    const createdFrom = timeIn(request.query, 'start_time')
    const createdTo = timeIn(request.query, 'end_time')
    const filter = {
      ...(model === undefined ? {} : { model: modelsOf(model) }),
      ...(createdFrom === undefined ? {} : { createdFrom }),
      ...(createdTo === undefined ? {} : { createdTo }),
    }
    const [rows, total] = await Promise.all([
      tasks.list({ ...filter, limit: size, offset: (page - 1) * size }, request.caller),
      tasks.count(filter, request.caller),
    ])
    // In the order that the documents show for this one.
    return { code: 200, message: 'success', data: { data: rows.map(rowOf), page, size, total } }
  })
}

interface ActiveFamily {
  staged_count: number
  pending_count: number
  processing_count: number
  active_tasks: unknown[]
}

function rowOf(task: Task): object {
  const usage = usageOf(task)
  return {
    id: numberOf(task.id),
    task_id: task.id,
    task_model: shortNameOf(task.model),
    status: statusOf(task),
    action: task.taskType,
    service_mode: configOf(task).service_mode,
    usage: usage.consume,
    usage_type: usage.type,
    detail: null,
    fixed: false,
    account_id: numberOf(task.tenantId),
    api_key_id: numberOf(task.keyId),
    created_at: timeOf(task.createdAt),
    updated_at: timeOf(task.endedAt ?? task.startedAt ?? task.createdAt),
    deleted_at: null,
  }
}

function success(data: unknown): object {
  return { code: 200, data, message: 'success' }
}

/**
 * PiAPI numbers its rows; ours have UUIDs, whose first 48 bits (the time of creation) and 12 bits of counter make a
 * number that is different for each row of a process and grows. Counted from 2020, it is a safe integer until 2089.
 */
function numberOf(id: string): number {
  const hex = id.replaceAll('-', '')
  return (Number.parseInt(hex.slice(0, 12), 16) - Date.UTC(2020, 0)) * 4_096 + Number.parseInt(hex.slice(13, 16), 16)
}

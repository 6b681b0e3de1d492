import type { FastifyInstance } from 'fastify'
import { invalid } from '../../catalog/read-input.ts'
import { pointsToUsd } from '../../core/points.ts'
import { isRunning, type Status, type Task } from '../../core/task.ts'
import type { DialectContext } from '../dialect.ts'
import { modelsOf, shortNameOf } from './families.ts'
import { configOf, fromTask, statusOf, timeOf, usageOf } from './from-task.ts'

const MAX_PAGE_SIZE = 100
const UNFINISHED: Status[] = ['staged', 'pending', 'submitting', 'uncertain', 'processing']
const MAX_ACTIVE_ROWS = 1_000

/** Account, unfinished tasks and history. */
export function accountRoutes(app: FastifyInstance, context: DialectContext): void {
  const { tasks, urls } = context

  app.get('/account/info', async (request) => {
    const [balance, tenant] = await Promise.all([tasks.balance(request.caller), context.tenantOf(request.caller)])
    const { available, held, credited } = balance
    return success({
      id: numberOf(tenant.id),
      name: tenant.name,
      plan: 'self-hosted',
      type: request.caller.role,
      is_enable: true,
      // 0 stands for "no limit", as there is no null in this type.
      max_concurrent_task_count: tenant.maxConcurrent ?? 0,
      equivalent_in_usd: pointsToUsd(available),
      // PiAPI keeps purses for some families; here one balance pays for all of them.
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

  app.get('/account/active_tasks', async (request) => {
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

  app.get<{ Querystring: Record<string, string> }>('/api/open/tasks/histories', async (request) => {
    const { page: pageText, page_size: sizeText, start_time: from, end_time: to } = request.query
    const model = modelIn(request.query)
    const page = wholeOf(pageText, 'page', 1, 1, 1_000_000)
    const size = wholeOf(sizeText, 'page_size', 10, 1, MAX_PAGE_SIZE)
    const createdFrom = timeFrom(from, 'start_time')
    const createdTo = timeFrom(to, 'end_time')
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

/** The `model` of a query. Sent twice it is an array, and an array names no model. */
export function modelIn(query: Record<string, unknown>): string | undefined {
  const { model } = query
  if (model === undefined || model === '') return undefined
  if (typeof model !== 'string' || !/^[\x20-\x7e]+$/.test(model)) throw invalid('model', 'must be one model name')
  return model
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

function wholeOf(text: string | undefined, field: string, otherwise: number, minimum: number, maximum: number): number {
  if (text === undefined || text === '') return otherwise
  const value = Number(text)
  if (!Number.isInteger(value) || value < minimum || value > maximum) {
    throw invalid(field, `must be a whole number from ${minimum} to ${maximum}, not "${text}"`)
  }
  return value
}

/** Unix seconds, unix milliseconds, or a date that JavaScript reads: the documents do not say which. */
function timeFrom(text: string | undefined, field: string): number | undefined {
  if (text === undefined || text === '') return undefined
  if (/^\d{1,10}$/.test(text)) return Number(text) * 1_000
  const at = /^\d{13}$/.test(text) ? Number(text) : Date.parse(text)
  if (Number.isNaN(at)) throw invalid(field, `must be unix seconds or an RFC 3339 time, not "${text}"`)
  return at
}

import { UNBEGUN } from './new-task.ts'
import { points } from './points.ts'
import { isTerminal, type Task } from './task.ts'

/** When a sample task was created, begun and ended; the last two apply only in states that have them. */
export interface SampleTimes {
  createdAt: number
  startedAt: number
  endedAt: number
}

/** A task as the store returns it, in the given state; every field can be set. */
export function sampleTask(
  { createdAt, startedAt, endedAt }: SampleTimes,
  given: Partial<Task> & Pick<Task, 'id' | 'operation'>,
): Task {
  const status = given.status ?? 'pending'
  return {
    tenantId: 'a tenant',
    keyId: 'a key',
    mode: 'live',
    dialect: 'piapi',
    model: 'a/model',
    taskType: 'a task',
    input: {},
    echo: {},
    webhookUrl: null,
    externalId: null,
    requestId: null,
    traceparent: null,
    status,
    progress: status === 'completed' ? 100 : 0,
    pricePoints: points(400_000),
    priceRule: 'list',
    consumedPoints: points(0),
    ...UNBEGUN,
    error: status === 'failed' ? { code: 'vendor_refused', message: 'too foggy' } : null,
    pool: 'house:hand',
    parentTaskId: null,
    batchId: null,
    dueAt: 0,
    timeoutMs: 600_000,
    deadlineAt: 0,
    createdAt,
    startedAt: ['processing', 'completed'].includes(status) ? startedAt : null,
    endedAt: isTerminal(status) ? endedAt : null,
    ...given,
  }
}

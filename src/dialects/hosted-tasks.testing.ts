import { points } from '../core/points.ts'
import { isTerminal, type Task } from '../core/task.ts'
import { urlsAt } from './urls.ts'

/** For tests: tasks in every state, as the store gives them. */

export const ID = '01234567-89ab-4cde-8f01-23456789ab00'
export const FILE = '0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d'
export const urls = urlsAt(() => 'https://gateway.example')

const CREATED = Date.parse('2026-01-01T00:00:00Z')

export function aTask(given: Partial<Task> & Pick<Task, 'operation' | 'input'>): Task {
  const status = given.status ?? 'pending'
  const ended = isTerminal(status)
  return {
    id: ID,
    tenantId: 'a tenant',
    keyId: 'a key',
    mode: 'live',
    dialect: 'piapi',
    model: 'a/model',
    taskType: 'a task',
    echo: {},
    status,
    progress: status === 'completed' ? 100 : 0,
    pricePoints: points(400_000),
    consumedPoints: points(0),
    output: null,
    error: status === 'failed' ? { code: 'vendor_refused', message: 'too foggy' } : null,
    logs: [],
    pool: 'house:hand',
    provider: null,
    account: null,
    handle: null,
    parentTaskId: null,
    attempts: 0,
    claim: 0,
    dueAt: 0,
    deadlineAt: 0,
    createdAt: CREATED,
    startedAt: ['processing', 'completed', 'failed'].includes(status) ? CREATED + 1_000 : null,
    endedAt: ended ? CREATED + 1_500 : null,
    ...given,
  }
}

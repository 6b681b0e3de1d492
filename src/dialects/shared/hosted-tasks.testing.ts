import { sampleTask } from '../../core/task.testing.ts'
import type { Task } from '../../core/task.ts'
import { urlsAt } from '../kit/urls.ts'

/** For tests: tasks in every state, as the store gives them. */

export const ID = '01234567-89ab-4cde-8f01-23456789ab00'
export const FILE = '0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d'
export const urls = urlsAt(() => 'https://gateway.example')

const CREATED = Date.parse('2026-01-01T00:00:00Z')

export function aTask(given: Partial<Task> & Pick<Task, 'operation' | 'input'>): Task {
  const times = { createdAt: CREATED, startedAt: CREATED + 1_000, endedAt: CREATED + 1_500 }
  const failed = given.status === 'failed' ? { startedAt: times.startedAt } : {}
  return sampleTask(times, { id: ID, ...failed, ...given })
}

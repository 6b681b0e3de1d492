import type { Asset } from '../../core/asset.ts'
import type { DeliveryDraft } from '../../core/delivery.ts'
import type { Json } from '../../core/json.ts'
import { points } from '../../core/points.ts'
import type { TaskCost } from '../../core/price-rule.ts'
import type { Status, Task, TaskError, TerminalStatus } from '../../core/task.ts'
import { type TaskEvent, transition } from '../../core/transitions.ts'
import type { Store } from '../store.ts'

/** Moves of tasks as the tasks room makes them, one function for each event. */
interface Held {
  id: string
  /** null = under any claim. */
  claim: number | null
  now: number
}

interface Extras {
  assets?: readonly Asset[]
  deliveries?: readonly DeliveryDraft[]
}

/** Moves the task by the event, if it is still held under the claim. */
export async function moved(
  store: Store,
  { id, claim, now }: Held,
  event: TaskEvent,
  { assets = [], deliveries = [] }: Extras = {},
): Promise<Task | undefined> {
  for (;;) {
    const task = await store.getTask({ id })
    if (!task || (claim !== null && task.claim !== claim)) return undefined
    const step = transition(task, event, now)
    if (!step) return undefined
    if (await store.applyChange({ change: { transition: step, assets, deliveries, now } })) return step.after
  }
}

type Given = Held & { deliveries?: DeliveryDraft[] }

export async function recordHandle(store: Store, given: Given & { handle: Json; dueAt: number }): Promise<boolean> {
  const { handle, dueAt } = given
  return (await moved(store, given, { kind: 'accepted', handle, dueAt }, given)) !== undefined
}

export async function recordProgress(
  store: Store,
  given: Given & { progress: number; dueAt: number },
): Promise<boolean> {
  const { progress, dueAt } = given
  return (await moved(store, given, { kind: 'progressed', progress, dueAt }, given)) !== undefined
}

export async function recordUncertain(store: Store, given: Held & { dueAt: number; log: string }): Promise<boolean> {
  const { dueAt, log } = given
  return (await moved(store, given, { kind: 'answer_lost', dueAt, log })) !== undefined
}

export async function requeue(
  store: Store,
  given: Held & { dueAt: number; deadlineAt?: number; log: string; isMiss?: boolean },
): Promise<boolean> {
  const { dueAt, log, now, deadlineAt = now + 600_000, isMiss = false } = given
  return (await moved(store, given, { kind: 'returned', dueAt, deadlineAt, log, isMiss })) !== undefined
}

export async function hear(
  store: Store,
  { id, handle, now }: { id: string; handle: Json; now: number },
): Promise<boolean> {
  return (await moved(store, { id, claim: null, now }, { kind: 'heard', handle })) !== undefined
}

export async function recordLate(
  store: Store,
  { id, claim, dueAt, now = 0 }: { id: string; claim: number; dueAt: number | null; now?: number },
): Promise<boolean> {
  return (await moved(store, { id, claim, now }, { kind: 'looked_late', dueAt })) !== undefined
}

export function completeLate(
  store: Store,
  given: Held & Extras & { handle: Json; output: Json; log: string; cost?: TaskCost },
): Promise<Task | undefined> {
  const { handle, output, log, cost } = given
  const event = { kind: 'delivered_late', handle, output, log, ...(cost ? { cost } : {}) } as const
  return moved(store, given, event, given)
}

export interface Settlement {
  id: string
  claim: number | null
  to: TerminalStatus
  from?: readonly Status[]
  consumedPoints: number
  cost?: TaskCost
  output: Json
  error: TaskError | null
  logs: string[]
  assets: Asset[]
  deliveries: DeliveryDraft[]
  handle?: Json
  lateAt?: number
  now: number
}

export function settle(store: Store, given: Settlement): Promise<Task | undefined> {
  const { id, claim, now, assets, deliveries, consumedPoints, ...end } = given
  const event = { kind: 'ended', ...end, consumedPoints: points(consumedPoints) } as const
  return moved(store, { id, claim, now }, event, { assets, deliveries })
}

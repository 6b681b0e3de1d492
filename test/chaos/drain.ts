import { setTimeout as delay } from 'node:timers/promises'
import { isOver, markerOf, type ReadTask, readAll } from './evidence.ts'
import type { World } from './world.ts'

const LOOK_EVERY_MS = 1_500
/** So long nothing may change before what is left is taken for what waits until its deadline. */
const QUIET_MS = 20_000

/**
 * Waits until every task has ended and every webhook was accepted; no longer than `limitMs`, and not for tasks of which
 * the vendor never heard and whose state is unknown: they wait for their deadline.
 */
export async function drain(world: World, limitMs: number): Promise<void> {
  const endAt = Date.now() + limitMs
  let leftBefore = ''
  let quietSince = Date.now()
  while (Date.now() < endAt) {
    const left = await openTasks(world)
    if (left.length === 0) return
    const state = left.map(({ id, status }) => id + status).join()
    if (state !== leftBefore) quietSince = Date.now()
    leftBefore = state
    if (Date.now() - quietSince > QUIET_MS && left.every((task) => isUnknown(world, task))) return
    await delay(LOOK_EVERY_MS)
  }
}

async function openTasks(world: World): Promise<ReadTask[]> {
  const tasks = await readAll(world)
  const accepted = world.hooks.accepted()
  const unheard = new Set(world.load.accepted.filter(({ isUnheard }) => isUnheard).map(({ marker }) => marker))
  return [...tasks.values()].filter((task) => {
    const marker = markerOf(task)
    return !isOver(task) || !(accepted.has(marker) || unheard.has(marker))
  })
}

function isUnknown({ vendor }: World, task: ReadTask): boolean {
  const marker = markerOf(task)
  // One that is found by our key is asked, and answers.
  if (task.status !== 'uncertain' || marker.startsWith('chaos-upstream')) return false
  return !vendor.orders.some((order) => order.marker === marker)
}

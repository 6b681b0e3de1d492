import { getOperation } from '../../catalog/catalog.ts'
import type { Points } from '../../core/points.ts'
import type { Task } from '../../core/task.ts'

/**
 * What the usage of a completed task shows. One of a test key cost nothing, and shows the list price, so that clients that
 * read a usage can be tried: `notCharged` marks it.
 */
export function shownConsumption({ mode, operation, input, consumedPoints }: Task): Points {
  return mode === 'test' ? getOperation(operation).price(input) : consumedPoints
}

/** The mark of a usage that nobody pays for. */
export function notCharged({ mode }: Pick<Task, 'mode'>): { charged?: false } {
  return mode === 'test' ? { charged: false } : {}
}

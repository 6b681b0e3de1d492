import { findOperation } from '../../catalog/catalog.ts'
import { type OutputSpec, outputSpecOf } from '../../catalog/outputs.ts'
import { itemId } from '../../core/ids.ts'
import type { Task } from '../../core/task.ts'

/** The clips that a task is expected to deliver; undefined for an operation that makes none. */
export function clipSpecOf({
  operation,
  input,
}: Pick<Task, 'operation' | 'input'>): Extract<OutputSpec, { kind: 'clips' }> | undefined {
  const known = findOperation(operation)
  if (known?.model !== 'suno' || known.produces.kind !== 'clips') return undefined
  const spec = outputSpecOf(known.produces, input)
  return spec.kind === 'clips' ? spec : undefined
}

/** The ids of a task's clips, known from its submission on: the only clip of a task has the task's id. */
export function clipIdsOf(task: Pick<Task, 'id' | 'operation' | 'input'>): string[] {
  const { count = 0 } = clipSpecOf(task) ?? {}
  if (count === 1) return [task.id]
  return Array.from({ length: count }, (_, index) => itemId(task.id, index + 1))
}

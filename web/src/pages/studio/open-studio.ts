import { randomId } from '../../api/once.ts'
import { router } from '../../router.tsx'
import { keepDraft } from './drafts.ts'
import type { Values } from './field-schema.ts'

/** What the studio begins with when it is opened by a button of a result. */
let prefill: { id: string; operation: string; input: Values } | undefined

export function openStudio(operation: string, input: Values): void {
  const id = randomId().slice(0, 8)
  prefill = { id, operation, input }
  // A page that is loaded again has forgotten the rest.
  keepDraft(operation, input)
  void router.navigate({ to: '/studio', search: { op: operation, from: id } })
}

export function prefilled(id: string | undefined, operation: string): Values | undefined {
  return prefill && prefill.id === id && prefill.operation === operation ? prefill.input : undefined
}

import { keptName } from '../../shell/kept.ts'
import type { Values } from './field-schema.ts'

const NAME = keptName('drafts')
/** What was typed for each operation: in the memory of the tab, also when the page is loaded again. */
const drafts = new Map<string, Values>(stored())
/** The oldest go first. */
const MOST = 20

export const draftOf = (operation: string): Values | undefined => drafts.get(operation)

export function keepDraft(operation: string, values: Values): void {
  drafts.delete(operation)
  drafts.set(operation, values)
  for (const oldest of [...drafts.keys()].slice(0, -MOST)) drafts.delete(oldest)
  try {
    sessionStorage.setItem(NAME, JSON.stringify([...drafts]))
  } catch {
    // Full, or refused: then they last as long as the page.
  }
}

/** Someone else may sign in next. */
export function forgetDrafts(): void {
  drafts.clear()
  sessionStorage.removeItem(NAME)
}

function stored(): [string, Values][] {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(NAME) ?? '[]')
    return Array.isArray(kept) ? (kept as [string, Values][]) : [] // as it was kept
  } catch {
    return []
  }
}

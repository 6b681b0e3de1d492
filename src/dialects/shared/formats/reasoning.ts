import type { Draft } from './draft.ts'

export const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const
export type Effort = (typeof EFFORTS)[number]

/** How much the model is to reason, and whether the answer is to show it. */
export function setReasoning(
  draft: Draft,
  { effort, isShown }: { effort: Effort | undefined; isShown: boolean },
): void {
  draft.set('reasoning', effort)
  // A summary costs nothing more, but OpenAI gives it only to verified organizations: it is asked for where it is shown.
  draft.forVendor('openai', { reasoningSummary: isShown ? 'auto' : null })
  if (isShown) draft.forVendor('google', { thinkingConfig: { includeThoughts: true } })
}

/** A budget of tokens as an effort, for vendors that know only efforts. */
export function effortOfBudget(tokens: number): Effort {
  if (tokens <= 0) return 'none'
  if (tokens <= 4_096) return 'low'
  return tokens <= 16_384 ? 'medium' : 'high'
}

import type { TerminalStatus } from './task.ts'

/** One call of a provider for a task, as its tenant can read it. Instants are milliseconds UTC. */
export interface Attempt {
  taskId: string
  /** From 1. */
  number: number
  provider: string
  account: string
  begunAt: number
  /** When the provider said that it has the work; null = it never did. */
  acceptedAt: number | null
  endedAt: number | null
  outcome: AttemptOutcome
  reason: string | null
}

/**
 * - calling:     no answer yet
 * - accepted:    the provider works on it
 * - uncertain:   the answer was lost, and the provider is asked about it
 * - turned_away: nothing was begun; the task went back into the queue
 * - the rest as the task itself ended
 */
export type AttemptOutcome = 'calling' | 'accepted' | 'uncertain' | 'turned_away' | TerminalStatus

/** What a transition changes of the attempt under way; what is absent stays as it is. */
export interface AttemptChange {
  outcome: AttemptOutcome
  acceptedAt?: number
  endedAt?: number
  reason?: string
}

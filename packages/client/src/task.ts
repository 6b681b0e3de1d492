import type { Operations } from './operations.ts'

export type OperationId = keyof Operations
export type InputOf<Id extends OperationId> = Operations[Id]['input']
export type OutputOf<Id extends OperationId> = Operations[Id]['output']

export type Status =
  | 'staged'
  | 'pending'
  | 'submitting'
  | 'uncertain'
  | 'processing'
  | 'completed'
  | 'failed'
  | 'cancelled'

/** A task as the gateway has it. Instants are milliseconds UTC; 10,000,000 points are 1 USD; files are URLs. */
export interface Task<Output = unknown> {
  id: string
  operation: string
  status: Status
  /** 0 to 100. */
  progress: number
  input: Record<string, unknown>
  /** Null until it is completed. */
  output: Output | null
  error: { code: string; message: string } | null
  price_points: number
  consumed_points: number | null
  parent_id: string | null
  provider: string | null
  logs: string[]
  created_at: number
  started_at: number | null
  ended_at: number | null
}

/** A task that is done. */
export type Completed<Output = unknown> = Task<Output> & { status: 'completed'; output: Output }

export function isEnded({ status }: Pick<Task, 'status'>): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled'
}

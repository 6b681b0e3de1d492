import type { Insertable, Kysely } from 'kysely'
import type { Mode, Status } from '../core/task.ts'
import type { Database } from './schema.ts'

export type Engine = 'sqlite' | 'postgres'

/** A change that is announced once a verb is on disk. */
export type Signal =
  /** A task has this new status and progress. */
  | { kind: 'task'; id: string; status: Status; progress: number }
  /** Tasks were submitted. */
  | { kind: 'submitted'; tenantId: string; mode: Mode }
  /** A pool has new work for an operation. */
  | { kind: 'pool'; pool: string; operation: string }
  /** An account has a free slot. */
  | { kind: 'slot'; account: string }
  /** Prices, costs or the group of a tenant were changed. */
  | { kind: 'prices' }
  /** Accounts were added or changed. */
  | { kind: 'accounts' }
  /** A running task is due: a vendor called back, or answered that it is to be asked at once. */
  | { kind: 'due' }
  /** A task that failed is due for a look whether its result has come after all. */
  | { kind: 'late' }
  /** The last task of a batch has ended. */
  | { kind: 'batch'; id: string }
  /** A delivery is due. */
  | { kind: 'delivery' }
  /** A key was revoked or changed: forget it. */
  | { kind: 'key'; hash: string }
  /** People, their sessions or their memberships were changed. */
  | { kind: 'people' }
  /** The operator chose how long things are kept. */
  | { kind: 'retention' }
  /** This node may have missed signals: cached data must be read again. */
  | { kind: 'resync' }

/** `isOwn`: of a change that this process wrote. Otherwise another one did, which has had the first chance to act on it. */
export type SignalListener = (signal: Signal, isOwn: boolean) => void

/** The transaction in which a query runs. Kysely works with both engines; the other members are where they differ. */
export interface Tx {
  readonly engine: Engine
  readonly db: Kysely<Database>
  /** Inserts all rows; every row has the columns of the first. */
  insertMany<Table extends keyof Database>(table: Table, rows: readonly Insertable<Database[Table]>[]): Promise<void>
  /**
   * Runs one statement that is kept prepared, with placeholders of the engine (`?` or `$1`): for the hot path, where
   * building a statement would cost as much as running it. With `isRead`, it may be repeated when a
   * connection breaks.
   */
  run<Row>(text: string, values: readonly unknown[], options?: { isRead: boolean }): Promise<Row[]>
  /** Sends the signal to every node, after the commit. On its way to other nodes it may get lost, so each of them also polls. */
  signal(signal: Signal): void
}

import type { Insertable, Kysely } from 'kysely'
import type { Status } from '../core/task.ts'
import type { Database } from './schema.ts'

export type Engine = 'sqlite' | 'postgres'

/** What others may want to know once a verb is on disk. */
export type Signal =
  /** A task was moved, and is at this status and progress since. */
  | { kind: 'task'; id: string; status: Status; progress: number }
  /** A pool has new work for an operation. */
  | { kind: 'pool'; pool: string; operation: string }
  /** An account has a free slot. */
  | { kind: 'slot'; account: string }
  /** Accounts were added or changed. */
  | { kind: 'accounts' }
  /** A vendor called: a task is due. */
  | { kind: 'due' }
  /** The last task of a batch has ended. */
  | { kind: 'batch'; id: string }
  /** A delivery is due. */
  | { kind: 'delivery' }
  /** A key was revoked or changed: forget it. */
  | { kind: 'key'; hash: string }
  /** This node may have missed signals: whatever is remembered is to be read again. */
  | { kind: 'resync' }

/** What a query runs in: one transaction of one engine. Kysely speaks to both; the rest is where they differ. */
export interface Tx {
  readonly engine: Engine
  readonly db: Kysely<Database>
  /** Inserts all rows; every row has the columns of the first. */
  insertMany<Table extends keyof Database>(table: Table, rows: readonly Insertable<Database[Table]>[]): Promise<void>
  /**
   * Runs one statement that is kept prepared, with places as the engine writes them (`?` or `$1`): for the hot path, where
   * building a statement would cost as much as running it. One that only reads says so: it may be repeated when a
   * connection breaks.
   */
  run<Row>(text: string, values: readonly unknown[], options?: { isRead: boolean }): Promise<Row[]>
  /** Tells the signal to every node, after the commit; to others it may get lost, so each of them also polls. */
  signal(signal: Signal): void
}

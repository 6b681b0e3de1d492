import type { Json, JsonObject } from '../core/json.ts'
import type { Points } from '../core/points.ts'
import type { Mode, Task } from '../core/task.ts'

/** What a provider is asked to do. The idempotency key was minted and stored before the call; it never changes. */
export interface Job {
  readonly taskId: string
  readonly operation: string
  readonly mode: Mode
  readonly input: JsonObject
  readonly idempotencyKey: string
  /** 1 for the first attempt. */
  readonly attempt: number
  readonly createdAt: number
  /** The finished task that this one builds on. */
  readonly parent: Task | null
  /** For work in this process: tells the progress, 0 to 100, and that the work has begun. */
  report(percent: number): void
  /** Reads a stored file that an output refers to. */
  readAsset(reference: string): Promise<Uint8Array>
  /** Downloads what the caller's input names, through egress. Throws `address_refused`, `unsupported_media` and others. */
  download(url: string, options: { maxBytes: number; signal: AbortSignal }): Promise<Uint8Array>
}

/** One credential at a provider. */
export interface Account {
  readonly id: string
  readonly provider: string
}

export interface ProducedFile {
  /** The output refers to the file as `file:KEY`; what a caller sees is our own URL. */
  key: string
  mediaType: string
  content: Uint8Array | { url: string }
}

export interface Result {
  /** In the shape that the operation's `output` schema states. */
  output: Json
  files: ProducedFile[]
  /** What the work cost in the end; never more than the hold is taken. Absent = the whole hold. */
  consumedPoints?: Points
  logs?: string[]
}

export type Submitted =
  /** Plain JSON, from which any process can carry on. */
  { handle: Json; pollAfterMs?: number } | { result: Result } | { failed: Failure }

export type Progress =
  | { status: 'processing'; progress?: number; pollAfterMs?: number }
  | { status: 'completed'; result: Result }
  | ({ status: 'failed' } & Failure)

/** A generation that failed: a value, with the vendor's own reason. A call that failed is an exception. */
export interface Failure {
  reason: string
  detail?: string
}

/**
 * An adapter that has operations performed. It never loops, sleeps, retries, logs or stores: the dispatcher does that
 * once, for all. What must be remembered is in the handle.
 *
 * An exception's code says what is known: `vendor_refused` (no work was begun), `vendor_unreachable` (the call never
 * arrived: try again), `vendor_silent` (it may be running: reconcile).
 */
export interface Provider {
  readonly id: string
  /** Catalogue ids of the operations that this provider can perform. */
  readonly operations: ReadonlySet<string>
  submit(job: Job, account: Account, signal: AbortSignal): Promise<Submitted>
  poll?(handle: Json, account: Account, signal: AbortSignal): Promise<Progress>
  /** Harmless when asked twice. */
  cancel?(handle: Json, account: Account, signal: AbortSignal): Promise<void>
  /** What became of a call whose answer was lost. Left out where nothing can be known: the task then fails. */
  reconcile?(job: Job, account: Account, signal: AbortSignal): Promise<{ handle: Json } | 'absent' | 'unknown'>
  close?(): Promise<void>
}

export const FILE_SCHEME = 'file:'

import { createHash } from 'node:crypto'
import type { JsonObject } from './json.ts'
import type { Mode } from './task.ts'

/** `validating` → `running` → `finalizing` → an end; `cancelling` in place of `running` after a cancel. */
export type CallBatchStatus =
  | 'validating'
  | 'running'
  | 'cancelling'
  | 'finalizing'
  | 'completed'
  | 'failed'
  | 'expired'
  | 'cancelled'

/** Those in which a process works on it. */
export const UNFINISHED: readonly CallBatchStatus[] = ['validating', 'running', 'cancelling', 'finalizing']

export function hasEnded({ status }: Pick<CallBatch, 'status'>): boolean {
  return !UNFINISHED.includes(status)
}

/** Why a batch was not begun: the fault of one line of its file, or of the file. */
export interface BatchFault {
  code: string
  message: string
  /** From 1; null = the file as a whole. */
  line: number | null
  param: string | null
}

/** Many calls that came as a file, and are answered as a file. */
export interface CallBatch {
  id: string
  tenantId: string
  mode: Mode
  /** Pays for the lines, and limits which models they may name. */
  keyId: string
  /** The API in which it was made, which reads its lines and writes its results. */
  format: string
  /** The route of its lines, such as `/v1/embeddings`. */
  endpoint: string
  status: CallBatchStatus
  inputFileId: string
  /** The bytes of the input: it may outlive the file that the client deleted. */
  inputAssetId: string
  /** The client's own notes. */
  metadata: JsonObject | null
  /** The client's headers that a vendor gets with each line. */
  headers: Readonly<Record<string, string>>
  /** How long the results are kept; null = as long as other files. */
  outputSeconds: number | null
  /** Lines of the input, once they were counted. */
  total: number
  succeeded: number
  failed: number
  /** Lines that were never called, since the batch was cancelled or its time was over. */
  cancelled: number
  expired: number
  faults: readonly BatchFault[]
  outputFileId: string | null
  errorFileId: string | null
  createdAt: number
  /** No line is begun later. */
  expiresAt: number
  startedAt: number | null
  cancellingAt: number | null
  finalizingAt: number | null
  endedAt: number | null
  recordExpiresAt: number
}

/** What a process changes of a batch that it works on. */
export type CallBatchChange = Partial<
  Pick<CallBatch, 'total' | 'startedAt' | 'finalizingAt'> & { status: 'running' | 'finalizing' }
>

/** How a batch ends, with the files of its results. */
export interface CallBatchEnd {
  status: 'completed' | 'failed' | 'expired' | 'cancelled'
  faults: readonly BatchFault[]
  cancelled: number
  expired: number
  outputFileId: string | null
  errorFileId: string | null
  endedAt: number
}

/** The outcome of one line. A line that has one is never called again. */
export interface BatchLine {
  batchId: string
  /** From 0, in the order of the input. */
  index: number
  isSuccess: boolean
  /** The line of the results, in the client's format, without its end. */
  text: string
}

/**
 * The id of the call of a line, the same in every process: where two have called the same line, since one was suspended
 * for longer than its lease, one of the calls is booked. It has the form of other ids, and sorts with those of its batch.
 */
export function lineCallId(batchId: string, index: number): string {
  const hash = createHash('sha256').update(`${batchId}/${index}`).digest('hex')
  const variant = ((Number.parseInt(hash.slice(3, 7), 16) & 0x3fff) | 0x8000).toString(16)
  return `${batchId.slice(0, 13)}-4${hash.slice(0, 3)}-${variant}-${hash.slice(7, 17)}00`
}

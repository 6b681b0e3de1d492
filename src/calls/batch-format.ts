import type { BatchFault, CallBatch } from '../core/call-batch.ts'
import type { Caller } from '../core/caller.ts'
import type { PolyphonyError } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'
import type { CallRequest } from './calls.ts'

/** What a line became. */
export type LineEnd =
  | { kind: 'answered'; status: number; body: string; requestId: string }
  /** It was refused before or by its vendor. */
  | { kind: 'refused'; error: PolyphonyError; requestId: string }
  /** It was never called: the time of its batch was over, or the batch was cancelled. */
  | { kind: 'expired' }
  | { kind: 'cancelled' }

/** A line of the input as it is called; the rest is the same for all formats. */
export type LineRequest = Omit<CallRequest, 'caller' | 'requestId' | 'query' | 'batched' | 'signal' | 'isStreamed'>

/** An API in which batches are made: reads their lines, and writes their results. */
export interface BatchFormat {
  readonly id: string
  /** The name by which the results tell lines apart; undefined where the line has none. */
  customIdOf(line: JsonObject): string | undefined
  /** The field that has it, for errors. */
  readonly idField: string
  /** What is wrong with a line before any is called; undefined where nothing is. */
  faultOf(line: JsonObject, batch: CallBatch): Omit<BatchFault, 'line'> | undefined
  /** Throws `invalid_input` for what is wrong with the call of a line. */
  requestOf(line: JsonObject, batch: CallBatch, caller: Caller): LineRequest | Promise<LineRequest>
  /** The result of a line, which is one line without its end. */
  resultOf(line: JsonObject, end: LineEnd): { text: string; isSuccess: boolean }
  /** Whether lines that failed have a file of their own. */
  readonly separatesErrors: boolean
  /** What the files of results are called, and for what purpose. */
  readonly results: { purposeOf(batch: CallBatch): string; nameOf(batch: CallBatch, isErrors: boolean): string }
  /** Whether the input is a file that the client sent before, and still has after the batch. */
  keepsInput(batch: CallBatch): boolean
}

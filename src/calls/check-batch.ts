import type { BatchFault, CallBatch } from '../core/call-batch.ts'
import { invalidInput, PolyphonyError } from '../core/errors.ts'
import { isJsonObject, type JsonObject } from '../core/json.ts'
import { checkJson, hasNul } from '../core/json-limits.ts'
import { unusableValue } from '../core/json-values.ts'
import type { BatchFormat } from './batch-format.ts'
import { linesOf } from './jsonl.ts'

/** As OpenAI has it: https://platform.openai.com/docs/guides/batch. */
export const MAX_LINES = 50_000
/** A request with pictures in base64. So many lines are in memory as are called at once. */
export const MAX_LINE_BYTES = 16 * 2 ** 20
const LINE_LIMITS = { maxMembers: 500_000, maxDepth: 2_000 }
/** How many faults are named. */
const MAX_FAULTS = 100

/** A line as JSON. Throws `invalid_input` and `payload_too_large`. */
export function parsedLine(bytes: Buffer): JsonObject {
  checkJson(bytes, LINE_LIMITS)
  if (hasNul(bytes)) throw new PolyphonyError('invalid_input', 'A line must not hold the character NUL.')
  let value: unknown
  try {
    value = JSON.parse(bytes.toString())
  } catch (cause) {
    throw new PolyphonyError('invalid_input', 'The line is not valid JSON.', { cause })
  }
  if (!isJsonObject(value as never)) throw new PolyphonyError('invalid_input', 'The line must be a JSON object.')
  const fault = unusableValue(value)
  if (fault) throw invalidInput(fault.field, fault.rule)
  return value as JsonObject // checked above
}

/** Looks at every line before any is called, with one of them in memory. Returns how many there are, or what is wrong. */
export async function checkBatch(
  file: AsyncIterable<Buffer>,
  format: BatchFormat,
  batch: CallBatch,
): Promise<{ total: number; faults: BatchFault[] }> {
  const faults: BatchFault[] = []
  const seen = new Set<string>()
  let total = 0
  const add = (line: number | null, fault: Omit<BatchFault, 'line'>): void => {
    if (faults.length < MAX_FAULTS) faults.push({ ...fault, line })
  }
  try {
    for await (const { bytes, number } of linesOf(file, MAX_LINE_BYTES)) {
      total++
      if (total > MAX_LINES) {
        add(null, { code: 'too_many_tasks', message: `The file has more than ${MAX_LINES} lines.`, param: null })
        break
      }
      const fault = faultOf(bytes, { format, batch, seen })
      if (fault) add(number, fault)
    }
  } catch (error) {
    if (!(error instanceof PolyphonyError) || error.code !== 'payload_too_large') throw error
    add(null, { code: 'line_too_long', message: error.message, param: null })
  }
  if (total === 0) add(null, { code: 'empty_file', message: 'The file has no lines.', param: null })
  return { total, faults }
}

function faultOf(
  bytes: Buffer,
  { format, batch, seen }: { format: BatchFormat; batch: CallBatch; seen: Set<string> },
): Omit<BatchFault, 'line'> | undefined {
  let line: JsonObject
  try {
    line = parsedLine(bytes)
  } catch (error) {
    const { message } = error as PolyphonyError // as `parsedLine` throws it
    return { code: 'invalid_json_line', message, param: null }
  }
  const fault = format.faultOf(line, batch)
  if (fault) return fault
  const customId = format.customIdOf(line) ?? ''
  if (seen.has(customId)) {
    const message = `The ${format.idField} ${JSON.stringify(customId)} is that of an earlier line.`
    return { code: 'duplicate_custom_id', message, param: format.idField }
  }
  seen.add(customId)
  return undefined
}

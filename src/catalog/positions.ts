import { isId, taskOfItem } from '../core/ids.ts'
import { isJsonObject, type Json, type JsonObject } from '../core/json.ts'

/** Fields that name a moment of the clip on which a task builds, in seconds. */
const POSITIONS = ['continue_at', 'infill_start_s', 'infill_end_s'] as const

export interface PositionFault {
  field: string
  rule: string
}

/**
 * A moment of the input that is not in the clip that it names; undefined if there is none, or the length of the clip is not
 * known. Lengths are measured or a vendor's own, and clients round them, so a moment in the second that has begun counts.
 */
export function positionFault(input: JsonObject, item: string, output: Json): PositionFault | undefined {
  const seconds = secondsOf(item, output)
  if (seconds === undefined) return undefined
  for (const field of POSITIONS) {
    const at = input[field]
    if (typeof at !== 'number' || at <= Math.ceil(seconds)) continue
    const length = Math.round(seconds * 100) / 100
    return { field, rule: `must be within the clip, which has ${length} seconds, not ${at}` }
  }
  return undefined
}

/** The length of the clip; of the longest one, where the task is named and not its clip. */
function secondsOf(item: string, output: Json): number | undefined {
  if (!isId(item) || !isJsonObject(output) || !Array.isArray(output.clips)) return undefined
  const { number } = taskOfItem(item)
  const clips = output.clips.filter(isJsonObject)
  const named = clips.filter(({ id }) => id === item)
  const numbered = number > 0 && named.length === 0 ? clips.slice(number - 1, number) : named
  const lengths = (numbered.length > 0 ? numbered : clips).map(({ durationSeconds }) => durationSeconds)
  if (lengths.length === 0 || !lengths.every((one) => typeof one === 'number' && one > 0)) return undefined
  return Math.max(...(lengths as number[]))
}

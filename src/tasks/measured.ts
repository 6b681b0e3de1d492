import type { Measures } from '../assets/measure.ts'
import { isJsonObject, type Json, type JsonObject } from '../core/json.ts'

/**
 * An output with the sizes and lengths that were found in its files, by their references (`asset:ID.EXT`), in place of those
 * that were requested: `widthPx`, `heightPx` and `seconds` of whatever has a `file`, `durationSeconds` of a clip. Members
 * that are not there are not added, so an output keeps its shape.
 */
export function withMeasures(output: Json, measures: ReadonlyMap<string, Measures>): Json {
  if (Array.isArray(output)) return output.map((one) => withMeasures(one, measures))
  if (!isJsonObject(output)) return output
  const members = Object.entries(output).map(([name, inner]) => [name, withMeasures(inner, measures)] as const)
  return { ...Object.fromEntries(members), ...measured(output, measures) }
}

/** Which of an object's own members are to be other than they are. */
function measured({ file, audio, ...members }: JsonObject, measures: ReadonlyMap<string, Measures>): JsonObject {
  const ofFile = found(file, measures)
  const ofAudio = found(audio, measures)
  const known = { ...ofFile, ...(ofAudio?.seconds === undefined ? {} : { durationSeconds: ofAudio.seconds }) }
  return Object.fromEntries(Object.entries(known).filter(([name]) => Object.hasOwn(members, name)))
}

function found(reference: Json | undefined, measures: ReadonlyMap<string, Measures>): Measures | undefined {
  return typeof reference === 'string' ? measures.get(reference) : undefined
}

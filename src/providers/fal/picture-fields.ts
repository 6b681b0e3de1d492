import type { JsonObject } from '../../core/json.ts'
import type { FieldReader } from '../kit/hosted-input.ts'
import { outputSpecFor } from '../kit/results.ts'
import type { TaskRequest } from '../provider.ts'

/** fal takes any size. */
export function sized(fields: FieldReader, request: TaskRequest): JsonObject {
  fields.skip('width', 'height', 'aspect_ratio', 'resolution', 'size')
  const { widthPx, heightPx } = outputSpecFor(request, 'pictures')
  return { image_size: { width: widthPx, height: heightPx } }
}

/** fal has one name for JPEG. */
export function format(fields: FieldReader, known: readonly string[] = ['jpeg', 'png']): JsonObject {
  const output_format = fields.text('output_format')?.replace(/^jpg$/, 'jpeg')
  if (output_format === undefined) return {}
  return known.includes(output_format) ? { output_format } : fields.refuse('output_format')
}

/** fal writes choices of numbers as text, and does not offer the strictest. */
export function tolerance(fields: FieldReader, maximum: number): JsonObject {
  const level = Number(fields.take('safety_tolerance') ?? 2)
  return level >= 1 && level <= maximum ? { safety_tolerance: String(level) } : fields.refuse('safety_tolerance')
}

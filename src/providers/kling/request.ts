import { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import type { Account, Job } from '../provider.ts'

/**
 * How an operation is requested at Kling: fields as its documents have them (vendor pages of 2026 where the operation is
 * still described there, older ones for the rest). An input that Kling cannot perform is refused, naming the field.
 */
export interface Request {
  /** A task is read below the same path. It depends on the input only. */
  pathOf(input: JsonObject): string
  /** Files in the input are URLs, or bare base64 where Kling cannot reach them. */
  bodyOf(input: JsonObject, job: Job, account: Account): JsonObject
  /** Whether the path finds a task again by our id of it. False where no page says so. */
  isFoundByOurId: boolean
}

/** Throws `vendor_refused`. */
export function refuse(input: JsonObject, field: string, why: string): void {
  if (isGiven(input[field])) throw refused(field, why)
}

export function refused(field: string, why: string): PolyphonyError {
  return new PolyphonyError('vendor_refused', `${field} ${why}.`, { field })
}

export function requireOne(input: JsonObject, field: string): void {
  if (input[field] !== 1) throw refused(field, 'must be 1: Kling makes one per call')
}

/** Videos are taken by their URL only. */
export function requireUrl(field: string, job: Job): void {
  for (const reference of [job.input[field] ?? ''].flat()) {
    if (typeof reference === 'string' && isGiven(reference) && job.urlOf(reference) === undefined) {
      throw refused(field, 'must be a URL that Kling can reach; a file that is stored here needs PUBLIC_URL for that')
    }
  }
}

/** Clients send empty values for fields that they do not use. */
export function isGiven(value: Json | undefined): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null && value !== ''
}

export function withoutEmpty(fields: Record<string, Json | undefined>): JsonObject {
  const kept: JsonObject = {}
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined && isGiven(value)) kept[name] = value
  }
  return kept
}

export function pick(input: JsonObject, names: readonly string[]): JsonObject {
  return withoutEmpty(Object.fromEntries(names.map((name) => [name, input[name]])))
}

export function textsOf(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string' && one !== '').map(String) : []
}

export function listOf<T extends Json>(value: Json | undefined, as: (one: JsonObject) => T): T[] | undefined {
  return Array.isArray(value) ? value.filter(isJsonObject).map(as) : undefined
}

export function isUrl(value: Json | undefined): boolean {
  return typeof value === 'string' && /^https?:/.test(value)
}

/** Prompts call files @image_1 and @video here; at Kling <<<image_1>>> and <<<video_1>>>. */
export function klingPrompt(prompt: string): string {
  return prompt
    .replaceAll(/@image_(\d+)/g, '<<<image_$1>>>')
    .replaceAll(/@video(?:_1)?\b/g, '<<<video_1>>>')
    .replaceAll(/@(video|audio)_(\d+)/g, '<<<$1_$2>>>')
}

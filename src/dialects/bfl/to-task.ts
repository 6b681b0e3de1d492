import type { Operation } from '../../catalog/operation.ts'
import { invalid } from '../../catalog/read-input.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { objectIn } from '../kit/body.ts'
import { type NamedWish, readNamed } from '../kit/own-names.ts'
import type { Spelling } from '../kit/spelling.ts'

const MAX_URL = 2_083

/** The body of `POST /v1/{model}`. Throws `invalid_input`. */
export function toTask(operation: Operation, body: unknown): NamedWish {
  const { webhook_url: url, webhook_secret: secret, ...fields } = objectIn(body)
  const hook = textIn(url, 'webhook_url')
  if (hook.length > MAX_URL) throw invalid('webhook_url', `has at most ${MAX_URL} characters`)
  const { frames, names } = keyframesIn(operation, fields.keyframes)
  const input = readNamed(operation, frames === undefined ? fields : { ...fields, keyframes: frames }, names)
  if (hook === '') return { operation, input, names }
  const echo = { webhook_url: hook, webhook_secret: textIn(secret, 'webhook_secret') }
  return { operation, input, echo, webhook: { field: 'webhook_url', url: hook }, names }
}

function textIn(value: Json | undefined, field: string): string {
  if (value === undefined || value === null) return ''
  if (typeof value !== 'string') throw invalid(field, 'must be a string')
  return value
}

/** A keyframe is a picture, or a second and a picture; the catalogue has an object in both cases. */
function keyframesIn(operation: Operation, given: Json | undefined): { frames?: JsonObject[]; names: Spelling } {
  if (!('keyframes' in operation.input.properties) || !Array.isArray(given)) return { names: {} }
  const names: Record<string, string> = {}
  const frames = given.map((frame, index): JsonObject => {
    const at = `keyframes.${index}`
    if (isJsonObject(frame)) return frame
    if (!Array.isArray(frame)) {
      names[`${at}.image`] = at
      return { image: frame }
    }
    const [time, image, ...others] = frame
    if (time === undefined || image === undefined || others.length > 0) {
      throw invalid(at, 'must be a picture, or a second and a picture')
    }
    names[`${at}.time`] = `${at}.0`
    names[`${at}.image`] = `${at}.1`
    return { time, image }
  })
  return { frames, names }
}

import { BFL } from '../../catalog/bfl.ts'
import type { Operation } from '../../catalog/operation.ts'
import { readInput } from '../../catalog/read-input.ts'
import { invalidInput } from '../../core/errors.ts'
import type { FieldNames } from '../../core/field-names.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import type { Submission } from '../../tasks/tasks.ts'
import { objectIn, optionalText, webhookIn } from '../kit/fields.ts'

const MAX_URL = 2_083

/** The body of `POST /v1/{model}`. Throws `invalid_input`. */
export function toTask(operation: Operation, body: unknown): Submission {
  const { webhook_url: url, webhook_secret: secret, ...fields } = objectIn(body)
  const { webhook } = webhookIn('webhook_url', url)
  if (webhook && webhook.url.length > MAX_URL) throw invalidInput('webhook_url', `has at most ${MAX_URL} characters`)
  const { frames, names } = keyframesIn(operation, fields.keyframes)
  const input = readInput(operation, frames === undefined ? fields : { ...fields, keyframes: frames }, names)
  const submission = { operation, input, names, dialect: BFL }
  if (!webhook) return submission
  return { ...submission, echo: { webhook_secret: optionalText(secret, 'webhook_secret') ?? '' }, webhook }
}

/** A keyframe is a picture, or a second and a picture; the catalogue has an object in both cases. */
function keyframesIn(operation: Operation, given: Json | undefined): { frames?: JsonObject[]; names: FieldNames } {
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
      throw invalidInput(at, 'must be a picture, or a second and a picture')
    }
    names[`${at}.time`] = `${at}.0`
    names[`${at}.image`] = `${at}.1`
    return { time, image }
  })
  return { frames, names }
}

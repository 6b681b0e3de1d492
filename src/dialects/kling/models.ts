import { invalidInput } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import { isGiven, isText } from '../kit/fields.ts'

/** Kling's names of its models, and the catalogue's versions. Those of version 4 are relays' (inferred: `kling-v4*`). */

export const VIDEO_VERSIONS: Record<string, string> = {
  'kling-v1': '1.0',
  'kling-v1-5': '1.5',
  'kling-v1-6': '1.6',
  'kling-v2-master': '2.0',
  'kling-v2-1': '2.1',
  'kling-v2-1-master': '2.1-master',
  'kling-v2-5': '2.5',
  'kling-v2-5-turbo': '2.5',
  'kling-v2-6': '2.6',
  'kling-v3': '3.0',
  'kling-v3-turbo': '3.0-turbo',
  'kling-3.0-turbo': '3.0-turbo',
  'kling-v4': '4.0',
  'kling-v4-flash': '4.0-flash',
}
export const OMNI_VERSIONS: Record<string, string> = {
  'kling-video-o1': 'o1',
  'kling-v3-omni': '3.0',
  'kling-v3': '3.0',
  'kling-v4-omni': '4.0',
  'kling-v4': '4.0',
  'kling-v4-omni-flash': '4.0-flash',
  'kling-v4-flash-omni': '4.0-flash',
  'kling-v4-flash': '4.0-flash',
}
export const IMAGE_VERSIONS: Record<string, string> = {
  'kling-v1': '1.0',
  'kling-v1-5': '1.5',
  'kling-v2': '2.0',
  'kling-v2-new': '2.0',
  'kling-v2-1': '2.1',
  'kling-v3': '3.0',
  'kling-v3-omni': 'o1',
  'kling-image-o1': 'o1',
}
export const MOTION_VERSIONS: Record<string, string> = { 'kling-v2-6': '2.6' }

/** The error name of the catalogue's version. */
export const VERSION_NAMES = { version: 'model_name' }

/** `model_name`, or `model` as some clients say, as the catalogue's version. */
export function modelled({ model_name, model, ...rest }: JsonObject, versions: Record<string, string>): JsonObject {
  const name = isText(model_name) ? model_name : model
  if (!isGiven(name)) return rest
  if (typeof name !== 'string' || !Object.hasOwn(versions, name)) {
    const field = isText(model_name) ? 'model_name' : 'model'
    throw invalidInput(field, `must be one of ${Object.keys(versions).join(', ')}, not ${JSON.stringify(name)}`)
  }
  return { ...rest, version: versions[name] ?? '' }
}

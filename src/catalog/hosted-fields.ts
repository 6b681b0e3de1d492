import { isJsonObject, type Json, type JsonObject } from '../core/json.ts'
import { booleanIn, isPlaceholder, numeralIn } from '../core/sent-values.ts'
import type { BrokenRule } from './operation.ts'

/**
 * The input of a hosted model, whose schema is unknown here, read as far as the names of its fields allow: what says
 * nothing is left out, and a text that is exactly a number or boolean becomes that.
 */

const words = (list: string): ReadonlySet<string> => new Set(list.split(' '))

/** Fields that are a number at every model that has them. Not among them: durations and tolerances, texts at some models. */
const NUMBERS = words(
  'n num_images num_outputs num_images_per_prompt num_samples num_videos batch_size batch_count max_images ' +
    'width height image_width image_height seed steps num_steps num_inference_steps inference_steps num_frames ' +
    'fps frames_per_second guidance guidance_scale cfg cfg_scale strength prompt_strength image_prompt_strength ' +
    'output_quality scale scale_factor upscale_factor temperature top_p top_k max_tokens lora_scale',
)
/** Of these, those by which outputs are counted and measured: no model takes a list or an object there. */
const SINGLE = words(
  'n num_images num_outputs num_images_per_prompt num_samples num_videos batch_size batch_count max_images ' +
    'width height image_width image_height seed steps num_steps num_inference_steps inference_steps num_frames',
)
/** Free texts, where "" and "true" are what is meant. */
const TEXT = /prompt|text|lyrics|caption|message|script|query|question/

export function readHosted(input: JsonObject): JsonObject {
  const fields: JsonObject = {}
  for (const [name, value] of Object.entries(input)) {
    if (name === '__proto__') continue
    const isWords = TEXT.test(name.toLowerCase())
    if (saysNothing(value) && !(isWords && isText(value))) continue
    fields[name] = isWords && !NUMBERS.has(name) ? value : typed(name, value)
  }
  return fields
}

/** Form builders send lists with one empty element. */
function saysNothing(value: Json): boolean {
  return (
    isPlaceholder(value) ||
    (Array.isArray(value) && value.every((one) => one === null || one === '')) ||
    (isSize(value) && isEmpty(value))
  )
}

/** '', or a list of such: of a prompt that is what is meant. */
function isText(value: Json): boolean {
  return value === '' || (Array.isArray(value) && value.length > 0 && value.every((one) => one === ''))
}

function isEmpty({ width, height }: JsonObject): boolean {
  return isPlaceholder(width) && isPlaceholder(height)
}

function typed(name: string, value: Json): Json {
  if (typeof value === 'string') return booleanIn(value) ?? (NUMBERS.has(name) ? (numeralIn(value) ?? value) : value)
  if (!isSize(value)) return value
  return { ...value, width: typed('width', value.width ?? null), height: typed('height', value.height ?? null) }
}

/** `image_size`, and the like, as pixels. */
function isSize(value: Json): value is JsonObject {
  return isJsonObject(value) && 'width' in value && 'height' in value
}

/** The first field that is a number by its name and not by its value. */
export function wrongNumber(input: JsonObject): BrokenRule | undefined {
  for (const [name, value] of Object.entries(input)) {
    if (NUMBERS.has(name) && isWrong(name, value)) return broken(name, value)
    if (!isSize(value)) continue
    for (const side of ['width', 'height']) {
      const length = value[side]
      if (isWrong(side, length)) return broken(`${name}.${side}`, length)
    }
  }
  return undefined
}

/** A list or an object the vendor judges where some models take one. */
function isWrong(name: string, value: Json | undefined): value is Json {
  if (typeof value === 'object' && value !== null) return SINGLE.has(name)
  return typeof value === 'string' || typeof value === 'boolean'
}

function broken(name: string, value: Json): BrokenRule {
  return { field: `input.${name}`, rule: `must be a number, not ${shown(value)}` }
}

/** Objects are not written out: they may be nested more deeply than a stack can follow. */
function shown(value: Json): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object'
  return JSON.stringify(typeof value === 'string' ? value.slice(0, 60) : value)
}

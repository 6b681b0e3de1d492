import { translateLabel } from '../../i18n/i18n.ts'
import type { FieldSchema, Values } from './field-schema.ts'

/** Fields that most people want to see at once; the others are a click away. */
const MAIN = new Set(
  'gpt_description_prompt prompt promptText text lyrics title tags style style_prompt make_instrumental task aspect_ratio ratio size resolution duration model version image image_url input_image video video_url audio audio_url n num_images continue_at index origin_task_id clip_id'.split(
    ' ',
  ),
)
const MOST_MAIN = 9

export interface NamedField {
  name: string
  schema: FieldSchema
  isRequired: boolean
}

/** `initial`: what a form begins with, which is shown at once too. */
export function fieldsOf(schema: FieldSchema, initial: Values = {}): { main: NamedField[]; more: NamedField[] } {
  const required = new Set(schema.required ?? [])
  const all = Object.entries(schema.properties ?? {}).map(([name, one]) => ({
    name,
    schema: one,
    isRequired: required.has(name),
  }))
  const isMain = ({ name, isRequired }: NamedField): boolean => isRequired || MAIN.has(name) || all.length <= 6
  const main = all.filter(isMain)
  const usual = main.filter((field, at) => field.isRequired || at < MOST_MAIN)
  const shown = [...usual, ...all.filter((field) => initial[field.name] !== undefined && !usual.includes(field))]
  return { main: shown, more: all.filter((field) => !shown.includes(field)) }
}

/** A name of the API as a label, such as "Aspect ratio". */
export function labelOf(name: string): string {
  const known = translateLabel(name)
  if (known) return known
  const words = name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .split(/[_\s-]+/)
    .map((word) => ABBREVIATIONS.get(word.toLowerCase()) ?? word.toLowerCase())
    .join(' ')
    .trim()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

const ABBREVIATIONS = new Map(
  ['ID', 'URL', 'URI', 'URLs', 'LoRA', 'SVG', 'RGB', 'JSON', 'NSFW', 'CFG', 'TTS', 'CBR', 'FPS', 'AIGC', 'LaTeX'].map(
    (word) => [word.toLowerCase(), word],
  ),
)

/** What a description adds to the label; undefined where it says the same. */
export function helpBeside(label: string, description: string | undefined): string | undefined {
  const text = description?.replace(/[.。]$/, '').toLowerCase()
  return text === label.toLowerCase() ? undefined : description
}

/** The kind of control for a field. */
export type Control =
  | 'choice'
  | 'switch'
  | 'number'
  | 'media'
  | 'long'
  | 'text'
  | 'mediaList'
  | 'lines'
  | 'group'
  | 'json'

const LONG = 250

export function controlOf(schema: FieldSchema): Control {
  if (schema.enum) return 'choice'
  if (schema['x-media']) return 'media'
  if (schema.type === 'boolean') return 'switch'
  if (schema.type === 'integer' || schema.type === 'number') return 'number'
  if (schema.type === 'array') {
    if (schema.items?.['x-media']) return 'mediaList'
    return schema.items?.type === 'string' ? 'lines' : 'json'
  }
  if (schema.type === 'object') return schema.properties ? 'group' : 'json'
  if (schema.anyOf) return 'json'
  return (schema.maxLength ?? 0) > LONG ? 'long' : 'text'
}

/** What is sent: nothing of what was left as it was. */
export function inputOf(values: Values): Values {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]): [string, unknown][] => {
      if (value === undefined || value === '' || value === null) return []
      if (Array.isArray(value)) {
        const given = value.filter((one) => one !== '')
        return given.length === 0 ? [] : [[name, given]]
      }
      if (typeof value === 'object') {
        const inner = inputOf(value as Values)
        return Object.keys(inner).length === 0 ? [] : [[name, inner]]
      }
      return [[name, value]]
    }),
  )
}

/** The name of the field that an error names, such as `prompt` of `input.prompt` or `image_urls` of `input.image_urls[0]`. */
export function fieldNamed(field: string | undefined): string | undefined {
  return field?.replace(/^input\.?/, '').split(/[.[]/, 1)[0] || undefined
}

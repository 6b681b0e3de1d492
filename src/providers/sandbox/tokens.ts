import { isJsonObject, type Json } from '../../core/json.ts'

export const CHARACTERS_PER_TOKEN = 4

/** How many tokens the sandbox says that a text has. */
export function tokens(text: string): number {
  return Math.ceil(text.length / CHARACTERS_PER_TOKEN)
}

/** What is written under these names is no text for the model. */
const NOT_READ: ReadonlySet<string> = new Set([
  'type',
  'role',
  'id',
  'data',
  'media_type',
  'mimeType',
  'url',
  'file_id',
])

/** The tokens of all texts in values such as messages and tools. */
export function countIn(values: readonly (Json | undefined)[]): number {
  return tokens(values.map(textIn).join(''))
}

/** All that a model would read of a value, in turn. */
export function textIn(value: Json | undefined): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.map(textIn).join('')
  if (!isJsonObject(value)) return ''
  return Object.entries(value)
    .map(([name, inner]) => (NOT_READ.has(name) ? '' : textIn(inner)))
    .join('')
}

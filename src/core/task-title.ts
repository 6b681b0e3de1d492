import { isJsonObject } from './json.ts'

const TITLE_FIELDS = [
  'title',
  'gpt_description_prompt',
  'prompt',
  'promptText',
  'text',
  'text_prompt',
  'gen_text',
  'tts_text',
  'style_prompt',
  'lyrics',
  'tags',
  'name',
] as const
const MAX_LENGTH = 200

interface Titled {
  input: object
  output: unknown
  operation: string
}

/**
 * What a task is called: the title of what it made, or the first line of what was asked for, or its operation. The workspace
 * in a browser uses it, too.
 */
export function titleOf({ input, output, operation }: Titled): string {
  const clips = isJsonObject(output) && Array.isArray(output.clips) ? output.clips : []
  const made = clips.map((clip) => (isJsonObject(clip) ? clip.title : undefined))
  const fields = input as Record<string, unknown> // an object has names
  const named = [...made, ...TITLE_FIELDS.map((field) => fields[field])]
  const found = named.find((value): value is string => typeof value === 'string' && value.trim() !== '')
  return (found?.trim().split('\n', 1)[0] ?? operation).slice(0, MAX_LENGTH)
}

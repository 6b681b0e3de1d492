import type { JsonObject } from '../core/json.ts'
import type { Knowledge } from './read-settings.ts'
import type { Setting } from './setting.ts'
import { SETTINGS } from './settings.ts'

/** The JSON schema of a configuration file, for editors and for checks before a deployment. */
export function schemaOfFile({ names }: Knowledge): JsonObject {
  const properties: JsonObject = { $schema: { type: 'string' } }
  for (const [name, { schema, what }] of Object.entries(SETTINGS) as [string, Setting<unknown>][]) {
    properties[name] = { description: what, ...schema }
    properties[`${name}_FILE`] = fileOf(name)
  }
  for (const { name, what } of names) {
    properties[name] = { description: what, type: 'string' }
    properties[`${name}_FILE`] = fileOf(name)
  }
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Configuration of Polyphony',
    type: 'object',
    additionalProperties: false,
    properties,
  }
}

function fileOf(name: string): JsonObject {
  return { description: `A file that holds ${name}.`, type: 'string' }
}

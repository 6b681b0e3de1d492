import { readFileSync } from 'node:fs'
import { ConfigError } from './config-error.ts'

export type Env = Readonly<Record<string, string | undefined>>

/** A place where settings are given, such as the environment or a file. */
export interface Source {
  /** How messages call it. */
  title: string
  values: Env
  /** It holds nothing but settings of the gateway: another name in it is a fault. */
  isComplete?: true
  /** The values that a file has as lists and maps. All others are single values. */
  forms?: Readonly<Record<string, Form>>
  /** Sentences about what is in the place and cannot be meant so, which end no start. */
  warnings?: readonly string[]
}

export type Form = 'list' | 'map'

export interface Found {
  text: string
  /** The source, and the file that `NAME_FILE` names there. */
  from: string
  /** Absent for a single value. */
  form?: Form
}

/**
 * A setting in the first source that has it, or the content of the file that `NAME_FILE` names there. Empty counts as not
 * set. Throws a ConfigError when a source has both, and when the file cannot be read or is empty: where one is named, a value is meant.
 */
export function find(sources: readonly Source[], name: string): Found | undefined {
  for (const { title, values, forms } of sources) {
    const text = values[name]
    const file = values[`${name}_FILE`]
    if (text && file) throw new ConfigError(`${name} and ${name}_FILE are both set; set one.`)
    if (text) return { text, from: title, ...(forms?.[name] && { form: forms[name] }) }
    if (file) return { text: contentOf(file, name), from: `${title}, ${file}` }
  }
  return undefined
}

function contentOf(file: string, name: string): string {
  const content = read(file, name)
  if (content === '') throw new ConfigError(`${name}_FILE: ${file} is empty.`)
  return content
}

function read(file: string, name: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    throw new ConfigError(`${name}_FILE: ${file} cannot be read.`, { cause: error })
  }
}

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
}

export interface Found {
  text: string
  /** The source, and the file that `NAME_FILE` names there. */
  from: string
}

/**
 * A setting in the first source that has it, or the content of the file that `NAME_FILE` names there. Empty counts as not
 * set. Throws a ConfigError when a source has both, or the file cannot be read.
 */
export function find(sources: readonly Source[], name: string): Found | undefined {
  for (const { title, values } of sources) {
    const text = values[name]
    const file = values[`${name}_FILE`]
    if (text && file) throw new ConfigError(`${name} and ${name}_FILE are both set; set one.`)
    if (text) return { text, from: title }
    if (!file) continue
    const content = contentOf(file, name)
    if (content) return { text: content, from: `${title}, ${file}` }
  }
  return undefined
}

function contentOf(file: string, name: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    throw new ConfigError(`${name}_FILE: ${file} cannot be read.`, { cause: error })
  }
}

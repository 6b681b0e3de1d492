import { parseEnv } from 'node:util'
import type { Env } from './sources.ts'

const ASSIGNMENT = /^\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*=\s*(.*)$/
const EMPTY_OR_COMMENT = /^\s*(?:#|$)/

export interface EnvFile {
  values: Env
  /** Sentences about lines that set nothing, or not what they seem to. They repeat no value: it may be a secret. */
  warnings: readonly string[]
}

/**
 * Reads the lines of a file `.env` as Node.js does, which passes over what it does not understand: a line such as
 * `POLYPHONY_METRICS_KEY: x` would leave open what the operator has closed. Other programs may read the file, too, so a start goes on.
 */
export function readEnvFile(text: string, title: string): EnvFile {
  const warnings: string[] = []
  const lineOf = new Map<string, number>()
  let quote: { sign: string; from: number } | undefined
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const number = index + 1
    if (quote !== undefined) {
      if (line.includes(quote.sign)) quote = undefined
      continue
    }
    if (EMPTY_OR_COMMENT.test(line)) continue
    const [, name, value = ''] = ASSIGNMENT.exec(line) ?? []
    if (name === undefined) {
      warnings.push(`${title}, line ${number}, is not written as NAME=value.`)
      continue
    }
    const earlier = lineOf.get(name)
    if (earlier !== undefined) warnings.push(`${title} has ${name} in lines ${earlier} and ${number}; keep one.`)
    lineOf.set(name, number)
    const sign = /^["'`]/.exec(value)?.[0]
    if (sign !== undefined && !value.slice(1).includes(sign)) quote = { sign, from: number }
  }
  if (quote !== undefined) warnings.push(`${title}, line ${quote.from}: the quote ${quote.sign} is not closed.`)
  return { values: parseEnv(text), warnings }
}

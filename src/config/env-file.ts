import { parseEnv } from 'node:util'
import type { Env } from './sources.ts'

const NAME = /^[A-Za-z_][\w.-]*$/
/** A line that was probably meant as a setting of its own. */
const ASSIGNMENT = /^(export )?[A-Z][A-Z\d_]*=/
/** What may stand behind the end of a value in quotes. */
const REST = /^\s*(#.*)?$/

export interface EnvFile {
  values: Env
  /** Sentences about lines that set nothing, or not what they seem to. They repeat no value: it may be a secret. */
  warnings: readonly string[]
}

/**
 * Reads the lines of a file `.env` as Node.js does, which passes over what it does not understand: a line such as
 * `POLYPHONY_METRICS_KEY: x` would leave open what the operator has closed. Other programs may read the file, too, so a start goes on.
 */
export function readEnvFile(content: string, title: string): EnvFile {
  const warnings: string[] = []
  const lineOf = new Map<string, number>()
  let quote: { sign: string; from: number } | undefined
  for (const [index, line] of content.split(/\r?\n/).entries()) {
    const number = index + 1
    if (quote !== undefined) {
      const end = line.indexOf(quote.sign)
      if (ASSIGNMENT.test(line) || (end !== -1 && !REST.test(line.slice(end + 1)))) {
        warnings.push(
          `${title}, line ${number}, belongs to the value in line ${quote.from}, whose quote ${quote.sign} is not closed there.`,
        )
      }
      if (end !== -1) quote = undefined
      continue
    }
    const text = line.trim()
    if (text === '' || text.startsWith('#')) continue
    const [before = '', ...after] = text.split('=')
    const name = before.replace(/^export /, '').trim()
    if (after.length === 0 || !NAME.test(name)) {
      warnings.push(`${title}, line ${number}, is not written as NAME=value.`)
      continue
    }
    const earlier = lineOf.get(name)
    if (earlier !== undefined) warnings.push(`${title} has ${name} in lines ${earlier} and ${number}; keep one.`)
    lineOf.set(name, number)
    const value = after.join('=').trim()
    const sign = /^["'`]/.exec(value)?.[0]
    if (sign !== undefined && !value.slice(1).includes(sign)) quote = { sign, from: number }
  }
  if (quote !== undefined) warnings.push(`${title}, line ${quote.from}: the quote ${quote.sign} is not closed.`)
  return { values: parseEnv(content), warnings }
}

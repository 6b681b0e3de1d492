import { isDeepStrictEqual } from 'node:util'
import { invalidInput, PolyphonyError } from '../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../core/json.ts'
import { pointsToUsd, usdDigits } from '../core/points.ts'
import type { CostRule, PriceRule, RateRule } from '../core/price-rule.ts'
import { csvOf, readCsv } from './csv.ts'
import { orNear } from './near-names.ts'
import { readConditions } from './rule-input.ts'

/** Rules as files, JSON or CSV: what is exported can be imported. */

export type FileFormat = 'csv' | 'json'

const RATE_COLUMNS = ['of', 'when', 'usd', 'factor', 'per', 'note']
export const PRICE_COLUMNS = ['tenant', 'group', ...RATE_COLUMNS]
export const COST_COLUMNS = ['provider', 'account', ...RATE_COLUMNS]
const NUMBERS = ['points', 'usd', 'factor']
const MAX_RULES = 10_000

export function priceEntry({ tenantId, group, ...rule }: PriceRule): JsonObject {
  return {
    ...(tenantId === null ? {} : { tenant: tenantId }),
    ...(group === null ? {} : { group }),
    ...rateEntry(rule),
  }
}

export function costEntry({ provider, account, ...rule }: CostRule): JsonObject {
  return { provider, ...(account === null ? {} : { account }), ...rateEntry(rule) }
}

function rateEntry({ of, conditions, points, factor, per, note }: RateRule): JsonObject {
  return {
    of,
    ...(Object.keys(conditions).length === 0 ? {} : { when: conditions }),
    ...(points === null ? {} : { usd: pointsToUsd(points) }),
    ...(factor === null ? {} : { factor }),
    ...(per === null ? {} : { per }),
    ...(note === '' ? {} : { note }),
  }
}

/** A file that is read as what it was made of. */
export function fileOf(entries: readonly JsonObject[], columns: readonly string[], format: FileFormat): string {
  if (format === 'json') return `${JSON.stringify({ rules: entries }, null, 2)}\n`
  return csvOf([columns, ...entries.map((entry) => columns.map((column) => cellOf(column, entry)))])
}

function cellOf(column: string, entry: JsonObject): string {
  const value = entry[column]
  if (value === undefined) return ''
  if (column === 'usd') return usdDigits(Number(value))
  return isJsonObject(value) ? conditionsText(value, String(entry.of)) : String(value)
}

/** As people write them; as JSON where that would be read as something else, such as a text with a semicolon. */
function conditionsText(conditions: JsonObject, of: string): string {
  const text = Object.entries(conditions)
    .map(([name, value]) => `${name}=${value}`)
    .join('; ')
  return isDeepStrictEqual(conditionsIn(text, of), conditions) ? text : JSON.stringify(conditions)
}

function conditionsIn(text: string, of: string): JsonObject | undefined {
  try {
    return readConditions(text, of)
  } catch (error) {
    if (error instanceof PolyphonyError) return undefined // it cannot be read
    throw error
  }
}

/** An entry of a file, and where it is: `row 3`, `rules.2`. */
export interface Entry {
  at: string
  body: JsonObject
}

/** Throws `invalid_input`, saying where, for a file that cannot be read. */
export function readFile(text: string, format: FileFormat, columns: readonly string[]): Entry[] {
  return format === 'csv' ? readTable(text, columns) : readRules(parsed(text))
}

function parsed(text: string): Json {
  let value: Json
  try {
    value = JSON.parse(text) as Json // it is what the name says
  } catch (cause) {
    throw new PolyphonyError('invalid_input', 'text must be JSON.', { field: 'text', rule: 'must be JSON', cause })
  }
  return isJsonObject(value) && value.rules !== undefined ? value.rules : value
}

export function readRules(rules: Json): Entry[] {
  if (!Array.isArray(rules)) throw invalidInput('rules', 'must be a list of rules')
  if (rules.length > MAX_RULES) throw invalidInput('rules', `has at most ${MAX_RULES} rules, not ${rules.length}`)
  return rules.map((body, index) => {
    if (!isJsonObject(body)) throw invalidInput(`rules.${index}`, 'must be an object')
    return { at: `rules.${index}`, body }
  })
}

function readTable(text: string, columns: readonly string[]): Entry[] {
  const [header, ...rows] = readCsv(text)
  if (!header) throw invalidInput('text', `must begin with the names of the columns: ${columns.join(', ')}`)
  const known = [...columns, 'points']
  // Spreadsheets write it where the comma is the decimal sign.
  if (header.cells.length === 1 && /[;\t]/.test(header.cells[0] ?? '')) {
    throw invalidInput('text', 'must have a comma between columns, and a point in numbers')
  }
  for (const name of header.cells) {
    if (!known.includes(name)) {
      throw invalidInput(
        'text',
        `has an unknown column "${name}"${orNear(name, known)}; there are: ${known.join(', ')}`,
      )
    }
  }
  if (rows.length > MAX_RULES) throw invalidInput('text', `has at most ${MAX_RULES} rows, not ${rows.length}`)
  return rows.map(({ row, cells }) => {
    if (cells.length > header.cells.length) {
      throw invalidInput('text', `has ${cells.length} cells in row ${row}, and ${header.cells.length} columns`)
    }
    const pairs = header.cells.map((name, index): [string, string] => [name, cells[index] ?? ''])
    const given = pairs.filter(([, cell]) => cell !== '').map(([name, cell]) => [name, cellValue(name, cell)])
    return { at: `row ${row}`, body: Object.fromEntries(given) }
  })
}

/** A number where the column has numbers; what is none is refused with its column when the rule is read. */
function cellValue(column: string, cell: string): Json {
  const number = Number(cell)
  return NUMBERS.includes(column) && Number.isFinite(number) ? number : cell
}

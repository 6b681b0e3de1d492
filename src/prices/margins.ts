import type { Static } from 'typebox'
import { DAY_MS } from '../core/clock.ts'
import { invalidInput } from '../core/errors.ts'
import type { Json, JsonObject } from '../core/json.ts'
import { type Points, points } from '../core/points.ts'
import { MARGIN_KEYS, type MarginKey, type MarginRow, type Store } from '../store/store.ts'
import { type Margins, moneyBody } from './bodies.ts'
import { checkFields } from './rule-input.ts'

const DEFAULT_SPAN_MS = 30 * DAY_MS

/** What tasks earned and cost, as far as their records are kept. Throws `invalid_input`. */
export async function margins(store: Store, body: JsonObject, now: number): Promise<Static<typeof Margins>> {
  checkFields(body, ['from', 'to', 'by'])
  const { by = 'operation' } = body
  if (!isMarginKey(by)) throw invalidInput('by', `must be one of ${MARGIN_KEYS.join(', ')}, not ${JSON.stringify(by)}`)
  const to = readTime('to', body.to) ?? now
  const from = readTime('from', body.from) ?? to - DEFAULT_SPAN_MS
  if (from >= to) throw invalidInput('from', 'must be before `to`')
  const rows = await store.sumMargins({ from, to, by })
  return {
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    by,
    rows: rows.map((row) => ({ key: keyOf(row, by), ...sumsBody(row) })),
    total: sumsBody({
      tasks: sum(rows.map(({ tasks }) => tasks)),
      revenue: points(sum(rows.map(({ revenue }) => revenue))),
      cost: points(sum(rows.map(({ cost }) => cost))),
      unknown: sum(rows.map(({ unknown }) => unknown)),
    }),
  }
}

function isMarginKey(by: Json): by is MarginKey {
  return MARGIN_KEYS.some((key) => key === by)
}

/** A date is its first millisecond, UTC. */
function readTime(field: string, value: Json | undefined): number | undefined {
  if (value === undefined || value === null) return undefined
  const at = typeof value === 'string' && /^\d{4}-\d{2}-\d{2}/.test(value) ? Date.parse(value) : Number.NaN
  if (Number.isFinite(at) && at >= 0) return at
  throw invalidInput(field, `must be a date or a time such as 2026-11-01, not ${JSON.stringify(value)}`)
}

function keyOf({ key }: MarginRow, by: MarginKey): string | null {
  if (key === null || by !== 'day') return key
  return new Date(Number(key) * DAY_MS).toISOString().slice(0, 10)
}

function sumsBody({ tasks, revenue, cost, unknown }: Omit<MarginRow, 'key'>) {
  const margin = (revenue - cost) as Points // a difference of whole points
  return {
    tasks,
    revenue: moneyBody(revenue),
    cost: moneyBody(cost),
    margin: moneyBody(margin),
    unknown_cost: unknown,
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

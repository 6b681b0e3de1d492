import type { TSchema } from 'typebox'
import { listOperations } from '../catalog/catalog.ts'
import type { Operation } from '../catalog/operation.ts'
import { validatorOf } from '../catalog/read-input.ts'
import { invalidInput, PolyphonyError } from '../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../core/json.ts'
import { POINTS_PER_USD, type Points, points, usdToPoints } from '../core/points.ts'
import type { CostRule, PriceRule, RateRule } from '../core/price-rule.ts'
import { orNear } from './near-names.ts'
import { timesIn } from './rates.ts'

/**
 * Reads rules as operators write them, in the words of the API. Every function throws `invalid_input`, naming the field. A
 * rule that no task could meet is refused: with a misspelt name the earlier price would stay in force.
 */

/** What the operator says of a rule; the rest is known when it begins. */
type Said<Rule> = Omit<Rule, 'id' | 'begunAt' | 'endedAt' | 'madeBy'>
export type SaidPrice = Said<PriceRule>
export type SaidCost = Said<CostRule>

/** Names that rules may refer to beside those of the catalogue. */
export interface KnownNames {
  /** By id, and by name where only one has it. */
  tenants: ReadonlyMap<string, string>
  /** Providers with a manifest. */
  providers: readonly string[]
  /** The providers of accounts, by account. */
  accounts: ReadonlyMap<string, string>
}

export const MAX_POINTS = 1_000_000_000_000
export const MAX_FACTOR = 1_000
export const MAX_NOTE_LENGTH = 500
export const MAX_GROUP_LENGTH = 60
const RATE_FIELDS = ['of', 'when', 'points', 'usd', 'factor', 'per', 'note']
export const PRICE_FIELDS = [...RATE_FIELDS, 'tenant', 'group']
export const COST_FIELDS = [...RATE_FIELDS, 'provider', 'account']

export function readPrice(body: JsonObject, names: KnownNames): SaidPrice {
  checkFields(body, PRICE_FIELDS)
  const { tenant = null, group = null } = body
  if (tenant !== null && group !== null) throw invalidInput('group', 'must be left out where a tenant is named')
  return { ...readRate(body), tenantId: readTenant(tenant, names), group: group === null ? null : readGroup(group) }
}

export function readCost(body: JsonObject, names: KnownNames): SaidCost {
  checkFields(body, COST_FIELDS)
  const { provider = null, account = null } = body
  if (account === null) return { ...readRate(body), provider: readProvider(provider, names), account: null }
  const known = typeof account === 'string' ? names.accounts.get(account) : undefined
  if (typeof account !== 'string' || known === undefined) {
    throw invalidInput('account', `must be the id of an account, not ${JSON.stringify(account)}`)
  }
  if (provider !== null && provider !== known) throw invalidInput('provider', `is ${known} for the account ${account}`)
  return { ...readRate(body), provider: known, account }
}

/** The name of a group of tenants. */
export function readGroup(value: Json): string {
  if (typeof value !== 'string' || value.trim() !== value || value === '' || value.length > MAX_GROUP_LENGTH) {
    throw invalidInput('group', `must be a name of 1 to ${MAX_GROUP_LENGTH} characters`)
  }
  // To public price lists it is the group of everyone.
  if (value === 'default') throw invalidInput('group', 'must not be "default", which means everyone')
  return value
}

/** The id of the tenant that is named by its id or by its name. */
export function readTenant(value: Json, { tenants }: KnownNames): string | null {
  if (value === null) return null
  const id = typeof value === 'string' ? tenants.get(value) : undefined
  if (id === undefined) throw invalidInput('tenant', `must be a tenant’s id or name, not ${JSON.stringify(value)}`)
  return id
}

function readProvider(value: Json, { providers }: KnownNames): string {
  if (typeof value === 'string' && providers.includes(value)) return value
  const near = typeof value === 'string' ? orNear(value, providers) : ''
  throw invalidInput('provider', `must be one of ${providers.join(', ')}, not ${JSON.stringify(value)}${near}`)
}

export function checkFields(body: JsonObject, allowed: readonly string[]): void {
  const unknown = Object.keys(body).find((name) => !allowed.includes(name))
  if (unknown === undefined) return
  throw invalidInput(unknown, `is not a known field${orNear(unknown, allowed)}; allowed: ${allowed.join(', ')}`)
}

function readRate(body: JsonObject): Said<RateRule> {
  const of = readName(body.of)
  const operations = operationsNamed(of)
  const { points = null, factor = null } = readAmount(body)
  return {
    of,
    conditions: readConditions(body.when ?? {}, of),
    points,
    factor,
    per: readPer(body.per ?? null, of, operations, points !== null),
    note: readNote(body.note ?? ''),
  }
}

export function operationsNamed(of: string): Operation[] {
  return listOperations().filter(({ id, model }) => of === '*' || of === id || of === model)
}

export function readName(value: Json | undefined): string {
  if (typeof value === 'string' && operationsNamed(value).length > 0) return value
  const known = new Set(listOperations().flatMap(({ id, model }) => [id, model]))
  const near = typeof value === 'string' ? orNear(value, known) : ''
  throw invalidInput('of', `must be an operation or a model of the catalogue, or "*", not ${shown(value)}${near}`)
}

function readAmount({ points: fixed, usd, factor }: JsonObject): { points?: Points; factor?: number } {
  const given = [fixed, usd, factor].filter((one) => one !== undefined && one !== null)
  if (given.length !== 1) {
    throw invalidInput(fixed === undefined ? 'usd' : 'points', 'must be given, or points, or factor: one of the three')
  }
  if (isGiven(factor)) {
    if (typeof factor === 'number' && factor > 0 && factor <= MAX_FACTOR) return { factor }
    throw invalidInput('factor', `must be a number above 0, at most ${MAX_FACTOR}, not ${shown(factor)}`)
  }
  if (isGiven(usd)) {
    const amount =
      typeof usd === 'number' && usd >= 0 && usd <= MAX_POINTS / POINTS_PER_USD ? usdToPoints(usd) : undefined
    if (amount !== undefined && (amount > 0 || usd === 0)) return { points: amount }
    throw invalidInput('usd', `must be 0, or a number from 0.0000001 to 100,000, not ${shown(usd)}`)
  }
  if (typeof fixed === 'number' && Number.isInteger(fixed) && fixed >= 0 && fixed <= MAX_POINTS) {
    return { points: points(fixed) }
  }
  throw invalidInput('points', `must be a whole number from 0 to ${MAX_POINTS}, not ${shown(fixed)}`)
}

function isGiven(value: Json | undefined): value is Exclude<Json, null> {
  return value !== undefined && value !== null
}

function readNote(value: Json): string {
  if (typeof value === 'string' && value.length <= MAX_NOTE_LENGTH) return value
  throw invalidInput('note', `must be a text of at most ${MAX_NOTE_LENGTH} characters`)
}

/** An object, also as JSON, or text such as "resolution=1080p; duration=10", whose values are read as the catalogue has them. */
export function readConditions(given: Json, of: string): JsonObject {
  const operations = operationsNamed(of)
  const value = typeof given === 'string' && given.trimStart().startsWith('{') ? objectIn(given) : given
  const isText = typeof value === 'string'
  const pairs: [string, Json][] = isJsonObject(value) ? Object.entries(value) : pairsIn(value)
  return Object.fromEntries(pairs.map(([name, one]) => [name, readCondition(name, one, { of, operations, isText })]))
}

function objectIn(text: string): Json {
  try {
    return JSON.parse(text) as Json // it is what the name says
  } catch (cause) {
    throw new PolyphonyError('invalid_input', 'when must be JSON where it begins with a brace.', {
      field: 'when',
      rule: 'must be JSON where it begins with a brace',
      cause,
    })
  }
}

function pairsIn(value: Json): [string, Json][] {
  if (typeof value !== 'string') throw invalidInput('when', 'must be an object, or text such as "resolution=1080p"')
  const parts = value.split(';').map((part) => part.trim())
  return parts.filter(Boolean).map((part) => {
    const at = part.indexOf('=')
    const [name, given] = [part.slice(0, Math.max(0, at)).trim(), part.slice(at + 1).trim()]
    if (name === '' || given === '') {
      throw invalidInput('when', `must be like "resolution=1080p; duration=10", not ${JSON.stringify(part)}`)
    }
    return [name, given]
  })
}

interface InCondition {
  of: string
  operations: readonly Operation[]
  /** The value was written as text, whatever its type is. */
  isText: boolean
}

function readCondition(name: string, value: Json, { of, operations, isText }: InCondition): Json {
  const schemas = schemasOf(name, `when.${name}`, of, operations)
  const candidates = isText && typeof value === 'string' ? [value, ...valuesOf(value)] : [value]
  const isScalar = ['string', 'number', 'boolean'].includes(typeof value)
  const found = candidates.find((one) => schemas.some((schema) => validatorOf(schema).Check(one)))
  if (isScalar && found !== undefined) return found
  throw invalidInput(`when.${name}`, `must be a value that ${of} takes${takenBy(schemas)}, not ${shown(value)}`)
}

function valuesOf(text: string): Json[] {
  if (text === 'true' || text === 'false') return [text === 'true']
  return /^-?\d+(\.\d+)?$/.test(text) ? [Number(text)] : []
}

function takenBy(schemas: readonly TSchema[]): string {
  const values = new Set(schemas.flatMap((schema) => ('enum' in schema ? (schema.enum as Json[]) : [])))
  return values.size === 0 ? '' : ` (${[...values].map(shown).join(', ')})`
}

/** The schemas of a field in those of the operations that have it. */
function schemasOf(name: string, at: string, of: string, operations: readonly Operation[]): TSchema[] {
  const schemas = operations.flatMap(({ input: { properties } }) => {
    const schema = Object.hasOwn(properties, name) ? properties[name] : undefined
    return schema ? [schema] : []
  })
  if (schemas.length > 0) return schemas
  const fields = [...new Set(operations.flatMap(({ input }) => Object.keys(input.properties)))]
  const all = fields.length <= 30 ? `; its fields: ${fields.join(', ')}` : ''
  throw invalidInput(at, `is not a field of ${of === '*' ? 'any operation' : of}${orNear(name, fields)}${all}`)
}

function readPer(value: Json, of: string, operations: readonly Operation[], hasPoints: boolean): string | null {
  if (value === null) return null
  if (typeof value !== 'string') throw invalidInput('per', 'must be the name of a field')
  if (!hasPoints) throw invalidInput('per', 'goes with points or usd; a factor multiplies a price that depends on it')
  if (schemasOf(value, 'per', of, operations).some(isNumeric)) return value
  throw invalidInput('per', `must be a field that is a number, and ${value} of ${of} is none`)
}

function isNumeric(schema: TSchema): boolean {
  const { type, enum: values } = schema as { type?: string; enum?: Json[] }
  if (type === 'number' || type === 'integer') return true
  return values?.every((one) => typeof one === 'number' || timesIn(one) !== 1 || one === '1' || one === '1s') ?? false
}

function shown(value: Json | undefined): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 80)
}

import type { JsonObject } from '../core/json.ts'
import { usdDigits } from '../core/points.ts'
import { QUOTA_PER_USD } from '../core/relay-quota.ts'
import type { ModelPrice } from '../core/usage.ts'
import { MAX_FACTOR } from '../prices/rule-input.ts'
import { numbers } from './row.ts'
import { catalogueName } from './task-models.ts'

/**
 * Prices of new-api and one-api. A model costs either USD for each call (`ModelPrice`), or a ratio: units of quota for each token
 * that is read, multiplied by `CompletionRatio` for those that are made and by `CacheRatio` for those of the cache. The group of
 * the user multiplies both (`GroupRatio`). All of them are options, which the database has once an administrator saved them.
 */

const MILLION = 1_000_000
const EVERYONE = 'default'

export interface PricePlan {
  /** As `polyphony price import` takes them. */
  rules: JsonObject[]
  /** Prices of calls, for `POLYPHONY_MODELS`. */
  models: Record<string, ModelPrice>
  notes: string[]
}

export function quotaPerUsd(options: ReadonlyMap<string, string>): number {
  const set = Number(options.get('QuotaPerUnit'))
  return set > 0 && Number.isFinite(set) ? set : QUOTA_PER_USD
}

/** `note` marks the rules, so that they are begun once. */
export function pricePlan(options: ReadonlyMap<string, string>, note: string): PricePlan {
  const groups = numbers(options.get('GroupRatio'))
  const base = groups.get(EVERYONE) ?? 1
  const prices = numbers(options.get('ModelPrice'))
  const { rules: forGroups, notes } = groupRules(groups, base)
  const rules: JsonObject[] = []
  const models: Record<string, ModelPrice> = {}
  for (const [name, usd] of prices) {
    const of = catalogueName(name)
    if (of === undefined) models[name] = { call: rounded(usd * base) }
    else if (rules.some((rule) => rule.of === of))
      notes.push(`ModelPrice of ${name}: ${of} has a price by another name`)
    else rules.push({ of, usd: rounded(usd * base) })
  }
  const tokens = tokenPrices(options, base)
  for (const [name, price] of tokens.known) if (!prices.has(name)) models[name] = price
  const unknown = tokens.unknown.filter(([name]) => !prices.has(name))
  if (unknown.length > 0) {
    const names = unknown.map(([name, input]) => `${name} (input ${input})`).join(', ')
    notes.push(
      `ModelRatio: what the following charge for output is built into the program, and not in the database: ${names}`,
    )
  }
  const left = [...LEFT_OUT].filter(
    ([option]) => numbers(options.get(option)).size > 0 || (options.get(option) ?? '').length > 2,
  )
  return {
    rules: [...rules, ...forGroups].map((rule) => ({ ...rule, note: `${note}: ${noteOf(rule)}` })),
    models,
    notes: [...notes, ...left.map(([option, why]) => `${option}: ${why}`)],
  }
}

function noteOf({ of, group, usd, factor }: JsonObject): string {
  return `${of}${group === undefined ? '' : ` for ${group}`} ${usd === undefined ? `times ${factor}` : `$${usdDigits(Number(usd))}`}`
}

/** The factor of a group multiplies the price for everyone, which has that of the default group in it already. */
function groupRules(groups: ReadonlyMap<string, number>, base: number): { rules: JsonObject[]; notes: string[] } {
  const rules: JsonObject[] = []
  const notes: string[] = []
  if (base === 0) rules.push({ of: '*', usd: 0 })
  else if (base !== 1) rules.push({ of: '*', factor: base })
  for (const [group, ratio] of groups) {
    const factor = ratio / base
    if (group === EVERYONE || factor === 1 || (ratio === 0 && base === 0)) continue
    if (ratio === 0) rules.push({ of: '*', group, usd: 0 })
    else if (factor > 0 && factor <= MAX_FACTOR) rules.push({ of: '*', group, factor: rounded(factor) })
    else notes.push(`GroupRatio of ${group}: ${ratio} is no factor of the price for everyone`)
  }
  const isUsed = groups.size > 0 && [...groups.values()].some((ratio) => ratio !== base)
  return {
    rules,
    notes: isUsed ? [...notes, 'GroupRatio: groups change the prices of tasks, not those of calls'] : notes,
  }
}

interface TokenPrices {
  known: Map<string, ModelPrice>
  /** Models without a `CompletionRatio`, for which the programs have rules of their own, and their price of input. */
  unknown: [name: string, input: number][]
}

/** In USD for a million tokens. */
function tokenPrices(options: ReadonlyMap<string, string>, base: number): TokenPrices {
  const usdPerRatio = (MILLION / quotaPerUsd(options)) * base
  const made = numbers(options.get('CompletionRatio'))
  const cached = numbers(options.get('CacheRatio'))
  const written = numbers(options.get('CreateCacheRatio'))
  const found: TokenPrices = { known: new Map(), unknown: [] }
  for (const [name, ratio] of numbers(options.get('ModelRatio'))) {
    if (catalogueName(name) !== undefined) continue
    const input = rounded(ratio * usdPerRatio)
    const times = (ratios: ReadonlyMap<string, number>) => ratios.get(name)
    const [output, cachedRead, cachedWrite] = [times(made), times(cached), times(written)]
    if (output === undefined) {
      found.unknown.push([name, input])
      continue
    }
    found.known.set(name, {
      input,
      output: rounded(input * output),
      ...(cachedRead === undefined ? {} : { cachedRead: rounded(input * cachedRead) }),
      ...(cachedWrite === undefined ? {} : { cachedWrite: rounded(input * cachedWrite) }),
    })
  }
  return found
}

/** Options about prices that have no counterpart. */
const LEFT_OUT = new Map([
  ['GroupGroupRatio', 'a ratio of one group at the models of another'],
  ['group_ratio_setting.group_special_usable_group', 'groups that only some groups may use'],
  ['UserUsableGroups', 'which groups a user may choose for a token: a tenant has one group'],
  ['ImageRatio', 'the ratio of tokens of images: set "image" of the model in POLYPHONY_MODELS'],
  ['AudioRatio', 'the ratio of tokens of sound: set "inputAudio" of the model in POLYPHONY_MODELS'],
  ['AudioCompletionRatio', 'the ratio of made tokens of sound: set "outputAudio" of the model in POLYPHONY_MODELS'],
  ['TopupGroupRatio', 'top-ups are not imported'],
])

/** To seven decimals, which a point is. */
function rounded(value: number): number {
  return Number(value.toFixed(7))
}

import type { Clock } from '../core/clock.ts'
import { invalidInput, PolyphonyError } from '../core/errors.ts'
import { newId } from '../core/ids.ts'
import type { JsonObject } from '../core/json.ts'
import { type CostRule, type PriceRule, slotOf } from '../core/price-rule.ts'
import type { RuleChange, Store } from '../store/store.ts'
import { type Entry, type FileFormat, fileOf, readFile, readRules } from './rule-files.ts'
import { checkFields, type KnownNames } from './rule-input.ts'

/** What administering prices and administering costs have in common. Bodies are in the words of the API. */
export interface RuleAdmin {
  /** The rules in force, the newest first. */
  list(query: JsonObject): Promise<JsonObject[]>
  /** Ends the rule in force for the same thing, and begins this one. */
  set(body: JsonObject, by: string): Promise<JsonObject>
  /** Throws `not_found` for a rule that is not in force. */
  end(id: string): Promise<JsonObject>
  /** Also those that have ended, the newest first. */
  history(query: JsonObject): Promise<JsonObject[]>
  exportFile(format: FileFormat): Promise<string>
  /** All of the file, or nothing. */
  importFile(body: JsonObject, by: string): Promise<JsonObject>
}

/** How rules of one kind are stored, read and shown. */
export interface RuleKind<Rule extends PriceRule | CostRule> {
  list(args: { isInForce: boolean; limit?: number }): Promise<Rule[]>
  change(change: RuleChange<Rule>): Promise<boolean>
  /** A rule from a body, begun at `now`. */
  read(body: JsonObject, names: KnownNames, begun: Begun): Rule
  show(rule: Rule): JsonObject
  entry(rule: Rule): JsonObject
  /** Whether the rule is of a tenant or an account that is gone: it has no effect, and no file may name it. */
  isOrphaned(rule: Rule, names: KnownNames): boolean
  columns: readonly string[]
  /** Members of the shown rule by which lists are narrowed. */
  filters: readonly string[]
}

type Begun = Pick<PriceRule, 'id' | 'begunAt' | 'endedAt' | 'madeBy'>

export interface RuleAdminParts {
  store: Store
  clock: Clock
  /** Takes what was changed into memory. */
  refresh(): Promise<void>
  names(): Promise<KnownNames>
}

const MAX_TRIES = 5
const MAX_FAULTS = 20
const HISTORY = 100
const MAX_HISTORY = 1_000

export function openRuleAdmin<Rule extends PriceRule | CostRule>(
  parts: RuleAdminParts,
  kind: RuleKind<Rule>,
): RuleAdmin {
  const inForce = () => kind.list({ isInForce: true })
  return {
    async list(query) {
      return narrowed((await inForce()).map(kind.show), query, kind.filters)
    },
    async history({ limit = HISTORY, ...query }) {
      if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 1 || limit > MAX_HISTORY) {
        throw invalidInput('limit', `must be a whole number from 1 to ${MAX_HISTORY}`)
      }
      const shown = (await kind.list({ isInForce: false })).map(kind.show)
      return narrowed(shown, query, kind.filters).slice(0, limit)
    },
    async set(body, by) {
      const rule = kind.read(body, await parts.names(), begunBy(parts, by))
      const { now } = await write(parts, kind, () => ({ begin: [rule], end: [] }))
      return kind.show({ ...rule, begunAt: now })
    },
    async end(id) {
      const { rule, now } = await write(parts, kind, (rules) => {
        const found = rules.find((one) => one.id === id)
        if (!found) throw new PolyphonyError('not_found', `No rule ${id} is in force.`)
        return { begin: [], end: [id], rule: found }
      })
      return kind.show({ ...rule, endedAt: now })
    },
    async exportFile(format) {
      const [rules, names] = [await inForce(), await parts.names()]
      const known = rules.filter((rule) => !kind.isOrphaned(rule, names)).toReversed()
      return fileOf(known.map(kind.entry), kind.columns, format)
    },
    importFile: (body, by) => importFile(parts, kind, body, by),
  }
}

function begunBy({ clock }: RuleAdminParts, by: string): Begun {
  const now = clock.now()
  return { id: newId(now), begunAt: now, endedAt: null, madeBy: by }
}

/** Writes what `decide` makes of the rules in force; again, when they were changed meanwhile. */
async function write<Rule extends PriceRule | CostRule, Change extends Pick<RuleChange<Rule>, 'begin' | 'end'>>(
  { store, clock, refresh }: RuleAdminParts,
  kind: RuleKind<Rule>,
  decide: (inForce: Rule[]) => Change,
): Promise<Change & { now: number }> {
  for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
    const revision = await store.getPriceRevision({})
    const decided = decide(await kind.list({ isInForce: true }))
    const now = clock.now()
    // One instant for the end of a rule and the beginning of the next.
    const begin = decided.begin.map((rule) => ({ ...rule, begunAt: now }))
    if (await kind.change({ begin, end: decided.end, revision, now })) {
      await refresh()
      return { ...decided, begin, now }
    }
  }
  throw new PolyphonyError('conflict', 'Others change prices at the same time; send it again.')
}

async function importFile<Rule extends PriceRule | CostRule>(
  parts: RuleAdminParts,
  kind: RuleKind<Rule>,
  body: JsonObject,
  by: string,
): Promise<JsonObject> {
  const { replace, isDry, entries } = readImport(body, kind.columns)
  const known = await parts.names()
  const rules = readEntries(entries, (entry) => kind.read(entry, known, begunBy(parts, by)))
  const decide = (inForce: Rule[]) => difference(rules, inForce, replace)
  const changed = isDry ? decide(await kind.list({ isInForce: true })) : await write(parts, kind, decide)
  const begun = changed.begin.map((rule) => kind.show(isDry ? { ...rule, id: '' } : rule))
  return { dry_run: isDry, begun, ended: changed.ended.map(kind.show), unchanged: changed.unchanged }
}

function narrowed(rules: JsonObject[], query: JsonObject, filters: readonly string[]): JsonObject[] {
  checkFields(query, [...filters, 'limit'])
  return rules.filter((rule) => filters.every((name) => query[name] === undefined || rule[name] === query[name]))
}

function readImport(body: JsonObject, columns: readonly string[]) {
  checkFields(body, ['format', 'text', 'rules', 'replace', 'dry_run'])
  const { format = 'csv', text, rules, replace = false, dry_run: isDry = false } = body
  if (typeof replace !== 'boolean') throw invalidInput('replace', 'must be true or false')
  if (typeof isDry !== 'boolean') throw invalidInput('dry_run', 'must be true or false')
  if (format !== 'csv' && format !== 'json') throw invalidInput('format', 'must be csv or json')
  if (rules !== undefined) return { replace, isDry, entries: readRules(rules) }
  if (typeof text !== 'string') throw invalidInput('text', 'must be the file, as text; or name the rules themselves')
  return { replace, isDry, entries: readFile(text, format, columns) }
}

/** Reads every entry before it throws, so that a file is mended in one go. */
function readEntries<Rule extends PriceRule | CostRule>(
  entries: readonly Entry[],
  read: (body: JsonObject) => Rule,
): Rule[] {
  const faults: { at: string; message: string }[] = []
  const places = new Map<string, string>()
  const rules = entries.flatMap(({ at, body }) => {
    try {
      const rule = read(body)
      const slot = slotOf(rule)
      const earlier = places.get(slot)
      if (earlier !== undefined) throw new PolyphonyError('invalid_input', `It is about the same as ${earlier}.`)
      places.set(slot, at)
      return [rule]
    } catch (error) {
      if (!(error instanceof PolyphonyError)) throw error
      const { field } = error.details
      const column = at.startsWith('row') && field !== undefined ? `, column ${field.split('.', 1)[0]}` : ''
      faults.push({ at: `${at}${column}`, message: error.message })
      return []
    }
  })
  const [first] = faults
  if (!first) return rules
  const shown = faults.slice(0, MAX_FAULTS).map(({ at, message }) => `${at}: ${message}`)
  const more = faults.length > MAX_FAULTS ? ` (and ${faults.length - MAX_FAULTS} more)` : ''
  throw new PolyphonyError('invalid_input', `Nothing was stored. ${shown.join(' ')}${more}`, { field: first.at })
}

interface Difference<Rule> {
  begin: Rule[]
  end: string[]
  /** Those in force that give way, or are not in the file that replaces them. */
  ended: Rule[]
  unchanged: number
}

function difference<Rule extends PriceRule | CostRule>(
  rules: readonly Rule[],
  inForce: readonly Rule[],
  replace: boolean,
): Difference<Rule> {
  const bySlot = new Map(inForce.map((rule) => [slotOf(rule), rule]))
  const begin = rules.filter((rule) => !isSame(rule, bySlot.get(slotOf(rule))))
  const named = new Set(rules.map(slotOf))
  const left = replace ? inForce.filter((rule) => !named.has(slotOf(rule))) : []
  const giveWay = begin.flatMap((rule) => bySlot.get(slotOf(rule)) ?? [])
  return {
    begin,
    end: left.map(({ id }) => id),
    ended: [...giveWay, ...left],
    unchanged: rules.length - begin.length,
  }
}

function isSame(a: PriceRule | CostRule, b: PriceRule | CostRule | undefined): boolean {
  return a.points === b?.points && a.factor === b?.factor && a.per === b?.per && a.note === b?.note
}

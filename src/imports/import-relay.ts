import type { AccountAdmin } from '../accounts/admin.ts'
import type { AuditEntry } from '../core/audit.ts'
import type { Clock } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'
import { ZERO_POINTS } from '../core/points.ts'
import type { PriceRule } from '../core/price-rule.ts'
import type { PriceAdmin } from '../prices/admin.ts'
import type { Store } from '../store/store.ts'
import { importChannels } from './import-channels.ts'
import { importTenants } from './import-tenants.ts'
import { pricePlan, quotaPerUsd } from './relay-prices.ts'
import { checkRelay, type Relay, readOptions } from './relay-rows.ts'
import { type ImportReport, noCounts } from './report.ts'
import { number } from './row.ts'
import type { Source } from './source.ts'

export interface ImportParts {
  store: Store
  clock: Clock
  accounts: AccountAdmin
  prices: PriceAdmin
}

export interface ImportOptions {
  kind: Relay
  /** Tells installations apart: ids of one are not those of another. */
  as: string
  isDry: boolean
  /** Tokens that may only be used from some addresses are imported, and may then be used from everywhere. */
  dropsAddressLimits: boolean
}

/** What the steps of an import share. */
export interface Import extends ImportOptions, ImportParts {
  source: Source
  report: ImportReport
  audit(change: Partial<Pick<AuditEntry, 'tenantId' | 'subject' | 'after'>>): AuditEntry
}

const ACTOR = 'command line'

/**
 * Imports users, tokens, channels, prices and balances of a new-api or one-api. What an earlier import of the same name made is
 * found again, and left as it is. Throws `invalid_input` for a database of something else, and `conflict` where no server has
 * ever started: the first tenant is the operator's.
 */
export async function importRelay(parts: ImportParts, source: Source, options: ImportOptions): Promise<ImportReport> {
  const tables = await checkRelay(source)
  const [operator] = await parts.store.listTenants({ limit: 1 })
  if (!operator) {
    throw new PolyphonyError(
      'conflict',
      'There is no tenant yet, and the first one is the operator’s: start the server once before.',
    )
  }
  const { kind, as, isDry } = options
  const report: ImportReport = {
    from: kind,
    as,
    isDry,
    tenants: noCounts(),
    keys: noCounts(),
    unusableKeys: { revoked: 0, expired: 0, spent: 0 },
    people: noCounts(),
    accounts: noCounts(),
    prices: noCounts(),
    opening: { tenants: 0, points: ZERO_POINTS },
    models: {},
    notes: [],
  }
  const nothing = { tenantId: null, subject: null, before: null, after: null }
  const audit: Import['audit'] = (change) => ({
    at: parts.clock.now(),
    actor: ACTOR,
    address: null,
    verb: `import.${kind}`,
    ...nothing,
    ...change,
  })
  const run: Import = { ...parts, ...options, source, report, audit }
  const settings = await readOptions(source)
  await importTenants(run, quotaPerUsd(settings))
  await importChannels(run)
  await importPrices(run, settings)
  await noteLeftTables(run, tables)
  return report
}

/** Rules are known by their notes, also when they have ended: what the operator set, changed or ended stays. */
async function importPrices(run: Import, settings: ReadonlyMap<string, string>): Promise<void> {
  const { store, prices, report, isDry } = run
  const mark = `from ${run.as}`
  const plan = pricePlan(settings, mark)
  const stored = await store.listPriceRules({ isInForce: false })
  const known = new Set(stored.map(({ note }) => note))
  const fresh = plan.rules.filter(({ note }) => !known.has(String(note)))
  report.prices.present = plan.rules.length - fresh.length
  for (const rule of fresh) {
    const decided = whatOperatorDecided(rule, stored, mark)
    if (decided !== undefined) {
      report.prices.left += 1
      report.notes.push({ subject: `price of ${rule.of}`, note: `left out: ${decided}` })
      continue
    }
    try {
      await prices.prices.importFile({ rules: [rule], dry_run: isDry }, ACTOR)
      report.prices.created += 1
    } catch (error) {
      if (!(error instanceof PolyphonyError) || error.code !== 'invalid_input') throw error
      report.prices.left += 1
      report.notes.push({ subject: `price of ${rule.of}`, note: error.message })
    }
  }
  report.models = plan.models
  report.notes.push(...plan.notes.map((note) => ({ subject: 'prices', note })))
}

/** Why a price is not begun: the operator has one for the same thing, or ended the one of an earlier import. */
function whatOperatorDecided(rule: JsonObject, stored: readonly PriceRule[], mark: string): string | undefined {
  const group = typeof rule.group === 'string' ? rule.group : null
  const same = stored.filter(
    (one) =>
      one.of === rule.of && one.group === group && one.tenantId === null && Object.keys(one.conditions).length === 0,
  )
  const isImported = ({ note }: PriceRule) => note.startsWith(`${mark}: `)
  const inForce = same.find(({ endedAt }) => endedAt === null)
  if (inForce) return isImported(inForce) ? undefined : 'there is a price of yours'
  return same.some(isImported) ? 'you ended the one that was imported before' : undefined
}

/** Tables whose content has no counterpart. */
const LEFT_OUT: Record<string, string> = {
  redemptions: 'codes for credit',
  logs: 'lines of the log of use',
  quota_data: 'sums of use by hour',
  midjourneys: 'tasks of Midjourney; their pictures are at the vendor',
  tasks: 'tasks; their files are at the vendor',
  top_ups: 'payments',
  subscription_plans: 'subscription plans',
  user_subscriptions: 'subscriptions: what is left of them is no balance',
  two_fas: 'second factors: people set them up again',
  passkey_credentials: 'passkeys, which belong to the address of the other gateway',
  user_oauth_bindings: 'logins by other services',
}

async function noteLeftTables({ source, report }: Import, tables: ReadonlySet<string>): Promise<void> {
  for (const [table, what] of Object.entries(LEFT_OUT)) {
    if (!tables.has(table)) continue
    const [row = {}] = await source.rows(`select count(*) as n from ${table}`)
    const count = number(row, 'n')
    if (count > 0) report.notes.push({ subject: `${count} rows of ${table}`, note: `not imported: ${what}` })
  }
}

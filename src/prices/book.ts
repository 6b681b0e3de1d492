import type { Logger } from 'pino'
import { SECOND_MS } from '../core/clock.ts'
import type { CostRule } from '../core/price-rule.ts'
import type { Store } from '../store/store.ts'
import { type CostList, costList } from './cost-list.ts'
import { type EnvironmentPrice, fixedPrices, type PriceRules, type Prices } from './price-list.ts'

/** Signals of other processes may get lost, and a command beside a server with SQLite sends none. */
const CHECK_EVERY_MS = 2 * SECOND_MS

/** The rules in force, in memory, so that a submission is priced without a question to the database. */
export interface PriceBook extends Prices {
  costOf: CostList
  /** What the prices follow from. */
  rules(): PriceRules
  /** Loads the rules, and begins to follow changes. */
  start(): Promise<void>
  /** Loads what was changed, here or by another process. */
  refresh(): Promise<void>
  close(): void
}

export interface PriceBookOptions {
  store: Store
  /** POLYPHONY_PRICES. */
  environment: readonly EnvironmentPrice[]
  log: Logger
}

interface Pages {
  revision: number
  rules: PriceRules
  prices: Prices
  costOf: CostList
}

export function openPriceBook({ store, environment, log }: PriceBookOptions): PriceBook {
  let pages = pagesOf(-1, { rules: [], environment, groups: new Map() }, [])
  let turn = Promise.resolve()
  let stop = (): void => {}

  async function read(): Promise<void> {
    // The revision first: a change in between is seen by the next check.
    const revision = await store.getPriceRevision({})
    if (revision === pages.revision) return
    const [rules, costs, groups] = await Promise.all([
      store.listPriceRules({ isInForce: true }),
      store.listCostRules({ isInForce: true }),
      store.listPriceGroups({}),
    ])
    const byTenant = new Map(groups.map(({ tenantId, group }) => [tenantId, group]))
    pages = pagesOf(revision, { rules, environment, groups: byTenant }, costs)
  }

  function refresh(): Promise<void> {
    turn = turn.then(read, read)
    return turn
  }

  let isChecking = false
  let isClosed = false

  /** One at a time: while the database does not answer, checks must not queue. */
  async function check(): Promise<void> {
    if (isChecking) return
    isChecking = true
    try {
      await refresh()
    } catch (error) {
      if (!isClosed) log.error({ err: error }, 'the prices could not be read; earlier ones hold')
    } finally {
      isChecking = false
    }
  }

  return {
    priceOf: (...asked) => pages.prices.priceOf(...asked),
    groupOf: (tenantId) => pages.prices.groupOf(tenantId),
    revision: () => pages.revision,
    costOf: (task) => pages.costOf(task),
    rules: () => pages.rules,
    refresh,
    async start() {
      const timer = setInterval(() => void check(), CHECK_EVERY_MS).unref()
      const unsubscribe = store.onSignal(({ kind }) => {
        if (kind === 'prices' || kind === 'resync') void check()
      })
      stop = () => {
        clearInterval(timer)
        unsubscribe()
      }
      await refresh()
    },
    // What is being read is not waited for: it may be a database that does not answer.
    close() {
      isClosed = true
      stop()
    },
  }
}

function pagesOf(revision: number, rules: PriceRules, costs: readonly CostRule[]): Pages {
  return { revision, rules, prices: fixedPrices(rules, revision), costOf: costList(costs) }
}

import { pino } from 'pino'
import type { Config } from '../config/config.ts'
import { openPriceAdmin, type PriceAdmin } from '../prices/admin.ts'
import { openPriceBook } from '../prices/book.ts'
import { PROVIDERS } from '../providers/providers.ts'
import type { Store } from '../store/store.ts'

/** Providers that costs can be set for. */
export const PRICED_PROVIDERS: readonly string[] = PROVIDERS.map(({ id }) => id)

/** The administration of prices for a command, beside a server that may be running. */
export function openOfflinePriceAdmin(config: Config, store: Store): PriceAdmin {
  const book = openPriceBook({ store, environment: config.prices, log: pino({ level: 'silent' }) })
  return openPriceAdmin({ store, clock: store.clock, book, providers: PRICED_PROVIDERS })
}

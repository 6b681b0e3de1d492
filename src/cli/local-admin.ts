import type { AdminContext } from '../admin/context.ts'
import { openOfflineAccountAdmin } from '../compose/accounts.ts'
import { urlOf } from '../compose/address.ts'
import { adminContext } from '../compose/admin.ts'
import { requireSecret } from '../compose/identity.ts'
import { openOfflinePriceAdmin } from '../compose/prices.ts'
import { openStore } from '../compose/store.ts'
import { systemClock } from '../core/clock.ts'
import { urlsAt } from '../dialects/kit/urls.ts'
import type { PriceAdmin } from '../prices/admin.ts'
import { loadConfig } from './configuration.ts'

/**
 * What verbs work on in this process: the configured database, also while a server runs on it. `requireSecret` throws when
 * the secret of this process is not the one of the database.
 */
export async function openLocalAdmin(): Promise<{
  context: AdminContext
  requireSecret(): Promise<void>
  close(): Promise<void>
}> {
  const { config } = loadConfig({ isCommand: true })
  const store = await openStore(config, { exclusive: false })
  let prices: PriceAdmin | undefined
  let offline: ReturnType<typeof openOfflineAccountAdmin> | undefined
  const context = adminContext(config, {
    store,
    clock: systemClock,
    urls: urlsAt(() => config.publicUrl ?? urlOf(config.host, config.port)),
    webhooksFor: async () => (await import('../compose/webhooks.ts')).webhookRendererFor(config),
    accounts() {
      offline ??= openOfflineAccountAdmin(config, store)
      return offline.accountAdmin
    },
    prices() {
      prices ??= openOfflinePriceAdmin(config, store)
      return prices
    },
  })
  return {
    context,
    requireSecret: () => requireSecret(store, config),
    async close() {
      await offline?.close()
      await store.close()
    },
  }
}

import type { AdminContext } from '../admin/context.ts'
import { openOfflineAccountAdmin } from '../compose/accounts.ts'
import { urlOf } from '../compose/address.ts'
import { adminContext } from '../compose/admin.ts'
import { openStore } from '../compose/store.ts'
import { webhookRendererFor } from '../compose/webhooks.ts'
import { systemClock } from '../core/clock.ts'
import { urlsAt } from '../dialects/kit/urls.ts'
import { loadConfig } from './configuration.ts'

/** What verbs work on in this process: the configured database, also while a server runs on it. */
export async function openLocalAdmin(): Promise<{ context: AdminContext; close(): Promise<void> }> {
  const { config } = loadConfig()
  const store = await openStore(config, { exclusive: false })
  let offline: ReturnType<typeof openOfflineAccountAdmin> | undefined
  const context = adminContext(config, {
    store,
    clock: systemClock,
    urls: urlsAt(() => config.publicUrl ?? urlOf(config.host, config.port)),
    webhooksFor: webhookRendererFor(config),
    accounts() {
      offline ??= openOfflineAccountAdmin(config, store)
      return offline.accountAdmin
    },
  })
  return {
    context,
    async close() {
      await offline?.close()
      await store.close()
    },
  }
}

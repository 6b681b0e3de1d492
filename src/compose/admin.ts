import type { AccountAdmin } from '../accounts/admin.ts'
import type { AdminContext } from '../admin/context.ts'
import type { Config } from '../config/config.ts'
import type { Clock } from '../core/clock.ts'
import { ZERO_POINTS } from '../core/points.ts'
import type { Urls } from '../dialects/kit/urls.ts'
import type { PriceAdmin } from '../prices/admin.ts'
import type { Store } from '../store/store.ts'
import { openMoves } from '../tasks/moves.ts'
import type { RenderWebhooks } from '../tasks/webhook-renderers.ts'
import { accessPair } from '../tenants/access-keys.ts'
import { signingSecret } from '../webhooks/sign.ts'

/** What administrative verbs work on: the same in a server, and in a command that opens the database itself. */
export function adminContext(
  config: Pick<Config, 'secret' | 'shown'>,
  parts: {
    store: Store
    clock: Clock
    urls: Urls
    webhooksFor: RenderWebhooks
    accounts(): AccountAdmin
    prices(): PriceAdmin
  },
): AdminContext {
  const { store, clock, urls, webhooksFor } = parts
  const moves = openMoves({ store, webhooksFor, clock })
  return {
    store,
    clock,
    // A command opens them only where it needs them.
    get accounts() {
      return parts.accounts()
    },
    get prices() {
      return parts.prices()
    },
    webhookSecret: ({ id, webhookSecretVersion }, mode) => signingSecret(config.secret, id, webhookSecretVersion, mode),
    accessPair: (keyId) => accessPair(config.secret, keyId),
    cancel(task) {
      const end = { output: null, error: null, consumedPoints: ZERO_POINTS, logs: ['cancelled by the operator'] }
      const from = ['staged', 'pending'] as const
      return moves.move(task, { kind: 'ended', to: 'cancelled', from, ...end }, { fromAnyClaim: true })
    },
    expand: urls.expand,
    settings: config.shown,
    publicUrl: () => urls.publicUrl,
  }
}

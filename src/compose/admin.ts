import type { AccountAdmin } from '../accounts/admin.ts'
import type { AdminContext } from '../admin/context.ts'
import type { Config } from '../config/config.ts'
import type { Clock } from '../core/clock.ts'
import { fits } from '../core/model-name.ts'
import { ZERO_POINTS } from '../core/points.ts'
import type { Urls } from '../dialects/kit/urls.ts'
import type { PriceAdmin } from '../prices/admin.ts'
import { PROVIDERS } from '../providers/providers.ts'
import type { Store } from '../store/store.ts'
import { openMoves } from '../tasks/moves.ts'
import type { RenderWebhooks } from '../tasks/webhook-renderers.ts'
import { accessPair } from '../tenants/access-keys.ts'
import { signingSecret } from '../webhooks/sign.ts'

/** What administrative verbs work on: the same in a server, and in a command that opens the database itself. */
export function adminContext(
  config: Pick<Config, 'secret' | 'shown' | 'models'>,
  parts: {
    store: Store
    clock: Clock
    urls: Urls
    /** Loaded with the first task that is cancelled: a command rarely does. */
    webhooksFor(): Promise<RenderWebhooks>
    accounts(): AccountAdmin
    prices(): PriceAdmin
    /** The models of calls that servers and settings list now; absent in a command. */
    callModels?(): readonly string[]
  },
): AdminContext {
  const { store, clock, urls } = parts
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
    async cancel(task) {
      const moves = openMoves({ store, webhooksFor: await parts.webhooksFor(), clock })
      const end = { output: null, error: null, consumedPoints: ZERO_POINTS, logs: ['cancelled by the operator'] }
      const from = ['staged', 'pending'] as const
      return moves.move(task, { kind: 'ended', to: 'cancelled', from, ...end }, { fromAnyClaim: true })
    },
    expand: urls.expand,
    isCallModel: (name) => isKnownModel(name, config.models) || (parts.callModels?.().includes(name) ?? false),
    settings: config.shown,
    publicUrl: () => urls.publicUrl,
  }
}

/** Whether a setting or a provider has such a model, by itself or as `PROVIDER/MODEL`. */
function isKnownModel(name: string, settings: Config['models']): boolean {
  if (settings.some((setting) => fits(setting.name, name))) return true
  return PROVIDERS.some(
    ({ id, calls }) => calls?.models.some((pattern) => fits(pattern, name)) || (calls && name.startsWith(`${id}/`)),
  )
}

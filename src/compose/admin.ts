import type { AccountAdmin } from '../accounts/admin.ts'
import type { AdminContext, RunningProcess } from '../admin/context.ts'
import { checkWritable, readDisks } from '../assets/disks.ts'
import type { Config } from '../config/config.ts'
import type { Clock } from '../core/clock.ts'
import { invalidInput } from '../core/errors.ts'
import { fits } from '../core/model-name.ts'
import { ZERO_POINTS } from '../core/points.ts'
import type { Urls } from '../dialects/kit/urls.ts'
import { troublesNow } from '../notices/checks.ts'
import type { Payments } from '../payments/payments.ts'
import { openAttempts } from '../people/attempts.ts'
import type { PriceAdmin } from '../prices/admin.ts'
import { PROVIDERS } from '../providers/providers.ts'
import type { Store } from '../store/store.ts'
import { openMoves } from '../tasks/moves.ts'
import type { RenderWebhooks } from '../tasks/webhook-renderers.ts'
import { accessPair } from '../tenants/access-keys.ts'
import { signingSecret } from '../webhooks/sign.ts'
import { foldersOf } from './folders.ts'
import { retentionBasis } from './retention-times.ts'

/** What administrative verbs work on: the same in a server, and in a command that opens the database itself. */
export function adminContext(
  config: Pick<
    Config,
    | 'secret'
    | 'shown'
    | 'models'
    | 'notices'
    | 'dataDir'
    | 'storageUrl'
    | 'recordDays'
    | 'mediaDays'
    | 'uploadHours'
    | 'batches'
  >,
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
    /** The next are of a server; a command runs no verbs of tenants. */
    payments?: Payments | undefined
    judge?: AdminContext['judge']
    process?: RunningProcess
    /** Writes a small test file to the folders. Rejects where that fails. */
    write?(): Promise<void>
  },
): AdminContext {
  const { store, clock, urls, write } = parts
  const folders = foldersOf(config)
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
    attempts: openAttempts({ store, clock }),
    payments: parts.payments,
    sendsMail: config.notices.mail !== undefined,
    judge: parts.judge ?? refuseAddress,
    process: parts.process,
    troubles() {
      const accounts = () => parts.accounts().list('operator')
      return troublesNow({ store, clock, accounts, folders, limits: config.notices })
    },
    place: {
      disks: async () =>
        (await readDisks(folders)).map(({ folder, freeBytes, sizeBytes }) => ({
          folder,
          free_bytes: freeBytes,
          size_bytes: sizeBytes,
        })),
      writeProblem: () => problemOf(write ?? (() => checkWritable(folders))),
      retention: retentionBasis(config),
    },
  }
}

async function refuseAddress(_url: string, field: string): Promise<never> {
  throw invalidInput(field, 'can be set at a server alone')
}

function problemOf(write: () => Promise<void>): Promise<string | null> {
  return write().then(
    () => null,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  )
}

/** Whether a setting or a provider has such a model, by itself or as `PROVIDER/MODEL`. */
function isKnownModel(name: string, settings: Config['models']): boolean {
  if (settings.some((setting) => fits(setting.name, name))) return true
  return PROVIDERS.some(
    ({ id, calls }) => calls?.models.some((pattern) => fits(pattern, name)) || (calls && name.startsWith(`${id}/`)),
  )
}

import { type Logger, pino } from 'pino'
import { openAccounts } from '../accounts/accounts.ts'
import { type AccountAdmin, openAccountAdmin } from '../accounts/admin.ts'
import { accountsOfEnvironment } from '../accounts/environment.ts'
import type { BuiltInAccount, MemberParts } from '../accounts/member.ts'
import { openVault } from '../accounts/vault.ts'
import { type Egress, openEgress } from '../assets/egress.ts'
import { listOperations } from '../catalog/catalog.ts'
import type { Config } from '../config/config.ts'
import { type Clock, systemClock } from '../core/clock.ts'
import type { Tracer } from '../core/tracer.ts'
import { openSpeech } from '../engines/speech/speech.ts'
import { openStudio } from '../engines/studio/studio.ts'
import { type Ffmpeg, openWorkshop } from '../engines/workshop/workshop.ts'
import type { Account } from '../providers/provider.ts'
import { PROVIDERS } from '../providers/providers.ts'
import { sandboxProvider } from '../providers/sandbox/sandbox.ts'
import { speechProvider } from '../providers/speech/speech.ts'
import { studioProvider } from '../providers/studio/studio.ts'
import { workshopProvider } from '../providers/workshop/workshop.ts'
import type { Store } from '../store/store.ts'

/** What does the work in this process, without an account at a vendor. */
export function builtInAccounts(config: Config, clock: Clock, ffmpeg: Ffmpeg | undefined): BuiltInAccount[] {
  const studio = studioProvider(openStudio({ threads: config.studioSlots }), {
    longestSeconds: config.studioSongSeconds,
  })
  return [
    { provider: studio, mode: 'live', slots: config.studioSlots, isFallback: true },
    {
      provider: workshopProvider(
        openWorkshop({ threads: config.workshopSlots, threadsPerPicture: config.workshopThreadsPerPicture, ffmpeg }),
        {
          swapsFaces: config.workshopSwapsFaces,
          editsVideos: ffmpeg !== undefined,
          taskTimeFactor: config.taskTimeFactor,
        },
      ),
      mode: 'live',
      slots: config.workshopSlots,
      isFallback: true,
    },
    { provider: sandboxProvider({ clock, seconds: config.sandboxSeconds }), mode: 'test', slots: config.sandboxSlots },
    { provider: speechProvider(openSpeech()), mode: 'live', slots: 1 },
  ]
}

/** `outcome`: the class of the answer's status, such as `2xx`, or `no_answer`. */
type VendorCalled = (provider: string, outcome: string, ms: number) => void

function watchedBy(called: VendorCalled, tracer: Calls | undefined): NonNullable<MemberParts['watchFetch']> {
  return (provider, send) => async (input, init) => {
    const startedAt = performance.now()
    let outcome = 'no_answer'
    try {
      const answer = await (tracer ? tracedCall(tracer, provider, send, input, init) : send(input, init))
      outcome = `${Math.floor(answer.status / 100)}xx`
      return answer
    } finally {
      called(provider, outcome, performance.now() - startedAt)
    }
  }
}

type Calls = Pick<Tracer, 'call'>
type Fetch = Account['fetch']

function tracedCall(
  tracer: Calls,
  provider: string,
  send: Fetch,
  input: Parameters<Fetch>[0],
  init: RequestInit | undefined,
): Promise<Response> {
  const isRequest = input instanceof Request
  const method = init?.method ?? (isRequest ? input.method : 'GET')
  const { host } = new URL(isRequest ? input.url : input) // its path and query may hold keys
  return tracer.call(
    { provider, method, host },
    (traceparent) => {
      if (traceparent === undefined) return send(input, init)
      const headers = new Headers(init?.headers ?? (isRequest ? input.headers : {}))
      headers.set('traceparent', traceparent)
      return send(input, { ...init, headers })
    },
    ({ status }) => ({ status, error: status >= 400 ? String(status) : null }),
  )
}

/** What accounts and their administration both need. */
export function accountPartsOf(
  config: Config,
  given: {
    store: Store
    egress: Egress
    clock: Clock
    /** What vendors compare with their clocks. The default: `clock`. */
    wallClock?: Clock
    log: Logger
    vendorCalled?: VendorCalled
    tracer?: Calls | undefined
  },
) {
  const { egress, vendorCalled, tracer, ...parts } = given
  return {
    ...parts,
    manifests: PROVIDERS,
    environment: accountsOfEnvironment(PROVIDERS, config.variable, config.providers),
    vault: openVault(config.secret, config.earlierSecrets),
    fetchFor: egress.fetchFor,
    watchFetch: vendorCalled && watchedBy(vendorCalled, tracer),
    judge: egress.judge,
    operations: new Set(listOperations().map(({ id }) => id)),
    tenants: { priceFactor: config.privatePriceFactor, maxAccounts: config.accountsPerTenant },
  }
}

/** The administration of accounts for a command, beside a server that may be running. Account events are not logged. */
export function openOfflineAccountAdmin(
  config: Config,
  store: Store,
): { accountAdmin: AccountAdmin; close(): Promise<void> } {
  const log = pino({ level: 'silent' })
  const egress = openEgress({ allow: [...config.egressAllow], log })
  const parts = accountPartsOf(config, { store, egress, clock: systemClock, log })
  const accounts = openAccounts({ ...parts, builtIn: [] })
  return {
    accountAdmin: openAccountAdmin({ ...parts, accounts, isOffline: true }),
    async close() {
      await accounts.close()
      await egress.close()
    },
  }
}

import type { Logger } from 'pino'
import type { Accounts } from '../accounts/accounts.ts'
import type { Egress } from '../assets/egress.ts'
import { type Allowances, openAllowances } from '../calls/allowances.ts'
import { withAnswerCache } from '../calls/answer-cache.ts'
import { type Calls, type CallsOptions, openCalls } from '../calls/calls.ts'
import { type LocalServers, openLocalServers } from '../calls/local-servers.ts'
import { openModelLists } from '../calls/model-lists.ts'
import { openRealtime, type Realtime } from '../calls/realtime.ts'
import { openResponseRequests, openStoredResponses, type ResponseRequests } from '../calls/stored-responses.ts'
import type { Config } from '../config/config.ts'
import type { Call } from '../core/call.ts'
import { type Caller, checkModelAllowed } from '../core/caller.ts'
import { type Clock, SECOND_MS } from '../core/clock.ts'
import type { Retention } from '../core/retention.ts'
import { openaiCompatible } from '../providers/openai-compatible/manifest.ts'
import { sandboxRealtime } from '../providers/sandbox/realtime.ts'
import { SPEECH_MODEL } from '../providers/speech/calls.ts'
import type { Store } from '../store/store.ts'
import { checkKey } from '../tenants/keys.ts'
import { openTokenLimit, type TokenLimit } from '../tenants/token-limit.ts'
import { builtInTarget, openCallMembers } from './call-members.ts'
import { type StreamWatch, watchedStream } from './watched-stream.ts'

export interface CallParts {
  store: Store
  accounts: Accounts
  egress: Egress
  clock: Clock
  log: Logger
  retention: Retention
  /** Called with each call when it ends. */
  callEnded(call: Call): void
  /** See `StreamWatch.called`. */
  vendorCalled?: StreamWatch['called']
  tracer?: StreamWatch['tracer']
  /** See `CallsOptions.pauseMs`. */
  pauseMs?: number | undefined
}

/** Names that the sandbox lists; it answers to any other, too. */
const SANDBOX_MODELS = [
  'claude-sonnet-4-5',
  SPEECH_MODEL,
  'gemini-2.5-flash',
  'gpt-5',
  'gpt-5-mini',
  'sandbox',
] as const

/** How often what a dead process held for calls is looked for. */
const SWEEP_MS = 30 * SECOND_MS

export interface ComposedCalls {
  calls: Calls
  /** Requests about responses that vendors keep. */
  responses: ResponseRequests
  realtime: Realtime
  allowances: Allowances
  /** What is left of a key's tokens a minute. */
  tokensOf: TokenLimit['stateOf']
  /** Looks for servers of models on this machine, from now on and beside everything else. */
  findLocalServers(place: OwnPlace): Promise<void>
  close(): Promise<void>
}

/** What the search for servers must know of this gateway. */
export interface OwnPlace {
  port: number
  firstTenantId: string
}

async function openLocal(
  { localServers: { use, addresses } }: Config,
  { port, firstTenantId }: OwnPlace,
  { accounts, egress, clock, log }: CallParts,
): Promise<LocalServers | undefined> {
  if (use === 'off') return undefined
  const { id, calls: side, load } = openaiCompatible
  if (!side) return undefined
  const code = (await load())({ now: () => clock.now() })
  return openLocalServers({
    // This gateway's own port answers such a request as well.
    addresses: addresses.filter((address) => !isOwnPort(address, port)),
    provider: { id, side, code },
    mayUse: (tenantId) => use === 'all' || tenantId === firstTenantId,
    isKnown: (address) =>
      [...accounts.members().values()].some(({ account }) => isSamePlace(account.settings.baseUrl, address)),
    fetch: egress.fetchFor('operator'),
    clock,
    log,
  })
}

const OWN_HOSTS = new Set(['127.0.0.1', 'localhost', '[::1]', '0.0.0.0'])

function isOwnPort(address: string, own: number): boolean {
  const { hostname, port } = new URL(address)
  return OWN_HOSTS.has(hostname) && Number(port) === own
}

/** Whether both are one server: this machine has several names. */
function isSamePlace(one: string | undefined, other: string): boolean {
  if (!one || !URL.canParse(one)) return false
  const [a, b] = [new URL(one), new URL(other)]
  return a.port === b.port && (a.hostname === b.hostname || (OWN_HOSTS.has(a.hostname) && OWN_HOSTS.has(b.hostname)))
}

export async function composeCalls(config: Config, parts: CallParts): Promise<ComposedCalls> {
  const { store, accounts, egress, clock, log, callEnded, vendorCalled, tracer } = parts
  // No other process uses an embedded database, so what is held is a dead one's.
  const held = await store.endAllowances({
    which: store.exclusive ? { all: true } : { expiredBefore: clock.now() },
    now: clock.now(),
  })
  if (held > 0) log.info({ allowances: held }, 'what an earlier process held for calls was given back')
  const booked = openAllowances({
    store,
    clock,
    log,
    get recordDays() {
      return parts.retention.recordDays
    },
  })
  const allowances: Allowances = {
    ...booked,
    book(reservation, call, line) {
      booked.book(reservation, call, line)
      callEnded(call)
    },
  }
  const tokens = openTokenLimit(clock)
  const lists = openModelLists({ clock, log })
  let local: LocalServers | undefined
  /** Until the search for them has begun, which is a moment after the server answers. */
  let isLocalExpected = config.localServers.use !== 'off'
  const known = {
    members: accounts.members,
    modelsOf: lists.of,
    localFor: (caller: Caller) => local?.membersFor(caller) ?? [],
  }
  const responses = openStoredResponses(store)
  const membersFor = openCallMembers(known)
  const streamFor: CallsOptions['streamFor'] = ({ id, owner, provider }, traceparent) =>
    watchedStream(egress.streamFor(owner, accounts.find(id)?.record?.tenantId ?? ''), {
      provider,
      traceparent,
      called: vendorCalled,
      tracer,
    })
  const calls = openCalls({
    membersFor,
    expectedFor: (caller) => {
      if (isLocalExpected || local?.isLookingFor(caller)) return 'unknown'
      return local?.missingFor(caller) ?? []
    },
    policyOf: accounts.policyOf,
    settings: config.models,
    sandbox: {
      models: SANDBOX_MODELS,
      async loadModel(id) {
        const { sandboxLanguageModel } = await import('../providers/sandbox/language-model.ts')
        return sandboxLanguageModel(id)
      },
      targetFor: (call) => builtInTarget(call, known),
    },
    allowances,
    tokens,
    responses,
    streamFor,
    download: egress.download,
    async recordEvent(account, event) {
      if (!local?.note(account, event)) await accounts.recordEvent(account, event)
    },
    withoutSecrets: accounts.withoutSecrets,
    limits: config.callLimits,
    pauseMs: parts.pauseMs,
    clock,
    log,
  })
  const realtime = openRealtime({
    candidates: calls.candidates,
    tryEach: calls.tryEach,
    socketFor: egress.socketFor,
    sandbox: (model) => sandboxRealtime(model, { clock }),
    allowances,
    tokens,
    checkKey: async ({ keyId }, model) => checkModelAllowed(await checkKey(store, keyId, clock.now()), model),
    onKeyChange: (listener) =>
      store.onSignal(({ kind }) => {
        if (kind === 'key' || kind === 'resync') listener()
      }),
    answerMs: config.callLimits.answerMs,
    stallMs: config.callLimits.silenceMs,
    clock,
    log,
  })
  const sweep = setInterval(() => {
    const now = clock.now()
    Promise.all([
      store.endAllowances({ which: { expiredBefore: now }, now }),
      store.purgeCalls({ now, limit: 1_000 }),
      store.purgeAnswers({ now }),
    ]).catch((error: unknown) => {
      log.error({ err: error }, 'allowances, records and answers of calls that have ended were not removed')
    })
  }, SWEEP_MS).unref()
  const { cachedAnswerFactor: priceFactor } = config
  return {
    calls: withAnswerCache(calls, { store, allowances, priceFactor, clock, log }),
    responses: openResponseRequests({
      tryEach: calls.tryEach,
      responses,
      membersFor,
      streamFor,
      answerMs: config.callLimits.answerMs,
    }),
    realtime,
    allowances,
    tokensOf: tokens.stateOf,
    async findLocalServers(place) {
      local = await openLocal(config, place, parts).finally(() => {
        isLocalExpected = false
      })
    },
    async close() {
      local?.close()
      clearInterval(sweep)
      lists.close()
      await allowances.close()
    },
  }
}

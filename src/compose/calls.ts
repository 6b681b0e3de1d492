import type { Logger } from 'pino'
import type { Accounts } from '../accounts/accounts.ts'
import type { Egress } from '../assets/egress.ts'
import { type Allowances, openAllowances } from '../calls/allowances.ts'
import { type Calls, openCalls } from '../calls/calls.ts'
import { openModelLists } from '../calls/model-lists.ts'
import { openRealtime, type Realtime } from '../calls/realtime.ts'
import type { Config } from '../config/config.ts'
import type { Call } from '../core/call.ts'
import { type Clock, SECOND_MS } from '../core/clock.ts'
import { sandboxLanguageModel } from '../providers/sandbox/language-model.ts'
import { sandboxRealtime } from '../providers/sandbox/realtime.ts'
import type { Store } from '../store/store.ts'
import { checkKey } from '../tenants/keys.ts'
import { openCallMembers } from './call-members.ts'

export interface CallParts {
  store: Store
  accounts: Accounts
  egress: Egress
  clock: Clock
  log: Logger
  /** Called with each call when it ends. */
  callEnded(call: Call): void
}

/** Names that the sandbox lists; it answers to any other, too. */
const SANDBOX_MODELS = ['claude-sonnet-4-5', 'gemini-2.5-flash', 'gpt-5', 'gpt-5-mini', 'sandbox'] as const

/** How often what a dead process held for calls is looked for. */
const SWEEP_MS = 30 * SECOND_MS

export interface ComposedCalls {
  calls: Calls
  realtime: Realtime
  allowances: Allowances
  close(): Promise<void>
}

export async function composeCalls(config: Config, parts: CallParts): Promise<ComposedCalls> {
  const { store, accounts, egress, clock, log, callEnded } = parts
  // No other process uses an embedded database, so what is held is a dead one's.
  const held = await store.endAllowances({
    which: store.exclusive ? { all: true } : { expiredBefore: clock.now() },
    now: clock.now(),
  })
  if (held > 0) log.info({ allowances: held }, 'what an earlier process held for calls was given back')
  const booked = openAllowances({ store, clock, log, recordDays: config.recordDays })
  const allowances: Allowances = {
    ...booked,
    book(reservation, call) {
      booked.book(reservation, call)
      callEnded(call)
    },
  }
  const lists = openModelLists({ clock, log })
  const calls = openCalls({
    membersFor: openCallMembers({ members: accounts.members, modelsOf: lists.of }),
    policyOf: accounts.policyOf,
    settings: config.models,
    sandbox: { models: SANDBOX_MODELS, model: (id) => sandboxLanguageModel(id) },
    allowances,
    streamFor: egress.streamFor,
    download: egress.download,
    recordEvent: accounts.recordEvent,
    withoutSecrets: accounts.withoutSecrets,
    limits: config.callLimits,
    clock,
    log,
  })
  const realtime = openRealtime({
    candidates: calls.candidates,
    tryEach: calls.tryEach,
    socketFor: egress.socketFor,
    sandbox: (model) => sandboxRealtime(model, { clock }),
    allowances,
    checkKey: ({ keyId }) => checkKey(store, keyId, clock.now()),
    onKeyChange: (listener) =>
      store.onSignal(({ kind }) => {
        if (kind === 'key' || kind === 'resync') listener()
      }),
    stallMs: config.callLimits.silenceMs,
    clock,
    log,
  })
  const sweep = setInterval(() => {
    const now = clock.now()
    Promise.all([
      store.endAllowances({ which: { expiredBefore: now }, now }),
      store.purgeCalls({ now, limit: 1_000 }),
    ]).catch((error: unknown) => {
      log.error({ err: error }, 'allowances and records of calls that have ended were not removed')
    })
  }, SWEEP_MS).unref()
  return {
    calls,
    realtime,
    allowances,
    async close() {
      clearInterval(sweep)
      lists.close()
      await allowances.close()
    },
  }
}

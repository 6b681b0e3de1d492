import { connect } from 'node:net'
import type { Logger } from 'pino'
import { type AccountEvent, type AccountRecord, DEFAULT_ACCOUNT, healthAfter } from '../core/account.ts'
import type { Caller } from '../core/caller.ts'
import { type Clock, MINUTE_MS, SECOND_MS } from '../core/clock.ts'
import type { Json } from '../core/json.ts'
import type { Account, CallSide, Provider } from '../providers/provider.ts'
import type { CallMember } from './calls.ts'
import { namesIn } from './model-lists.ts'

/** Servers of models on this machine that are not configured: they are looked for at their usual addresses. */
export interface LocalServers {
  /** Those that answer now and that this caller may use. The same list until something changes. */
  membersFor(caller: Pick<Caller, 'mode' | 'tenantId'>): readonly CallMember[]
  /** Whether more may be found in a moment for this caller: the first look has not ended. */
  isLookingFor(caller: Pick<Caller, 'mode' | 'tenantId'>): boolean
  /** Those that were there a moment ago, and may be again: a server is restarted, or too busy to answer. */
  missingFor(caller: Pick<Caller, 'mode' | 'tenantId'>): readonly CallMember[]
  /** Notes what a call met. False for an account that is none of these. */
  note(account: string, event: AccountEvent): boolean
  close(): void
}

export interface LocalServersOptions {
  /** With the path of the API, such as `http://127.0.0.1:11434/v1`. */
  addresses: readonly string[]
  /** How the servers answer calls. */
  provider: { id: string; side: CallSide; code: Provider }
  /** Whether the keys of a tenant may use them. */
  mayUse(tenantId: string): boolean
  /** Whether an account has this address already. */
  isKnown(address: string): boolean
  fetch: Account['fetch']
  clock: Clock
  log: Logger
}

const EVERY_MS = 30 * SECOND_MS
const TIMEOUT_MS = 2 * SECOND_MS
const SLOTS = 10
/** How long a server that does not answer any more is taken for one that comes back. */
const MISSING_MS = 2 * MINUTE_MS
/** After everything that an operator configured. */
const PRIORITY = -1

interface LocalServer extends CallMember {
  record: AccountRecord
  models: readonly string[]
}

/** Looks at once, beside the start, and then every half minute: a server may be started later, or stop. */
export function openLocalServers(options: LocalServersOptions): LocalServers {
  const { addresses, clock, log } = options
  const servers = new Map<string, LocalServer>()
  const missing = new Map<string, { server: LocalServer; since: number }>()
  const closing = new AbortController()
  let members: readonly CallMember[] = []
  let isLooking = false
  let hasLooked = false

  async function look(address: string): Promise<void> {
    const models = options.isKnown(address) ? undefined : await modelsAt(address)
    const known = servers.get(address)
    const { host } = new URL(address)
    if (!models) {
      if (!known) return
      servers.delete(address)
      missing.set(address, { server: known, since: clock.now() })
      log.info({ server: host }, 'a server of models that was found on this machine is not there any more')
      return
    }
    missing.delete(address)
    if (known) {
      known.models = models
      known.record = { ...known.record, ...healthAfter(known.record, { kind: 'worked' }, clock.now()) }
      return
    }
    servers.set(address, serverAt(address, models, options))
    log.info(
      { server: host, models: models.slice(0, 10) },
      'a server of models was found on this machine, and answers calls; POLYPHONY_LOCAL_SERVERS says for whom',
    )
  }

  /** Undefined where no such server listens. */
  async function modelsAt(address: string): Promise<string[] | undefined> {
    try {
      // The client of HTTP takes 10 MB, which a machine without such servers need not have loaded.
      if (!(await listens(address))) return undefined
      const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(TIMEOUT_MS)])
      const answer = await options.fetch(`${address}/models`, { signal, redirect: 'manual' })
      if (answer.status !== 200) return undefined
      const models = namesIn((await answer.json()) as Json)
      return models.length === 0 ? undefined : models
    } catch {
      return undefined // most machines have none of these servers, or something else at the address
    }
  }

  function lookAtAll(): void {
    if (isLooking) return
    isLooking = true
    void Promise.all(addresses.map(look)).then(() => {
      isLooking = false
      hasLooked = true
      members = [...servers.values()]
    })
  }

  const timer = setInterval(lookAtAll, EVERY_MS).unref()
  lookAtAll()
  return {
    membersFor: ({ mode, tenantId }) =>
      members.length > 0 && mode === 'live' && options.mayUse(tenantId) ? members : NONE,
    isLookingFor: ({ mode, tenantId }) => !hasLooked && mode === 'live' && options.mayUse(tenantId),
    missingFor({ mode, tenantId }) {
      if (mode !== 'live' || !options.mayUse(tenantId)) return NONE
      const since = clock.now() - MISSING_MS
      return [...missing.values()].filter((one) => one.since > since).map(({ server }) => server)
    },
    note(account, event) {
      const server = [...servers.values()].find(({ record }) => record.id === account)
      if (!server) return false
      server.record = { ...server.record, ...healthAfter(server.record, event, clock.now()) }
      if (event.kind === 'broke') lookAtAll()
      return true
    },
    close() {
      clearInterval(timer)
      closing.abort()
    },
  }
}

const NONE: readonly CallMember[] = []

function serverAt(
  address: string,
  models: readonly string[],
  { provider: { id: provider, side, code }, fetch, clock }: LocalServersOptions,
): LocalServer {
  const { host } = new URL(address)
  const id = `local:${host}`
  const name = `local server at ${host}`
  const owned = { id, tenantId: null, provider, name, sealed: null, createdAt: clock.now() }
  return {
    record: { ...DEFAULT_ACCOUNT, ...owned, slots: SLOTS, priority: PRIORITY },
    account: { id, provider, owner: 'operator', settings: { baseUrl: address }, fetch },
    provider: code,
    side,
    models,
  }
}

/** Whether anything accepts connections there. */
function listens(address: string): Promise<boolean> {
  const { hostname, port, protocol } = new URL(address)
  const host = hostname.replace(/^\[|\]$/g, '')
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(port || (protocol === 'https:' ? 443 : 80)), timeout: TIMEOUT_MS })
    const end = (isOpen: boolean) => (): void => {
      socket.destroy()
      resolve(isOpen)
    }
    socket.unref().once('connect', end(true)).once('error', end(false)).once('timeout', end(false))
  })
}

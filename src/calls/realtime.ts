import type { Logger } from 'pino'
import type { VendorSocket } from '../assets/vendor-socket.ts'
import type { Call } from '../core/call.ts'
import type { Caller } from '../core/caller.ts'
import { type Clock, SECOND_MS } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import { points } from '../core/points.ts'
import type { RealtimeEnd } from '../core/realtime.ts'
import type { ModelPrice, Usage } from '../core/usage.ts'
import type { Allowances } from './allowances.ts'
import { type CallMember, checkAllowed, LEFT_STATUS, type TokenLimit } from './calls.ts'
import type { Named } from './format.ts'
import { priceOfUsage } from './model-price.ts'
import { type Connected, openSession, rowOf, type Session } from './realtime-session.ts'
import type { Target } from './routing.ts'
import { isOwn } from './stored-responses.ts'
import { timeFor } from './time-limit.ts'

/** A session of speech and text over a WebSocket, as a dialect has read it. */
export interface RealtimeRequest {
  caller: Caller
  requestId: string | null
  /** As the caller named it. */
  model: string
  /** What of the caller's headers the vendor gets, too. */
  headers: Readonly<Record<string, string>>
  /** A message that the vendor gets before those of the caller. */
  first: Buffer | undefined
  meter: RealtimeMeter
  /** What a message of the caller names of what only the owner of the vendor's account can have made there. */
  namedIn(message: Buffer): Named['others']
  /** The error as a message of the session; `about` is the message of the caller that has it. */
  failure(error: PolyphonyError, about?: Buffer): string
  /** Ends when the caller leaves before the session stands. */
  signal: AbortSignal
}

/** Reads what a vendor sends in a session, as far as it says what is used. */
export interface RealtimeMeter {
  /** Looks at a message; what it bills, if it bills anything. */
  read(message: Buffer): Billed | undefined
  /** How many responses are under way. */
  readonly underWay: number
  /** Roughly what was delivered of those, for a session that breaks off; undefined where there are none. */
  delivered(): Usage | undefined
}

export interface Billed {
  outcome: 'completed' | 'failed'
  usage: Usage
  /** The model that was used, where it is not that of the session: sound is transcribed by another. */
  model?: string
}

/** A session whose vendor is connected, and that waits for its caller. */
export interface RealtimeSession {
  provider: string | undefined
  tried: readonly string[]
  /** Connects the caller. The session ends by itself. */
  attach(client: RealtimeEnd): void
  /** Ends a session whose caller did not come. */
  abandon(): void
}

export interface Realtime {
  /** Connects to an account that has the model. Throws a PolyphonyError where there is none, or no credit. */
  open(request: RealtimeRequest): Promise<RealtimeSession>
  /** Takes no more sessions, lets responses that are under way end within `graceMs`, and says goodbye to all. */
  close(graceMs: number): Promise<void>
}

/** The accounts that may answer, and how they are asked. */
export interface RealtimeRoutes {
  /** Those that have the model and take sessions, each with its price; throws where there is none. */
  candidates(
    caller: Caller,
    model: string,
  ): {
    targets: readonly Target<CallMember>[]
    /** Of another model that the session uses at the account, where it is named; undefined where that has none. */
    priceOf(target: Target<CallMember>, other?: string): ModelPrice | undefined
  }
  /** Asks one after the other. Throws the error of the last. */
  tryEach<Given>(
    trying: Trying,
    targets: readonly Target<CallMember>[],
    ask: (target: Target<CallMember>) => Promise<Given>,
  ): Promise<{ target: Target<CallMember>; given: Given }>
}

export interface Trying {
  readonly signal: AbortSignal
  tried: Call['tried'][number][]
  triedNames: string[]
}

export interface RealtimeOptions extends RealtimeRoutes {
  socketFor(owner: 'operator' | 'tenant'): VendorSocket
  /** What test keys talk to. */
  sandbox(model: string): RealtimeEnd
  allowances: Allowances
  tokens: TokenLimit
  /** Throws where the key is not valid any more, or may not use the model any more. */
  checkKey(caller: Caller, model: string): Promise<void>
  /** Calls when any key may have changed; returns the function that ends that. */
  onKeyChange(listener: () => void): () => void
  /** How long it may take to connect a vendor, with all accounts that are asked; 20 s at most. */
  answerMs: number
  /** How long a reader may read nothing. */
  stallMs: number
  clock: Clock
  log: Logger
}

const MAX_CONNECT_MS = 20 * SECOND_MS
/** A revocation by another process is noticed within this time, as that of other requests. */
const CHECK_MS = 5 * SECOND_MS
/** Until an answer is billed this is set aside for it: some minutes of conversation that are read again, and a long answer. */
const BOUND: Usage = { inputTokens: 8_000, inputAudioTokens: 4_000, outputTokens: 4_096, outputAudioTokens: 4_096 }

export function openRealtime(options: RealtimeOptions): Realtime {
  const { allowances, clock, log } = options
  const sessions = new Set<Session>()
  let isClosing = false
  let checking: NodeJS.Timeout | undefined
  let unsubscribe: (() => void) | undefined

  const checkAll = () => {
    for (const session of sessions) void session.check()
  }
  /** Keys are looked at while there are sessions. */
  function follow(): void {
    unsubscribe ??= options.onKeyChange(checkAll)
    checking ??= setInterval(checkAll, CHECK_MS).unref()
  }
  function unfollow(): void {
    unsubscribe?.()
    clearInterval(checking)
    unsubscribe = undefined
    checking = undefined
  }

  async function connect(request: RealtimeRequest, trying: Trying): Promise<Connected> {
    const { caller, model } = request
    if (caller.mode === 'test')
      return { vendor: options.sandbox(model), target: undefined, price: {}, priceOf: () => undefined }
    const { targets, priceOf } = candidatesFor(request)
    const { target, given: vendor } = await options.tryEach(trying, targets, ({ member, model: name }) => {
      const { side, account } = member
      const url = side.urlOf('realtime', name, account.settings) ?? ''
      const headers = { ...request.headers, ...side.headersOf(account.settings) }
      const open = options.socketFor(account.owner)
      return open(`${url}?model=${encodeURIComponent(name)}`, { headers, signal: trying.signal })
    })
    return { vendor, target, price: priceOf(target) ?? {}, priceOf: (other) => priceOf(target, other) }
  }

  /** Those of the tenant's own where the session begins with what only the owner of an account can have made there. */
  function candidatesFor({ caller, model, first, namedIn }: RealtimeRequest): ReturnType<RealtimeRoutes['candidates']> {
    const found = options.candidates(caller, model)
    const named = first === undefined ? undefined : namedIn(first)
    if (!named) return found
    const targets = found.targets.filter(isOwn)
    if (targets.length === 0) throw new PolyphonyError('not_found', named.reason, { field: named.field })
    return { ...found, targets }
  }

  return {
    async open(request) {
      if (isClosing) throw new PolyphonyError('overloaded', 'The gateway is stopping; connect again.')
      const { caller } = request
      checkAllowed(request)
      const startedAt = clock.now()
      // Before a vendor is asked: the price of the account that would be asked first.
      const price = caller.mode === 'test' ? {} : priceOfFirst(candidatesFor(request))
      const bound = caller.mode === 'test' ? points(0) : priceOfUsage(BOUND, price)
      options.tokens.take(caller, 1)(0) // throws where none are left
      const reservation = await allowances.reserve(caller, bound)
      const time = timeFor(request.signal, Math.min(MAX_CONNECT_MS, options.answerMs))
      const trying: Trying = { signal: time.signal, tried: [], triedNames: [] }
      const about = { request, startedAt, trying, bound }
      try {
        const connected = await connect(request, trying)
        const session: Session = openSession({ ...about, ...connected, reservation }, options, () => {
          sessions.delete(session)
          if (sessions.size === 0) unfollow()
        })
        sessions.add(session)
        follow()
        return session
      } catch (error) {
        const known = error instanceof PolyphonyError ? error : undefined
        if (!known) log.error({ err: error }, 'a realtime session could not be opened')
        const hasLeft = request.signal.aborted
        allowances.book(reservation, {
          ...rowOf(about, undefined, clock),
          status: hasLeft ? LEFT_STATUS : (known?.status ?? 500),
          outcome: 'failed',
          errorCode: hasLeft ? 'client_left' : (known?.code ?? 'internal'),
        })
        throw error
      } finally {
        time.end()
      }
    },
    async close(graceMs) {
      isClosing = true
      await Promise.all([...sessions].map((session) => session.stop(graceMs)))
      unfollow()
    },
  }
}

function priceOfFirst({ targets: [first], priceOf }: ReturnType<RealtimeRoutes['candidates']>): ModelPrice {
  return (first && priceOf(first)) ?? {}
}

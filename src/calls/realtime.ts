import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { VendorSocket } from '../assets/vendor-socket.ts'
import type { Call } from '../core/call.ts'
import type { Caller } from '../core/caller.ts'
import { type Clock, SECOND_MS } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import { newId } from '../core/ids.ts'
import { points } from '../core/points.ts'
import type { RealtimeEnd } from '../core/realtime.ts'
import type { ModelPrice, Usage } from '../core/usage.ts'
import type { Allowances, Reservation } from './allowances.ts'
import { type CallMember, checkAllowed } from './calls.ts'
import { listPriceOf } from './list-prices.ts'
import { priceOfUsage } from './model-price.ts'
import { relayMessages } from './relayed-messages.ts'
import type { Target } from './routing.ts'

/** A session of speech and text over a WebSocket, as a dialect has read it. */
export interface RealtimeRequest {
  caller: Caller
  requestId: string | null
  /** As the caller named it. */
  model: string
  /** What of the caller's headers the vendor gets, too. */
  headers: Readonly<Record<string, string>>
  /** A message that the vendor gets before those of the caller. */
  first: string | undefined
  meter: RealtimeMeter
  /** The error as a message of the session. */
  failure(error: PolyphonyError): string
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
  ): { targets: readonly Target<CallMember>[]; priceOf(target: Target<CallMember>): ModelPrice }
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
  /** Throws where the key is not valid any more. */
  checkKey(caller: Caller): Promise<void>
  /** Calls when any key may have changed; returns the function that ends that. */
  onKeyChange(listener: () => void): () => void
  /** How long a reader may read nothing. */
  stallMs: number
  clock: Clock
  log: Logger
}

const CONNECT_MS = 20 * SECOND_MS
/** A revocation by another process is noticed within this time, as that of other requests. */
const CHECK_MS = 5 * SECOND_MS
/** Proxies cut connections that are silent for a minute. */
const PING_MS = 20 * SECOND_MS
/** How long the other side may take to say goodbye. */
const GOODBYE_MS = SECOND_MS
/** Until an answer is billed this is set aside for it: some minutes of conversation that are read again, and a long answer. */
const BOUND: Usage = { inputTokens: 8_000, inputAudioTokens: 4_000, outputTokens: 4_096, outputAudioTokens: 4_096 }
/** The HTTP status of a session that stood. */
const SWITCHED = 101

const NORMAL = 1_000
const GOING_AWAY = 1_001
const POLICY = 1_008
const INTERNAL = 1_011

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
    if (caller.mode === 'test') return { vendor: options.sandbox(model), target: undefined, price: {} }
    const { targets, priceOf } = options.candidates(caller, model)
    const { target, given: vendor } = await options.tryEach(trying, targets, ({ member, model: name }) => {
      const { side, account } = member
      const url = side.urlOf('realtime', name, account.settings) ?? ''
      const headers = { ...request.headers, ...side.headersOf(account.settings) }
      const open = options.socketFor(account.owner)
      return open(`${url}?model=${encodeURIComponent(name)}`, { headers, signal: trying.signal })
    })
    return { vendor, target, price: priceOf(target) }
  }

  return {
    async open(request) {
      if (isClosing) throw new PolyphonyError('overloaded', 'The gateway is stopping; connect again.')
      const { caller, model } = request
      checkAllowed(request)
      const startedAt = clock.now()
      const signal = AbortSignal.any([request.signal, connectionTimeout()])
      const trying: Trying = { signal, tried: [], triedNames: [] }
      // Before a vendor is asked: the price of the account that would be asked first.
      const price = caller.mode === 'test' ? {} : priceOfFirst(options.candidates(caller, model))
      const bound = caller.mode === 'test' ? points(0) : priceOfUsage(BOUND, price)
      const reservation = await allowances.reserve(caller, bound)
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
        const row = rowOf(about, undefined, clock)
        allowances.book(reservation, {
          ...row,
          status: known?.status ?? 500,
          outcome: 'failed',
          errorCode: known?.code ?? 'internal',
        })
        throw error
      }
    },
    async close(graceMs) {
      isClosing = true
      await Promise.all([...sessions].map((session) => session.stop(graceMs)))
      unfollow()
    },
  }
}

interface Connected {
  vendor: RealtimeEnd
  /** Undefined for the sandbox. */
  target: Target<CallMember> | undefined
  price: ModelPrice
}

interface About {
  request: RealtimeRequest
  startedAt: number
  trying: Trying
  bound: Reservation['bound']
}

interface Session extends RealtimeSession {
  /** Ends the session if its key is not valid any more. */
  check(): Promise<void>
  stop(graceMs: number): Promise<void>
}

/**
 * A row is booked for each response, when it is billed: a session lasts up to an hour, and what it used must be neither lost
 * with the process nor spent beyond the credit. A session without any has one row, so that it is found.
 */
function openSession(
  {
    request,
    startedAt,
    trying,
    bound,
    vendor,
    target,
    price,
    reservation,
  }: About & Connected & { reservation: Reservation },
  { allowances, clock, log, checkKey, stallMs }: RealtimeOptions,
  ended: () => void,
): Session {
  const { caller, meter } = request
  const about = { request, startedAt, trying, bound }
  const held: Reservation[] = [reservation]
  const gone = Promise.withResolvers<void>()
  let client: RealtimeEnd | undefined
  let isOver = false
  let rows = 0
  let raising = 0
  let responseAt = startedAt
  let idle: (() => void) | undefined

  const hasLeft = (end: RealtimeEnd) => {
    // Says goodbye at once, and does not wait for long for the answer.
    setTimeout(() => end.terminate(), GOODBYE_MS).unref()
  }

  function book(given: Pick<Call, 'outcome'> & { usage: Usage | undefined; model?: string; errorCode?: string }): void {
    rows += 1
    const at = given.model === undefined ? price : (listPriceOf(given.model) ?? price)
    const row = rowOf({ ...about, startedAt: responseAt }, target, clock)
    const pricePoints = caller.mode === 'test' || !given.usage ? points(0) : priceOfUsage(given.usage, at)
    const from = held.pop() ?? { keyId: caller.keyId, bound: points(0) }
    allowances.book(from, {
      ...row,
      vendorModel: given.model ?? row.vendorModel,
      outcome: given.outcome,
      errorCode: given.errorCode ?? null,
      usage: given.usage ? { ...given.usage } : null,
      pricePoints,
    })
  }

  /** Sets aside what each response that is under way, or the next one, may cost. Out of credit, the session ends. */
  function topUp(): void {
    while (!isOver && bound > 0 && held.length + raising < Math.max(1, meter.underWay)) {
      raising += 1
      Promise.resolve(allowances.reserve(caller, bound)).then(
        (more) => {
          raising -= 1
          if (isOver) allowances.release(more)
          else held.push(more)
        },
        (error: unknown) => {
          raising -= 1
          fail(
            error instanceof PolyphonyError
              ? error
              : new PolyphonyError('internal', 'The session cannot be paid.', { cause: error }),
          )
        },
      )
    }
  }

  function heard(message: Buffer): void {
    if (isOver) return // what was under way is booked
    const before = meter.underWay
    const billed = meter.read(message)
    if (meter.underWay > before) responseAt = clock.now()
    if (billed) book(billed)
    topUp()
    if (meter.underWay === 0) idle?.()
  }

  /** Tells the caller why, in the form of the session, and ends it. */
  function fail(error: PolyphonyError): void {
    if (isOver) return
    log.info({ code: error.code, requestId: request.requestId }, 'a realtime session was ended')
    client?.resume() // its goodbye is read although the vendor is slow
    client?.send(request.failure(error), { binary: false }, () => {})
    const isOwn = error.code === 'internal' || error.code === 'vendor_silent'
    over({ clientCode: isOwn ? INTERNAL : POLICY, reason: error.code, errorCode: error.code })
  }

  function over(end: { clientCode: number; vendorCode?: number; reason?: string; errorCode?: string }): void {
    if (isOver) return
    isOver = true
    clearInterval(pinging)
    idle?.()
    const { clientCode, vendorCode = NORMAL, reason = '', errorCode } = end
    client?.close(sendable(clientCode), reason)
    vendor.resume()
    vendor.close(sendable(vendorCode), reason)
    if (client) hasLeft(client)
    hasLeft(vendor)
    const cut = meter.delivered()
    if (cut) book({ outcome: 'cut', usage: cut, ...(errorCode ? { errorCode } : {}) })
    else if (rows === 0) book({ outcome: 'completed', usage: undefined, ...(errorCode ? { errorCode } : {}) })
    for (const rest of held.splice(0)) allowances.release(rest)
    ended()
    gone.resolve()
  }

  const pulses = [pulseOf(vendor)]
  const pinging = setInterval(() => {
    for (const pulse of pulses) pulse.beat()
  }, PING_MS).unref()

  vendor.on('error', (error) => log.debug({ err: error }, 'a realtime vendor broke the protocol'))
  vendor.on('close', (code, reason) => {
    if (code !== ABNORMAL) return over({ clientCode: code, reason: reason.toString() })
    fail(new PolyphonyError('vendor_silent', 'The vendor broke the session off.'))
  })

  return {
    provider: target?.member.record.provider,
    tried: trying.triedNames,
    attach(attached) {
      client = attached
      pulses.push(pulseOf(attached))
      attached.on('error', (error) => log.debug({ err: error }, 'a realtime client broke the protocol'))
      attached.on('close', (code) =>
        over({ clientCode: code, vendorCode: code === ABNORMAL ? NORMAL : code, errorCode: 'client_left' }),
      )
      if (isOver) {
        // The vendor left in between.
        const error = new PolyphonyError('vendor_silent', 'The vendor broke the session off.')
        attached.send(request.failure(error), { binary: false }, () => {})
        attached.resume()
        attached.close(INTERNAL, error.code)
        hasLeft(attached)
        return
      }
      if (request.first !== undefined) vendor.send(request.first, { binary: false }, () => {})
      const stalled = () => over({ clientCode: POLICY, reason: 'too slow', errorCode: 'client_left' })
      relayMessages(vendor, attached, { stallMs, stalled, heard })
      relayMessages(attached, vendor, {
        stallMs,
        stalled: () => fail(new PolyphonyError('vendor_silent', 'The vendor reads nothing.')),
      })
    },
    abandon: () => over({ clientCode: NORMAL, errorCode: 'client_left' }),
    async check() {
      try {
        await checkKey(caller)
      } catch (error) {
        if (error instanceof PolyphonyError && (error.code === 'unauthorized' || error.code === 'forbidden'))
          fail(error)
        else log.warn({ err: error }, 'the key of a realtime session could not be looked at; it is tried again')
      }
    },
    async stop(graceMs) {
      if (!isOver && meter.underWay > 0) {
        const quiet = Promise.withResolvers<void>()
        idle = quiet.resolve
        await Promise.race([quiet.promise, delay(graceMs, undefined, { ref: false })])
      }
      over({ clientCode: GOING_AWAY, vendorCode: NORMAL, reason: 'the gateway stops' })
      await gone.promise
    },
  }
}

/** What `ws` reports for a connection that ended without a goodbye. */
const ABNORMAL = 1_006

/** A code that may be sent: those that only report something may not (RFC 6455, 7.4). */
function sendable(code: number): number {
  const isKnown =
    (code >= 1_000 && code <= 1_014 && ![1_004, 1_005, 1_006].includes(code)) || (code >= 3_000 && code <= 4_999)
  return isKnown ? code : NORMAL
}

/** Ends an end that does not answer a ping until the next one. */
function pulseOf(end: RealtimeEnd): { beat(): void } {
  let isAlive = true
  end.on('pong', () => {
    isAlive = true
  })
  return {
    beat() {
      if (!isAlive) {
        end.terminate()
        return
      }
      isAlive = false
      end.ping()
    },
  }
}

function priceOfFirst({ targets: [first], priceOf }: ReturnType<RealtimeRoutes['candidates']>): ModelPrice {
  return first ? priceOf(first) : {}
}

function connectionTimeout(): AbortSignal {
  const controller = new AbortController()
  const late = new PolyphonyError('vendor_silent', `No vendor was connected within ${CONNECT_MS / SECOND_MS} s.`)
  setTimeout(() => controller.abort(late), CONNECT_MS).unref()
  return controller.signal
}

function rowOf(
  { request, startedAt, trying }: Pick<About, 'request' | 'startedAt' | 'trying'>,
  target: Target<CallMember> | undefined,
  clock: Clock,
): Call {
  const { caller, requestId, model } = request
  const account = target?.member.record
  return {
    id: newId(clock.now()),
    tenantId: caller.tenantId,
    keyId: caller.keyId,
    mode: caller.mode,
    requestId,
    endpoint: 'realtime',
    model,
    provider: account?.provider ?? null,
    account: account?.id ?? null,
    vendorModel: target?.model ?? null,
    status: SWITCHED,
    outcome: 'completed',
    errorCode: null,
    isStreamed: true,
    usage: null,
    pricePoints: points(0),
    costPoints: null,
    tried: trying.tried,
    createdAt: startedAt,
    firstByteMs: null,
    durationMs: clock.now() - startedAt,
  }
}

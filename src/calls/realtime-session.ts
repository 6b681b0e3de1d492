import { setTimeout as delay } from 'node:timers/promises'
import type { Call } from '../core/call.ts'
import { type Clock, SECOND_MS } from '../core/clock.ts'
import { type ErrorCode, PolyphonyError } from '../core/errors.ts'
import { newId } from '../core/ids.ts'
import { points } from '../core/points.ts'
import type { RealtimeEnd } from '../core/realtime.ts'
import type { ModelPrice, Usage } from '../core/usage.ts'
import type { Reservation } from './allowances.ts'
import { type CallMember, tokensIn } from './calls.ts'
import { priceOfUsage } from './model-price.ts'
import type { RealtimeOptions, RealtimeRequest, RealtimeSession, Trying } from './realtime.ts'
import { MOST_WAITING_BYTES, relayMessages } from './relayed-messages.ts'
import type { Target } from './routing.ts'
import { isOwn } from './stored-responses.ts'

/** Proxies cut connections that are silent for a minute. */
const PING_MS = 20 * SECOND_MS
/** How long the other side may take to say goodbye. */
const GOODBYE_MS = SECOND_MS
/** The HTTP status of a session that stood. */
const SWITCHED = 101
const NORMAL = 1_000
const GOING_AWAY = 1_001
const POLICY = 1_008
const INTERNAL = 1_011

export interface Connected {
  vendor: RealtimeEnd
  /** Undefined for the sandbox. */
  target: Target<CallMember> | undefined
  price: ModelPrice
  /** Of another model at the account; undefined where it has none. */
  priceOf(model: string): ModelPrice | undefined
}

export interface About {
  request: RealtimeRequest
  startedAt: number
  trying: Trying
  bound: Reservation['bound']
}

export interface Session extends RealtimeSession {
  /** Ends the session if its key is not valid any more. */
  check(): Promise<void>
  stop(graceMs: number): Promise<void>
}

/**
 * A row is booked for each response, when it is billed: a session lasts up to an hour, and what it used must be neither lost
 * with the process nor spent beyond the credit. A session without any has one row, so that it is found.
 */
export function openSession(
  {
    request,
    startedAt,
    trying,
    bound,
    vendor,
    target,
    price,
    priceOf,
    reservation,
  }: About & Connected & { reservation: Reservation },
  { allowances, tokens, clock, log, checkKey, stallMs }: RealtimeOptions,
  ended: () => void,
): Session {
  const { caller, meter } = request
  /** What is made at an account that tenants share is for its owner alone. */
  const isShared = target === undefined || !isOwn(target)
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
    const at = given.model === undefined ? price : (priceOf(given.model) ?? price)
    const row = rowOf({ ...about, startedAt: responseAt }, target, clock)
    const pricePoints = caller.mode === 'test' || !given.usage ? points(0) : priceOfUsage(given.usage, at)
    const from = held.pop() ?? { keyId: caller.keyId, bound: points(0) }
    if (given.usage) tokens.take(caller, 0)(tokensIn(given.usage))
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
    if (billed) book(billed)
    if (meter.underWay > before) {
      responseAt = clock.now()
      checkTokens()
    }
    topUp()
    if (meter.underWay === 0) idle?.()
  }

  /** A response that begins when the tokens of the minute are used up ends the session: vendors begin them by themselves. */
  function checkTokens(): void {
    try {
      tokens.take(caller, 1)(0)
    } catch (error) {
      fail(error instanceof PolyphonyError ? error : new PolyphonyError('internal', 'The session cannot be counted.'))
    }
  }

  /** What names a thing of the account's owner is answered with an error, and the session goes on. */
  function passes(message: Buffer): boolean {
    const named = isShared ? request.namedIn(message) : undefined
    if (!named || !client) return true
    const error = new PolyphonyError('not_found', named.reason, { field: named.field })
    client.send(request.failure(error, message), { binary: false }, () => {})
    if (client.bufferedAmount > MOST_WAITING_BYTES) tooSlow()
    return false
  }

  function tooSlow(): void {
    over({ clientCode: POLICY, reason: 'too slow', errorCode: 'client_left' })
  }

  /** Tells the caller why, in the form of the session, and ends it. */
  function fail(error: PolyphonyError): void {
    if (isOver) return
    log.info({ code: error.code, requestId: request.requestId }, 'a realtime session was ended')
    client?.resume() // its goodbye is read although the vendor is slow
    client?.send(request.failure(error), { binary: false }, () => {})
    const isFault = error.code === 'internal' || error.code === 'vendor_silent'
    over({ clientCode: isFault ? INTERNAL : POLICY, reason: error.code, errorCode: error.code })
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

  vendor.on('error', (error) => log.warn({ err: error }, 'the vendor of a realtime session failed'))
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
      attached.on('close', (code) => {
        const isCut = code === ABNORMAL || meter.underWay > 0
        const vendorCode = code === ABNORMAL ? NORMAL : code
        over({ clientCode: code, vendorCode, ...(isCut ? { errorCode: 'client_left' } : {}) })
      })
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
      relayMessages(vendor, attached, { stallMs, stalled: tooSlow, heard })
      relayMessages(attached, vendor, {
        passes,
        stallMs,
        stalled: () => fail(new PolyphonyError('vendor_silent', 'The vendor reads nothing.')),
      })
    },
    abandon: () => over({ clientCode: NORMAL, errorCode: 'client_left' }),
    async check() {
      try {
        await checkKey(caller, request.model)
      } catch (error) {
        if (error instanceof PolyphonyError && ENDING.has(error.code)) fail(error)
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

const ENDING: ReadonlySet<ErrorCode> = new Set(['unauthorized', 'forbidden', 'model_not_allowed'])

/** What `ws` reports for a connection that ended without a goodbye. */
const ABNORMAL = 1_006

/** A code that may be sent: those that only report something may not (RFC 6455, 7.4). */
function sendable(code: number): number {
  const isKnown =
    (code >= 1_000 && code <= 1_014 && ![1_004, 1_005, 1_006].includes(code)) || (code >= 3_000 && code <= 4_999)
  return isKnown ? code : NORMAL
}

/** Ends an end that does not answer a ping until the next one; while it is paused, its answer is not read. */
function pulseOf(end: RealtimeEnd): { beat(): void } {
  let isAlive = true
  end.on('pong', () => {
    isAlive = true
  })
  return {
    beat() {
      if (end.isPaused) return
      if (!isAlive) {
        end.terminate()
        return
      }
      isAlive = false
      end.ping()
    },
  }
}

export function rowOf(
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
    batchId: null,
    responseId: null,
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

import { hash } from 'node:crypto'
import { PassThrough, pipeline, type Readable } from 'node:stream'
import type { Logger } from 'pino'
import { type Clock, SECOND_MS } from '../core/clock.ts'
import { newId } from '../core/ids.ts'
import type { Json } from '../core/json.ts'
import { isJsonObject } from '../core/json.ts'
import type { KeptAnswer } from '../core/kept-answer.ts'
import { points } from '../core/points.ts'
import type { Store } from '../store/store.ts'
import type { Allowances } from './allowances.ts'
import { type CallAnswer, type CallRequest, type Calls, checkAllowed } from './calls.ts'

export interface AnswerCacheOptions {
  store: Pick<Store, 'findAnswer' | 'keepAnswer'>
  allowances: Allowances
  /** What an answer that is given again costs, as a fraction of what it cost first. */
  priceFactor: number
  clock: Clock
  log: Logger
}

/** The header of an answer, by which a caller sees whether it was made for this call. */
export const CACHE_HEADER = 'x-polyphony-cache'
/** Longer answers are not kept. */
const MAX_BYTES = 256 * 2 ** 10
const ANSWERS_PER_TENANT = 1_000

/**
 * The same calls, with answers that are given again to the same call of a tenant where the caller asks for it. Only whole
 * answers are kept, never errors; nothing is kept of a call that does not ask for it.
 */
export function withAnswerCache(calls: Calls, options: AnswerCacheOptions): Calls {
  const { store, allowances, clock, log } = options

  async function answer(request: CallRequest): Promise<CallAnswer> {
    const { keepSeconds } = request
    // A form has another boundary each time.
    if (keepSeconds === undefined || !request.json) return calls.answer(request)
    checkAllowed(request)
    const id = answerId(request)
    const kept = await store.findAnswer({ id, now: clock.now() })
    if (kept) return again(request, kept)
    const made = await calls.answer(request)
    return keeping(made, (body, pricePoints) => {
      const createdAt = clock.now()
      const { status, headers } = made
      const expiresAt = createdAt + keepSeconds * SECOND_MS
      const { tenantId } = request.caller
      const fresh = { id, tenantId, status, headers, body, pricePoints: points(pricePoints), createdAt, expiresAt }
      store.keepAnswer({ answer: fresh, atMost: ANSWERS_PER_TENANT }).catch((error: unknown) => {
        log.warn({ err: error }, 'the answer of a call was not kept for the same call')
      })
    })
  }

  /** Books a call that no vendor was asked for. */
  async function again(request: CallRequest, kept: KeptAnswer): Promise<CallAnswer> {
    const { caller, endpoint, model, requestId, isStreamed } = request
    const now = clock.now()
    const price = points(caller.mode === 'test' ? 0 : Math.round(kept.pricePoints * options.priceFactor))
    const reservation = await allowances.reserve(caller, price)
    allowances.book(reservation, {
      id: newId(now),
      tenantId: caller.tenantId,
      keyId: caller.keyId,
      mode: caller.mode,
      requestId,
      endpoint,
      model,
      batchId: null,
      responseId: null,
      provider: 'cache',
      account: null,
      vendorModel: null,
      status: kept.status,
      outcome: 'completed',
      errorCode: null,
      isStreamed,
      usage: null,
      pricePoints: price,
      costPoints: points(0),
      tried: [],
      createdAt: now,
      firstByteMs: 0,
      durationMs: clock.now() - now,
    })
    const age = Math.max(0, Math.floor((now - kept.createdAt) / SECOND_MS))
    return {
      status: kept.status,
      headers: { ...kept.headers, [CACHE_HEADER]: `hit; age=${age}` },
      body: Buffer.from(kept.body, 'base64'),
      provider: 'cache',
    }
  }

  return { ...calls, answer }
}

/** The answer as it is, whose bytes are handed over when it was whole. */
function keeping(made: CallAnswer, keep: (body: string, pricePoints: number) => void): CallAnswer {
  const headers = { ...made.headers, [CACHE_HEADER]: 'miss' }
  const { settled, body } = made
  if (!settled || made.status !== 200) return { ...made, headers }
  const bytes: Buffer[] = []
  let size = 0
  const collect = (chunk: Buffer): void => {
    size += chunk.length
    if (size <= MAX_BYTES) bytes.push(chunk)
  }
  void settled.then(({ outcome, pricePoints }) => {
    if (outcome === 'completed' && size <= MAX_BYTES) keep(Buffer.concat(bytes).toString('base64'), pricePoints)
  })
  if (typeof body === 'string' || Buffer.isBuffer(body)) {
    collect(Buffer.from(body))
    return { ...made, headers }
  }
  return { ...made, headers, body: watched(body, collect) }
}

/** The same stream; a reader that leaves ends it as before. */
function watched(source: Readable, collect: (chunk: Buffer) => void): Readable {
  const through = new PassThrough()
  source.on('data', collect)
  source.pause()
  return pipeline(source, through, () => {}) // its reader sees the errors of both
}

/** Two calls have one answer if the tenant, the route and all that is asked are the same, in whatever order. */
function answerId({ caller, endpoint, query, headers, json = {} }: CallRequest): string {
  const asked = [caller.tenantId, caller.mode, endpoint, query, sorted(headers), sorted(json)]
  return hash('sha256', JSON.stringify(asked), 'hex')
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isJsonObject(value)) return value
  const names = Object.keys(value).sort()
  return Object.fromEntries(names.map((name) => [name, sorted(value[name] ?? null)]))
}

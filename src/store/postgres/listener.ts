import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { SECOND_MS } from '../../core/clock.ts'
import { Connection } from './connection.ts'
import { NoAnswer } from './errors.ts'
import type { Limits } from './limits.ts'
import type { StoreLog } from './log.ts'
import { clientConfig, type SessionOptions } from './session.ts'
import { settledWithin } from './time-limit.ts'

export const CHANNEL = 'polyphony'
const BEAT_MS = SECOND_MS
const BEAT_ANSWER_MS = 1.5 * SECOND_MS
const FIRST_PAUSE_MS = 20
const LONGEST_PAUSE_MS = SECOND_MS
/** An outage is reported when it begins, and again after each of these. */
const REPORT_EVERY_MS = 5 * SECOND_MS
const CLOSE_MS = 500

export interface ListenerOptions extends SessionOptions {
  limits: Limits
  log: StoreLog
  onPayload: (payload: string) => void
  /** The database's clock, read by a round trip that ends now. */
  onReading: (reading: { roundTripMs: number; databaseAtMs: number }) => void
  /**
   * A lost connection was replaced: notifications in between were missed. `silentSinceMs` is set when the old one had stopped
   * answering without being closed, as others may have too: the time of its last answer, by `performance.now()`.
   */
  onReconnected: (silentSinceMs: number | undefined) => void
}

/**
 * The one connection that is always open. It receives notifications, and sends a query every second, which finds a
 * connection that died silently, and reads the database's clock. When it breaks, it is reopened, at once and then once a
 * second. Rejects when the first cannot be opened.
 */
export async function openListener(options: ListenerOptions): Promise<{ close(): Promise<void> }> {
  const { log, onReconnected } = options
  const closing = new AbortController()
  const first = await connect(options)
  const running = keepOpen(first)

  async function keepOpen(opened: Open): Promise<void> {
    let open = opened
    while (!closing.signal.aborted) {
      const lost = await beatUntilLost(open, options, closing.signal)
      if (!lost) break
      const next = await reconnect(lost.error)
      if (!next) return
      open = next
      onReconnected(lost.silentSinceMs)
    }
    await settledWithin(CLOSE_MS, open.client.end())
    open.connection.destroy(new Error('The store was closed.'))
  }

  async function reconnect(lost: unknown): Promise<Open | undefined> {
    const lostAt = performance.now()
    let error = lost
    let reportedAt = Number.NEGATIVE_INFINITY
    for (let tries = 1; !closing.signal.aborted; tries++) {
      if (performance.now() - reportedAt > REPORT_EVERY_MS) {
        log.warn({ err: error }, 'the database connection broke; opening another')
        reportedAt = performance.now()
      }
      try {
        const open = await connect(options)
        log.info({ ms: Math.round(performance.now() - lostAt) }, 'the database answers again')
        return open
      } catch (failed) {
        error = failed
      }
      await pause(Math.min(FIRST_PAUSE_MS * 2 ** tries, LONGEST_PAUSE_MS), closing.signal)
    }
    return undefined
  }

  return {
    async close() {
      closing.abort()
      await running
    },
  }
}

interface Open {
  client: pg.Client
  connection: Connection
  /** Aborted when the connection breaks. */
  broken: AbortSignal
}

/** Opens a connection, listens on it, and reads the clock once. */
async function connect(options: ListenerOptions): Promise<Open> {
  const client = new pg.Client(clientConfig(options, options.limits))
  const connection = new Connection(client, options.limits)
  const breaking = new AbortController()
  client.on('error', (error) => breaking.abort(error))
  client.on('end', () => breaking.abort(new Error('The connection ended.')))
  client.on('notification', ({ payload }) => {
    if (payload) options.onPayload(payload)
  })
  try {
    await client.connect()
    await connection.query({ text: `listen ${CHANNEL}` })
    await beat(connection, options, options.limits.answerMs)
  } catch (error) {
    connection.destroy(new Error('The connection could not be prepared.'))
    throw error
  }
  return { client, connection, broken: breaking.signal }
}

/** Resolves when the connection is lost; undefined when it was closed. */
async function beatUntilLost(
  { connection, broken }: Open,
  options: ListenerOptions,
  stopped: AbortSignal,
): Promise<{ error: unknown; silentSinceMs?: number } | undefined> {
  const signal = AbortSignal.any([broken, stopped])
  for (;;) {
    await pause(BEAT_MS, signal)
    if (stopped.aborted) return undefined
    if (broken.aborted) return { error: broken.reason }
    const sentAtMs = performance.now()
    try {
      await beat(connection, options, BEAT_ANSWER_MS)
    } catch (error) {
      connection.destroy(new Error('The connection is replaced.'))
      return { error, ...(error instanceof NoAnswer && { silentSinceMs: sentAtMs }) }
    }
  }
}

async function beat(connection: Connection, { onReading }: ListenerOptions, answerMs: number): Promise<void> {
  const sentAtMs = performance.now()
  const { rows } = await connection.query<{ at: number }>(
    { text: 'select (extract(epoch from clock_timestamp()) * 1000)::double precision as at' },
    answerMs,
  )
  const databaseAtMs = rows[0]?.at
  if (databaseAtMs !== undefined) onReading({ roundTripMs: performance.now() - sentAtMs, databaseAtMs })
}

/** Resolves after `ms`, or when aborted. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error
  })
}

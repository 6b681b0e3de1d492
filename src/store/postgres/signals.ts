import { randomUUID } from 'node:crypto'
import { SECOND_MS } from '../../core/clock.ts'
import type { Signal, SignalListener } from '../tx.ts'
import { CHANNEL } from './listener.ts'
import { type StoreLog, seldom } from './log.ts'
import type { Pool } from './pool.ts'
import { settledWithin } from './time-limit.ts'

/** NOTIFY carries fewer than 8,000 bytes. */
const MAX_NOTIFY_BYTES = 7_900
/** A node that has not received its own notification after this long is behind a pooler that does not forward them. */
const ECHO_TIMEOUT_MS = 5 * SECOND_MS
const REPORT_EVERY_MS = 10 * SECOND_MS
/** The pause between two statements, so that under load each of them carries many signals. */
const GAP_MS = 25
const CLOSE_MS = SECOND_MS

/** The first element of every payload: its sender. No listener handles this kind, so nodes of earlier versions ignore it. */
type From = { kind: 'from'; node: string }

export interface Signals {
  onSignal(listener: SignalListener): () => void
  /** To this node's listeners before it returns, to the other nodes soon after. Never throws. */
  publish(signals: readonly Signal[]): void
  /** To this node's listeners alone. */
  publishLocally(signal: Signal): void
  /** Handles a payload of another node, or of this one. Never throws. */
  receive(payload: string): void
  /** Sends a notification to itself, and logs a warning if it does not arrive. */
  checkNotifications(): void
  /** Sends the waiting signals, within a second. */
  close(): Promise<void>
}

/**
 * Signals are sent to the other nodes by a separate statement after the commit: a transaction with NOTIFY holds a lock on
 * the whole database while it commits, which would serialize the commits of all nodes. One statement is under way at a time
 * and carries all signals that came meanwhile. Nodes make up for a lost signal by polling
 * (docs/decisions/0010-signals-after-commit.md).
 */
export function openSignals(pool: Pool, log: StoreLog): Signals {
  const from: From = { kind: 'from', node: randomUUID() }
  const listeners = new Set<SignalListener>()
  /** As JSON, so that a repeated signal is sent once. */
  let outbox = new Set<string>()
  let sending: Promise<void> | undefined
  let isClosing = false
  let endGap: (() => void) | undefined
  let receivesOwn = false
  let echoTimer: NodeJS.Timeout | undefined

  const reportUnsent = seldom(REPORT_EVERY_MS, (error) =>
    log.warn({ err: error }, 'changes were not announced to the other nodes; they find them by polling'),
  )
  const reportFault = seldom(REPORT_EVERY_MS, (error) => log.warn({ err: error }, 'a signal could not be handled'))

  function publishLocally(signal: Signal, isOwn = true): void {
    for (const listener of listeners) {
      try {
        listener(signal, isOwn)
      } catch (error) {
        reportFault(error) // the change is stored, so the caller of the verb must get its answer
      }
    }
  }

  /** A short pause, which a close ends at once. */
  async function gap(): Promise<void> {
    if (isClosing) return
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>((resolve) => {
      endGap = resolve
      timer = setTimeout(resolve, GAP_MS)
    })
    clearTimeout(timer)
    endGap = undefined
  }

  async function send(): Promise<void> {
    while (outbox.size > 0) {
      const payloads = payloadsOf(JSON.stringify(from), outbox)
      outbox = new Set()
      try {
        await notify(pool, payloads)
      } catch (error) {
        reportUnsent(error)
      }
      await gap()
    }
    sending = undefined
  }

  function receive(payload: string): void {
    const parts = JSON.parse(payload) as (Signal | From)[] // sent by a node of any version, or by any client of the database
    if (parts.some((part) => part.kind === 'from' && part.node === from.node)) receivesOwn = true
    else for (const part of parts) if (part.kind !== undefined && part.kind !== 'from') publishLocally(part, false)
  }

  return {
    onSignal(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    publishLocally,
    publish(signals) {
      for (const signal of signals) {
        publishLocally(signal)
        outbox.add(JSON.stringify(signal))
      }
      if (outbox.size > 0) sending ??= send()
    },
    receive(payload) {
      try {
        receive(payload)
      } catch (error) {
        reportFault(error) // any client of the database may send notifications
      }
    },
    checkNotifications() {
      notify(pool, [JSON.stringify([from])]).catch(reportUnsent)
      echoTimer = setTimeout(() => {
        if (receivesOwn) return
        log.warn(
          {},
          'notifications do not arrive, as behind PgBouncer in transaction mode; nodes find changes by polling',
        )
      }, ECHO_TIMEOUT_MS).unref()
    },
    async close() {
      clearTimeout(echoTimer)
      isClosing = true
      endGap?.()
      if (sending) await settledWithin(CLOSE_MS, sending)
    },
  }
}

/** Does not wait for the disk: the change is stored already, and a signal need not survive a crash. */
async function notify(pool: Pool, payloads: readonly string[]): Promise<void> {
  await pool.query({
    text: `select set_config('synchronous_commit', 'off', true), pg_notify('${CHANNEL}', payload) from unnest($1::text[]) payload`,
    values: [payloads],
    isRepeatable: true,
  })
}

/** The signals as JSON arrays that begin with the sender, each short enough for one NOTIFY. */
function payloadsOf(from: string, signals: Iterable<string>): string[] {
  const payloads: string[] = []
  const emptyBytes = Buffer.byteLength(from) + 2
  let some: string[] = []
  let sizeBytes = emptyBytes
  for (const signal of signals) {
    const moreBytes = Buffer.byteLength(signal) + 1
    if (some.length > 0 && sizeBytes + moreBytes > MAX_NOTIFY_BYTES) {
      payloads.push(`[${[from, ...some].join(',')}]`)
      some = []
      sizeBytes = emptyBytes
    }
    some.push(signal)
    sizeBytes += moreBytes
  }
  if (some.length > 0) payloads.push(`[${[from, ...some].join(',')}]`)
  return payloads
}

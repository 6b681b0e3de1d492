import { randomUUID } from 'node:crypto'
import { SECOND_MS } from '../../core/clock.ts'
import type { Signal } from '../tx.ts'
import { CHANNEL } from './line.ts'
import { type StoreLog, seldom } from './log.ts'
import type { Pool } from './pool.ts'
import { settledWithin } from './time-limit.ts'

/** NOTIFY carries fewer than 8,000 bytes. */
const MAX_NOTIFY_BYTES = 7_900
/** A node that does not hear itself after this long is behind something that does not pass notifications on. */
const HEAR_SELF_MS = 5 * SECOND_MS
const REPORT_EVERY_MS = 10 * SECOND_MS
/** Between two statements, so that under load each of them announces many changes. */
const GAP_MS = 10
const CLOSE_MS = SECOND_MS

/** The first element of every payload: who sent it. No listener acts on the kind, so a node without this rule passes it by. */
type From = { kind: 'from'; node: string }

export interface Signals {
  onSignal(listener: (signal: Signal) => void): () => void
  /** To this node's listeners before it returns, to the other nodes soon after. Never throws. */
  publish(signals: readonly Signal[]): void
  /** To this node's listeners alone. */
  tell(signal: Signal): void
  /** What another node, or this one, sent. */
  hear(payload: string): void
  /** Sends something to itself, and reports once if it does not hear it. */
  checkHearing(): void
  /** Sends what waits, within a second. */
  close(): Promise<void>
}

/**
 * Signals reach the other nodes by a statement of its own after the commit, since a transaction with NOTIFY in it holds a
 * lock of the whole database while it commits, so that all commits of all nodes would go one after the other. One
 * statement is under way at a time and takes all signals that came meanwhile. One that is lost is made up for by polling
 * (docs/decisions/0010-signals-after-commit.md).
 */
export function openSignals(pool: Pool, log: StoreLog): Signals {
  const from: From = { kind: 'from', node: randomUUID() }
  const listeners = new Set<(signal: Signal) => void>()
  /** As JSON, so that what is said twice is sent once. */
  let outbox = new Set<string>()
  let sending: Promise<void> | undefined
  let isClosing = false
  let endGap: (() => void) | undefined
  let hearsItself = false
  let hearingTimer: NodeJS.Timeout | undefined

  const reportUnsent = seldom(REPORT_EVERY_MS, (error) =>
    log.warn({ err: error }, 'changes were not announced to the other nodes; they find them by polling'),
  )
  const reportFault = seldom(REPORT_EVERY_MS, (error) => log.warn({ err: error }, 'a signal could not be handled'))

  function tell(signal: Signal): void {
    for (const listener of listeners) {
      try {
        listener(signal)
      } catch (error) {
        reportFault(error) // the change is stored; the caller of the verb is to hear of that
      }
    }
  }

  /** A short rest, which a close ends at once. */
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

  function hear(payload: string): void {
    const parts = JSON.parse(payload) as (Signal | From)[] // by a node of any version, or by anybody
    if (parts.some((part) => part.kind === 'from' && part.node === from.node)) hearsItself = true
    else for (const part of parts) if (part.kind !== undefined && part.kind !== 'from') tell(part)
  }

  return {
    onSignal(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    tell,
    publish(signals) {
      for (const signal of signals) {
        tell(signal)
        outbox.add(JSON.stringify(signal))
      }
      if (outbox.size > 0) sending ??= send()
    },
    hear(payload) {
      try {
        hear(payload)
      } catch (error) {
        reportFault(error) // anybody who may connect may notify
      }
    },
    checkHearing() {
      notify(pool, [JSON.stringify([from])]).catch(reportUnsent)
      hearingTimer = setTimeout(() => {
        if (hearsItself) return
        log.warn(
          {},
          'notifications do not arrive, as behind PgBouncer in transaction mode; nodes find changes by polling',
        )
      }, HEAR_SELF_MS).unref()
    },
    async close() {
      clearTimeout(hearingTimer)
      isClosing = true
      endGap?.()
      if (sending) await settledWithin(CLOSE_MS, sending)
    },
  }
}

/** Does not wait for the disk: what is announced is there already, and an announcement need not outlive a crash. */
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

import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises'
import type { Logger } from 'pino'
import { type Clock, SECOND_MS } from '../core/clock.ts'
import { newId } from '../core/ids.ts'
import type { Store } from '../store/store.ts'
import { type Check, type Found, QUIET_MS } from './checks.ts'
import { NOTICE_TYPES, type Notice, type NoticeKind, type SendNotice } from './notice.ts'

export interface NoticeWatchOptions {
  store: Pick<Store, 'beginNotice' | 'endNotice' | 'listNotices'>
  checks: readonly Check[]
  /** Where notices go, by its name in the log. */
  ways: Readonly<Record<string, SendNotice>>
  clock: Clock
  log: Logger
  everyMs: number
}

/** How long a notice waits that was not accepted, before each further try. */
const RETRIES_MS = [5 * SECOND_MS, 30 * SECOND_MS, 120 * SECOND_MS]
const SEND_MS = 15 * SECOND_MS
/** Attempts at once: the first look at many tenants may find a thousand things. */
const SENDS_AT_ONCE = 8

/**
 * Looks again and again for what an operator has to know. What is announced is in the database, so each change is announced
 * once, by one process, and one that happened while none was running is found by the next start. Returns the function that
 * stops it.
 */
export function watchForNotices(options: NoticeWatchOptions): () => Promise<void> {
  const { store, checks, clock, log, everyMs } = options
  const stopping = new AbortController()
  const underWay = new Set<Promise<void>>()
  const inTurn = openTurns(SENDS_AT_ONCE)

  function announce(kind: NoticeKind, isOver: boolean, rest: Pick<Notice, 'message' | 'details'>): void {
    const notice = { type: NOTICE_TYPES[kind][isOver ? 1 : 0], at: clock.now(), ...rest }
    log[isOver ? 'info' : 'warn']({ type: notice.type, ...rest.details }, rest.message)
    const sending = sendEverywhere({ ...options, inTurn }, notice, stopping.signal).finally(() =>
      underWay.delete(sending),
    )
    underWay.add(sending)
  }

  async function compare(
    kind: NoticeKind,
    { troubles, covers, isGone = () => false }: Found,
    known: ReadonlySet<string>,
  ): Promise<void> {
    for (const { subject, message, details } of troubles) {
      const isNew = !known.has(subject)
      if (isNew && (await store.beginNotice({ subject, quietMs: QUIET_MS, now: clock.now() }))) {
        announce(kind, false, { message, details })
      }
    }
    const subjects = new Set(troubles.map(({ subject }) => subject))
    for (const subject of known) {
      if (!covers(subject) || subjects.has(subject) || !(await store.endNotice({ subject }))) continue
      const message = isGone(subject) ? `No longer in use: ${subject}.` : `${overOf(kind, subject)}.`
      announce(kind, true, { message, details: { subject } })
    }
  }

  async function lookAround(): Promise<void> {
    const known = new Set(await store.listNotices({}))
    for (const { kind, look } of checks) {
      try {
        const found = await look(known)
        if (found) await compare(kind, found, known)
      } catch (error) {
        log.error({ err: error, kind }, 'what notices are sent about could not be looked at')
      }
    }
  }

  async function run(): Promise<void> {
    await nextTurn() // a start is ready first
    while (!stopping.signal.aborted) {
      await lookAround().catch((error) => log.error({ err: error }, 'the notices could not be read'))
      await pause(everyMs, undefined, { signal: stopping.signal, ref: false }).catch(() => {}) // the stop
    }
  }

  const running = run()
  return async () => {
    stopping.abort()
    await running
    await Promise.all(underWay)
  }
}

type Turns = (work: () => Promise<void>) => Promise<void>

function openTurns(most: number): Turns {
  const waiting: (() => void)[] = []
  let free = most
  return async (work) => {
    if (free > 0) free -= 1
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else free += 1
    }
  }
}

function overOf(kind: NoticeKind, subject: string): string {
  const id = subject.slice(kind.length + 1)
  switch (kind) {
    case 'account':
      return `The account ${id} takes work again`
    case 'credit':
      return `The tenant ${id} has enough credit again, or was deleted`
    case 'webhooks':
      return `Webhooks are sent again: ${id}`
    case 'ledger':
      return 'The ledger reconciles again'
    case 'balance':
      return `There is enough credit again: ${id}`
    case 'disk':
      return `There is room again on the disk: ${id}`
  }
}

async function sendEverywhere(
  { ways, clock, log, inTurn }: NoticeWatchOptions & { inTurn: Turns },
  notice: Notice,
  stopped: AbortSignal,
): Promise<void> {
  const id = newId(clock.now())
  await Promise.all(
    Object.entries(ways).map(async ([way, send]) => {
      for (let attempt = 0; ; attempt++) {
        try {
          return await inTurn(() => send(id, notice, AbortSignal.any([stopped, AbortSignal.timeout(SEND_MS)])))
        } catch (error) {
          const waitMs = RETRIES_MS[attempt]
          const reason = error instanceof Error ? error.message : String(error)
          const about = { way, type: notice.type, reason }
          if (waitMs === undefined || stopped.aborted) return log.error(about, 'a notice was not sent')
          log.warn(about, 'a notice was not accepted; it is sent again')
          await pause(waitMs, undefined, { signal: stopped, ref: false }).catch(() => {}) // the stop
        }
      }
    }),
  )
}

import { hostname } from 'node:os'
import { readDisks } from '../assets/disks.ts'
import type { AccountRecord } from '../core/account.ts'
import { type Clock, HOUR_MS, MINUTE_MS } from '../core/clock.ts'
import { type Points, pointsToUsd } from '../core/points.ts'
import type { ReceiverKey } from '../core/receiver.ts'
import type { Store } from '../store/store.ts'
import type { NoticeKind, Trouble } from './notice.ts'

/** What one look has found. */
export interface Found {
  troubles: Trouble[]
  /** Whether the look would have found a trouble with this subject, if there still were one. */
  covers(subject: string): boolean
  /** Whether a trouble is over because what it was about is gone or switched off. */
  isGone?(subject: string): boolean
}

export interface Check {
  kind: NoticeKind
  /** Undefined when it is not the time, or another process looks. `known`: subjects of troubles that notices went out for. */
  look(known: ReadonlySet<string>): Promise<Found | undefined>
}

export interface CheckParts {
  store: Pick<Store, 'listLowBalances' | 'listPausedReceivers' | 'reconcile' | 'takeTurn'>
  clock: Clock
  accounts: () => Promise<readonly WatchedAccount[]>
  /** Folders on disks of this machine, by what is in them. */
  folders: Readonly<Record<string, string>>
  limits: NoticeLimits
}

/** An account as far as it is looked at. */
export interface WatchedAccount
  extends Pick<AccountRecord, 'id' | 'name' | 'provider' | 'tenantId' | 'state' | 'reason' | 'retryAt'> {
  /** False when it is misconfigured: `reason` says how. */
  isUsable: boolean
}

export interface NoticeLimits {
  /** A tenant with less than this to spend; 0 = no notices of it. */
  creditPoints: Points
  /** How often the ledger is verified; 0 = never. */
  reconcileMs: number
  /** A disk with fewer free bytes, or less than a twentieth of it. */
  diskBytes: number
}

const PAGE = 1_000
/** A vendor's limit for shorter times is part of normal work. */
const SHORT_LIMIT_MS = 5 * MINUTE_MS
const LEAST_FREE = 0.05

export function openChecks(parts: CheckParts): Check[] {
  const { creditPoints, reconcileMs } = parts.limits
  return [
    accountCheck(parts),
    pausedCheck(parts),
    diskCheck(parts),
    ...(creditPoints > 0 ? [creditCheck(parts)] : []),
    ...(reconcileMs > 0 ? [ledgerCheck(parts)] : []),
  ]
}

/** The operator's accounts; tenants see to their own. */
function accountCheck({ accounts, clock }: CheckParts): Check {
  const isOut = ({ isUsable, state, retryAt }: WatchedAccount, isKnown: boolean): boolean => {
    if (state === 'disabled') return false
    if (state === 'connected') return !isUsable
    return !isUsable || state !== 'limited' || isKnown || retryAt === null || retryAt - clock.now() > SHORT_LIMIT_MS
  }
  return {
    kind: 'account',
    async look(known) {
      const watched = await accounts()
      const inUse = new Set(watched.flatMap(({ id, state }) => (state === 'disabled' ? [] : [`account ${id}`])))
      const troubles = watched
        .filter((one) => one.tenantId === null && isOut(one, known.has(`account ${one.id}`)))
        .map(({ id, name, provider, isUsable, state, reason, retryAt }) => ({
          subject: `account ${id}`,
          message:
            `The account ${name} (${id}) at ${provider} takes no work: ${isUsable ? state : 'misconfigured'}. ${reason}`.trim(),
          details: { account: id, name, provider, state, reason, retryAt },
        }))
      return { troubles, covers: ofKind('account'), isGone: (subject) => !inUse.has(subject) }
    },
  }
}

function creditCheck({ store, limits }: CheckParts): Check {
  return {
    kind: 'credit',
    async look() {
      const below = limits.creditPoints
      const low = await allOf((last: { tenantId: string } | undefined, limit) =>
        store.listLowBalances({ below, limit, ...(last ? { afterId: last.tenantId } : {}) }),
      )
      const troubles = low.map(({ tenantId, name, available }) => ({
        subject: `credit ${tenantId}`,
        message: `The tenant ${name} (${tenantId}) has ${pointsToUsd(available)} USD left.`,
        details: { tenantId, name, availablePoints: available },
      }))
      return { troubles, covers: ofKind('credit') }
    },
  }
}

function pausedCheck({ store }: CheckParts): Check {
  return {
    kind: 'webhooks',
    async look() {
      const paused = await allOf((last: ReceiverKey | undefined, limit) =>
        store.listPausedReceivers({ limit, ...(last ? { after: last } : {}) }),
      )
      const troubles = paused.map(({ tenantId, host, failingSince }) => ({
        subject: `webhooks ${tenantId} ${host}`,
        message: `Webhooks of the tenant ${tenantId} to ${host} are paused, since ${host} does not answer.`,
        details: { tenantId, host, failingSince },
      }))
      return { troubles, covers: ofKind('webhooks') }
    },
  }
}

/** It reads the whole ledger, so only one process does. */
function ledgerCheck({ store, clock, limits }: CheckParts): Check {
  return {
    kind: 'ledger',
    async look() {
      const isOurTurn = await store.takeTurn({ name: 'reconcile', everyMs: limits.reconcileMs, now: clock.now() })
      if (!isOurTurn) return undefined
      const faults = await store.reconcile({})
      const [first] = faults
      const troubles = first
        ? [
            {
              subject: 'ledger all',
              message: `The ledger does not reconcile: ${first.rule}, ${first.subject}: ${first.found}. Run "polyphony reconcile".`,
              details: { faults: faults.length, rule: first.rule, subject: first.subject, found: first.found },
            },
          ]
        : []
      return { troubles, covers: ofKind('ledger') }
    },
  }
}

/** Each machine looks at its own disks. */
function diskCheck({ folders, limits }: CheckParts): Check {
  const machine = hostname()
  return {
    kind: 'disk',
    async look() {
      const troubles: Trouble[] = []
      const disks = new Set<number>()
      for (const { folder, path, freeBytes, sizeBytes, device } of await readDisks(folders)) {
        if (disks.has(device)) continue
        disks.add(device)
        if (freeBytes >= limits.diskBytes && freeBytes >= LEAST_FREE * sizeBytes) continue
        const free = `${(freeBytes / 1e9).toFixed(1)} of ${(sizeBytes / 1e9).toFixed(1)} GB`
        troubles.push({
          subject: `disk ${machine} ${folder}`,
          message: `The disk of ${path} on ${machine} is almost full: ${free} are free.`,
          details: { machine, folder, path, freeBytes, sizeBytes },
        })
      }
      return { troubles, covers: (subject) => subject.startsWith(`disk ${machine} `) }
    },
  }
}

/** All rows, page by page: of a list that is cut off, those that are missing would never be announced, and none would end. */
export async function allOf<Row extends Last, Last>(
  read: (last: Last | undefined, limit: number) => Promise<Row[]>,
): Promise<Row[]> {
  const rows: Row[] = []
  for (;;) {
    const page = await read(rows.at(-1), PAGE)
    rows.push(...page)
    if (page.length < PAGE) return rows
  }
}

function ofKind(kind: NoticeKind): (subject: string) => boolean {
  return (subject) => subject.startsWith(`${kind} `)
}

/**
 * The subjects of all that is wrong now: of what the checks find, and of what was announced and cannot be seen by them, such
 * as disks of other machines. The ledger is not read for it, which takes long: of that the last notice holds.
 */
export async function troublesNow(parts: CheckParts & { store: Pick<Store, 'listNotices'> }): Promise<string[]> {
  const announced = await parts.store.listNotices({})
  const checks = openChecks({ ...parts, limits: { ...parts.limits, reconcileMs: 0 } })
  const all = await Promise.all(checks.map(({ look }) => look(new Set(announced))))
  const found = all.filter((one) => one !== undefined)
  const unseen = announced.filter((subject) => !found.some(({ covers }) => covers(subject)))
  return [...new Set([...unseen, ...found.flatMap(({ troubles }) => troubles.map(({ subject }) => subject))])]
}

/** At most once an hour for the same subject. */
export const QUIET_MS = HOUR_MS

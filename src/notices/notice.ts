import type { JsonObject } from '../core/json.ts'

/** What the operator, and with `balance` a tenant, is given notice of; the second of each pair says that it is over. */
export const NOTICE_TYPES = {
  account: ['account.out', 'account.back'],
  credit: ['credit.low', 'credit.restored'],
  webhooks: ['webhooks.paused', 'webhooks.resumed'],
  ledger: ['ledger.broken', 'ledger.clean'],
  disk: ['disk.low', 'disk.restored'],
  balance: ['balance.low', 'balance.restored'],
} as const

export type NoticeKind = keyof typeof NOTICE_TYPES

/** Something is wrong now. */
export interface Trouble {
  /** Names it for all processes: `KIND ID`. */
  subject: string
  /** A sentence for the operator. */
  message: string
  details: JsonObject
}

export interface Notice {
  type: (typeof NOTICE_TYPES)[NoticeKind][number]
  at: number
  message: string
  details: JsonObject
}

/** Sends a notice once. Throws when it was not accepted. */
export type SendNotice = (id: string, notice: Notice, signal: AbortSignal) => Promise<void>

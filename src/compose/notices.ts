import type { Logger } from 'pino'
import type { Egress } from '../assets/egress.ts'
import type { Config } from '../config/config.ts'
import type { AccountRecord } from '../core/account.ts'
import type { Clock } from '../core/clock.ts'
import { openChecks } from '../notices/checks.ts'
import type { SendNotice } from '../notices/notice.ts'
import { mailWay } from '../notices/send-mail.ts'
import { webhookWay } from '../notices/send-webhook.ts'
import { watchForNotices } from '../notices/watch.ts'
import type { Store } from '../store/store.ts'

export interface NoticeParts {
  store: Store
  egress: Egress
  accounts: () => readonly AccountRecord[]
  folders: Readonly<Record<string, string>>
  /** The secret that signs the webhooks of the first tenant, the operator's. */
  secret: () => Promise<string>
  clock: Clock
  log: Logger
}

/** Starts the notices for the operator, if they are to go anywhere. Returns the function that stops them. */
export function startNotices({ notices }: Config, parts: NoticeParts): (() => Promise<void>) | undefined {
  const { store, egress, accounts, folders, secret, clock, log } = parts
  const ways: Record<string, SendNotice> = {}
  // The operator's own address, which may well be a private one.
  if (notices.url !== undefined) {
    ways.webhook = webhookWay({ url: notices.url, fetch: egress.fetchFor('operator'), secret, clock })
  }
  if (notices.mail) ways.mail = mailWay(notices.mail)
  if (Object.keys(ways).length === 0) return undefined
  const checks = openChecks({ store, clock, accounts, folders, limits: notices })
  return watchForNotices({ store, checks, ways, clock, log, everyMs: notices.everyMs })
}

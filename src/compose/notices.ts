import type { Logger } from 'pino'
import type { Egress } from '../assets/egress.ts'
import type { Config } from '../config/config.ts'
import type { Clock } from '../core/clock.ts'
import { type CheckParts, openChecks } from '../notices/checks.ts'
import type { SendNotice } from '../notices/notice.ts'
import { mailWay } from '../notices/send-mail.ts'
import { webhookWay } from '../notices/send-webhook.ts'
import { balanceCheck, tenantWays } from '../notices/tenant-notices.ts'
import { watchForNotices } from '../notices/watch.ts'
import type { Store } from '../store/store.ts'

export interface NoticeParts {
  store: Store
  egress: Egress
  accounts: CheckParts['accounts']
  folders: Readonly<Record<string, string>>
  /** The secret that signs the webhooks of a tenant. */
  secretOf: (tenantId: string) => Promise<string>
  /** The first tenant, which is the operator's. */
  operatorId: string
  clock: Clock
  log: Logger
}

/** Starts the notices for the operator, if they are to go anywhere, and those for tenants. Returns the function that stops them. */
export function startNotices(config: Config, parts: NoticeParts): () => Promise<void> {
  const { store, egress, secretOf, clock, log } = parts
  const { mail, everyMs } = config.notices
  const forTenants = watchForNotices({
    store,
    checks: [balanceCheck({ store })],
    ways: tenantWays({ store, egress, secretOf, mail, clock }),
    clock,
    log,
    everyMs,
  })
  const forOperator = startOperatorNotices(config, parts)
  return async () => void (await Promise.all([forTenants(), forOperator?.()]))
}

function startOperatorNotices({ notices }: Config, parts: NoticeParts): (() => Promise<void>) | undefined {
  const { store, egress, accounts, folders, secretOf, operatorId, clock, log } = parts
  const secret = () => secretOf(operatorId)
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

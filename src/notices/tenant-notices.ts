import type { Egress } from '../assets/egress.ts'
import type { MailAddress } from '../config/setting-forms.ts'
import type { Clock } from '../core/clock.ts'
import { pointsToUsd } from '../core/points.ts'
import type { Store } from '../store/store.ts'
import { allOf, type Check } from './checks.ts'
import type { Notice, SendNotice } from './notice.ts'
import { mailWay } from './send-mail.ts'
import { webhookWay } from './send-webhook.ts'

/** Notices for tenants, about their own credit, at the addresses that each of them chose. */

const KIND = 'balance'

export function balanceCheck({ store }: { store: Pick<Store, 'listDueBalanceNotices'> }): Check {
  return {
    kind: KIND,
    async look() {
      const due = await allOf((last: { tenantId: string } | undefined, limit) =>
        store.listDueBalanceNotices({ limit, ...(last ? { afterId: last.tenantId } : {}) }),
      )
      const troubles = due.map(({ tenantId, name, available, below }) => ({
        subject: `${KIND} ${tenantId}`,
        message: `${name} has ${pointsToUsd(available)} USD of credit left, less than ${pointsToUsd(below)} USD.`,
        details: { tenantId, name, availablePoints: available, belowPoints: below },
      }))
      return { troubles, covers: (subject) => subject.startsWith(`${KIND} `) }
    },
  }
}

/** Without a server for e-mail, only by webhook. Sends nothing to a tenant that wants no notice any more. */
export function tenantWays({
  store,
  egress,
  secretOf,
  mail,
  clock,
}: {
  store: Pick<Store, 'getBalanceNotice'>
  egress: Pick<Egress, 'fetchFor'>
  secretOf(tenantId: string): Promise<string>
  mail: MailAddress | undefined
  clock: Clock
}): Record<string, SendNotice> {
  const noticeFor = (notice: Notice) => store.getBalanceNotice({ tenantId: tenantOf(notice) })
  return {
    "tenants' webhooks": async (id, notice, signal) => {
      const chosen = await noticeFor(notice)
      if (!chosen?.url) return
      const { tenantId, url } = chosen
      const fetch = egress.fetchFor('tenant', tenantId)
      await webhookWay({ url, fetch, secret: () => secretOf(tenantId), clock })(id, notice, signal)
    },
    ...(mail && {
      "tenants' e-mail": async (id: string, notice: Notice, signal: AbortSignal) => {
        const chosen = await noticeFor(notice)
        if (chosen?.email) await mailWay({ ...mail, to: chosen.email })(id, notice, signal)
      },
    }),
  }
}

/** A notice that something is over has its subject alone. */
function tenantOf({ details: { tenantId, subject } }: Notice): string {
  return String(tenantId ?? String(subject).slice(KIND.length + 1))
}

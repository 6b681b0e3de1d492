import { useParams, useRouter } from '@tanstack/react-router'
import type { ComponentType } from 'react'
import type { Key } from '../../i18n/i18n.ts'
import { useT } from '../../i18n/i18n.ts'
import { useTitle } from '../../shell/use-title.ts'
import { Page, Tabs } from '../../ui/parts.tsx'
import { AccountList } from '../accounts/account-list.tsx'
import { operatorAccounts } from '../accounts/accounts-api.ts'
import { Announcements } from './announcements.tsx'
import { AuditLog } from './audit.tsx'
import { Configuration } from './configuration.tsx'
import { Health } from './health.tsx'
import { People } from './people.tsx'
import { Prices } from './prices.tsx'
import { Reconcile } from './reconcile.tsx'
import { Routing } from './routing.tsx'
import { Tenants } from './tenants.tsx'
import { TopUp } from './top-up.tsx'
import { Webhooks } from './webhooks.tsx'

const SECTIONS: Record<string, { label: Key; show: ComponentType }> = {
  health: { label: 'operator.health', show: Health },
  tenants: { label: 'operator.tenants', show: Tenants },
  people: { label: 'operator.people', show: People },
  'top-up': { label: 'operator.topUp', show: TopUp },
  announcements: { label: 'operator.announcements', show: Announcements },
  accounts: { label: 'nav.accounts', show: () => <AccountList api={operatorAccounts} mayChange /> },
  routing: { label: 'operator.routing', show: Routing },
  prices: { label: 'operator.prices', show: Prices },
  webhooks: { label: 'task.webhooks', show: Webhooks },
  settings: { label: 'nav.settings', show: Configuration },
  audit: { label: 'operator.audit', show: AuditLog },
  reconcile: { label: 'operator.reconcile', show: Reconcile },
}

/** What concerns the whole gateway. */
export function Operator() {
  const t = useT()
  useTitle(t('nav.operator'))
  const router = useRouter()
  const { section = 'health' } = useParams({ strict: false })
  const shown = SECTIONS[section] ?? SECTIONS.health
  if (!shown) return null
  const Section = shown.show
  return (
    <Page title={t('nav.operator')} about={t('operator.about')} wide>
      <div className="mb-5">
        <Tabs
          label={t('nav.operator')}
          value={section in SECTIONS ? section : 'health'}
          onChange={(next) => void router.navigate({ to: '/operator/$section', params: { section: next } })}
          items={Object.entries(SECTIONS).map(([value, { label }]) => ({ value, label: t(label) }))}
        />
      </div>
      <Section />
    </Page>
  )
}

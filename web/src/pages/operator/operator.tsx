import { useParams, useRouter } from '@tanstack/react-router'
import type { ComponentType } from 'react'
import { useT } from '../../i18n/i18n.ts'
import { SECTIONS, type Section } from '../../shell/navigation.ts'
import { useTitle } from '../../shell/use-title.ts'
import { Page } from '../../ui/parts.tsx'
import { Tabs } from '../../ui/tabs.tsx'
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

const SHOWN: Record<Section, ComponentType> = {
  health: Health,
  tenants: Tenants,
  people: People,
  'top-up': TopUp,
  announcements: Announcements,
  accounts: () => <AccountList api={operatorAccounts} mayChange />,
  routing: Routing,
  prices: Prices,
  webhooks: Webhooks,
  settings: Configuration,
  audit: AuditLog,
  reconcile: Reconcile,
}

/** What concerns the whole gateway. */
export function Operator() {
  const t = useT()
  const router = useRouter()
  const { section = 'health' } = useParams({ strict: false })
  const { section: shown, label } = SECTIONS.find((one) => one.section === section) ?? SECTIONS[0]
  // Each part by its own name, in tabs of the browser and for those who hear which page has come.
  useTitle(`${t(label)} · ${t('nav.operator')}`)
  const Shown = SHOWN[shown]
  return (
    <Page title={t('nav.operator')} about={t('operator.about')} wide>
      <div className="mb-5">
        <Tabs
          label={t('nav.operator')}
          value={shown}
          onChange={(next) => void router.navigate({ to: '/operator/$section', params: { section: next } })}
          items={SECTIONS.map(({ section: value, label }) => ({ value, label: t(label) }))}
        />
      </div>
      <Shown />
    </Page>
  )
}

import { useQuery } from '@tanstack/react-query'
import { Route } from 'lucide-react'
import { useState } from 'react'
import { type Answer, call } from '../../api/client.ts'
import { operationsQuery } from '../../api/queries.ts'
import { ago, number } from '../../i18n/format.ts'
import { useT } from '../../i18n/i18n.ts'
import { Select } from '../../ui/field.tsx'
import { Badge, Empty, Fault, Panel, PanelTitle, Skeleton } from '../../ui/parts.tsx'
import { Table } from '../../ui/table.tsx'
import { useTenantNames } from './tenant-input.tsx'

const LIVE_MS = 5_000

/** What waits where, and which accounts would be given it. */
export function Routing() {
  const t = useT()
  const nameOf = useTenantNames()
  const [operation, setOperation] = useState('')
  const { data: operations = [] } = useQuery(operationsQuery('live'))
  const { data, error, refetch } = useQuery({
    queryKey: ['admin-routing', operation],
    queryFn: () => call('GET /api/admin/routing', { query: operation === '' ? {} : { operation } }),
    refetchInterval: LIVE_MS,
    placeholderData: (before) => before,
  })
  const ownerOf: OwnerOf = (tenant) => (tenant === null ? t('routing.ours') : nameOf(tenant))
  const choice = (
    <Select
      aria-label={t('routing.operation')}
      value={operation}
      onChange={({ target }) => setOperation(target.value)}
      className="h-8 w-auto max-w-56"
    >
      <option value="">{t('routing.any')}</option>
      {operations.map(({ id }) => (
        <option key={id} value={id}>
          {id}
        </option>
      ))}
    </Select>
  )
  return (
    <div className="grid grid-cols-1 gap-5">
      {error && <Fault error={error} retry={() => void refetch()} />}
      <Panel>
        <PanelTitle aside={choice}>{t('routing.queues')}</PanelTitle>
        {!data && !error && <Skeleton rows={2} />}
        {data?.queues.length === 0 && (
          <Empty icon={<Route />} title={t('routing.emptyTitle')}>
            {t('routing.empty')}
          </Empty>
        )}
        {data && data.queues.length > 0 && <QueueTable queues={data.queues} ownerOf={ownerOf} />}
      </Panel>
      <Panel>
        <PanelTitle>{t('routing.accounts')}</PanelTitle>
        {data?.accounts.length === 0 && (
          <p className="px-4 py-6 text-soft">{t(operation === '' ? 'routing.noAccount' : 'routing.noAccounts')}</p>
        )}
        {data && data.accounts.length > 0 && <AccountTable accounts={data.accounts} ownerOf={ownerOf} />}
      </Panel>
    </div>
  )
}

type Answered = Answer<'GET /api/admin/routing'>
/** The name of the tenant of a pool or an account; the operator's own have none. */
type OwnerOf = (tenant: string | null) => string

function QueueTable({ queues, ownerOf }: { queues: Answered['queues']; ownerOf: OwnerOf }) {
  const t = useT()
  return (
    <Table
      label={t('routing.queues')}
      rows={queues}
      keyOf={({ pool, operation: of }) => `${pool} ${of}`}
      columns={[
        {
          head: t('routing.operation'),
          card: 'title',
          className: 'font-medium',
          cell: ({ operation: of }) => <span className="font-medium">{of}</span>,
        },
        {
          head: t('routing.pool'),
          className: 'max-w-48 truncate font-mono text-soft text-xs',
          cell: ({ pool }) => pool,
        },
        { head: t('routing.owner'), className: 'text-soft', cell: ({ tenant }) => ownerOf(tenant) },
        { head: t('routing.waiting'), isNumber: true, cell: ({ waiting }) => number(waiting) },
        {
          head: t('routing.oldest'),
          className: 'whitespace-nowrap text-soft',
          cell: ({ oldest_at }) => ago(oldest_at),
        },
        {
          head: t('routing.takers'),
          cell: ({ takers }) => <Badge tone={takers > 0 ? 'good' : 'bad'}>{number(takers)}</Badge>,
        },
      ]}
    />
  )
}

function AccountTable({ accounts, ownerOf }: { accounts: Answered['accounts']; ownerOf: OwnerOf }) {
  const t = useT()
  return (
    <Table
      label={t('routing.accounts')}
      rows={accounts}
      keyOf={({ id }) => id}
      columns={[
        {
          head: t('routing.account'),
          card: 'title',
          className: 'min-w-40',
          cell: ({ name, provider }) => (
            <>
              <span className="block font-medium">{name}</span>
              <span className="block text-soft text-xs">{provider}</span>
            </>
          ),
        },
        { head: t('routing.owner'), className: 'text-soft', cell: ({ tenant }) => ownerOf(tenant) },
        {
          head: t('routing.takes'),
          cell: ({ takes_work }) => (
            <Badge tone={takes_work ? 'good' : 'plain'}>{takes_work ? t('routing.yes') : t('routing.no')}</Badge>
          ),
        },
        {
          head: t('routing.state'),
          card: 'line',
          className: 'max-w-72',
          cell: ({ state, reason }) => (
            <>
              <span className="block">{t(`account.${state}`)}</span>
              <span className="block truncate text-soft text-xs" title={reason}>
                {reason}
              </span>
            </>
          ),
        },
        {
          head: t('routing.slots'),
          isNumber: true,
          cell: ({ running, slots }) => `${number(running)} / ${number(slots)}`,
        },
        {
          head: t('routing.begun'),
          isNumber: true,
          className: 'text-soft',
          cell: ({ begun_today, daily_cap }) =>
            number(begun_today) + (daily_cap === null ? '' : ` / ${number(daily_cap)}`),
        },
        {
          head: t('routing.priority'),
          isNumber: true,
          className: 'text-soft',
          cell: ({ priority }) => priority,
        },
        { head: t('routing.weight'), isNumber: true, className: 'text-soft', cell: ({ weight }) => weight },
      ]}
    />
  )
}

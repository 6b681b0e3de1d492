import { useQuery } from '@tanstack/react-query'
import { Route } from 'lucide-react'
import { useState } from 'react'
import { call } from '../../api/client.ts'
import { operationsQuery } from '../../api/queries.ts'
import { ago, number } from '../../i18n/format.ts'
import { useT } from '../../i18n/i18n.ts'
import { Select } from '../../ui/field.tsx'
import { Badge, Empty, Fault, Panel, PanelTitle, Skeleton, Table } from '../../ui/parts.tsx'
import { useTenantNames } from './tenant-input.tsx'

const LIVE_MS = 5_000

/** What waits where, and which accounts would be given it. */
export function Routing() {
  const t = useT()
  const nameOf = useTenantNames()
  const [operation, setOperation] = useState('')
  const { data: operations = [] } = useQuery(operationsQuery('live'))
  const { data, error } = useQuery({
    queryKey: ['admin-routing', operation],
    queryFn: () => call('GET /api/admin/routing', { query: operation === '' ? {} : { operation } }),
    refetchInterval: LIVE_MS,
    placeholderData: (before) => before,
  })
  const ownerOf = (tenant: string | null): string => (tenant === null ? t('routing.ours') : nameOf(tenant))
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
      {error && <Fault error={error} />}
      <Panel>
        <PanelTitle aside={choice}>{t('routing.queues')}</PanelTitle>
        {!data && !error && <Skeleton rows={2} />}
        {data?.queues.length === 0 && (
          <Empty icon={<Route />} title={t('routing.emptyTitle')}>
            {t('routing.empty')}
          </Empty>
        )}
        {data && data.queues.length > 0 && (
          <Table
            label={t('routing.queues')}
            head={[
              t('routing.operation'),
              t('routing.pool'),
              t('routing.owner'),
              t('routing.waiting'),
              t('routing.oldest'),
              t('routing.takers'),
            ]}
          >
            {data.queues.map((queue) => (
              <tr key={`${queue.pool} ${queue.operation}`}>
                <td className="font-medium">{queue.operation}</td>
                <td className="max-w-48 truncate font-mono text-soft text-xs">{queue.pool}</td>
                <td className="text-soft">{ownerOf(queue.tenant)}</td>
                <td>{number(queue.waiting)}</td>
                <td className="whitespace-nowrap text-soft">{ago(queue.oldest_at)}</td>
                <td>
                  <Badge tone={queue.takers > 0 ? 'good' : 'bad'}>{number(queue.takers)}</Badge>
                </td>
              </tr>
            ))}
          </Table>
        )}
      </Panel>
      <Panel>
        <PanelTitle>{t('routing.accounts')}</PanelTitle>
        {data?.accounts.length === 0 && (
          <p className="px-4 py-6 text-soft">{t(operation === '' ? 'routing.noAccount' : 'routing.noAccounts')}</p>
        )}
        {data && data.accounts.length > 0 && (
          <Table
            label={t('routing.accounts')}
            head={[
              t('routing.account'),
              t('routing.owner'),
              t('routing.takes'),
              t('routing.state'),
              t('routing.slots'),
              t('routing.begun'),
              t('routing.priority'),
              t('routing.weight'),
            ]}
          >
            {data.accounts.map((account) => (
              <tr key={account.id}>
                <td className="min-w-40">
                  <span className="block font-medium">{account.name}</span>
                  <span className="block text-soft text-xs">{account.provider}</span>
                </td>
                <td className="text-soft">{ownerOf(account.tenant)}</td>
                <td>
                  <Badge tone={account.takes_work ? 'good' : 'plain'}>
                    {account.takes_work ? t('routing.yes') : t('routing.no')}
                  </Badge>
                </td>
                <td className="max-w-72">
                  <span className="block">{t(`account.${account.state}`)}</span>
                  <span className="block truncate text-soft text-xs" title={account.reason}>
                    {account.reason}
                  </span>
                </td>
                <td>
                  {number(account.running)} / {number(account.slots)}
                </td>
                <td className="text-soft">
                  {number(account.begun_today)}
                  {account.daily_cap !== null && ` / ${number(account.daily_cap)}`}
                </td>
                <td className="text-soft">{account.priority}</td>
                <td className="text-soft">{account.weight}</td>
              </tr>
            ))}
          </Table>
        )}
      </Panel>
    </div>
  )
}

import { useQuery } from '@tanstack/react-query'
import { Activity } from 'lucide-react'
import { addressOf, call } from '../../api/client.ts'
import { duration, number } from '../../i18n/format.ts'
import { useT } from '../../i18n/i18n.ts'
import { Badge, Empty, Fault, Panel, PanelTitle, Table } from '../../ui/parts.tsx'

const LIVE_MS = 5_000

/** Whether the gateway is ready, what waits, and which providers work. */
export function Health() {
  const t = useT()
  const { data: status, error } = useQuery({
    queryKey: ['status'],
    queryFn: () => call('GET /api/status'),
    refetchInterval: LIVE_MS,
  })
  const { data: ready } = useQuery({
    queryKey: ['ready'],
    queryFn: async () => (await fetch(addressOf('/readyz', {}))).json() as Promise<Record<string, unknown>>,
    refetchInterval: LIVE_MS,
  })
  const { data: waiting } = useQuery({
    queryKey: ['admin-tasks', 'waiting'],
    queryFn: () =>
      call('GET /api/admin/tasks', {
        query: { limit: 50, status: ['staged', 'pending', 'submitting', 'processing', 'uncertain'] },
      }),
    refetchInterval: LIVE_MS,
  })
  const { data: failed } = useQuery({
    queryKey: ['admin-tasks', 'failed'],
    queryFn: () => call('GET /api/admin/tasks', { query: { limit: 20, status: ['failed'] } }),
  })
  if (error) return <Fault error={error} />
  const tiles = [
    { label: t('health.version'), value: status?.version ?? '–' },
    { label: t('health.uptime'), value: status ? duration(status.uptimeSeconds * 1_000) : '–' },
    { label: t('health.store'), value: status?.store ?? '–' },
    {
      label: t('health.unfinished'),
      value: waiting ? `${number(waiting.items.length)}${waiting.next_cursor ? '+' : ''}` : '–',
    },
  ]
  return (
    <div className="grid grid-cols-1 gap-5">
      <div className="grid grid-cols-2 gap-px overflow-hidden rounded-xl border border-line bg-line md:grid-cols-4">
        {tiles.map(({ label, value }) => (
          <div key={label} className="grid grid-cols-1 gap-0.5 bg-panel px-5 py-4">
            <span className="text-soft text-xs">{label}</span>
            <span className="font-semibold text-xl tabular">{value}</span>
          </div>
        ))}
      </div>
      <div className="grid gap-5 lg:grid-cols-2">
        <Panel>
          <PanelTitle>{t('health.checks')}</PanelTitle>
          <ul className="divide-y divide-line">
            {checksIn(ready).map(([name, value]) => (
              <li key={name} className="flex min-h-11 items-center justify-between gap-4 px-4 py-2">
                <span>{name.replaceAll('_', ' ')}</span>
                {typeof value === 'boolean' || value === 'ok' || value === 'ready' ? (
                  <Badge tone={value === false ? 'bad' : 'good'}>
                    {value === false ? t('health.bad') : t('health.ok')}
                  </Badge>
                ) : (
                  <span className="truncate text-soft tabular">
                    {typeof value === 'object' ? JSON.stringify(value) : String(value)}
                  </span>
                )}
              </li>
            ))}
          </ul>
        </Panel>
        <Panel>
          <PanelTitle>{t('health.providers')}</PanelTitle>
          <ul className="divide-y divide-line">
            {status?.providers.map(({ id, accounts, connected }) => (
              <li key={id} className="flex min-h-11 items-center justify-between px-4 py-2">
                <span className="font-medium">{id}</span>
                <Badge tone={connected === accounts ? 'good' : connected > 0 ? 'mark' : 'bad'}>
                  {t('health.connected', { connected, accounts })}
                </Badge>
              </li>
            ))}
          </ul>
        </Panel>
      </div>
      <Panel>
        <PanelTitle>{t('health.failures')}</PanelTitle>
        {failed && failed.items.length > 0 ? (
          <Table
            label={t('health.failures')}
            head={[t('task.created'), t('task.operation'), t('task.provider'), t('task.error')]}
          >
            {failed.items.map(({ id, created_at, operation, provider, error: fault }) => (
              <tr key={id}>
                <td className="whitespace-nowrap text-soft">{new Date(created_at).toLocaleString()}</td>
                <td>{operation}</td>
                <td className="text-soft">{provider ?? '–'}</td>
                <td className="min-w-64">
                  <span className="font-mono text-bad text-xs">{fault?.code}</span> {fault?.message}
                </td>
              </tr>
            ))}
          </Table>
        ) : (
          <Empty icon={<Activity />} title={t('health.noFailures')} />
        )}
      </Panel>
    </div>
  )
}

/** What `/readyz` says, one line for each check. */
function checksIn(ready: Record<string, unknown> | undefined): [string, unknown][] {
  if (!ready) return []
  const inner = ready.checks
  const checks = typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>) : ready
  return Object.entries(checks)
}

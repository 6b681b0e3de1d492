import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Send, Webhook } from 'lucide-react'
import { useState } from 'react'
import { call } from '../../api/client.ts'
import { ago } from '../../i18n/format.ts'
import { useT } from '../../i18n/i18n.ts'
import { Button } from '../../ui/button.tsx'
import { Badge, Empty, Fault, Panel, PanelTitle, Skeleton, Table, Tabs } from '../../ui/parts.tsx'
import { say, sayError } from '../../ui/toast.tsx'

const WEBHOOKS = ['admin-webhooks'] as const
/** What failed is what one comes for. */
const STATES = ['failed', 'pending', 'delivered', 'all'] as const

export function Webhooks() {
  const t = useT()
  const client = useQueryClient()
  const [status, setStatus] = useState<(typeof STATES)[number]>('failed')
  const { data, error } = useQuery({
    queryKey: [...WEBHOOKS, status],
    queryFn: () => call('GET /api/admin/webhooks', { query: { limit: 100, ...(status === 'all' ? {} : { status }) } }),
    refetchInterval: 10_000,
  })
  const replaying = useMutation({
    mutationFn: (id: string) => call('POST /api/admin/webhooks/{id}/replay', { path: { id } }),
    onSuccess() {
      say(t('task.replayed'))
      void client.invalidateQueries({ queryKey: WEBHOOKS })
    },
    onError: sayError,
  })
  return (
    <Panel>
      <PanelTitle
        aside={
          <Tabs
            label={t('webhooks.state')}
            value={status}
            onChange={(next) => setStatus(next as typeof status)}
            items={STATES.map((value) => ({
              value,
              label: value === 'all' ? t('webhooks.all') : t(`delivery.${value}`),
            }))}
          />
        }
      >
        {t('task.webhooks')}
      </PanelTitle>
      {error && <Fault error={error} />}
      {!data && !error && <Skeleton />}
      {data?.items.length === 0 && (
        <Empty icon={<Webhook />} title={status === 'failed' ? t('webhooks.noFailed') : t('task.noWebhooks')}>
          {status !== 'failed' && t('task.noWebhooksAbout')}
        </Empty>
      )}
      {data && data.items.length > 0 && (
        <Table
          label={t('task.webhooks')}
          head={[t('task.status'), 'URL', t('task.attempts'), t('task.reason'), t('task.created'), '']}
        >
          {data.items.map(({ id, status, url, attempts, log, created_at }) => (
            <tr key={id}>
              <td>
                <Badge tone={status === 'delivered' ? 'good' : status === 'failed' ? 'bad' : 'info'}>
                  {t(`delivery.${status}`)}
                </Badge>
              </td>
              <td className="max-w-80 truncate font-mono text-xs">{url}</td>
              <td>{attempts}</td>
              <td className="text-soft">{log.at(-1)?.error ?? log.at(-1)?.http_status ?? '–'}</td>
              <td className="whitespace-nowrap text-soft">{ago(created_at)}</td>
              <td className="text-right">
                <Button size="small" onClick={() => replaying.mutate(id)}>
                  <Send />
                  {t('task.replay')}
                </Button>
              </td>
            </tr>
          ))}
        </Table>
      )}
    </Panel>
  )
}

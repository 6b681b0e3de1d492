import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Send, Webhook } from 'lucide-react'
import { useState } from 'react'
import { call } from '../../api/client.ts'
import { ago, dateTime } from '../../i18n/format.ts'
import { useT } from '../../i18n/i18n.ts'
import { translateMessage } from '../../i18n/messages.ts'
import { Button } from '../../ui/button.tsx'
import { Badge, Empty, Fault, Panel, PanelTitle, Skeleton, Table, Tabs } from '../../ui/parts.tsx'
import { say, sayError } from '../../ui/toast.tsx'
import { useTenantNames } from './tenant-input.tsx'

const WEBHOOKS = ['admin-webhooks'] as const
/** What failed is what one comes for. */
const STATES = ['failed', 'pending', 'delivered', 'all'] as const

export function Webhooks() {
  const t = useT()
  const client = useQueryClient()
  const nameOf = useTenantNames()
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
          head={[t('task.status'), 'URL', { number: t('task.attempts') }, t('audit.tenant'), t('task.created'), '']}
        >
          {data.items.map(({ id, status, url, attempts, log, tenant, created_at }) => (
            <tr key={id}>
              <td>
                <Badge tone={status === 'delivered' ? 'good' : status === 'failed' ? 'bad' : 'info'}>
                  {t(`delivery.${status}`)}
                </Badge>
              </td>
              <td className="max-w-96">
                <span className="block truncate font-mono text-xs" title={url}>
                  {url}
                </span>
                <LastAnswer log={log} />
              </td>
              <td className="number">{attempts}</td>
              <td className="text-soft">{nameOf(tenant)}</td>
              <td className="whitespace-nowrap text-soft" title={dateTime(created_at)}>
                {ago(created_at)}
              </td>
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

interface DeliveryAttempt {
  http_status: number | null
  error: string | null
}

/** What the receiver did with the last attempt. */
function LastAnswer({ log }: { log: readonly DeliveryAttempt[] }) {
  const last = log.at(-1)
  if (!last) return null
  return (
    <span className="block truncate text-soft text-xs">
      {last.error === null ? last.http_status : translateMessage(last.error)}
    </span>
  )
}

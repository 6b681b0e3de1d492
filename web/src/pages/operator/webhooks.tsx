import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { Send, Webhook } from 'lucide-react'
import { useState } from 'react'
import { call } from '../../api/client.ts'
import { ago, dateTime } from '../../i18n/format.ts'
import { useT } from '../../i18n/i18n.ts'
import { translateMessage } from '../../i18n/messages.ts'
import { Button } from '../../ui/button.tsx'
import { More } from '../../ui/more.tsx'
import { Badge, Empty, Fault, Panel, PanelTitle, Skeleton } from '../../ui/parts.tsx'
import { Table } from '../../ui/table.tsx'
import { Tabs } from '../../ui/tabs.tsx'
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
  const list = useInfiniteQuery({
    queryKey: [...WEBHOOKS, status],
    queryFn: ({ pageParam }) =>
      call('GET /api/admin/webhooks', {
        query: {
          limit: 100,
          ...(status === 'all' ? {} : { status }),
          ...(pageParam ? { cursor: pageParam } : {}),
        },
      }),
    initialPageParam: '',
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
    refetchInterval: 10_000,
  })
  const { data, error, refetch } = list
  const deliveries = data?.pages.flatMap(({ items }) => items) ?? []
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
      {error && !list.isFetchNextPageError && <Fault error={error} retry={() => void refetch()} />}
      {!data && !error && <Skeleton />}
      {data && deliveries.length === 0 && (
        <Empty icon={<Webhook />} title={status === 'failed' ? t('webhooks.noFailed') : t('task.noWebhooks')}>
          {t(status === 'failed' ? 'webhooks.noFailedAbout' : 'task.noWebhooksAbout')}
        </Empty>
      )}
      {deliveries.length > 0 && (
        <Table
          label={t('task.webhooks')}
          rows={deliveries}
          keyOf={({ id }) => id}
          columns={[
            {
              head: t('task.status'),
              card: 'title',
              cell: ({ status: state }) => (
                <Badge tone={state === 'delivered' ? 'good' : state === 'failed' ? 'bad' : 'info'}>
                  {t(`delivery.${state}`)}
                </Badge>
              ),
            },
            {
              head: 'URL',
              card: 'line',
              className: 'max-w-96',
              cell: ({ url, log }) => (
                <>
                  <span className="block truncate font-mono text-xs" title={url}>
                    {url}
                  </span>
                  <LastAnswer log={log} />
                </>
              ),
            },
            { head: t('task.attempts'), isNumber: true, cell: ({ attempts }) => attempts },
            { head: t('audit.tenant'), card: 'bare', className: 'text-soft', cell: ({ tenant }) => nameOf(tenant) },
            {
              head: t('task.created'),
              card: 'bare',
              className: 'whitespace-nowrap text-soft',
              cell: ({ created_at }) => <span title={dateTime(created_at)}>{ago(created_at)}</span>,
            },
            {
              head: '',
              card: 'actions',
              cell: ({ id }) => (
                <Button size="small" onClick={() => replaying.mutate(id)}>
                  <Send />
                  {t('task.replay')}
                </Button>
              ),
            },
          ]}
        />
      )}
      <More of={list} isInPanel />
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

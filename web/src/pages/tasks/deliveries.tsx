import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Braces, Send, Webhook } from 'lucide-react'
import { useState } from 'react'
import { call } from '../../api/client.ts'
import type { Task } from '../../api/queries.ts'
import { dateTime, duration } from '../../i18n/format.ts'
import { useT } from '../../i18n/i18n.ts'
import { translateMessage } from '../../i18n/messages.ts'
import { mayMake, useSession } from '../../shell/session.ts'
import { Button } from '../../ui/button.tsx'
import { Badge, Code, Empty, Fault, Panel, PanelTitle } from '../../ui/parts.tsx'
import { say, sayError } from '../../ui/toast.tsx'

const LOOK_MS = 1_000

/** Who was notified of a task, what was sent, what the receiver answered; and the way to send it again. */
export function Deliveries({ task }: { task: Task }) {
  const t = useT()
  const client = useQueryClient()
  const session = useSession()
  const [opened, setOpened] = useState('')
  const key = ['deliveries', task.id, task.status]
  const { data } = useQuery({
    queryKey: key,
    queryFn: () => call('GET /api/v1/deliveries', { query: { task: task.id } }),
    retry: false,
    // Deliveries have no events: one under way is looked at until it is over.
    refetchInterval: ({ state }) => (state.data?.items.some(({ status }) => status === 'pending') ? LOOK_MS : false),
  })
  const replaying = useMutation({
    mutationFn: (id: string) => call('POST /api/v1/deliveries/{id}/replay', { path: { id } }),
    onSuccess: () => {
      say(t('task.replayed'))
      return client.invalidateQueries({ queryKey: key })
    },
    onError: sayError,
  })
  if (!data) return null
  return (
    <Panel>
      <PanelTitle>{t('task.webhooks')}</PanelTitle>
      {data.items.length === 0 ? (
        <Empty isSmall icon={<Webhook />} title={t('task.noWebhooks')}>
          {t('task.noWebhooksAbout')}
        </Empty>
      ) : (
        <ul className="divide-y divide-line">
          {data.items.map(({ id, url, status, attempts, log, next_attempt_at }) => (
            <li key={id} className="grid grid-cols-1 gap-2 px-4 py-3">
              <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
                <Badge tone={status === 'delivered' ? 'good' : status === 'failed' ? 'bad' : 'info'}>
                  {t(`delivery.${status}`)}
                </Badge>
                <span
                  className="min-w-0 flex-1 truncate font-mono text-xs max-sm:order-last max-sm:basis-full"
                  title={url}
                >
                  {url}
                </span>
                {mayMake(session) && (
                  <>
                    <Button
                      size="small"
                      aria-expanded={opened === id}
                      onClick={() => setOpened(opened === id ? '' : id)}
                    >
                      <Braces />
                      {t('delivery.body')}
                    </Button>
                    <Button size="small" onClick={() => replaying.mutate(id)} disabled={replaying.isPending}>
                      <Send />
                      {t('task.replay')}
                    </Button>
                  </>
                )}
              </div>
              <ul className="grid grid-cols-1 gap-1 text-soft text-xs tabular">
                {log.map(({ at, duration_ms, http_status, error }) => (
                  <li key={at}>
                    {dateTime(at)} · {duration(duration_ms)} · {http_status ?? (error ? translateMessage(error) : '–')}
                  </li>
                ))}
                {log.length === 0 && <li>{t('task.deliveryAttempts', { count: attempts })}</li>}
                {next_attempt_at && log.length > 0 && <li>{t('delivery.next', { at: dateTime(next_attempt_at) })}</li>}
              </ul>
              {opened === id && <Body id={id} />}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}

function Body({ id }: { id: string }) {
  const { data, error } = useQuery({
    queryKey: ['delivery', id],
    queryFn: () => call('GET /api/v1/deliveries/{id}', { path: { id } }),
  })
  if (error) return <Fault error={error} />
  return data ? <Code text={readable(data.body)} /> : null
}

/** JSON in lines; anything else as it is. */
function readable(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2)
  } catch {
    return body
  }
}

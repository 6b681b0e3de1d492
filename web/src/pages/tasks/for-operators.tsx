import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { call } from '../../api/client.ts'
import type { Task } from '../../api/queries.ts'
import { pointsAsUsd } from '../../i18n/format.ts'
import { useT } from '../../i18n/i18n.ts'
import { isOperator, useSession } from '../../shell/session.ts'
import { Id } from '../../ui/id.tsx'
import { Panel, PanelTitle } from '../../ui/parts.tsx'

/** Which price held: the id of a rule, or the catalogue's own. */
function ruleName(rule: string | null, t: ReturnType<typeof useT>): ReactNode {
  if (rule === null) return '–'
  return rule === 'list' ? t('task.listPrice') : <Id text={rule} />
}

/** What only the operator may see of a task: the account that did it, what it cost, and how it came in. */
export function ForOperators({ task }: { task: Task }) {
  const t = useT()
  const isOne = isOperator(useSession())
  const { data } = useQuery({
    queryKey: ['task for operators', task.id, task.status],
    queryFn: () => call('GET /api/admin/tasks/{id}', { path: { id: task.id } }),
    enabled: isOne,
    retry: false,
  })
  if (!isOne || !data) return null
  const facts: [string, ReactNode][] = [
    [t('task.account'), data.account ?? '–'],
    [t('task.pool'), data.pool],
    [t('task.protocol'), data.dialect],
    [t('task.cost'), data.cost_points === null ? '–' : pointsAsUsd(data.cost_points)],
    [t('task.priceRule'), ruleName(data.price_rule, t)],
    [t('task.request'), data.request_id ? <Id key="request" text={data.request_id} /> : '–'],
    ...data.attempt_list
      .filter(({ account }) => account !== data.account)
      .map(({ number, account }): [string, ReactNode] => [t('task.attempt', { number }), account]),
    ...(data.error?.detail ? [[t('task.detail'), data.error.detail] as [string, ReactNode]] : []),
  ]
  return (
    <Panel>
      <PanelTitle>{t('task.forOperators')}</PanelTitle>
      <dl className="grid grid-cols-1 gap-2 p-4">
        {facts.map(([name, value]) => (
          <div key={name} className="grid grid-cols-[7rem_1fr] gap-2">
            <dt className="text-soft text-xs leading-5">{name}</dt>
            <dd className="min-w-0 break-words">{value}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  )
}

import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { ArrowLeft, RotateCcw } from 'lucide-react'
import type { ReactNode } from 'react'
import { ApiError } from '../api/client.ts'
import { useTaskFeed } from '../api/feed.ts'
import { hasEnded, type Task, taskQuery } from '../api/queries.ts'
import { dateTime, duration, pointsAsUsd } from '../i18n/format.ts'
import { useT } from '../i18n/i18n.ts'
import { translateMessage } from '../i18n/messages.ts'
import { ItemActions } from '../media/actions.tsx'
import { Output } from '../media/output.tsx'
import { nameOf } from '../media/outputs.ts'
import { StatusBadge } from '../media/status.tsx'
import { Progress } from '../media/task-card.tsx'
import { mayMake, useSession } from '../shell/session.ts'
import { useTitle } from '../shell/use-title.ts'
import { Button } from '../ui/button.tsx'
import { Id } from '../ui/id.tsx'
import { Badge, Code, Fault, Page, Panel, PanelTitle, Skeleton } from '../ui/parts.tsx'
import { Table } from '../ui/table.tsx'
import { TaskTools } from './library/task-tools.tsx'
import type { Values } from './studio/field-schema.ts'
import { openStudio } from './studio/open-studio.ts'
import { adviceFor } from './tasks/advice.ts'
import { Deliveries } from './tasks/deliveries.tsx'
import { ForOperators } from './tasks/for-operators.tsx'
import { attemptsQuery, OUTCOMES, Timeline } from './tasks/timeline.tsx'

const route = getRouteApi('/inside/tasks/$id')

/** One task in full: how it went, what it made, what it cost, and who was notified. */
export function OneTask() {
  const t = useT()
  useTaskFeed()
  const { id } = route.useParams()
  const navigate = route.useNavigate()
  const session = useSession()
  const { data: task, error, refetch } = useQuery(taskQuery(id))
  useTitle(task ? nameOf(task) : t('nav.tasks'))
  // What is known of it stays to be seen while the gateway cannot be reached.
  if (error && (!task || (error instanceof ApiError && error.status === 404))) {
    return (
      <Page title={t('nav.tasks')}>
        <Fault error={error} retry={() => void refetch()} />
      </Page>
    )
  }
  if (!task) {
    return (
      <Page title="…">
        <Panel>
          <Skeleton rows={6} />
        </Panel>
      </Page>
    )
  }
  return (
    <Page
      title={nameOf(task)}
      about={task.operation}
      actions={
        <>
          <Button look="quiet" asChild>
            <Link to="/tasks">
              <ArrowLeft />
              {t('nav.tasks')}
            </Link>
          </Button>
          {mayMake(session) && (
            <Button onClick={() => openStudio(task.operation, task.input as Values)}>
              <RotateCcw />
              {t('follow.again')}
            </Button>
          )}
        </>
      }
    >
      <div className="grid gap-5 lg:grid-cols-[1fr_320px]">
        <div className="grid grid-cols-1 min-w-0 content-start gap-5">
          {error && <Fault error={error} retry={() => void refetch()} />}
          <Result task={task} onDeleted={() => void navigate({ to: '/tasks' })} />
          <Panel>
            <PanelTitle>{t('task.input')}</PanelTitle>
            <Code text={JSON.stringify(task.input, null, 2)} className="m-4" />
          </Panel>
          <Attempts task={task} />
          <Deliveries task={task} />
          {task.logs.length > 0 && (
            <Panel>
              <PanelTitle>{t('task.logs')}</PanelTitle>
              <Code text={task.logs.join('\n')} className="m-4" />
            </Panel>
          )}
        </div>
        <aside className="grid grid-cols-1 content-start gap-5">
          <Facts task={task} />
          <Timeline task={task} />
          <ForOperators task={task} />
        </aside>
      </div>
    </Page>
  )
}

function Result({ task, onDeleted }: { task: Task; onDeleted: () => void }) {
  const t = useT()
  return (
    <Panel>
      <PanelTitle aside={<StatusBadge status={task.status} />}>{t('task.result')}</PanelTitle>
      <div className="grid grid-cols-1 gap-4 p-4">
        {!hasEnded(task) && <Progress task={task} />}
        {task.error && (
          <div className="rounded-lg bg-bad-ground px-4 py-3 text-bad">
            <p className="font-medium">{translateMessage(task.error.message)}</p>
            <p className="mt-1">
              {adviceFor(task.error.code)} {t('task.notCharged')}
            </p>
            <p className="mt-2 font-mono text-xs">{task.error.code}</p>
          </div>
        )}
        {task.status === 'cancelled' && <p className="text-soft">{t('task.wasCancelled')}</p>}
        {task.status === 'completed' && (
          <Output task={task} actions={(item) => <ItemActions task={task} item={item} />} />
        )}
        {hasEnded(task) && <TaskTools task={task} onDeleted={onDeleted} />}
      </div>
    </Panel>
  )
}

function Facts({ task }: { task: Task }) {
  const t = useT()
  const facts: [string, ReactNode][] = [
    [t('task.id'), <Id key="id" text={task.id} />],
    [t('task.provider'), task.provider ?? '–'],
    [t('task.held'), hasEnded(task) ? pointsAsUsd(0) : pointsAsUsd(task.price_points)],
    [t('task.consumed'), pointsAsUsd(task.consumed_points)],
    [t('task.released'), hasEnded(task) ? pointsAsUsd(task.price_points - task.consumed_points) : '–'],
    ...(task.batch_id
      ? ([
          [
            t('task.batch'),
            <Link key="batch" to="/tasks" search={{ batch: task.batch_id }} className="underline underline-offset-2">
              {task.batch_id.slice(0, 13)}…
            </Link>,
          ],
        ] as [string, ReactNode][])
      : []),
    ...(task.parent_id
      ? ([
          [
            t('task.parent'),
            <Link key="parent" to="/tasks/$id" params={{ id: task.parent_id }} className="underline underline-offset-2">
              {task.parent_id.slice(0, 13)}…
            </Link>,
          ],
        ] as [string, ReactNode][])
      : []),
  ]
  return (
    <Panel>
      <PanelTitle>{t('task.facts')}</PanelTitle>
      <dl className="grid grid-cols-1 gap-2 p-4">
        {facts.map(([name, value]) => (
          <div key={name} className="grid grid-cols-[7rem_1fr] items-center gap-2">
            <dt className="text-soft text-xs">{name}</dt>
            <dd className="min-w-0 truncate tabular">{value}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  )
}

function Attempts({ task }: { task: Task }) {
  const t = useT()
  const { data: attempts } = useQuery(attemptsQuery(task))
  if (!attempts || attempts.length === 0) return null
  return (
    <Panel>
      <PanelTitle>{t('task.attempts')}</PanelTitle>
      <Table
        label={t('task.attempts')}
        rows={attempts}
        keyOf={({ number }) => String(number)}
        columns={[
          { head: '#', card: 'title', cell: ({ number }) => number },
          {
            head: t('task.provider'),
            card: 'line',
            className: 'w-full min-w-36 max-w-80',
            cell: ({ provider, reason }) => (
              <>
                {provider}
                {reason && <span className="block text-soft text-xs">{translateMessage(reason)}</span>}
              </>
            ),
          },
          {
            head: t('task.outcome'),
            card: 'mark',
            cell: ({ outcome }) => <Badge tone={OUTCOMES[outcome]}>{t(`outcome.${outcome}`)}</Badge>,
          },
          {
            head: t('task.begun'),
            card: 'bare',
            className: 'whitespace-nowrap text-soft',
            cell: ({ begun_at }) => begun_at && dateTime(begun_at),
          },
          {
            head: t('task.took'),
            card: 'bare',
            isNumber: true,
            className: 'text-soft',
            cell: ({ begun_at, ended_at }) => begun_at && ended_at && duration(ended_at - begun_at),
          },
        ]}
      />
    </Panel>
  )
}

import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { ListChecks } from 'lucide-react'
import { useEffect, useState } from 'react'
import { call } from '../api/client.ts'
import { useTaskFeed } from '../api/feed.ts'
import { hasEnded, type Task } from '../api/queries.ts'
import { ago, dateTime, duration, pointsAsUsd } from '../i18n/format.ts'
import { useT } from '../i18n/i18n.ts'
import { nameOf } from '../media/outputs.ts'
import { StatusBadge } from '../media/status.tsx'
import { useMode } from '../shell/mode.ts'
import { useTitle } from '../shell/use-title.ts'
import { Input } from '../ui/field.tsx'
import { More } from '../ui/more.tsx'
import { Empty, Fault, Page, Panel, Skeleton } from '../ui/parts.tsx'
import { type Column, Table } from '../ui/table.tsx'
import { Tabs } from '../ui/tabs.tsx'
import { BatchBanner, Batches } from './tasks/batches.tsx'

const route = getRouteApi('/inside/tasks')

const STATES = {
  all: undefined,
  running: 'submitting,processing,uncertain',
  waiting: 'staged,pending',
  completed: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
} as const
type State = keyof typeof STATES

const PAGE = 50
const TYPING_MS = 300

/** All tasks as a table that is kept current by the stream of events, and batches with how far they are. */
export function Tasks() {
  const t = useT()
  useTitle(t('nav.tasks'))
  const mode = useMode()
  useTaskFeed()
  const { status = 'all', search = '', batch } = route.useSearch()
  const navigate = route.useNavigate()
  const state: State = status in STATES ? (status as State) : 'all'
  const isBatches = status === 'batches'
  const [typed, setTyped] = useState(search)
  const set = (next: { status?: string; search?: string }): void => {
    const merged = { status: isBatches ? status : state, search, ...next }
    void navigate({
      search: {
        ...(merged.status === 'all' ? {} : { status: merged.status }),
        ...(merged.search === '' ? {} : { search: merged.search }),
        ...(batch && next.status === undefined ? { batch } : {}),
      },
      replace: true,
    })
  }
  useEffect(() => {
    if (typed === search) return
    const timer = setTimeout(() => set({ search: typed }), TYPING_MS)
    return () => clearTimeout(timer)
  })
  const list = useInfiniteQuery({
    queryKey: ['tasks', 'table', mode, state, search, batch],
    queryFn: ({ pageParam }) =>
      call('GET /polyphony/v1/tasks', {
        query: {
          limit: PAGE,
          ...(STATES[state] ? { status: STATES[state] } : {}),
          ...(search ? { search } : {}),
          ...(batch ? { batch } : {}),
          ...(pageParam ? { cursor: pageParam } : {}),
        },
      }),
    initialPageParam: '',
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
    enabled: !isBatches,
  })
  const { data, error, refetch, isPending } = list
  const tasks = data?.pages.flatMap((page) => page.tasks) ?? []
  return (
    <Page title={t('nav.tasks')} about={t('tasks.about')} wide>
      <div className="mb-4 flex min-h-9 flex-wrap items-center justify-between gap-3">
        <Tabs
          label={t('tasks.state')}
          value={isBatches ? 'batches' : state}
          onChange={(next) => set({ status: next })}
          items={[
            ...(Object.keys(STATES) as State[]).map((value) => ({ value, label: t(`tasks.${value}`) })),
            { value: 'batches', label: t('tasks.batches') },
          ]}
        />
        {!isBatches && (
          <Input
            type="search"
            aria-label={t('library.search')}
            placeholder={t('library.search')}
            value={typed}
            maxLength={200}
            onChange={({ target }) => setTyped(target.value)}
            className="sm:w-64"
          />
        )}
      </div>
      {batch && <BatchBanner id={batch} onClose={() => set({ status: state })} />}
      {isBatches && <Batches />}
      {error && !list.isFetchNextPageError && <Fault error={error} retry={() => void refetch()} />}
      {!isBatches && (
        <Panel>
          {isPending && <Skeleton rows={8} />}
          {tasks.length > 0 && (
            <Table label={t('nav.tasks')} columns={columnsOf(t)} rows={tasks} keyOf={({ id }) => id} />
          )}
          {!isPending && !error && tasks.length === 0 && (
            <Empty icon={<ListChecks />} title={t('tasks.emptyTitle')}>
              {t('tasks.empty')}
            </Empty>
          )}
        </Panel>
      )}
      <More of={list} />
    </Page>
  )
}

function columnsOf(t: ReturnType<typeof useT>): Column<Task>[] {
  return [
    {
      head: t('task.status'),
      card: 'mark',
      cell: ({ status, progress }) => (
        <span className="flex items-center gap-2">
          <StatusBadge status={status} />
          {status === 'processing' && <span className="whitespace-nowrap text-soft text-xs">{progress} %</span>}
        </span>
      ),
    },
    {
      head: t('task.name'),
      card: 'title',
      className: 'w-full max-w-72',
      cell: (task) => (
        <>
          <Link
            to="/tasks/$id"
            params={{ id: task.id }}
            className="line-clamp-2 break-words font-medium hover:underline md:line-clamp-1"
          >
            {nameOf(task)}
          </Link>
          {nameOf(task) !== task.operation && (
            <span className="block truncate text-soft text-xs">{task.operation}</span>
          )}
        </>
      ),
    },
    {
      head: t('task.price'),
      isNumber: true,
      cell: (task) => pointsAsUsd(hasEnded(task) ? task.consumed_points : task.price_points),
    },
    {
      head: t('task.took'),
      card: 'bare',
      isNumber: true,
      className: 'text-soft',
      cell: ({ started_at, ended_at }) => started_at && ended_at && duration(ended_at - started_at),
    },
    { head: t('task.provider'), card: 'bare', className: 'text-soft', cell: ({ provider }) => provider },
    {
      head: t('task.created'),
      card: 'bare',
      className: 'whitespace-nowrap text-soft',
      cell: ({ created_at }) => (
        <time dateTime={new Date(created_at).toISOString()} title={dateTime(created_at)}>
          {ago(created_at)}
        </time>
      ),
    },
  ]
}

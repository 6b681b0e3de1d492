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
import { Button } from '../ui/button.tsx'
import { Input } from '../ui/field.tsx'
import { Empty, Fault, Page, Panel, Skeleton, Table, Tabs } from '../ui/parts.tsx'
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
  const { data, error, refetch, isPending, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
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
  const tasks = data?.pages.flatMap((page) => page.tasks) ?? []
  return (
    <Page title={t('nav.tasks')} about={t('tasks.about')} wide>
      <div className="mb-4 flex flex-wrap items-center justify-between gap-3">
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
      {error && <Fault error={error} retry={() => void refetch()} />}
      {!isBatches && (
        <Panel>
          {isPending && <Skeleton rows={8} />}
          {tasks.length > 0 && (
            <Table
              label={t('nav.tasks')}
              head={[
                t('task.status'),
                t('task.name'),
                { number: t('task.price') },
                { number: t('task.took') },
                t('task.provider'),
                t('task.created'),
              ]}
            >
              {tasks.map((task) => (
                <Row key={task.id} task={task} />
              ))}
            </Table>
          )}
          {!isPending && !error && tasks.length === 0 && (
            <Empty icon={<ListChecks />} title={t('tasks.emptyTitle')}>
              {t('tasks.empty')}
            </Empty>
          )}
        </Panel>
      )}
      {hasNextPage && (
        <div className="mt-4 text-center">
          <Button disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {t('common.more')}
          </Button>
        </div>
      )}
    </Page>
  )
}

function Row({ task }: { task: Task }) {
  const { id, status, progress, operation, provider, started_at, ended_at, price_points, consumed_points, created_at } =
    task
  return (
    <tr>
      <td>
        <span className="flex items-center gap-2">
          <StatusBadge status={status} />
          {status === 'processing' && <span className="whitespace-nowrap text-soft text-xs">{progress} %</span>}
        </span>
      </td>
      <td className="w-full max-w-40! md:max-w-72!">
        <Link to="/tasks/$id" params={{ id }} className="block truncate font-medium hover:underline">
          {nameOf(task)}
        </Link>
        <span className="block truncate text-soft text-xs">{operation}</span>
      </td>
      <td className="number">{pointsAsUsd(hasEnded(task) ? consumed_points : price_points)}</td>
      <td className="number text-soft">{started_at && ended_at ? duration(ended_at - started_at) : '–'}</td>
      <td className="text-soft">{provider ?? '–'}</td>
      <td className="whitespace-nowrap text-soft">
        <time dateTime={new Date(created_at).toISOString()} title={dateTime(created_at)}>
          {ago(created_at)}
        </time>
      </td>
    </tr>
  )
}

import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Layers, X } from 'lucide-react'
import { type Answer, call } from '../../api/client.ts'
import { ago, dateTime, duration, number } from '../../i18n/format.ts'
import { useT } from '../../i18n/i18n.ts'
import { useMode } from '../../shell/mode.ts'
import { Button } from '../../ui/button.tsx'
import { More } from '../../ui/more.tsx'
import { Empty, Fault, Panel, Skeleton } from '../../ui/parts.tsx'

type Batch = Answer<'GET /polyphony/v1/batches/{id}'>

const PAGE = 30

/** Batches, the newest first, with how far each is. */
export function Batches() {
  const t = useT()
  const mode = useMode()
  const list = useInfiniteQuery({
    queryKey: ['batches', mode],
    queryFn: ({ pageParam }) =>
      call('GET /polyphony/v1/batches', { query: { limit: PAGE, ...(pageParam ? { cursor: pageParam } : {}) } }),
    initialPageParam: '',
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
  })
  const { data, error, refetch, isPending } = list
  const batches = data?.pages.flatMap((page) => page.batches) ?? []
  return (
    <>
      <Panel>
        {error && !list.isFetchNextPageError && <Fault error={error} retry={() => void refetch()} />}
        {isPending && <Skeleton rows={5} />}
        {batches.length > 0 && (
          <ul aria-label={t('tasks.batches')} className="divide-y divide-line">
            {batches.map((batch) => (
              <li
                key={batch.id}
                className="grid gap-x-4 gap-y-2 px-4 py-3 sm:grid-cols-[minmax(0,18rem)_1fr] sm:items-center"
              >
                <span className="min-w-0">
                  <Link
                    to="/tasks"
                    search={{ batch: batch.id }}
                    className="block truncate font-medium hover:underline"
                    title={batch.id}
                  >
                    {t('batch.name', { count: number(batch.total), id: batch.id.slice(0, 13) })}
                  </Link>
                  <span className="block text-soft text-xs">
                    <time dateTime={new Date(batch.created_at).toISOString()} title={dateTime(batch.created_at)}>
                      {ago(batch.created_at)}
                    </time>
                    {batch.ended_at !== null && ` · ${duration(batch.ended_at - batch.created_at)}`}
                    {batch.rejected > 0 && ` · ${t('batch.rejected', { count: number(batch.rejected) })}`}
                  </span>
                </span>
                <BatchProgress batch={batch} />
              </li>
            ))}
          </ul>
        )}
        {!isPending && !error && batches.length === 0 && (
          <Empty icon={<Layers />} title={t('batch.emptyTitle')}>
            {t('batch.empty')}
          </Empty>
        )}
      </Panel>
      <More of={list} />
    </>
  )
}

/** Of which batch the tasks below are. */
export function BatchBanner({ id, onClose }: { id: string; onClose: () => void }) {
  const t = useT()
  const { data: batch } = useQuery({
    queryKey: ['batches', 'one', id],
    queryFn: () => call('GET /polyphony/v1/batches/{id}', { path: { id } }),
    retry: false,
  })
  return (
    <Panel className="mb-4 flex items-center gap-4 px-4 py-3">
      <span className="shrink-0 font-medium">
        {t('batch.name', { count: batch ? number(batch.total) : '…', id: id.slice(0, 13) })}
      </span>
      <span className="min-w-0 flex-1">{batch && <BatchProgress batch={batch} />}</span>
      <Button look="quiet" size="smallIcon" aria-label={t('batch.leave')} onClick={onClose}>
        <X />
      </Button>
    </Panel>
  )
}

/** A bar of what is done, with its parts in words. */
function BatchProgress({ batch: { total, completed, failed, cancelled } }: { batch: Batch }) {
  const t = useT()
  const done = completed + failed + cancelled
  const share = (count: number): string => `${total === 0 ? 0 : (100 * count) / total}%`
  return (
    <span className="grid gap-1">
      <span
        role="progressbar"
        aria-label={t('task.progress')}
        aria-valuenow={done}
        aria-valuemin={0}
        aria-valuemax={total}
        className="flex h-2 overflow-hidden rounded-full bg-hover"
      >
        <span className="bg-good transition-[width] duration-500" style={{ width: share(completed) }} />
        <span className="bg-bad transition-[width] duration-500" style={{ width: share(failed) }} />
        <span className="bg-edge transition-[width] duration-500" style={{ width: share(cancelled) }} />
      </span>
      <span className="text-soft text-xs tabular">
        {t('batch.done', { done: number(done), total: number(total) })}
        {failed > 0 && ` · ${t('batch.failed', { count: number(failed) })}`}
        {cancelled > 0 && ` · ${t('batch.cancelled', { count: number(cancelled) })}`}
      </span>
    </span>
  )
}

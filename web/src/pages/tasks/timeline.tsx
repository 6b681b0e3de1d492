import { queryOptions, useQuery } from '@tanstack/react-query'
import { call } from '../../api/client.ts'
import type { Task } from '../../api/queries.ts'
import type { PolyphonyAttempts } from '../../api/routes.ts'
import { dateTime, duration } from '../../i18n/format.ts'
import { useT } from '../../i18n/i18n.ts'
import { cn } from '../../ui/classes.ts'
import { Panel, PanelTitle, type Tone } from '../../ui/parts.tsx'

export const OUTCOMES: Record<PolyphonyAttempts['attempts'][number]['outcome'], Tone> = {
  calling: 'info',
  accepted: 'info',
  uncertain: 'mark',
  turned_away: 'mark',
  completed: 'good',
  failed: 'bad',
  cancelled: 'plain',
}

export const attemptsQuery = ({ id, status }: Task) =>
  queryOptions({
    queryKey: ['attempts', id, status],
    queryFn: async () => (await call('GET /polyphony/v1/tasks/{id}/attempts', { path: { id } })).attempts,
  })

interface Moment {
  at: number
  label: string
  tone: Tone
}

const DOTS: Record<Tone, string> = {
  plain: 'bg-edge',
  info: 'bg-info',
  mark: 'bg-mark',
  good: 'bg-good',
  bad: 'bg-bad',
}

/** Everything that happened to a task, with the time between: its states, and what providers did with it. */
export function Timeline({ task }: { task: Task }) {
  const t = useT()
  const { data: attempts = [] } = useQuery(attemptsQuery(task))
  const { created_at, ended_at, status } = task
  const ends: Record<string, Tone> = { completed: 'good', failed: 'bad' }
  const end: Moment[] = ended_at ? [{ at: ended_at, label: t(`status.${status}`), tone: ends[status] ?? 'plain' }] : []
  const moments: Moment[] = [
    { at: created_at, label: t('timeline.created'), tone: 'plain' as const },
    ...attempts.flatMap(({ provider, begun_at, accepted_at, ended_at: over_at, outcome }): Moment[] => [
      ...(begun_at ? [{ at: begun_at, label: t('timeline.called', { provider }), tone: 'info' as const }] : []),
      ...(accepted_at ? [{ at: accepted_at, label: t('timeline.accepted', { provider }), tone: 'info' as const }] : []),
      // The end of the last attempt is that of the task.
      ...(over_at && over_at !== ended_at
        ? [{ at: over_at, label: `${provider}: ${t(`outcome.${outcome}`)}`, tone: OUTCOMES[outcome] }]
        : []),
    ]),
    ...end,
  ].sort((a, b) => a.at - b.at)
  return (
    <Panel>
      <PanelTitle>{t('task.timeline')}</PanelTitle>
      <ol className="grid grid-cols-1 p-4">
        {moments.map(({ at, label, tone }, index) => {
          const before = moments[index - 1]
          return (
            <li key={`${at} ${label}`} className="relative flex gap-3 pb-4 last:pb-0">
              {index < moments.length - 1 && (
                <span aria-hidden className="absolute top-4 bottom-0 left-[3.5px] w-px bg-line" />
              )}
              <span aria-hidden className={cn('mt-1.5 size-2 shrink-0 rounded-full', DOTS[tone])} />
              <span className="min-w-0">
                <span className="block font-medium leading-tight">{label}</span>
                <span className="block text-soft text-xs tabular">
                  {dateTime(at)}
                  {before && ` · +${duration(at - before.at)}`}
                </span>
              </span>
            </li>
          )
        })}
      </ol>
    </Panel>
  )
}

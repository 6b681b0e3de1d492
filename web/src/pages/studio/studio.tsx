import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { Sparkles } from 'lucide-react'
import { useState } from 'react'
import { call } from '../../api/client.ts'
import { useTaskFeed } from '../../api/feed.ts'
import { type Operation, operationsQuery, type Task } from '../../api/queries.ts'
import { useT } from '../../i18n/i18n.ts'
import { TaskCard } from '../../media/task-card.tsx'
import { useMode } from '../../shell/mode.ts'
import { useTitle } from '../../shell/use-title.ts'
import { cn } from '../../ui/classes.ts'
import { Empty, Fault, Page, Panel, Skeleton } from '../../ui/parts.tsx'
import { GROUPS, type Group, groupOf } from './groups.ts'
import { prefilled } from './open-studio.ts'
import { OperationForm } from './operation-form.tsx'
import { OperationPicker } from './operation-picker.tsx'

const route = getRouteApi('/inside/studio')
const RECENT = 8

/** Every operation as a form, and beside it what it made. */
export function Studio() {
  const t = useT()
  useTitle(t('nav.studio'))
  useTaskFeed()
  const mode = useMode()
  const { op, from } = route.useSearch()
  const navigate = route.useNavigate()
  const { data: operations, error, refetch } = useQuery(operationsQuery(mode))
  const [made, setMade] = useState<Task[]>([])
  if (error) {
    return (
      <Page title={t('nav.studio')}>
        <Fault error={error} retry={() => void refetch()} />
      </Page>
    )
  }
  const current = operations?.find(({ id }) => id === op) ?? firstOf(operations, 'song')
  const group = current ? groupOf(current) : 'song'
  const choose = (id: string | undefined): void => {
    if (id !== undefined) void navigate({ search: { op: id } })
  }
  return (
    <Page title={t('nav.studio')} about={t('studio.about')} wide>
      <div className="grid gap-6 lg:grid-cols-[minmax(360px,460px)_1fr]">
        <div className="grid min-w-0 grid-cols-1 content-start gap-4">
          <nav className="grid grid-cols-3 gap-1.5 sm:grid-cols-6" aria-label={t('studio.groups')}>
            {GROUPS.map(({ id, icon: Icon }) => (
              <button
                key={id}
                type="button"
                aria-pressed={id === group}
                onClick={() => choose(firstOf(operations, id)?.id)}
                className={cn(
                  'grid justify-items-center gap-1 rounded-xl border border-line bg-panel py-2.5 text-soft text-xs transition-colors hover:border-edge hover:text-ink [&_svg]:size-5',
                  id === group && 'border-mark bg-mark-ground font-medium text-mark hover:text-mark',
                )}
              >
                <Icon aria-hidden />
                {t(`group.${id}`)}
              </button>
            ))}
          </nav>
          <OperationPicker
            operations={(operations ?? []).filter((one) => groupOf(one) === group)}
            current={current}
            onChoose={({ id }) => choose(id)}
          />
          {current ? (
            <OperationForm
              key={`${current.id} ${from ?? ''}`}
              operation={current}
              initial={prefilled(from, current.id)}
              onMade={(task) => setMade((before) => [task, ...before])}
            />
          ) : (
            <Panel>
              <Skeleton rows={6} />
            </Panel>
          )}
        </div>
        <Results made={made} operations={operations ?? []} group={group} />
      </div>
    </Page>
  )
}

/** What was made here, then what was made before of the same kind. */
function Results({ made, operations, group }: { made: Task[]; operations: readonly Operation[]; group: Group }) {
  const t = useT()
  const mode = useMode()
  const kinds = [...new Set(operations.filter((one) => groupOf(one) === group).map(({ produces }) => produces))].join(
    ',',
  )
  const { data: earlier, isPending } = useQuery({
    queryKey: ['tasks', 'recent', mode, kinds],
    queryFn: () => call('GET /polyphony/v1/tasks', { query: { limit: RECENT, kind: kinds } }),
    enabled: kinds !== '',
  })
  const known = new Set(made.map(({ id }) => id))
  const before = (earlier?.tasks ?? []).filter(({ id, operation }) => !known.has(id) && operation !== '')
  const shown = [...made, ...before]
  return (
    <section aria-label={t('studio.results')} className="grid min-w-0 grid-cols-1 content-start gap-4">
      {shown.map((task) => (
        <TaskCard key={task.id} task={task} />
      ))}
      {shown.length === 0 && !isPending && (
        <Panel>
          <Empty icon={<Sparkles />} title={t('studio.emptyTitle')}>
            {t('studio.empty')}
          </Empty>
        </Panel>
      )}
    </section>
  )
}

/** The one with which a group begins: what is available, and usual. */
const USUAL = [
  'suno/music',
  'Qubico/flux1-schnell/txt2img',
  'kling/video_generation',
  'Qubico/tts/zero-shot',
  'Qubico/trellis/text-to-3d',
]

function firstOf(operations: readonly Operation[] | undefined, group: Group): Operation | undefined {
  const own = (operations ?? []).filter((one) => groupOf(one) === group)
  const usual = own.find(({ id }) => USUAL.includes(id))
  return usual?.available ? usual : (own.find(({ available }) => available) ?? usual ?? own[0])
}

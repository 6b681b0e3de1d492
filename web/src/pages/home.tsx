import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ArrowRight, Check, KeyRound, Plug, WandSparkles } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { call } from '../api/client.ts'
import { useTaskFeed } from '../api/feed.ts'
import { isSameGesture, useOnce } from '../api/once.ts'
import { balanceQuery, operationsQuery, type Task, taskQuery } from '../api/queries.ts'
import { number, usd } from '../i18n/format.ts'
import { useT } from '../i18n/i18n.ts'
import { TaskCard } from '../media/task-card.tsx'
import { useMode } from '../shell/mode.ts'
import { mayMake, useSession } from '../shell/session.ts'
import { useTitle } from '../shell/use-title.ts'
import { Button } from '../ui/button.tsx'
import { cn } from '../ui/classes.ts'
import { Code, Fault, Page, Panel } from '../ui/parts.tsx'
import { useMedia } from '../ui/use-media.ts'
import { codeOf, ownRequest } from './studio/code.ts'

const SONG = 'suno/music'
const RECENT = 4

/** The first minute: a song from a sentence, heard at once; then its call, and the next steps. */
export function Home() {
  const t = useT()
  useTitle(t('nav.home'))
  useTaskFeed()
  const mode = useMode()
  const { person } = useSession()
  const { data: recent } = useQuery({
    queryKey: ['tasks', 'home', mode],
    queryFn: () => call('GET /polyphony/v1/tasks', { query: { limit: RECENT } }),
  })
  const [made, setMade] = useState<Task[]>([])
  const known = new Set(made.map(({ id }) => id))
  const shown = [...made, ...(recent?.tasks ?? []).filter(({ id }) => !known.has(id))].slice(0, RECENT)
  return (
    <Page title={person?.name ? t('home.hello', { name: person.name }) : t('home.title')}>
      <div className="grid grid-cols-1 gap-6">
        <SongBox
          onMade={(task) => setMade([task, ...made])}
          isFirst={recent?.tasks.length === 0 && made.length === 0}
        />
        <Numbers />
        {shown.length > 0 && (
          <section className="grid grid-cols-1 gap-3">
            <div className="flex items-center justify-between">
              <h2 className="font-semibold">{t('home.recent')}</h2>
              <Button look="quiet" size="small" asChild>
                <Link to="/library">
                  {t('nav.library')}
                  <ArrowRight />
                </Link>
              </Button>
            </div>
            <Cards tasks={shown} />
          </section>
        )}
        {/* After what is above it, so that nothing moves. */}
        {recent && <NextSteps hasMade={shown.length > 0} />}
      </div>
    </Page>
  )
}

/** In two columns where there is room: a row of cards that are not equally high would have holes. */
function Cards({ tasks }: { tasks: Task[] }) {
  const isWide = useMedia('(width >= 64rem)') && tasks.length > 1
  const columns = isWide ? [0, 1].map((side) => tasks.filter((_, at) => at % 2 === side)) : [tasks]
  return (
    <div className={cn('grid grid-cols-1 items-start gap-4', isWide && 'grid-cols-2')}>
      {columns.map((column, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: columns keep their places
        <div key={at} className="grid min-w-0 grid-cols-1 gap-4">
          {column.map((task) => (
            <TaskCard key={task.id} task={task} />
          ))}
        </div>
      ))}
    </div>
  )
}

function SongBox({ onMade, isFirst }: { onMade: (task: Task) => void; isFirst: boolean }) {
  const t = useT()
  const client = useQueryClient()
  const session = useSession()
  const [idea, setIdea] = useState('')
  const once = useOnce()
  const making = useMutation({
    mutationFn: () => {
      const body = { operation: SONG, input: { gpt_description_prompt: idea.trim() || t('home.idea') } }
      return once(body, (key) => call('POST /polyphony/v1/tasks', { body, headers: { 'idempotency-key': key } }))
    },
    onSuccess(task) {
      client.setQueryData(taskQuery(task.id).queryKey, task)
      setIdea('')
      onMade(task)
    },
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (!isSameGesture(making)) making.mutate()
  }
  return (
    <Panel className="overflow-hidden bg-[radial-gradient(120%_140%_at_100%_0%,var(--mark-ground),transparent_55%)]">
      <form onSubmit={submit} className="grid grid-cols-1 gap-3 p-5 md:p-7">
        <h2 className="font-semibold text-lg">{isFirst ? t('home.firstSong') : t('home.song')}</h2>
        <div className="flex flex-col gap-2 rounded-xl border border-line bg-panel p-2 focus-within:border-mark sm:flex-row">
          <input
            value={idea}
            onChange={({ target }) => setIdea(target.value)}
            placeholder={t('home.idea')}
            aria-label={t('home.song')}
            maxLength={3_000}
            className="h-11 min-w-0 bg-transparent px-3 text-[15px] outline-hidden sm:flex-1"
          />
          <Button type="submit" look="primary" size="large" disabled={making.isPending || !mayMake(session)}>
            <WandSparkles />
            {t('home.make')}
          </Button>
        </div>
        {making.error ? (
          <Fault error={making.error} />
        ) : session.role === 'viewer' ? (
          <p className="text-soft text-xs">{t('role.viewerOnly')}</p>
        ) : (
          <p className="text-soft text-xs">
            {t('home.songHelp')}{' '}
            <Link to="/studio" className="text-ink underline underline-offset-2">
              {t('home.allKinds')}
            </Link>
          </p>
        )}
      </form>
    </Panel>
  )
}

function Numbers() {
  const t = useT()
  const mode = useMode()
  const { data: balance } = useQuery(balanceQuery)
  const { data: operations } = useQuery(operationsQuery(mode))
  const { data: usage } = useQuery({
    queryKey: ['usage', 'day', mode],
    queryFn: () => call('GET /api/v1/usage', { query: { by: 'day' } }),
  })
  const numbers = [
    {
      label: t('home.balance'),
      value: balance ? usd(balance.available_usd) : usage ? usd(0) : '–',
      to: '/money' as const,
    },
    { label: t('home.spent'), value: usage ? usd(usage.total.consumed_usd) : '–', to: '/money' as const },
    { label: t('home.tasks'), value: usage ? number(usage.total.tasks) : '–', to: '/tasks' as const },
    {
      label: t('home.operations'),
      value: operations ? `${operations.filter(({ available }) => available).length} / ${operations.length}` : '–',
      to: '/accounts' as const,
    },
  ]
  return (
    <div className="grid grid-cols-2 gap-px overflow-hidden rounded-xl border border-line bg-line md:grid-cols-4">
      {numbers.map(({ label, value, to }) => (
        <Link
          key={label}
          to={to}
          className="grid grid-cols-1 gap-0.5 bg-panel px-5 py-4 transition-colors hover:bg-hover"
        >
          <span className="text-soft text-xs">{label}</span>
          <span className="font-semibold text-xl tracking-tight tabular">{value}</span>
        </Link>
      ))}
    </div>
  )
}

function NextSteps({ hasMade }: { hasMade: boolean }) {
  const t = useT()
  const mode = useMode()
  const { data: keys } = useQuery({ queryKey: ['keys'], queryFn: () => call('GET /api/v1/keys') })
  const { data: accounts } = useQuery({ queryKey: ['accounts'], queryFn: () => call('GET /api/v1/accounts') })
  const { data: operations } = useQuery(operationsQuery(mode))
  const song = operations?.find(({ id }) => id === SONG)
  const steps = [
    { done: hasMade, title: t('home.step1'), about: t('home.step1About'), icon: WandSparkles, to: '/studio' as const },
    {
      done: keys?.items.some(({ last_used_at }) => last_used_at) ?? false,
      title: t('home.step2'),
      about: t('home.step2About'),
      icon: KeyRound,
      to: '/keys' as const,
    },
    {
      done: (accounts?.length ?? 0) > 0,
      title: t('home.step3'),
      about: t('home.step3About'),
      icon: Plug,
      to: '/accounts' as const,
    },
  ]
  return (
    <section className="grid grid-cols-1 gap-3">
      <h2 className="font-semibold">{t('home.next')}</h2>
      <div className="grid gap-4 lg:grid-cols-[1fr_1fr]">
        <Panel className="divide-y divide-line">
          {steps.map(({ done, title, about, icon: Icon, to }) => (
            <Link key={title} to={to} className="flex items-center gap-4 px-4 py-3.5 hover:bg-hover">
              <span
                className={cn(
                  'grid size-9 shrink-0 place-items-center rounded-full bg-hover text-soft [&_svg]:size-4',
                  done && 'bg-good-ground text-good',
                )}
              >
                {done ? <Check aria-hidden /> : <Icon aria-hidden />}
              </span>
              <span className="min-w-0 flex-1">
                <span className="block font-medium">{title}</span>
                <span className="block text-soft text-xs">{about}</span>
              </span>
              <ArrowRight aria-hidden className="size-4 text-soft" />
            </Link>
          ))}
        </Panel>
        {song && (
          <div className="grid grid-cols-1 min-w-0 content-start gap-2">
            <Code
              text={codeOf('curl', ownRequest(song.id, { gpt_description_prompt: t('home.idea') }), document.baseURI)}
            />
            <p className="text-soft text-xs">
              {t('home.docs')}{' '}
              <a href={new URL('docs', document.baseURI).href} className="text-ink underline underline-offset-2">
                {t('home.docsLink')}
              </a>
              {' · '}
              <a href={new URL('guide', document.baseURI).href} className="text-ink underline underline-offset-2">
                {t('home.guideLink')}
              </a>
            </p>
          </div>
        )}
      </div>
    </section>
  )
}

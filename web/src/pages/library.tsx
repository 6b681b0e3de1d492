import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { Box, Clapperboard, FileText, Images, Pause, Play, Search } from 'lucide-react'
import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import { call, fileAddress } from '../api/client.ts'
import { type Task, taskQuery } from '../api/queries.ts'
import { ago, clock } from '../i18n/format.ts'
import { useT } from '../i18n/i18n.ts'
import { ItemActions } from '../media/actions.tsx'
import { Output } from '../media/output.tsx'
import { madeBy, nameOf, tracksOf } from '../media/outputs.ts'
import { useMode } from '../shell/mode.ts'
import { play, type Track, usePlayer } from '../shell/player.ts'
import { useTitle } from '../shell/use-title.ts'
import { Button } from '../ui/button.tsx'
import { Cover } from '../ui/cover.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Input, Select } from '../ui/field.tsx'
import { Empty, Fault, Page, Panel } from '../ui/parts.tsx'

const route = getRouteApi('/inside/library')

const KINDS = {
  songs: 'clips,sounds',
  pictures: 'pictures',
  videos: 'videos',
  models: 'model',
  texts: 'lyrics,texts',
} as const
type KindName = keyof typeof KINDS

const DAY_MS = 86_400_000
const PAGE = 60
const TYPING_MS = 300

/** Everything that was made, as a grid that draws only what is seen. */
export function Library() {
  const t = useT()
  useTitle(t('nav.library'))
  const mode = useMode()
  const { kind, search = '', time, open } = route.useSearch()
  const navigate = route.useNavigate()
  const set = (next: Record<string, string | undefined>): void => {
    void navigate({ search: (before) => clean({ ...before, ...next }), replace: true })
  }
  const [typed, setTyped] = useState(search)
  useEffect(() => {
    if (typed === search) return
    const timer = setTimeout(() => set({ search: typed }), TYPING_MS)
    return () => clearTimeout(timer)
  })
  const [now] = useState(() => Date.now())
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage, isPending } = useInfiniteQuery({
    queryKey: ['tasks', 'library', mode, kind, search, time],
    queryFn: ({ pageParam }) =>
      call('GET /polyphony/v1/tasks', {
        query: {
          status: 'completed',
          limit: PAGE,
          ...(kind && kind in KINDS ? { kind: KINDS[kind as KindName] } : {}),
          ...(search ? { search } : {}),
          ...(time ? { created_from: String(now - Number(time) * DAY_MS) } : {}),
          ...(pageParam ? { cursor: pageParam } : {}),
        },
      }),
    initialPageParam: '',
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
  })
  const tasks = data?.pages.flatMap((page) => page.tasks) ?? []
  const isFiltered = Boolean(kind || search || time)
  return (
    <Page title={t('nav.library')} about={t('library.about')} wide>
      <div className="mb-5 flex flex-wrap gap-2">
        <div className="relative min-w-48 flex-1 sm:max-w-sm">
          <Search aria-hidden className="absolute top-2.5 left-3 size-4 text-soft" />
          <Input
            type="search"
            aria-label={t('library.search')}
            placeholder={t('library.search')}
            value={typed}
            maxLength={200}
            onChange={({ target }) => setTyped(target.value)}
            className="pl-9"
          />
        </div>
        <Select
          aria-label={t('library.kind')}
          value={kind ?? ''}
          onChange={({ target }) => set({ kind: target.value })}
          className="w-auto"
        >
          <option value="">{t('library.allKinds')}</option>
          {Object.keys(KINDS).map((name) => (
            <option key={name} value={name}>
              {t(`library.${name as KindName}`)}
            </option>
          ))}
        </Select>
        <Select
          aria-label={t('library.time')}
          value={time ?? ''}
          onChange={({ target }) => set({ time: target.value })}
          className="w-auto"
        >
          <option value="">{t('library.anyTime')}</option>
          <option value="1">{t('library.day')}</option>
          <option value="7">{t('library.week')}</option>
          <option value="30">{t('library.month')}</option>
        </Select>
      </div>
      {error && <Fault error={error} retry={() => void refetch()} />}
      {tasks.length > 0 && (
        <Grid
          tasks={tasks}
          onOpen={(id) => set({ open: id })}
          onEnd={() => {
            if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
          }}
        />
      )}
      {!isPending && !error && tasks.length === 0 && (
        <Panel>
          {isFiltered ? (
            <Empty
              icon={<Search />}
              title={t('library.noneFound')}
              action={
                <Button
                  onClick={() => {
                    setTyped('')
                    set({ kind: undefined, search: undefined, time: undefined })
                  }}
                >
                  {t('library.clear')}
                </Button>
              }
            >
              {t('library.noneFoundAbout')}
            </Empty>
          ) : (
            <Empty
              icon={<Images />}
              title={t('library.emptyTitle')}
              action={
                <Button look="primary" asChild>
                  <Link to="/studio">{t('library.toStudio')}</Link>
                </Button>
              }
            >
              {t('library.empty')}
            </Empty>
          )}
        </Panel>
      )}
      {open && <Opened id={open} onClose={() => set({ open: undefined })} />}
    </Page>
  )
}

const clean = (search: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(search).filter((one): one is [string, string] => Boolean(one[1])))

const CELL_PX = 190
const CAPTION_PX = 58
const GAP_PX = 16

interface GridProps {
  tasks: readonly Task[]
  onOpen: (id: string) => void
  onEnd: () => void
}

function Grid({ tasks, onOpen, onEnd }: GridProps) {
  const place = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(0)
  useLayoutEffect(() => {
    const element = place.current
    if (!element) return
    const observer = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width ?? 0))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  const columns = Math.max(2, Math.floor((width + GAP_PX) / (CELL_PX + GAP_PX)))
  const sizePx = (width - GAP_PX * (columns - 1)) / columns
  const rows = Math.ceil(tasks.length / columns)
  const virtual = useWindowVirtualizer({
    count: width === 0 ? 0 : rows,
    estimateSize: () => sizePx + CAPTION_PX + GAP_PX,
    overscan: 3,
    scrollMargin: place.current?.offsetTop ?? 0,
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: other cells have other heights
  useEffect(() => virtual.measure(), [sizePx])
  const shown = virtual.getVirtualItems()
  const last = shown.at(-1)?.index ?? 0
  useEffect(() => {
    if (last >= rows - 2) onEnd()
  }, [last, rows, onEnd])
  const tracks = tasks.flatMap(tracksOf)
  return (
    <div ref={place} style={{ height: virtual.getTotalSize(), position: 'relative' }}>
      {shown.map(({ index, key, start }) => (
        <div
          key={key}
          className="absolute inset-x-0 grid"
          style={{
            gap: GAP_PX,
            gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
            transform: `translateY(${start - virtual.options.scrollMargin}px)`,
          }}
        >
          {tasks.slice(index * columns, (index + 1) * columns).map((task) => (
            <Cell key={task.id} task={task} tracks={tracks} onOpen={() => onOpen(task.id)} />
          ))}
        </div>
      ))}
    </div>
  )
}

function Cell({ task, tracks, onOpen }: { task: Task; tracks: readonly Track[]; onOpen: () => void }) {
  const t = useT()
  const { track: current, isPlaying } = usePlayer()
  const [own] = tracksOf(task)
  const isOn = current !== null && current.taskId === task.id && isPlaying
  const name = own?.title || nameOf(task)
  return (
    <article className="group grid gap-2">
      <div className="relative aspect-square overflow-hidden rounded-xl bg-hover">
        <Thumbnail task={task} name={name} />
        <button
          type="button"
          onClick={onOpen}
          aria-label={t('library.open', { name })}
          className="absolute inset-0 rounded-xl"
        />
        {own && (
          <button
            type="button"
            onClick={() => play(current?.taskId === task.id ? current : own, tracks)}
            aria-label={`${isOn ? t('player.pause') : t('player.play')}: ${name}`}
            className="absolute right-2.5 bottom-2.5 grid size-10 place-items-center rounded-full bg-black/65 text-white transition-transform hover:scale-105 [&_svg]:size-5"
          >
            {isOn ? <Pause /> : <Play />}
          </button>
        )}
      </div>
      <div className="min-w-0">
        <p className="truncate font-medium leading-tight">{name}</p>
        <p className="truncate text-soft text-xs">
          {task.operation.split('/').slice(-2).join(' · ')} · {ago(task.created_at)}
        </p>
      </div>
    </article>
  )
}

function Thumbnail({ task, name }: { task: Task; name: string }) {
  const { clips, pictures, videos, sounds, model, lyrics, texts } = madeBy(task)
  const [picture] = pictures
  const [video] = videos
  const [clip] = clips
  if (picture)
    return (
      <img src={fileAddress(picture.file)} alt="" loading="lazy" decoding="async" className="size-full object-cover" />
    )
  if (video) {
    return (
      <>
        {video.cover ? (
          <img
            src={fileAddress(video.cover)}
            alt=""
            loading="lazy"
            decoding="async"
            className="size-full object-cover"
          />
        ) : (
          <video
            src={fileAddress(video.file)}
            muted
            playsInline
            preload="metadata"
            className="size-full object-cover"
          />
        )}
        <span className="absolute top-2 left-2 flex items-center gap-1 rounded-md bg-black/70 px-1.5 py-0.5 text-white text-xs tabular [&_svg]:size-3">
          <Clapperboard aria-hidden />
          {clock(video.seconds)}
        </span>
      </>
    )
  }
  if (clip) return <Cover url={clip.image} title={name} className="size-full" />
  if (sounds.length > 0) return <Cover url="" title={name} className="size-full" />
  if (model) {
    return model.picture ? (
      <img src={fileAddress(model.picture)} alt="" loading="lazy" className="size-full object-contain p-4" />
    ) : (
      <span className="grid size-full place-items-center text-soft">
        <Box className="size-12" />
      </span>
    )
  }
  const text = lyrics[0]?.text ?? texts[0]
  return (
    <span className="block size-full overflow-hidden p-4 text-left text-soft text-xs leading-relaxed">
      {text ? (
        <span className="line-clamp-10 whitespace-pre-line">{text}</span>
      ) : (
        <FileText aria-hidden className="m-auto size-10" />
      )}
    </span>
  )
}

function Opened({ id, onClose }: { id: string; onClose: () => void }) {
  const t = useT()
  const { data: task, error } = useQuery(taskQuery(id))
  return (
    <Dialog
      open
      onClose={onClose}
      title={task ? nameOf(task) : '…'}
      about={task && `${task.operation} · ${ago(task.created_at)}`}
      wide
    >
      {error && <Fault error={error} />}
      {task && <Output task={task} actions={(item) => <ItemActions task={task} item={item} />} />}
      <div className="mt-5 flex justify-end">
        <Button size="small" asChild>
          <Link to="/tasks/$id" params={{ id }}>
            {t('library.details')}
          </Link>
        </Button>
      </div>
    </Dialog>
  )
}

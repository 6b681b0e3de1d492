import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useRouter } from '@tanstack/react-router'
import { Images, Search } from 'lucide-react'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { type TaskNews, useTaskFeed } from '../../api/feed.ts'
import { type Task, taskQuery } from '../../api/queries.ts'
import { useT } from '../../i18n/i18n.ts'
import { tracksOf } from '../../media/outputs.ts'
import { useMode } from '../../shell/mode.ts'
import { currentTrack, play, type Track } from '../../shell/player.ts'
import { mayMake, useSession } from '../../shell/session.ts'
import { useTitle } from '../../shell/use-title.ts'
import { Button } from '../../ui/button.tsx'
import { Empty, Fault, Page, Panel } from '../../ui/parts.tsx'
import { sayError } from '../../ui/toast.tsx'
import { Cell } from './cell.tsx'
import { Filters } from './filters.tsx'
import { Grid } from './grid.tsx'
import { type Filter, itemsQuery, type LibraryItem, markFavourite, refreshHead } from './items.ts'
import { Opened } from './opened.tsx'
import { SelectionBar } from './selection-bar.tsx'

const route = getRouteApi('/inside/library')
const REREAD_MS = 1_000

/** What stands for the items of a library that is still to come. */
const PLACES = ['1', '2', '3', '4', '5', '6', '7', '8']

/** Everything that was made, as a grid that draws only what is seen. */
export function Library() {
  const t = useT()
  useTitle(t('nav.library'))
  const mode = useMode()
  const mayChange = mayMake(useSession())
  const { open, play: toPlay, ...filter } = route.useSearch()
  const navigate = route.useNavigate()
  const set = useCallback(
    (next: Record<string, string | undefined>, asNew = false): void => {
      void navigate({ search: (before) => clean({ ...before, ...next }), replace: !asNew, resetScroll: false })
    },
    [navigate],
  )
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage, isPending } = useInfiniteQuery(
    itemsQuery(mode, filter),
  )
  const items = useMemo(() => data?.pages.flatMap((page) => page.items) ?? [], [data])
  const selection = useSelection(items)
  useNewItems(mode, filter)
  useFirstTrack(toPlay)

  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage])
  const shown = useRef(items)
  shown.current = items
  const onPlay = useCallback((item: LibraryItem) => {
    const current = currentTrack()
    const [first] = item.tracks
    if (first) play(current?.taskId === item.id ? current : first, tracksAround(shown.current, item))
  }, [])
  const { onOpen, onClose } = useOpened(set)
  const onFavourite = useCallback(({ id, isFavourite }: LibraryItem) => {
    markFavourite([id], !isFavourite).catch(sayError)
  }, [])

  const isFiltered = Object.values(filter).some(Boolean)
  return (
    <Page title={t('nav.library')} about={t('library.about')} wide>
      <Filters filter={filter} onChange={set} />
      {error && <Fault error={error} retry={() => void refetch()} />}
      {items.length > 0 && (
        <Grid items={items} onEnd={onEnd}>
          {(item) => (
            <Cell
              key={item.id}
              item={item}
              isSelected={selection.ids.has(item.id)}
              isSelecting={selection.ids.size > 0}
              mayChange={mayChange}
              onOpen={onOpen}
              onPlay={onPlay}
              onSelect={selection.toggle}
              onFavourite={onFavourite}
            />
          )}
        </Grid>
      )}
      {isPending && (
        <div aria-hidden className="grid grid-cols-2 gap-4 md:grid-cols-4">
          {PLACES.map((place) => (
            <div key={place} className="aspect-square animate-breathe rounded-xl bg-hover/70" />
          ))}
        </div>
      )}
      {!isPending && !error && items.length === 0 && (
        <Panel>
          {isFiltered ? (
            <Empty icon={<Search />} title={t('library.noneFound')}>
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
      {selection.ids.size > 0 && (
        <SelectionBar
          items={items.filter(({ id }) => selection.ids.has(id))}
          mayChange={mayChange}
          onClear={selection.clear}
        />
      )}
      {open && <Opened id={open} onClose={onClose} />}
    </Page>
  )
}

/** Opens an item at an address of its own, so that the browser's way back closes it, as a phone's does. */
function useOpened(set: (next: { open: string | undefined }, asNew?: boolean) => void) {
  const router = useRouter()
  const wasOpenedHere = useRef(false)
  const onOpen = useCallback(
    (id: string) => {
      wasOpenedHere.current = true
      set({ open: id }, true)
    },
    [set],
  )
  const onClose = useCallback(() => {
    if (wasOpenedHere.current) router.history.back()
    else set({ open: undefined })
    wasOpenedHere.current = false
  }, [router, set])
  return { onOpen, onClose }
}

const clean = (search: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(search).filter((one): one is [string, string] => Boolean(one[1])))

/** Some songs before and after the one that was chosen; all of a large library would be a queue that nobody hears. */
const QUEUE = 200

function tracksAround(items: readonly LibraryItem[], item: LibraryItem): Track[] {
  const at = Math.max(0, items.indexOf(item) - QUEUE / 2)
  return items.slice(at, at + QUEUE).flatMap(({ tracks }) => tracks)
}

/** What is selected among the items; with the shift key, all from the last one on. */
function useSelection(items: readonly LibraryItem[]) {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set())
  const last = useRef<string>(undefined)
  const known = useRef(items)
  known.current = items
  const toggle = useCallback((id: string, isRange: boolean): void => {
    const all = known.current.map((item) => item.id)
    const from = isRange && last.current !== undefined ? all.indexOf(last.current) : -1
    const to = all.indexOf(id)
    const range = from === -1 ? [id] : all.slice(Math.min(from, to), Math.max(from, to) + 1)
    last.current = id
    setIds((before) => {
      const next = new Set(before)
      const isRemoving = from === -1 && before.has(id)
      for (const one of range) isRemoving ? next.delete(one) : next.add(one)
      return next
    })
  }, [])
  const clear = useCallback(() => setIds(new Set()), [])
  useEffect(() => {
    if (ids.size === 0) return
    const onKey = ({ key }: KeyboardEvent): void => {
      if (key === 'Escape') clear()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [ids.size, clear])
  return { ids, toggle, clear }
}

/** Puts new things on top as they are made. */
function useNewItems(mode: string, filter: Filter): void {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const current = useRef({ mode, filter })
  current.current = { mode, filter }
  const onNews = useCallback((news: TaskNews | 'changed') => {
    if (news !== 'changed' && news.status === 'processing') return
    timer.current ??= setTimeout(() => {
      timer.current = undefined
      // The next news, or the next visit, read it again.
      refreshHead(current.current.mode, current.current.filter).catch(() => {})
    }, REREAD_MS)
  }, [])
  useTaskFeed(onNews)
  useEffect(() => () => clearTimeout(timer.current), [])
}

/** Plays the tasks that the address names, one after the other, as a link does that was made for it. */
function useFirstTrack(ids: string | undefined): void {
  const [first = '', ...others] = ids?.split(',') ?? []
  const { data: task } = useQuery({ ...taskQuery(first), enabled: first !== '' })
  const { data: next } = useQuery({ ...taskQuery(others[0] ?? ''), enabled: others.length > 0 })
  const hasBegun = useRef(false)
  useEffect(() => {
    if (!task || (others.length > 0 && !next) || hasBegun.current) return
    const tracks = [task, next].flatMap((one) => (one ? tracksOf(one as Task) : []))
    if (!tracks[0]) return
    hasBegun.current = true
    play(tracks[0], tracks)
  }, [task, next, others.length])
}

import { type InfiniteData, infiniteQueryOptions } from '@tanstack/react-query'
import { call, fileAddress } from '../../api/client.ts'
import { deletedTasks } from '../../api/feed.ts'
import { queryClient, type Status, type Task } from '../../api/queries.ts'
import { madeBy } from '../../media/made.ts'
import { nameOf, tracksOf } from '../../media/outputs.ts'
import type { Track } from '../../shell/player.ts'

/** What the grid shows of a task. Much smaller than the task: someone may scroll through a hundred thousand. */
export interface LibraryItem {
  id: string
  name: string
  operation: string
  at: number
  status: Status
  isFavourite: boolean
  tracks: Track[]
  picture: Picture
}

/** Addresses are those of this host, so that nothing is computed while one scrolls. */
export type Picture =
  | { kind: 'image'; url: string; isWhole?: true }
  | { kind: 'video'; url: string; cover: string; seconds: number }
  | { kind: 'cover'; url: string }
  | { kind: 'text'; text: string }
  | { kind: 'model' }

const TEXT_SHOWN = 400

export function itemOf(task: Task): LibraryItem {
  const tracks = tracksOf(task)
  return {
    id: task.id,
    name: tracks[0]?.title || nameOf(task),
    operation: task.operation,
    at: task.created_at,
    status: task.status,
    isFavourite: task.favourite,
    tracks,
    picture: pictureOf(task),
  }
}

function pictureOf(task: Task): Picture {
  const { clips, pictures, videos, sounds, model, lyrics, texts } = madeBy(task)
  const [picture] = pictures
  const [video] = videos
  const [clip] = clips
  if (picture) return { kind: 'image', url: fileAddress(picture.file) }
  if (video) {
    const cover = video.cover && fileAddress(video.cover)
    return { kind: 'video', url: fileAddress(video.file), cover, seconds: video.seconds }
  }
  if (clip) return { kind: 'cover', url: clip.image }
  if (sounds.length > 0) return { kind: 'cover', url: '' }
  if (model)
    return model.picture ? { kind: 'image', url: fileAddress(model.picture), isWhole: true } : { kind: 'model' }
  return { kind: 'text', text: (lyrics[0]?.text ?? texts[0] ?? '').slice(0, TEXT_SHOWN) }
}

export const KINDS = {
  songs: 'clips,sounds',
  pictures: 'pictures',
  videos: 'videos',
  models: 'model',
  texts: 'lyrics,texts',
} as const
export type KindName = keyof typeof KINDS

export const STATES = {
  completed: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
  unfinished: 'staged,pending,submitting,uncertain,processing',
} as const
export type StateName = keyof typeof STATES

/** As the address of the page has it; what is absent does not matter. */
export interface Filter {
  kind?: string
  model?: string
  status?: string
  key?: string
  time?: string
  search?: string
  favourite?: string
}

const DAY_MS = 86_400_000
const PAGE = 100

interface ItemPage {
  items: LibraryItem[]
  next: string | null
}
type Items = InfiniteData<ItemPage, string>

/** The start of a time is rounded, so that a list is found again under its filter. */
const since = (days: string): number => Math.floor((Date.now() - Number(days) * DAY_MS) / 60_000) * 60_000

async function readPage(filter: Filter, cursor: string): Promise<ItemPage> {
  const { kind, model, status = 'completed', key, time, search, favourite } = filter
  const { tasks, next_cursor: next } = await call('GET /polyphony/v1/tasks', {
    query: {
      limit: PAGE,
      ...(status in STATES ? { status: STATES[status as StateName] } : {}),
      ...(kind && kind in KINDS ? { kind: KINDS[kind as KindName] } : {}),
      ...(model ? { model } : {}),
      ...(key ? { key } : {}),
      ...(time ? { created_from: String(since(time)) } : {}),
      ...(search ? { search } : {}),
      ...(favourite ? { favourite: true } : {}),
      ...(cursor ? { cursor } : {}),
    },
  })
  return { items: tasks.map(itemOf), next }
}

export const itemsQuery = (mode: string, filter: Filter) =>
  infiniteQueryOptions({
    queryKey: ['library', mode, filter],
    queryFn: ({ pageParam }) => readPage(filter, pageParam),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next ?? undefined,
    // Comparing ten thousand items with themselves would take longer than drawing those that are seen.
    structuralSharing: false,
    // What is new comes by `refreshHead`: reading all pages again would be a request for each.
    staleTime: Number.POSITIVE_INFINITY,
  })

/** Puts what is new before what is there. */
export async function refreshHead(mode: string, filter: Filter): Promise<void> {
  const { queryKey } = itemsQuery(mode, filter)
  if (!queryClient.getQueryData(queryKey)) return
  const head = await readPage(filter, '')
  queryClient.setQueryData<Items>(queryKey, (data) => {
    const [first, ...others] = data?.pages ?? []
    if (!data || !first) return data
    const read = new Set(head.items.map(({ id }) => id))
    const oldest = head.items.at(-1)?.id ?? ''
    // Older ones than the head are as they were; those of its time that it lacks are gone.
    const older = first.items.filter(({ id }) => !read.has(id) && head.next !== null && id < oldest)
    return { ...data, pages: [{ ...first, items: [...head.items, ...older] }, ...others] }
  })
}

function changeAll(change: (items: LibraryItem[]) => LibraryItem[]): void {
  queryClient.setQueriesData<Items>({ queryKey: ['library'] }, (data) =>
    data ? { ...data, pages: data.pages.map((page) => ({ ...page, items: change(page.items) })) } : data,
  )
}

export async function markFavourite(ids: readonly string[], isFavourite: boolean): Promise<void> {
  const some = new Set(ids)
  const show = (is: boolean) =>
    changeAll((items) => items.map((item) => (some.has(item.id) ? { ...item, isFavourite: is } : item)))
  show(isFavourite)
  try {
    for (const task of await each(ids, (id) =>
      call('PATCH /polyphony/v1/tasks/{id}', { path: { id }, body: { favourite: isFavourite } }),
    )) {
      queryClient.setQueryData(['task', task.id], task)
    }
  } catch (error) {
    show(!isFavourite)
    throw error
  }
}

/** Deletes tasks. Returns what brings them back, for some time. */
export async function removeItems(ids: readonly string[]): Promise<() => Promise<void>> {
  const some = new Set(ids)
  for (const id of ids) deletedTasks.add(id)
  const before = queryClient.getQueriesData<Items>({ queryKey: ['library'] })
  const bringBack = (): void => {
    for (const id of ids) deletedTasks.delete(id)
    for (const [key, data] of before) queryClient.setQueryData(key, data)
  }
  changeAll((items) => (items.some(({ id }) => some.has(id)) ? items.filter(({ id }) => !some.has(id)) : items))
  try {
    await each(ids, (id) => call('DELETE /polyphony/v1/tasks/{id}', { path: { id } }))
  } catch (error) {
    bringBack()
    throw error
  }
  return async () => {
    bringBack()
    await each(ids, (id) => call('POST /polyphony/v1/tasks/{id}/restore', { path: { id } }))
    await queryClient.invalidateQueries({ queryKey: ['tasks'] })
  }
}

const AT_ONCE = 6

/** One call for each, some at a time. */
async function each<Result>(ids: readonly string[], run: (id: string) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = []
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    results.push(...(await Promise.all(ids.slice(at, at + AT_ONCE).map(run))))
  }
  return results
}

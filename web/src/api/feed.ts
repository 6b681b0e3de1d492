import type { InfiniteData } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useMode } from '../shell/mode.ts'
import { addressOf, modeHeader } from './client.ts'
import { hasEnded, queryClient, type Status, setFeed, type Task, taskQuery } from './queries.ts'

/**
 * News of all tasks, by one stream for the whole page in place of polling. It is open while a page that shows tasks is seen:
 * browsers hold few connections to one host, and a hidden tab needs none.
 */

export interface TaskNews {
  id: string
  status: Status
  progress: number
}
type Listener = (news: TaskNews | 'changed') => void

const PAUSE_MS = 2_000
/** Lists are read again at most this often. */
const REREAD_MS = 1_000

const listeners = new Set<Listener>()
let users = 0
let stream: AbortController | undefined
let lastId = ''
let isOpen = false

setFeed(() => isOpen)

/** Tasks that were deleted here: reading one again would only tell that it is gone. */
export const deletedTasks = new Set<string>()

/** Keeps the stream open while the component is there, and the tasks in memory current. */
export function useTaskFeed(listener?: Listener): void {
  const mode = useMode()
  useEffect(() => {
    users += 1
    // Another mode is another stream.
    if (streamMode !== mode) close()
    streamMode = mode
    check()
    return () => {
      users -= 1
      // The next page may need it as well.
      setTimeout(check, PAUSE_MS)
    }
  }, [mode])
  useEffect(() => {
    if (!listener) return
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }, [listener])
}

let streamMode: string | undefined
document.addEventListener('visibilitychange', check)

function check(): void {
  const isWanted = users > 0 && document.visibilityState === 'visible'
  if (!isWanted) close()
  else if (!stream) {
    stream = new AbortController()
    void follow(stream.signal)
  }
}

function close(): void {
  stream?.abort()
  stream = undefined
  isOpen = false
}

async function follow(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const headers = { accept: 'text/event-stream', ...modeHeader(), ...(lastId ? { 'last-event-id': lastId } : {}) }
      const response = await fetch(addressOf('/polyphony/v1/events', {}), { headers, signal })
      if (response.status === 401 || response.status === 403) return
      if (response.ok && response.body) {
        isOpen = true
        await read(response.body)
      }
    } catch {
      // It broke, or was ended by us: the loop tells which.
    }
    if (signal.aborted) return
    isOpen = false
    await new Promise((wake) => setTimeout(wake, PAUSE_MS))
  }
}

async function read(body: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  for (;;) {
    const { value, done } = await reader.read()
    if (done) return
    text += value
    const events = text.split('\n\n')
    text = events.pop() ?? ''
    for (const event of events) take(event)
  }
}

function take(event: string): void {
  const fields = new Map(
    event.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
  )
  lastId = fields.get('id') ?? lastId
  const kind = fields.get('event')
  if (kind === 'changed') tell('changed')
  if (kind === 'task') tell(JSON.parse(fields.get('data') ?? '{}') as TaskNews)
}

function tell(news: TaskNews | 'changed'): void {
  if (news === 'changed') rereadLists()
  else keepCurrent(news)
  for (const listener of listeners) listener(news)
}

function keepCurrent({ id, status, progress }: TaskNews): void {
  const { queryKey } = taskQuery(id)
  const known = queryClient.getQueryData(queryKey)
  const patch = (task: Task): Task => ({ ...task, status, progress })
  if (known && !hasEnded({ status })) queryClient.setQueryData(queryKey, patch(known))
  // The end has the result, the money and the times: the whole task is read.
  if (hasEnded({ status })) void readEnd(id, known !== undefined)
  else patchLists(id, patch)
}

async function readEnd(id: string, isKnown: boolean): Promise<void> {
  if (deletedTasks.has(id)) return rereadLists()
  if (!isKnown && !isListed(id)) return rereadLists()
  await queryClient.invalidateQueries({ queryKey: ['task', id], refetchType: 'none' })
  // One that was deleted is found no more, and lists are read without it.
  const task = await queryClient.fetchQuery({ ...taskQuery(id), staleTime: 0, retry: false }).catch(() => undefined)
  if (task) patchLists(id, () => task)
  rereadLists()
}

type Page = { tasks: Task[] }
type Listed = Page | InfiniteData<Page>

const pagesOf = (data: Listed | undefined): Page[] => (!data ? [] : 'pages' in data ? data.pages : [data])

function isListed(id: string): boolean {
  return queryClient
    .getQueriesData<Listed>({ queryKey: ['tasks'] })
    .some(([, data]) => pagesOf(data).some((page) => page.tasks?.some((task) => task.id === id)))
}

function patchLists(id: string, patch: (task: Task) => Task): void {
  const patched = (page: Page): Page =>
    page.tasks?.some((task) => task.id === id)
      ? { ...page, tasks: page.tasks.map((task) => (task.id === id ? patch(task) : task)) }
      : page
  queryClient.setQueriesData<Listed>({ queryKey: ['tasks'] }, (data) => {
    if (!data) return data
    return 'pages' in data ? { ...data, pages: data.pages.map(patched) } : patched(data)
  })
}

let rereading: ReturnType<typeof setTimeout> | undefined

function rereadLists(): void {
  if (rereading !== undefined) return
  rereading = setTimeout(() => {
    rereading = undefined
    for (const key of ['tasks', 'batches', 'balance']) void queryClient.invalidateQueries({ queryKey: [key] })
  }, REREAD_MS)
}

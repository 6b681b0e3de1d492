import { QueryClient, queryOptions } from '@tanstack/react-query'
import { type Answer, ApiError, call } from './client.ts'
import { pollMs } from './poll-interval.ts'
import type { Routes } from './routes.ts'

const isRefusal = (error: Error | null): boolean =>
  error instanceof ApiError && error.status >= 400 && error.status < 500

export const queryClient = new QueryClient({
  defaultOptions: {
    // A gateway on this machine or in this house answers without the internet, of which browsers speak as the network.
    mutations: { networkMode: 'always' },
    queries: {
      networkMode: 'always',
      staleTime: 10_000,
      // What is refused stays refused; what did not arrive may the next time.
      retry: (count, error) => count < 2 && !isRefusal(error),
    },
  },
})

export type Session = Answer<'GET /api/workspace/session'>
export type Task = Routes['GET /polyphony/v1/tasks/{id}']['answer']
export type Operation = Routes['GET /polyphony/v1/operations']['answer']['operations'][number]
export type Status = Task['status']

export const ENDED: readonly Status[] = ['completed', 'failed', 'cancelled']
export const hasEnded = ({ status }: Pick<Task, 'status'>): boolean => ENDED.includes(status)

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: () => call('GET /api/workspace/session'),
  staleTime: 60_000,
  // In another tab, someone may have signed out, or gone to another tenant.
  refetchOnWindowFocus: 'always',
})

export const operationsQuery = (mode: 'live' | 'test') =>
  queryOptions({
    queryKey: ['operations', mode],
    queryFn: async () => (await call('GET /polyphony/v1/operations', { query: { all: true } })).operations,
    staleTime: 5 * 60_000,
  })

let hasFeed = (): boolean => false

/** Tells whether the end of a task is announced. */
export function setFeed(is: () => boolean): void {
  hasFeed = is
}

/** A task, which is read again until it has ended. */
export const taskQuery = (id: string) =>
  queryOptions({
    queryKey: ['task', id],
    queryFn: () => call('GET /polyphony/v1/tasks/{id}', { path: { id } }),
    refetchInterval: ({ state: { data, error } }) => {
      // What is refused stays so; a gateway that does not answer for a while will tell the end.
      if (isRefusal(error) || (data && hasEnded(data))) return false
      return pollMs(data, { hasFeed: hasFeed(), now: Date.now() })
    },
  })

export const balanceQuery = queryOptions({
  queryKey: ['balance'],
  queryFn: async () => (await call('GET /api/v1/ledger', { query: { limit: 1 } })).items[0],
})

import { useSyncExternalStore } from 'react'
import { setMode } from '../api/client.ts'
import { queryClient } from '../api/queries.ts'
import { keep, readKept } from './kept.ts'

const KEPT = 'mode'
const listeners = new Set<() => void>()

export function getMode(): 'live' | 'test' {
  return readKept(KEPT) === 'test' ? 'test' : 'live'
}

/** Live tasks are paid; test tasks run on the sandbox, and are kept apart from them. */
export function chooseMode(mode: 'live' | 'test'): void {
  keep(KEPT, mode)
  setMode(mode)
  for (const listener of listeners) listener()
  queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' && queryKey[0] !== 'operations' })
}

export function useMode(): 'live' | 'test' {
  return useSyncExternalStore((listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }, getMode)
}

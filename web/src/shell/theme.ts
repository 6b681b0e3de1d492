import { useSyncExternalStore } from 'react'
import { keep, readKept } from './kept.ts'

export type Theme = 'light' | 'dark' | 'system'

const KEPT = 'theme'
const listeners = new Set<() => void>()

export function getTheme(): Theme {
  const stored = readKept(KEPT)
  return stored === 'light' || stored === 'dark' ? stored : 'system'
}

export function setTheme(theme: Theme): void {
  keep(KEPT, theme === 'system' ? null : theme)
  applyTheme()
  for (const listener of listeners) listener()
}

export function applyTheme(): void {
  const theme = getTheme()
  if (theme === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
}

export function useTheme(): Theme {
  return useSyncExternalStore((listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }, getTheme)
}

import { useSyncExternalStore } from 'react'

export type Theme = 'light' | 'dark' | 'system'

const STORED = 'polyphony.theme'
const listeners = new Set<() => void>()

export function getTheme(): Theme {
  const stored = localStorage.getItem(STORED)
  return stored === 'light' || stored === 'dark' ? stored : 'system'
}

export function setTheme(theme: Theme): void {
  if (theme === 'system') localStorage.removeItem(STORED)
  else localStorage.setItem(STORED, theme)
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

import { useState } from 'react'
import { doLater } from './toast.tsx'

/** Rows that the page no longer shows, while their removal can still be undone. */
export function useRemovals() {
  const [gone, setGone] = useState<ReadonlySet<string>>(new Set())
  return {
    isGone: (id: string): boolean => gone.has(id),
    /** Takes a row away at once, and does what removes it when the time to undo it is over. */
    remove(id: string, text: string, run: () => Promise<unknown>): void {
      setGone((now) => new Set([...now, id]))
      doLater(text, run, () => setGone((now) => new Set([...now].filter((one) => one !== id))))
    },
  }
}

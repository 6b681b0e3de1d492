import { useSyncExternalStore } from 'react'
import { useT } from '../i18n/i18n.ts'
import { messageOf } from '../i18n/messages.ts'
import { Button } from './button.tsx'
import { cn } from './classes.ts'

interface Toast {
  id: number
  text: string
  tone: 'info' | 'bad'
  undo?: () => void
}

const SHOWN_MS = 6_000

let toasts: readonly Toast[] = []
let nextId = 1
const listeners = new Set<() => void>()

function set(next: readonly Toast[]): void {
  toasts = next
  for (const listener of listeners) listener()
}

const remove = (id: number): void => set(toasts.filter((one) => one.id !== id))

function add(toast: Omit<Toast, 'id'>): number {
  const id = nextId++
  set([...toasts.slice(-3), { ...toast, id }])
  setTimeout(() => remove(id), SHOWN_MS)
  return id
}

export function say(text: string): void {
  add({ text, tone: 'info' })
}

export function sayError(error: unknown): void {
  add({ text: messageOf(error), tone: 'bad' })
}

/**
 * Does something that cannot be taken back, but only when the time to undo it is over. `revert` brings back what the page
 * took away.
 */
export function doLater(text: string, run: () => Promise<unknown>, revert: () => void): void {
  const begin = (): void => {
    if (!waiting.delete(begin)) return
    run().catch((error: unknown) => {
      revert()
      sayError(error)
    })
  }
  waiting.add(begin)
  add({
    text,
    tone: 'info',
    undo: () => {
      waiting.delete(begin)
      revert()
    },
  })
  setTimeout(begin, SHOWN_MS)
}

/** What can still be undone. Who leaves the page has not undone it. */
const waiting = new Set<() => void>()
addEventListener('pagehide', () => {
  for (const begin of waiting) begin()
})

/** Says what was done, with a way back while it is shown. */
export function sayDone(text: string, undo: () => void): void {
  add({ text, tone: 'info', undo })
}

export function Toasts() {
  const t = useT()
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => toasts,
  )
  return (
    <div
      role="status"
      aria-live="polite"
      className="pointer-events-none fixed inset-x-3 bottom-32 z-[60] grid justify-items-center gap-2 md:right-5 md:bottom-24 md:left-auto md:justify-items-end"
    >
      {shown.map(({ id, text, tone, undo }) => (
        <div
          key={id}
          className={cn(
            'pointer-events-auto flex max-w-md animate-appear items-center gap-3 rounded-xl border border-line bg-raised px-4 py-2.5 shadow-float',
            tone === 'bad' && 'text-bad',
          )}
        >
          <span>{text}</span>
          {undo && (
            <Button
              size="small"
              onClick={() => {
                undo()
                remove(id)
              }}
            >
              {t('common.undo')}
            </Button>
          )}
        </div>
      ))}
    </div>
  )
}

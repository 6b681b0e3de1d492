import { X } from 'lucide-react'
import { Dialog as Radix } from 'radix-ui'
import { type ReactNode, useRef } from 'react'
import { useT } from '../i18n/i18n.ts'
import { Button } from './button.tsx'
import { cn } from './classes.ts'

/**
 * For the content of a dialog that other things open than a trigger of its own: when it closes, the focus is again where it was, or on
 * the page where that is gone.
 */
export function useReturningFocus(): { onOpenAutoFocus: () => void; onCloseAutoFocus: (event: Event) => void } {
  const opener = useRef<HTMLElement>(null)
  return {
    onOpenAutoFocus() {
      opener.current = openerOf(document.activeElement)
    },
    onCloseAutoFocus(event) {
      event.preventDefault() // or Radix looks for its trigger
      const place = opener.current?.isConnected ? opener.current : document.getElementById('main')
      place?.focus({ preventScroll: true })
    },
  }
}

/** What had the focus; of a menu, which is gone by then, the button that opened it. */
function openerOf(focused: Element | null): HTMLElement | null {
  const button = focused?.closest('[role=menu]')?.getAttribute('aria-labelledby')
  if (button) return document.getElementById(button)
  return focused instanceof HTMLElement && focused !== document.body ? focused : null
}

/** Where one begins to fill in a form; null where there is none, or where the keyboard of a phone would cover it. */
function firstFieldOf(content: Element): HTMLElement | null {
  if (matchMedia('(pointer: coarse)').matches) return null
  return content.querySelector<HTMLElement>('form :is(input, textarea, select):not([type=file], :disabled)')
}

interface DialogProps {
  open: boolean
  onClose: () => void
  title: ReactNode
  about?: ReactNode
  wide?: boolean
  children: ReactNode
}

export function Dialog({ open, onClose, title, about, wide = false, children }: DialogProps) {
  const t = useT()
  const focus = useReturningFocus()
  return (
    <Radix.Root open={open} onOpenChange={(is) => !is && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-black/45" />
        <Radix.Content
          {...(about ? {} : { 'aria-describedby': undefined })}
          {...focus}
          onOpenAutoFocus={(event) => {
            focus.onOpenAutoFocus()
            const field = event.target instanceof Element ? firstFieldOf(event.target) : null
            if (!field) return
            event.preventDefault() // or the focus is on the button that closes
            field.focus()
          }}
          className={cn(
            'fixed inset-x-0 bottom-0 z-50 max-h-[92dvh] animate-appear overflow-y-auto rounded-t-2xl border border-line bg-raised p-5 shadow-float sm:inset-x-auto sm:top-1/2 sm:bottom-auto sm:left-1/2 sm:w-[calc(100vw-2rem)] sm:-translate-x-1/2 sm:-translate-y-1/2 sm:rounded-2xl sm:p-6',
            wide ? 'sm:max-w-3xl' : 'sm:max-w-lg',
          )}
        >
          <div className="mb-4 flex items-start justify-between gap-4">
            <div>
              <Radix.Title className="font-semibold text-lg leading-tight">{title}</Radix.Title>
              {about && <Radix.Description className="mt-1 text-soft">{about}</Radix.Description>}
            </div>
            <Radix.Close asChild>
              <Button look="quiet" size="smallIcon" aria-label={t('common.close')}>
                <X />
              </Button>
            </Radix.Close>
          </div>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

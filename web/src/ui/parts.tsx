import { Check, ChevronRight, Copy } from 'lucide-react'
import { type ComponentProps, type ReactNode, useState } from 'react'
import { ApiError } from '../api/client.ts'
import { useT } from '../i18n/i18n.ts'
import { messageOf } from '../i18n/messages.ts'
import { Button } from './button.tsx'
import { cn } from './classes.ts'

/** The frame of a page: its name, what it is for, and what can be done on it. */
export function Page({
  title,
  about,
  actions,
  wide,
  children,
}: {
  title: ReactNode
  about?: ReactNode
  actions?: ReactNode
  wide?: boolean
  children: ReactNode
}) {
  return (
    <div className={cn('mx-auto w-full px-4 pt-6 pb-10 md:px-8 md:pt-8', wide ? 'max-w-[1600px]' : 'max-w-6xl')}>
      <header className="mb-6 flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
        <div className="min-w-0">
          <h1 className="font-semibold text-2xl leading-tight tracking-tight">{title}</h1>
          {about && <p className="mt-1 max-w-3xl text-pretty text-soft">{about}</p>}
        </div>
        {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  )
}

export function Panel({ className, ...rest }: ComponentProps<'section'>) {
  return <section className={cn('rounded-xl border border-line bg-panel [&>[role=alert]]:m-4', className)} {...rest} />
}

export function PanelTitle({ children, aside }: { children: ReactNode; aside?: ReactNode }) {
  return (
    <div className="flex min-h-12 flex-wrap items-center justify-between gap-x-3 gap-y-2 border-line border-b px-4 py-2">
      <h2 className="font-semibold">{children}</h2>
      {aside}
    </div>
  )
}

/** What a page shows when it has nothing yet: what would be here, and how it gets here. */
export function Empty({
  icon,
  title,
  children,
  action,
  isSmall = false,
}: {
  icon?: ReactNode
  title: ReactNode
  children?: ReactNode
  action?: ReactNode
  /** In a panel beside others, where it should not be the largest thing. */
  isSmall?: boolean
}) {
  if (isSmall) {
    return (
      <div className="flex items-center gap-3 px-4 py-4 text-soft [&_svg]:size-5 [&_svg]:shrink-0">
        {icon}
        <p>
          <span className="font-medium text-ink">{title}</span> {children}
        </p>
      </div>
    )
  }
  return (
    <div className="grid justify-items-center gap-2 px-6 py-10 text-center md:py-14">
      {icon && (
        <div className="mb-1 grid size-12 place-items-center rounded-2xl bg-mark-ground text-mark [&_svg]:size-6">
          {icon}
        </div>
      )}
      {/* No heading: it may stand below one of any rank. */}
      <p className="font-semibold text-base">{title}</p>
      {children && <p className="max-w-md text-soft">{children}</p>}
      {action && <div className="mt-3">{action}</div>}
    </div>
  )
}

const TONES = {
  plain: 'bg-hover text-soft',
  good: 'bg-good-ground text-good',
  bad: 'bg-bad-ground text-bad',
  mark: 'bg-mark-ground text-mark',
  info: 'bg-info-ground text-info',
}
export type Tone = keyof typeof TONES

interface BadgeProps {
  tone?: Tone
  /** It goes on. */
  pulse?: boolean
  /** It names a kind, and no state: without the dot. */
  isKind?: boolean
  children: ReactNode
}

export function Badge({ tone = 'plain', pulse, isKind = false, children }: BadgeProps) {
  return (
    <span
      className={cn(
        'inline-flex h-5.5 items-center gap-1.5 whitespace-nowrap rounded-full px-2 font-medium text-xs',
        TONES[tone],
      )}
    >
      {!isKind && <span aria-hidden className={cn('size-1.5 rounded-full bg-current', pulse && 'animate-breathe')} />}
      {children}
    </span>
  )
}

/** What is wrong, and what to do about it. */
export function Fault({ error, retry }: { error: unknown; retry?: () => void }) {
  const t = useT()
  return (
    <div
      role="alert"
      className="flex flex-wrap items-center justify-between gap-3 rounded-xl bg-bad-ground px-4 py-3 text-bad"
    >
      <span>{messageOf(error)}</span>
      {retry && !isRefusal(error) && (
        <Button size="small" onClick={retry}>
          {t('common.retry')}
        </Button>
      )}
    </div>
  )
}

/** Asking again would be answered the same. */
function isRefusal(error: unknown): boolean {
  return error instanceof ApiError && [403, 404].includes(error.status)
}

export function CopyButton({ text, label }: { text: string; label?: string }) {
  const t = useT()
  const [isCopied, setCopied] = useState(false)
  return (
    <Button
      look="quiet"
      size={label ? 'small' : 'smallIcon'}
      aria-label={label ?? t('common.copy')}
      onClick={async () => {
        await copy(text)
        setCopied(true)
        setTimeout(() => setCopied(false), 1_500)
      }}
    >
      {isCopied ? <Check /> : <Copy />}
      {label && (isCopied ? t('common.copied') : label)}
    </Button>
  )
}

/** Browsers give the clipboard to pages with TLS alone; others copy what is selected. */
async function copy(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text)
  const field = document.createElement('textarea')
  field.value = text
  // In a dialog, the focus stays within it.
  const place = document.activeElement?.closest('[role=dialog]') ?? document.body
  place.append(field)
  field.select()
  document.execCommand('copy')
  field.remove()
}

export function Code({ text, className }: { text: string; className?: string }) {
  return (
    <div className={cn('relative rounded-lg border border-line bg-ground', className)}>
      <div className="absolute top-1 right-1 rounded-lg bg-ground">
        <CopyButton text={text} />
      </div>
      <pre tabIndex={0} className="max-h-96 overflow-auto p-3 pr-11 font-mono text-xs leading-relaxed">
        {text}
      </pre>
    </div>
  )
}

/** What opens and closes a `details`, which has the class `group`. */
export function Summary({ children }: { children: ReactNode }) {
  return (
    <summary className="flex h-8 w-fit list-none items-center gap-1 font-medium text-[13px] text-soft hover:text-ink [&::-webkit-details-marker]:hidden">
      <ChevronRight aria-hidden className="-ml-1 size-4 transition-transform group-open:rotate-90" />
      {children}
    </summary>
  )
}

/** Rows in the place of those that come. */
export function Skeleton({ rows = 5 }: { rows?: number }) {
  return (
    <div aria-hidden className="grid gap-px p-4">
      {Array.from({ length: rows }, (_, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: nothing but places
        <div key={at} className="h-9 animate-breathe rounded-md bg-hover/70" />
      ))}
    </div>
  )
}

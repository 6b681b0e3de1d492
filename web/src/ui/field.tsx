import { Label as RadixLabel } from 'radix-ui'
import { type ComponentProps, type ReactNode, useId } from 'react'
import { cn } from './classes.ts'

const BOX =
  'w-full rounded-lg border border-line bg-panel px-3 text-ink transition-colors hover:border-edge focus:border-mark focus:shadow-[inset_0_0_0_1px_var(--mark)] focus:outline-hidden aria-invalid:border-bad'

export function Input({ className, ...rest }: ComponentProps<'input'>) {
  return <input className={cn(BOX, 'h-9', className)} {...rest} />
}

export function TextArea({ className, ...rest }: ComponentProps<'textarea'>) {
  return <textarea className={cn(BOX, 'min-h-14 resize-y py-2 leading-relaxed', className)} {...rest} />
}

export function Select({ className, ...rest }: ComponentProps<'select'>) {
  return <select className={cn(BOX, 'h-9 pr-8', className)} {...rest} />
}

interface FieldProps {
  label: ReactNode
  help?: ReactNode
  error?: string | undefined
  aside?: ReactNode
  required?: boolean
  className?: string
  children: (props: {
    id: string
    'aria-describedby': string | undefined
    'aria-invalid': boolean | undefined
    'aria-required': boolean | undefined
  }) => ReactNode
}

/** A label, its control, and below it the help or what is wrong. */
export function Field({ label, help, error, aside, required, className, children }: FieldProps) {
  const id = useId()
  const text = error ?? help
  return (
    <div className={cn('grid min-w-0 grid-cols-1 gap-1.5', className)}>
      <div className="flex items-baseline justify-between gap-3">
        <RadixLabel.Root htmlFor={id} className="font-medium text-[13px]">
          {label}
          {required && (
            <span aria-hidden className="text-mark">
              {' '}
              *
            </span>
          )}
        </RadixLabel.Root>
        {aside && <span className="text-soft text-xs tabular">{aside}</span>}
      </div>
      {children({
        id,
        'aria-describedby': text ? `${id}-help` : undefined,
        'aria-invalid': error ? true : undefined,
        'aria-required': required ? true : undefined,
      })}
      {text && (
        <p id={`${id}-help`} className={cn('text-xs leading-snug', error ? 'text-bad' : 'text-soft')}>
          {text}
        </p>
      )}
    </div>
  )
}

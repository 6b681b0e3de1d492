import { Slot } from 'radix-ui'
import type { ComponentProps } from 'react'
import { cn } from './classes.ts'

const LOOKS = {
  // The border is seen where the system chooses the colours.
  primary: 'bg-accent text-on-accent border border-transparent hover:bg-accent-hover shadow-sm',
  plain: 'bg-panel text-ink border border-line hover:bg-hover',
  quiet: 'text-soft hover:bg-hover hover:text-ink',
  danger: 'text-bad border border-line bg-panel hover:bg-bad-ground',
}

const SIZES = {
  small: 'h-7 px-2.5 text-[13px] gap-1.5 rounded-md',
  normal: 'h-9 px-3.5 gap-2 rounded-lg',
  large: 'h-11 px-5 gap-2 rounded-lg text-[15px]',
  icon: 'size-9 justify-center rounded-lg',
  smallIcon: 'size-7 justify-center rounded-md',
}

export interface ButtonProps extends ComponentProps<'button'> {
  look?: keyof typeof LOOKS
  size?: keyof typeof SIZES
  /** Gives its looks to its only child, such as a link. */
  asChild?: boolean
}

export function Button({ look = 'plain', size = 'normal', asChild = false, className, ...rest }: ButtonProps) {
  const Part = asChild ? Slot.Root : 'button'
  return (
    <Part
      {...(asChild ? {} : { type: 'button' as const })}
      className={cn(
        'inline-flex shrink-0 items-center justify-center whitespace-nowrap font-medium transition-colors disabled:pointer-events-none disabled:opacity-50 [&_svg]:size-4 [&_svg]:shrink-0',
        LOOKS[look],
        SIZES[size],
        className,
      )}
      {...rest}
    />
  )
}

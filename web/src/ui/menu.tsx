import { DropdownMenu as Radix } from 'radix-ui'
import type { ReactNode } from 'react'
import { cn } from './classes.ts'

export interface MenuItem {
  label: ReactNode
  icon?: ReactNode
  run: () => void
  danger?: boolean
  checked?: boolean
}

/** A button that opens a list of actions. */
export function Menu({ trigger, items }: { trigger: ReactNode; items: (MenuItem | 'line')[] }) {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          align="end"
          sideOffset={6}
          collisionPadding={8}
          className="z-50 min-w-44 animate-appear rounded-xl border border-line bg-raised p-1 shadow-float"
        >
          {items.map((item, at) =>
            item === 'line' ? (
              // biome-ignore lint/suspicious/noArrayIndexKey: lines have nothing else, and keep their places
              <Radix.Separator key={at} className="my-1 h-px bg-line" />
            ) : (
              <Radix.Item
                // biome-ignore lint/suspicious/noArrayIndexKey: the items of a menu keep their places
                key={at}
                onSelect={item.run}
                className={cn(
                  'flex h-8 select-none items-center gap-2 rounded-lg px-2.5 outline-hidden data-[highlighted]:bg-hover [&_svg]:size-4',
                  item.danger && 'text-bad',
                  item.checked && 'font-semibold',
                )}
              >
                {item.icon}
                {item.label}
              </Radix.Item>
            ),
          )}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

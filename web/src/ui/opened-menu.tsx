import { DropdownMenu as Radix } from 'radix-ui'
import { cn } from './classes.ts'
import type { MenuProps } from './menu.tsx'

/** A menu that was opened once: from then on, its button is that of the list. */
export function OpenedMenu({ trigger, items, isByKeyboard }: MenuProps & { isByKeyboard: boolean }) {
  return (
    <Radix.Root modal={false} defaultOpen>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          // The key that opened it was pressed before the list was there to notice.
          ref={(list) => {
            if (list && isByKeyboard) setTimeout(() => list.querySelector<HTMLElement>('[role=menuitem]')?.focus())
          }}
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

import { Tabs as RadixTabs } from 'radix-ui'
import { type ReactNode, useEffect, useRef } from 'react'

export function Tabs({
  value,
  onChange,
  items,
  label,
}: {
  value: string
  onChange: (value: string) => void
  items: { value: string; label: ReactNode }[]
  label: string
}) {
  const list = useRef<HTMLDivElement>(null)
  // Of tabs that are wider than a phone, the chosen one is in view.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another value is another place
  useEffect(() => {
    const [row, chosen] = [list.current, list.current?.querySelector<HTMLElement>('[data-state=active]')]
    if (row && chosen) row.scrollLeft = chosen.offsetLeft - (row.clientWidth - chosen.clientWidth) / 2
  }, [value])
  return (
    <RadixTabs.Root value={value} onValueChange={onChange} activationMode="manual" className="min-w-0 max-w-full">
      <RadixTabs.List ref={list} aria-label={label} className="relative -m-1.5 flex gap-1 overflow-x-auto p-1.5">
        {items.map((item) => (
          <RadixTabs.Trigger
            key={item.value}
            value={item.value}
            aria-controls={undefined}
            className="h-8 shrink-0 rounded-lg px-3 font-medium text-soft hover:bg-hover hover:text-ink data-[state=active]:bg-mark-ground data-[state=active]:text-mark"
          >
            {item.label}
          </RadixTabs.Trigger>
        ))}
      </RadixTabs.List>
    </RadixTabs.Root>
  )
}

import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { LibraryItem } from './items.ts'

const CELL_PX = 190
const CAPTION_PX = 58
const GAP_PX = 16
/** How many rows before its end the next page is asked for: some screens, so that nobody scrolls into a gap. */
const AHEAD_ROWS = 12

interface GridProps {
  items: readonly LibraryItem[]
  onEnd: () => void
  children: (item: LibraryItem, at: number) => ReactNode
}

/** A grid that draws only the rows that are seen. */
export function Grid({ items, onEnd, children }: GridProps) {
  const place = useRef<HTMLDivElement>(null)
  const [{ width, top }, setBox] = useState({ width: 0, top: 0 })
  useLayoutEffect(() => {
    const element = place.current
    if (!element) return
    const observer = new ResizeObserver(([entry]) =>
      setBox({ width: entry?.contentRect.width ?? 0, top: element.offsetTop }),
    )
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  const columns = Math.max(2, Math.floor((width + GAP_PX) / (CELL_PX + GAP_PX)))
  const sizePx = (width - GAP_PX * (columns - 1)) / columns
  const rows = Math.ceil(items.length / columns)
  const virtual = useWindowVirtualizer({
    count: width === 0 ? 0 : rows,
    estimateSize: () => sizePx + CAPTION_PX + GAP_PX,
    overscan: 1,
    // A frame may pass between a scroll and its rows: drawing within the event would make each event as long as both.
    useFlushSync: false,
    scrollMargin: top,
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: other cells have other heights
  useEffect(() => virtual.measure(), [sizePx])
  const shown = virtual.getVirtualItems()
  const last = shown.at(-1)?.index ?? 0
  const isNearEnd = last >= rows - AHEAD_ROWS
  // biome-ignore lint/correctness/useExhaustiveDependencies: a longer list may still end too soon
  useEffect(() => {
    if (isNearEnd) onEnd()
  }, [isNearEnd, rows, onEnd])
  return (
    <div ref={place} style={{ height: virtual.getTotalSize(), position: 'relative' }}>
      {shown.map(({ index, key, start }) => (
        <div
          key={key}
          className="absolute inset-x-0 grid"
          style={{
            // Nothing outside a row moves with what is in it, so a new one costs the layout of itself alone.
            contain: 'strict',
            height: sizePx + CAPTION_PX,
            gap: GAP_PX,
            gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
            transform: `translateY(${start - virtual.options.scrollMargin}px)`,
          }}
        >
          {items.slice(index * columns, (index + 1) * columns).map((item, at) => children(item, index * columns + at))}
        </div>
      ))}
    </div>
  )
}

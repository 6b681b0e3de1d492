import { Box, Check, Clapperboard, FileText, Heart, Pause, Play } from 'lucide-react'
import { type MouseEvent, memo, useState } from 'react'
import { ago, clock } from '../../i18n/format.ts'
import { useT } from '../../i18n/i18n.ts'
import { StatusBadge } from '../../media/status.tsx'
import { useIsPlaying } from '../../shell/player.ts'
import { cn } from '../../ui/classes.ts'
import { Cover } from '../../ui/cover.tsx'
import type { LibraryItem } from './items.ts'

const CAN_HOVER = matchMedia('(hover: hover)').matches

interface CellProps {
  item: LibraryItem
  isSelected: boolean
  /** Whether some are selected: then a click selects. */
  isSelecting: boolean
  mayChange: boolean
  onOpen: (id: string) => void
  onPlay: (item: LibraryItem) => void
  /** With the shift key, all from the last one on. */
  onSelect: (id: string, isRange: boolean) => void
  onFavourite: (item: LibraryItem) => void
}

/** One thing of the library. Drawn again only when it changes: many come and go while one scrolls. */
export const Cell = memo(function Cell(props: CellProps) {
  const { item, isSelected, isSelecting, mayChange, onOpen, onPlay, onSelect, onFavourite } = props
  const t = useT()
  const isOn = useIsPlaying(item.id)
  const { name } = item
  // The marks of a cell are drawn when someone comes to it: scrolling draws hundreds of cells in a second.
  const [isNear, setNear] = useState(!CAN_HOVER)
  const open = ({ shiftKey }: MouseEvent): void => {
    if (isSelecting) onSelect(item.id, shiftKey)
    else onOpen(item.id)
  }
  return (
    <article
      className="grid content-start gap-2"
      onPointerEnter={() => setNear(true)}
      onPointerLeave={() => setNear(!CAN_HOVER)}
      onFocus={() => setNear(true)}
      onBlur={({ currentTarget, relatedTarget }) => {
        if (!currentTarget.contains(relatedTarget)) setNear(!CAN_HOVER)
      }}
    >
      <div
        className={cn(
          'relative aspect-square overflow-hidden rounded-xl bg-hover',
          isSelected && 'outline-4 outline-mark -outline-offset-4',
        )}
      >
        <Thumbnail item={item} />
        <button
          type="button"
          onClick={open}
          aria-label={t('library.open', { name })}
          className="absolute inset-0 rounded-xl"
        />
        {(isNear || isSelecting) && (
          <button
            type="button"
            aria-pressed={isSelected}
            aria-label={t('library.select', { name })}
            onClick={({ shiftKey }) => onSelect(item.id, shiftKey)}
            className={cn(
              'absolute top-2 left-2 grid size-6 place-items-center rounded-md border-2 border-white/90 bg-black/40 text-transparent shadow-sm [&_svg]:size-4',
              isSelected && 'border-mark bg-mark text-panel',
            )}
          >
            <Check aria-hidden />
          </button>
        )}
        {mayChange && (isNear || item.isFavourite) && (
          <button
            type="button"
            aria-pressed={item.isFavourite}
            aria-label={t('library.favourite', { name })}
            onClick={() => onFavourite(item)}
            className="absolute top-2 right-2 grid size-8 place-items-center rounded-full bg-black/45 text-white hover:bg-black/65 [&_svg]:size-4"
          >
            <Heart aria-hidden className={cn(item.isFavourite && 'fill-current')} />
          </button>
        )}
        {item.tracks.length > 0 && (
          <button
            type="button"
            onClick={() => onPlay(item)}
            aria-label={`${isOn ? t('player.pause') : t('player.play')}: ${name}`}
            className="absolute right-2.5 bottom-2.5 grid size-10 place-items-center rounded-full bg-black/65 text-white transition-transform hover:scale-105 [&_svg]:size-5"
          >
            {isOn ? <Pause /> : <Play />}
          </button>
        )}
      </div>
      <div className="min-w-0">
        <p className="truncate font-medium leading-tight">{name}</p>
        <p className="truncate text-soft text-xs">
          {modelOf(item)}
          <span className="max-sm:hidden"> · {item.operation.split('/').at(-1)}</span> · {ago(item.at)}
        </p>
      </div>
    </article>
  )
})

/** `flux1-schnell` of `Qubico/flux1-schnell/txt2img`. */
const modelOf = ({ operation }: LibraryItem): string => operation.split('/').at(-2) ?? operation

function Thumbnail({ item: { picture, name, status } }: { item: LibraryItem }) {
  if (status !== 'completed') {
    return (
      <span className="grid size-full place-items-center">
        <StatusBadge status={status} />
      </span>
    )
  }
  const image = (url: string, className: string) => (
    <img src={url} alt="" decoding="async" className={cn('size-full', className)} />
  )
  switch (picture.kind) {
    case 'image':
      return image(picture.url, picture.isWhole ? 'object-contain p-4' : 'object-cover')
    case 'cover':
      return <Cover url={picture.url} title={name} className="size-full" />
    case 'video':
      return (
        <>
          {picture.cover ? (
            image(picture.cover, 'object-cover')
          ) : (
            <video src={picture.url} muted playsInline preload="metadata" className="size-full object-cover" />
          )}
          <span className="absolute bottom-2 left-2 flex items-center gap-1 rounded-md bg-black/70 px-1.5 py-0.5 text-white text-xs tabular [&_svg]:size-3">
            <Clapperboard aria-hidden />
            {clock(picture.seconds)}
          </span>
        </>
      )
    case 'model':
      return (
        <span className="grid size-full place-items-center text-soft">
          <Box aria-hidden className="size-12" />
        </span>
      )
    case 'text':
      return (
        <span className="block size-full overflow-hidden p-4 pt-10 text-left text-soft text-xs leading-relaxed">
          {picture.text ? (
            <span className="line-clamp-8 whitespace-pre-line">{picture.text}</span>
          ) : (
            <FileText aria-hidden className="m-auto size-10" />
          )}
        </span>
      )
  }
}

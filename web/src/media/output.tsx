import { Download, ExternalLink, Pause, Play } from 'lucide-react'
import type { ReactNode } from 'react'
import { fileAddress } from '../api/client.ts'
import type { Task } from '../api/queries.ts'
import { clock } from '../i18n/format.ts'
import { useT } from '../i18n/i18n.ts'
import { play, usePlayer } from '../shell/player.ts'
import { Button } from '../ui/button.tsx'
import { cn } from '../ui/classes.ts'
import { Cover } from '../ui/cover.tsx'
import { Code, CopyButton, Summary } from '../ui/parts.tsx'
import { BeforeAfter, pictureBefore } from './before-after.tsx'
import { type Item, itemsOf, madeBy } from './made.ts'
import { Model } from './model.tsx'
import { nameOf, tracksOf } from './outputs.ts'

interface OutputProps {
  task: Task
  /** Buttons below an item. */
  actions?: (item: Item) => ReactNode
}

/** What a task made: to hear, see, turn or read. */
export function Output({ task, actions }: OutputProps) {
  const made = madeBy(task)
  const name = nameOf(task)
  const before = pictureBefore(task)
  const items = itemsOf(task)
  const actionsFor = (item: Item | undefined): ReactNode => item && actions?.(item)
  return (
    <div className="grid grid-cols-1 gap-4">
      <Sounds task={task} {...(actions ? { actions } : {})} />
      {made.pictures.length > 0 && (
        <div
          className={cn(
            'grid gap-3',
            made.pictures.length === 1
              ? 'max-w-96 grid-cols-1'
              : 'grid-cols-[repeat(auto-fill,minmax(min(100%,15rem),1fr))]',
          )}
        >
          {made.pictures.map(({ file, widthPx, heightPx }, at) => (
            <figure key={file} className="grid grid-cols-1 content-start gap-2">
              {before ? (
                <BeforeAfter before={before} after={file} name={name} widthPx={widthPx} heightPx={heightPx} />
              ) : (
                <a
                  href={fileAddress(file)}
                  target="_blank"
                  rel="noreferrer"
                  className="overflow-hidden rounded-lg bg-hover"
                >
                  <img
                    src={fileAddress(file)}
                    alt={name}
                    width={widthPx}
                    height={heightPx}
                    loading="lazy"
                    className="h-auto max-h-96 w-full object-contain"
                  />
                </a>
              )}
              <ItemBar url={file} about={`${widthPx} × ${heightPx}`}>
                {actionsFor(items.pictures[at])}
              </ItemBar>
            </figure>
          ))}
        </div>
      )}
      {made.videos.map(({ file, cover, widthPx, heightPx, seconds }, at) => (
        <figure key={file} className="grid grid-cols-1 gap-2">
          <video
            src={fileAddress(file)}
            {...(cover ? { poster: fileAddress(cover) } : {})}
            width={widthPx}
            height={heightPx}
            controls
            playsInline
            preload="metadata"
            aria-label={name}
            className="h-auto max-h-[70vh] w-full rounded-lg bg-black"
          />
          <ItemBar url={file} about={`${widthPx} × ${heightPx} · ${clock(seconds)}`}>
            {actionsFor(items.videos[at])}
          </ItemBar>
        </figure>
      ))}
      {made.model && (
        <figure className="grid grid-cols-1 gap-2">
          <Model model={made.model} label={name} />
          <ItemBar url={made.model.file} about="GLB" />
        </figure>
      )}
      {made.lyrics.map(({ title, text, tags }) => (
        <TextBlock key={title + text} title={title} text={text} about={tags.join(', ')} />
      ))}
      {made.texts.map((text) => (
        <TextBlock key={text} text={text} />
      ))}
      {made.other !== undefined && <Code text={JSON.stringify(made.other, null, 2)} />}
    </div>
  )
}

function Sounds({ task, actions }: OutputProps) {
  const t = useT()
  const { track: current, isPlaying } = usePlayer()
  const tracks = tracksOf(task)
  const { clips } = madeBy(task)
  const items = itemsOf(task).sounds
  return tracks.map((track, at) => {
    const isOn = current?.id === track.id && isPlaying
    const item = items[at]
    const clip = clips.find(({ id }) => id === item?.clipId)
    return (
      <div key={track.id} className="grid grid-cols-1 gap-2.5">
        <div className="flex items-center gap-3">
          <button
            type="button"
            onClick={() => play(track, tracks)}
            aria-label={`${isOn ? t('player.pause') : t('player.play')}: ${track.title}`}
            className="group relative shrink-0 overflow-hidden rounded-lg"
          >
            <Cover url={track.cover} title={track.title} className="size-16" />
            <span className="absolute inset-0 grid place-items-center bg-black/35 text-white group-hover:bg-black/50">
              {isOn ? <Pause className="size-6" /> : <Play className="size-6" />}
            </span>
          </button>
          <div className="min-w-0 flex-1">
            <p className="truncate font-medium">{track.title}</p>
            <p className="truncate text-soft text-xs">{track.about}</p>
            <p className="text-soft text-xs tabular">{clock(item?.seconds ?? 0)}</p>
          </div>
          <Button look="quiet" size="icon" asChild>
            <a href={fileAddress(track.url)} download aria-label={t('common.download')}>
              <Download />
            </a>
          </Button>
        </div>
        {clip?.prompt && (
          <details className="group text-soft">
            <Summary>{t('output.lyrics')}</Summary>
            <p className="mt-2 whitespace-pre-wrap leading-relaxed">{clip.prompt}</p>
          </details>
        )}
        {item && actions?.(item)}
      </div>
    )
  })
}

function ItemBar({ url, about, children }: { url: string; about: string; children?: ReactNode }) {
  const t = useT()
  return (
    <figcaption className="grid grid-cols-1 gap-2">
      <span className="flex items-center justify-between text-soft text-xs tabular">
        {about}
        <span className="flex">
          <Button look="quiet" size="smallIcon" asChild>
            <a href={fileAddress(url)} target="_blank" rel="noreferrer" aria-label={t('output.open')}>
              <ExternalLink />
            </a>
          </Button>
          <Button look="quiet" size="smallIcon" asChild>
            <a href={fileAddress(url)} download aria-label={t('common.download')}>
              <Download />
            </a>
          </Button>
        </span>
      </span>
      {children}
    </figcaption>
  )
}

function TextBlock({ title, text, about }: { title?: string; text: string; about?: string }) {
  return (
    <section
      tabIndex={0}
      aria-label={title ?? text.slice(0, 60)}
      className="relative max-h-72 overflow-y-auto rounded-lg border border-line bg-ground p-4"
    >
      <div className="absolute top-2 right-2">
        <CopyButton text={text} />
      </div>
      {title && <p className="pr-8 font-medium">{title}</p>}
      {about && <p className="mb-2 text-soft text-xs">{about}</p>}
      <p className="whitespace-pre-wrap pr-8 leading-relaxed">{text}</p>
    </section>
  )
}

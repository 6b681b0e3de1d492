import { Link } from '@tanstack/react-router'
import { Download, Pause, Play, SkipBack, SkipForward, X } from 'lucide-react'
import { useEffect, useState } from 'react'
import { fileAddress } from '../api/client.ts'
import { clock } from '../i18n/format.ts'
import { useT } from '../i18n/i18n.ts'
import { Button } from '../ui/button.tsx'
import { Cover } from '../ui/cover.tsx'
import { audio, skip, stop, toggle, usePlayer } from './player.ts'
import { Waveform } from './waveform.tsx'

/** The sound that plays, at the bottom of every page. */
export function PlayerBar() {
  const t = useT()
  const { track, isPlaying } = usePlayer()
  if (!track) return null
  return (
    <section
      aria-label={t('player.label')}
      className="fixed inset-x-0 bottom-16 z-30 flex h-[72px] animate-appear items-center gap-3 border-line border-t bg-raised px-3 shadow-float md:bottom-0 md:px-5"
    >
      <Link
        to="/tasks/$id"
        params={{ id: track.taskId }}
        className="flex min-w-0 flex-1 items-center gap-3 md:w-64 md:flex-none"
      >
        <Cover url={track.cover} title={track.title} className="size-12 rounded-lg" />
        <span className="min-w-0">
          <span className="block truncate font-medium leading-tight">{track.title}</span>
          <span className="block truncate text-soft text-xs">{track.about}</span>
        </span>
      </Link>
      <div className="flex items-center">
        <Button
          look="quiet"
          size="icon"
          className="hidden sm:inline-flex"
          aria-label={t('player.previous')}
          onClick={() => skip(-1)}
        >
          <SkipBack />
        </Button>
        <Button
          look="primary"
          size="icon"
          className="rounded-full"
          aria-label={isPlaying ? t('player.pause') : t('player.play')}
          onClick={toggle}
        >
          {isPlaying ? <Pause /> : <Play />}
        </Button>
        <Button look="quiet" size="icon" aria-label={t('player.next')} onClick={() => skip(1)}>
          <SkipForward />
        </Button>
      </div>
      <Seek key={track.id} url={track.url} />
      <Button look="quiet" size="icon" className="hidden md:inline-flex" asChild>
        <a href={fileAddress(track.url)} download aria-label={t('common.download')}>
          <Download />
        </a>
      </Button>
      <Button look="quiet" size="icon" aria-label={t('player.close')} onClick={stop}>
        <X />
      </Button>
    </section>
  )
}

/** The waveform, and over it a slider that is not seen: it takes the pointer and the keyboard. */
function Seek({ url }: { url: string }) {
  const t = useT()
  const [at, setAt] = useState(0)
  const [length, setLength] = useState(Number.NaN)
  useEffect(() => {
    const follow = (): void => {
      setAt(audio.currentTime)
      setLength(audio.duration)
    }
    const events = ['timeupdate', 'durationchange', 'seeked']
    for (const event of events) audio.addEventListener(event, follow)
    return () => {
      for (const event of events) audio.removeEventListener(event, follow)
    }
  }, [])
  return (
    <div className="hidden min-w-0 flex-1 items-center gap-3 text-soft text-xs tabular md:flex">
      <span className="w-9 text-right">{clock(at)}</span>
      <div className="relative h-10 min-w-0 flex-1 rounded has-[:focus-visible]:outline-2 has-[:focus-visible]:outline-mark">
        <Waveform url={url} />
        <input
          type="range"
          min={0}
          // A song that is still made has no end yet.
          max={Number.isFinite(length) ? length : at}
          step={0.1}
          value={at}
          aria-label={t('player.seek')}
          aria-valuetext={clock(at)}
          onChange={({ target }) => {
            audio.currentTime = target.valueAsNumber
          }}
          className="absolute inset-0 size-full cursor-pointer opacity-0"
        />
      </div>
      <span className="w-9">{clock(length)}</span>
    </div>
  )
}

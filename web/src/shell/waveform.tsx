import { useEffect, useRef } from 'react'
import { fileAddress } from '../api/client.ts'
import { audio } from './player.ts'
import { useTheme } from './theme.ts'

/** The form of the sound that plays, drawn when its file has been decoded. */
export function Waveform({ url }: { url: string }) {
  const place = useRef<HTMLDivElement>(null)
  const theme = useTheme()
  // biome-ignore lint/correctness/useExhaustiveDependencies: another theme has other colours
  useEffect(() => {
    const container = place.current
    if (!container) return
    let isGone = false
    let destroy = (): void => {}
    async function draw(into: HTMLElement): Promise<void> {
      const [{ default: WaveSurfer }, response] = await Promise.all([import('wavesurfer.js'), fetch(fileAddress(url))])
      if (!response.ok) return
      const file = await response.blob()
      if (isGone) return
      const style = getComputedStyle(document.documentElement)
      const wave = WaveSurfer.create({
        container: into,
        height: 40,
        barWidth: 2,
        barGap: 1.5,
        barRadius: 2,
        normalize: true,
        interact: false,
        cursorWidth: 0,
        waveColor: style.getPropertyValue('--edge'),
        progressColor: style.getPropertyValue('--mark'),
      })
      await wave.loadBlob(file)
      const follow = (): void => wave.setTime(audio.currentTime)
      audio.addEventListener('timeupdate', follow)
      follow()
      destroy = () => {
        audio.removeEventListener('timeupdate', follow)
        wave.destroy()
      }
      if (isGone) destroy()
    }
    // Without a form (another host, an unusual file) the sound plays all the same.
    draw(container).catch(() => container.replaceChildren())
    return () => {
      isGone = true
      destroy()
    }
  }, [url, theme])
  return <div ref={place} aria-hidden className="h-10" />
}

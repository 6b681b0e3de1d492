import { Music } from 'lucide-react'
import { fileAddress } from '../api/client.ts'
import { cn } from './classes.ts'

/** A picture of a song; for one without, colours that follow from its title. */
export function Cover({ url, title, className }: { url: string; title: string; className?: string }) {
  if (url) {
    return (
      <img
        src={fileAddress(url)}
        alt=""
        loading="lazy"
        decoding="async"
        className={cn('shrink-0 bg-hover object-cover', className)}
      />
    )
  }
  const hue = [...title].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 360, 7)
  return (
    <span
      aria-hidden
      className={cn('grid shrink-0 place-items-center text-white/85 [&_svg]:size-1/3', className)}
      style={{ background: `linear-gradient(135deg, oklch(0.55 0.11 ${hue}), oklch(0.36 0.09 ${(hue + 50) % 360}))` }}
    >
      <Music />
    </span>
  )
}

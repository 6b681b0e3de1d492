import { useState } from 'react'
import { fileAddress } from '../api/client.ts'
import type { Task } from '../api/queries.ts'
import { useT } from '../i18n/i18n.ts'

/** Fields in which operations that change a picture take it. */
const FIELDS = ['image', 'image_url', 'input_image', 'imageUrl', 'init_image', 'image_file', 'promptImage']

/** The picture that a task was given to change; undefined for one that made its pictures of words, or of several. */
export function pictureBefore({ input }: Pick<Task, 'input'>): string | undefined {
  const fields = input as Record<string, unknown>
  const lists = [fields.images, fields.image_urls].flatMap((list) => (Array.isArray(list) ? list : []))
  const found = [...FIELDS.map((name) => fields[name]), ...lists].filter(
    (value): value is string => typeof value === 'string' && /^https?:\/\//.test(value),
  )
  return found.length === 1 ? found[0] : undefined
}

interface BeforeAfterProps {
  before: string
  after: string
  name: string
  widthPx: number
  heightPx: number
}

/** Two states of a picture under a line that is moved: before it on its left, after it on its right. */
export function BeforeAfter({ before, after, name, widthPx, heightPx }: BeforeAfterProps) {
  const t = useT()
  const [at, setAt] = useState(50)
  return (
    <div className="relative overflow-hidden rounded-lg bg-hover has-[:focus-visible]:outline-2 has-[:focus-visible]:outline-mark">
      <img
        src={fileAddress(after)}
        alt={name}
        width={widthPx}
        height={heightPx}
        className="h-auto max-h-[32rem] w-full object-contain"
      />
      <img
        src={fileAddress(before)}
        alt={t('output.before')}
        className="absolute inset-0 size-full object-contain"
        style={{ clipPath: `inset(0 ${100 - at}% 0 0)` }}
      />
      <span
        aria-hidden
        className="absolute inset-y-0 w-0.5 -translate-x-1/2 bg-white shadow-[0_0_4px_rgb(0_0_0/60%)]"
        style={{ left: `${at}%` }}
      />
      <span aria-hidden className="absolute top-2 left-2 rounded-md bg-black/65 px-1.5 py-0.5 text-white text-xs">
        {t('output.before')}
      </span>
      <span aria-hidden className="absolute top-2 right-2 rounded-md bg-black/65 px-1.5 py-0.5 text-white text-xs">
        {t('output.after')}
      </span>
      <input
        type="range"
        min={0}
        max={100}
        value={at}
        aria-label={t('output.compare')}
        onChange={({ target }) => setAt(target.valueAsNumber)}
        className="absolute inset-0 size-full cursor-ew-resize opacity-0"
      />
    </div>
  )
}

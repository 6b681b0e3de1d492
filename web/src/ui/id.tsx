import { CopyButton } from './parts.tsx'

/** An id, cut where there is no room for it, and a button that copies the whole. */
export function Id({ text }: { text: string }) {
  return (
    <span className="flex min-w-0 items-center gap-1 font-mono text-xs">
      <span className="truncate" title={text}>
        {text}
      </span>
      <CopyButton text={text} />
    </span>
  )
}

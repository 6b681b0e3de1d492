import { type ClassValue, clsx } from 'clsx'

/** The names of `app.css`, and a few of Tailwind's. */
const COLOUR =
  '(?:ground|panel|raised|hover|line|edge|ink|soft|accent|on-accent|mark|good|bad|info|white|black|transparent|current)(?:-ground|-hover)?(?:/\\d+)?'

/**
 * Classes of one kind set the same property. These are the kinds that a part has and its users choose otherwise; a
 * library that knows all of Tailwind's would be an eighth of what a first visit loads of the workspace's own.
 */
const KINDS: readonly (readonly [kind: string, classes: RegExp])[] = [
  ['display', /^(?:hidden|block|flex|grid|contents|inline-(?:block|flex|grid))$/],
  ['size', /^size-/],
  ['height', /^h-/],
  ['width', /^w-/],
  ['max-width', /^max-w-/],
  ['padding-right', /^pr-/],
  ['flex', /^flex-(?:1|auto|none)$/],
  ['shrink', /^shrink(?:-0)?$/],
  ['columns', /^grid-cols-/],
  ['justify', /^justify-(?:start|end|center|between)$/],
  ['weight', /^font-(?:normal|medium|semibold|bold)$/],
  ['text-size', /^text-(?:xs|sm|base|lg|[2-9]?xl|\[\d+px\])$/],
  ['text-align', /^text-(?:left|center|right)$/],
  ['colour', new RegExp(`^text-${COLOUR}$`)],
  ['ground', new RegExp(`^bg-${COLOUR}$`)],
  ['border-colour', new RegExp(`^border-${COLOUR}$`)],
  ['rounding', /^rounded(?:-(?:sm|md|lg|xl|2xl|full))?$/],
]
/** What a class of a kind sets as well. */
const INCLUDED: Readonly<Record<string, readonly string[]>> = {
  size: ['height', 'width'],
  flex: ['shrink'],
}

/** Class names, of which later ones win over earlier ones of the same kind and variant (`md:`, `hover:`). */
export function cn(...names: ClassValue[]): string {
  const taken = new Set<string>()
  const kept = clsx(names)
    .split(' ')
    .reverse()
    .filter((name) => {
      const at = name.lastIndexOf(':') + 1
      const [kind] = KINDS.find(([, classes]) => classes.test(name.slice(at))) ?? []
      if (kind === undefined) return true
      const variant = name.slice(0, at)
      if (taken.has(variant + kind)) return false
      for (const one of [kind, ...(INCLUDED[kind] ?? [])]) taken.add(variant + one)
      return true
    })
  return kept.reverse().join(' ')
}

import { type Envelopes, envelopesOf } from './envelopes.ts'
import type { Phrase } from './phrase.ts'
import type { Singer } from './singers.ts'

/** The shapes of the mouth for a spoken line. */
export type Mouths = (phrase: Phrase) => Envelopes

/** Choruses come back: the mouths of so many lines are kept, some 1 MB each. */
const KEPT_LINES = 16

/** Works out the shapes of each line at its first use, and keeps the latest lines. Renderings of one song share it. */
export function openMouths({ spokenHertz }: Pick<Singer, 'spokenHertz'>): Mouths {
  const known = new Map<Phrase, Envelopes>()
  return (phrase) => {
    const envelopes = known.get(phrase) ?? envelopesOf(phrase, spokenHertz)
    known.delete(phrase)
    known.set(phrase, envelopes)
    const [oldest] = known.keys()
    if (known.size > KEPT_LINES && oldest) known.delete(oldest)
    return envelopes
  }
}

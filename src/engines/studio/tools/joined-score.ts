import { hash } from 'node:crypto'
import { arrange } from '../arrangement.ts'
import { type Part, ROLES, type Score } from '../score.ts'
import type { Recipe } from './recipe.ts'

/** Hands are not exact: a note that belongs to the beat at a cut may come this much before it. */
const EARLY_SECONDS = 0.02
/** What is left of a note must be this long to be struck again. */
const SHORTEST_REST_SECONDS = 0.1

/** Songs can be played as one if they have these in common: one band, one singer, one room. */
const SHARED = [
  ...([
    'bpm',
    'barSeconds',
    'kit',
    'drumGain',
    'drumRoom',
    'room',
    'echoSeconds',
    'dusty',
    'pump',
    'tone',
    'width',
  ] as const),
  'singer' as const,
]

/**
 * The score of a recipe. Notes ring over a cut no longer than to it, while their echoes and their room go on, so nothing is heard of
 * it. Undefined where the pieces are not of one band: they can only be put one behind the other as sound.
 */
export function scoreOf(recipe: Recipe): Score | undefined {
  const scores = recipe.map(({ request }) => arrange(request))
  const [first, ...others] = scores
  const [piece] = recipe
  if (!first || !piece) return undefined
  if (others.length === 0 && piece.fromSeconds === 0 && piece.toSeconds >= first.durationSeconds) return first
  const isShared = (other: Score): boolean =>
    SHARED.every((name) => JSON.stringify(first[name]) === JSON.stringify(other[name]))
  if (!others.every(isShared)) return undefined
  let at = 0
  const placed = scores.map((score, index) => {
    const { fromSeconds = 0, toSeconds = score.durationSeconds } = recipe[index] ?? {}
    const part = cut(score, fromSeconds, Math.min(toSeconds, score.durationSeconds), at)
    at += part.durationSeconds
    return part
  })
  return {
    ...first,
    durationSeconds: at,
    endsAt: placed.at(-1)?.endsAt ?? at,
    wordless: [...new Set(placed.flatMap(({ wordless }) => wordless))],
    sections: placed.flatMap(({ sections }) => sections),
    chords: placed.flatMap(({ chords }) => chords),
    hits: placed.flatMap(({ hits }) => hits),
    parts: joinedParts(placed.flatMap(({ parts }) => parts)),
  }
}

/** The parts of an instrument in one role, as one part. The leading voice stays the first. */
function joinedParts(parts: readonly Part[]): Part[] {
  const groups = Map.groupBy(parts, ({ role, instrument }) => `${role} ${instrument}`)
  const joined = [...groups.values()].flatMap(([first, ...others]) =>
    first ? [{ ...first, notes: [first, ...others].flatMap(({ notes }) => notes) }] : [],
  )
  return joined.sort((a, b) => ROLES.indexOf(a.role) - ROLES.indexOf(b.role))
}

/** What of a score lies between two moments, moved so that it begins at `at`. */
function cut(score: Score, from: number, to: number, at: number): Score {
  const isFirst = from === 0
  const starts = (time: number): boolean => (isFirst || time >= from - EARLY_SECONDS) && time < to - EARLY_SECONDS
  const moved = (time: number): number => at + Math.max(0, time - from)
  // Each lasts until the next one.
  const lasting = <T extends { at: number }>(events: readonly T[]): T[] =>
    events
      .filter((event, index) => event.at < to && (events[index + 1]?.at ?? score.durationSeconds) > from)
      .map((event) => ({ ...event, at: moved(event.at) }))
  return {
    ...score,
    durationSeconds: to - from,
    endsAt: moved(Math.min(score.endsAt, to)),
    sections: lasting(score.sections),
    chords: lasting(score.chords),
    hits: score.hits.filter((hit) => starts(hit.at)).map((hit) => ({ ...hit, at: moved(hit.at) })),
    parts: score.parts.map((part) => ({
      ...part,
      notes: part.notes.flatMap((note) => {
        const rest = note.at + note.seconds - from
        // A syllable cannot be begun in its middle.
        const goesOn = note.at < from && rest > SHORTEST_REST_SECONDS && note.syllable === undefined
        if (!starts(note.at) && !goesOn) return []
        const seconds = Math.min(goesOn ? rest : note.seconds, to - Math.max(note.at, from))
        return [{ ...note, at: moved(note.at), seconds }]
      }),
    })),
  }
}

/** Tells scores apart by what is played and sung: whether the studio still composes a song as it once did. */
export function digestOf({ bpm, key, durationSeconds, parts, hits, singer }: Score): string {
  const time = (seconds: number): number => Math.round(seconds * 1e4)
  const played = parts.map(({ instrument, role, notes }) => [
    instrument,
    role,
    notes.map(({ at, seconds, midi, syllable }) => [time(at), time(seconds), midi, syllable?.sung?.index ?? '']),
  ])
  const struck = hits.map(({ at, piece }) => [time(at), piece])
  return hash('sha256', JSON.stringify([bpm, key, time(durationSeconds), singer, played, struck]), 'hex').slice(0, 32)
}

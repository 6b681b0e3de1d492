import type { Score } from '../score.ts'

/** Songs up to this length are measured whole. */
const WHOLE_SECONDS = 20
const EXCERPT_SECONDS = 2
/** Before an excerpt of a song in a cathedral; in a smaller room it is less. */
const RUN_UP_SECONDS = 1
/** Hands are not exact: a note that belongs to the first beat may come a little before it. */
const EARLY_SECONDS = 0.05

export interface Excerpt {
  score: Score
  /** So much of its start is there for what still rings of it: it is not to be measured. */
  runUpSeconds: number
  /** Seconds of the song that it stands for. */
  weight: number
}

/** Sections that make up most of a song, and of which the last has more than the first. */
const GROWING: ReadonlySet<string> = new Set(['verse', 'chorus'])

/** In seconds. */
export interface Stretch {
  from: number
  seconds: number
}

/**
 * What has to be heard to know how loud a song is and which colour it has: about a bar of a section of each kind, as small
 * scores. Of each section it is the stretch in which about as much is played as in the whole of it.
 */
export function excerptsOf(score: Score): Excerpt[] {
  const { durationSeconds, barSeconds, room } = score
  if (durationSeconds <= WHOLE_SECONDS) return [{ score, runUpSeconds: 0, weight: durationSeconds }]
  const length = (Math.max(1, Math.round((2 * EXCERPT_SECONDS) / barSeconds)) * barSeconds) / 2
  const sections = score.sections
    .map(({ kind, at }, index) => ({
      kind,
      from: at,
      seconds: (score.sections[index + 1]?.at ?? durationSeconds) - at,
    }))
    .filter(({ seconds }) => seconds >= length)
  const excerpts = [...Map.groupBy(sections, ({ kind }) => kind)].flatMap(([kind, alike]) => {
    const weight = alike.reduce((sum, { seconds }) => sum + seconds, 0)
    const [first, ...others] = alike
    const last = GROWING.has(kind) ? others.at(-1) : undefined
    const heard = [first, last].filter((section) => section !== undefined)
    return heard.map((section): Excerpt => {
      const { from, seconds } = typicalOf(score, section, length)
      const runUpSeconds = Math.min(from, RUN_UP_SECONDS * room)
      return {
        score: excerpt(score, { from: from - runUpSeconds, seconds: seconds + runUpSeconds }),
        runUpSeconds,
        weight: weight / heard.length,
      }
    })
  })
  if (excerpts.length > 0) return excerpts
  return [{ score: excerpt(score, { from: 0, seconds: WHOLE_SECONDS }), runUpSeconds: 0, weight: durationSeconds }]
}

/** The stretch of a section, from the start of a half bar on, whose share of what is played is nearest to its share of the time. */
function typicalOf(score: Score, section: Stretch, length: number): Stretch {
  const wanted = playedIn(score, section) / section.seconds
  const steps = Math.floor((2 * (section.seconds - length)) / score.barSeconds + 1e-6)
  const stretches = Array.from(
    { length: steps + 1 },
    (_, step): Stretch => ({
      from: section.from + (step * score.barSeconds) / 2,
      seconds: length,
    }),
  )
  const distance = (stretch: Stretch): number => Math.abs(playedIn(score, stretch) / length - wanted)
  return stretches.reduce((best, stretch) => (distance(stretch) < distance(best) ? stretch : best))
}

/** How long a stroke of a drum counts. */
const STROKE_SECONDS = 0.15

/** About how much energy what is played has: loudness squared, for as long as it sounds. */
function playedIn({ parts, hits, drumGain }: Score, stretch: Stretch): number {
  const end = stretch.from + stretch.seconds
  const overlap = (at: number, seconds: number): number =>
    Math.max(0, Math.min(end, at + seconds) - Math.max(stretch.from, at))
  let energy = 0
  for (const { notes, gain } of parts)
    for (const { at, seconds, velocity } of notes) energy += (gain * velocity) ** 2 * overlap(at, seconds)
  for (const { at, velocity } of hits) energy += (drumGain * velocity) ** 2 * overlap(at, STROKE_SECONDS)
  return energy
}

/** A stretch of a song, as a song. */
export function excerpt(score: Score, { from, seconds }: Stretch): Score {
  const within = ({ at }: { at: number }): boolean => at >= from - EARLY_SECONDS && at < from + seconds
  const moved = <T extends { at: number }>(event: T): T => ({ ...event, at: Math.max(0, event.at - from) })
  // A note that sounds already is heard from here on.
  const sounding = <T extends { at: number; seconds: number }>(note: T): T =>
    note.at >= from - EARLY_SECONDS ? note : { ...note, at: from, seconds: note.at + note.seconds - from }
  const isHeard = (note: { at: number; seconds: number }): boolean =>
    note.at + note.seconds > from + EARLY_SECONDS && note.at < from + seconds
  // Each lasts until the next one.
  const lasting = <T extends { at: number }>(events: readonly T[]): T[] =>
    events
      .filter(({ at }, index) => at < from + seconds && (events[index + 1]?.at ?? Number.POSITIVE_INFINITY) > from)
      .map(moved)
  return {
    ...score,
    durationSeconds: seconds,
    parts: score.parts.map((part) => ({ ...part, notes: part.notes.filter(isHeard).map(sounding).map(moved) })),
    hits: score.hits.filter(within).map(moved),
    sections: lasting(score.sections),
    chords: lasting(score.chords),
  }
}

import type { Score } from '../score.ts'

/** Songs up to this length are measured whole. */
const WHOLE_SECONDS = 20
const EXCERPT_SECONDS = 2.4
/** Hands are not exact: a note that belongs to the first beat may come a little before it. */
const EARLY_SECONDS = 0.05

export interface Excerpt {
  score: Score
  /** Seconds of the song that it stands for. */
  weight: number
}

/**
 * What has to be heard to know how loud a song is and which colour it has: a bar or two from the middle of the first and of the
 * last section of each kind, as small scores. They begin on a bar line, where the chords are struck anew.
 */
export function excerptsOf(score: Score): Excerpt[] {
  if (score.durationSeconds <= WHOLE_SECONDS) return [{ score, weight: score.durationSeconds }]
  const length = Math.max(1, Math.round(EXCERPT_SECONDS / score.barSeconds)) * score.barSeconds
  const sections = score.sections
    .map(({ kind, at }, index) => ({ kind, at, end: score.sections[index + 1]?.at ?? score.durationSeconds }))
    .filter(({ at, end }) => end - at >= score.barSeconds)
  const excerpts = [...Map.groupBy(sections, ({ kind }) => kind).values()].flatMap((alike) => {
    const weight = alike.reduce((sum, { at, end }) => sum + end - at, 0)
    const [first, ...others] = alike
    const last = others.at(-1)
    const heard = [first, last].filter((section) => section !== undefined)
    return heard.map(({ at, end }): Excerpt => {
      const middle = Math.floor((end - at) / score.barSeconds / 2 + 1e-6) * score.barSeconds
      const from = at + Math.min(middle, Math.max(0, end - at - length))
      return { score: excerpt(score, from, Math.min(length, end - from)), weight: weight / heard.length }
    })
  })
  return excerpts.length > 0 ? excerpts : [{ score: excerpt(score, 0, WHOLE_SECONDS), weight: score.durationSeconds }]
}

function excerpt(score: Score, from: number, seconds: number): Score {
  const within = ({ at }: { at: number }): boolean => at >= from - EARLY_SECONDS && at < from + seconds
  const moved = <T extends { at: number }>(event: T): T => ({ ...event, at: Math.max(0, event.at - from) })
  return {
    ...score,
    durationSeconds: seconds,
    parts: score.parts.map((part) => ({ ...part, notes: part.notes.filter(within).map(moved) })),
    hits: score.hits.filter(within).map(moved),
    sections: score.sections
      .filter(
        ({ at }, index) => at < from + seconds && (score.sections[index + 1]?.at ?? Number.POSITIVE_INFINITY) > from,
      )
      .map(moved),
  }
}

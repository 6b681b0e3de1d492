import { SOUNDING } from './cover-song.ts'
import { keyNamed } from './harmony.ts'
import type { LeadSheet, SheetNote } from './lead-sheet.ts'
import type { Score } from './score.ts'
import { type SungLine, sungLines } from './tools/words.ts'

/** What a cover of a song of the studio keeps of it. Plain JSON. */
export interface SongSheet {
  sheet: LeadSheet
  /** What is sung, with a mark before each section that is sung; empty where nobody sings. */
  lyrics: string
}

/** Hands are not exact: a note that is less than this from a sixteenth is meant to be on it. In beats. */
const NEAR_STEP = 0.04
const STEPS = 4
/** Where nobody sings, words would be sung in the other sections. */
const WORDLESS: ReadonlySet<string> = new Set(['intro', 'solo', 'outro'])

/** A score as tune, chords and form, in whole bars from its first section on; what is before that is left out. */
export function sheetOfScore(score: Score): SongSheet {
  const { bpm, barSeconds, durationSeconds, endsAt } = score
  const origin = score.sections[0]?.at ?? 0
  const beatsPerBar = Math.round((barSeconds * bpm) / 60) === 3 ? 3 : 4
  const barAt = (at: number): number => Math.round((at - origin) / barSeconds)
  const count = Math.max(1, barAt(Math.min(endsAt, durationSeconds)))
  const sections = score.sections
    .map(({ kind, at }, index) => {
      const from = Math.min(count, barAt(at))
      return { kind, from, bars: Math.min(count, barAt(score.sections[index + 1]?.at ?? endsAt)) - from }
    })
    .filter(({ bars }) => bars > 0)
  const beatOf = (at: number): number => writtenBeat(((at - origin) * bpm) / 60, score.swing)
  const lines = sungLines(score)
  const linesIn = ({ from, bars }: { from: number; bars: number }): SungLine[] =>
    lines.filter(({ notes }) => {
      const bar = Math.floor(beatOf(notes[0]?.at ?? 0) / beatsPerBar)
      return bar >= from && bar < from + bars
    })
  const chordAt = (bar: number): string =>
    score.chords.findLast(({ at }) => at <= origin + bar * barSeconds + 0.01)?.name ?? ''
  return {
    sheet: {
      bpm,
      beatsPerBar,
      key: keyNamed(score.key),
      sections: sections.map((section) => ({
        kind: section.kind,
        bars: section.bars,
        sung: lines.length > 0 ? linesIn(section).length > 0 : !WORDLESS.has(section.kind),
      })),
      chords: Array.from({ length: count }, (_, bar) => [...new Set([chordAt(bar), chordAt(bar + 0.5)])].join(' ')),
      tune: tuneOf(score, beatOf, new Set(lines.map(({ notes }) => notes[0]?.at ?? 0))).filter(
        ({ beat }) => beat < count * beatsPerBar,
      ),
    },
    lyrics: sections
      .map((section) => ({ kind: section.kind, texts: linesIn(section).map(({ text }) => text) }))
      .filter(({ texts }) => texts.length > 0)
      .map(({ kind, texts }) => [`[${kind}]`, ...texts].join('\n'))
      .join('\n'),
  }
}

/** The beat as it is written, where it is played with a swing. */
function writtenBeat(beat: number, swing: number): number {
  const middle = 0.5 + swing / 2
  const whole = Math.floor(beat + NEAR_STEP)
  const part = beat - whole
  const straight = whole + (part < middle ? (0.5 * part) / middle : 0.5 + (0.5 * (part - middle)) / (1 - middle))
  const step = Math.round(straight * STEPS) / STEPS
  return Math.abs(straight - step) < NEAR_STEP ? step : straight
}

/** What carries the tune, sung or played: one note at a time, of two at once the sung one. */
function tuneOf({ parts }: Score, beatOf: (at: number) => number, lineStarts: ReadonlySet<number>): SheetNote[] {
  const tune: SheetNote[] = []
  const played = (['lead', 'second'] as const)
    .flatMap((role) => parts.filter((part) => part.role === role).flatMap(({ notes }) => notes))
    .map(({ at, seconds, midi }) => ({
      beat: beatOf(at),
      end: beatOf(at + seconds),
      midi,
      isStart: lineStarts.has(at),
    }))
    .filter(({ beat }) => beat >= 0)
    .sort((a, b) => a.beat - b.beat)
  for (const { beat, end, midi, isStart } of played) {
    const last = tune.at(-1)
    if (last && beat - last.beat < NEAR_STEP) continue
    if (last) last.beats = Math.min(last.beats, beat - last.beat)
    const beats = Math.max(1 / STEPS, Math.round(((end - beat) / SOUNDING) * STEPS) / STEPS)
    tune.push({ beat, beats, midi, ...(isStart ? { startsLine: true } : {}) })
  }
  return tune
}

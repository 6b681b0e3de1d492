import type { LeadSheet } from '../lead-sheet.ts'
import type { SectionKind } from '../lyrics.ts'
import { pitchLikeness } from './pitches.ts'

/** A bar, as its neighbours are compared with it. */
export interface HeardBar {
  pitches: Float64Array
  /** dB */
  level: number
  /** The share of it in which the tune sounds, 0 to 1. */
  sung: number
}

type Sections = LeadSheet['sections']

/** Sections are told apart by so many bars on either side, and last at least as long. */
const AROUND_BARS = 4
/** A step of the loudness that counts as much as other chords do. */
const STEP_DB = 4
/** From here on two stretches are the same section come again. */
const ALIKE = 0.86
/** Below this share, nobody sings. */
const SUNG = 0.25

interface Stretch {
  from: number
  bars: number
  level: number
  sung: number
  label: number
}

/** Where the chords, the loudness or the singing change, and what comes again: the loudest of it is the chorus. */
export function sectionsIn(bars: readonly HeardBar[]): Sections {
  const starts = boundariesIn(bars)
  const stretches: Stretch[] = []
  for (const [index, from] of starts.entries()) {
    const own = bars.slice(from, starts[index + 1] ?? bars.length)
    const stretch = { from, bars: own.length, level: meanOf(own, 'level'), sung: meanOf(own, 'sung') }
    const known = stretches.find((other) => areAlike(bars, { ...stretch, label: 0 }, other))
    stretches.push({ ...stretch, label: known?.label ?? stretches.length })
  }
  return merged(stretches.map((stretch, index) => ({ kind: kindOf(stretches, index), bars: stretch.bars })))
}

function boundariesIn(bars: readonly HeardBar[]): number[] {
  const changes = bars.map((_, bar) => {
    if (bar < 2 || bar > bars.length - 2) return 0
    const [before, after] = [bars.slice(Math.max(0, bar - AROUND_BARS), bar), bars.slice(bar, bar + AROUND_BARS)]
    const step = Math.abs(meanOf(after, 'level') - meanOf(before, 'level')) / STEP_DB
    const voice = Math.abs(meanOf(after, 'sung') - meanOf(before, 'sung'))
    // The chords of a section go round: the same bars again are no change.
    const pairs = Math.min(before.length, after.length)
    let other = 0
    for (let pair = 0; pair < pairs; pair++)
      other +=
        1 -
        pitchLikeness(
          (after[pair] ?? bars[bar])?.pitches ?? EMPTY,
          before[before.length - pairs + pair]?.pitches ?? EMPTY,
        )
    return step + voice + other / Math.max(1, pairs)
  })
  const mean = changes.reduce((sum, change) => sum + change, 0) / Math.max(1, changes.length)
  const starts = [0]
  const ranked = changes.map((change, bar) => ({ change, bar })).sort((a, b) => b.change - a.change || a.bar - b.bar)
  for (const { change, bar } of ranked) {
    if (change < 1.4 * mean || bar < 2) break
    const isFar = starts.every((start) => Math.abs(start - bar) >= (start === 0 ? 2 : AROUND_BARS))
    if (isFar && bars.length - bar >= 2) starts.push(bar)
  }
  return starts.sort((a, b) => a - b)
}

const EMPTY = new Float64Array(12)

function areAlike(bars: readonly HeardBar[], one: Stretch, other: Stretch): boolean {
  if (Math.abs(one.level - other.level) > STEP_DB || one.sung < SUNG !== other.sung < SUNG) return false
  const shared = Math.min(one.bars, other.bars)
  let alike = 0
  for (let bar = 0; bar < shared; bar++)
    alike += pitchLikeness(bars[one.from + bar]?.pitches ?? EMPTY, bars[other.from + bar]?.pitches ?? EMPTY)
  return alike / shared > ALIKE
}

function kindOf(stretches: readonly Stretch[], index: number): SectionKind {
  const stretch = stretches[index]
  if (!stretch) return 'verse'
  const isLast = index === stretches.length - 1
  if (stretch.sung < SUNG) return index === 0 ? 'intro' : isLast ? 'outro' : 'solo'
  const sung = stretches.filter((one) => one.sung >= SUNG)
  const groups = [...Map.groupBy(sung, ({ label }) => label).values()]
  const returning = groups.filter((group) => group.length > 1)
  const candidates = returning.length > 0 ? returning : groups
  const loudest = candidates.reduce(
    (best, group) => (loudness(group) > loudness(best) ? group : best),
    candidates[0] ?? [],
  )
  // One kind of section is a song of verses.
  if (groups.length > 1 && loudest.includes(stretch)) return 'chorus'
  const group = groups.find((one) => one.includes(stretch)) ?? []
  const chorusesBefore = stretches.slice(0, index).filter((one) => loudest.includes(one)).length
  return group.length === 1 && chorusesBefore > 1 ? 'bridge' : 'verse'
}

const loudness = (group: readonly Stretch[]): number => meanOf(group, 'level')

/** Neighbours of one kind are one section, up to sixteen bars. */
function merged(sections: Sections): Sections {
  const all: Sections = []
  for (const section of sections) {
    const last = all.at(-1)
    if (last && last.kind === section.kind && last.bars + section.bars <= 16 && section.bars < AROUND_BARS)
      last.bars += section.bars
    else all.push({ ...section })
  }
  return all
}

function meanOf<T extends Record<K, number>, K extends string>(list: readonly T[], name: K): number {
  return list.reduce((sum, one) => sum + one[name], 0) / Math.max(1, list.length)
}

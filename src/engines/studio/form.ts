import type { LyricLine, LyricSection, SectionKind } from './lyrics.ts'
import { type Random, rotate } from './random.ts'
import type { Style } from './style.ts'

export interface Section {
  kind: SectionKind
  /** How many sections of its kind went before it. */
  turn: number
  startBar: number
  bars: number
  lines: LyricLine[]
  /** How many bars one line of the lyrics takes. */
  barsPerLine: number
  /** 0 a whisper … 1 all instruments play. */
  intensity: number
}

export type Plan = Omit<Section, 'startBar' | 'turn' | 'intensity'>

// biome-ignore format: a table reads better in rows
const INTENSITY: Readonly<Record<SectionKind, number>> = {
  intro: 0.3, verse: 0.5, prechorus: 0.65, chorus: 0.9, bridge: 0.42, solo: 0.75, outro: 0.4,
}

const INSTRUMENTAL_FORMS: readonly [SectionKind[], ...SectionKind[][]] = [
  ['intro', 'verse', 'chorus', 'verse', 'chorus', 'bridge', 'solo', 'chorus', 'outro'],
  ['verse', 'chorus', 'solo', 'verse', 'bridge', 'chorus', 'outro'],
  ['intro', 'chorus', 'verse', 'solo', 'chorus', 'bridge', 'verse', 'chorus', 'outro'],
  ['intro', 'verse', 'verse', 'chorus', 'bridge', 'verse', 'chorus', 'outro'],
]

const SHORTEST_SECONDS = 30
const USUAL_LONGEST_SECONDS = 180

export const barSeconds = ({ bpm, genre }: Style): number => (genre.beatsPerBar * 60) / bpm

/**
 * The sections in whole bars. With `seconds` the bars fill that time as far as whole bars can; without, the lyrics decide,
 * within about half a minute to `longestSeconds`.
 */
export function planForm(
  lyrics: LyricSection[],
  style: Style,
  options: {
    seconds?: number
    longestSeconds?: number
    opensCold: boolean
    word: string
    take: number
    random: Random
  },
): Section[] {
  const bar = barSeconds(style)
  const opening = bar > 2.6 ? 2 : bar < 1.4 ? 8 : 4
  const plans = lyrics.length > 0 ? sungForm(lyrics, bar, opening) : instrumentalForm(bar, opening, options)
  if (options.opensCold && plans[0]?.kind === 'intro') plans.shift()
  const natural = barsOf(plans) * bar
  const { longestSeconds = USUAL_LONGEST_SECONDS } = options
  const wanted = options.seconds ?? Math.min(longestSeconds, Math.max(SHORTEST_SECONDS, natural))
  fillTime(plans, Math.max(2, Math.floor(wanted / bar + 1e-6)), options.random)
  return withTurns(plans, style)
}

function sungForm(lyrics: LyricSection[], bar: number, opening: number): Plan[] {
  const plans = lyrics.map(({ kind, lines }): Plan => {
    if (lines.length === 0) return { kind, lines, barsPerLine: 2, bars: kind === 'solo' ? 2 * opening : opening }
    const barsPerLine = barsForLine(lines, bar)
    const bars = Math.max(opening === 2 ? 2 : 4, lines.length * barsPerLine)
    return { kind, lines, barsPerLine, bars: bars + (bars % 2) }
  })
  if (plans[0]?.kind !== 'intro') plans.unshift({ kind: 'intro', lines: [], barsPerLine: 2, bars: opening })
  if (plans.at(-1)?.kind !== 'outro') plans.push({ kind: 'outro', lines: [], barsPerLine: 2, bars: opening })
  return plans
}

/** Long enough that no more than about four syllables fall on a second. */
function barsForLine(lines: LyricLine[], bar: number): number {
  const lengths = lines.map(({ syllables }) => syllables.length).sort((a, b) => a - b)
  const typical = lengths[Math.floor(lengths.length * 0.75)] ?? 8
  return [1, 2, 4].find((bars) => typical / (bars * bar * 0.8) <= 3.8) ?? 4
}

function instrumentalForm(bar: number, opening: number, options: { word: string; take: number }): Plan[] {
  const kinds = rotate(INSTRUMENTAL_FORMS, `${options.word}|form`, options.take)
  const bars = bar > 2.6 ? 4 : bar < 1.4 ? 16 : 8
  return kinds.map((kind) => ({
    kind,
    lines: [],
    barsPerLine: 2,
    bars: kind === 'intro' || kind === 'outro' ? opening : kind === 'bridge' ? Math.max(4, bars / 2) : bars,
  }))
}

const barsOf = (plans: Plan[]): number => plans.reduce((sum, { bars }) => sum + bars, 0)

function fillTime(plans: Plan[], target: number, random: Random): void {
  const shorten = [
    () => shrinkTo(plans, 2, ({ lines }) => lines.length === 0),
    () => hurry(plans),
    () => hurry(plans),
    ...Array.from({ length: plans.length }, () => () => dropOne(plans)),
  ]
  for (const step of shorten) if (barsOf(plans) > target) step()
  if (barsOf(plans) > target) cutEnd(plans, target)
  lengthen(plans, target, random)
}

function shrinkTo(plans: Plan[], bars: number, which: (plan: Plan) => boolean): void {
  for (const plan of plans) if (which(plan)) plan.bars = Math.min(plan.bars, bars)
}

/** Lets lines run at double speed, if there is room for it. */
function hurry(plans: Plan[]): void {
  for (const plan of plans.filter(({ lines, barsPerLine }) => lines.length > 0 && barsPerLine > 1)) {
    plan.barsPerLine /= 2
    plan.bars = Math.max(2, Math.ceil(plan.bars / 2))
  }
}

/** Drops the least important section: an interlude first, then the section before the last. */
function dropOne(plans: Plan[]): void {
  if (plans.length <= 2) return
  const spare = plans.findLastIndex(({ kind, lines }) => lines.length === 0 && kind !== 'outro' && kind !== 'verse')
  plans.splice(spare >= 0 ? spare : plans.length - 2, 1)
}

function cutEnd(plans: Plan[], target: number): void {
  while (barsOf(plans) > target) {
    const last = plans.at(-1)
    if (last === undefined) return
    last.bars = Math.max(0, last.bars - (barsOf(plans) - target))
    if (last.bars === 0) plans.pop()
  }
}

/** Solos and returning choruses before the ending, then a longer ending for the last odd bars. */
function lengthen(plans: Plan[], target: number, random: Random): void {
  const chorus = plans.findLast(({ kind }) => kind === 'chorus') ?? plans.findLast(({ kind }) => kind === 'verse')
  let solo = random.chance(0.7)
  for (let missing = target - barsOf(plans); missing > 0; missing = target - barsOf(plans)) {
    const place = Math.max(0, plans.length - 1)
    if (!solo && chorus !== undefined && missing >= chorus.bars) plans.splice(place, 0, { ...chorus })
    else if (missing >= 4)
      plans.splice(place, 0, { kind: 'solo', lines: [], barsPerLine: 2, bars: missing >= 8 ? 8 : 4 })
    else {
      const last = plans.at(-1)
      if (last === undefined) plans.push({ kind: 'verse', lines: [], barsPerLine: 2, bars: missing })
      else last.bars += missing
    }
    solo = !solo
  }
}

/** Sections one after another, each with its turn among those of its kind, and the later the fuller. */
export function withTurns<T extends Plan>(plans: readonly T[], { energy }: Style): (T & Section)[] {
  const met = new Map<SectionKind, number>()
  let startBar = 0
  return plans.map((plan) => {
    const turn = met.get(plan.kind) ?? 0
    met.set(plan.kind, turn + 1)
    const growth = plan.kind === 'verse' || plan.kind === 'chorus' ? Math.min(2, turn) * 0.06 : 0
    const intensity = Math.min(1, (INTENSITY[plan.kind] + growth) * (0.72 + 0.4 * energy))
    const section = { ...plan, turn, startBar, intensity }
    startBar += plan.bars
    return section
  })
}

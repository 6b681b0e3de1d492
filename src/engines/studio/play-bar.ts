import { type Bar, bassBar, colourBar, compingBar, type PlayedNote, padBar } from './accompany.ts'
import { type DrumHit, drumBar, kitOf } from './drums.ts'
import type { Section } from './form.ts'
import type { Comping } from './genres.ts'
import { type Chord, chordsOf } from './harmony.ts'
import { INSTRUMENTS, type InstrumentName } from './instruments.ts'
import { type Layers, layersAt } from './layers.ts'
import type { MelodyNote } from './melody.ts'
import type { Random } from './random.ts'
import type { Style } from './style.ts'
import { RISER_LEAD_SECONDS } from './synth/drum-kit.ts'

/** What is played and sung, in beats, player by player. */
export interface Voices {
  lead: MelodyNote[]
  harmony: MelodyNote[]
  second: MelodyNote[]
  chords: PlayedNote[]
  pad: PlayedNote[]
  colour: PlayedNote[]
  bass: PlayedNote[]
  hits: DrumHit[]
  /** The tune of the first chorus, from the chorus's start: solos quote it. */
  hook: MelodyNote[]
}

export interface BarPlace {
  section: Section
  /** From 0 within the section. */
  index: number
  following: Section['kind'] | undefined
}

/** Adds what the band plays in a bar. */
export function playBar(
  voices: Voices,
  style: Style,
  { section, index, following }: BarPlace,
  chordAt: (bar: number) => Chord,
  random: Random,
): void {
  const number = section.startBar + index
  const beats = style.genre.beatsPerBar
  const build = section.kind === 'prechorus' ? (0.25 * index) / section.bars : 0
  const chord = chordAt(number)
  const next = chordAt(number + 1)
  const bar: Bar = {
    start: number * beats,
    beats,
    chord,
    next: chord.secondHalf ?? next,
    intensity: Math.min(1, section.intensity + build),
  }
  const layers = layersAt(style, { section, bar: index, isLast: following === undefined })
  drum(voices, style, { section, index, following }, bar, layers, random)
  const how = { kind: section.kind, layers }
  const played = accompany(style, how, bar, random)
  const then = chord.secondHalf && accompany(style, how, { ...bar, chord: chord.secondHalf, next }, random)
  for (const player of PLAYERS) {
    const notes = then ? halves(played[player], then[player], bar.start + beats / 2) : played[player]
    // Grooves of four beats in a bar of three end with it.
    voices[player].push(...notes.filter(({ beat }) => beat < bar.start + beats))
  }
}

const PLAYERS = ['bass', 'chords', 'pad', 'colour'] as const
type Accompaniment = Record<(typeof PLAYERS)[number], PlayedNote[]>

function accompany(
  style: Style,
  { kind, layers }: { kind: Section['kind']; layers: Layers },
  bar: Bar,
  random: Random,
): Accompaniment {
  const played: Accompaniment = { bass: [], chords: [], pad: [], colour: [] }
  if (layers.bass !== 'none' && style.bassLine !== 'none')
    played.bass = bassBar(layers.bass === 'long' ? 'long' : style.bassLine, bar, style.key, random)
  if (layers.chords !== 'none') {
    const intensity = layers.chords === 'thin' ? Math.min(0.45, bar.intensity) : bar.intensity
    const comping = compingOf(style, kind, layers)
    played.chords = compingBar(comping, { ...bar, intensity }, centreOf(style.chords), random)
  }
  if (layers.pad) played.pad = padBar(bar, centreOf(style.pad))
  if (layers.colour && style.colour !== undefined)
    played.colour = colourBar(style.genre.colouring, bar, centreOf(style.colour))
  return played
}

/** What is left of a note must be this long to be struck again. */
const SHORTEST_REST_BEATS = 0.2

/** The one until the middle of a bar, the other from there on. */
function halves(first: readonly PlayedNote[], second: readonly PlayedNote[], middle: number): PlayedNote[] {
  return [
    ...first
      .filter(({ beat }) => beat < middle - 0.1)
      .map((note) => ({ ...note, beats: Math.min(note.beats, Math.max(0.1, middle - note.beat)) })),
    ...second.flatMap((note) => {
      if (note.beat >= middle - 0.1) return [note]
      const rest = note.beat + note.beats - middle
      return rest < SHORTEST_REST_BEATS ? [] : [{ ...note, beat: middle, beats: rest }]
    }),
  ]
}

/** The drums of a bar, with what leads over into the next section. */
function drum(
  voices: Voices,
  style: Style,
  { section, index, following }: BarPlace,
  bar: Bar,
  layers: Layers,
  random: Random,
): void {
  const isLast = index === section.bars - 1
  const strikes = following === 'chorus' || following === 'solo'
  const wild = style.energy > 0.5 && style.genre.shape !== 'flow'
  const hits = drumBar(
    style.drums,
    {
      ...bar,
      drumming: layers.drums,
      percussion: layers.percussion ? style.genre.percussion : 'none',
      fill: isLast && section.bars >= 4 && section.kind !== 'outro',
      crash: index === 0 && (section.kind === 'chorus' || section.kind === 'solo') && style.energy > 0.35,
      breaks: isLast && strikes && wild && style.genre.shape === 'club',
    },
    random,
  )
  voices.hits.push(...hits)
  const lead = (RISER_LEAD_SECONDS * style.bpm) / 60
  if (isLast && strikes && wild && style.drums !== 'none' && section.bars * bar.beats > lead)
    voices.hits.push({ beat: bar.start + bar.beats - lead, piece: 'riser', velocity: 0.4 + 0.4 * style.energy })
}

const centreOf = (name: InstrumentName | undefined): number => (name === undefined ? 60 : INSTRUMENTS[name].centre)

/** How the chords are played. Some instruments have only one way; where the band holds back, they are struck once a bar. */
function compingOf({ comping, chords, genre }: Style, kind: Section['kind'], { chords: how }: Layers): Comping {
  if (chords === 'tanpura' || comping === 'drone') return 'drone'
  if (chords === 'powerGuitar')
    return how === 'thin' && comping === 'gallop' ? 'power' : comping === 'gallop' ? 'gallop' : 'power'
  if (comping === 'power' || comping === 'gallop') return kind === 'chorus' ? 'strum' : 'block'
  if (how === 'thin' && kind !== 'verse' && genre.shape !== 'flow' && genre.beatsPerBar === 4) return 'ripple'
  return comping
}

const FULL: Layers = { drums: 'full', percussion: false, bass: 'full', chords: 'full', pad: true, colour: false }

/** The rest of the bar in which another song was left: the band is in full swing. */
export function pickUp(voices: Voices, style: Style, chord: Chord, random: Random): void {
  const beats = style.genre.beatsPerBar
  const bar = { start: -beats, beats, chord, next: chord, intensity: 0.6 }
  const how = { drumming: 'full', percussion: 'none', fill: true, crash: false, breaks: false } as const
  voices.hits.push(...drumBar(style.drums, { ...bar, ...how }, random))
  voices.bass.push(...bassBar(style.bassLine, bar, style.key, random))
  voices.chords.push(...compingBar(compingOf(style, 'verse', FULL), bar, centreOf(style.chords), random))
  voices.pad.push(...padBar(bar, centreOf(style.pad)))
}

/** The last chord, left to ring. */
export function close(voices: Voices, style: Style, bars: number, chord: Chord, random: Random): void {
  const start = bars * style.genre.beatsPerBar
  const bar = { start, beats: 4, chord, next: chord, intensity: 0.5 }
  const home = { ...chord, ...chordsOf('1', style.key, false)[0] }
  voices.bass.push(...bassBar(style.bassLine === 'none' ? 'none' : 'long', { ...bar, chord: home }, style.key, random))
  voices.pad.push(...padBar({ ...bar, chord: home }, centreOf(style.pad)))
  voices.chords.push(
    ...padBar({ ...bar, chord: home }, centreOf(style.chords)).map((note, index) => ({
      ...note,
      beat: note.beat + index * 0.06,
    })),
  )
  if (style.drums !== 'none' && style.energy > 0.35)
    voices.hits.push(
      { beat: start, piece: kitOf(style.drums) === 'tabla' ? 'ge' : 'crash', velocity: 0.6 },
      { beat: start, piece: kitOf(style.drums) === 'tabla' ? 'na' : 'kick', velocity: 0.7 },
    )
}

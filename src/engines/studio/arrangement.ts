import { bassBar, compingBar, type PlayedNote, padBar } from './accompany.ts'
import { type DrumHit, drumBar, kitOf } from './drums.ts'
import { barSeconds, planForm, type Section } from './form.ts'
import type { Comping } from './genres.ts'
import { type Chord, chordsOf, keyName, progressionsOf } from './harmony.ts'
import { INSTRUMENTS, type InstrumentName } from './instruments.ts'
import { type LyricSection, parseLyrics } from './lyrics.ts'
import { composeMelody, type MelodyNote } from './melody.ts'
import { hashOf, type Random, randomFrom } from './random.ts'
import type { Part, Score } from './score.ts'
import { pronounce } from './sing/pronounce.ts'
import type { SongRequest } from './song.ts'
import { chooseStyle, type Identity, type Style } from './style.ts'

const CLOSING_SECONDS = 3
const SHORTEST_SECONDS = 4
const LONGEST_SECONDS = 600

/** Composes the whole song as a score. The same request always gives the same score. */
export function arrange(request: SongRequest): Score {
  if (request.seconds !== undefined && !(request.seconds >= SHORTEST_SECONDS && request.seconds <= LONGEST_SECONDS)) {
    throw new RangeError(`A song lasts ${SHORTEST_SECONDS} to ${LONGEST_SECONDS} seconds, not ${request.seconds}.`)
  }
  const own = {
    seed: request.seed,
    take: request.take,
    tags: request.tags,
    title: request.title,
    ...described(request),
  }
  const identity: Identity = request.continues ?? own
  const style = chooseStyle(identity, { negativeTags: request.negativeTags ?? '', sung: !request.instrumental })
  const song = wordOf(identity)
  const root = rootOf(identity)
  const here = request.continues === undefined ? song : `${song}|${wordOf(own)}|${request.continues.fromSeconds}`
  const bar = barSeconds(style)
  const leadIn = request.continues === undefined ? 0 : restOfBar(request.continues.fromSeconds, bar)
  const plan = (sections: LyricSection[]): Section[] =>
    planForm(sections, style, {
      opensCold: request.continues !== undefined,
      word: rootOf(own),
      take: request.take,
      random: randomFrom(here, 'form'),
      ...(request.seconds === undefined ? {} : { seconds: Math.max(bar * 2, request.seconds - leadIn - 1) }),
      ...(request.longestSeconds === undefined ? {} : { longestSeconds: request.longestSeconds }),
    })
  const lyrics = parseLyrics(request.lyrics)
  const words =
    style.lead === 'voice' ? pronounce(lyrics, style.singer, linesIn(plan(lyrics))) : { sections: lyrics, wordless: [] }
  const form = plan(words.sections)
  const bars = form.reduce((sum, section) => sum + section.bars, 0)
  const durationSeconds = request.seconds ?? leadIn + bars * bar + CLOSING_SECONDS
  return {
    ...write(style, form, {
      song,
      root,
      songTake: identity.take,
      here,
      take: request.take,
      leadIn,
      bars,
      durationSeconds,
    }),
    durationSeconds,
    wordless: words.wordless,
  }
}

/** The lines that there is time for: long lyrics have more. */
const linesIn = (form: Section[]): ReadonlySet<string> =>
  new Set(form.flatMap(({ lines }) => lines.map(({ text }) => text)))

const described = ({ description }: SongRequest): { description?: string } =>
  description === undefined ? {} : { description }

const rootOf = ({ seed, tags, title }: Identity): string => [seed, tags, title].join('|')

const wordOf = (identity: Identity): string => `${rootOf(identity)}|${identity.take}`

const restOfBar = (fromSeconds: number, bar: number): number => {
  const rest = bar - (fromSeconds % bar)
  return bar - rest < 0.02 || rest < 0.02 ? 0 : rest
}

interface Setting {
  /** Names the song whose tune and harmony these are … */
  song: string
  /** The same without the take, from which the takes count. */
  root: string
  songTake: number
  /** … and this stretch of it, when it continues another. */
  here: string
  take: number
  leadIn: number
  bars: number
  durationSeconds: number
}

interface Voices {
  lead: MelodyNote[]
  harmony: MelodyNote[]
  second: MelodyNote[]
  chords: PlayedNote[]
  pad: PlayedNote[]
  bass: PlayedNote[]
  hits: DrumHit[]
}

function write(style: Style, form: Section[], setting: Setting): Omit<Score, 'durationSeconds' | 'wordless'> {
  const harmony = chordPlan(style, form, setting)
  const random = randomFrom(setting.here, 'playing')
  const voices: Voices = { lead: [], harmony: [], second: [], chords: [], pad: [], bass: [], hits: [] }
  const first = form[0]
  if (setting.leadIn > 0 && first !== undefined) pickUp(voices, style, harmony(0), random)
  for (const section of form) {
    sing(voices, style, section, harmony, setting)
    for (let index = 0; index < section.bars; index++) playBar(voices, style, section, index, harmony, random)
  }
  close(voices, style, setting.bars, harmony(0), random)
  return timed(voices, style, form, setting)
}

/** Which chord every bar has. Sections of one kind share their progression. */
function chordPlan(style: Style, form: Section[], { root, songTake, take }: Setting): (bar: number) => Chord {
  const list = style.genre.progressions ?? progressionsOf(style.key.mode)
  // Three to a take, so that the next take's verse is not this one's chorus.
  const numbered = (turn: number): Chord[] => {
    const token = list[(hashOf(`${root}|progression`) + turn) % list.length] ?? list[0]
    return chordsOf(token, style.key, style.genre.sevenths)
  }
  const raga = style.genre.comping.includes('drone')
  const rising = raga
    ? numbered(3 * songTake)
    : chordsOf(style.key.mode === 'minor' ? '6 7 6 7' : '4 5 4 5', style.key, style.genre.sevenths)
  const verse = numbered(3 * take)
  const chorus = numbered(3 * songTake + 1)
  const plans: Record<Section['kind'], Chord[]> = {
    intro: chorus,
    verse,
    prechorus: rising,
    chorus,
    bridge: numbered(3 * take + 2),
    solo: verse,
    outro: chorus,
  }
  const chords = form.flatMap(({ kind, bars }) =>
    Array.from({ length: bars }, (_, bar) => plans[kind][bar % plans[kind].length]),
  )
  const home = chordsOf('1', style.key, style.genre.sevenths)[0] ?? { degree: 0, pitchClasses: [style.key.tonic] }
  return (bar) => chords[bar] ?? home
}

function sing(voices: Voices, style: Style, section: Section, chordAt: (bar: number) => Chord, setting: Setting): void {
  const bySecond = section.kind === 'solo' || section.lines.length === 0
  const who = bySecond ? style.second : style.lead
  const tune = composeMelody(section, {
    key: style.key,
    centre: INSTRUMENTS[who].centre + (who === 'voice' ? style.singer.register : 0),
    beatsPerBar: style.genre.beatsPerBar,
    chordAt,
    word: section.kind === 'chorus' ? setting.song : setting.here,
  })
  if (!bySecond || style.lead === style.second) voices.lead.push(...tune)
  else
    voices.second.push(
      ...tune.map((note) => ({ ...note, velocity: note.velocity * (section.kind === 'solo' ? 1 : 0.8) })),
    )
  if (section.kind === 'chorus' && section.turn > 0 && style.energy > 0.3)
    voices.harmony.push(...thirdBelow(tune, style))
}

function thirdBelow(tune: MelodyNote[], { key }: Style): MelodyNote[] {
  const scale = new Set(chordsOf('1 2 3 4 5 6 7', key, false).map(({ pitchClasses }) => pitchClasses[0]))
  return tune.map((note) => {
    const midi = scale.has((note.midi - 4) % 12) ? note.midi - 4 : note.midi - 3
    return { ...note, midi, velocity: note.velocity * 0.8 }
  })
}

function playBar(
  voices: Voices,
  style: Style,
  section: Section,
  index: number,
  chordAt: (bar: number) => Chord,
  random: Random,
): void {
  const number = section.startBar + index
  const beats = style.genre.beatsPerBar
  const { kind } = section
  const build = kind === 'prechorus' ? (0.2 * index) / section.bars : 0
  const bar = {
    start: number * beats,
    beats,
    chord: chordAt(number),
    next: chordAt(number + 1),
    intensity: Math.min(1, section.intensity + build),
  }
  const isLast = index === section.bars - 1
  const latter = index >= section.bars / 2
  const calm = style.energy < 0.35
  const drumsPlay =
    kind === 'intro' ? latter && !calm : kind === 'outro' ? !latter : kind !== 'bridge' || (latter && !calm)
  if (drumsPlay) {
    const fill = isLast && section.bars >= 4 && kind !== 'outro'
    const crash = index === 0 && (kind === 'chorus' || kind === 'solo') && style.energy > 0.35
    voices.hits.push(...drumBar(style.drums, { ...bar, fill, crash }, random))
  }
  if (kind !== 'intro' || latter)
    voices.bass.push(
      ...bassBar(kind === 'bridge' && style.bassLine !== 'none' ? 'long' : style.bassLine, bar, style.key, random),
    )
  if (kind !== 'bridge' || style.pad === undefined || latter)
    voices.chords.push(...compingBar(compingOf(style, kind), bar, centreOf(style.chords), random))
  const padPlays =
    kind === 'chorus' ||
    kind === 'bridge' ||
    kind === 'prechorus' ||
    kind === 'outro' ||
    calm ||
    (kind === 'verse' && section.turn > 0)
  if (padPlays) voices.pad.push(...padBar(bar, centreOf(style.pad)))
}

const centreOf = (name: InstrumentName | undefined): number => (name === undefined ? 60 : INSTRUMENTS[name].centre)

/** How the chords are played. Some instruments have only one way; in the bridge the others play less. */
function compingOf({ comping, chords, genre }: Style, kind: Section['kind']): Comping {
  if (chords === 'powerGuitar') return 'power'
  if (chords === 'tanpura' || comping === 'drone') return 'drone'
  if (comping === 'power') return kind === 'chorus' ? 'strum' : 'block'
  if (kind === 'bridge' || kind === 'intro') return genre.beatsPerBar === 3 ? comping : 'arpeggio'
  return comping
}

/** The rest of the bar in which another song was left: the band is in full swing. */
function pickUp(voices: Voices, style: Style, chord: Chord, random: Random): void {
  const beats = style.genre.beatsPerBar
  const bar = { start: -beats, beats, chord, next: chord, intensity: 0.6 }
  voices.hits.push(...drumBar(style.drums, { ...bar, fill: true, crash: false }, random))
  voices.bass.push(...bassBar(style.bassLine, bar, style.key, random))
  voices.chords.push(...compingBar(compingOf(style, 'verse'), bar, centreOf(style.chords), random))
  voices.pad.push(...padBar(bar, centreOf(style.pad)))
}

/** A note that already sounds where the song starts, in the pick-up, is heard from there on. */
const fromStart = <T extends { at: number; seconds: number }>(note: T): T =>
  note.at < 0 && note.at + note.seconds > 0.1 ? { ...note, at: 0, seconds: note.at + note.seconds } : note

/** The last chord, left to ring. */
function close(voices: Voices, style: Style, bars: number, chord: Chord, random: Random): void {
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

function timed(
  voices: Voices,
  style: Style,
  form: Section[],
  setting: Setting,
): Omit<Score, 'durationSeconds' | 'wordless'> {
  const { bpm, genre, room, energy } = style
  const loose = randomFrom(setting.here, 'hands')
  const middle = 0.5 + genre.swing / 2
  const toSeconds = (beat: number): number => {
    const whole = Math.floor(beat)
    const part = beat - whole
    const swung = part < 0.5 ? (part / 0.5) * middle : middle + ((part - 0.5) / 0.5) * (1 - middle)
    return setting.leadIn + ((whole + swung) * 60) / bpm
  }
  const isMachine = kitOf(style.drums) === 'electronic'
  const untidy = isMachine ? 0.001 : 0.006
  const inTime = (at: number): boolean => at >= -0.001 && at < setting.durationSeconds - 0.3
  const notesOf = (notes: MelodyNote[]): Part['notes'] =>
    notes
      .map(({ beat, beats, midi, velocity, syllable }) => ({
        at: toSeconds(beat),
        seconds: toSeconds(beat + beats) - toSeconds(beat),
        midi,
        velocity,
        ...(syllable === undefined ? {} : { syllable }),
      }))
      .map(fromStart)
      .filter(({ at }) => inTime(at))
      .map((note) => ({ ...note, at: Math.max(0, note.at + loose.between(-untidy, untidy)) }))
  const part = (
    instrument: InstrumentName | undefined,
    notes: MelodyNote[],
    how: Omit<Part, 'instrument' | 'notes' | 'wide' | 'pumps'> & Partial<Part>,
  ): Part[] =>
    instrument === undefined || notes.length === 0
      ? []
      : [{ wide: false, pumps: true, ...how, instrument, notes: notesOf(notes) }]
  return {
    bpm,
    energy,
    singer: style.singer,
    key: keyName(style.key),
    kit: kitOf(style.drums),
    drumGain: 0.62 + 0.3 * energy,
    room,
    echoSeconds: (60 / bpm) * 0.75,
    dusty: genre.name === 'lo-fi',
    pump: /fourFloor|techno/.test(style.drums) ? 0.45 : 0,
    sections: form.map(({ kind, startBar }) => ({ kind, at: toSeconds(startBar * genre.beatsPerBar) })),
    hits: voices.hits
      .map(({ beat, piece, velocity }) => ({ at: toSeconds(beat), piece, velocity }))
      .filter(({ at }) => inTime(at))
      .map((hit) => ({ ...hit, at: Math.max(0, hit.at) })),
    parts: [
      ...part(style.lead, voices.lead, { gain: 0.6, pan: 0, room: 0.3, echo: 0.2, pumps: false }),
      ...part(style.lead, voices.harmony, { gain: 0.26, pan: 0.35, room: 0.4, echo: 0.1, pumps: false }),
      ...part(style.second, voices.second, { gain: 0.5, pan: -0.15, room: 0.35, echo: 0.25, pumps: false }),
      ...part(style.chords, voices.chords, {
        gain: 0.24,
        pan: 0.25,
        room: 0.25,
        echo: 0.04,
        wide: style.chords === 'powerGuitar',
      }),
      ...part(style.pad, voices.pad, { gain: 0.13, pan: 0, room: 0.5, echo: 0, wide: style.pad !== 'choir' }),
      ...part(style.bass, voices.bass, { gain: 0.62, pan: 0, room: 0.03, echo: 0 }),
    ],
  }
}

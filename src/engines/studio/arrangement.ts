import { chordsNamed, type InItsHarmony, inHarmonyOf, tuneOfSheet } from './cover-song.ts'
import { kitOf } from './drums.ts'
import { barSeconds, planForm, type Section } from './form.ts'
import { type Chord, chordName, chordsOf, keyName, progressionsOf } from './harmony.ts'
import { INSTRUMENTS, type InstrumentName } from './instruments.ts'
import { levelOf } from './layers.ts'
import type { Harmony, LeadSheet } from './lead-sheet.ts'
import { type LyricSection, parseLyrics } from './lyrics.ts'
import { composeMelody, type MelodyNote } from './melody.ts'
import { close, pickUp, playBar, type Voices } from './play-bar.ts'
import { hashOf, randomFrom } from './random.ts'
import type { Part, Role, Score } from './score.ts'
import { type SheetSection, sheetForm } from './sheet-form.ts'
import { pronounce } from './sing/pronounce.ts'
import type { SongRequest } from './song.ts'
import { chooseStyle, type Identity, type Style } from './style.ts'

const CLOSING_SECONDS = 3
const SHORTEST_SECONDS = 4
const LONGEST_SECONDS = 600
/** As much as is heard of a recording. */
const LONGEST_COVER_SECONDS = 300

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
  const chosen = chooseStyle(identity, { negativeTags: request.negativeTags ?? '', sung: !request.instrumental })
  const taken = request.covers ?? request.continues?.harmony
  const inHarmony = taken && inHarmonyOf(chosen, taken, identity.tags)
  const style = inHarmony?.style ?? chosen
  const song = wordOf(identity)
  const root = rootOf(identity)
  const here = request.continues === undefined ? song : `${song}|${wordOf(own)}|${request.continues.fromSeconds}`
  const bar = barSeconds(style)
  const leadIn = request.continues === undefined ? 0 : restOfBar(request.continues.fromSeconds, bar)
  const plan = (sections: LyricSection[]): Section[] =>
    request.covers
      ? sheetForm(request.covers, sections, style, Math.floor((request.longestSeconds ?? LONGEST_COVER_SECONDS) / bar))
      : planForm(sections, style, {
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
      ...(inHarmony && request.covers ? { cover: { sheet: request.covers, inHarmony } } : {}),
      ...(inHarmony && request.continues?.harmony ? { goesOn: { harmony: request.continues.harmony, inHarmony } } : {}),
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
  /** Its tune, chords and form are given. */
  cover?: { sheet: LeadSheet; inHarmony: InItsHarmony }
  /** It goes on over given chords. */
  goesOn?: { harmony: Harmony; inHarmony: InItsHarmony }
}

function write(style: Style, form: Section[], setting: Setting): Omit<Score, 'durationSeconds' | 'wordless'> {
  const harmony = chordPlan(style, form, setting)
  const random = randomFrom(setting.here, 'playing')
  const voices: Voices = {
    lead: [],
    harmony: [],
    second: [],
    chords: [],
    pad: [],
    colour: [],
    bass: [],
    hits: [],
    hook: [],
  }
  const first = form[0]
  if (setting.leadIn > 0 && first !== undefined) pickUp(voices, style, harmony(0), random)
  for (const [number, section] of form.entries()) {
    sing(voices, style, section, harmony, setting)
    const following = form[number + 1]?.kind
    for (let index = 0; index < section.bars; index++)
      playBar(voices, style, { section, index, following }, harmony, random)
  }
  close(voices, style, setting.bars, harmony(0), random)
  return { ...timed(voices, style, form, setting), chords: chordTimes(style, form, harmony, setting) }
}

/** Which chord every bar has. Sections of one kind share their progression. */
function chordPlan(style: Style, form: Section[], setting: Setting): (bar: number) => Chord {
  const { root, songTake, take, cover, goesOn } = setting
  if (cover) return coverPlan(form, cover)
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
  const plans: Record<Section['kind'], Chord[]> = goesOn
    ? takenOver(goesOn)
    : {
        intro: chorus,
        verse,
        prechorus: rising,
        chorus,
        bridge: numbered(3 * take + 2),
        // A solo quotes the chorus.
        solo: chorus,
        outro: chorus,
      }
  const chords = form.flatMap(({ kind, bars }) =>
    Array.from({ length: bars }, (_, bar) => plans[kind][bar % plans[kind].length]),
  )
  const home = chordsOf('1', style.key, style.genre.sevenths)[0] ?? { degree: 0, pitchClasses: [style.key.tonic] }
  return (bar) => chords[bar] ?? home
}

/** The chords of the sheet, section by section; then its first one. */
function coverPlan(form: Section[], { sheet, inHarmony }: NonNullable<Setting['cover']>): (bar: number) => Chord {
  const named = chordsNamed(sheet.chords, inHarmony)
  const { style } = inHarmony
  const home = chordsOf('1', style.key, false)[0] ?? { degree: 0, pitchClasses: [style.key.tonic] }
  // `sheetForm` made the sections.
  const chords = (form as SheetSection[]).flatMap(({ sheetBar, bars }) => named.slice(sheetBar, sheetBar + bars))
  return (bar) => chords[bar] ?? home
}

function takenOver({ harmony, inHarmony }: NonNullable<Setting['goesOn']>): Record<Section['kind'], Chord[]> {
  const [verse, chorus] = [chordsNamed(harmony.verse, inHarmony), chordsNamed(harmony.chorus, inHarmony)]
  return { intro: verse, verse, prechorus: verse, chorus, bridge: verse, solo: chorus, outro: chorus }
}

const ENERGETIC = 0.65
/** A voice carries most of a song's loudness: one that sings verses as loudly as choruses keeps the chorus from lifting. */
const SOFTENING = { energetic: 0.6, others: 0.25 }

function sing(voices: Voices, style: Style, section: Section, chordAt: (bar: number) => Chord, setting: Setting): void {
  const softening = style.genre.energy > ENERGETIC ? SOFTENING.energetic : SOFTENING.others
  if (setting.cover) {
    // `sheetForm` made the section.
    const { lead, second } = tuneOfSheet(
      setting.cover.sheet,
      section as SheetSection,
      setting.cover.inHarmony,
      softening,
    )
    voices.lead.push(...lead)
    voices.second.push(...second)
    if (hasHarmony(section, style)) voices.harmony.push(...thirdBelow(lead, style))
    return
  }
  const bySecond = section.kind === 'solo' || section.lines.length === 0
  const who = bySecond ? style.second : style.lead
  const tune = composeMelody(section, {
    key: style.key,
    centre: INSTRUMENTS[who].centre + (who === 'voice' ? style.singer.register : 0),
    beatsPerBar: style.genre.beatsPerBar,
    chordAt,
    word: section.kind === 'chorus' ? setting.song : setting.here,
    avoids: style.genre.avoids ?? [],
    softening,
  })
  if (section.kind === 'chorus' && voices.hook.length === 0) voices.hook.push(...fromStartOf(section, tune, style))
  const played = section.kind === 'solo' ? quoting(section, tune, voices.hook, style) : tune
  if (!bySecond || style.lead === style.second) voices.lead.push(...played)
  else
    voices.second.push(
      ...played.map((note) => ({ ...note, velocity: note.velocity * (section.kind === 'solo' ? 1 : 0.8) })),
    )
  if (hasHarmony(section, style)) voices.harmony.push(...thirdBelow(tune, style))
}

/** From its second time on, a chorus has a second voice. */
const hasHarmony = ({ kind, turn }: Section, { energy }: Style): boolean =>
  kind === 'chorus' && turn > 0 && energy > 0.3

/** A tune as if its section were the song's first. */
function fromStartOf({ startBar }: Section, tune: MelodyNote[], { genre }: Style): MelodyNote[] {
  return tune.map(({ beat, beats, midi, velocity }) => ({
    beat: beat - startBar * genre.beatsPerBar,
    beats,
    midi,
    velocity,
  }))
}

/** A solo begins with the tune of the chorus, in its own register, and then goes its own way. */
function quoting(section: Section, tune: MelodyNote[], hook: MelodyNote[], { genre, second }: Style): MelodyNote[] {
  const start = section.startBar * genre.beatsPerBar
  const half = Math.floor(section.bars / 2) * genre.beatsPerBar
  const quoted = hook.filter(({ beat, beats }) => beat >= 0 && beat + beats <= half)
  if (quoted.length === 0) return tune
  const middle = quoted.reduce((sum, { midi }) => sum + midi, 0) / quoted.length
  const octaves = 12 * Math.round((INSTRUMENTS[second].centre + 2 - middle) / 12)
  return [
    ...quoted.map((note) => ({ ...note, beat: note.beat + start, midi: note.midi + octaves })),
    ...tune.filter(({ beat }) => beat >= start + half),
  ]
}

function thirdBelow(tune: MelodyNote[], { key }: Style): MelodyNote[] {
  const scale = new Set(chordsOf('1 2 3 4 5 6 7', key, false).map(({ pitchClasses }) => pitchClasses[0]))
  return tune.map((note) => {
    const midi = scale.has((note.midi - 4) % 12) ? note.midi - 4 : note.midi - 3
    return { ...note, midi, velocity: note.velocity * 0.8 }
  })
}

/** A note that already sounds where the song starts, in the pick-up, is heard from there on. */
const fromStart = <T extends { at: number; seconds: number }>(note: T): T =>
  note.at < 0 && note.at + note.seconds > 0.1 ? { ...note, at: 0, seconds: note.at + note.seconds } : note

/** Each chord once, where it begins. */
function chordTimes(
  style: Style,
  form: Section[],
  chordAt: (bar: number) => Chord,
  { leadIn }: Setting,
): Score['chords'] {
  const bars = form.reduce((sum, section) => sum + section.bars, 0)
  const named = Array.from({ length: bars + 1 }, (_, bar) => {
    const chord = chordAt(bar < bars ? bar : 0)
    const at = leadIn + bar * barSeconds(style)
    const first = { at, name: chordName(chord) }
    return chord.secondHalf && bar < bars
      ? [first, { at: at + barSeconds(style) / 2, name: chordName(chord.secondHalf) }]
      : [first]
  }).flat()
  return named.filter(({ name }, index) => name !== named[index - 1]?.name)
}

function timed(
  voices: Voices,
  style: Style,
  form: Section[],
  setting: Setting,
): Omit<Score, 'durationSeconds' | 'wordless' | 'chords'> {
  const { bpm, genre, room, energy } = style
  const loose = randomFrom(setting.here, 'hands')
  const middle = 0.5 + genre.swing / 2
  const toSeconds = (beat: number): number => {
    const whole = Math.floor(beat)
    const part = beat - whole
    const swung = part < 0.5 ? (part / 0.5) * middle : middle + ((part - 0.5) / 0.5) * (1 - middle)
    return setting.leadIn + ((whole + swung) * 60) / bpm
  }
  const isMachine = /electronic|club|analog/.test(kitOf(style.drums))
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
    role: Role,
    instrument: InstrumentName | undefined,
    notes: MelodyNote[],
    how: Omit<Part, 'role' | 'instrument' | 'notes' | 'wide' | 'pumps' | 'spread'> & Partial<Part>,
  ): Part[] =>
    instrument === undefined || notes.length === 0
      ? []
      : [{ wide: false, pumps: true, spread: 0, ...how, role, instrument, notes: notesOf(notes) }]
  return {
    bpm,
    swing: genre.swing,
    endsAt: setting.leadIn + setting.bars * barSeconds(style),
    energy,
    singer: style.singer,
    key: keyName(style.key),
    barSeconds: barSeconds(style),
    tone: genre.name,
    width: genre.width,
    drumRoom: Math.max(0, genre.room - 0.2) * 0.25,
    kit: kitOf(style.drums),
    drumGain: 0.62 + 0.3 * energy,
    room,
    echoSeconds: (60 / bpm) * 0.75,
    dusty: genre.name === 'lo-fi',
    pump: kitOf(style.drums) === 'club' && genre.energy > 0.7 ? 0.45 : 0,
    sections: form.map((section) => ({
      kind: section.kind,
      at: toSeconds(section.startBar * genre.beatsPerBar),
      db: levelOf(style, section),
    })),
    hits: voices.hits
      .map(({ beat, piece, velocity }) => ({ at: toSeconds(beat), piece, velocity }))
      .filter(({ at }) => inTime(at))
      .map((hit) => ({ ...hit, at: Math.max(0, hit.at) })),
    parts: [
      ...part('lead', style.lead, voices.lead, { gain: 0.6, pan: 0, room: 0.3, echo: 0.2, pumps: false, spread: 0.1 }),
      ...part('harmony', style.lead, voices.harmony, { gain: 0.26, pan: 0.35, room: 0.4, echo: 0.1, pumps: false }),
      ...part('second', style.second, voices.second, {
        gain: 0.5,
        pan: -0.15,
        room: 0.35,
        echo: 0.25,
        pumps: false,
        spread: 0.4,
      }),
      ...part('chords', style.chords, voices.chords, {
        gain: style.chords === 'powerGuitar' ? 0.3 : 0.26,
        pan: 0.3,
        room: 0.2,
        echo: 0.04,
        wide: style.chords === 'powerGuitar',
        spread: style.chords === 'powerGuitar' ? 0.3 : 0.8,
      }),
      ...part('pad', style.pad, voices.pad, {
        gain: 0.15,
        pan: 0,
        room: 0.5,
        echo: 0,
        wide: style.pad !== 'choir',
        spread: 1,
      }),
      ...part('colour', style.colour, voices.colour, { gain: 0.2, pan: -0.45, room: 0.3, echo: 0.12, spread: 0.8 }),
      ...part('bass', style.bass, voices.bass, { gain: 0.62, pan: 0, room: 0.03, echo: 0 }),
    ],
  }
}

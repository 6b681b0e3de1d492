import type { DrumStyle } from './drums.ts'
import { inWordsOfTags } from './foreign-styles.ts'
import { type BassLine, type Comping, GENRES, type Genre } from './genres.ts'
import { type Key, MODES, type Mode } from './harmony.ts'
import { BASSES, INSTRUMENTS, type InstrumentName, LEADS, PADS } from './instruments.ts'
import { hashOf, rotate } from './random.ts'
import { isForInstruments, refusesVoice, splitRefusals } from './refusals.ts'
import { chooseSinger, type Singer } from './sing/singers.ts'

/** The properties that two songs share which sound like one band in one key. */
export interface Identity {
  seed: number
  take: number
  tags: string
  title: string
  description?: string
}

export interface Style {
  genre: Genre
  bpm: number
  key: Key
  drums: DrumStyle
  bass: InstrumentName | undefined
  bassLine: BassLine
  chords: InstrumentName | undefined
  comping: Comping
  pad: InstrumentName | undefined
  /** Joins where the song is full. */
  colour: InstrumentName | undefined
  lead: InstrumentName
  /** Answers the lead and plays the solos. */
  second: InstrumentName
  /** Who sings, if the lead is a voice. */
  singer: Singer
  room: number
  energy: number
}

type Choice<T> = readonly [T, ...T[]]

/**
 * The style that the tags describe. Tags override the defaults of the genre. What they leave open is chosen for the request, as
 * far as it makes the sound of the band: drums, bass, chords, pad, singer. The rest is chosen by the take, so that two takes of
 * one request are two songs of one band, in another tempo, key and mode, with other lines and soloists.
 */
export function chooseStyle(identity: Identity, options: { negativeTags: string; sung: boolean }): Style {
  const described = `${identity.tags}, ${identity.description ?? ''}`
  const asked = splitRefusals(described)
  const request = `${asked.wanted}, ${inWordsOfTags(identity.tags)}`.toLowerCase()
  const refused = [options.negativeTags.toLowerCase(), ...asked.refused].filter((part) => part !== '').join(', ')
  // A refused style is not a refusal of the drums and the bass in its name.
  const unwanted = refused.replace(/drum ?(and|&|n|'n'?) ?bass|bass ?house|big ?beat/g, '')
  const root = [identity.seed, identity.tags, identity.title, identity.description ?? ''].join('|')
  const turn = <T>(list: Choice<T>, about: string): T => rotate(list, `${root}|${about}`, identity.take)
  const forAll = <T>(list: Choice<T>, about: string): T => rotate(list, `${root}|${about}`, 0)

  const genre = genreOf(request, refused, turn)
  const requested = instrumentsIn(request).filter((name) => !refuses(unwanted, name))
  const wanted = (list: readonly InstrumentName[], about: string, choose = turn): InstrumentName | undefined => {
    const [first, ...rest] = list.filter((name) => !refuses(unwanted, name))
    return first === undefined ? undefined : choose([first, ...rest], about)
  }
  const among = (names: ReadonlySet<InstrumentName>): InstrumentName[] => requested.filter((name) => names.has(name))
  const requestedChords = requested.filter((name) => !LEADS.has(name) && !BASSES.has(name) && !PADS.has(name))

  const askedLead = among(LEADS)
  const second = wanted(askedLead.length > 0 ? askedLead : genre.leads, 'second') ?? 'synthLead'
  const noVoice = refusesVoice(refused.split(',')) || isForInstruments(described)
  const sung = options.sung && !noVoice
  const chords = wanted(requestedChords.length > 0 ? requestedChords : genre.chords, 'chords', forAll)
  const noBass = /(^|[\s,])(no )?bass\b/.test(unwanted)
  const noDrums = /drum|percussion|beat/.test(unwanted) || /drumless|a ?cappella/.test(request)
  return {
    genre,
    bpm: tempoOf(request, genre, identity, root),
    key: keyOf(request, genre, turn),
    drums: noDrums ? 'none' : forAll(genre.drums, 'drums'),
    bass: noBass
      ? undefined
      : wanted(among(BASSES).length > 0 ? among(BASSES) : genre.bass.filter((name) => name !== 'none'), 'bass', forAll),
    bassLine: turn(genre.bassLines, 'bass line'),
    chords,
    comping: turn(genre.comping, 'comping'),
    pad: /\bpads?\b|synth/.test(unwanted)
      ? undefined
      : wanted(among(PADS).length > 0 ? among(PADS) : genre.pads, 'pad', forAll),
    colour: wanted(
      genre.colours.filter((name) => name !== chords && name !== second),
      'colour',
    ),
    lead: sung ? 'voice' : second,
    second: second === chords || sung ? second : (wanted(genre.leads, 'answer') ?? second),
    singer: chooseSinger(`${request}${singerInsteadOf(refused)}`, genre.sings, (list) => forAll(list, 'register')),
    room: /reverb|echo/.test(unwanted)
      ? 0.05
      : /dreamy|ethereal|reverb|epic|hall/.test(request)
        ? Math.max(0.6, genre.room)
        : genre.room,
    energy: energyOf(request, genre),
  }
}

/** Who sings where one kind of singer is refused. */
function singerInsteadOf(refused: string): string {
  if (/\b(?:female|wom[ae]n|girl)/.test(refused)) return ', male vocals'
  return /\b(?:male|m[ae]n\b|boy)/.test(refused) ? ', female vocals' : ''
}

function genreOf(request: string, unwanted: string, turn: <T>(list: Choice<T>, about: string) => T): Genre {
  const allowed = GENRES.filter(({ words }) => !words.test(unwanted))
  const found = allowed
    .map((genre, rank) => ({ genre, rank, place: request.search(genre.words) }))
    .filter(({ place }) => place >= 0)
    .sort((a, b) => a.place - b.place || a.rank - b.rank)
  const first = found[0]?.genre
  if (first !== undefined) return first
  const plain = allowed.filter(({ name }) => ['pop', 'folk', 'rock', 'ballad', 'lo-fi'].includes(name))
  const [head, ...rest] = plain.length > 0 ? plain : allowed
  return head === undefined ? GENRES[0] : turn([head, ...rest], 'genre')
}

const instrumentsIn = (request: string): InstrumentName[] =>
  (Object.keys(INSTRUMENTS) as InstrumentName[]).filter((name) => INSTRUMENTS[name].words?.test(request)) // keys of a constant

const refuses = (unwanted: string, name: InstrumentName): boolean =>
  unwanted !== '' &&
  ((INSTRUMENTS[name].words?.test(unwanted) ?? false) ||
    (/guitar/.test(unwanted) && /Guitar|banjo/.test(name)) ||
    (/synth|electronic/.test(unwanted) && /synth|saw|Pad|chip/i.test(name)) ||
    (/distort|heavy|aggressive/.test(unwanted) && /powerGuitar|leadGuitar/.test(name)))

/** The tempo that tags name in numbers. */
export function statedTempo(tags: string): number | undefined {
  const stated = Number(/(\d{2,3})\s?bpm/i.exec(tags)?.[1] ?? Number.NaN)
  return stated >= 40 && stated <= 220 ? stated : undefined
}

function tempoOf(request: string, genre: Genre, identity: Identity, root: string): number {
  const stated = statedTempo(request)
  if (stated !== undefined) return stated
  const [low, high] = genre.bpm
  // Neighbouring takes lie 0.4 of the range apart, wrapping round.
  const place = (hashOf(`${root}|tempo`) / 4_294_967_296 + identity.take * 0.4) % 1
  const pace = /\bslow|calm|gentle|sleepy|mournful/.test(request)
    ? 0.86
    : /\bfast|upbeat|energetic|driving|frantic/.test(request)
      ? 1.1
      : 1
  return Math.round((low + (high - low) * place) * pace)
}

const NOTES: Readonly<Record<string, number>> = { c: 0, d: 2, e: 4, f: 5, g: 7, a: 9, b: 11 }

/** The key that tags name. */
export function statedKey(tags: string): Key | undefined {
  const [, letter, accidental, named] =
    /\b([a-g])([#♯b♭]|\ssharp|\sflat)?\s(major|minor|dorian|mixolydian|lydian|phrygian)\b/.exec(tags.toLowerCase()) ??
    []
  if (letter === undefined || named === undefined) return undefined
  const shift = accidental === undefined ? 0 : /[#♯]|sharp/.test(accidental) ? 1 : -1
  return { tonic: ((NOTES[letter] ?? 0) + shift + 12) % 12, mode: named as Mode } // the pattern lists modes only
}

function keyOf(request: string, genre: Genre, turn: <T>(list: Choice<T>, about: string) => T): Key {
  const stated = statedKey(request)
  if (stated !== undefined) return stated
  const tonic = turn([0, 7, 2, 9, 4, 10, 5], 'tonic')
  const mood = /\bsad|dark|melanchol|moody|gloomy|mourn|haunt|lonely|sinister/.test(request)
    ? 'minor'
    : /happy|joy|cheer|bright|sunny|uplift|hopeful/.test(request)
      ? 'major'
      : undefined
  const fits = mood === undefined ? [] : genre.modes.filter((mode) => (MODES[mode][2] === 3) === (mood === 'minor'))
  const [first, ...rest]: readonly Mode[] = fits.length > 0 ? fits : mood === undefined ? genre.modes : [mood]
  return { tonic, mode: first === undefined ? genre.modes[0] : turn<Mode>([first, ...rest], 'mode') }
}

function energyOf(request: string, genre: Genre): number {
  const shift = /calm|gentle|soft|chill|mellow|quiet|peaceful|sleepy/.test(request)
    ? -0.2
    : /energetic|powerful|epic|aggressive|anthem|intense|driving|wild/.test(request)
      ? 0.2
      : 0
  return Math.min(1, Math.max(0.1, genre.energy + shift))
}

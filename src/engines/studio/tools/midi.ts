import { type MidiEvent, writeMidi } from 'midi-file'
import type { Part, Score } from '../score.ts'
import { INSTRUMENT_PLACES, PIECE_PLACES, STEM_NAMES, type StemName } from './general-midi.ts'
import { stemOf, type Track } from './stems.ts'
import { sungWords } from './words.ts'

export interface Note {
  /** 0 to 127; of drums, the key of General MIDI. */
  pitch: number
  /** Seconds from the start of the song. */
  start: number
  end: number
  /** 0 to 1. */
  velocity: number
}

export interface NotedInstrument {
  name: string
  notes: Note[]
}

interface MidiTrack extends NotedInstrument {
  /** Undefined: on the percussion channel. */
  program: number | undefined
  isSung: boolean
}

const TICKS_PER_BEAT = 480
const PERCUSSION_CHANNEL = 9
const STROKE_SECONDS = 0.1
const MICROSECONDS_PER_MINUTE = 60_000_000

/** The notes of a song by instrument, those of `tracks` only; drums come as one instrument a track. */
export function instrumentsIn(score: Score, tracks: Track = new Set(STEM_NAMES)): NotedInstrument[] {
  return midiTracks(score, tracks).map(({ name, notes }) => ({ name, notes }))
}

function midiTracks({ parts, hits }: Score, tracks: Track): MidiTrack[] {
  const played = parts
    .filter((part) => tracks.has(stemOf(part)))
    .map((part) => ({
      name: `${wordsOf(part.instrument)} (${part.role})`,
      program: INSTRUMENT_PLACES[part.instrument][1],
      isSung: part.role === 'lead' && part.instrument === 'voice',
      notes: part.notes.map(({ at, seconds, midi, velocity }) => noteOf(Math.round(midi), at, at + seconds, velocity)),
    }))
  const struck = STEM_NAMES.filter((stem) => tracks.has(stem)).flatMap((stem) => strokesOf(stem, hits))
  return [...played, ...struck]
}

function strokesOf(stem: StemName, hits: Score['hits']): MidiTrack[] {
  const notes = hits
    .filter(({ piece }) => PIECE_PLACES[piece][0] === stem)
    .map(({ at, piece, velocity }) => noteOf(PIECE_PLACES[piece][1], at, at + STROKE_SECONDS, velocity))
  return notes.length === 0 ? [] : [{ name: stem, program: undefined, isSung: false, notes }]
}

const noteOf = (pitch: number, start: number, end: number, velocity: number): Note => ({
  pitch,
  start: rounded(start),
  end: rounded(end),
  velocity: rounded(Math.max(0.01, Math.min(1, velocity))),
})

const rounded = (value: number): number => Math.round(value * 1e4) / 1e4

/** "fingerBass" as "finger bass". */
const wordsOf = (name: Part['instrument']): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)

/**
 * A Standard MIDI File of format 1: tempo, metre and sections in the first track, then a track for each instrument, with the
 * words of the leading voice as lyrics.
 */
export function midiFile(score: Score, title: string, tracks: Track = new Set(STEM_NAMES)): Uint8Array {
  const words = sungWords(score).map(({ text, noteAt, endsLine }) => ({
    at: noteAt,
    text: `${text}${endsLine ? '\n' : ' '}`,
  }))
  const instruments = midiTracks(score, tracks)
  let channel = 0
  const described = instruments.map((track) => {
    const own = track.program === undefined ? PERCUSSION_CHANNEL : melodicChannel(channel++)
    return instrumentTrack(track, own, score, track.isSung ? words : [])
  })
  const bytes = writeMidi({
    header: { format: 1, numTracks: described.length + 1, ticksPerBeat: TICKS_PER_BEAT },
    tracks: [conductor(score, title), ...described],
  })
  return Uint8Array.from(bytes)
}

/** Fifteen, without that of percussion; more instruments share them. */
const melodicChannel = (number: number): number => (number % 15) + (number % 15 >= PERCUSSION_CHANNEL ? 1 : 0)

/** Each kind without its time. */
type Bare<Event> = Event extends MidiEvent ? Omit<Event, 'deltaTime'> : never

interface Timed {
  at: number
  event: Bare<MidiEvent>
}

function conductor(score: Score, title: string): MidiEvent[] {
  const { bpm, barSeconds, sections } = score
  const beats = Math.max(1, Math.round((barSeconds * bpm) / 60))
  return inOrder(
    [
      { at: 0, event: { type: 'trackName', meta: true, text: latin(title) } },
      {
        at: 0,
        event: { type: 'setTempo', meta: true, microsecondsPerBeat: Math.round(MICROSECONDS_PER_MINUTE / bpm) },
      },
      {
        at: 0,
        event: { type: 'timeSignature', meta: true, numerator: beats, denominator: 4, metronome: 24, thirtyseconds: 8 },
      },
      ...sections.map(({ kind, at }): Timed => ({ at, event: { type: 'marker', meta: true, text: kind } })),
    ],
    score,
  )
}

function instrumentTrack(
  { name, program, notes }: MidiTrack,
  channel: number,
  score: Score,
  words: readonly { at: number; text: string }[],
): MidiEvent[] {
  const events: Timed[] = [{ at: 0, event: { type: 'trackName', meta: true, text: name } }]
  if (program !== undefined) events.push({ at: 0, event: { type: 'programChange', channel, programNumber: program } })
  for (const { at, text } of words) events.push({ at, event: { type: 'lyrics', meta: true, text: latin(text) } })
  for (const { pitch, start, end, velocity } of notes) {
    const loudness = Math.max(1, Math.round(127 * velocity))
    events.push({ at: start, event: { type: 'noteOn', channel, noteNumber: pitch, velocity: loudness } })
    events.push({ at: end, event: { type: 'noteOff', channel, noteNumber: pitch, velocity: 0 } })
  }
  return inOrder(events, score)
}

/** Texts of MIDI files are bytes; readers expect UTF-8, which the package writes if it is given a character a byte. */
const latin = (text: string): string => Buffer.from(text).toString('latin1')

function inOrder(events: readonly Timed[], { bpm, durationSeconds }: Score): MidiEvent[] {
  const ticksAt = (seconds: number): number => Math.round((Math.max(0, seconds) * bpm * TICKS_PER_BEAT) / 60)
  // Where two are at once, what ends comes before what begins again.
  const rank = ({ event }: Timed): number => (event.type === 'noteOff' ? 0 : event.type === 'noteOn' ? 2 : 1)
  const sorted = events
    .map((timed) => ({ timed, tick: ticksAt(timed.at) }))
    .sort((a, b) => a.tick - b.tick || rank(a.timed) - rank(b.timed))
  let before = 0
  const written = sorted.map(({ timed, tick }) => {
    const deltaTime = tick - before
    before = tick
    return { ...timed.event, deltaTime } as MidiEvent // of one of its kinds, as above
  })
  return [...written, { deltaTime: Math.max(0, ticksAt(durationSeconds) - before), meta: true, type: 'endOfTrack' }]
}

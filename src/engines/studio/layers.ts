import type { Drumming } from './drums.ts'
import type { Section } from './form.ts'
import type { Style } from './style.ts'

/** Who plays in a bar, and how much. */
export interface Layers {
  drums: Drumming
  percussion: boolean
  bass: 'none' | 'long' | 'full'
  chords: 'none' | 'thin' | 'full'
  pad: boolean
  colour: boolean
}

/** A bar of a section: where it lies, and what the song has already played. */
export interface Place {
  section: Section
  /** From 0 within the section. */
  bar: number
  /** No chorus comes after this section's. */
  isLast: boolean
}

const ALL: Layers = { drums: 'full', percussion: true, bass: 'full', chords: 'full', pad: true, colour: true }
const NOTHING: Layers = { drums: 'none', percussion: false, bass: 'none', chords: 'none', pad: false, colour: false }

/** Who plays where: a song that begins with everybody has nowhere to go. */
export function layersAt(style: Style, place: Place): Layers {
  switch (style.genre.shape) {
    case 'band':
      return bandLayers(style, place)
    case 'club':
      return clubLayers(style, place)
    case 'flow':
      return flowLayers(place)
  }
}

const inLatterHalf = ({ section, bar }: Place): boolean => bar >= section.bars / 2

function bandLayers({ energy, genre }: Style, place: Place): Layers {
  const { section } = place
  const latter = inLatterHalf(place)
  switch (section.kind) {
    case 'intro':
      return {
        ...NOTHING,
        drums: latter ? 'time' : 'none',
        chords: 'thin',
        bass: latter ? 'long' : 'none',
        colour: energy > 0.7 && latter,
      }
    case 'verse':
      if (section.turn > 0)
        return {
          ...ALL,
          drums: energy > 0.6 ? 'full' : 'light',
          percussion: false,
          chords: 'thin',
          pad: false,
          colour: latter,
        }
      return {
        ...NOTHING,
        drums: energy > 0.75 ? 'light' : latter ? 'light' : 'time',
        bass: latter || energy > 0.6 ? 'full' : 'long',
        chords: 'thin',
      }
    case 'prechorus':
      return { ...ALL, drums: latter ? 'build' : 'half', percussion: false, bass: 'long', colour: false }
    case 'chorus':
      return { ...ALL, pad: genre.pads.length > 0 }
    case 'bridge':
      return { ...NOTHING, drums: latter ? 'half' : 'none', bass: 'long', chords: latter ? 'full' : 'thin', pad: true }
    case 'solo':
      return { ...ALL, percussion: false, pad: false, colour: false }
    case 'outro':
      return latter
        ? { ...NOTHING, chords: 'thin', bass: 'long', pad: true }
        : { ...ALL, drums: 'light', percussion: false }
  }
}

/** Beats that stop and build up; the chorus is the drop. */
function clubLayers(_style: Style, place: Place): Layers {
  const { section, bar } = place
  const latter = inLatterHalf(place)
  switch (section.kind) {
    case 'intro':
      return { ...NOTHING, drums: latter ? 'time' : 'none', colour: true, pad: true }
    case 'verse':
      if (section.turn > 0)
        return { ...ALL, drums: 'light', percussion: false, chords: 'thin', pad: false, colour: latter }
      return { ...NOTHING, drums: latter ? 'light' : 'time', bass: latter ? 'full' : 'long', chords: 'thin' }
    case 'prechorus':
      return { ...NOTHING, drums: latter ? 'build' : 'none', chords: 'full', pad: true, colour: latter }
    case 'chorus':
      return { ...ALL, pad: true, colour: section.turn > 0 || bar >= section.bars / 2 }
    case 'bridge':
      return { ...NOTHING, drums: latter ? 'build' : 'none', chords: 'thin', pad: true, colour: latter }
    case 'solo':
      return { ...ALL, percussion: true, pad: false }
    case 'outro':
      return { ...NOTHING, drums: latter ? 'none' : 'time', bass: latter ? 'none' : 'full', pad: true, chords: 'thin' }
  }
}

/** No breaks: instruments come and go one by one. */
function flowLayers(place: Place): Layers {
  const { section } = place
  const latter = inLatterHalf(place)
  switch (section.kind) {
    case 'intro':
      return { ...NOTHING, chords: 'full', drums: latter ? 'time' : 'none', pad: latter }
    case 'verse':
      if (section.turn > 0) return { ...ALL, percussion: false, pad: false }
      return { ...NOTHING, drums: latter ? 'full' : 'time', bass: 'full', chords: 'full' }
    case 'prechorus':
      return { ...ALL, percussion: false, colour: false }
    case 'chorus':
      return ALL
    case 'bridge':
      return { ...NOTHING, drums: 'time', bass: 'long', chords: 'thin', pad: true, colour: latter }
    case 'solo':
      return { ...ALL, percussion: false, colour: false }
    case 'outro':
      return { ...NOTHING, drums: latter ? 'none' : 'time', bass: 'long', chords: latter ? 'thin' : 'full', pad: true }
  }
}

// biome-ignore format: a table reads better in rows
const LEVELS: Readonly<Record<Section['kind'], number>> = {
  intro: -2.5, verse: -3.4, prechorus: -2.2, chorus: 0, bridge: -3, solo: -0.8, outro: -2,
}
const SECOND_VERSE_DB = 0.8

/** How loud a section is beside a chorus, in dB: as an engineer rides the faders. The wilder a song, the more. */
export function levelOf({ energy, genre }: Style, { kind, turn }: Section): number {
  const span = genre.shape === 'flow' ? 0.45 : 0.55 + 0.45 * Math.min(1, energy / 0.7)
  const db =
    LEVELS[kind] +
    (kind === 'verse' && turn > 0 ? SECOND_VERSE_DB : 0) +
    (kind === 'chorus' ? 0.25 * Math.min(2, turn) : 0)
  return db * span - (kind === 'verse' ? (genre.versesBackDb ?? 0) : 0)
}

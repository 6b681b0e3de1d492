/** Modes as semitones above the tonic. All have seven notes, so that a scale degree means the same everywhere. */
export const MODES = {
  major: [0, 2, 4, 5, 7, 9, 11],
  minor: [0, 2, 3, 5, 7, 8, 10],
  dorian: [0, 2, 3, 5, 7, 9, 10],
  mixolydian: [0, 2, 4, 5, 7, 9, 10],
  lydian: [0, 2, 4, 6, 7, 9, 11],
  phrygian: [0, 1, 3, 5, 7, 8, 10],
  bhairav: [0, 1, 4, 5, 7, 8, 11],
} as const satisfies Record<string, readonly number[]>

export type Mode = keyof typeof MODES

export interface Key {
  /** 0 = C … 11 = B */
  tonic: number
  mode: Mode
}

/** A chord that lasts for one bar, or for half of it. */
export interface Chord {
  /** Scale degree of its root, 0 = tonic. */
  degree: number
  /** Pitch classes, root first. */
  pitchClasses: number[]
  /** What sounds from the middle of the bar on. */
  secondHalf?: Chord
}

/** Chord roots as scale degrees, one a bar. A trailing M means a major third in any mode. */
export type Progression = string

// biome-ignore format: a table reads better in rows
const MAJOR_LIKE: readonly [Progression, ...Progression[]] = [
  '1 5 6 4', '1 6 4 5', '6 4 1 5', '1 4 6 5', '4 1 5 6', '1 3 4 5', '1 4 1 5', '1 2 4 1', '4 5 3 6', '1 5 4 4',
]
// biome-ignore format: a table reads better in rows
const MINOR_LIKE: readonly [Progression, ...Progression[]] = [
  '1 6 3 7', '1 7 6 7', '1 4 6 5M', '6 7 1 1', '1 3 7 4', '1 6 4 5M', '4 1 6 7', '1 5 6 3', '1 1 6 7',
]
const OTHERS: Partial<Record<Mode, readonly [Progression, ...Progression[]]>> = {
  dorian: ['1 4M 1 4M', '1 3 4M 1', '1 7 4M 1', '1 2 3 4M'],
  mixolydian: ['1 7 4 1', '1 4 7 4', '1 1 7 4', '1 5 7 4'],
  lydian: ['1 2M 1 2M', '1 2M 6 5', '1 5 2M 1'],
  phrygian: ['1 2 1 7', '1 2 3 2', '1 7 2 1'],
  bhairav: ['1 1 1 1', '1 4 1 1'],
}

export const progressionsOf = (mode: Mode): readonly [Progression, ...Progression[]] =>
  OTHERS[mode] ?? (mode === 'minor' ? MINOR_LIKE : MAJOR_LIKE)

export function chordsOf(progression: Progression, key: Key, sevenths: boolean): Chord[] {
  return progression.split(' ').map((token) => {
    const degree = (Number.parseInt(token, 10) || 1) - 1
    const steps = sevenths ? [0, 2, 4, 6] : [0, 2, 4]
    const pitchClasses = steps.map((step) => pitchClass(key, degree + step))
    const root = pitchClasses[0] ?? 0
    if (token.endsWith('M')) pitchClasses[1] = (root + 4) % 12
    return { degree, pitchClasses }
  })
}

export const pitchClass = ({ tonic, mode }: Key, degree: number): number =>
  (tonic + (MODES[mode][wrap(degree, 7)] ?? 0)) % 12

/** Semitones above the tonic for any scale degree, below and above the octave. */
export const semitonesOf = (mode: Mode, degree: number): number =>
  (MODES[mode][wrap(degree, 7)] ?? 0) + 12 * Math.floor(degree / 7)

/** The note with this pitch class that lies nearest to `around` (MIDI). */
export const nearestNote = (pitchClass: number, around: number): number =>
  around + wrap(pitchClass - around + 6, 12) - 6

/** The chord laid out closely around a MIDI note, low to high: neighbouring chords then move by small steps. */
export const voicing = ({ pitchClasses }: Chord, around: number): number[] =>
  pitchClasses.map((pitchClass) => nearestNote(pitchClass, around)).sort((a, b) => a - b)

const NOTE_NAMES = ['C', 'C#', 'D', 'Eb', 'E', 'F', 'F#', 'G', 'Ab', 'A', 'Bb', 'B']

/** Qualities by their semitones above the root. */
const QUALITIES: Readonly<Record<string, string>> = {
  '4 7': '', '3 7': 'm', '3 6': 'dim', '4 8': 'aug', '4 6': '(b5)', '4 7 11': 'maj7', '4 7 10': '7', '3 7 10': 'm7', '3 7 11': 'm(maj7)',
  '3 6 10': 'm7b5', '3 6 9': 'dim7',
} // biome-ignore format: a table reads better in rows

/** For people: "Dm7". */
export function chordName({ pitchClasses }: Chord): string {
  const [root = 0, ...others] = pitchClasses
  const quality = QUALITIES[others.map((pitchClass) => wrap(pitchClass - root, 12)).join(' ')]
  return `${NOTE_NAMES[root] ?? 'C'}${quality ?? ''}`
}

export const keyName = ({ tonic, mode }: Key): string => `${NOTE_NAMES[tonic] ?? 'C'} ${mode}`

/** The key of such a name; throws a RangeError for any other text. */
export function keyNamed(name: string): Key {
  const [note = '', mode = ''] = name.split(' ')
  const tonic = NOTE_NAMES.indexOf(note)
  if (tonic < 0 || !Object.hasOwn(MODES, mode)) throw new RangeError(`"${name}" is no name of a key.`)
  return { tonic, mode: mode as Mode } // as was just checked
}

export const wrap = (value: number, size: number): number => ((Math.round(value) % size) + size) % size

import type { BassLine, Colouring, Comping } from './genres.ts'
import { type Chord, type Key, nearestNote, pitchClass, voicing } from './harmony.ts'
import type { Random } from './random.ts'

export interface PlayedNote {
  beat: number
  beats: number
  midi: number
  velocity: number
}

export interface Bar {
  start: number
  beats: number
  chord: Chord
  next: Chord
  intensity: number
}

/** One bar of bass under the chord. */
export function bassBar(
  line: BassLine,
  { start, beats, chord, next, intensity }: Bar,
  key: Key,
  random: Random,
): PlayedNote[] {
  const root = nearestNote(chord.pitchClasses[0] ?? 0, 38)
  const fifth = nearestNote(chord.pitchClasses[2] ?? 0, 41)
  const note = (beat: number, length: number, midi: number, velocity = 0.85): PlayedNote => ({
    beat: start + beat,
    beats: length,
    midi,
    velocity: velocity * (0.7 + 0.3 * intensity),
  })
  switch (line) {
    case 'none':
      return []
    case 'long':
      return [note(0, beats * 0.97, root)]
    case 'roots':
      return beats === 3
        ? [note(0, 2.6, root)]
        : [note(0, 1.8, root), note(2, 1.8, random.chance(0.6) ? fifth : root, 0.75)]
    case 'eighths':
      return everyHalf(beats).map((beat) => note(beat, 0.45, root, beat % 1 === 0 ? 0.9 : 0.72))
    case 'octaves':
      return everyHalf(beats).map((beat) =>
        note(beat, 0.4, beat % 1 === 0 ? root : root + 12, beat % 1 === 0 ? 0.9 : 0.7),
      )
    case 'offbeat':
      return everyHalf(beats)
        .filter((beat) => beat % 1 !== 0)
        .map((beat) => note(beat, 0.42, root, 0.9))
    case 'bounce':
      return [
        note(0, 1.3, root),
        note(1.5, 0.45, root, 0.75),
        note(2.5, 0.9, fifth, 0.75),
        ...(beats > 3 && random.chance(0.5) ? [note(3.5, 0.4, root, 0.65)] : []),
      ]
    case 'sixteenths':
      return Array.from({ length: beats * 4 }, (_, step) => step / 4).map((beat) =>
        note(beat, 0.2, beat % 1 === 0.75 ? root + 12 : root, beat % 1 === 0 ? 0.92 : 0.68),
      )
    case 'gallop':
      return Array.from({ length: beats }, (_, beat) => [
        note(beat, 0.45, root, 0.92),
        note(beat + 0.5, 0.2, root, 0.7),
        note(beat + 0.75, 0.2, root, 0.76),
      ]).flat()
    case 'reese':
      return [
        note(0, 1.4, root, 0.95),
        note(1.75, 0.7, root, 0.8),
        note(2.5, beats - 2.6, root + (next.degree === chord.degree ? 0 : 2), 0.85),
      ]
    case 'glide':
      return [note(0, 2.4, root - 12, 0.95), note(2.75, 1.1, random.chance(0.4) ? root : root - 12, 0.85)]
    case 'slap':
      return [
        note(0, 0.4, root, 0.95),
        note(0.75, 0.2, root + 12, 0.85),
        note(1.5, 0.3, root, 0.75),
        note(1.75, 0.2, root + 10, 0.7),
        note(2.5, 0.2, root + 12, 0.85),
        note(3, 0.3, fifth, 0.7),
        ...(random.chance(0.6) ? [note(3.5, 0.2, root + 10, 0.8), note(3.75, 0.2, root + 12, 0.8)] : []),
      ]
    case 'bossa':
      return [note(0, 1.4, root), note(1.5, 0.45, fifth, 0.7), note(2, 1.4, fifth, 0.85), note(3.5, 0.45, root, 0.7)]
    case 'tresillo':
      return [
        note(0, 1.2, root, 0.9),
        note(1.5, 1.2, fifth, 0.85),
        note(3, 0.9, nearestNote(next.pitchClasses[0] ?? 0, 40), 0.85),
      ]
    case 'dub':
      return [
        note(0, 0.9, root, 0.95),
        note(1.5, 0.4, root, 0.8),
        note(2, 0.4, fifth, 0.85),
        note(2.5, 0.4, root + 12, 0.75),
        ...(random.chance(0.5) ? [note(3, 0.8, fifth, 0.8)] : []),
      ]
    case 'walking': {
      const third = nearestNote(chord.pitchClasses[1] ?? 0, 40)
      const goal = nearestNote(next.pitchClasses[0] ?? 0, 38)
      const approach = random.chance(0.5) ? goal - 1 : nearestNote(pitchClass(key, next.degree + 1), goal)
      return [root, random.chance(0.5) ? third : fifth, random.chance(0.5) ? fifth : root + 12, approach]
        .slice(0, beats)
        .map((midi, beat) => note(beat, 0.9, midi, beat % 2 === 0 ? 0.9 : 0.8))
    }
  }
}

/** One bar of chords. */
export function compingBar(
  comping: Comping,
  { start, beats, chord, intensity }: Bar,
  centre: number,
  random: Random,
): PlayedNote[] {
  const tones = voicing(chord, centre)
  const together = (beat: number, length: number, velocity: number, strumBeats = 0): PlayedNote[] =>
    tones.map((midi, index) => ({
      beat: start + beat + index * strumBeats,
      beats: length,
      midi,
      velocity: velocity * (0.65 + 0.35 * intensity),
    }))
  const single = (beat: number, length: number, midi: number, velocity: number): PlayedNote => ({
    beat: start + beat,
    beats: length,
    midi,
    velocity: velocity * (0.65 + 0.35 * intensity),
  })
  switch (comping) {
    case 'block':
      return beats === 3 || intensity < 0.5
        ? together(0, beats * 0.95, 0.75)
        : [...together(0, 1.9, 0.8), ...together(2, 1.9, 0.65)]
    case 'sparse':
      return [
        ...together(random.pick([0, 0, 0.5]), 2.4, 0.7, 0.03),
        ...(random.chance(0.5) ? together(2.5, 1.2, 0.55, 0.03) : []),
      ]
    case 'strum': {
      const strokes = intensity < 0.5 ? [0, 2] : beats === 3 ? [0, 1, 2, 2.5] : [0, 1, 1.5, 2.5, 3, 3.5]
      return strokes.flatMap((beat) =>
        together(beat, beat % 1 === 0 ? 1 : 0.6, beat % 1 === 0 ? 0.8 : 0.58, beat % 1 === 0 ? 0.035 : 0.02),
      )
    }
    case 'arpeggio': {
      const steps = intensity > 0.8 || beats === 3 ? 0.5 : random.pick([0.5, 0.5, 1])
      const ladder = [...tones, (tones[0] ?? centre) + 12, ...tones.slice(1).reverse()]
      return Array.from({ length: Math.round(beats / steps) }, (_, index) =>
        single(
          index * steps,
          Math.max(0.9, steps * 1.8),
          ladder[index % ladder.length] ?? centre,
          index % 2 === 0 ? 0.78 : 0.62,
        ),
      )
    }
    case 'offbeat':
      return everyHalf(beats)
        .filter((beat) => beat % 1 !== 0)
        .flatMap((beat) => together(beat, 0.28, 0.75))
    case 'pulse':
      return everyHalf(beats).flatMap((beat) => together(beat, 0.36, beat % 1 === 0 ? 0.72 : 0.55))
    case 'stab':
      return [
        ...together(0, 0.4, 0.8),
        ...together(1.5, 0.4, 0.7),
        ...(beats > 3 && intensity > 0.5 ? together(3, 0.3, 0.6) : []),
      ]
    case 'ripple': {
      const ladder = [(tones[0] ?? centre) - 12, ...tones, (tones[0] ?? centre) + 12, (tones[1] ?? centre) + 12]
      return Array.from({ length: beats * 2 }, (_, index) => {
        const place = index < ladder.length ? index : 2 * (ladder.length - 1) - index
        return single(index / 2, beats - index / 2, ladder[Math.max(0, place)] ?? centre, index === 0 ? 0.78 : 0.6)
      })
    }
    case 'alberti': {
      const order = [0, 2, 1, 2]
      return Array.from({ length: beats * 2 }, (_, index) =>
        single(index / 2, 0.55, tones[order[index % 4] ?? 0] ?? centre, index % 4 === 0 ? 0.75 : 0.58),
      )
    }
    case 'picking': {
      const low = (tones[0] ?? centre) - 12
      const order = [low, tones[2], tones[1], tones[2], (tones[1] ?? centre) - 12, tones[2], tones[0], tones[1]]
      return order
        .slice(0, beats * 2)
        .map((midi, index) => single(index / 2, 1.2, midi ?? centre, index % 4 === 0 ? 0.8 : 0.6))
    }
    case 'roll': {
      const order = [0, 1, 2, 1, 0, 2, 1, 2]
      return Array.from({ length: beats * 4 }, (_, index) =>
        single(index / 4, 0.4, tones[order[index % 8] ?? 0] ?? centre, index % 4 === 0 ? 0.8 : 0.6),
      )
    }
    case 'sixteenths': {
      const strokes = [0, 0.75, 1, 1.5, 1.75, 2.25, 2.5, 3, 3.5, 3.75].filter((beat) => beat < beats)
      return strokes.flatMap((beat) => together(beat, 0.18, beat % 1 === 0 ? 0.78 : random.between(0.42, 0.68), 0.008))
    }
    case 'montuno': {
      const high = tones.map((midi) => midi + 12)
      return [0, 1, 1.5, 2.5, 3.5]
        .filter((beat) => beat < beats)
        .flatMap((beat, index) =>
          (index % 2 === 0 ? [tones[0], high[0]] : [tones[1], tones[2]]).map((midi) =>
            single(beat, 0.4, midi ?? centre, index === 0 ? 0.85 : 0.72),
          ),
        )
    }
    case 'bossa':
      return [0, 1, 1.5, 2.5, 3.5].filter((beat) => beat < beats).flatMap((beat) => together(beat, 0.4, 0.68, 0.01))
    case 'tango':
      return [0, 1, 2, 3, 3.5]
        .filter((beat) => beat < beats)
        .flatMap((beat) => together(beat, 0.3, beat === 3.5 ? 0.7 : 0.82))
    case 'ostinato': {
      const root = nearestNote(chord.pitchClasses[0] ?? 0, centre - 8)
      const fifth = nearestNote(chord.pitchClasses[2] ?? 0, centre - 4)
      const third = nearestNote(chord.pitchClasses[1] ?? 0, centre)
      const order = intensity < 0.5 ? [root, fifth, root, third] : [root, root, fifth, root, root, third, root, fifth]
      const step = intensity < 0.5 ? 1 : 0.5
      return Array.from({ length: Math.round(beats / step) }, (_, index) =>
        single(index * step, step * 0.7, order[index % order.length] ?? root, index % 4 === 0 ? 0.85 : 0.64),
      )
    }
    case 'gallop': {
      const root = nearestNote(chord.pitchClasses[0] ?? 0, 45)
      return Array.from({ length: beats }, (_, beat) => [
        ...[root, root + 7].map((midi) => single(beat, 0.45, midi, 0.88)),
        ...[root, root + 7].map((midi) => single(beat + 0.5, 0.2, midi, 0.66)),
        ...[root, root + 7].map((midi) => single(beat + 0.75, 0.2, midi, 0.7)),
      ]).flat()
    }
    case 'oompah':
      return Array.from({ length: beats - 1 }, (_, index) => index + 1)
        .filter((beat) => beats === 3 || beat % 2 === 1)
        .flatMap((beat) => together(beat, 0.7, 0.68, 0.01))
    case 'power': {
      const root = nearestNote(chord.pitchClasses[0] ?? 0, 45)
      const pair = (beat: number, length: number, velocity: number): PlayedNote[] =>
        [root, root + 7, root + 12].map((midi) => single(beat, length, midi, velocity))
      return intensity < 0.6
        ? pair(0, beats * 0.95, 0.7)
        : everyHalf(beats).flatMap((beat) => pair(beat, 0.46, beat % 2 === 0 ? 0.85 : 0.68))
    }
    case 'drone': {
      const root = nearestNote(chord.pitchClasses[0] ?? 0, 50)
      const upper = nearestNote(chord.pitchClasses[2] ?? 0, 55)
      return [upper - 12, root, root, root - 12]
        .slice(0, beats)
        .map((midi, beat) => single(beat, 3.6, midi, beat === 3 ? 0.7 : 0.58))
    }
  }
}

/** One bar of what joins where a song is full: above or below the tune, never the chords once more. */
export function colourBar(
  colouring: Colouring,
  { start, beats, chord, next, intensity }: Bar,
  centre: number,
): PlayedNote[] {
  const tones = voicing(chord, centre)
  const note = (beat: number, length: number, midi: number, velocity: number): PlayedNote => ({
    beat: start + beat,
    beats: length,
    midi,
    velocity: velocity * (0.65 + 0.35 * intensity),
  })
  switch (colouring) {
    case 'arpeggio': {
      const ladder = [...tones, (tones[0] ?? centre) + 12]
      return Array.from({ length: beats * 4 }, (_, index) =>
        note(index / 4, 0.24, ladder[index % ladder.length] ?? centre, index % 4 === 0 ? 0.75 : 0.55),
      )
    }
    case 'line': {
      // The third or the seventh, and a step towards the next chord's: one voice that always moves.
      const guide = nearestNote(chord.pitchClasses.at(-1) ?? 0, centre)
      const goal = nearestNote(next.pitchClasses[1] ?? 0, guide)
      const half = Math.floor(beats / 2) + (beats % 2)
      return goal === guide
        ? [note(0, beats * 0.98, guide, 0.7)]
        : [
            note(0, half * 0.98, guide, 0.7),
            note(half, (beats - half) * 0.96, nearestNote(chord.pitchClasses[1] ?? 0, goal), 0.62),
          ]
    }
    case 'riff': {
      const order = [0, 0, 2, 1, 0, 2, 1, 1]
      const places = [0, 0.75, 1.5, 2, 2.75, 3.25].filter((beat) => beat < beats)
      return places.map((beat, index) => note(beat, 0.5, tones[order[index] ?? 0] ?? centre, index === 0 ? 0.8 : 0.65))
    }
    case 'stabs':
      return [1.5, 3.5]
        .filter((beat) => beat < beats)
        .flatMap((beat) => tones.map((midi) => note(beat, 0.32, midi, 0.78)))
    case 'bubble':
      return everyHalf(beats).flatMap((beat) =>
        beat % 1 === 0 ? [note(beat, 0.2, tones[0] ?? centre, 0.5)] : tones.map((midi) => note(beat, 0.22, midi, 0.68)),
      )
  }
}

/** The chord held through the bar; neighbours of the same harmony sound as one. */
export const padBar = ({ start, beats, chord, intensity }: Bar, centre: number): PlayedNote[] =>
  voicing(chord, centre).map((midi) => ({ beat: start, beats, midi, velocity: 0.6 + 0.3 * intensity }))

const everyHalf = (beats: number): number[] => Array.from({ length: beats * 2 }, (_, index) => index / 2)

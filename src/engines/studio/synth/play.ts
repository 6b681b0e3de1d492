import type { Patch } from '../instruments.ts'
import { playAnalog } from './analog.ts'
import type { SoundedNote } from './note.ts'
import { playPluck } from './pluck.ts'
import { playStruck } from './struck.ts'
import { playVoice } from './voice.ts'

/** Writes one note to the start of `out`, mono; returns the number of samples written. */
export function play(patch: Patch, note: SoundedNote, out: Float32Array): number {
  switch (patch.engine) {
    case 'analog':
      return playAnalog(patch, note, out)
    case 'pluck':
      return playPluck(patch, note, out)
    case 'struck':
      return playStruck(patch, note, out)
    case 'voice':
      return playVoice(patch, note, out)
  }
}

import type { Piece } from '../drums.ts'
import type { InstrumentName } from '../instruments.ts'

/** The tracks of a song as Suno's product names them; inferred, since relays' documents show only the two of a plain split. */
export const STEM_NAMES = [
  ...(['Vocals', 'Backing Vocals', 'Drums', 'Bass', 'Guitar', 'Keyboard'] as const),
  ...(['Percussion', 'Strings', 'Synth', 'FX', 'Brass', 'Woodwinds'] as const),
] as const
export type StemName = (typeof STEM_NAMES)[number]

/** In which track an instrument is, and its program of General MIDI (level 1), counted from 0. */
// biome-ignore format: a table reads better in rows
export const INSTRUMENT_PLACES: Readonly<Record<InstrumentName, readonly [stem: StemName, program: number]>> = {
  voice: ['Vocals', 53], choir: ['Backing Vocals', 52], oohs: ['Backing Vocals', 53],
  piano: ['Keyboard', 0], electricPiano: ['Keyboard', 4], fmPiano: ['Keyboard', 5], harpsichord: ['Keyboard', 6],
  clavinet: ['Keyboard', 7], celesta: ['Keyboard', 8], musicBox: ['Keyboard', 10], organ: ['Keyboard', 19],
  jazzOrgan: ['Keyboard', 16], accordion: ['Keyboard', 21],
  vibraphone: ['Percussion', 11], marimba: ['Percussion', 12], kalimba: ['Percussion', 108], bells: ['Percussion', 14],
  steelDrums: ['Percussion', 114],
  nylonGuitar: ['Guitar', 24], steelGuitar: ['Guitar', 25], jazzGuitar: ['Guitar', 26], cleanGuitar: ['Guitar', 27],
  mutedGuitar: ['Guitar', 28], powerGuitar: ['Guitar', 30], leadGuitar: ['Guitar', 29], banjo: ['Guitar', 105],
  sitar: ['Guitar', 104], tanpura: ['Guitar', 104], guzheng: ['Guitar', 107], pipa: ['Guitar', 106], dulcimer: ['Guitar', 15],
  fingerBass: ['Bass', 33], pickBass: ['Bass', 34], fretlessBass: ['Bass', 35], slapBass: ['Bass', 36],
  uprightBass: ['Bass', 32], subBass: ['Bass', 38], synthBass: ['Bass', 39],
  violin: ['Strings', 40], cello: ['Strings', 42], erhu: ['Strings', 110], strings: ['Strings', 48],
  pizzicato: ['Strings', 45], harp: ['Strings', 46],
  synthLead: ['Synth', 81], chipLead: ['Synth', 80], sawChords: ['Synth', 90], chipChords: ['Synth', 80],
  warmPad: ['Synth', 89], glassPad: ['Synth', 92], airPad: ['Synth', 98],
  trumpet: ['Brass', 56], trombone: ['Brass', 57], horns: ['Brass', 60], brass: ['Brass', 61],
  flute: ['Woodwinds', 73], panFlute: ['Woodwinds', 75], bambooFlute: ['Woodwinds', 77], whistle: ['Woodwinds', 78],
  saxophone: ['Woodwinds', 66], altoSax: ['Woodwinds', 65], clarinet: ['Woodwinds', 71], oboe: ['Woodwinds', 68],
  harmonica: ['Woodwinds', 22], bagpipe: ['Woodwinds', 109],
}

/** In which track a stroke is, and its key on the percussion channel of General MIDI. Tabla, which it lacks, is played by congas. */
// biome-ignore format: a table reads better in rows
export const PIECE_PLACES: Readonly<Record<Piece, readonly [stem: StemName, key: number]>> = {
  kick: ['Drums', 36], snare: ['Drums', 38], hat: ['Drums', 42], open: ['Drums', 46], pedal: ['Drums', 44], ride: ['Drums', 51],
  crash: ['Drums', 49], highTom: ['Drums', 50], midTom: ['Drums', 47], lowTom: ['Drums', 45], clap: ['Drums', 39],
  rim: ['Drums', 37], swirl: ['Drums', 40],
  shaker: ['Percussion', 82], tambourine: ['Percussion', 54], cowbell: ['Percussion', 56], highBongo: ['Percussion', 60],
  lowBongo: ['Percussion', 61], slap: ['Percussion', 62], conga: ['Percussion', 63], tumba: ['Percussion', 64],
  timbale: ['Percussion', 65], agogo: ['Percussion', 67], cabasa: ['Percussion', 69], maracas: ['Percussion', 70],
  guiro: ['Percussion', 73], clave: ['Percussion', 75], woodblock: ['Percussion', 76], triangle: ['Percussion', 81],
  na: ['Percussion', 62], tin: ['Percussion', 63], ge: ['Percussion', 64], timpani: ['Percussion', 41],
  riser: ['FX', 55],
}

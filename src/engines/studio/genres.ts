import type { DrumStyle } from './drums.ts'
import type { Mode } from './harmony.ts'
import type { InstrumentName } from './instruments.ts'

type Choice<T> = readonly [T, ...T[]]

export type BassLine = 'roots' | 'eighths' | 'octaves' | 'walking' | 'offbeat' | 'bounce' | 'long' | 'none'
export type Comping =
  | 'block'
  | 'strum'
  | 'arpeggio'
  | 'offbeat'
  | 'power'
  | 'oompah'
  | 'sparse'
  | 'stab'
  | 'drone'
  | 'pulse'

export interface Genre {
  name: string
  /** Matches its names in tags, lower case. */
  words: RegExp
  bpm: readonly [low: number, high: number]
  modes: Choice<Mode>
  beatsPerBar: 3 | 4
  /** How late the off-beat comes: 0 straight, 0.33 a triplet. */
  swing: number
  drums: Choice<DrumStyle>
  bass: Choice<InstrumentName>
  bassLines: Choice<BassLine>
  chords: Choice<InstrumentName>
  comping: Choice<Comping>
  pads: readonly InstrumentName[]
  leads: Choice<InstrumentName>
  sevenths: boolean
  /** 0 dry … 1 a cathedral. */
  room: number
  /** 0 calm … 1 wild: velocities, fills, how thick the choruses get. */
  energy: number
  /** Overrides the mode's own progressions, e.g. the twelve bars of the blues. */
  progressions?: Choice<string>
}

const BLUES = '1 1 1 1 4 4 1 1 5 4 1 5'

/** Narrow styles first: "synth pop" is not plain pop, "drum and bass" does not mean a bass. */
// biome-ignore format: a table reads better in rows
export const GENRES: readonly [Genre, ...Genre[]] = [
  { name: 'lo-fi', words: /lo-?\s?fi|chill ?hop|study beats/, bpm: [68, 88], modes: ['dorian', 'major', 'minor'], beatsPerBar: 4, swing: 0.2, drums: ['lofi', 'boombap'], bass: ['subBass', 'uprightBass'], bassLines: ['roots', 'long'], chords: ['electricPiano', 'piano', 'nylonGuitar'], comping: ['sparse', 'block', 'arpeggio'], pads: ['warmPad'], leads: ['vibraphone', 'flute', 'musicBox'], sevenths: true, room: 0.35, energy: 0.3 },
  { name: 'drum and bass', words: /drum ?(and|&|n|'n'?) ?bass|\bdnb\b|jungle|breakbeat/, bpm: [164, 178], modes: ['minor', 'dorian'], beatsPerBar: 4, swing: 0, drums: ['breakbeat', 'twoStep'], bass: ['synthBass', 'subBass'], bassLines: ['long', 'bounce'], chords: ['sawChords', 'electricPiano'], comping: ['stab', 'sparse'], pads: ['warmPad', 'glassPad'], leads: ['synthLead', 'musicBox'], sevenths: true, room: 0.4, energy: 0.85 },
  { name: 'synthwave', words: /synth ?wave|retro ?wave|synth ?pop|new ?wave|\b80s|eighties|vapor ?wave/, bpm: [84, 118], modes: ['minor', 'mixolydian', 'major'], beatsPerBar: 4, swing: 0, drums: ['gated', 'fourFloor'], bass: ['synthBass'], bassLines: ['octaves', 'eighths'], chords: ['sawChords', 'electricPiano'], comping: ['pulse', 'arpeggio', 'block'], pads: ['warmPad', 'strings'], leads: ['synthLead', 'saxophone'], sevenths: false, room: 0.5, energy: 0.65 },
  { name: 'trance', words: /\btrance|\bedm\b|\brave\b|hardstyle|euro ?dance|hyper ?pop/, bpm: [132, 148], modes: ['minor', 'major'], beatsPerBar: 4, swing: 0, drums: ['fourFloor', 'techno'], bass: ['synthBass'], bassLines: ['offbeat', 'octaves'], chords: ['sawChords'], comping: ['pulse', 'stab', 'arpeggio'], pads: ['warmPad', 'choir'], leads: ['synthLead', 'musicBox'], sevenths: false, room: 0.55, energy: 0.85 },
  { name: 'techno', words: /techno|industrial|minimal|\bacid\b|electronica?\b/, bpm: [122, 140], modes: ['phrygian', 'minor', 'dorian'], beatsPerBar: 4, swing: 0, drums: ['techno', 'fourFloor'], bass: ['synthBass', 'subBass'], bassLines: ['offbeat', 'eighths', 'bounce'], chords: ['sawChords', 'organ'], comping: ['stab', 'pulse'], pads: ['warmPad', 'glassPad'], leads: ['synthLead', 'chipLead'], sevenths: true, room: 0.4, energy: 0.75, progressions: ['1 1 1 2', '1 1 6 7', '1 1 1 7', '1 3 1 7'] },
  { name: 'house', words: /\bhouse|\bclub\b|\bdance\b|garage/, bpm: [116, 128], modes: ['dorian', 'minor', 'major'], beatsPerBar: 4, swing: 0.06, drums: ['fourFloor', 'disco'], bass: ['synthBass', 'subBass'], bassLines: ['offbeat', 'bounce', 'octaves'], chords: ['piano', 'organ', 'sawChords'], comping: ['stab', 'offbeat'], pads: ['strings', 'warmPad'], leads: ['synthLead', 'saxophone'], sevenths: true, room: 0.35, energy: 0.75 },
  { name: 'disco', words: /disco|funk|boogie|motown/, bpm: [104, 122], modes: ['dorian', 'mixolydian', 'minor'], beatsPerBar: 4, swing: 0.05, drums: ['disco', 'funk'], bass: ['fingerBass', 'synthBass'], bassLines: ['octaves', 'bounce'], chords: ['cleanGuitar', 'electricPiano'], comping: ['offbeat', 'stab'], pads: ['strings'], leads: ['trumpet', 'saxophone', 'synthLead'], sevenths: true, room: 0.25, energy: 0.75 },
  { name: 'metal', words: /metal|djent|thrash|hardcore|grindcore/, bpm: [126, 176], modes: ['phrygian', 'minor'], beatsPerBar: 4, swing: 0, drums: ['metal', 'punk'], bass: ['pickBass'], bassLines: ['eighths', 'roots'], chords: ['powerGuitar'], comping: ['power'], pads: [], leads: ['leadGuitar'], sevenths: false, room: 0.2, energy: 1 },
  { name: 'punk', words: /punk|\bska\b|\briot/, bpm: [152, 188], modes: ['major', 'mixolydian', 'minor'], beatsPerBar: 4, swing: 0, drums: ['punk', 'rock'], bass: ['pickBass'], bassLines: ['eighths'], chords: ['powerGuitar', 'cleanGuitar'], comping: ['power', 'strum'], pads: [], leads: ['leadGuitar', 'organ'], sevenths: false, room: 0.15, energy: 0.95, progressions: ['1 4 5 4', '1 5 6 4', '1 4 1 5', '1 1 4 5', '1 7 4 1'] },
  { name: 'hip hop', words: /hip-?\s?hop|\brap\b|\btrap\b|drill|boom ?bap|phonk/, bpm: [76, 98], modes: ['minor', 'phrygian', 'dorian'], beatsPerBar: 4, swing: 0.12, drums: ['trap', 'boombap'], bass: ['subBass'], bassLines: ['bounce', 'long'], chords: ['piano', 'electricPiano', 'nylonGuitar'], comping: ['arpeggio', 'sparse', 'block'], pads: ['choir', 'strings'], leads: ['musicBox', 'flute', 'synthLead'], sevenths: false, room: 0.3, energy: 0.6 },
  { name: 'blues', words: /blues|boogie-woogie/, bpm: [72, 116], modes: ['mixolydian'], beatsPerBar: 4, swing: 0.32, drums: ['shuffle', 'brushes'], bass: ['fingerBass', 'uprightBass'], bassLines: ['walking', 'roots'], chords: ['piano', 'organ', 'cleanGuitar'], comping: ['strum', 'offbeat', 'block'], pads: [], leads: ['leadGuitar', 'saxophone'], sevenths: true, room: 0.25, energy: 0.55, progressions: [BLUES, '1 4 1 1 4 4 1 1 5 4 1 5'] },
  { name: 'bossa nova', words: /bossa|samba|latin|salsa|cumbia|tango|rumba|flamenco|reggaeton|afro ?beat/, bpm: [96, 136], modes: ['major', 'minor', 'dorian'], beatsPerBar: 4, swing: 0, drums: ['bossa', 'latin'], bass: ['uprightBass', 'fingerBass'], bassLines: ['bounce', 'roots'], chords: ['nylonGuitar', 'piano'], comping: ['offbeat', 'strum', 'stab'], pads: ['strings'], leads: ['flute', 'trumpet', 'saxophone'], sevenths: true, room: 0.3, energy: 0.5 },
  { name: 'jazz', words: /jazz|swing\b|be-?bop|big band|smoky|lounge/, bpm: [104, 168], modes: ['major', 'dorian', 'minor'], beatsPerBar: 4, swing: 0.3, drums: ['swing', 'brushes'], bass: ['uprightBass'], bassLines: ['walking'], chords: ['piano', 'electricPiano', 'cleanGuitar'], comping: ['offbeat', 'sparse', 'stab'], pads: [], leads: ['saxophone', 'trumpet', 'vibraphone'], sevenths: true, room: 0.3, energy: 0.5, progressions: ['2 5 1 6', '1 6 2 5', '3 6 2 5', '4 5 3 6', '1 4 2 5'] },
  { name: 'reggae', words: /reggae|\bdub\b|dancehall/, bpm: [68, 92], modes: ['major', 'minor', 'mixolydian'], beatsPerBar: 4, swing: 0.14, drums: ['oneDrop', 'boombap'], bass: ['fingerBass', 'subBass'], bassLines: ['bounce', 'roots'], chords: ['cleanGuitar', 'organ'], comping: ['offbeat'], pads: [], leads: ['trumpet', 'organ', 'flute'], sevenths: false, room: 0.45, energy: 0.5 },
  { name: 'raga', words: /raga|indian|hindustani|carnatic|bollywood|tabla|bhajan/, bpm: [72, 104], modes: ['bhairav', 'lydian', 'dorian', 'phrygian'], beatsPerBar: 4, swing: 0, drums: ['teental', 'keherwa'], bass: ['subBass'], bassLines: ['none'], chords: ['tanpura'], comping: ['drone'], pads: ['glassPad'], leads: ['sitar', 'flute', 'violin'], sevenths: false, room: 0.5, energy: 0.45, progressions: ['1 1 1 1'] },
  { name: 'ambient', words: /ambient|drone|meditat|new ?age|sleep|space music|relax|cinematic soundscape/, bpm: [56, 76], modes: ['lydian', 'major', 'dorian'], beatsPerBar: 4, swing: 0, drums: ['none'], bass: ['subBass'], bassLines: ['long'], chords: ['harp', 'electricPiano', 'piano'], comping: ['arpeggio', 'sparse'], pads: ['glassPad', 'warmPad', 'choir'], leads: ['musicBox', 'flute', 'vibraphone'], sevenths: true, room: 0.9, energy: 0.15 },
  { name: 'chiptune', words: /chip ?tune|8-?bit|video ?game|arcade/, bpm: [124, 164], modes: ['major', 'minor', 'mixolydian'], beatsPerBar: 4, swing: 0, drums: ['gated', 'rock'], bass: ['synthBass'], bassLines: ['octaves', 'eighths'], chords: ['chipChords'], comping: ['pulse', 'arpeggio'], pads: [], leads: ['chipLead'], sevenths: false, room: 0.1, energy: 0.75 },
  { name: 'waltz', words: /waltz|lullaby|carousel|musette|3\/4|valse/, bpm: [92, 152], modes: ['major', 'minor'], beatsPerBar: 3, swing: 0, drums: ['waltz', 'none'], bass: ['uprightBass'], bassLines: ['roots'], chords: ['piano', 'accordion', 'harp'], comping: ['oompah', 'arpeggio'], pads: ['strings'], leads: ['violin', 'musicBox', 'accordion'], sevenths: false, room: 0.4, energy: 0.35 },
  { name: 'classical', words: /classical|orchestr|symphon|baroque|chamber|\bopera\b|cinematic|\bepic\b|film score|soundtrack/, bpm: [72, 116], modes: ['minor', 'major'], beatsPerBar: 4, swing: 0, drums: ['orchestral', 'none'], bass: ['uprightBass'], bassLines: ['long', 'roots'], chords: ['piano', 'harp', 'strings'], comping: ['arpeggio', 'pulse', 'block'], pads: ['strings', 'choir'], leads: ['violin', 'flute', 'trumpet'], sevenths: false, room: 0.65, energy: 0.5 },
  { name: 'country', words: /country|bluegrass|americana|western|nashville/, bpm: [92, 132], modes: ['major', 'mixolydian'], beatsPerBar: 4, swing: 0.08, drums: ['train', 'rock'], bass: ['uprightBass', 'fingerBass'], bassLines: ['roots', 'bounce'], chords: ['steelGuitar', 'banjo'], comping: ['oompah', 'strum', 'arpeggio'], pads: [], leads: ['violin', 'leadGuitar', 'saxophone'], sevenths: false, room: 0.25, energy: 0.55 },
  { name: 'soul', words: /\bsoul|r&b|\brnb\b|rhythm and blues|gospel|neo-?soul/, bpm: [66, 98], modes: ['major', 'dorian', 'minor'], beatsPerBar: 4, swing: 0.15, drums: ['boombap', 'funk'], bass: ['fingerBass', 'subBass'], bassLines: ['bounce', 'roots'], chords: ['electricPiano', 'organ', 'piano'], comping: ['block', 'sparse', 'offbeat'], pads: ['choir', 'strings'], leads: ['saxophone', 'trumpet'], sevenths: true, room: 0.35, energy: 0.45 },
  { name: 'folk', words: /folk|singer-?songwriter|celtic|irish|acoustic|campfire|sea shanty|mediev/, bpm: [84, 120], modes: ['major', 'dorian', 'mixolydian', 'minor'], beatsPerBar: 4, swing: 0.04, drums: ['shaker', 'train', 'none'], bass: ['uprightBass'], bassLines: ['roots', 'long'], chords: ['steelGuitar', 'nylonGuitar', 'banjo'], comping: ['strum', 'arpeggio', 'oompah'], pads: ['strings'], leads: ['flute', 'violin'], sevenths: false, room: 0.3, energy: 0.4 },
  { name: 'ballad', words: /ballad|love song|tender|heartbreak|slow dance/, bpm: [60, 84], modes: ['major', 'minor'], beatsPerBar: 4, swing: 0, drums: ['ballad', 'shaker'], bass: ['fingerBass', 'uprightBass'], bassLines: ['roots', 'long'], chords: ['piano', 'nylonGuitar'], comping: ['arpeggio', 'block'], pads: ['strings', 'warmPad'], leads: ['violin', 'saxophone', 'flute'], sevenths: false, room: 0.5, energy: 0.35 },
  { name: 'rock', words: /rock\b|rock ?(n|and)\b|grunge|indie|alternative|shoegaze|\bemo\b|garage band|brit ?pop/, bpm: [104, 142], modes: ['minor', 'mixolydian', 'major', 'dorian'], beatsPerBar: 4, swing: 0, drums: ['rock', 'halfTime', 'punk'], bass: ['pickBass', 'fingerBass'], bassLines: ['eighths', 'roots'], chords: ['powerGuitar', 'cleanGuitar'], comping: ['power', 'strum'], pads: ['organ', 'strings'], leads: ['leadGuitar', 'organ'], sevenths: false, room: 0.25, energy: 0.8 },
  { name: 'pop', words: /pop\b|radio|catchy|summer hit|anthem/, bpm: [92, 128], modes: ['major', 'minor'], beatsPerBar: 4, swing: 0, drums: ['pop', 'fourFloor', 'halfTime'], bass: ['synthBass', 'fingerBass'], bassLines: ['eighths', 'bounce', 'roots'], chords: ['piano', 'cleanGuitar', 'sawChords', 'electricPiano'], comping: ['block', 'arpeggio', 'stab', 'strum'], pads: ['warmPad', 'strings'], leads: ['synthLead', 'vibraphone', 'flute'], sevenths: false, room: 0.35, energy: 0.6 },
]

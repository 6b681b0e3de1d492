import type { PresetName } from './band/presets.ts'
import type { AnalogPatch } from './synth/analog.ts'
import type { PluckPatch } from './synth/pluck.ts'
import type { StruckPatch } from './synth/struck.ts'
import type { VoicePatch } from './synth/voice.ts'

export type Patch = AnalogPatch | PluckPatch | StruckPatch | VoicePatch

export interface Instrument {
  /** Plays where the sound bank has nothing for the instrument, or is not installed. */
  patch: Patch
  /** What the sound bank has for it, and the level of that. */
  sampled?: { preset: PresetName; level: number }
  /** Evens out loudness between the instruments; found by measuring, see mix.test.ts. */
  level: number
  /** The MIDI note around which it sounds best. */
  centre: number
  /** Matches its names in tags, lower case. Undefined: tags never name it. */
  words: RegExp | undefined
}

const analog = (patch: Omit<AnalogPatch, 'engine'>): AnalogPatch => ({ engine: 'analog', ...patch })
const pluck = (patch: Omit<PluckPatch, 'engine'>): PluckPatch => ({ engine: 'pluck', ...patch })
const struck = (patch: Omit<StruckPatch, 'engine'>): StruckPatch => ({ engine: 'struck', ...patch })

const WOOD = analog({
  wave: 'saw',
  attack: 0.04,
  decay: 0.25,
  sustain: 0.8,
  release: 0.1,
  cutoff: 3.5,
  vibrato: 0.15,
  breath: 0.02,
})
const AIR = analog({
  wave: 'triangle',
  attack: 0.06,
  decay: 0.2,
  sustain: 0.85,
  release: 0.12,
  cutoff: 5,
  breath: 0.06,
  vibrato: 0.16,
})
const BOW = analog({
  wave: 'saw',
  attack: 0.09,
  decay: 0.3,
  sustain: 0.9,
  release: 0.14,
  cutoff: 6,
  vibrato: 0.3,
  breath: 0.015,
})
const HORN = analog({
  wave: 'saw',
  attack: 0.05,
  decay: 0.2,
  sustain: 0.8,
  release: 0.1,
  cutoff: 3,
  sweep: 4,
  vibrato: 0.08,
})
const BELL = struck({
  partials: [
    [1, 1, 1.2],
    [4.08, 0.3, 0.35],
    [8.9, 0.12, 0.12],
  ],
})
const MALLET = struck({
  partials: [
    [1, 1, 0.8],
    [4, 0.22, 0.3],
    [9.4, 0.05, 0.1],
  ],
})
const WIRE = pluck({ brightness: 0.9, ringSeconds: 1.4 })
const KEYS = struck({
  partials: [
    [1, 1, 1.5],
    [2, 0.18, 0.7],
    [14, 0.06, 0.09],
  ],
  tremolo: 0.2,
  drive: 1.4,
})
const PIPES = analog({ wave: 'organ', attack: 0.012, decay: 0.1, sustain: 1, release: 0.06, cutoff: 12, vibrato: 0.06 })
const BOX = pluck({ brightness: 0.5, ringSeconds: 1.6 })
const FINGER = pluck({ brightness: 0.3, ringSeconds: 2.2, thump: 0.5 })

// biome-ignore format: one row an instrument
export const INSTRUMENTS = {
  // Leads
  voice: { patch: { engine: 'voice' }, level: 0.20, centre: 67, words: undefined },
  flute: {
    patch: analog({ wave: 'triangle', attack: 0.06, decay: 0.2, sustain: 0.85, release: 0.12, cutoff: 5, breath: 0.05, vibrato: 0.16 }),
    sampled: { preset: 'flute', level: 0.88 }, level: 0.42, centre: 76, words: /\bflute|recorder|piccolo/,
  },
  violin: {
    patch: analog({ wave: 'saw', attack: 0.09, decay: 0.3, sustain: 0.9, release: 0.14, cutoff: 6, vibrato: 0.3, breath: 0.015 }),
    sampled: { preset: 'violin', level: 1.22 }, level: 0.44, centre: 74, words: /violin|fiddle|viola\b/,
  },
  saxophone: {
    patch: analog({ wave: 'saw', attack: 0.04, decay: 0.25, sustain: 0.8, release: 0.1, cutoff: 3.2, sweep: 2, vibrato: 0.2, breath: 0.04, drive: 1.6 }),
    sampled: { preset: 'tenorSax', level: 1.04 }, level: 0.40, centre: 65, words: /sax/,
  },
  trumpet: {
    patch: analog({ wave: 'saw', attack: 0.05, decay: 0.2, sustain: 0.8, release: 0.1, cutoff: 3, sweep: 4, vibrato: 0.12 }),
    sampled: { preset: 'trumpet', level: 0.89 }, level: 0.49, centre: 70, words: /trumpet|flugel|cornet/,
  },
  synthLead: {
    patch: analog({ wave: 'saw', attack: 0.01, decay: 0.25, sustain: 0.7, release: 0.16, cutoff: 5, sweep: 4, resonance: 0.35, detuneCents: 9, vibrato: 0.14 }),
    level: 0.57, centre: 72, words: /synth|analog/,
  },
  chipLead: {
    patch: analog({ wave: 'square', attack: 0.003, decay: 0.1, sustain: 0.6, release: 0.03, cutoff: 14, vibrato: 0.12 }),
    level: 0.33, centre: 74, words: /chip ?tune|8-?bit|game ?boy/,
  },
  leadGuitar: {
    patch: pluck({ brightness: 0.75, ringSeconds: 5, drive: 7, vibrato: 0.14 }),
    sampled: { preset: 'overdrivenGuitar', level: 1.04 }, level: 0.80, centre: 69, words: /lead guitar|distort|overdriv|shred/,
  },
  sitar: {
    patch: pluck({ brightness: 0.95, ringSeconds: 4.5, buzz: 0.9, drive: 1.5, slide: 0.09, vibrato: 0.18 }),
    sampled: { preset: 'sitar', level: 1.84 }, level: 1.23, centre: 67, words: /\bsitar|sarod|veena/,
  },
  musicBox: {
    patch: struck({ partials: [[1, 1, 1.2], [4.08, 0.3, 0.35], [8.9, 0.12, 0.12]] }),
    sampled: { preset: 'musicBox', level: 4.47 }, level: 1.03, centre: 81, words: /music ?box|glocken|chime/,
  },
  vibraphone: {
    patch: struck({ partials: [[1, 1, 1.8], [4, 0.22, 0.5], [9.4, 0.05, 0.1]], tremolo: 0.3 }),
    sampled: { preset: 'vibraphone', level: 1.68 }, level: 1.04, centre: 72, words: /vibraphone|vibes\b/,
  },

  // Chords
  piano: {
    patch: struck({
      partials: [[1, 1, 1.6], [2.001, 0.55, 1.2], [3.004, 0.32, 0.8], [4.01, 0.22, 0.6], [5.02, 0.12, 0.42], [6.03, 0.09, 0.3], [7.05, 0.05, 0.22]],
      knock: 0.12,
    }),
    sampled: { preset: 'grandPiano', level: 1.91 }, level: 0.75, centre: 62, words: /piano|keys\b|keyboard/,
  },
  electricPiano: {
    patch: struck({ partials: [[1, 1, 1.5], [2, 0.18, 0.7], [14, 0.06, 0.09]], tremolo: 0.2, drive: 1.4 }),
    sampled: { preset: 'tinePiano', level: 1.07 }, level: 0.70, centre: 61, words: /rhodes|wurli|electric piano|e-?piano/,
  },
  organ: {
    patch: analog({ wave: 'organ', attack: 0.012, decay: 0.1, sustain: 1, release: 0.06, cutoff: 12, vibrato: 0.06 }),
    sampled: { preset: 'rockOrgan', level: 1.19 }, level: 0.42, centre: 62, words: /organ\b|hammond/,
  },
  accordion: {
    patch: analog({ wave: 'square', attack: 0.05, decay: 0.1, sustain: 0.95, release: 0.08, cutoff: 5, detuneCents: 14 }),
    sampled: { preset: 'accordion', level: 1.91 }, level: 0.28, centre: 64, words: /accordion|concertina|bandoneon|harmonium/,
  },
  nylonGuitar: { patch: pluck({ brightness: 0.35, ringSeconds: 2.6 }), sampled: { preset: 'nylonGuitar', level: 1.32 }, level: 0.99, centre: 58, words: /nylon|classical guitar|spanish guitar|ukulele|\blute|\boud\b/ },
  steelGuitar: { patch: pluck({ brightness: 0.62, ringSeconds: 3.2 }), sampled: { preset: 'steelGuitar', level: 2.09 }, level: 0.89, centre: 58, words: /acoustic guitar|steel guitar|folk guitar|\bguitar/ },
  banjo: { patch: pluck({ brightness: 0.9, ringSeconds: 0.9 }), sampled: { preset: 'banjo', level: 1.30 }, level: 1.11, centre: 64, words: /banjo|mandolin|bouzouki/ },
  harp: { patch: pluck({ brightness: 0.28, ringSeconds: 4 }), sampled: { preset: 'harp', level: 1.62 }, level: 1.14, centre: 66, words: /\bharp\b|\bkora\b/ },
  cleanGuitar: { patch: pluck({ brightness: 0.5, ringSeconds: 2.4, drive: 1.6 }), sampled: { preset: 'cleanGuitar', level: 1.12 }, level: 1.10, centre: 57, words: /clean guitar|jangl|surf guitar|electric guitar/ },
  powerGuitar: { patch: pluck({ brightness: 0.7, ringSeconds: 4, drive: 9 }), sampled: { preset: 'distortedGuitar', level: 2.63 }, level: 0.53, centre: 50, words: /power ?chord|heavy guitar|fuzz/ },
  sawChords: {
    patch: analog({ wave: 'saw', attack: 0.008, decay: 0.3, sustain: 0.5, release: 0.18, cutoff: 4, sweep: 3, detuneCents: 13 }),
    level: 0.76, centre: 62, words: /supersaw|stabs?\b|\barps?\b|arpegg/,
  },
  chipChords: {
    patch: analog({ wave: 'square', attack: 0.003, decay: 0.15, sustain: 0.35, release: 0.03, cutoff: 10 }),
    level: 0.50, centre: 62, words: undefined,
  },
  tanpura: { patch: pluck({ brightness: 0.8, ringSeconds: 6, buzz: 0.7 }), level: 0.70, centre: 50, words: /tanpura|drone/ },

  // Pads
  warmPad: {
    patch: analog({ wave: 'saw', attack: 0.7, decay: 1, sustain: 0.9, release: 0.9, cutoff: 2.2, detuneCents: 11 }),
    level: 1.15, centre: 60, words: /\bpads?\b|atmospher/,
  },
  strings: {
    patch: analog({ wave: 'saw', attack: 0.28, decay: 0.5, sustain: 0.9, release: 0.45, cutoff: 4, detuneCents: 8, vibrato: 0.1 }),
    sampled: { preset: 'strings', level: 1.51 }, level: 0.59, centre: 63, words: /string|orchestr/,
  },
  choir: {
    patch: { engine: 'voice', attack: 0.4, release: 0.6 },
    sampled: { preset: 'choir', level: 2.02 }, level: 0.25, centre: 64, words: /choir|choral|gospel/,
  },
  glassPad: {
    patch: analog({ wave: 'triangle', attack: 0.9, decay: 1, sustain: 0.9, release: 1.4, cutoff: 7, detuneCents: 10, breath: 0.02 }),
    level: 1.09, centre: 67, words: undefined,
  },
  // Air above the others: what gives a song without drums and words its treble.
  airPad: {
    patch: analog({ wave: 'saw', attack: 0.9, decay: 1, sustain: 0.9, release: 1.4, cutoff: 16, detuneCents: 12, breath: 0.05 }),
    level: 0.60, centre: 72, words: /\bshimmer|airy pads?\b/,
  },

  // Bass
  fingerBass: { patch: pluck({ brightness: 0.3, ringSeconds: 2.2, thump: 0.5 }), sampled: { preset: 'fingeredBass', level: 0.94 }, level: 0.89, centre: 38, words: /bass guitar/ },
  pickBass: { patch: pluck({ brightness: 0.6, ringSeconds: 2, drive: 2.5, thump: 0.4 }), sampled: { preset: 'pickedBass', level: 0.92 }, level: 0.61, centre: 38, words: undefined },
  uprightBass: { patch: pluck({ brightness: 0.15, ringSeconds: 1.4, thump: 0.8 }), sampled: { preset: 'acousticBass', level: 0.98 }, level: 0.84, centre: 38, words: /upright|double bass|contrabass/ },
  subBass: {
    patch: analog({ wave: 'sine', attack: 0.008, decay: 0.3, sustain: 0.85, release: 0.08, cutoff: 8, drive: 1.5 }),
    level: 0.31, centre: 36, words: /808|sub ?bass/,
  },
  synthBass: {
    patch: analog({ wave: 'saw', attack: 0.004, decay: 0.22, sustain: 0.55, release: 0.06, cutoff: 3, sweep: 6, resonance: 0.25 }),
    level: 0.61, centre: 36, words: /synth ?bass|acid|303/,
  },
  // More that the sound bank has; where it is missing, the nearest of the synthesisers plays.
  harmonica: { patch: WOOD, sampled: { preset: 'harmonica', level: 1.55 }, level: 0.40, centre: 69, words: /harmonica|blues harp/ },
  clarinet: { patch: WOOD, sampled: { preset: 'clarinet', level: 1.11 }, level: 0.40, centre: 68, words: /clarinet|klezmer/ },
  oboe: { patch: WOOD, sampled: { preset: 'oboe', level: 0.98 }, level: 0.40, centre: 72, words: /oboe|cor anglais|shehnai|duduk/ },
  panFlute: { patch: AIR, sampled: { preset: 'panFlute', level: 1.07 }, level: 0.42, centre: 76, words: /pan ?(flute|pipe)|quena|andean/ },
  bambooFlute: { patch: AIR, sampled: { preset: 'shakuhachi', level: 0.86 }, level: 0.42, centre: 73, words: /bamboo|bansuri|shakuhachi|\bdizi|xiao\b|竹笛|笛/ },
  whistle: { patch: AIR, sampled: { preset: 'whistle', level: 0.66 }, level: 0.42, centre: 79, words: /whistle/ },
  erhu: { patch: BOW, sampled: { preset: 'violin', level: 1.26 }, level: 0.44, centre: 72, words: /erhu|二胡|huqin/ },
  cello: { patch: BOW, sampled: { preset: 'cello', level: 1.16 }, level: 0.44, centre: 57, words: /cello/ },
  trombone: { patch: HORN, sampled: { preset: 'trombone', level: 0.58 }, level: 0.49, centre: 60, words: /trombone/ },
  horns: { patch: HORN, sampled: { preset: 'horns', level: 1.00 }, level: 0.49, centre: 62, words: /french horn/ },
  brass: { patch: HORN, sampled: { preset: 'brass', level: 1.16 }, level: 0.49, centre: 64, words: /brass|\bhorns?\b|mariachi/ },
  altoSax: { patch: WOOD, sampled: { preset: 'altoSax', level: 1.00 }, level: 0.40, centre: 69, words: /alto sax/ },
  bagpipe: { patch: WOOD, sampled: { preset: 'bagpipe', level: 0.61 }, level: 0.40, centre: 70, words: /bagpipe/ },
  celesta: { patch: BELL, sampled: { preset: 'celesta', level: 1.86 }, level: 1.03, centre: 79, words: /celesta/ },
  bells: { patch: BELL, sampled: { preset: 'tubularBells', level: 1.22 }, level: 1.03, centre: 70, words: /\bbells?\b/ },
  marimba: { patch: MALLET, sampled: { preset: 'marimba', level: 1.72 }, level: 1.04, centre: 69, words: /marimba|xylophone|balafon|gamelan/ },
  kalimba: { patch: MALLET, sampled: { preset: 'kalimba', level: 1.95 }, level: 1.04, centre: 72, words: /kalimba|mbira|thumb piano/ },
  steelDrums: { patch: MALLET, sampled: { preset: 'steelDrums', level: 2.00 }, level: 1.04, centre: 70, words: /steel ?(drum|pan)|calypso/ },
  dulcimer: { patch: WIRE, sampled: { preset: 'dulcimer', level: 3.24 }, level: 1.11, centre: 67, words: /dulcimer|santoor|santur|cimbalom|yangqin|扬琴/ },
  guzheng: { patch: WIRE, sampled: { preset: 'koto', level: 1.57 }, level: 1.11, centre: 66, words: /guzheng|guqin|\bkoto\b|古筝|古琴/ },
  pipa: { patch: WIRE, sampled: { preset: 'shamisen', level: 3.35 }, level: 1.11, centre: 66, words: /pipa|shamisen|\bruan\b|琵琶/ },
  harpsichord: { patch: WIRE, sampled: { preset: 'harpsichord', level: 2.02 }, level: 1.11, centre: 62, words: /harpsichord|spinet/ },
  clavinet: { patch: WIRE, sampled: { preset: 'clavinet', level: 1.70 }, level: 1.11, centre: 58, words: /clavi/ },
  fmPiano: { patch: KEYS, sampled: { preset: 'fmPiano', level: 1.64 }, level: 0.70, centre: 62, words: /\bfm\b|dx7/ },
  jazzOrgan: { patch: PIPES, sampled: { preset: 'drawbarOrgan', level: 1.62 }, level: 0.42, centre: 62, words: /drawbar/ },
  jazzGuitar: { patch: BOX, sampled: { preset: 'jazzGuitar', level: 1.46 }, level: 1.10, centre: 56, words: /jazz guitar|archtop/ },
  mutedGuitar: { patch: BOX, sampled: { preset: 'mutedGuitar', level: 1.86 }, level: 1.10, centre: 55, words: /muted guitar|palm mute|wah/ },
  pizzicato: { patch: BOX, sampled: { preset: 'pizzicato', level: 2.88 }, level: 1.10, centre: 64, words: /pizzicato/ },
  oohs: { patch: { engine: 'voice', attack: 0.3, release: 0.5 }, sampled: { preset: 'oohs', level: 1.16 }, level: 0.25, centre: 64, words: /\boohs?\b|doo-?wop|backing vocals/ },
  fretlessBass: { patch: FINGER, sampled: { preset: 'fretlessBass', level: 1.14 }, level: 0.89, centre: 38, words: /fretless/ },
  slapBass: { patch: FINGER, sampled: { preset: 'slapBass', level: 1.32 }, level: 0.89, centre: 38, words: /slap/ },
} as const satisfies Record<string, Instrument>

export type InstrumentName = keyof typeof INSTRUMENTS

export const LEADS: ReadonlySet<InstrumentName> = new Set<InstrumentName>([
  'voice',
  'flute',
  'violin',
  'saxophone',
  'trumpet',
  'synthLead',
  'chipLead',
  'leadGuitar',
  'sitar',
  'musicBox',
  'vibraphone',
  'harmonica',
  'clarinet',
  'oboe',
  'panFlute',
  'bambooFlute',
  'whistle',
  'erhu',
  'cello',
  'trombone',
  'horns',
  'brass',
  'altoSax',
  'bagpipe',
  'celesta',
  'bells',
  'marimba',
  'kalimba',
  'steelDrums',
  'pipa',
])
export const PADS: ReadonlySet<InstrumentName> = new Set<InstrumentName>([
  'warmPad',
  'strings',
  'choir',
  'glassPad',
  'airPad',
  'oohs',
])
export const BASSES: ReadonlySet<InstrumentName> = new Set<InstrumentName>([
  'fingerBass',
  'pickBass',
  'uprightBass',
  'subBass',
  'synthBass',
  'fretlessBass',
  'slapBass',
])

export const instrument = (name: InstrumentName): Instrument => INSTRUMENTS[name]

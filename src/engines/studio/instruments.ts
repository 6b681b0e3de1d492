import type { AnalogPatch } from './synth/analog.ts'
import type { PluckPatch } from './synth/pluck.ts'
import type { StruckPatch } from './synth/struck.ts'
import type { VoicePatch } from './synth/voice.ts'

export type Patch = AnalogPatch | PluckPatch | StruckPatch | VoicePatch

export interface Instrument {
  patch: Patch
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

// biome-ignore format: one row an instrument
export const INSTRUMENTS = {
  // Leads
  voice: { patch: { engine: 'voice' }, level: 0.20, centre: 67, words: undefined },
  flute: {
    patch: analog({ wave: 'triangle', attack: 0.06, decay: 0.2, sustain: 0.85, release: 0.12, cutoff: 5, breath: 0.05, vibrato: 0.16 }),
    level: 0.42, centre: 76, words: /flute|bansuri|whistle|pan ?pipe|recorder/,
  },
  violin: {
    patch: analog({ wave: 'saw', attack: 0.09, decay: 0.3, sustain: 0.9, release: 0.14, cutoff: 6, vibrato: 0.3, breath: 0.015 }),
    level: 0.44, centre: 74, words: /violin|fiddle|viola|erhu/,
  },
  saxophone: {
    patch: analog({ wave: 'saw', attack: 0.04, decay: 0.25, sustain: 0.8, release: 0.1, cutoff: 3.2, sweep: 2, vibrato: 0.2, breath: 0.04, drive: 1.6 }),
    level: 0.40, centre: 65, words: /sax|clarinet|harmonica/,
  },
  trumpet: {
    patch: analog({ wave: 'saw', attack: 0.05, decay: 0.2, sustain: 0.8, release: 0.1, cutoff: 3, sweep: 4, vibrato: 0.12 }),
    level: 0.49, centre: 70, words: /trumpet|brass|\bhorns?\b|trombone/,
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
    level: 0.80, centre: 69, words: /lead guitar|distort|overdriv|shred/,
  },
  sitar: {
    patch: pluck({ brightness: 0.95, ringSeconds: 4.5, buzz: 0.9, drive: 1.5, slide: 0.09, vibrato: 0.18 }),
    level: 1.23, centre: 67, words: /\bsitar|sarod|veena/,
  },
  musicBox: {
    patch: struck({ partials: [[1, 1, 1.2], [4.08, 0.3, 0.35], [8.9, 0.12, 0.12]] }),
    level: 1.03, centre: 81, words: /music ?box|celesta|glocken|chime|\bbells?\b/,
  },
  vibraphone: {
    patch: struck({ partials: [[1, 1, 1.8], [4, 0.22, 0.5], [9.4, 0.05, 0.1]], tremolo: 0.3 }),
    level: 1.04, centre: 72, words: /vibraphone|marimba|xylophone|kalimba/,
  },

  // Chords
  piano: {
    patch: struck({
      partials: [[1, 1, 1.6], [2.001, 0.55, 1.2], [3.004, 0.32, 0.8], [4.01, 0.22, 0.6], [5.02, 0.12, 0.42], [6.03, 0.09, 0.3], [7.05, 0.05, 0.22]],
      knock: 0.12,
    }),
    level: 0.75, centre: 62, words: /piano|keys\b|keyboard/,
  },
  electricPiano: {
    patch: struck({ partials: [[1, 1, 1.5], [2, 0.18, 0.7], [14, 0.06, 0.09]], tremolo: 0.2, drive: 1.4 }),
    level: 0.70, centre: 61, words: /rhodes|wurli|electric piano|e-?piano/,
  },
  organ: {
    patch: analog({ wave: 'organ', attack: 0.012, decay: 0.1, sustain: 1, release: 0.06, cutoff: 12, vibrato: 0.06 }),
    level: 0.42, centre: 62, words: /organ\b|hammond/,
  },
  accordion: {
    patch: analog({ wave: 'square', attack: 0.05, decay: 0.1, sustain: 0.95, release: 0.08, cutoff: 5, detuneCents: 14 }),
    level: 0.28, centre: 64, words: /accordion|concertina|bandoneon|harmonium/,
  },
  nylonGuitar: { patch: pluck({ brightness: 0.35, ringSeconds: 2.6 }), level: 0.99, centre: 58, words: /nylon|classical guitar|spanish guitar|ukulele|\blute|\boud\b/ },
  steelGuitar: { patch: pluck({ brightness: 0.62, ringSeconds: 3.2 }), level: 0.89, centre: 58, words: /acoustic guitar|steel guitar|folk guitar|\bguitar/ },
  banjo: { patch: pluck({ brightness: 0.9, ringSeconds: 0.9 }), level: 1.11, centre: 64, words: /banjo|mandolin|bouzouki/ },
  harp: { patch: pluck({ brightness: 0.28, ringSeconds: 4 }), level: 1.14, centre: 66, words: /\bharp\b|koto|guzheng|kora/ },
  cleanGuitar: { patch: pluck({ brightness: 0.5, ringSeconds: 2.4, drive: 1.6 }), level: 1.10, centre: 57, words: /clean guitar|jangl|surf guitar|electric guitar/ },
  powerGuitar: { patch: pluck({ brightness: 0.7, ringSeconds: 4, drive: 9 }), level: 0.53, centre: 50, words: /power ?chord|heavy guitar|fuzz/ },
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
    level: 0.59, centre: 63, words: /string|cello|orchestr/,
  },
  choir: {
    patch: { engine: 'voice', attack: 0.4, release: 0.6 },
    level: 0.25, centre: 64, words: /choir|choral|gospel/,
  },
  glassPad: {
    patch: analog({ wave: 'triangle', attack: 0.9, decay: 1, sustain: 0.9, release: 1.4, cutoff: 7, detuneCents: 10, breath: 0.02 }),
    level: 1.09, centre: 67, words: undefined,
  },

  // Bass
  fingerBass: { patch: pluck({ brightness: 0.3, ringSeconds: 2.2, thump: 0.5 }), level: 0.89, centre: 38, words: /bass guitar|slap/ },
  pickBass: { patch: pluck({ brightness: 0.6, ringSeconds: 2, drive: 2.5, thump: 0.4 }), level: 0.61, centre: 38, words: undefined },
  uprightBass: { patch: pluck({ brightness: 0.15, ringSeconds: 1.4, thump: 0.8 }), level: 0.84, centre: 38, words: /upright|double bass|contrabass/ },
  subBass: {
    patch: analog({ wave: 'sine', attack: 0.008, decay: 0.3, sustain: 0.85, release: 0.08, cutoff: 8, drive: 1.5 }),
    level: 0.31, centre: 36, words: /808|sub ?bass/,
  },
  synthBass: {
    patch: analog({ wave: 'saw', attack: 0.004, decay: 0.22, sustain: 0.55, release: 0.06, cutoff: 3, sweep: 6, resonance: 0.25 }),
    level: 0.61, centre: 36, words: /synth ?bass|acid|303/,
  },
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
])
export const PADS: ReadonlySet<InstrumentName> = new Set<InstrumentName>(['warmPad', 'strings', 'choir', 'glassPad'])
export const BASSES: ReadonlySet<InstrumentName> = new Set<InstrumentName>([
  'fingerBass',
  'pickBass',
  'uprightBass',
  'subBass',
  'synthBass',
])

export const instrument = (name: InstrumentName): Instrument => INSTRUMENTS[name]

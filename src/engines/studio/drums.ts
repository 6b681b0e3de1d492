import type { Random } from './random.ts'

/** `electronic` is a drum machine of the eighties, `club` one of dance music, `analog` the one of trap. */
export type Kit =
  | 'acoustic'
  | 'power'
  | 'jazz'
  | 'brushes'
  | 'electronic'
  | 'club'
  | 'analog'
  | 'dusty'
  | 'tabla'
  | 'orchestral'

// biome-ignore format: a table reads better in rows
export type Piece =
  | 'kick' | 'snare' | 'hat' | 'open' | 'ride' | 'crash' | 'highTom' | 'lowTom' | 'clap' | 'rim' | 'shaker'
  | 'na' | 'tin' | 'ge' | 'timpani' | 'swirl' | 'pedal' | 'midTom' | 'tambourine' | 'cowbell' | 'highBongo' | 'lowBongo'
  | 'slap' | 'conga' | 'tumba' | 'timbale' | 'agogo' | 'cabasa' | 'maracas' | 'guiro' | 'clave' | 'woodblock' | 'triangle'
  | 'riser'

export interface DrumHit {
  beat: number
  piece: Piece
  velocity: number
}

/** Four steps a beat: X loud, x normal, o soft, - silent. */
type Steps = Partial<Record<Piece, string>>

interface Groove {
  kit: Kit
  steps: Steps
  /** The hi-hat rattles at times, as in trap. */
  rolls?: true
}

// biome-ignore format: a table reads better in rows
const GROOVES = {
  none: { kit: 'acoustic', steps: {} },
  pop: { kit: 'electronic', steps: { kick: 'X-----x-x-------', snare: '----X-------X---', clap: '----x-------x---', hat: 'x-o-x-o-x-o-x-oo' } },
  rock: { kit: 'power', steps: { kick: 'X-----x-x-x-----', snare: '----X-------X---', hat: 'X-x-X-x-X-x-X-x-' } },
  indie: { kit: 'acoustic', steps: { kick: 'X--x--x-X--x----', snare: '----X-------X---', hat: 'x-x-x-x-x-x-x-x-', open: '--------------x-' } },
  halfTime: { kit: 'power', steps: { kick: 'X--x------x-----', snare: '--------X-------', hat: 'x-x-x-x-x-x-x-x-' } },
  punk: { kit: 'acoustic', steps: { kick: 'X---X---X---X---', snare: '--X---X---X---X-', open: 'X-x-X-x-X-x-X-x-' } },
  ska: { kit: 'acoustic', steps: { kick: 'X---X---X---X---', snare: '----X-------X---', hat: '--X---X---X---X-' } },
  metal: { kit: 'power', steps: { kick: 'XxXxX-xxXxXxX-xx', snare: '----X-------X---', ride: 'X---X---X---X---' } },
  thrash: { kit: 'power', steps: { kick: 'X-xxX-xxX-xxX-xx', snare: '--X---X---X---X-', open: 'X---X---X---X---' } },
  lofi: { kit: 'dusty', steps: { kick: 'X------x--x-----', snare: '----x-------x--o', hat: 'x-o-x-oox-o-x-o-' } },
  boombap: { kit: 'dusty', steps: { kick: 'X-x-------x--x--', snare: '----X-------X---', hat: 'x-x-x-x-x-x-x-x-' } },
  trap: { kit: 'analog', rolls: true, steps: { kick: 'X-----x---x-----', clap: '--------X-------', hat: 'x-xox-x-x-xxx-oo', rim: '---o------o-----' } },
  drill: { kit: 'analog', rolls: true, steps: { kick: 'X--x--X---x---x-', snare: '------X-------X-', hat: 'x--x--x-x--x--x-', cowbell: '----------o-----' } },
  fourFloor: { kit: 'club', steps: { kick: 'X---X---X---X---', clap: '----x-------x---', open: '--x---x---x---x-', hat: 'o-o-o-o-o-o-o-o-' } },
  deepHouse: { kit: 'club', steps: { kick: 'X---X---X---X---', rim: '---x--x----x--x-', clap: '----x-------x---', open: '--x---x---x---x-', shaker: 'o-ooo-ooo-ooo-oo' } },
  techno: { kit: 'club', steps: { kick: 'X---X---X---X---', hat: '-ox--ox--ox--oxo', open: '--x---x---x---x-', rim: '---x--x-------x-', shaker: 'o-o-o-o-o-o-o-o-' } },
  trance: { kit: 'club', steps: { kick: 'X---X---X---X---', clap: '----X-------X---', open: '--X---X---X---X-', ride: '----x-------x---', hat: 'oxoxoxoxoxoxoxox' } },
  disco: { kit: 'acoustic', steps: { kick: 'X---X---X---X---', snare: '----X-------X---', open: '--x---x---x---x-', hat: 'x-oxx-oxx-oxx-ox' } },
  funk: { kit: 'acoustic', steps: { kick: 'X-x-----x-x--x--', snare: '----X--o-o--X--o', hat: 'x-xxx-xxx-xxx-x-', open: '--------------x-' } },
  soul: { kit: 'jazz', steps: { kick: 'X--x----x-x-----', snare: '----X--o----X-o-', hat: 'x-x-x-x-x-x-x-x-' } },
  gospel: { kit: 'acoustic', steps: { kick: 'X-----x-X-------', snare: '----X-------X---', clap: '----X-------X---', ride: 'x---x---x---x---' } },
  gated: { kit: 'electronic', steps: { kick: 'X-------X-x-----', snare: '----X-------X---', highTom: '--------------o-', hat: 'x-x-x-x-x-x-x-x-' } },
  breakbeat: { kit: 'acoustic', steps: { kick: 'X-x-------xx----', snare: '----X--o-o--X--o', ride: 'x-x-x-x-x-x-x-x-', hat: 'o-o-o-o-o-o-o-o-' } },
  twoStep: { kit: 'club', steps: { kick: 'X---------x-----', snare: '----X-------X---', hat: 'x-oxx-o-x-oxx-oo' } },
  swing: { kit: 'jazz', steps: { ride: 'X---x-o-X---x-o-', pedal: '----x-------x---', kick: 'o-------o-------', snare: '------o-----o---' } },
  brushes: { kit: 'brushes', steps: { swirl: 'x---x---x---x---', snare: '----x--o----x--o', kick: 'o-------o-------', pedal: '----x-------x---' } },
  shuffle: { kit: 'acoustic', steps: { kick: 'X-------X-x-----', snare: '----X-------X---', ride: 'x-o-x-o-x-o-x-o-' } },
  bossa: { kit: 'brushes', steps: { kick: 'x-----xox-----xo', rim: 'x-----x-----x---', shaker: 'x-o-x-o-x-o-x-o-' } },
  samba: { kit: 'acoustic', steps: { kick: 'o-----x-X-----x-', tumba: '--------X-------', agogo: 'x-x--x-x-x--x-x-', shaker: 'XoxxXoxxXoxxXoxx', snare: 'o-oxo-oxo-oxo-ox' } },
  salsa: { kit: 'acoustic', steps: { clave: '----X-X-X--X--X-', conga: '--x---xx--x---xx', slap: '----x-------x---', cowbell: 'X-x-X-xxX-x-X-x-', kick: '------x-------x-', timbale: '-------------o-o' } },
  dembow: { kit: 'analog', steps: { kick: 'X---X---X---X---', snare: '---X--X----X--X-', hat: 'x-x-x-x-x-x-x-x-', shaker: 'o-o-o-o-o-o-o-o-' } },
  tango: { kit: 'orchestral', steps: { kick: 'x-----------x---', snare: '------o-----o-oo' } },
  flamenco: { kit: 'acoustic', steps: { clap: 'x--x--x-x-x-x--x', slap: '--o---o---o---o-', tumba: 'X-----x---X-----' } },
  afrobeat: { kit: 'acoustic', steps: { kick: 'X--x--x---x-x---', snare: '----o--x----x--o', hat: 'x-xxx-xxx-xxx-xx', shaker: 'xoxoxoxoxoxoxoxo', conga: '--x--x----x--x--' } },
  latin: { kit: 'acoustic', steps: { kick: 'X-----x-X-----x-', rim: 'x--x--x---x-x---', conga: '--o---xx--o---xx', tumba: '------------x---', shaker: 'xoxoxoxoxoxoxoxo' } },
  cumbia: { kit: 'acoustic', steps: { kick: 'X-------X-------', guiro: 'X-xxX-xxX-xxX-xx', conga: '--x---x---x---x-', cowbell: 'x---x---x---x---' } },
  oneDrop: { kit: 'acoustic', steps: { kick: '--------X-------', rim: '--------X-------', hat: 'x-o-x-o-x-o-x-o-', open: '--------------o-' } },
  steppers: { kit: 'acoustic', steps: { kick: 'X---X---X---X---', rim: '--------X-------', hat: '--x---x---x---x-' } },
  train: { kit: 'brushes', steps: { kick: 'X-------X-------', snare: 'o-oox-oxo-oox-ox' } },
  country: { kit: 'acoustic', steps: { kick: 'X-------X-------', rim: '----X-------X---', hat: 'x-x-x-x-x-x-x-x-' } },
  shaker: { kit: 'brushes', steps: { kick: 'x-------x-------', rim: '----o-------o---', shaker: 'xoxoxoxoxoxoxoxo' } },
  stomp: { kit: 'acoustic', steps: { kick: 'X-------X-------', clap: '----X-------X---', tambourine: '----x-------x---' } },
  bodhran: { kit: 'acoustic', steps: { lowTom: 'X-oox-oxX-oox-ox', tambourine: '----o-------o---' } },
  ballad: { kit: 'acoustic', steps: { kick: 'X---------x-----', rim: '--------x-------', hat: 'x-o-x-o-x-o-x-o-' } },
  waltz: { kit: 'brushes', steps: { kick: 'x-----------', snare: '----o---o---', pedal: '----x---x---' } },
  lullaby: { kit: 'orchestral', steps: { triangle: 'o-----------' } },
  teental: { kit: 'tabla', steps: { na: 'x---x-x---o-x-x-', tin: '--x-----x-----o-', ge: 'X---x-----x-x---' } },
  keherwa: { kit: 'tabla', steps: { ge: 'X-----x-X-------', na: '--x-x---o-x-x-x-', tin: '------o-----x---' } },
  orchestral: { kit: 'orchestral', steps: { timpani: 'X-----------o-x-', triangle: '--------o-------' } },
  epic: { kit: 'orchestral', steps: { kick: 'X-----x-X--x--x-', timpani: 'X-----x-X-------', snare: 'o-ooo-ooo-ooo-oo', lowTom: 'X--x--x-X--x--x-' } },
  temple: { kit: 'orchestral', steps: { woodblock: 'x-----o-x-----o-', kick: 'o---------------', triangle: '--------o-------' } },
} as const satisfies Record<string, Groove>

export type DrumStyle = keyof typeof GROOVES

/** What is added to the kit where a song is fullest. */
// biome-ignore format: a table reads better in rows
const PERCUSSION = {
  none: {},
  tambourine: { tambourine: '--x-X-x---x-X-x-' },
  eighths: { tambourine: 'x-x-X-x-x-x-X-x-' },
  shaker: { shaker: 'xoxoxoxoxoxoxoxo' },
  congas: { conga: '--x---xx--x---xx', slap: '----x-------x---', tumba: '------------x---' },
  cowbell: { cowbell: 'X---X---X---X---' },
  bongos: { highBongo: 'x-xx--x-x-xx--x-', lowBongo: '----xx------xx--' },
  claps: { clap: '----X-------X---', tambourine: '----x-------x---' },
  crashes: { crash: 'X-------x-------' },
  clave: { clave: 'x--x--x---x-x---', maracas: 'xoxoxoxoxoxoxoxo' },
  bells: { triangle: 'x-------x-------', agogo: '--o---o---o-o---' },
} as const satisfies Record<string, Steps>

export type Percussion = keyof typeof PERCUSSION

export const kitOf = (style: DrumStyle): Kit => GROOVES[style].kit

const LOUDNESS: Readonly<Record<string, number>> = { X: 1, x: 0.75, o: 0.4 }
const TIMEKEEPERS = new Set<Piece>(['hat', 'ride', 'shaker', 'open', 'pedal', 'swirl', 'triangle', 'maracas', 'cabasa'])
/** Bells and timbales come with the chorus: in a verse of salsa the congas play, and the cowbell is at rest. */
const BELLS = new Set<Piece>(['cowbell', 'agogo', 'timbale'])
const BACKBEATS = new Set<Piece>(['snare', 'clap'])

/**
 * How much of the kit plays: `time` keeps time only, `light` has a rim for a snare and no bells, `half` lets the backbeat come half
 * as often, `build` rolls towards what comes.
 */
export type Drumming = 'none' | 'time' | 'light' | 'half' | 'full' | 'build'

export interface DrumBar {
  start: number
  beats: number
  intensity: number
  drumming: Drumming
  /** The last beats are a fill. */
  fill: boolean
  /** A new section begins. */
  crash: boolean
  /** The last beat is silent, before a section that is to strike. */
  breaks: boolean
  percussion: Percussion
}

/** One bar. */
export function drumBar(style: DrumStyle, bar: DrumBar, random: Random): DrumHit[] {
  const groove: Groove = GROOVES[style]
  if (style === 'none' || bar.drumming === 'none') return []
  const fillBeats = bar.fill ? (bar.intensity > 0.7 ? 2 : 1) : 0
  const until = bar.beats - (bar.breaks ? 1 : fillBeats)
  const hits = bar.drumming === 'build' ? buildUp(groove.kit, bar, until, random) : strokes(groove, bar, until, random)
  if (groove.rolls === true && bar.drumming === 'full') hits.push(...rattle(bar, until, random))
  if (bar.fill && !bar.breaks)
    hits.push(...fill(groove.kit, bar.start + until, bar.start + bar.beats, bar.intensity, random))
  if (bar.crash)
    hits.push({ beat: bar.start, piece: groove.kit === 'tabla' ? 'ge' : 'crash', velocity: 0.5 + 0.4 * bar.intensity })
  return hits
}

function strokes(groove: Groove, bar: DrumBar, until: number, random: Random): DrumHit[] {
  const { drumming, beats, intensity } = bar
  const hits: DrumHit[] = []
  const all = [...Object.entries(groove.steps), ...Object.entries(PERCUSSION[bar.percussion] as Steps)]
  for (const [name, steps] of all) {
    const piece = pieceFor(name as Piece, drumming, groove.kit) // the keys of a groove are pieces
    if (piece === undefined) continue
    for (let step = 0; step < beats * 4; step++) {
      const loudness = LOUDNESS[steps[step % steps.length] ?? '-']
      const beat = step / 4
      if (loudness === undefined || beat >= until) continue
      if (drumming === 'half' && BACKBEATS.has(piece) && beat !== beats / 2) continue
      const velocity = loudness * (0.5 + 0.5 * intensity) * random.between(0.88, 1)
      hits.push({ beat: bar.start + beat, piece, velocity })
    }
  }
  if (drumming === 'half' && beats === 4 && 'snare' in groove.steps)
    hits.push({ beat: bar.start + 2, piece: 'snare', velocity: 0.6 + 0.4 * intensity })
  return hits
}

function pieceFor(piece: Piece, drumming: Drumming, kit: Kit): Piece | undefined {
  if (kit === 'tabla') return piece
  if (drumming === 'time')
    return TIMEKEEPERS.has(piece) || piece === 'kick' ? (piece === 'open' ? 'hat' : piece) : undefined
  if (drumming === 'light' && BELLS.has(piece)) return undefined
  if (drumming === 'light') return piece === 'snare' || piece === 'clap' ? 'rim' : piece === 'open' ? 'hat' : piece
  return piece
}

/** Snare or toms that grow louder and, in the latter half, twice as dense. */
function buildUp(kit: Kit, bar: DrumBar, until: number, random: Random): DrumHit[] {
  const piece = BUILDS[kit]
  const hits: DrumHit[] = []
  for (let step = 0; step < until * 4; step++) {
    const place = step / (bar.beats * 4)
    const isOn = place < 0.5 ? step % 2 === 0 : true
    if (isOn) hits.push({ beat: bar.start + step / 4, piece, velocity: (0.3 + 0.5 * place) * random.between(0.9, 1) })
    if (step % 4 === 0) hits.push({ beat: bar.start + step / 4, piece: 'kick', velocity: 0.75 })
  }
  return hits
}

const BUILDS: Readonly<Record<Kit, Piece>> = {
  acoustic: 'snare',
  power: 'lowTom',
  jazz: 'snare',
  brushes: 'snare',
  electronic: 'snare',
  club: 'snare',
  analog: 'hat',
  dusty: 'rim',
  tabla: 'na',
  orchestral: 'timpani',
}

function rattle(bar: DrumBar, until: number, random: Random): DrumHit[] {
  if (!random.chance(0.6)) return []
  const from = random.pick([1, 2, 3, 3.5])
  const steps = random.pick([3, 4, 6])
  return Array.from({ length: steps }, (_, index) => ({
    beat: bar.start + from + (index * 0.5) / steps,
    piece: 'hat' as const,
    velocity: 0.35 + (0.35 * index) / steps,
  })).filter(({ beat }) => beat < bar.start + until)
}

const FILL_PIECES: Readonly<Record<Kit, readonly [Piece, ...Piece[]]>> = {
  acoustic: ['snare', 'snare', 'highTom', 'lowTom'],
  power: ['snare', 'highTom', 'midTom', 'lowTom'],
  jazz: ['snare', 'highTom', 'snare', 'lowTom'],
  brushes: ['snare', 'swirl', 'snare', 'swirl'],
  electronic: ['clap', 'snare', 'highTom', 'lowTom'],
  club: ['snare', 'snare', 'clap', 'snare'],
  analog: ['hat', 'hat', 'hat', 'clap'],
  dusty: ['rim', 'snare', 'rim', 'kick'],
  tabla: ['na', 'tin', 'na', 'ge'],
  orchestral: ['timpani'],
}

function fill(kit: Kit, from: number, to: number, intensity: number, random: Random): DrumHit[] {
  const pieces = FILL_PIECES[kit]
  const hits: DrumHit[] = []
  const steps = Math.round((to - from) * 4)
  for (let step = 0; step < steps; step++) {
    if (step % 2 === 1 && !random.chance(0.25 + 0.5 * intensity)) continue
    const piece = pieces[Math.floor((step / steps) * pieces.length)] ?? pieces[0]
    hits.push({ beat: from + step / 4, piece, velocity: 0.4 + 0.5 * ((step + 1) / steps) * (0.5 + intensity / 2) })
  }
  return hits
}

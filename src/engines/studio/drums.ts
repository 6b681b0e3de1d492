import type { Random } from './random.ts'

export type Kit = 'acoustic' | 'electronic' | 'dusty' | 'tabla' | 'orchestral'

// biome-ignore format: a table reads better in rows
export type Piece =
  | 'kick' | 'snare' | 'hat' | 'open' | 'ride' | 'crash' | 'highTom' | 'lowTom' | 'clap' | 'rim' | 'shaker'
  | 'na' | 'tin' | 'ge' | 'timpani'

export interface DrumHit {
  beat: number
  piece: Piece
  velocity: number
}

interface Groove {
  kit: Kit
  /** Four steps a beat: X loud, x normal, o soft, - silent. */
  steps: Partial<Record<Piece, string>>
}

// biome-ignore format: a table reads better in rows
const GROOVES = {
  none: { kit: 'acoustic', steps: {} },
  pop: { kit: 'electronic', steps: { kick: 'X-----x-x-------', snare: '----X-------X---', clap: '----x-------x---', hat: 'x-o-x-o-x-o-x-oo' } },
  rock: { kit: 'acoustic', steps: { kick: 'X-----x-x-x-----', snare: '----X-------X---', hat: 'X-x-X-x-X-x-X-x-' } },
  halfTime: { kit: 'acoustic', steps: { kick: 'X--x------x-----', snare: '--------X-------', hat: 'x-x-x-x-x-x-x-x-' } },
  punk: { kit: 'acoustic', steps: { kick: 'X---X---X---X---', snare: '--X---X---X---X-', hat: 'X-x-X-x-X-x-X-x-' } },
  metal: { kit: 'acoustic', steps: { kick: 'X-x-x-xxX-x-x-xx', snare: '----X-------X---', ride: 'X---X---X---X---' } },
  lofi: { kit: 'dusty', steps: { kick: 'X------x--x-----', snare: '----x-------x--o', hat: 'x-o-x-oox-o-x-o-' } },
  boombap: { kit: 'dusty', steps: { kick: 'X-x-------x--x--', snare: '----X-------X---', hat: 'x-x-x-x-x-x-x-x-' } },
  trap: { kit: 'electronic', steps: { kick: 'X-----x---x-----', clap: '--------X-------', hat: 'x-xox-x-x-xxx-oo', rim: '---o------o-----' } },
  fourFloor: { kit: 'electronic', steps: { kick: 'X---X---X---X---', clap: '----x-------x---', open: '--x---x---x---x-', hat: 'o-o-o-o-o-o-o-o-' } },
  techno: { kit: 'electronic', steps: { kick: 'X---X---X---X---', hat: '-ox--ox--ox--oxo', open: '--x---x---x---x-', rim: '---x--x-------x-', shaker: 'o-o-o-o-o-o-o-o-' } },
  disco: { kit: 'acoustic', steps: { kick: 'X---X---X---X---', snare: '----X-------X---', open: '--x---x---x---x-', hat: 'x-----x-x-----x-' } },
  funk: { kit: 'acoustic', steps: { kick: 'X-x-----x-x--x--', snare: '----X--o-o--X--o', hat: 'x-xxx-xxx-xxx-x-' } },
  gated: { kit: 'electronic', steps: { kick: 'X-------X-x-----', snare: '----X-------X---', highTom: '--------------o-', hat: 'x-x-x-x-x-x-x-x-' } },
  breakbeat: { kit: 'acoustic', steps: { kick: 'X-x-------xx----', snare: '----X--o-o--X--o', ride: 'x-x-x-x-x-x-x-x-' } },
  twoStep: { kit: 'electronic', steps: { kick: 'X---------x-----', snare: '----X-------X---', hat: 'x-oxx-o-x-oxx-oo' } },
  swing: { kit: 'acoustic', steps: { ride: 'x---x-o-x---x-o-', hat: '----x-------x---', kick: 'o-------o-------', snare: '------o-----o---' } },
  brushes: { kit: 'dusty', steps: { shaker: 'x-o-x-o-x-o-x-o-', rim: '----o-------o---', kick: 'x-------o-------' } },
  shuffle: { kit: 'acoustic', steps: { kick: 'X-------X-x-----', snare: '----X-------X---', ride: 'x-o-x-o-x-o-x-o-' } },
  bossa: { kit: 'dusty', steps: { kick: 'x-----x-x-----x-', rim: 'x-----x-----x---', shaker: 'x-o-x-o-x-o-x-o-' } },
  latin: { kit: 'acoustic', steps: { kick: 'X-----x-X-----x-', rim: 'x--x--x---x-x---', highTom: '--o-----------x-', lowTom: '------------x---', shaker: 'xoxoxoxoxoxoxoxo' } },
  oneDrop: { kit: 'acoustic', steps: { kick: '--------X-------', rim: '--------X-------', hat: 'x-o-x-o-x-o-x-o-' } },
  train: { kit: 'acoustic', steps: { kick: 'X-------X-------', snare: 'o-oox-oxo-oox-ox' } },
  shaker: { kit: 'dusty', steps: { kick: 'x-------x-------', rim: '----o-------o---', shaker: 'xoxoxoxoxoxoxoxo' } },
  ballad: { kit: 'acoustic', steps: { kick: 'X---------x-----', rim: '--------x-------', hat: 'x-o-x-o-x-o-x-o-' } },
  waltz: { kit: 'dusty', steps: { kick: 'x-----------', rim: '----o---o---', hat: '----x---x---' } },
  teental: { kit: 'tabla', steps: { na: 'x---x-x---o-x-x-', tin: '--x-----x-----o-', ge: 'X---x-----x-x---' } },
  keherwa: { kit: 'tabla', steps: { ge: 'X-----x-X-------', na: '--x-x---o-x-x-x-', tin: '------o-----x---' } },
  orchestral: { kit: 'orchestral', steps: { timpani: 'X-----------o-x-' } },
} as const satisfies Record<string, Groove>

export type DrumStyle = keyof typeof GROOVES

export const kitOf = (style: DrumStyle): Kit => GROOVES[style].kit

const LOUDNESS: Readonly<Record<string, number>> = { X: 1, x: 0.75, o: 0.4 }
const TIMEKEEPERS = new Set<Piece>(['hat', 'ride', 'shaker', 'open'])

/**
 * One bar. A calm bar (`intensity` under 0.35) keeps time only; a strong one opens up. `fill` turns its last beats into a
 * roll, `crash` marks a new section on its first beat.
 */
export function drumBar(
  style: DrumStyle,
  bar: { start: number; beats: number; intensity: number; fill: boolean; crash: boolean },
  random: Random,
): DrumHit[] {
  const groove: Groove = GROOVES[style]
  const hits: DrumHit[] = []
  const fillStart = bar.fill ? bar.beats - (bar.intensity > 0.7 ? 2 : 1) : bar.beats
  for (const [name, steps] of Object.entries(groove.steps)) {
    const piece = name as Piece // the keys of a groove are pieces
    if (bar.intensity < 0.35 && !TIMEKEEPERS.has(piece) && groove.kit !== 'tabla' && piece !== 'kick') continue
    for (let step = 0; step < bar.beats * 4; step++) {
      const loudness = LOUDNESS[steps[step % steps.length] ?? '-']
      const beat = step / 4
      if (loudness === undefined || beat >= fillStart) continue
      const velocity = loudness * (0.55 + 0.45 * bar.intensity) * random.between(0.88, 1)
      hits.push({ beat: bar.start + beat, piece, velocity })
    }
  }
  if (style === 'none') return []
  if (bar.fill) hits.push(...fill(groove.kit, bar.start + fillStart, bar.start + bar.beats, bar.intensity, random))
  if (bar.crash)
    hits.push({ beat: bar.start, piece: groove.kit === 'tabla' ? 'ge' : 'crash', velocity: 0.5 + 0.4 * bar.intensity })
  return hits
}

const FILL_PIECES: Readonly<Record<Kit, readonly [Piece, ...Piece[]]>> = {
  acoustic: ['snare', 'snare', 'highTom', 'lowTom'],
  electronic: ['clap', 'snare', 'highTom', 'lowTom'],
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

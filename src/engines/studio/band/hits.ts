import type { Kit, Piece } from '../drums.ts'
import { powerOf } from '../master/loudness.ts'
import { strike } from '../synth/drum-kit.ts'
import { SAMPLE_RATE } from '../synth/signal.ts'
import type { Bank } from './bank.ts'
import { KIT_KEYS, PLACES, type Place, SAMPLED_PIECES } from './kits.ts'
import { drawSampled } from './sampler.ts'

/** Cymbals ring longest. */
const LONGEST_HIT_SECONDS = 3
const LEVEL_WINDOW = Math.round(0.05 * SAMPLE_RATE)

export interface Hit extends Place {
  samples: Float32Array
}

/** What a piece of a kit sounds like when it is struck with full force; drawn once a song. */
export function openHits(kit: Kit, bank: Bank | undefined): (piece: Piece) => Hit {
  const known = new Map<Piece, Hit>()
  return (piece) => {
    const hit = known.get(piece) ?? {
      ...PLACES[piece],
      samples: levelled(sampledHit(piece, kit, bank) ?? strike(piece, kit), PLACES[piece].db),
    }
    known.set(piece, hit)
    return hit
  }
}

function levelled(sound: Float32Array, db: number): Float32Array {
  let loudest = 1e-9
  for (let start = 0; start < sound.length; start += LEVEL_WINDOW / 2) {
    loudest = Math.max(loudest, powerOf(sound.subarray(start, start + LEVEL_WINDOW)) / LEVEL_WINDOW)
  }
  const gain = 10 ** (db / 20) / Math.sqrt(loudest)
  return sound.map((x) => x * gain)
}

function sampledHit(piece: Piece, kit: Kit, bank: Bank | undefined): Float32Array | undefined {
  const pieces = SAMPLED_PIECES[kit]
  const key = KIT_KEYS[piece]
  if (bank === undefined || pieces === undefined || key === undefined) return undefined
  if (pieces.synthesised?.includes(piece) === true) return undefined
  const zones = bank.kitZones(pieces.borrowed?.[piece] ?? pieces.kit, key)
  if (zones.length === 0) return undefined
  const left = new Float32Array(LONGEST_HIT_SECONDS * SAMPLE_RATE)
  const right = new Float32Array(LONGEST_HIT_SECONDS * SAMPLE_RATE)
  const note = { midi: key, seconds: LONGEST_HIT_SECONDS, velocity: 1, seed: 3 }
  const { samples, isMono } = drawSampled(bank, zones, note, left, right)
  const fade = Math.min(400, samples)
  return left.slice(0, samples).map((value, index) => {
    const middle = isMono ? value : 0.5 * (value + (right[index] ?? 0))
    return middle * Math.min(1, (samples - 1 - index) / fade)
  })
}

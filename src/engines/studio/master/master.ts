import type { Bank } from '../band/bank.ts'
import { BLOCK, mixBlocks, openStage, type Stage, type StereoBlock } from '../mix.ts'
import type { Score } from '../score.ts'
import { SAMPLE_RATE } from '../synth/signal.ts'
import { openCascade } from './biquad.ts'
import { openCompressor } from './compressor.ts'
import { type Excerpt, excerptsOf } from './excerpts.ts'
import { LIMITER_DELAY, openLimiter } from './limiter.ts'
import { CEILING, type Heard, type Plan, planMaster, THRESHOLD_DB } from './plan.ts'
import { TONES } from './tone.ts'

const FADE_SECONDS = 1.6

/**
 * The song as it is published, block after block: -14 LUFS, true peaks under -1 dB after the encoder, the colour of its kind.
 * First it is measured by excerpts, so that no more than a window of a long song is ever in memory; those blocks are empty.
 * The blocks' buffers are used again.
 */
export function* masterBlocks(score: Score, bank: Bank | undefined): Generator<StereoBlock> {
  const stage = openStage(score, bank)
  const planning = planFor(score, stage)
  let step = planning.next()
  for (; !step.done; step = planning.next()) yield NOTHING_YET
  const { plan, mix } = step.value
  yield* throughChain(score, mix, openChain(plan, score.durationSeconds))
}

/**
 * Listens to excerpts of a song and works out its master. It pauses often, so that a song can be stopped there. `mix` is the
 * whole song before its master, to be read once: of a song that was measured whole it is what was heard.
 */
export function* planFor(score: Score, stage: Stage): Generator<undefined, { plan: Plan; mix: Iterable<StereoBlock> }> {
  const heard: Heard[] = []
  let mix: Iterable<StereoBlock> | undefined
  for (const { weight, ...excerpt } of excerptsOf(score)) {
    for (const part of collect(excerpt, stage)) {
      if (part.heard === undefined) yield
      else heard.push({ ...part.heard, weight })
      if (part.blocks !== undefined && excerpt.score === score) mix = part.blocks
    }
  }
  const plan = yield* planMaster(heard, TONES[score.tone])
  return { plan, mix: mix ?? mixBlocks(score, stage) }
}

/** A mix of a song behind a chain that makes it `LIMITER_DELAY` samples late; the delay is taken off again. */
export function* throughChain(score: Score, mix: Iterable<StereoBlock>, chain: Chain): Generator<StereoBlock> {
  let left = Math.round(score.durationSeconds * SAMPLE_RATE)
  let late = LIMITER_DELAY
  for (const block of mix) {
    chain(block.left, block.right)
    const until = Math.min(BLOCK, late + left)
    yield { ...block, left: block.left.subarray(late, until), right: block.right.subarray(late, until) }
    left -= until - late
    late = 0
  }
}

const NOTHING_YET: StereoBlock = { left: new Float32Array(0), right: new Float32Array(0), doneSeconds: 0 }

function* collect(
  { score, runUpSeconds }: Omit<Excerpt, 'weight'>,
  stage: Stage,
): Generator<{ heard?: Omit<Heard, 'weight'>; blocks?: StereoBlock[] }> {
  const length = Math.round(score.durationSeconds * SAMPLE_RATE)
  const size = Math.ceil(length / BLOCK) * BLOCK
  const left = new Float32Array(size)
  const right = new Float32Array(size)
  const blocks: StereoBlock[] = []
  for (const block of mixBlocks(score, stage)) {
    const from = blocks.length * BLOCK
    left.set(block.left, from)
    right.set(block.right, from)
    blocks.push({
      ...block,
      left: left.subarray(from, from + BLOCK),
      right: right.subarray(from, from + BLOCK),
    })
    if (from + BLOCK < length) yield {}
  }
  const from = Math.round(runUpSeconds * SAMPLE_RATE)
  yield { heard: { left: left.subarray(from, length), right: right.subarray(from, length) }, blocks }
}

/** Works on whole blocks, in place. */
export type Chain = (left: Float32Array, right: Float32Array) => void

/** What a chain does to the level of a block, in place: its compressor and its limiter. */
export interface Levels {
  compress(left: Float32Array, right: Float32Array): void
  limit(left: Float32Array, right: Float32Array): void
}

/** The chain of a master. Without `levels` they follow from what it hears. */
export function openChain(
  { filters, ratio, gain }: Plan,
  durationSeconds: number,
  levels: Levels = levelsOf({ ratio, gain }),
): Chain {
  const equaliser = openCascade(filters)
  const fadeFrom = (durationSeconds - FADE_SECONDS) * SAMPLE_RATE
  let from = 0
  return (left, right) => {
    equaliser.process(left, right, BLOCK)
    levels.compress(left, right)
    for (const side of [left, right]) {
      for (let index = Math.max(0, Math.floor(fadeFrom) - from); index < BLOCK; index++) {
        const rest = 1 - (from + index - fadeFrom) / (FADE_SECONDS * SAMPLE_RATE)
        side[index] = (side[index] ?? 0) * Math.max(0, Math.min(1, rest)) ** 1.5
      }
    }
    levels.limit(left, right)
    from += BLOCK
  }
}

/** Levels as they follow from what is heard; `record` is told the gains. */
export function levelsOf(
  { ratio, gain }: Pick<Plan, 'ratio' | 'gain'>,
  record?: { compressor(gain: number): void; limiter(gain: number): void },
): Levels {
  const compressor = openCompressor({
    thresholdDb: THRESHOLD_DB,
    ratio,
    gain,
    ...(record && { onGain: record.compressor }),
  })
  const limiter = openLimiter(CEILING, record?.limiter)
  return {
    compress: (left, right) => compressor.process(left, right, BLOCK),
    limit: (left, right) => limiter.process(left, right),
  }
}

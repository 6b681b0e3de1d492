import { withTags } from '../../mp3/id3.ts'
import type { Bank } from '../band/bank.ts'
import { type Mp3Writer, openMp3Writer } from '../encode.ts'
import { openChain, planFor, throughChain } from '../master/master.ts'
import { type Audible, BLOCK, mixBlocks, openStage, type StereoBlock } from '../mix.ts'
import type { Part, Score } from '../score.ts'
import { SAMPLE_RATE } from '../synth/signal.ts'
import { INSTRUMENT_PLACES, PIECE_PLACES, STEM_NAMES, type StemName } from './general-midi.ts'
import { openRecordedLevels } from './recorded-levels.ts'

/** What a song without its voices is called. */
const INSTRUMENTAL = 'Instrumental'
const VOICES: ReadonlySet<StemName> = new Set(['Vocals', 'Backing Vocals'])
/** The crackle of an old record is no instrument. */
const CRACKLE: StemName = 'FX'

/**
 * The tracks that a name of a split stands for: one of the twelve, or one of the two ("Vocals" are all voices then).
 * Undefined for any other name.
 */
export function tracksOf(name: string, { isOfTwo }: { isOfTwo: boolean }): ReadonlySet<StemName> | undefined {
  if (name === INSTRUMENTAL) return new Set(STEM_NAMES.filter((stem) => !VOICES.has(stem)))
  if (isOfTwo) return name === 'Vocals' ? VOICES : undefined
  const found = STEM_NAMES.find((stem) => stem === name)
  return found && new Set([found])
}

/** The track in which a part is. */
export function stemOf({ role, instrument }: Pick<Part, 'role' | 'instrument'>): StemName {
  return instrument === 'voice' && role === 'harmony' ? 'Backing Vocals' : INSTRUMENT_PLACES[instrument][0]
}

function audibleOf(tracks: ReadonlySet<StemName>): Audible {
  const [lead, backing] = [tracks.has('Vocals'), tracks.has('Backing Vocals')]
  return {
    part: (part) => tracks.has(stemOf(part)),
    piece: (piece) => tracks.has(PIECE_PLACES[piece][0]),
    voices: lead && backing ? 'all' : lead ? 'lead' : backing ? 'backing' : 'none',
    crackle: tracks.has(CRACKLE),
  }
}

export type Track = ReadonlySet<StemName>

/**
 * The blocks of each track in turn, as they are in the published song: with its room and echo, and with the gains that the
 * master gives to the whole, so that tracks which cover the song add up to it. The first blocks are those of the whole, without
 * a track. Blocks' buffers are used again.
 */
export function* stemBlocks(
  score: Score,
  bank: Bank | undefined,
  tracks: readonly Track[],
): Generator<{ track: number | undefined; block: StereoBlock | undefined }> {
  const stage = openStage(score, bank)
  const planning = planFor(score, stage)
  let step = planning.next()
  for (; !step.done; step = planning.next()) yield { track: undefined, block: undefined }
  const { plan, mix } = step.value
  const levels = openRecordedLevels(plan)
  const whole = openChain(plan, score.durationSeconds, levels.recording)
  for (const block of throughChain(score, mix, whole)) yield { track: undefined, block }
  for (const [track, names] of tracks.entries()) {
    const audible = audibleOf(names)
    const blocks = isSilent(score, audible)
      ? silence(score.durationSeconds)
      : throughChain(score, mixBlocks(score, stage, audible), openChain(plan, score.durationSeconds, levels.replay()))
    for (const block of blocks) yield { track, block }
  }
}

/** Of twelve tracks, a song has some six: the others need not be mixed. */
function isSilent({ parts, hits, dusty }: Score, { part, piece, voices, crackle }: Audible): boolean {
  // Who doubles the tune in choruses has no part.
  const isDoubled = voices === 'backing' && parts.some(({ notes }) => notes.some(({ syllable }) => syllable?.sung))
  return !parts.some(part) && !hits.some((hit) => piece(hit.piece)) && !(dusty && crackle) && !isDoubled
}

function* silence(durationSeconds: number): Generator<StereoBlock> {
  const side = new Float32Array(BLOCK)
  const total = Math.round(durationSeconds * SAMPLE_RATE)
  for (let from = 0; from < total; from += BLOCK) {
    const samples = Math.min(BLOCK, total - from)
    const heard = side.subarray(0, samples)
    yield { left: heard, right: heard, doneSeconds: (from + samples) / SAMPLE_RATE }
  }
}

/** The tracks as MP3, in order. Undefined if `isStopped` said so. `onProgress` is told the share that is done. */
export async function renderStems(
  score: Score,
  bank: Bank | undefined,
  stems: readonly { title: string; track: Track }[],
  { isStopped, onProgress }: { isStopped: () => boolean; onProgress: (share: number) => void },
): Promise<Uint8Array[] | undefined> {
  const made: Uint8Array[] = []
  let writer: Mp3Writer | undefined
  const finish = (): void => {
    const sound = writer?.finish()
    if (sound) made.push(withTags(sound, { title: stems[made.length]?.title ?? '', software: 'Polyphony studio' }))
    writer = undefined
  }
  const tracks = stems.map(({ track }) => track)
  for (const { track, block } of stemBlocks(score, bank, tracks)) {
    if (isStopped()) return undefined
    if (track !== undefined && track > made.length) finish()
    const before = track === undefined ? 0 : track + 1
    onProgress((before + (block?.doneSeconds ?? 0) / score.durationSeconds) / (stems.length + 1))
    if (track === undefined || !block) continue
    writer ??= await openMp3Writer({ sampleRate: SAMPLE_RATE, channels: 2, kbitPerSecond: 160 })
    writer.write([block.left, block.right])
  }
  finish()
  return made
}

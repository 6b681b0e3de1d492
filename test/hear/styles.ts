import { arrange } from '../../src/engines/studio/arrangement.ts'
import { openBank } from '../../src/engines/studio/band/bank.ts'
import { GENRES } from '../../src/engines/studio/genres.ts'
import { integratedLoudness } from '../../src/engines/studio/master/loudness.ts'
import { masterBlocks } from '../../src/engines/studio/master/master.ts'
import type { Score } from '../../src/engines/studio/score.ts'
import { sideToMiddleDb, timbreDistance, timbreOf } from '../../src/engines/studio/spectrum.testing.ts'
import { SAMPLE_RATE } from '../../src/engines/studio/synth/signal.ts'
import { hearSound } from '../../src/engines/studio/tools/recording.ts'

/**
 * What can be heard of whole songs, sung and mastered, two of each of twelve styles: whether the nearest in timbre is the other
 * song of its style, whether an estimator that knows nothing of the score finds tempo and key, how loud and how wide they are, and
 * how much louder choruses are than verses. Part of `npm run test:hear`; options: a list of styles as the first argument, the
 * seconds of each song as the second. Exit code 1 when one of the thresholds below is missed.
 */

const STYLES = 'pop; punk; metal; jazz; bossa nova; house; hip hop; ambient; raga; lullaby; folk; reggae'
const LYRICS = `[Verse]
The lamp is burning low tonight
The harbour sleeps in silver light
[Chorus]
Carry me home, carry me home
Over the water, over the foam`
/** Shares of all songs. Drumless and sung songs mislead an estimator of tempos, of which a half and a double count as right. */
const LEAST = { nearest: 12 / 24, tempo: 19 / 24, key: 22 / 24 }
const TEMPO_SHARE = 0.015
const LOUDNESS_LUFS = -14
const LOUDNESS_RANGE = 1
/** Styles of which the first chorus is to be so much louder than the first verse, in LU. */
const ENERGETIC = GENRES.filter(({ energy }) => energy >= 0.65).map(({ name }) => name)
const CHORUS_OVER_VERSE = 2
const SIDE_TO_MIDDLE_DB = [-18, -5] as const

const styles = (process.argv[2] ?? STYLES).split(';').map((style) => style.trim())
const seconds = Number(process.argv[3] ?? 45)
const bank = await openBank()

interface Heard {
  tags: string
  timbre: ReturnType<typeof timbreOf>
  lufs: number
  sideDb: number
  /** The louder choruses less the verses, in LU. */
  chorusOverVerse: number
  isTempoRight: boolean
  isKeyNear: boolean
}

function hear(tags: string, take: number): Heard {
  const request = { lyrics: LYRICS, tags, title: 'Styles', instrumental: false, seed: 5, take, seconds }
  const score = arrange(request)
  const length = Math.round(seconds * SAMPLE_RATE)
  const [left, right] = [new Float32Array(length), new Float32Array(length)]
  let offset = 0
  for (const block of masterBlocks(score, bank)) {
    const samples = Math.min(block.left.length, length - offset)
    left.set(block.left.subarray(0, samples), offset)
    right.set(block.right.subarray(0, samples), offset)
    offset += samples
  }
  const heard = hearSound([{ left, right, sampleRate: SAMPLE_RATE }], () => false)
  return {
    tags,
    timbre: timbreOf(left.map((x, index) => 0.5 * (x + (right[index] ?? 0)))),
    lufs: integratedLoudness(left, right),
    sideDb: sideToMiddleDb(left, right),
    chorusOverVerse: loudnessOf('chorus', score, left, right) - loudnessOf('verse', score, left, right),
    isTempoRight: [0.5, 1, 2].some((times) => Math.abs((times * (heard?.bpm ?? 0)) / score.bpm - 1) < TEMPO_SHARE),
    isKeyNear: isNear(score.key, heard?.key ?? ''),
  }
}

function loudnessOf(
  kind: string,
  { sections, durationSeconds }: Score,
  left: Float32Array,
  right: Float32Array,
): number {
  const index = sections.findIndex((section) => section.kind === kind)
  const [from, to] = [sections[index]?.at ?? 0, sections[index + 1]?.at ?? durationSeconds]
  const part = (side: Float32Array) => side.subarray(from * SAMPLE_RATE, to * SAMPLE_RATE)
  return integratedLoudness(part(left), part(right))
}

/** Do keys share nearly all of their notes: the same tonic, a fifth apart, or relatives of one another? */
function isNear(one: string, other: string): boolean {
  const [a, b] = [signatureOf(one), signatureOf(other)]
  const apart = (((a.signature - b.signature) % 12) + 12) % 12
  return a.tonic === b.tonic || apart === 0 || apart === 5 || apart === 7
}

/** The tonic, and the major key with the same notes. */
function signatureOf(key: string): { tonic: number; signature: number } {
  const [name = '', mode = ''] = key.split(' ')
  const NATURAL: Record<string, number> = { C: 0, D: 2, E: 4, F: 5, G: 7, A: 9, B: 11 }
  const sign = /#|♯/.test(name) ? 1 : /.(?:b|♭)/.test(name) ? -1 : 0
  const tonic = ((NATURAL[name[0] ?? ''] ?? 0) + sign + 12) % 12
  const below: Record<string, number> = { minor: 9, dorian: 2, phrygian: 4, lydian: 5, mixolydian: 7, bhairav: 4 }
  return { tonic, signature: (tonic - (below[mode] ?? 0) + 12) % 12 }
}

const songs = styles.flatMap((tags, place) => {
  console.error(`${String(place + 1).padStart(3)} of ${styles.length}  ${tags}`)
  return [0, 1].map((take) => hear(tags, take))
})
const known = new Set(styles)
const lifted = ENERGETIC.filter((name) => process.argv[2] === undefined && !known.has(name)).map((name) =>
  hear(name, 0),
)
bank?.close()

const distance = timbreDistance(songs.map(({ timbre }) => timbre))
const nearest = songs.map((_, one) =>
  songs
    .map((__, other) => other)
    .filter((other) => other !== one)
    .reduce((best, other) => (distance(one, other) < distance(one, best) ? other : best)),
)
const isOwnKind = (one: number): boolean => songs[nearest[one] ?? 0]?.tags === songs[one]?.tags
for (const [one, song] of songs.entries()) {
  const found = [song.isTempoRight ? '' : 'tempo not found', song.isKeyNear ? '' : 'key not found']
  if (!isOwnKind(one)) found.push(`sounds most like ${songs[nearest[one] ?? 0]?.tags}`)
  console.log(
    `  ${song.tags.padEnd(12)} ${song.lufs.toFixed(1)} LUFS  side ${song.sideDb.toFixed(1)} dB  chorus ${song.chorusOverVerse.toFixed(1).padStart(4)} LU  ${found.filter((text) => text !== '').join(', ')}`,
  )
}

const failures: string[] = []
const count = (name: keyof typeof LEAST, what: string, isRight: (one: number) => boolean): void => {
  const right = songs.filter((_, one) => isRight(one)).length
  console.log(`${right} of ${songs.length} songs ${what}.`)
  if (right < LEAST[name] * songs.length) failures.push(name)
}
count('nearest', 'are nearest in timbre to the other song of their style', isOwnKind)
count(
  'tempo',
  'have the tempo of their score for an estimator, or its half or double',
  (one) => songs[one]?.isTempoRight === true,
)
count(
  'key',
  'have the key of their score for an estimator, or a near relative',
  (one) => songs[one]?.isKeyNear === true,
)
const [narrowest, widest] = SIDE_TO_MIDDLE_DB
const isEnergetic = (tags: string): boolean => ENERGETIC.some((name) => name === tags)
if (lifted.length > 0)
  console.log(
    `Choruses over verses: ${lifted.map((song) => `${song.tags} ${song.chorusOverVerse.toFixed(1)}`).join(', ')} LU`,
  )
for (const { tags, lufs, sideDb, chorusOverVerse } of [...songs, ...lifted]) {
  if (Math.abs(lufs - LOUDNESS_LUFS) > LOUDNESS_RANGE) failures.push(`loudness of ${tags}`)
  if (isEnergetic(tags) && chorusOverVerse < CHORUS_OVER_VERSE) failures.push(`chorus of ${tags}`)
  if (sideDb < narrowest || sideDb > widest) failures.push(`width of ${tags}`)
}
if (failures.length > 0) console.log(`Missed: ${failures.join(', ')}.`)
process.exit(failures.length === 0 ? 0 : 1)

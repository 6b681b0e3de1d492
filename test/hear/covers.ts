import { decodeMp3 } from '../../src/engines/mp3/decode.ts'
import { arrange } from '../../src/engines/studio/arrangement.ts'
import { openBank } from '../../src/engines/studio/band/bank.ts'
import { openMp3Writer } from '../../src/engines/studio/encode.ts'
import {
  type Accuracy,
  accuracyOf,
  likenessOfSongs,
  songFeatures,
} from '../../src/engines/studio/hear/compare.testing.ts'
import { type HeardSong, hearSong } from '../../src/engines/studio/hear/hear-song.ts'
import { masterBlocks } from '../../src/engines/studio/master/master.ts'
import type { Score } from '../../src/engines/studio/score.ts'
import { SAMPLE_RATE } from '../../src/engines/studio/synth/signal.ts'

/**
 * What is heard in recordings, against the scores of which they are: beats, bars, chords and notes of the tune, in sung and
 * instrumental songs of twelve styles, and in sung ones whose voice is 12 dB softer. Then covers of them are made in other styles,
 * rendered and heard again: each must be nearest to its own original in chords and tune. Part of `npm run test:hear`; options: a
 * list of styles as the first argument, the seconds of each song as the second. Exit code 1 when a threshold below is missed.
 */

const STYLES = 'pop; folk; rock; jazz; house; waltz; country; lo-fi; soul; reggae; ballad; metal'
const LYRICS = `[Verse]
The lamp is burning low tonight
The harbour sleeps in silver light
I count the boats along the quay
And none of them is meant for me
[Chorus]
Carry me home, carry me home
Over the water, over the foam
[Verse]
The morning comes in grey and gold
The stories that we never told
[Chorus]
Carry me home, carry me home
Over the water, over the foam`
/** Means over all songs. */
const LEAST: Partial<Accuracy> = {
  beats: 0.89,
  beatsAtAnyOctave: 0.93,
  downbeats: 0.86,
  chords: 0.82,
  recall: 0.55,
  precision: 0.54,
}
/** Of the covers, the share whose own original is the nearest. */
const LEAST_NEAREST = 8 / 12
const SOFTER = 10 ** (-12 / 20)

const styles = (process.argv[2] ?? STYLES).split(';').map((style) => style.trim())
const seconds = Number(process.argv[3] ?? 30)
const bank = await openBank()

async function heardIn(score: Score): Promise<HeardSong | undefined> {
  const writer = await openMp3Writer({ sampleRate: SAMPLE_RATE, channels: 2, kbitPerSecond: 160 })
  for (const { left, right } of masterBlocks(score, bank)) if (left.length > 0) writer.write([left, right])
  const heard = hearSong(decodeMp3(writer.finish()), () => false)
  return heard && !('unheard' in heard) ? heard : undefined
}

const softer = (score: Score): Score => ({
  ...score,
  parts: score.parts.map((part) =>
    part.role === 'lead'
      ? { ...part, notes: part.notes.map((note) => ({ ...note, velocity: SOFTER * note.velocity })) }
      : part,
  ),
})

const found: Accuracy[] = []
const originals: HeardSong[] = []
const failures: string[] = []
for (const [place, tags] of styles.entries()) {
  for (const how of ['sung', 'instrumental', 'softly sung'] as const) {
    const instrumental = how === 'instrumental'
    const lyrics = instrumental ? '' : LYRICS
    const take = instrumental ? 1 : 0
    const score = arrange({ lyrics, tags, title: 'Hear', instrumental, seed: 11, take, seconds })
    const heard = await heardIn(how === 'softly sung' ? softer(score) : score)
    if (!heard) {
      failures.push(`${tags}, ${how}: nothing heard`)
      continue
    }
    const accuracy = accuracyOf(score, heard)
    const { beats, downbeats, chords, recall, precision } = accuracy
    const shares = Object.entries({ beats, downbeats, chords, recall, precision })
    console.log(
      `  ${tags.padEnd(9)} ${how.padEnd(13)} ${shares.map(([name, share]) => `${name} ${share.toFixed(2)}`).join('  ')}`,
    )
    if (how === 'softly sung') continue
    found.push(accuracy)
    if (instrumental === (place % 2 === 1)) originals.push(heard)
  }
}
for (const [name, least] of Object.entries(LEAST)) {
  const mean = found.reduce((sum, accuracy) => sum + accuracy[name as keyof Accuracy], 0) / Math.max(1, found.length)
  console.log(`${name}: ${mean.toFixed(3)} in the mean, at least ${least}`)
  if (mean < least) failures.push(name)
}

let nearest = 0
const features = originals.map(songFeatures)
for (const [index, { sheet }] of originals.entries()) {
  const tags = styles[(index + 5) % styles.length] ?? 'pop'
  const longestSeconds = seconds
  const cover = arrange({
    lyrics: '',
    tags,
    title: 'Cover',
    instrumental: true,
    seed: 3,
    take: 0,
    covers: sheet,
    longestSeconds,
  })
  const heard = await heardIn(cover)
  const likeness = heard ? features.map((original) => likenessOfSongs(original, songFeatures(heard))) : []
  const best = likeness.indexOf(Math.max(...likeness))
  if (best === index) nearest++
  console.log(`  the cover of song ${index + 1} in the style ${tags} is nearest to song ${best + 1}`)
}
console.log(`${nearest} of ${originals.length} covers are nearest to their own originals.`)
if (nearest < LEAST_NEAREST * originals.length) failures.push('covers')
bank?.close()
if (failures.length > 0) console.log(`Missed: ${failures.join('; ')}.`)
process.exit(failures.length === 0 ? 0 : 1)

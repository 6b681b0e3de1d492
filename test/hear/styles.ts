import { arrange } from '../../src/engines/studio/arrangement.ts'
import { openBank } from '../../src/engines/studio/band/bank.ts'
import { masterBlocks } from '../../src/engines/studio/master/master.ts'
import { timbreDistance, timbreOf } from '../../src/engines/studio/spectrum.testing.ts'
import { SAMPLE_RATE } from '../../src/engines/studio/synth/signal.ts'

/**
 * Whether styles can be told by their timbre: of twelve styles two sung and mastered songs each; of the 24, the nearest in timbre
 * should be the other song of its style. Part of `npm run test:hear`; options: a list of styles as the first argument, the
 * seconds of each song as the second. Exit code 1 when fewer than 12 of 24 (half of the songs) are nearest to their own kind.
 */

const STYLES = 'pop; punk; metal; jazz; bossa nova; house; hip hop; ambient; raga; lullaby; folk; reggae'
const LYRICS = `[Verse]
The lamp is burning low tonight
The harbour sleeps in silver light
[Chorus]
Carry me home, carry me home
Over the water, over the foam`
const NEEDED_SHARE = 0.5

const styles = (process.argv[2] ?? STYLES).split(';').map((style) => style.trim())
const seconds = Number(process.argv[3] ?? 45)
const bank = await openBank()

function middleOf(tags: string, take: number): Float32Array {
  const request = { lyrics: LYRICS, tags, title: 'Styles', instrumental: false, seed: 5, take, seconds }
  const middle = new Float32Array(Math.round(seconds * SAMPLE_RATE))
  let offset = 0
  for (const { left, right } of masterBlocks(arrange(request), bank)) {
    for (let index = 0; index < left.length; index++)
      middle[offset + index] = 0.5 * ((left[index] ?? 0) + (right[index] ?? 0))
    offset += left.length
  }
  return middle
}

const timbres = styles.flatMap((tags, place) => {
  console.error(`${String(place + 1).padStart(3)} of ${styles.length}  ${tags}`)
  return [0, 1].map((take) => timbreOf(middleOf(tags, take)))
})
bank?.close()

const distance = timbreDistance(timbres)
const styleOf = (song: number): string => styles[Math.floor(song / 2)] ?? ''
const nearest = timbres.map((_, one) =>
  timbres
    .map((__, other) => other)
    .filter((other) => other !== one)
    .reduce((best, other) => (distance(one, other) < distance(one, best) ? other : best)),
)
const right = nearest.filter((other, one) => styleOf(other) === styleOf(one)).length
for (const [one, other] of nearest.entries())
  if (styleOf(one) !== styleOf(other)) console.log(`  ${styleOf(one)} sounds most like ${styleOf(other)}`)
console.log(`${right} of ${timbres.length} songs are nearest in timbre to the other song of their style.`)
process.exit(right >= NEEDED_SHARE * timbres.length ? 0 : 1)

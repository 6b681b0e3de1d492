import { openStudio } from '../../src/engines/studio/studio.ts'
import type { Row } from '../bench.ts'

const SECONDS = 120
const STYLES = ['pop, bright', 'rock, electric guitar', 'jazz, piano', 'ambient']

/** Two takes of a song of two minutes, with covers, in two worker threads. */
export const studioRow: Row = async () => {
  const studio = openStudio({ threads: 2 })
  try {
    const signal = AbortSignal.timeout(600_000)
    const lyrics = '[Verse]\nMove your paws\nLeft and right\n\n[Chorus]\nCat dance\nSwing your tails\n'.repeat(3)
    const pair = (tags: string, seconds: number) =>
      Promise.all(
        [0, 1].map((take) =>
          studio.compose({ lyrics, tags, title: 'Bench', instrumental: false, seed: 7, take, seconds }, { signal }),
        ),
      )
    await pair('pop', 10)
    const walls: number[] = []
    for (const tags of STYLES) {
      const before = performance.now()
      await pair(tags, SECONDS)
      walls.push((performance.now() - before) / 1_000)
    }
    const worst = Math.max(...walls)
    return [
      {
        what: 'studio: a two-clip song of 120 s with covers, the slowest of four styles',
        measured: `1/${(SECONDS / worst).toFixed(0)} of its playing time`,
        target: '<= 1/20',
        reached: worst <= SECONDS / 20,
        details: { seconds: walls.map((wall) => wall.toFixed(1)).join(' '), styles: STYLES.length },
      },
    ]
  } finally {
    await studio.close()
  }
}

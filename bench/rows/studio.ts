import { openStudio } from '../../src/engines/studio/studio.ts'
import type { Row } from '../bench.ts'

const SECONDS = 120
const STYLES = ['pop, bright', 'rock, electric guitar', 'jazz, piano', 'ambient']
const MOST_MB = 500

/**
 * Two takes of a song of two minutes, with covers, in two worker threads. On a machine with other work, processor time says more
 * than the time that passed: with two idle cores, half of it passes. The peak of memory is that of the whole process, so it is
 * exact when only this row is measured.
 */
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
    const processorTimes: number[] = []
    for (const tags of STYLES) {
      const [before, used] = [performance.now(), process.cpuUsage()]
      await pair(tags, SECONDS)
      walls.push((performance.now() - before) / 1_000)
      const { user, system } = process.cpuUsage(used)
      processorTimes.push((user + system) / 1e6)
    }
    const worst = Math.max(...walls)
    const peakMb = process.resourceUsage().maxRSS / 1_024
    const listed = (values: number[]): string => values.map((value) => value.toFixed(1)).join(' ')
    return [
      {
        what: 'studio: a two-clip song of 120 s with covers, the slowest of four styles',
        measured: `1/${(SECONDS / worst).toFixed(0)} of its playing time`,
        target: '<= 1/20',
        reached: worst <= SECONDS / 20,
        details: {
          seconds: listed(walls),
          'processor seconds': listed(processorTimes),
          styles: STYLES.length,
        },
      },
      {
        what: 'studio: peak memory of the process with two songs at a time',
        measured: `${peakMb.toFixed(0)} MB`,
        target: `<= ${MOST_MB} MB`,
        reached: peakMb <= MOST_MB,
        details: { songs: 2 * STYLES.length + 2 },
      },
    ]
  } finally {
    await studio.close()
  }
}

import sharp from 'sharp'
import { openWorkshop } from '../../src/engines/workshop/workshop.ts'
import type { Row } from '../bench.ts'
import { medianOf } from '../median.ts'

const SIDE_PX = 512
/** In turns, since a shared machine changes its speed within seconds. */
const ROUNDS = 4
/** Two threads with a core each take half as long; what is lost is the last tile and the work around the tiles. */
const LEAST_GAIN = 1.5
/** Processor time says more than the time that passed where other work has the cores. */
const MOST_MORE = 1.2

/** A picture of 512 by 512 pixels enlarged twice, by one thread and by two. The gain is that of the medians. */
export const workshopRow: Row = async () => {
  const pixels = Uint8Array.from(
    { length: 3 * SIDE_PX ** 2 },
    (_, at) => 128 + 100 * Math.sin(at / 37) * Math.cos(at / 997),
  )
  const raw = { width: SIDE_PX, height: SIDE_PX, channels: 3 } as const
  const picture = await sharp(pixels, { raw }).png().toBuffer()
  const work = { kind: 'enlarge', picture, to: { by: 2 }, format: 'png' } as const
  const workshops = [1, 2].map((threads) => openWorkshop({ threads }))
  const taken = workshops.map(() => ({ seconds: [] as number[], processor: [] as number[] }))
  try {
    const signal = AbortSignal.timeout(600_000)
    for (let round = 0; round <= ROUNDS; round++) {
      for (const [index, workshop] of workshops.entries()) {
        const [before, used] = [performance.now(), process.cpuUsage()]
        await workshop.perform(work, { field: 'picture', signal })
        const { user, system } = process.cpuUsage(used)
        if (round === 0) continue // loads the network
        taken[index]?.seconds.push((performance.now() - before) / 1_000)
        taken[index]?.processor.push((user + system) / 1e6)
      }
    }
  } finally {
    await Promise.all(workshops.map((workshop) => workshop.close()))
  }
  const [one, two] = taken.map(({ seconds }) => medianOf(seconds))
  const gain = (one ?? Number.NaN) / (two ?? Number.NaN)
  const [alone, together] = taken.map(({ processor }) => medianOf(processor))
  const more = (together ?? Number.NaN) / (alone ?? Number.NaN)
  const listed = (values: number[] = []): string => values.map((value) => value.toFixed(1)).join(' ')
  return [
    {
      what: `workshop: ${SIDE_PX}x${SIDE_PX} enlarged twice, by two threads against one`,
      measured: `${gain.toFixed(2)} times as fast`,
      target: `>= ${LEAST_GAIN} times`,
      reached: gain >= LEAST_GAIN,
      details: {
        'seconds with one': listed(taken[0]?.seconds),
        'seconds with two': listed(taken[1]?.seconds),
      },
    },
    {
      what: 'workshop: processor time of the same, by two threads against one',
      measured: `${more.toFixed(2)} times as much`,
      target: `<= ${MOST_MORE} times`,
      reached: more <= MOST_MORE,
      details: {
        'processor seconds with one': listed(taken[0]?.processor),
        'processor seconds with two': listed(taken[1]?.processor),
      },
    },
  ]
}

import { build } from '../../scripts/build.ts'
import type { Row } from '../bench.ts'
import { inFolder, startChild } from '../child.ts'
import { residentMb } from '../resident.ts'

const SETTLE_MS = 5_000
const STARTS = 3

const IDLE_MB = 100
const READY_MS = 500

/** The program as it is installed: built, and started as `npm start` does. */
const serve = (folder: string) => startChild('../bin/polyphony.js', { DATA_DIR: folder, LOG_LEVEL: 'info' }, ['serve'])

/** Memory of the program without requests, and the time from start to ready on an existing database. */
export const idleRow: Row = () =>
  inFolder(async (folder) => {
    await build(new URL('../../dist', import.meta.url).pathname)
    const first = await serve(folder)
    await first.stop()
    const starts: number[] = []
    let memory = Number.NaN
    for (let index = 0; index < STARTS; index++) {
      const gateway = await serve(folder)
      starts.push(gateway.startedMs)
      if (index === STARTS - 1) {
        await new Promise((wake) => setTimeout(wake, SETTLE_MS))
        memory = residentMb(gateway.process.pid)
      }
      await gateway.stop()
    }
    starts.sort((a, b) => a - b)
    const median = starts[Math.floor(STARTS / 2)] ?? Number.NaN
    return [
      {
        what: 'idle memory, resident',
        measured: `${memory.toFixed(0)} MB`,
        target: `<= ${IDLE_MB} MB`,
        reached: memory <= IDLE_MB,
        details: { 'after s': SETTLE_MS / 1_000 },
      },
      {
        what: 'start to ready on an existing database, median',
        measured: `${median.toFixed(0)} ms`,
        target: `<= ${READY_MS} ms`,
        reached: median <= READY_MS,
        details: { starts: starts.map((ms) => ms.toFixed(0)).join(' ') },
      },
    ]
  })

import { readFileSync } from 'node:fs'
import type { Row } from '../bench.ts'
import { inFolder, startChild } from '../child.ts'

const SETTLE_MS = 5_000
const STARTS = 3

/** Memory of a gateway without requests, and the time from start to ready on an existing database. */
export const idleRow: Row = () =>
  inFolder(async (folder) => {
    const first = await startChild('./servers/gateway.ts', { DATA_DIR: folder })
    await first.stop()
    const starts: number[] = []
    let memory = Number.NaN
    for (let index = 0; index < STARTS; index++) {
      const gateway = await startChild('./servers/gateway.ts', { DATA_DIR: folder })
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
        target: '<= 110 MB',
        reached: memory <= 110,
        details: { 'after s': SETTLE_MS / 1_000 },
      },
      {
        what: 'start to ready on an existing database, median',
        measured: `${median.toFixed(0)} ms`,
        target: '<= 1000 ms',
        reached: median <= 1_000,
        details: { starts: starts.map((ms) => ms.toFixed(0)).join(' ') },
      },
    ]
  })

function residentMb(pid: number | undefined): number {
  const [, kib] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kib) / 1_024
}

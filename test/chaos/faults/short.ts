import { setTimeout as delay } from 'node:timers/promises'
import { endSessions } from '../world.ts'
import { type Fault, LEAVES_FILES, probeWhile, WAITS_FOR_CALL } from './fault.ts'
import { pauseWithinTransaction } from './processes.ts'

const RATE = 4
const PAUSE_MS = 9_000
const STOP_LIMIT_MS = 20_000

/** Several faults in one run, for a test that has to be quick: each start of a process costs seconds. */
export const manyFaults: Fault = {
  name: 'many',
  title: 'start at once, kill, stop, pause, lost sessions and a restart of PostgreSQL in one run',
  engines: ['postgres'],
  nodeCount: 2,
  startsTogether: true,
  tolerates: [WAITS_FOR_CALL, LEAVES_FILES],
  async run(world) {
    const { load, nodes, postgres, databaseUrl = '' } = world
    load.start(RATE)
    await delay(1_500)
    await pauseWithinTransaction(world)
    await probeWhile(world, nodes.at(1), delay(PAUSE_MS))
    nodes.first.resume()
    await nodes.first.kill()
    const starting = nodes.first.start()
    await endSessions(databaseUrl)
    await starting
    await postgres?.restart('immediate')
    await delay(1_500)
    await nodes.at(1).stop(STOP_LIMIT_MS)
    await nodes.at(1).start()
    await load.stop()
  },
}

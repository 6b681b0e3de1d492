import { AsyncLocalStorage } from 'node:async_hooks'
import { PolyphonyError } from '../core/errors.ts'

/** More are refused: what waits longer than some seconds has been given up by who waits for it. */
const MOST_WAITING = 60
const MOST_OF_ONE = 20
const RETRY_SECONDS = 5

/** From whose network the request at hand comes: networks take turns, so that one which sends many keeps no other waiting. */
export const hashingFor = new AsyncLocalStorage<string>()

type Job = () => Promise<void>

/** Runs one at a time. Each network has a line of its own, and the lines take turns. */
export function openTurns(): <Result>(work: () => Promise<Result>) => Promise<Result> {
  const lines = new Map<string, Job[]>()
  let waiting = 0
  let isRunning = false

  async function runAll(): Promise<void> {
    isRunning = true
    for (let job = next(); job; job = next()) await job()
    isRunning = false
  }

  function next(): Job | undefined {
    const [first] = lines
    if (!first) return undefined
    const [network, line] = first
    const job = line.shift()
    lines.delete(network)
    if (line.length > 0) lines.set(network, line)
    waiting -= 1
    return job
  }

  return (work) => {
    const network = hashingFor.getStore() ?? ''
    const line = lines.get(network) ?? []
    if (waiting >= MOST_WAITING || line.length >= MOST_OF_ONE) {
      const details = { retryAfterSeconds: RETRY_SECONDS }
      return Promise.reject(
        new PolyphonyError(
          'overloaded',
          `Too many passwords are being checked at once; try again in ${RETRY_SECONDS} s.`,
          details,
        ),
      )
    }
    return new Promise((resolve, reject) => {
      line.push(() => work().then(resolve, reject))
      lines.set(network, line)
      waiting += 1
      if (!isRunning) void runAll()
    })
  }
}

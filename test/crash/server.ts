import { pino } from 'pino'
import { readConfig } from '../../src/config/config.ts'
import { isTerminal } from '../../src/core/task.ts'
import { startGateway } from '../../src/main.ts'
import type { Store, TaskChange } from '../../src/store/store.ts'
import { vendorProvider } from '../support/vendor-provider.ts'

/**
 * A gateway that kills its own process at one write of the store: `CRASH_AT=ended:before` dies
 * with the write not made, `ended:after` with its commit on disk and its caller without the answer. A write is a verb of
 * the store or, of those that move a task, the kind of the move.
 */
const [point, when] = (process.env.CRASH_AT ?? '').split(':')
const vendorUrl = process.env.VENDOR_URL
if (!vendorUrl) throw new Error('VENDOR_URL is not set.')

function die(): never {
  process.kill(process.pid, 'SIGKILL')
  // The signal may take a moment; nothing may run meanwhile.
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
}

/** A claim that finds nothing is no point in a task's life. */
function isEmpty(result: unknown): boolean {
  return Array.isArray(result) && result.length === 0
}

/** Which move it is, by what it changes. */
function moveOf({ transition: { before, after } }: TaskChange): string {
  if (isTerminal(after.status)) return 'ended'
  if (after.calledAt !== before.calledAt) return 'called'
  if (after.status !== before.status) return after.status === 'processing' ? 'accepted' : after.status
  return 'progressed'
}

function isPoint(verb: keyof Store, args: unknown): boolean {
  if (verb !== 'applyChange') return verb === point
  return moveOf((args as { change: TaskChange }).change) === point // the verb's own arguments
}

async function dieAt(run: () => unknown): Promise<unknown> {
  if (when === 'before') die()
  const result = await run()
  if (!isEmpty(result)) die()
  return result
}

function deadly(store: Store): Store {
  return new Proxy(store, {
    get(target, name: keyof Store) {
      const value = target[name]
      if (typeof value !== 'function') return value
      const run = value as (args: unknown) => unknown
      // All other verbs as they are: those that listen return at once how to end that.
      return (args: unknown) => (isPoint(name, args) ? dieAt(() => run(args)) : run(args))
    },
  })
}

const gateway = await startGateway(readConfig(process.env), {
  log: pino({ level: 'warn' }, pino.destination(2)),
  store: deadly,
  builtIn: [{ provider: vendorProvider(vendorUrl), mode: 'live', slots: 10 }],
})
process.stdout.write(`ready ${gateway.url}\n`)
process.on('SIGTERM', () => void gateway.close().then(() => process.exit(0)))

import { pino } from 'pino'
import { readConfig } from '../../src/config/config.ts'
import { startGateway } from '../../src/main.ts'
import type { Store } from '../../src/store/store.ts'
import { vendorProvider } from '../support/vendor-provider.ts'

/**
 * A gateway that kills its own process, without a last word, at one verb of the store: `CRASH_AT=settle:before` dies
 * with the verb's call not made, `settle:after` with its commit on disk and its caller not yet told.
 */
const [verb, when] = (process.env.CRASH_AT ?? '').split(':')
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

function deadly(store: Store): Store {
  return new Proxy(store, {
    get(target, name: keyof Store) {
      const value = target[name]
      if (name !== verb || typeof value !== 'function') return value
      const run = value as (args: unknown) => Promise<unknown>
      return async (args: unknown) => {
        if (when === 'before') die()
        const result = await run(args)
        if (!isEmpty(result)) die()
        return result
      }
    },
  })
}

const gateway = await startGateway(readConfig(process.env), {
  log: pino({ level: 'warn' }, pino.destination(2)),
  store: deadly,
  house: [{ provider: vendorProvider(vendorUrl), mode: 'live', slots: 10 }],
})
process.stdout.write(`ready ${gateway.url}\n`)
process.on('SIGTERM', () => void gateway.close().then(() => process.exit(0)))

import type { Worker } from 'node:worker_threads'
import type { Logger } from 'pino'
import { openLog } from '../compose/log.ts'
import { loadStore } from '../compose/store.ts'
import type { Config } from '../config/config.ts'
import type { Gateway } from '../main.ts'

/**
 * Starts the gateway as `startGateway` does, sooner: the embedded database is opened by its thread (`writer`, where it was
 * started even earlier) while the rest of the program is loaded.
 */
export async function start(config: Config, given: { log?: Logger; writer?: Worker } = {}): Promise<Gateway> {
  const { log = openLog(config.logLevel), writer } = given
  const open = await loadStore(config)
  const opening = open({ exclusive: true, log, ...(writer && { writer }) })
  opening.catch(() => {}) // the start throws it
  try {
    const { startGateway } = await import('../main.ts')
    return await startGateway(config, { log, opening })
  } catch (error) {
    await opening.then(
      (store) => store.close(),
      () => {},
    )
    throw error
  }
}

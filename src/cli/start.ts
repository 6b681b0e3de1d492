import type { Logger } from 'pino'
import { openLog } from '../compose/log.ts'
import { loadStore } from '../compose/store.ts'
import type { Config } from '../config/config.ts'
import type { Gateway } from '../main.ts'

/**
 * Starts the gateway as `startGateway` does, sooner: the thread of the embedded database needs as long to start as the rest
 * of the program to load, so it is started first, and the program is loaded meanwhile.
 */
export async function start(config: Config, log: Logger = openLog(config.logLevel)): Promise<Gateway> {
  const open = await loadStore(config)
  const opening = open({ exclusive: true, log })
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

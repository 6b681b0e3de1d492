import { createCluster, type StopMode } from './postgres-cluster.ts'

/** A PostgreSQL server of a test's own, which the test may stop and start again. The URL stays the same. */
export interface OwnPostgres extends AsyncDisposable {
  url: string
  /** Resolves once connections are taken. */
  start(): Promise<void>
  /** "fast" ends every session with 57P01; "immediate" is a crash, after which the next start recovers. */
  stop(mode: StopMode): Promise<void>
  restart(mode: StopMode): Promise<void>
  /** Ends the server and removes its data. */
  close(): Promise<void>
}

/** Starts a server; takes a second or two. An acknowledged commit outlives every stop, as it would in production. */
export async function startOwnPostgres(settings: Record<string, string | number> = {}): Promise<OwnPostgres> {
  const cluster = await createCluster({ max_connections: 100, ...settings })
  const { url, start, stop, remove: close } = cluster
  try {
    await start()
  } catch (error) {
    await close()
    throw error
  }
  return {
    url,
    start,
    stop,
    async restart(mode) {
      await stop(mode)
      await start()
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

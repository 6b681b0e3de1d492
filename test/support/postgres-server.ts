import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestProject } from 'vitest/node'
import { createCluster } from './postgres-cluster.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Answers a GET with the URL of the PostgreSQL server of this run, which the first GET starts. */
    postgresStarter: string
  }
}

interface Running {
  url: string
  stop(): Promise<void>
}

/**
 * One real PostgreSQL for the whole run, started by the first test that needs it, so that a run without such a test does
 * not wait for it.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  let starting: Promise<Running> | undefined
  const starter = createServer((_request, response) => {
    starting ??= startPostgres()
    starting.then(
      ({ url }) => response.end(url),
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
  })
  await new Promise<void>((resolve) => starter.listen(0, '127.0.0.1', resolve))
  const { port } = starter.address() as AddressInfo // it listens on TCP
  project.provide('postgresStarter', `http://127.0.0.1:${port}/`)
  return async () => {
    starter.close()
    starter.closeAllConnections()
    const running = await starting?.catch(() => undefined)
    await running?.stop()
  }
}

async function startPostgres(): Promise<Running> {
  // Another version of PostgreSQL than the one that comes with the packages.
  const url = process.env.TEST_POSTGRES_URL
  if (url) return { url, stop: async () => {} }
  const cluster = await createCluster({ synchronous_commit: 'off' })
  try {
    await cluster.start()
    return { url: cluster.url, stop: cluster.remove }
  } catch (error) {
    await cluster.remove()
    throw new Error(`The PostgreSQL for the tests did not start: ${error instanceof Error ? error.message : error}`)
  }
}

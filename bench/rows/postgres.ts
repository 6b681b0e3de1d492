import { startOwnPostgres } from '../../test/support/own-postgres.ts'
import type { Figure, Row } from '../bench.ts'
import { ADMIN_KEY, type Child, inFolder, SONG, startChild } from '../child.ts'
import { load, warmUp } from '../load.ts'
import { loadTasks } from '../tasks-load.ts'
import { figuresOf } from './end-to-end.ts'

const NODES = [1, 2, 3]
/** Of each node: one more brings its own clients. The second figure shares out as many among all nodes. */
const CONNECTIONS = 64
const CLIENTS = 64

/** Where all nodes of the row keep what they share. */
interface Place extends Record<string, string> {
  DATA_DIR: string
  DATABASE_URL: string
}

/** One tenant on a real PostgreSQL, through one, two and three gateways; all of it shares the cores of this machine. */
export const postgresRow: Row = ({ seconds }) => inFolder((folder) => figuresIn(folder, seconds))

/** The database keeps which storage is its own, so all nodes of the row have one folder. */
async function figuresIn(folder: string, seconds: number): Promise<Figure[]> {
  await using postgres = await startOwnPostgres()
  const place = { DATA_DIR: folder, DATABASE_URL: postgres.url }
  const submits: number[] = []
  const shared: number[] = []
  const figures: Figure[] = []
  for (const nodes of NODES) {
    submits.push(await submitsOf(place, nodes, CONNECTIONS, seconds))
    shared.push(await submitsOf(place, nodes, Math.ceil(CONNECTIONS / nodes), seconds))
    const ends = await withNodes(place, nodes, async (urls) => {
      await warmUp((warming) => loadTasks(urls, CLIENTS, warming))
      return loadTasks(urls, CLIENTS, seconds)
    })
    const what = `sandbox tasks from begin to end on PostgreSQL, ${nodes} ${nodes === 1 ? 'node' : 'nodes'}`
    figures.push(...figuresOf(what, ends, { perSecond: 680, p99Ms: 2_000 }))
  }
  const least = Math.min(...submits)
  return [
    {
      what: 'live submissions on PostgreSQL, one tenant, at 1, 2 and 3 nodes',
      measured: listed(submits),
      target: '>= 3462/s, never falling',
      // On a shared machine, differences of less than a tenth are noise.
      reached: least >= 3_462 && submits.every((perSecond, index) => perSecond >= 0.9 * (submits[index - 1] ?? 0)),
      details: { 'connections a node': CONNECTIONS, 'with 64 in all': listed(shared) },
    },
    ...figures,
  ]
}

function listed(rates: number[]): string {
  return rates.map((perSecond) => `${Math.round(perSecond)}/s`).join(', ')
}

function submitsOf(place: Place, nodes: number, connections: number, seconds: number): Promise<number> {
  return withNodes(place, nodes, async (urls) => {
    const headers = { 'x-api-key': ADMIN_KEY, 'content-type': 'application/json' }
    const measured = await Promise.all(
      urls.map((url) =>
        load({
          url: `${url}/api/v1/task`,
          method: 'POST',
          headers,
          body: JSON.stringify(SONG),
          connections,
          seconds,
        }),
      ),
    )
    return measured.reduce((sum, one) => sum + one.perSecond, 0)
  })
}

async function withNodes<Result>(
  place: Place,
  nodes: number,
  work: (urls: string[]) => Promise<Result>,
): Promise<Result> {
  const children: Child[] = []
  try {
    for (let node = 0; node < nodes; node++) {
      children.push(
        await startChild('./servers/gateway.ts', {
          ...place,
          POLYPHONY_SECRET: 'a secret that all nodes of the bench share',
          POLYPHONY_SANDBOX_SLOTS: '1000',
          // The songs that were only submitted stay where they are, and take no core from what is measured.
          INSTANT_SLOTS: '0',
        }),
      )
    }
    return await work(children.map(({ url }) => url))
  } finally {
    await Promise.all(children.map((child) => child.stop()))
  }
}

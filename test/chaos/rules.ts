import type { Evidence } from './evidence.ts'
import { isOver, markerOf, type ReadTask } from './evidence.ts'
import { type Hooked, isAccepted, isSigned } from './receiver.ts'
import { isAccepted as isCallAccepted } from './vendor/callbacks.ts'
import { type Order, stateOf } from './vendor/order.ts'

/** What an orderly stop may take, with everything hanging. Supervisors kill after ten seconds. */
const STOP_MS = 8_000

/** What Polyphony promises, each as a check of what was seen. docs/reliability.md says the same in words. */
export const RULES = {
  'every accepted task ends': ({ submissions, tasks }) =>
    submissions.flatMap(({ ids, marker }) =>
      [...ids].flatMap((id) => {
        const task = tasks.get(id)
        if (!task) return [`${marker}: ${id} was accepted and is not there`]
        return isOver(task) ? [] : [`${marker}: ${id} is ${task.status}: ${task.logs.at(-1) ?? ''}`]
      }),
    ),

  'one task for a key': ({ submissions, tasks }) => {
    const byMarker = Map.groupBy(tasks.values(), markerOf)
    return submissions.flatMap(({ marker, ids }) => {
      const count = Math.max(ids.size, byMarker.get(marker)?.length ?? 0)
      return count > 1 ? [`${marker}: ${count} tasks`] : []
    })
  },

  'an end stays as it is': ({ tasks, again, hooked }) => {
    const ends = [...hooked.map(({ body }) => body).map(taskIn), ...tasks.values()]
    return ends.flatMap((seen) => {
      const now = again.get(seen.id)?.status
      const isSame = !isOver(seen) || seen.status === now
      return isSame || (seen.status === 'failed' && now === 'completed') ? [] : [`${seen.id}: ${seen.status} -> ${now}`]
    })
  },

  'the vendor is paid once': ({ orders }) =>
    [...Map.groupBy(orders, ({ marker }) => marker)].flatMap(([marker, paid]) =>
      paid.length > 1 ? [`${marker}: paid ${paid.length} times`] : [],
    ),

  'what was paid and is done is delivered': ({ orders, tasks }) => {
    const byMarker = Map.groupBy(tasks.values(), markerOf)
    return orders.filter(isDeliverable).flatMap((order) => {
      const [task] = byMarker.get(order.marker) ?? []
      if (task?.status === 'completed') return []
      return [`${order.marker}: ${task?.id} is ${task?.status}, ${task?.error?.code ?? ''}; ${callsOf(order)}`]
    })
  },

  'no task fails without a cause of its own': ({ tasks }) =>
    [...tasks.values()]
      .filter(({ status }) => status === 'failed')
      .map((task) => `${markerOf(task)}: ${task.id}: ${task.error?.code}: ${task.error?.message}`),

  'a result in time is charged': ({ tasks }) =>
    [...tasks.values()]
      .filter((task) => task.status === 'completed' && task.consumed_points !== task.price_points)
      .map((task) => `${markerOf(task)}: ${task.consumed_points} of ${task.price_points} points`),

  'one webhook for an end, accepted once at least': (evidence) =>
    webhooksDue(evidence).flatMap(({ marker, task, hooked }) => {
      // A late result is announced a second time, under an id of its own.
      const ends = new Set(hooked.map(({ body }) => taskIn(body).status))
      const ids = new Set(hooked.map(({ webhookId }) => webhookId))
      if (!hooked.some(isAccepted)) return [`${marker}: ${task.id} (${task.status}): no webhook was accepted`]
      return ids.size > ends.size ? [`${marker}: ${ids.size} webhook ids`] : []
    }),

  'a webhook is signed': ({ hooked, secrets }) =>
    hooked
      .filter((one) => !isSigned(one, isSandbox(one) ? secrets.test : secrets.live))
      .map(({ marker, webhookId }) => `${marker}: ${webhookId}`),

  'a signature is of now': ({ hooked }) =>
    hooked
      .filter(({ signedAt, receivedAt }) => Math.abs(signedAt - receivedAt) > 5 * 60_000)
      .map(({ marker, webhookId }) => `${marker}: ${webhookId}`),

  'a webhook says what a read says': (evidence) =>
    webhooksDue(evidence).flatMap(({ marker, task, hooked }) => {
      const last = hooked.findLast(({ body }) => taskIn(body).status === task.status)
      if (!last || isSameJson(JSON.parse(last.body), task)) return []
      return [`${marker}: ${task.id}: ${differenceOf(taskIn(last.body), task)}`]
    }),

  'files are whole': ({ badFiles }) => badFiles,

  'the books are right': ({ books }) => books.faults.map(({ rule, subject, found }) => `${rule}: ${subject}: ${found}`),

  'nothing is held for what has ended': ({ books, tasks }) => {
    const running = [...tasks.values()].filter((task) => !isOver(task) && isPaid(task))
    return differ('held', books.points.held ?? 0, sum(running.map((task) => task.price_points)))
  },

  'revenue is what completed tasks cost': ({ books, tasks }) => {
    const completed = [...tasks.values()].filter((task) => task.status === 'completed' && isPaid(task))
    return differ('revenue', books.points.revenue ?? 0, sum(completed.map((task) => task.consumed_points)))
  },

  'no file is without its task': ({ orphans }) => (orphans > 0 ? [`${orphans} files`] : []),
  'no process ends by itself': ({ exits }) => exits,
  'a stop is orderly and takes less than eight seconds': ({ stops }) =>
    stops.filter(({ ms, code }) => ms >= STOP_MS || code !== 0).map(({ ms, code }) => `${ms} ms, exit code ${code}`),

  /** At least half of the submissions; a client that sends again, as it should, gets through. */
  'the other nodes go on': ({ availability: { probes, taken } }) =>
    taken * 2 < probes ? [`${taken} of ${probes} submissions were taken at the first try`] : [],

  'a process that was started serves': () => [],
  // Seen by faults, while they last.
  'a node recovers by itself': () => [],
  'a task is begun at once where nothing is broken': () => [],
  'a receiver does not wait for the others': () => [],
  'a refused cancel changes nothing': () => [],
  'the fault took place': () => [],
} as const satisfies Record<string, (evidence: Evidence) => string[]>

export type RuleName = keyof typeof RULES

/** Work that the vendor has done, and for whose result it can be asked. */
function isDeliverable(order: Order): boolean {
  return stateOf(order) === 'completed'
}

/** What became of the vendor's calls. A call without an answer has status 0. */
function callsOf({ called }: Order): string {
  if (called.some(isCallAccepted)) return 'its call was accepted'
  return called.every((status) => status === 0) ? 'no call reached the gateway' : `calls were answered ${called.join()}`
}

/** Tasks that have ended, with the webhooks that came for them. */
function webhooksDue({ submissions, again, hooked }: Evidence) {
  const byMarker = Map.groupBy(hooked, ({ marker }) => marker)
  return submissions
    .filter(({ isUnheard }) => !isUnheard)
    .flatMap(({ marker, ids }) =>
      [...ids].flatMap((id) => {
        const task = again.get(id)
        return task && isOver(task) ? [{ marker, task, hooked: byMarker.get(marker) ?? [] }] : []
      }),
    )
}

export function taskIn(body: Hooked['body']): ReadTask {
  return JSON.parse(body) as ReadTask
}

function isPaid(task: ReadTask): boolean {
  return !isSandbox({ marker: markerOf(task) })
}

function isSandbox({ marker }: Pick<Hooked, 'marker'>): boolean {
  return marker.startsWith('chaos-sandbox')
}

function isSameJson(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

function differenceOf(sent: ReadTask, read: ReadTask): string {
  const names = Object.keys(read) as (keyof ReadTask)[] // as JSON has them
  return names
    .filter((name) => !isSameJson(sent[name], read[name]))
    .map((name) => `${name}: sent ${JSON.stringify(sent[name])}, read ${JSON.stringify(read[name])}`)
    .join('; ')
}

function differ(what: string, found: number, expected: number): string[] {
  return found === expected ? [] : [`${what} is ${found}, ${expected} are due`]
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0)
}

import { type Evidence, isOver, markerOf } from './evidence.ts'
import type { Tolerance } from './faults/fault.ts'
import { RULES, type RuleName } from './rules.ts'
import type { Breach } from './world.ts'

export interface Counts {
  submissions: number
  accepted: number
  /** Answers other than 201, and missing ones. */
  notTaken: number
  completed: number
  failed: number
  cancelled: number
  open: number
  paid: number
  paidTwice: number
  /** Paid work whose result no task has. */
  paidNotDelivered: number
  /** Delivered after the refund. */
  deliveredFree: number
  webhooks: number
  webhooksRepeated: number
  filesChecked: number
  orphanFiles: number
  kills: number
  unexpectedExits: number
  probes: number
  probesTaken: number
}

export interface Verdict {
  counts: Counts
  breaches: Breach[]
  tolerated: (Breach & { why: string })[]
}

/** Checks the evidence against every rule. */
export function judge(evidence: Evidence, tolerances: readonly Tolerance[]): Verdict {
  const verdict: Verdict = { counts: countsOf(evidence), breaches: [], tolerated: [] }
  const names = Object.keys(RULES) as RuleName[] // as the table has them
  const found = names.flatMap((rule) => RULES[rule](evidence).map((detail): Breach => ({ rule, detail })))
  for (const breach of [...found, ...evidence.breaches]) {
    const tolerance = tolerances.find(({ rule, where }) => rule === breach.rule && (where?.test(breach.detail) ?? true))
    if (tolerance) verdict.tolerated.push({ ...breach, why: tolerance.why })
    else verdict.breaches.push(breach)
  }
  return verdict
}

/** The verdict on a run of which nothing else could be seen. */
export function broken(breach: Breach): Verdict {
  return { counts: countsOf(NOTHING_SEEN), breaches: [breach], tolerated: [] }
}

const NOTHING_SEEN: Evidence = {
  submissions: [],
  tasks: new Map(),
  again: new Map(),
  hooked: [],
  secrets: { live: '', test: '' },
  orders: [],
  books: { clean: true, faults: [], points: {} },
  badFiles: [],
  downloads: 0,
  orphans: 0,
  exits: [],
  stops: [],
  kills: 0,
  availability: { probes: 0, taken: 0 },
  breaches: [],
}

function countsOf({ submissions, again, orders, hooked, ...evidence }: Evidence): Counts {
  const tasks = [...again.values()]
  const count = (status: string) => tasks.filter((task) => task.status === status).length
  const completed = new Set(tasks.filter(({ status }) => status === 'completed').map(markerOf))
  const byMarker = Map.groupBy(orders, ({ marker }) => marker)
  return {
    submissions: submissions.length,
    accepted: submissions.filter(({ ids }) => ids.size > 0).length,
    notTaken: submissions.flatMap(({ answers }) => answers).filter((status) => status !== 201).length,
    completed: count('completed'),
    failed: count('failed'),
    cancelled: count('cancelled'),
    open: tasks.filter((task) => !isOver(task)).length,
    paid: orders.length,
    paidTwice: [...byMarker.values()].filter((paid) => paid.length > 1).length,
    paidNotDelivered: [...byMarker.keys()].filter((marker) => !completed.has(marker)).length,
    deliveredFree: tasks.filter((task) => task.status === 'completed' && task.consumed_points < task.price_points)
      .length,
    webhooks: hooked.length,
    webhooksRepeated: hooked.length - new Set(hooked.map(({ webhookId }) => webhookId)).size,
    filesChecked: evidence.downloads,
    orphanFiles: evidence.orphans,
    kills: evidence.kills,
    unexpectedExits: evidence.exits.length,
    probes: evidence.availability.probes,
    probesTaken: evidence.availability.taken,
  }
}

import type { Result } from './results.ts'
import type { Outcome } from './run-fault.ts'

const SHOWN_BREACHES = 12

/** One line for a run, and its breaches below, grouped by rule. */
export function describe(outcome: Outcome): string {
  const { fault, engine, rounds, seconds, counts, breaches, tolerated } = outcome
  const { accepted, completed, failed, open, paid, paidTwice, paidNotDelivered, unexpectedExits } = counts
  const head = [
    `${breaches.length === 0 ? 'held  ' : 'BROKEN'} ${fault} on ${engine}, ${rounds} x, ${seconds} s:`,
    `${accepted} accepted, ${completed} completed, ${failed} failed, ${open} open;`,
    `${paid} paid, ${paidTwice} twice, ${paidNotDelivered} not delivered;`,
    `${unexpectedExits} unexpected exits; ${counts.probesTaken} of ${counts.probes} probes taken; ${tolerated.length} tolerated`,
  ].join(' ')
  const byRule = Map.groupBy(breaches, ({ rule }) => rule)
  const lines = [...byRule].flatMap(([rule, found]) => [
    `  ${rule}: ${found.length}`,
    ...found.slice(0, SHOWN_BREACHES).map(({ detail }) => `    ${detail}`),
  ])
  return [head, ...lines].join('\n')
}

/** Rows of docs/reliability.md. */
export function tableOf(results: readonly Result[]): string {
  const rows = results.map(({ title, engine, rounds, counts, breaches, tolerated, commit, on }) => [
    title,
    engine === 'sqlite' ? 'SQLite' : 'PostgreSQL',
    String(rounds),
    String(counts.accepted),
    String(counts.completed),
    String(counts.open),
    String(counts.paidTwice),
    String(counts.paidNotDelivered),
    String(counts.webhooksRepeated),
    String(counts.unexpectedExits),
    breaches.length === 0
      ? tolerated.length === 0
        ? 'held'
        : `held, ${tolerated.length} as above`
      : `**${breaches.length} broken**`,
    `${commit}, ${on}`,
  ])
  return [HEAD, HEAD.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

const HEAD = [
  'fault',
  'engine',
  'rounds',
  'accepted',
  'completed',
  'open at the end',
  'paid twice',
  'paid, not delivered',
  'webhooks repeated',
  'processes ended by themselves',
  'promises',
  'commit',
]

const BEGIN = '<!-- results -->'
const END = '<!-- end of results -->'

/** The page with the table in its place. Throws where the page has no such place. */
export function withResults(page: string, text: string): string {
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)]
  if (from < 0 || to < from) throw new Error('The page has no place for results.')
  return `${page.slice(0, from + BEGIN.length)}\n${text}\n${page.slice(to)}`
}

import { type Static, Type } from 'typebox'
import type { LedgerLine } from '../store/store.ts'
import { type AdminContext, callerOf } from './context.ts'
import { csvOf } from './csv.ts'
import {
  amountOf,
  ID,
  listOf,
  money,
  orNull,
  PAGE,
  PERIOD,
  pageOf,
  periodIn,
  seqIn,
  TENANT,
  TEXT,
  TIME,
  timeOf,
} from './fields.ts'
import { findTenant } from './find-tenant.ts'
import { verb } from './verb.ts'

const MAX_LINES = 10_000
const DEFAULT_LINES = { json: 50, csv: MAX_LINES } as const

const Line = Type.Object({
  id: ID,
  kind: Type.String({
    description:
      '`credit`; `hold` and `settle`, its end, of a task; `allow`, `calls` and `return` for what is held, paid and given back of calls.',
  }),
  at: TIME,
  task_id: orNull(TEXT),
  key_id: orNull(TEXT),
  memo: orNull(TEXT),
  ...money('available_change', 'What it added to the available points.'),
  ...money('held_change', 'What it added to the held points.'),
  ...money('consumed', 'What was paid by it.'),
  ...money('available', 'The available points after it.'),
  ...money('held', 'The held points after it.'),
})
const Statement = listOf(Line)

const INPUT = {
  ...PERIOD,
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: MAX_LINES,
      description: `How many lines at most. Default: ${DEFAULT_LINES.json}, or ${DEFAULT_LINES.csv} as CSV.`,
    }),
  ),
  cursor: PAGE.cursor,
  format: Type.Optional(Type.Enum(['json', 'csv'], { description: 'Default: json.' })),
}

interface LedgerInput {
  from?: string
  to?: string
  limit?: number
  cursor?: string
  format?: 'json' | 'csv'
}

async function statement(
  { store }: AdminContext,
  tenantId: string,
  input: LedgerInput,
): Promise<Static<typeof Statement>> {
  const limit = input.limit ?? DEFAULT_LINES[input.format ?? 'json']
  const beforeSeq = seqIn(input.cursor)
  const lines = await store.listLedger({
    tenantId,
    limit: limit + 1,
    ...periodIn(input),
    ...(beforeSeq === undefined ? {} : { beforeSeq }),
  })
  return pageOf(lines, limit, ({ seq }) => String(seq), bodyOf)
}

function bodyOf(line: LedgerLine): Static<typeof Line> {
  return {
    id: line.id,
    kind: line.kind,
    at: timeOf(line.at),
    task_id: line.taskId,
    key_id: line.keyId,
    memo: line.memo,
    ...amountOf('available_change', line.available),
    ...amountOf('held_change', line.held),
    ...amountOf('consumed', line.revenue),
    ...amountOf('available', line.availableAfter),
    ...amountOf('held', line.heldAfter),
  }
}

/** The statement for a spreadsheet, if the input asks for it. */
function asText({ format }: LedgerInput, { items }: Static<typeof Statement>) {
  if (format !== 'csv') return undefined
  return { type: 'text/csv; charset=utf-8', text: ledgerCsv({ items }) }
}

export function ledgerCsv({ items }: Pick<Static<typeof Statement>, 'items'>): string {
  return csvOf(Object.keys(Line.properties), items)
}

export const LEDGER_VERBS = [
  verb({
    name: 'ledger.list',
    method: 'GET',
    path: '/ledger',
    summary: 'Read the statement of a tenant, the newest lines first, with the balance after each',
    input: Type.Object({ tenant: Type.Optional(TENANT), ...INPUT }),
    answer: Statement,
    changes: false,
    errors: ['not_found'],
    asText,
    run: async (context, { tenant, ...input }) =>
      statement(context, (await findTenant(context.store, tenant)).id, input),
  }),
] as const

export const OWN_LEDGER_VERBS = [
  verb({
    name: 'own.ledger.list',
    method: 'GET',
    path: '/ledger',
    summary: 'Read your statement, the newest lines first, with the balance after each',
    input: Type.Object(INPUT),
    answer: Statement,
    changes: false,
    access: ['live'],
    asText,
    run: (context, input, actor) => statement(context, callerOf(actor).tenantId, input),
  }),
] as const

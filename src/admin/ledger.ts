import { type Static, Type } from 'typebox'
import { ZERO_POINTS } from '../core/points.ts'
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
import { findTenantToRead } from './find-tenant.ts'
import { LANGUAGES, type Language } from './statement/texts.ts'
import { type AnswerFile, verb } from './verb.ts'

const MAX_LINES = 10_000
/** A document of more pages than some hundred has no use. */
const PDF_LINES = 2_000
const DEFAULT_LINES = { json: 50, csv: MAX_LINES, pdf: PDF_LINES } as const

const Line = Type.Object({
  id: ID,
  kind: Type.String({
    description:
      '`credit`; `refund`, which takes credit of a payment back or returns it; `hold` and `settle`, its end, of a task; `allow`, `calls` and `return` for what is held, paid and given back of calls.',
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
      description: `How many lines at most. Default: ${DEFAULT_LINES.json}, ${DEFAULT_LINES.csv} as CSV, or ${PDF_LINES}, which are the most, as PDF.`,
    }),
  ),
  cursor: PAGE.cursor,
  format: Type.Optional(Type.Enum(['json', 'csv', 'pdf'], { description: 'Default: json.' })),
  language: Type.Optional(Type.Enum([...LANGUAGES], { description: 'Of a PDF. Default: en.' })),
}

interface LedgerInput {
  from?: string
  to?: string
  limit?: number
  cursor?: string
  format?: 'json' | 'csv' | 'pdf'
  language?: Language
}

async function statement(
  { store }: AdminContext,
  tenantId: string,
  input: LedgerInput,
): Promise<Static<typeof Statement>> {
  const most = input.format === 'pdf' ? PDF_LINES : MAX_LINES
  const limit = Math.min(most, input.limit ?? DEFAULT_LINES[input.format ?? 'json'])
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

const FILE_TYPES = ['text/csv', 'application/pdf'] as const

/** The statement for a spreadsheet or to keep, if the input asks for it. */
async function fileOf(
  { store, clock }: AdminContext,
  tenantId: string,
  { format, language = 'en', from, to }: LedgerInput,
  { items, next_cursor }: Static<typeof Statement>,
): Promise<AnswerFile | undefined> {
  if (format === 'csv') return { type: 'text/csv; charset=utf-8', content: ledgerCsv({ items }) }
  if (format !== 'pdf') return undefined
  // A large package, and fonts: loaded by the first who wants a document.
  const { statementPdf } = await import('./statement/statement-pdf.ts')
  const [before] =
    items.length > 0 ? [] : await store.listLedger({ tenantId, limit: 1, ...periodIn(to === undefined ? {} : { to }) })
  const content = await statementPdf({
    beforeUsd: amountOf('before', before?.availableAfter ?? ZERO_POINTS).before_usd,
    tenant: (await store.getTenant({ id: tenantId }))?.name ?? tenantId,
    from,
    to,
    madeAt: shortTime(timeOf(clock.now())),
    language,
    lines: items.map((line) => ({
      at: shortTime(line.at),
      kind: line.kind,
      what: line.memo ?? line.task_id ?? '–',
      changeUsd: line.available_change_usd,
      paidUsd: line.consumed_usd,
      afterUsd: line.available_usd,
    })),
    isCut: next_cursor !== null,
  })
  return { type: 'application/pdf', content }
}

/** `2026-01-31 12:00` */
function shortTime(text: string): string {
  return text.slice(0, 16).replace('T', ' ')
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
    fileTypes: FILE_TYPES,
    asFile: async ({ context, input, answer }) =>
      fileOf(context, (await findTenantToRead(context.store, input.tenant)).id, input, answer),
    run: async (context, { tenant, ...input }) =>
      statement(context, (await findTenantToRead(context.store, tenant)).id, input),
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
    fileTypes: FILE_TYPES,
    asFile: ({ context, input, answer, actor }) => fileOf(context, callerOf(actor).tenantId, input, answer),
    run: (context, input, actor) => statement(context, callerOf(actor).tenantId, input),
  }),
] as const

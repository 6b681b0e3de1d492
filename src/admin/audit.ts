import { type Static, Type } from 'typebox'
import { csvOf } from './csv.ts'
import {
  ID,
  limitOf,
  listOf,
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
import { tenantIdIn } from './find-tenant.ts'
import { verb } from './verb.ts'

const OBJECT = Type.Record(Type.String(), Type.Unknown())

const Entry = Type.Object({
  at: TIME,
  actor: TEXT,
  address: orNull(TEXT, 'Of the client; null = a command that opened the database itself.'),
  verb: TEXT,
  tenant: orNull(TEXT),
  subject: orNull(TEXT),
  before: orNull(OBJECT),
  after: orNull(OBJECT),
})

const MAX_ENTRIES = 10_000

/** With what changed as JSON, a column each. */
function auditCsv(items: readonly Static<typeof Entry>[]): string {
  const rows = items.map((entry) => ({
    ...entry,
    before: entry.before && JSON.stringify(entry.before),
    after: entry.after && JSON.stringify(entry.after),
  }))
  return csvOf(Object.keys(Entry.properties), rows)
}

export const AUDIT_VERBS = [
  verb({
    name: 'audit.list',
    method: 'GET',
    path: '/audit',
    summary: 'List who changed what, the newest first',
    input: Type.Object({
      tenant: Type.Optional(Type.String({ ...TENANT, description: 'Only of this tenant. Default: of all.' })),
      verb: Type.Optional(Type.String({ ...ID, description: 'Such as key.revoke.' })),
      actor: Type.Optional(Type.String({ ...ID, description: 'The id of a key, `person:ID`, or `command line`.' })),
      subject: Type.Optional(Type.String({ ...ID, description: 'The id of what was changed.' })),
      ...PERIOD,
      limit: Type.Optional(
        Type.Integer({
          minimum: 1,
          maximum: MAX_ENTRIES,
          description: `How many at most. Default: 50, or ${MAX_ENTRIES} as CSV.`,
        }),
      ),
      cursor: PAGE.cursor,
      format: Type.Optional(Type.Enum(['json', 'csv'], { description: 'Default: json.' })),
    }),
    answer: listOf(Entry),
    changes: false,
    errors: ['not_found'],
    fileTypes: ['text/csv'],
    asFile: ({ input: { format }, answer: { items } }) =>
      format === 'csv' ? { type: 'text/csv; charset=utf-8', content: auditCsv(items) } : undefined,
    async run({ store }, { tenant, cursor, verb: name, actor, subject, format, limit: most, ...period }) {
      const limit = most ?? (format === 'csv' ? MAX_ENTRIES : limitOf({}))
      const tenantId = await tenantIdIn(store, tenant)
      const beforeSeq = seqIn(cursor)
      const entries = await store.listAudit({
        limit: limit + 1,
        ...(tenantId === undefined ? {} : { tenantId }),
        ...(name === undefined ? {} : { verb: name }),
        ...(actor === undefined ? {} : { actor }),
        ...(subject === undefined ? {} : { subject }),
        ...periodIn(period),
        ...(beforeSeq === undefined ? {} : { beforeSeq }),
      })
      return pageOf(
        entries,
        limit,
        ({ seq }) => String(seq),
        ({ at, tenantId: owner, actor: who, address, verb: what, subject: of, before, after }) => ({
          at: timeOf(at),
          actor: who,
          address,
          verb: what,
          tenant: owner,
          subject: of,
          before,
          after,
        }),
      )
    },
  }),
] as const

import { Type } from 'typebox'
import { ID, limitOf, listOf, orNull, PAGE, pageOf, seqIn, TENANT, TEXT, TIME, timeOf } from './fields.ts'
import { tenantIdIn } from './find-tenant.ts'
import { verb } from './verb.ts'

const OBJECT = Type.Record(Type.String(), Type.Unknown())

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
      ...PAGE,
    }),
    answer: listOf(
      Type.Object({
        at: TIME,
        actor: TEXT,
        address: orNull(TEXT, 'Of the client; null = a command that opened the database itself.'),
        verb: TEXT,
        tenant: orNull(TEXT),
        subject: orNull(TEXT),
        before: orNull(OBJECT),
        after: orNull(OBJECT),
      }),
    ),
    changes: false,
    errors: ['not_found'],
    async run({ store }, { tenant, cursor, verb: name, actor, subject, ...page }) {
      const limit = limitOf(page)
      const tenantId = await tenantIdIn(store, tenant)
      const beforeSeq = seqIn(cursor)
      const entries = await store.listAudit({
        limit: limit + 1,
        ...(tenantId === undefined ? {} : { tenantId }),
        ...(name === undefined ? {} : { verb: name }),
        ...(actor === undefined ? {} : { actor }),
        ...(subject === undefined ? {} : { subject }),
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

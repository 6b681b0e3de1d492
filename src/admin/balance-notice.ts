import { type Static, Type } from 'typebox'
import type { BalanceNotice } from '../core/balance-notice.ts'
import { invalidInput } from '../core/errors.ts'
import { emailIn } from '../people/sign-up.ts'
import { type AdminContext, auditOf, callerOf } from './context.ts'
import { MOST_USD } from './credit.ts'
import { amountOrNull, orNull, pointsIn, TEXT } from './fields.ts'
import { verb } from './verb.ts'

const BELOW = 'Notice of less than this to spend; null = no notice.'
const Notice = Type.Object({
  below_points: orNull(Type.Integer({ minimum: 1 }), BELOW),
  below_usd: orNull(Type.Number(), 'The same in USD.'),
  url: orNull(TEXT, 'Where it is posted, signed as webhooks are.'),
  email: orNull(TEXT, 'Where it is mailed.'),
  sends_mail: Type.Boolean({ description: 'Whether this gateway can send e-mail.' }),
})

function bodyOf({ sendsMail }: AdminContext, notice: BalanceNotice | undefined): Static<typeof Notice> {
  const { url = null, email = null, below = null } = notice ?? {}
  return { ...amountOrNull('below', below), url, email, sends_mail: sendsMail }
}

/** What the audit keeps of it. */
function recordOf({ below, url, email }: BalanceNotice) {
  return { ...amountOrNull('below', below), url, email }
}

export const OWN_NOTICE_VERBS = [
  verb({
    name: 'own.notice.read',
    method: 'GET',
    path: '/balance-notice',
    summary: 'Read when and where you want notice that your credit runs out',
    input: Type.Object({}),
    answer: Notice,
    changes: false,
    access: ['live'],
    run: async (context, _input, actor) =>
      bodyOf(context, await context.store.getBalanceNotice({ tenantId: callerOf(actor).tenantId })),
  }),
  verb({
    name: 'own.notice.change',
    method: 'PATCH',
    path: '/balance-notice',
    summary: 'Choose when and where you want notice that your credit runs out',
    description:
      'Once for each time that the balance falls below the amount, and once when it is above it again. Null for `below_usd` ' +
      'ends it. Fields that are left out stay as they are.',
    input: Type.Object({
      below_usd: Type.Optional(orNull(Type.Number({ exclusiveMinimum: 0, maximum: MOST_USD }))),
      below_points: Type.Optional(orNull(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }))),
      url: Type.Optional(orNull(Type.String({ minLength: 1, maxLength: 2_000 }))),
      email: Type.Optional(orNull(Type.String({ minLength: 3, maxLength: 254 }))),
    }),
    answer: Notice,
    changes: true,
    access: ['live', 'unlimited'],
    errors: ['address_refused'],
    example: { below_usd: 10, email: 'bills@example.org' },
    async run(context, input, actor) {
      const { store, judge, sendsMail } = context
      const { tenantId } = callerOf(actor)
      const before = await store.getBalanceNotice({ tenantId })
      const given = pointsIn(input, 'below')
      const below = given === undefined ? (before?.below ?? null) : given
      if (below === null && given === undefined)
        throw invalidInput('below_usd', 'is required, as there is no notice yet')
      if (below !== null && below <= 0) throw invalidInput('below_usd', 'must be at least 0.0000001 USD')
      if (input.url !== undefined && input.url !== null) await judge(input.url, 'url')
      if (input.email !== undefined && input.email !== null && !sendsMail) {
        throw invalidInput('email', 'cannot be used, as this gateway sends no e-mail: name a url')
      }
      const url = input.url === undefined ? (before?.url ?? null) : input.url
      const email = input.email === undefined ? (before?.email ?? null) : input.email && emailIn(input.email)
      if (below !== null && url === null && email === null) throw invalidInput('url', 'is required, or email')
      const notice = below === null ? null : { tenantId, below, url, email }
      const audit = auditOf(context, actor, 'notice.change', {
        tenantId,
        before: before ? recordOf(before) : null,
        after: notice ? recordOf(notice) : null,
      })
      await store.changeBalanceNotice({ tenantId, notice, audit })
      return bodyOf(context, notice ?? undefined)
    },
  }),
] as const

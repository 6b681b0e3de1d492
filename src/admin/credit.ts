import { randomUUID } from 'node:crypto'
import { Type } from 'typebox'
import { invalidInput, PolyphonyError } from '../core/errors.ts'
import { pointsToUsd } from '../core/points.ts'
import { auditOf } from './context.ts'
import { amountOf, ID, money, pointsIn, TENANT } from './fields.ts'
import { findTenant } from './find-tenant.ts'
import { verb } from './verb.ts'

/** Beyond it points are no longer whole numbers. */
export const MOST_USD = 100_000_000

export const CREDIT_VERBS = [
  verb({
    name: 'credit.book',
    method: 'POST',
    path: '/credit',
    summary: 'Book credit for a tenant; a negative amount takes it back',
    description:
      'Name the amount in USD or in points. With an `id`, it is booked once, however often it is sent; the same `id` with another amount or tenant is a conflict.',
    input: Type.Object({
      tenant: Type.Optional(TENANT),
      amount_usd: Type.Optional(Type.Number({ minimum: -MOST_USD, maximum: MOST_USD })),
      amount_points: Type.Optional(
        Type.Integer({ minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }),
      ),
      memo: Type.Optional(
        Type.String({ maxLength: 500, description: 'The text of the ledger entry. Default: credit.' }),
      ),
      id: Type.Optional(
        Type.String({ minLength: 1, maxLength: 200, description: 'Such as the number of an invoice.' }),
      ),
    }),
    answer: Type.Object({
      id: ID,
      tenant: ID,
      booked: Type.Boolean({ description: 'False when the `id` was booked before.' }),
      ...money('amount', 'What was to be booked.'),
      ...money('available', 'What the tenant can spend now.'),
      ...money('held', 'What its unfinished tasks hold.'),
    }),
    changes: true,
    errors: ['not_found', 'conflict', 'insufficient_points'],
    async run(context, input, actor) {
      const { store, clock } = context
      const amount = pointsIn(input, 'amount')
      if (amount === undefined || amount === null) throw invalidInput('amount_usd', 'is required, or amount_points')
      const field = input.amount_points === undefined ? 'amount_usd' : 'amount_points'
      if (amount === 0) throw invalidInput(field, 'must be at least 0.0000001 USD, or one point')
      const tenant = await findTenant(store, input.tenant)
      const id = `credit:${input.id ?? randomUUID()}`
      const memo = input.memo ?? 'credit'
      const after = { ...amountOf('amount', amount), memo, transaction: id }
      const audit = auditOf(context, actor, 'credit.book', { tenantId: tenant.id, subject: id, after })
      const booked = await store.credit({ id, tenantId: tenant.id, amount, memo, now: clock.now(), audit })
      const balance = await store.getBalance({ tenantId: tenant.id })
      if (!balance) throw new PolyphonyError('internal', `Tenant ${tenant.id} has no balance.`)
      const earlier = booked ? undefined : await store.getCredit({ id })
      if (!booked && !earlier) {
        const available = pointsToUsd(balance.available).toFixed(4)
        throw new PolyphonyError('insufficient_points', `${tenant.name} has only $${available}.`)
      }
      if (earlier && (earlier.tenantId !== tenant.id || earlier.amount !== amount)) {
        throw new PolyphonyError(
          'conflict',
          `The id ${input.id} was booked with another amount or for another tenant.`,
          {
            field: 'id',
          },
        )
      }
      return {
        id,
        tenant: tenant.id,
        booked,
        ...amountOf('amount', amount),
        ...amountOf('available', balance.available),
        ...amountOf('held', balance.held),
      }
    },
  }),
] as const

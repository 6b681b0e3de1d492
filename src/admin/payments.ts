import { type Static, Type } from 'typebox'
import { invalidInput, PolyphonyError } from '../core/errors.ts'
import type { Payment } from '../core/payment.ts'
import { LEAST_USD, MOST_USD } from '../payments/payments.ts'
import { type AdminContext, callerOf } from './context.ts'
import { amountOf, ID, limitOf, listOf, money, orNull, PAGE, pageOf, TENANT, TEXT, TIME, timeOf } from './fields.ts'
import { tenantIdIn } from './find-tenant.ts'
import { verb } from './verb.ts'

const CENTS = 100

const PaymentBody = Type.Object({
  id: ID,
  provider: TEXT,
  external_id: orNull(TEXT, 'Its id at the provider.'),
  ...money('amount', 'The credit that it becomes.'),
  status: Type.Enum(['open', 'paid', 'expired', 'failed']),
  tenant: ID,
  created_by: TEXT,
  created_at: TIME,
  ended_at: orNull(TIME),
})
const List = listOf(PaymentBody)

function bodyOf(payment: Payment): Static<typeof PaymentBody> {
  return {
    id: payment.id,
    provider: payment.provider,
    external_id: payment.externalId,
    ...amountOf('amount', payment.amount),
    status: payment.status,
    tenant: payment.tenantId,
    created_by: payment.createdBy,
    created_at: timeOf(payment.createdAt),
    ended_at: timeOf(payment.endedAt),
  }
}

async function listed(
  { store }: AdminContext,
  tenantId: string | null,
  input: { limit?: number; cursor?: string },
): Promise<Static<typeof List>> {
  const limit = limitOf(input)
  const from = input.cursor === undefined ? {} : { beforeId: input.cursor }
  const payments = await store.listPayments({ tenantId, limit: limit + 1, ...from })
  return pageOf(payments, limit, ({ id }) => id, bodyOf)
}

export const PAYMENT_VERBS = [
  verb({
    name: 'payment.list',
    method: 'GET',
    path: '/payments',
    summary: 'List payments by which tenants buy credit, the newest first',
    input: Type.Object({
      tenant: Type.Optional(Type.String({ ...TENANT, description: 'Only of this tenant. Default: of all.' })),
      ...PAGE,
    }),
    answer: List,
    changes: false,
    errors: ['not_found'],
    run: async (context, { tenant, ...page }) =>
      listed(context, (await tenantIdIn(context.store, tenant)) ?? null, page),
  }),
] as const

export const OWN_PAYMENT_VERBS = [
  verb({
    name: 'own.payment.list',
    method: 'GET',
    path: '/payments',
    summary: 'List your payments for credit, the newest first',
    input: Type.Object(PAGE),
    answer: List,
    changes: false,
    access: ['live'],
    run: (context, input, actor) => listed(context, callerOf(actor).tenantId, input),
  }),
  verb({
    name: 'own.payment.create',
    method: 'POST',
    path: '/payments',
    summary: 'Begin a payment for credit; it is made at the address in the answer',
    description: 'The credit is booked when the provider has the money. Not every gateway takes payments.',
    input: Type.Object({
      amount_usd: Type.Number({ minimum: LEAST_USD, maximum: MOST_USD, description: 'In whole cents.' }),
    }),
    answer: Type.Object({
      ...PaymentBody.properties,
      url: Type.String({ description: 'A page of the provider, for a browser.' }),
    }),
    changes: true,
    access: ['live', 'unlimited'],
    errors: ['not_found', 'vendor_refused', 'vendor_unreachable'],
    example: { amount_usd: 25 },
    async run({ payments }, { amount_usd: amountUsd }, actor) {
      if (!payments) {
        throw new PolyphonyError('not_found', 'This gateway takes no payments: ask its operator for a top-up code.')
      }
      if (Math.round(amountUsd * CENTS) / CENTS !== amountUsd)
        throw invalidInput('amount_usd', 'must be in whole cents')
      const { tenantId } = callerOf(actor)
      const { payment, url } = await payments.begin({ tenantId, amountUsd, by: actor.name, address: actor.address })
      return { ...bodyOf(payment), url }
    },
  }),
] as const

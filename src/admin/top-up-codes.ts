import { randomInt } from 'node:crypto'
import { type Static, Type } from 'typebox'
import { DAY_MS } from '../core/clock.ts'
import { invalidInput, PolyphonyError } from '../core/errors.ts'
import { newId } from '../core/ids.ts'
import type { TopUpCode } from '../core/top-up-code.ts'
import { hashToken } from '../people/tokens.ts'
import { type Actor, type AdminContext, auditOf, callerOf } from './context.ts'
import { MOST_USD } from './credit.ts'
import {
  amountOf,
  ID,
  limitOf,
  listOf,
  money,
  orNull,
  PAGE,
  pageOf,
  pointsIn,
  TENANT,
  TEXT,
  TIME,
  timeOf,
} from './fields.ts'
import { findTenant } from './find-tenant.ts'
import { verb } from './verb.ts'

/** Codes that become credit: the operator sells them or gives them away, and whoever has one redeems it, once. */

/** Without I, L, O and U, which look like others or spell words (Crockford's base 32). */
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
/** Sixteen letters are 80 bits: beyond guessing at ten guesses a minute. */
const GROUPS = 4
const GROUP = 4
const MOST_CODES = 100

const CodeBody = Type.Object({
  id: ID,
  prefix: Type.String({ description: 'How the code begins, by which people recognise it.' }),
  ...money('amount', 'The credit that it becomes.'),
  state: Type.Enum(['open', 'redeemed', 'expired', 'revoked']),
  tenant: orNull(ID, 'The only tenant that may redeem it; null = any.'),
  note: orNull(TEXT),
  created_by: TEXT,
  created_at: TIME,
  expires_at: orNull(TIME, 'null = it does not expire.'),
  redeemed_at: orNull(TIME),
  redeemed_for: orNull(ID, 'The tenant that has the credit.'),
})
const NewCode = Type.Object({
  ...CodeBody.properties,
  code: Type.String({ description: 'Shown this once: only its hash is stored.' }),
})

function bodyOf(code: TopUpCode, now: number): Static<typeof CodeBody> {
  return {
    id: code.id,
    prefix: code.prefix,
    ...amountOf('amount', code.amount),
    state: stateOf(code, now),
    tenant: code.tenantId,
    note: code.note,
    created_by: code.createdBy,
    created_at: timeOf(code.createdAt),
    expires_at: timeOf(code.expiresAt),
    redeemed_at: timeOf(code.redeemedAt),
    redeemed_for: code.redeemedFor,
  }
}

function stateOf({ redeemedAt, revokedAt, expiresAt }: TopUpCode, now: number) {
  if (redeemedAt !== null) return 'redeemed' as const
  if (revokedAt !== null) return 'revoked' as const
  return expiresAt !== null && expiresAt <= now ? ('expired' as const) : ('open' as const)
}

/** Such as `POLY-7KQ2-…`: groups of letters that people can read to one another. */
function newCode(): string {
  const group = () => Array.from({ length: GROUP }, () => LETTERS[randomInt(LETTERS.length)]).join('')
  return ['POLY', ...Array.from({ length: GROUPS }, group)].join('-')
}

/** As people type it: in any case, with O for 0 and I or L for 1, with or without dashes and spaces. */
function codeIn(text: string): string {
  const letters = text.toUpperCase().replace(/[^0-9A-Z]/g, '')
  const own = letters.replace(/^POLY/, '').replaceAll('O', '0').replace(/[IL]/g, '1')
  return `POLY-${own.replace(/(.{4})(?=.)/g, '$1-')}`
}

interface Creation {
  amount_usd?: number
  amount_points?: number
  count?: number
  days?: number
  tenant?: string
  note?: string
}

async function create(context: AdminContext, input: Creation, actor: Actor) {
  const { store, clock } = context
  const field = input.amount_points === undefined ? 'amount_usd' : 'amount_points'
  const amount = pointsIn({ ...input }, 'amount')
  if (amount === undefined || amount === null) throw invalidInput('amount_usd', 'is required, or amount_points')
  if (amount <= 0) throw invalidInput(field, 'must be at least 0.0000001 USD, or one point')
  const tenantId = input.tenant === undefined ? null : (await findTenant(store, input.tenant)).id
  const now = clock.now()
  const made = Array.from({ length: input.count ?? 1 }, () => {
    const code = newCode()
    const record: TopUpCode = {
      id: newId(now),
      hash: hashToken(code),
      prefix: code.slice(0, 'POLY-'.length + GROUP),
      amount,
      tenantId,
      note: input.note ?? null,
      createdBy: actor.name,
      createdAt: now,
      expiresAt: input.days === undefined ? null : now + input.days * DAY_MS,
      revokedAt: null,
      redeemedAt: null,
      redeemedFor: null,
      redeemedBy: null,
    }
    return { code, record }
  })
  const codes = made.map(({ record }) => record)
  const after = { ...amountOf('amount', amount), count: codes.length, codes: codes.map(({ id }) => id) }
  const subject = codes.length === 1 ? (codes[0]?.id ?? null) : null
  const audit = auditOf(context, actor, 'code.create', { tenantId, subject, after })
  await store.createTopUpCodes({ codes, audit })
  return { items: made.map(({ code, record }) => ({ ...bodyOf(record, now), code })) }
}

export const CODE_VERBS = [
  verb({
    name: 'code.list',
    method: 'GET',
    path: '/codes',
    summary: 'List top-up codes without their texts, the newest first',
    input: Type.Object(PAGE),
    answer: listOf(CodeBody),
    changes: false,
    async run({ store, clock }, input) {
      const limit = limitOf(input)
      const from = input.cursor === undefined ? {} : { beforeId: input.cursor }
      const codes = await store.listTopUpCodes({ limit: limit + 1, ...from })
      return pageOf(
        codes,
        limit,
        ({ id }) => id,
        (code) => bodyOf(code, clock.now()),
      )
    },
  }),
  verb({
    name: 'code.create',
    method: 'POST',
    path: '/codes',
    summary: 'Make top-up codes, each of which becomes credit once; they are shown this once',
    input: Type.Object({
      amount_usd: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: MOST_USD })),
      amount_points: Type.Optional(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })),
      count: Type.Optional(Type.Integer({ minimum: 1, maximum: MOST_CODES, description: 'How many. Default: one.' })),
      days: Type.Optional(
        Type.Integer({ minimum: 1, maximum: 3_650, description: 'How long they hold. Default: for good.' }),
      ),
      tenant: Type.Optional(
        Type.String({ ...TENANT, description: 'The only tenant that may redeem them. Default: any.' }),
      ),
      note: Type.Optional(Type.String({ maxLength: 500, description: 'For the operator alone.' })),
    }),
    answer: Type.Object({ items: Type.Array(NewCode) }),
    changes: true,
    errors: ['not_found'],
    example: { amount_usd: 25, days: 365 },
    run: create,
  }),
  verb({
    name: 'code.revoke',
    method: 'DELETE',
    path: '/codes/:id',
    summary: 'Revoke a top-up code that is not redeemed yet',
    input: Type.Object({ id: ID }),
    answer: Type.Object({ id: ID, revoked: Type.Literal(true) }),
    changes: true,
    errors: ['not_found'],
    async run(context, { id }, actor) {
      const { store, clock } = context
      const found = await store.getTopUpCode({ id })
      const before = found ? { before: bodyOf(found, clock.now()) } : {}
      const audit = auditOf(context, actor, 'code.revoke', {
        subject: id,
        tenantId: found?.tenantId ?? null,
        ...before,
      })
      if (await store.revokeTopUpCode({ id, now: clock.now(), audit })) return { id, revoked: true as const }
      throw new PolyphonyError('not_found', `There is no open code ${id}.`)
    },
  }),
] as const

export const OWN_CODE_VERBS = [
  verb({
    name: 'own.code.redeem',
    method: 'POST',
    path: '/codes/redeem',
    summary: 'Redeem a top-up code: its amount is booked as credit at once',
    description: 'A code is redeemed once. A tenant may try ten of them a minute, and an address sixty.',
    input: Type.Object({
      code: Type.String({ minLength: 1, maxLength: 100, description: 'In any case, with or without its dashes.' }),
    }),
    answer: Type.Object({
      id: ID,
      ...money('amount', 'What was booked.'),
      ...money('available', 'What can be spent now.'),
    }),
    changes: true,
    access: ['live', 'unlimited'],
    errors: ['not_found', 'conflict', 'rate_limited'],
    example: { code: 'POLY-7KQ2-MX4D-9FTR-2B8W' },
    async run(context, { code }, actor) {
      const { store, clock, attempts } = context
      const { tenantId } = callerOf(actor)
      await attempts.note(actor.address ?? '', `code ${tenantId}`)
      const audit = auditOf(context, actor, 'code.redeem', { tenantId })
      const redeemed = await store.redeemTopUpCode({
        hash: hashToken(codeIn(code)),
        tenantId,
        redeemedBy: actor.name,
        now: clock.now(),
        audit,
      })
      if (redeemed.outcome !== 'redeemed') throw refusalOf(redeemed.outcome)
      const balance = await store.getBalance({ tenantId })
      if (!balance) throw new PolyphonyError('internal', `Tenant ${tenantId} has no balance.`)
      const { id, amount } = redeemed
      return { id, ...amountOf('amount', amount), ...amountOf('available', balance.available) }
    },
  }),
] as const

function refusalOf(outcome: 'unknown' | 'used' | 'over'): PolyphonyError {
  if (outcome === 'unknown') {
    return new PolyphonyError('not_found', 'There is no such code: compare it letter by letter.', { field: 'code' })
  }
  const why = outcome === 'used' ? 'was redeemed before' : 'has expired or was revoked'
  return new PolyphonyError('conflict', `The code ${why}: ask the operator for another one.`, { field: 'code' })
}

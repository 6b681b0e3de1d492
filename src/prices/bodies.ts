import { type Static, type TSchema, Type } from 'typebox'
import type { JsonObject } from '../core/json.ts'
import { type Points, pointsToUsd } from '../core/points.ts'
import type { CostRule, PriceRule, RateRule } from '../core/price-rule.ts'
import { MARGIN_KEYS } from '../store/store.ts'
import { MAX_FACTOR, MAX_GROUP_LENGTH, MAX_NOTE_LENGTH, MAX_POINTS } from './rule-input.ts'

/** Prices and costs as the API writes them: snake_case, instants as RFC 3339, money in points and in USD. */

const TEXT = Type.String()
const TIME = Type.String({ format: 'date-time' })
const orNull = (schema: TSchema, description: string) => Type.Union([schema, Type.Null()], { description })

export const Money = Type.Object({
  points: Type.Integer({ description: '10,000,000 points are 1 USD.' }),
  usd: Type.Number(),
})

const OF = Type.String({ description: 'An operation (`kling/video_generation`), a model (`kling`), or `*`.' })
const POINTS = Type.Integer({ minimum: 0, maximum: MAX_POINTS, description: 'Points for a task; 0 makes it free.' })
const USD = Type.Number({ minimum: 0, description: 'The same in USD.' })
const FACTOR = Type.Number({ exclusiveMinimum: 0, maximum: MAX_FACTOR })
const PER = Type.String({ description: 'A field that is a number and multiplies the amount, such as `duration`.' })
const WHEN = Type.Record(TEXT, Type.Union([TEXT, Type.Number(), Type.Boolean()]), {
  description: 'Values that fields of the input must have: `{"resolution":"1080p"}`.',
})
const NOTE = Type.String({ maxLength: MAX_NOTE_LENGTH })
const GROUP = Type.String({ minLength: 1, maxLength: MAX_GROUP_LENGTH, description: 'For the tenants of this group.' })

/** What is sent of a rule: one of points, usd and factor. */
const SENT = {
  of: OF,
  when: Type.Optional(Type.Union([WHEN, Type.String({ description: 'As text: `resolution=1080p; duration=10`.' })])),
  points: Type.Optional(orNull(POINTS, 'Points for a task; 0 makes it free.')),
  usd: Type.Optional(orNull(USD, 'The same in USD.')),
  factor: Type.Optional(
    orNull(FACTOR, 'Multiplies the price for everyone or, in a rule for everyone, the list price.'),
  ),
  per: Type.Optional(orNull(TEXT, 'A field that is a number and multiplies points or usd, such as `duration`.')),
  note: Type.Optional(NOTE),
}

export const PriceSent = Type.Object({
  ...SENT,
  tenant: Type.Optional(orNull(TEXT, 'The tenant that it is for, by id or name.')),
  group: Type.Optional(orNull(GROUP, 'The group that it is for.')),
})
export const CostSent = Type.Object({
  ...SENT,
  provider: Type.Optional(orNull(TEXT, 'The provider; may be left out with an account.')),
  account: Type.Optional(orNull(TEXT, 'One account, by its id.')),
})

const SHOWN = {
  id: TEXT,
  of: OF,
  when: WHEN,
  points: orNull(POINTS, 'Null where a factor applies.'),
  usd: orNull(USD, 'The same in USD.'),
  factor: orNull(FACTOR, 'Null where an amount applies.'),
  per: orNull(PER, 'The field that multiplies the amount.'),
  note: NOTE,
  begun_at: TIME,
  ended_at: orNull(TIME, 'Null = in force.'),
  made_by: Type.String({ description: 'The id of the key that set it, or `command line`.' }),
}

export const PriceShown = Type.Object({
  ...SHOWN,
  tenant: orNull(TEXT, 'The tenant that it is for.'),
  group: orNull(TEXT, 'The group that it is for.'),
})
export const CostShown = Type.Object({ ...SHOWN, provider: TEXT, account: orNull(TEXT, 'Null = all of the provider.') })

export const PriceListing = Type.Object({
  of: Type.Optional(TEXT),
  tenant: Type.Optional(TEXT),
  group: Type.Optional(TEXT),
})
export const CostListing = Type.Object({
  of: Type.Optional(TEXT),
  provider: Type.Optional(TEXT),
  account: Type.Optional(TEXT),
})
export const Limit = Type.Object({ limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000, default: 100 })) })

export const Preview = Type.Array(
  Type.Object({
    operation: TEXT,
    title: TEXT,
    call: Type.String({ description: 'What differs from the example of the operation; empty = nothing.' }),
    list: Money,
    now: Type.Object({ ...Money.properties, rule: TEXT }),
    proposed: Type.Optional(Type.Object({ ...Money.properties, rule: TEXT })),
  }),
)

export const ImportSent = Type.Object({
  format: Type.Optional(Type.Enum(['csv', 'json'])),
  text: Type.Optional(Type.String({ description: 'The file.' })),
  rules: Type.Optional(Type.Array(Type.Object({}), { description: 'The rules themselves, in place of a file.' })),
  replace: Type.Optional(Type.Boolean({ description: 'End the rules that are not in the file. Default: false.' })),
  dry_run: Type.Optional(Type.Boolean({ description: 'Show what would change, and store nothing.' })),
})

export function importedOf(rule: TSchema) {
  return Type.Object({
    dry_run: Type.Boolean(),
    begun: Type.Array(rule, { description: 'New rules; `id` is empty in a dry run.' }),
    ended: Type.Array(rule),
    unchanged: Type.Integer(),
  })
}

export const MarginsSent = Type.Object({
  from: Type.Optional(Type.String({ description: 'A date or a time. Default: 30 days before `to`.' })),
  to: Type.Optional(Type.String({ description: 'A date or a time, which is not included. Default: now.' })),
  by: Type.Optional(Type.Enum([...MARGIN_KEYS], { default: 'operation' })),
})

const SUMS = {
  tasks: Type.Integer(),
  revenue: Money,
  cost: Money,
  margin: Money,
  unknown_cost: Type.Integer({ description: 'Completed tasks whose cost is unknown: the margin is too high by it.' }),
}
export const Margins = Type.Object({
  from: TIME,
  to: TIME,
  by: Type.Enum([...MARGIN_KEYS]),
  rows: Type.Array(Type.Object({ key: orNull(TEXT, 'Null = the tasks had none.'), ...SUMS })),
  total: Type.Object(SUMS),
})

export const GroupSent = Type.Object({ tenant: TEXT, group: orNull(GROUP, 'Null = none.') })
export const GroupShown = Type.Object({
  tenant: TEXT,
  group: Type.Union([Type.String(), Type.Null()], { description: 'Null = none.' }),
})

export function moneyBody(amount: Points): Static<typeof Money> {
  return { points: amount, usd: pointsToUsd(amount) }
}

export function priceBody({ tenantId, group, ...rule }: PriceRule): JsonObject {
  return { ...rateBody(rule), tenant: tenantId, group }
}

export function costBody({ provider, account, ...rule }: CostRule): JsonObject {
  return { ...rateBody(rule), provider, account }
}

function rateBody(rule: RateRule): JsonObject {
  return {
    id: rule.id,
    of: rule.of,
    when: rule.conditions,
    points: rule.points,
    usd: rule.points === null ? null : pointsToUsd(rule.points),
    factor: rule.factor,
    per: rule.per,
    note: rule.note,
    begun_at: new Date(rule.begunAt).toISOString(),
    ended_at: rule.endedAt === null ? null : new Date(rule.endedAt).toISOString(),
    made_by: rule.madeBy,
  }
}

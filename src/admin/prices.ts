import { type Static, type TObject, type TSchema, Type } from 'typebox'
import type { JsonObject } from '../core/json.ts'
import {
  CostListing,
  CostSent,
  CostShown,
  GroupSent,
  GroupShown,
  ImportSent,
  importedOf,
  Limit,
  Margins,
  MarginsSent,
  Preview,
  PriceListing,
  PriceSent,
  PriceShown,
} from '../prices/bodies.ts'
import type { RuleAdmin } from '../prices/rule-admin.ts'
import { type Actor, type AdminContext, auditOf } from './context.ts'
import { verb } from './verb.ts'

/** Prices, costs and margins. What is sent is checked by `src/prices`, which knows what a wrong name was meant to be. */

const File = Type.Object({ format: Type.Enum(['csv', 'json']), text: Type.String() })
const FileSent = Type.Object({ format: Type.Optional(Type.Enum(['csv', 'json'], { default: 'csv' })) })
const ById = Type.Object({ id: Type.String({ description: 'The rule.' }) })
const hasOwnChecks = true
const errors = ['not_found', 'conflict'] as const

export const PRICE_VERBS = [
  ...rulesOf('price', '/prices', ({ prices }) => prices.prices, {
    sent: PriceSent,
    shown: PriceShown,
    listing: PriceListing,
    example: { of: 'kling/video_generation', when: { resolution: '1080p' }, usd: 0.05, per: 'duration' },
  }),
  verb({
    name: 'price.preview',
    method: 'POST',
    path: '/prices/preview',
    summary: 'Show what typical calls cost by the list, now, and with other rules',
    input: Type.Object({
      tenant: Type.Optional(Type.String()),
      of: Type.Optional(Type.String()),
      rules: Type.Optional(Type.Array(PriceSent)),
    }),
    answer: Preview,
    changes: false,
    hasOwnChecks,
    errors,
    run: ({ prices }, input) => prices.preview(input as JsonObject), // what was sent is JSON
  }),
  verb({
    name: 'price.group',
    method: 'POST',
    path: '/prices/group',
    summary: 'Put a tenant into a group of prices',
    input: GroupSent,
    answer: GroupShown,
    changes: true,
    hasOwnChecks,
    errors,
    example: { tenant: 'studio-7', group: 'gold' },
    async run(context, input, actor) {
      const set = await context.prices.setGroup(input as JsonObject) // what was sent is JSON
      await record(context, actor, 'price.group', {
        tenantId: set.tenant,
        subject: set.tenant,
        after: { group: set.group },
      })
      return set
    },
  }),
  ...rulesOf('cost', '/costs', ({ prices }) => prices.costs, {
    sent: CostSent,
    shown: CostShown,
    listing: CostListing,
    example: { provider: 'piapi', of: 'suno/music', usd: 0.02 },
  }),
  verb({
    name: 'margin.report',
    method: 'GET',
    path: '/margins',
    summary: 'Report what ended tasks earned and cost',
    input: MarginsSent,
    answer: Margins,
    changes: false,
    hasOwnChecks,
    run: ({ prices }, input) => prices.margins(input),
  }),
] as const

interface Bodies {
  sent: TObject
  shown: TSchema
  listing: TObject
  example: JsonObject
}

/** What prices and costs have in common. */
function rulesOf<const Noun extends 'price' | 'cost'>(
  noun: Noun,
  path: `/${string}`,
  of: (context: AdminContext) => RuleAdmin,
  { sent, shown, listing, example }: Bodies,
) {
  const many = Type.Array(shown)
  const reading = { method: 'GET', changes: false, hasOwnChecks } as const
  return [
    verb({
      ...reading,
      name: `${noun}.list` as `${Noun}.list`,
      path,
      summary: `List the ${noun}s in force`,
      input: listing,
      answer: many,
      run: (context, input) => of(context).list(input as JsonObject), // what was sent is JSON
    }),
    verb({
      name: `${noun}.set` as `${Noun}.set`,
      method: 'POST',
      path,
      summary: `Set a ${noun}; the one for the same thing ends`,
      input: sent,
      answer: shown,
      changes: true,
      hasOwnChecks,
      errors,
      example,
      async run(context, input, actor) {
        const rule = await of(context).set(input as JsonObject, actor.name)
        await record(context, actor, `${noun}.set`, { subject: String(rule.id), after: rule })
        return rule
      },
    }),
    verb({
      name: `${noun}.end` as `${Noun}.end`,
      method: 'DELETE',
      path: `${path}/:id`,
      summary: `End a ${noun}`,
      input: ById,
      answer: shown,
      changes: true,
      errors,
      async run(context, { id }, actor) {
        const rule = await of(context).end(id)
        await record(context, actor, `${noun}.end`, { subject: id, before: { ...rule, ended_at: null }, after: rule })
        return rule
      },
    }),
    verb({
      ...reading,
      name: `${noun}.history` as `${Noun}.history`,
      path: `${path}/history`,
      summary: `List all ${noun}s that were ever set, the newest first`,
      input: Type.Object({ ...listing.properties, ...Limit.properties }),
      answer: many,
      run: (context, input) => of(context).history(input as JsonObject),
    }),
    verb({
      name: `${noun}.export` as `${Noun}.export`,
      method: 'GET',
      path: `${path}/export`,
      summary: `Export the ${noun}s in force as a file`,
      input: FileSent,
      answer: File,
      changes: false,
      run: async (context, { format = 'csv' }) => ({ format, text: await of(context).exportFile(format) }),
    }),
    verb({
      name: `${noun}.import` as `${Noun}.import`,
      method: 'POST',
      path: `${path}/import`,
      summary: `Set many ${noun}s at once: all of a file, or nothing`,
      input: ImportSent,
      answer: importedOf(shown),
      changes: true,
      hasOwnChecks,
      errors,
      example: { format: 'csv', text: 'group,of,factor\ngold,*,0.9\n', dry_run: true },
      async run(context, input, actor) {
        const done = await of(context).importFile(input as JsonObject, actor.name)
        if (done.dry_run !== true) await record(context, actor, `${noun}.import`, { after: done })
        return done as Static<ReturnType<typeof importedOf>> // as `importFile` makes it
      },
    }),
  ] as const
}

async function record(
  context: AdminContext,
  actor: Actor,
  name: string,
  change: { tenantId?: string; subject?: string; before?: JsonObject; after: JsonObject },
): Promise<void> {
  await context.store.addAudit({ audit: auditOf(context, actor, name, change) })
}

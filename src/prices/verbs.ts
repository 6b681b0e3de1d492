import { type TObject, type TSchema, Type } from 'typebox'
import { invalidInput } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'
import type { PriceAdmin } from './admin.ts'
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
} from './bodies.ts'
import type { RuleAdmin } from './rule-admin.ts'

/** One thing that an administrator can do: the same for a route, a command and a tool. */
export interface PriceVerb {
  name: string
  method: 'GET' | 'POST' | 'DELETE'
  /** Below `/api/admin`; `:id` is a member of the input. */
  path: string
  summary: string
  /** Sent in the query of a GET, else in the body. */
  input: TObject
  answer: TSchema
  /** Whether it changes something. */
  changes: boolean
  run(admin: PriceAdmin, input: JsonObject, by: string): Promise<unknown>
}

const File = Type.Object({ format: Type.Enum(['csv', 'json']), text: Type.String() })
const FileSent = Type.Object({ format: Type.Optional(Type.Enum(['csv', 'json'], { default: 'csv' })) })
const ById = Type.Object({ id: Type.String() })

export const PRICE_VERBS: readonly PriceVerb[] = [
  ...verbsOf('price', '/prices', (admin) => admin.prices, {
    sent: PriceSent,
    shown: PriceShown,
    listing: PriceListing,
  }),
  {
    name: 'previewPrices',
    method: 'POST',
    changes: false,
    path: '/prices/preview',
    summary: 'Show what typical calls cost by the list, now, and with other rules',
    input: Type.Object({
      tenant: Type.Optional(Type.String()),
      of: Type.Optional(Type.String()),
      rules: Type.Optional(Type.Array(PriceSent)),
    }),
    answer: Preview,
    run: (admin, input) => admin.preview(input),
  },
  {
    name: 'setPriceGroup',
    method: 'POST',
    changes: true,
    path: '/prices/group',
    summary: 'Put a tenant into a group of prices',
    input: GroupSent,
    answer: GroupShown,
    run: (admin, input) => admin.setGroup(input),
  },
  ...verbsOf('cost', '/costs', (admin) => admin.costs, { sent: CostSent, shown: CostShown, listing: CostListing }),
  {
    name: 'reportMargins',
    method: 'GET',
    changes: false,
    path: '/margins',
    summary: 'Report what ended tasks earned and cost',
    input: MarginsSent,
    answer: Margins,
    run: (admin, input) => admin.margins(input),
  },
]

function verbsOf(
  noun: 'price' | 'cost',
  path: string,
  of: (admin: PriceAdmin) => RuleAdmin,
  { sent, shown, listing }: { sent: TObject; shown: TObject; listing: TObject },
): PriceVerb[] {
  const Noun = noun === 'price' ? 'Price' : 'Cost'
  const many = Type.Array(shown)
  const reading = { method: 'GET', changes: false } as const
  const ofHistory = Type.Object({ ...listing.properties, ...Limit.properties })
  return [
    {
      ...reading,
      input: listing,
      answer: many,
      name: `list${Noun}s`,
      path,
      summary: `List the ${noun}s in force`,
      run: (admin, input) => of(admin).list(input),
    },
    {
      name: `set${Noun}`,
      method: 'POST',
      changes: true,
      path,
      summary: `Set a ${noun}; the one for the same thing ends`,
      input: sent,
      answer: shown,
      run: (admin, input, by) => of(admin).set(input, by),
    },
    {
      name: `end${Noun}`,
      method: 'DELETE',
      changes: true,
      path: `${path}/:id`,
      summary: `End a ${noun}`,
      input: ById,
      answer: shown,
      run: (admin, { id }) => of(admin).end(String(id)),
    },
    {
      ...reading,
      input: ofHistory,
      answer: many,
      name: `list${Noun}History`,
      path: `${path}/history`,
      summary: `List all ${noun}s that were ever set, the newest first`,
      run: (admin, input) => of(admin).history(input),
    },
    {
      ...reading,
      name: `export${Noun}s`,
      path: `${path}/export`,
      summary: `Export the ${noun}s in force as a file`,
      input: FileSent,
      answer: File,
      async run(admin, { format = 'csv' }) {
        if (format !== 'csv' && format !== 'json') throw invalidInput('format', 'must be csv or json')
        return { format, text: await of(admin).exportFile(format) }
      },
    },
    {
      name: `import${Noun}s`,
      method: 'POST',
      changes: true,
      path: `${path}/import`,
      summary: `Set many ${noun}s at once: all of a file, or nothing`,
      input: ImportSent,
      answer: importedOf(shown),
      run: (admin, input, by) => of(admin).importFile(input, by),
    },
  ]
}

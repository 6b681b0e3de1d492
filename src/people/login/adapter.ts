import { createAdapterFactory } from 'better-auth/adapters'
import type { AuthCondition, AuthRow, AuthTable, AuthValue } from '../../store/people-verbs.ts'
import type { Store } from '../../store/store.ts'

/** The tables of better-auth's models. A test compares their columns with what the package expects. */
export const TABLE_OF: Readonly<Record<string, AuthTable>> = {
  user: 'people',
  session: 'sessions',
  account: 'credentials',
  verification: 'verifications',
  passkey: 'passkeys',
  twoFactor: 'two_factors',
  oauthAccessToken: 'oauth_access_tokens',
  oauthClient: 'oauth_clients',
  oauthClientAssertion: 'oauth_client_assertions',
  oauthClientResource: 'oauth_client_resources',
  oauthConsent: 'oauth_consents',
  oauthRefreshToken: 'oauth_refresh_tokens',
  oauthResource: 'oauth_resources',
}

/** Rows that the settings imply, by better-auth's names of their models: as a table would have them. */
export type FixedRows = Readonly<Record<string, readonly AuthRow[]>>

/** `emailVerified` is `email_verified`, `userId` is `person_id`, `credentialID` is `credential_id`. */
export function columnOf(field: string): string {
  if (field === 'userId') return 'person_id'
  return field.replaceAll(/[A-Z]+/g, (letters) => `_${letters.toLowerCase()}`)
}

/**
 * better-auth on the verbs of the store: its writes go through the one writer, as all others do, so that none waits for a
 * lock on the event loop, and both engines are served by the same code. Models of `fixed` are read from it, and never stored.
 */
export function storeAdapter(store: Store, fixed: FixedRows = {}) {
  return createAdapterFactory({
    config: {
      adapterId: 'polyphony',
      supportsBooleans: false,
      supportsNumericIds: false,
      customTransformInput: ({ data }) => (data instanceof Date ? data.getTime() : data),
      customTransformOutput: ({ data, fieldAttributes }) =>
        fieldAttributes.type === 'date' && typeof data === 'number' ? new Date(data) : data,
    },
    adapter: ({ getDefaultModelName, schema }) => {
      const nameOf = (model: string): string => getDefaultModelName(model)
      const tableOf = (model: string): AuthTable => {
        const table = TABLE_OF[nameOf(model)]
        if (!table) throw new Error(`There is no table for better-auth's model ${model}.`)
        return table
      }
      const modelOf = <Row>(model: string, row: AuthRow | undefined): Row | null => {
        if (!row) return null
        const fields = ['id', ...Object.keys(schema[nameOf(model)]?.fields ?? {})]
        return Object.fromEntries(fields.map((field) => [field, row[columnOf(field)]])) as Row // its columns, by its names
      }
      return {
        async create({ model, data }) {
          await store.insertAuthRow({ table: tableOf(model), row: rowOf(data) })
          return data
        },
        async findOne({ model, where }) {
          const rows = fixed[nameOf(model)]
          if (rows) return modelOf(model, matching(rows, where)[0])
          const [row] = await store.findAuthRows({ table: tableOf(model), where: conditionsOf(where), limit: 1 })
          return modelOf(model, row)
        },
        async findMany({ model, where = [], limit, sortBy, offset }) {
          const fixedRows = fixed[nameOf(model)]
          if (fixedRows) return matching(fixedRows, where).flatMap((row) => modelOf<never>(model, row) ?? [])
          const rows = await store.findAuthRows({
            table: tableOf(model),
            where: conditionsOf(where),
            limit,
            ...(offset === undefined ? {} : { offset }),
            ...(sortBy === undefined ? {} : { sort: { column: columnOf(sortBy.field), direction: sortBy.direction } }),
          })
          return rows.flatMap((row) => modelOf<never>(model, row) ?? [])
        },
        count: ({ model, where = [] }) => store.countAuthRows({ table: tableOf(model), where: conditionsOf(where) }),
        async update({ model, where, update }) {
          const set = rowOf(update as Record<string, unknown>)
          const table = tableOf(model)
          const [row] = await store.updateAuthRows({ table, where: conditionsOf(where), set, one: true })
          return modelOf(model, row)
        },
        async updateMany({ model, where, update }) {
          const table = tableOf(model)
          return (await store.updateAuthRows({ table, where: conditionsOf(where), set: rowOf(update) })).length
        },
        async delete({ model, where }) {
          await store.deleteAuthRows({ table: tableOf(model), where: conditionsOf(where), one: true })
        },
        async deleteMany({ model, where }) {
          return (await store.deleteAuthRows({ table: tableOf(model), where: conditionsOf(where) })).length
        },
        async consumeOne({ model, where }) {
          const table = tableOf(model)
          const [row] = await store.deleteAuthRows({ table, where: conditionsOf(where), one: true })
          return modelOf(model, row)
        },
        async incrementOne({ model, where, increment, set = {} }) {
          const [row] = await store.updateAuthRows({
            table: tableOf(model),
            where: conditionsOf(where),
            set: rowOf(set),
            add: Object.fromEntries(Object.entries(increment).map(([field, amount]) => [columnOf(field), amount])),
            one: true,
          })
          return modelOf(model, row)
        },
      }
    },
  })
}

/** For the few conditions by which the package looks for rows of `fixed`. */
function matching(rows: readonly AuthRow[], where: readonly Where[]): AuthRow[] {
  const conditions = conditionsOf(where)
  return rows.filter((row) =>
    conditions.every(({ column, operator, value, connector }) => {
      const values = operator === 'in' && Array.isArray(value) ? value : [value]
      if (connector !== 'AND' || (operator !== 'eq' && operator !== 'in')) {
        throw new Error(`Rows that are not stored cannot be found by ${connector} ${column} ${operator}.`)
      }
      return values.some((one) => one === row[column])
    }),
  )
}

function rowOf(data: Record<string, unknown>): AuthRow {
  return Object.fromEntries(Object.entries(data).map(([field, value]) => [columnOf(field), columnValue(value)]))
}

function columnValue(value: unknown): AuthValue {
  if (value instanceof Date) return value.getTime()
  if (typeof value === 'boolean') return value ? 1 : 0
  if (value === null || typeof value === 'string' || typeof value === 'number') return value
  throw new Error(`A column cannot hold a value of type ${typeof value}.`)
}

interface Where {
  field: string
  operator?: AuthCondition['operator'] | undefined
  value: unknown
  connector?: AuthCondition['connector'] | undefined
}

function conditionsOf(where: readonly Where[]): AuthCondition[] {
  return where.map(({ field, operator = 'eq', value, connector = 'AND' }) => ({
    column: columnOf(field),
    operator,
    value: Array.isArray(value) ? value.map(columnValue) : columnValue(value),
    connector,
  }))
}

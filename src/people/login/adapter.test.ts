import { readFile } from 'node:fs/promises'
import { oauthProvider } from '@better-auth/oauth-provider'
import { passkey } from '@better-auth/passkey'
import { getAuthTables } from 'better-auth/db'
import { twoFactor } from 'better-auth/plugins/two-factor'
import type { BetterAuthPlugin } from 'better-auth/types'
import { expect, it } from 'vitest'
import { columnOf, TABLE_OF } from './adapter.ts'

it('every field that the login’s package stores has a column', async () => {
  const schema = await readFile(new URL('../../store/schema.sql', import.meta.url), 'utf8')
  const oauth = oauthProvider({ loginPage: '/', consentPage: '/' }) as BetterAuthPlugin
  const tables = getAuthTables({ plugins: [passkey(), twoFactor(), oauth] })
  expect(Object.keys(tables).sort()).toEqual(Object.keys(TABLE_OF).sort())
  for (const [model, { fields }] of Object.entries(tables)) {
    const [, columns = ''] = new RegExp(`CREATE TABLE ${TABLE_OF[model]} \\(([\\s\\S]*?)\\n\\)`).exec(schema) ?? []
    for (const field of ['id', ...Object.keys(fields)]) {
      expect(columns, `${model}.${field}`).toMatch(new RegExp(`^ +${columnOf(field)} `, 'm'))
    }
  }
})

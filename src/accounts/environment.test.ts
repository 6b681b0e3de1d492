import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readConfig } from '../config/config.ts'
import { baseUrl, optional, ownUrl, secret } from '../providers/kit/account-fields.ts'
import type { AccountField, ProviderManifest } from '../providers/provider.ts'
import { PROVIDERS } from '../providers/providers.ts'
import { accountsOfEnvironment, type EnvironmentAccount } from './environment.ts'

function manifest(id: string, fields: AccountField[]): ProviderManifest {
  return { id, title: id, fields, slots: 7, load: () => Promise.reject(new Error('Nothing is loaded here.')) }
}

/** Providers that need a key, an address, and either of two keys. */
const LUMEN = manifest('lumen', [secret('LUMEN_KEY', 'Key'), baseUrl('LUMEN_URL', 'https://lumen.example')])
const ENGINE = manifest('engine', [ownUrl('ENGINE_URL'), optional(secret('ENGINE_KEY', 'Key'))])
const EITHER = manifest('either', [
  optional(secret('EITHER_KEY', 'Key')),
  optional(secret('EITHER_TOKEN', 'Token', 'token')),
  baseUrl('EITHER_URL', 'https://either.example'),
])
const MANIFESTS = [LUMEN, ENGINE, EITHER]

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'polyphony-environment-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** As the gateway reads it at its start. */
function accountsIn(
  env: Record<string, string>,
  manifests: readonly ProviderManifest[] = MANIFESTS,
): EnvironmentAccount[] {
  const config = readConfig({ DATA_DIR: folder, ...env })
  return accountsOfEnvironment(manifests, config.variable, config.providers)
}

function file(content: string): string {
  const path = join(folder, `secret-${Math.random()}`)
  writeFileSync(path, content)
  return path
}

describe('the accounts of the environment', () => {
  it('do not exist without a key', () => {
    expect(accountsIn({})).toEqual([])
    expect(accountsIn({ LUMEN_KEY: '', LUMEN_URL: 'https://elsewhere.example' })).toEqual([])
  })

  it('have the fields that are set, by their names', () => {
    expect(accountsIn({ LUMEN_KEY: 'k', LUMEN_URL: 'https://eu.lumen.example' })).toEqual([
      { provider: 'lumen', settings: { apiKey: 'k', baseUrl: 'https://eu.lumen.example' }, slots: 7, priority: 3 },
    ])
  })

  it('read a secret from a file, without the line break at its end', () => {
    expect(accountsIn({ LUMEN_KEY_FILE: file('from a file\n') })).toMatchObject([
      { settings: { apiKey: 'from a file' } },
    ])
  })

  it('are refused when a secret is set twice, or is in a file that does not exist', () => {
    expect(() => accountsIn({ LUMEN_KEY: 'a', LUMEN_KEY_FILE: file('b') })).toThrow(
      'LUMEN_KEY and LUMEN_KEY_FILE are both set',
    )
    expect(() => accountsIn({ LUMEN_KEY_FILE: join(folder, 'nothing') })).toThrow('LUMEN_KEY_FILE')
  })

  it('need their required fields, whether keys or addresses', () => {
    expect(accountsIn({ ENGINE_KEY: 'k' })).toEqual([])
    expect(accountsIn({ ENGINE_URL: 'http://engine:8001' })).toMatchObject([
      { provider: 'engine', settings: { baseUrl: 'http://engine:8001' } },
    ])
  })

  it('need at least one key when every key is optional: an address alone defines no account', () => {
    expect(accountsIn({ EITHER_URL: 'https://eu.either.example' })).toEqual([])
    expect(accountsIn({ EITHER_TOKEN: 't' })).toMatchObject([{ provider: 'either', settings: { token: 't' } }])
  })

  it('have priorities in the order of POLYPHONY_PROVIDERS, and its slots', () => {
    const env = {
      LUMEN_KEY: 'k',
      ENGINE_URL: 'http://engine',
      EITHER_KEY: 'k',
      POLYPHONY_PROVIDERS: 'either, lumen:20',
    }
    const found = accountsIn(env).toSorted((a, b) => b.priority - a.priority)
    expect(found.map(({ provider, slots }) => ({ provider, slots }))).toEqual([
      { provider: 'either', slots: 7 },
      { provider: 'lumen', slots: 20 },
      { provider: 'engine', slots: 7 },
    ])
    expect(new Set(found.map(({ priority }) => priority)).size).toBe(3)
  })

  it('have priorities in the order of the manifests, above back-ups, without POLYPHONY_PROVIDERS', () => {
    const found = accountsIn({ LUMEN_KEY: 'k', ENGINE_URL: 'http://engine' })
    expect(found.map(({ priority }) => priority)).toEqual([3, 2])
  })

  it('are refused for an order that names an unknown provider', () => {
    expect(() => accountsIn({ POLYPHONY_PROVIDERS: 'lumen,lumiere' })).toThrow(
      'POLYPHONY_PROVIDERS names "lumiere"; there are: lumen, engine, either.',
    )
  })

  it.each(['luma:0', 'luma:many', 'Luma', 'luma:1:2'])(
    'are refused for an order with the invalid entry %j',
    (order) => {
      expect(() => accountsIn({ POLYPHONY_PROVIDERS: order })).toThrow('POLYPHONY_PROVIDERS')
    },
  )
})

describe('the providers of this gateway', () => {
  it('have unique ids, and variables that no two of them share', () => {
    const ids = PROVIDERS.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    const variables = PROVIDERS.flatMap(({ fields }) => fields.map(({ env }) => env))
    expect(new Set(variables).size).toBe(variables.length)
  })

  it.each(PROVIDERS.map((one) => [one.id, one] as const))(
    'include %s, which has an account once its fields are set',
    (id, one) => {
      const env = Object.fromEntries(one.fields.map((field) => [field.env, `the ${field.name}`]))
      const fields = Object.fromEntries(one.fields.map(({ name }) => [name, `the ${name}`]))
      expect(accountsIn(env, PROVIDERS)).toMatchObject([{ provider: id, settings: fields, slots: one.slots }])
    },
  )
})

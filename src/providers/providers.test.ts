import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { listOperations } from '../catalog/catalog.ts'
import { PROVIDERS } from './providers.ts'

const catalogue = new Set(listOperations().map(({ id }) => id))
const index = readFileSync(new URL('../../docs/providers.md', import.meta.url), 'utf8')

describe.each(PROVIDERS.map((manifest) => [manifest.id, manifest] as const))('the provider %s', (id, manifest) => {
  it('loads, and performs operations of the catalogue or answers calls', async () => {
    const provider = (await manifest.load())({ now: () => 0 })
    expect(provider.id).toBe(id)
    expect(provider.operations.size > 0 || manifest.calls !== undefined).toBe(true)
    expect([...provider.operations].filter((operation) => !catalogue.has(operation))).toEqual([])
    expect([...(provider.adopts ?? [])].filter((operation) => !provider.operations.has(operation))).toEqual([])
    await provider.close?.()
  })

  it('has a page that names its variables, and a row in docs/providers.md', () => {
    const page = readFileSync(new URL(`../../docs/providers/${id}.md`, import.meta.url), 'utf8')
    for (const { env } of manifest.fields) expect(page).toContain(env)
    expect(index).toContain(`providers/${id}.md`)
  })

  it('has unique field names', () => {
    for (const names of [manifest.fields.map(({ name }) => name), manifest.fields.map(({ env }) => env)]) {
      expect(new Set(names).size).toBe(names.length)
    }
    expect(manifest.slots).toBeGreaterThan(0)
  })
})

it('gives each provider its own id and variable for its secret', () => {
  const secrets = PROVIDERS.flatMap(({ fields }) => fields.filter(({ isSecret }) => isSecret).map(({ env }) => env))
  for (const names of [PROVIDERS.map(({ id }) => id), secrets]) expect(new Set(names).size).toBe(names.length)
})

import { describe, expect, it } from 'vitest'
import { anAccount } from '../kit/provider.testing.ts'
import { relay } from './manifest.ts'
import { openProxiedVendors } from './proxied-vendors.ts'

describe('vendors behind a relay', async () => {
  const relayed = (await openProxiedVendors())({ now: Date.now })
  const settings = { apiKey: 'a key', baseUrl: 'https://relay.example/pro/' }

  it('get an address below the relay’s, and its key', () => {
    const account = anAccount(relay, settings)
    for (const { provider, accountAt } of relayed) {
      const there = accountAt(account)
      expect(there).toMatchObject({ id: account.id, provider: provider.id, settings: { apiKey: 'a key' } })
      expect(there.settings.baseUrl).toMatch(/^https:\/\/relay\.example\/pro\/\w/)
    }
  })

  it('send the key to the relay only, and keep a vendor’s own authorization', async () => {
    const keys: Array<string | null> = []
    const fetch: typeof globalThis.fetch = async (_, init) => {
      keys.push(new Headers(init?.headers).get('authorization'))
      return new Response()
    }
    const there = relayed[0]?.accountAt({ ...anAccount(relay, settings), fetch })
    await there?.fetch('https://relay.example/pro/flux/v1/flux-dev', { headers: { 'x-key': 'a key' } })
    await there?.fetch(new Request('https://relay.example/pro/ideogram', { headers: { authorization: 'Token t' } }))
    await there?.fetch('https://files.example/a.png')
    expect(keys).toEqual(['Bearer a key', 'Token t', null])
  })
})

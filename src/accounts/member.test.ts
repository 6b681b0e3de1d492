import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import type { AccountRecord } from '../core/account.ts'
import type { Provider } from '../providers/provider.ts'
import { aManifest, OPERATION } from './accounts-bench.testing.ts'
import { EXTEND, IMAGE, LUMEN, PRISM } from './fake-providers.testing.ts'
import { type Member, memberOf, withoutSecrets } from './member.ts'
import { aRecord, aRoster, noFetch } from './members.testing.ts'
import { offers, route } from './routing.ts'
import { openVault } from './vault.ts'

const vault = openVault('the secret of the test')

function open(provider: Provider, given: Partial<AccountRecord> = {}, fields: Record<string, string> = {}): Member {
  const id = `${provider.id}-1`
  const record = aRecord(id, provider.id, { sealed: vault.seal(id, { apiKey: 'the secret key', ...fields }), ...given })
  const log = pino({ level: 'silent' })
  return memberOf(record, aManifest(provider), provider, { environment: [], vault, fetchFor: () => noFetch, log })
}

describe('an account in memory', () => {
  it.each<[AccountRecord['serves'], string, boolean]>([
    [null, OPERATION, true],
    [[OPERATION], OPERATION, true],
    [[OPERATION], EXTEND, false],
    [['lumen'], EXTEND, true],
    [['lum'], EXTEND, false],
    [[], OPERATION, false],
  ])('performs what it serves: with %j, %s: %s', (serves, operation, isServed) => {
    const roster = aRoster([open(LUMEN, { serves })])
    const request = { operation, mode: 'live', tenantId: 'other' } as const
    if (isServed) expect(route(roster, request).pool).toBe('live')
    else expect(() => route(roster, request)).toThrow(expect.objectContaining({ code: 'no_provider' }))
    const accounts = offers(roster, 'live', [operation], 0).flatMap((offer) => offer.accounts)
    expect(accounts.map(({ account }) => account)).toEqual(isServed ? ['lumen-1'] : [])
  })

  it('performs what its provider says for its settings', () => {
    expect([...open(PRISM).operations]).toEqual([IMAGE, OPERATION])
    expect([...open(PRISM, {}, { baseUrl: 'https://pictures.example' }).operations]).toEqual([IMAGE])
  })

  it('has a problem, and performs nothing, when its provider cannot read its settings', () => {
    const performs = () => {
      throw new Error('The address is no address.')
    }
    const member = open({ ...PRISM, performs })
    expect(member.problem).toBe('The address is no address.')
    expect([...member.operations]).toEqual([])
  })

  it('hides its secrets in the words of its vendor, and no other words', () => {
    expect(withoutSecrets(open(LUMEN), 'Key the secret key is unknown.')).toBe('Key … is unknown.')
    expect(withoutSecrets({ ...open(LUMEN), manifest: undefined }, 'the secret key')).toBe('the secret key')
  })
})

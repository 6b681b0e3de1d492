import { createHmac } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openMigratedSqlite } from '../../test/support/migrated-sqlite.ts'
import type { Caller } from '../core/caller.ts'
import { PolyphonyError } from '../core/errors.ts'
import type { Store } from '../store/store.ts'
import { accessPair, openAccessKeys, type TokenFault, tokenFaultOf } from './access-keys.ts'
import { createTenant } from './first-tenant.ts'
import { createKey, type Keys, type NewKeyOptions, openKeys } from './keys.ts'

const MASTER_SECRET = 'a master secret'
const START = Date.UTC(2026, 0, 1)
const NOW_S = START / 1_000
const FOREIGN = accessPair('another master secret', 'a').secretKey
const HEADER = { alg: 'HS256', typ: 'JWT' }

let folder: string
let store: Store
let keys: Keys
let authenticate: Keys['authenticate']
const clock = { nowMs: START, now: () => clock.nowMs }

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyphony-access-'))
  store = await openMigratedSqlite({ path: join(folder, 'test.db') })
})
beforeEach(() => {
  clock.nowMs = START
  keys = openKeys({ store, clock, log: pino({ level: 'silent' }) })
  authenticate = openAccessKeys({ keys, masterSecret: MASTER_SECRET, clock })
})
afterEach(() => keys.close())
afterAll(async () => {
  await store.close()
  await rm(folder, { recursive: true, force: true })
})

async function aKey(options: Partial<NewKeyOptions> = {}) {
  const { id } = await createTenant({ store, clock }, 'a tenant')
  const { key, record } = await createKey({ store, clock }, { tenantId: id, name: 'a key', mode: 'live', ...options })
  return { key, keyId: record.keyId, tenantId: id, ...accessPair(MASTER_SECRET, record.keyId) }
}

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** As JWT libraries write it. */
function signed(claims: unknown, secretKey: string, header: unknown = HEADER, algorithm = 'sha256'): string {
  const text = `${part(header)}.${part(claims)}`
  return `${text}.${createHmac(algorithm, secretKey).update(text).digest('base64url')}`
}

/** The claims of Kling's own examples. */
function claimsFor(accessKey: string, nowS = NOW_S) {
  return { iss: accessKey, exp: nowS + 1_800, nbf: nowS - 5 }
}

async function refusal(credential: string | undefined): Promise<PolyphonyError> {
  const found: Caller | PolyphonyError = await Promise.resolve(authenticate(credential)).catch((error) => error)
  if (found instanceof PolyphonyError) return found
  throw new Error('It was taken.')
}

async function faultOf(credential: string): Promise<TokenFault | undefined> {
  const error = await refusal(credential)
  expect(error.code).toBe('unauthorized')
  return tokenFaultOf(error)
}

describe('an access pair', () => {
  it('an access pair belongs to its key and the master secret, and is always the same', () => {
    const pair = accessPair('one', 'a')
    expect(pair).toEqual({ accessKey: 'a', secretKey: expect.stringMatching(/^[0-9a-f]{64}$/) })
    expect(accessPair('one', 'a')).toEqual(pair)
    expect(new Set([pair, accessPair('one', 'b'), accessPair('two', 'a')].map((one) => one.secretKey)).size).toBe(3)
  })
})

describe('an access token', () => {
  it('an access token authenticates as the key that signed it', async () => {
    const { key, keyId, tenantId, accessKey, secretKey } = await aKey({ allowedModels: ['kling'], mode: 'test' })
    const caller = await authenticate(signed(claimsFor(accessKey), secretKey))
    expect(caller).toMatchObject({ keyId, tenantId, mode: 'test', allowedModels: ['kling'] })
    expect(await authenticate(key)).toBe(caller) // one cache serves both
  })

  it('an access token may leave nbf out, and may be signed by a clock that is a minute ahead', async () => {
    const { accessKey, secretKey } = await aKey()
    const { nbf: _, ...claims } = claimsFor(accessKey)
    expect(await authenticate(signed(claims, secretKey))).toMatchObject({ keyId: accessKey })
    expect(await authenticate(signed({ ...claims, nbf: NOW_S + 60 }, secretKey))).toMatchObject({ keyId: accessKey })
  })

  it('an access token is valid until a minute after exp, to the millisecond, for clocks that are behind', async () => {
    const { accessKey, secretKey } = await aKey()
    const token = signed(claimsFor(accessKey), secretKey)
    clock.nowMs = START + 1_860_000 - 1
    expect(await authenticate(token)).toMatchObject({ keyId: accessKey })
    clock.nowMs += 1
    expect(await faultOf(token)).toBe('expired')
  })

  it.each<[string, (pair: { accessKey: string; secretKey: string }) => string, TokenFault]>([
    ['with another secret', ({ accessKey }) => signed(claimsFor(accessKey), FOREIGN), 'forged'],
    ['with no secret', ({ accessKey }) => signed(claimsFor(accessKey), ''), 'forged'],
    ['with its own access key', ({ accessKey }) => signed(claimsFor(accessKey), accessKey), 'forged'],
    [
      'by another algorithm',
      ({ accessKey, secretKey }) => signed(claimsFor(accessKey), secretKey, HEADER, 'sha1'),
      'forged',
    ],
    ['without a signature', ({ accessKey }) => `${part(HEADER)}.${part(claimsFor(accessKey))}.`, 'forged'],
    [
      'with the algorithm none',
      ({ accessKey }) => `${part({ alg: 'none' })}.${part(claimsFor(accessKey))}.`,
      'malformed',
    ],
    [
      'by none, signed',
      ({ accessKey, secretKey }) => signed(claimsFor(accessKey), secretKey, { alg: 'None' }),
      'malformed',
    ],
    [
      'by HS512',
      ({ accessKey, secretKey }) => signed(claimsFor(accessKey), secretKey, { alg: 'HS512' }, 'sha512'),
      'malformed',
    ],
    [
      'by RS256, in name',
      ({ accessKey, secretKey }) => signed(claimsFor(accessKey), secretKey, { alg: 'RS256' }),
      'malformed',
    ],
    ['by no named algorithm', ({ accessKey, secretKey }) => signed(claimsFor(accessKey), secretKey, {}), 'malformed'],
    [
      'with what must be understood',
      ({ accessKey, secretKey }) => signed(claimsFor(accessKey), secretKey, { ...HEADER, crit: ['b64'], b64: false }),
      'malformed',
    ],
    ['for ever', ({ accessKey, secretKey }) => signed({ iss: accessKey }, secretKey), 'malformed'],
    [
      'with exp as text',
      ({ accessKey, secretKey }) => signed({ iss: accessKey, exp: String(NOW_S + 60) }, secretKey),
      'malformed',
    ],
    ['for a year', ({ accessKey, secretKey }) => signed({ iss: accessKey, exp: NOW_S + 3e7 }, secretKey), 'malformed'],
    ['in milliseconds', ({ accessKey, secretKey }) => signed({ iss: accessKey, exp: START }, secretKey), 'malformed'],
    [
      'until a minute ago',
      ({ accessKey, secretKey }) => signed({ iss: accessKey, exp: NOW_S - 60 }, secretKey),
      'expired',
    ],
    ['until 1969', ({ accessKey, secretKey }) => signed({ iss: accessKey, exp: -1 }, secretKey), 'expired'],
    [
      'for later',
      ({ accessKey, secretKey }) => signed({ ...claimsFor(accessKey), nbf: NOW_S + 61 }, secretKey),
      'not_yet_valid',
    ],
    [
      'with nbf as text',
      ({ accessKey, secretKey }) => signed({ ...claimsFor(accessKey), nbf: '0' }, secretKey),
      'malformed',
    ],
    ['by no issuer', ({ secretKey }) => signed({ exp: NOW_S + 60 }, secretKey), 'malformed'],
    ['by an issuer that is no text', ({ secretKey }) => signed({ iss: 7, exp: NOW_S + 60 }, secretKey), 'malformed'],
    ['of no claims', ({ secretKey }) => signed([], secretKey), 'malformed'],
    ['of what is no JSON', () => `${part(HEADER)}.bm9uc2Vuc2U.AAAA`, 'malformed'],
    ['of nothing', () => `${part(HEADER)}..`, 'malformed'],
  ])('an access token signed %s is refused', async (_how, make, fault) => {
    const token = make(await aKey())
    expect(await faultOf(token)).toBe(fault)
  })

  it('the error for a forged access token reveals nothing about its times', async () => {
    const { accessKey } = await aKey()
    expect(await faultOf(signed({ iss: accessKey, exp: 0 }, FOREIGN))).toBe('forged')
    expect(await faultOf(signed({ iss: accessKey }, FOREIGN))).toBe('forged')
  })

  it('an access token is refused when it is signed with another key’s secret, or changed to another key', async () => {
    const [one, other] = [await aKey(), await aKey()]
    expect(await faultOf(signed(claimsFor(one.accessKey), other.secretKey))).toBe('forged')
    const [header, , signature] = signed(claimsFor(one.accessKey), one.secretKey).split('.')
    expect(await faultOf(`${header}.${part(claimsFor(other.accessKey))}.${signature}`)).toBe('forged')
  })

  it('an access token that is changed in one letter is refused', async () => {
    const { accessKey, secretKey } = await aKey()
    const token = signed(claimsFor(accessKey), secretKey)
    expect(await authenticate(token)).toMatchObject({ keyId: accessKey })
    const letters = fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ ')
    await fc.assert(
      fc.asyncProperty(fc.nat(token.length - 1), letters, async (at, letter) => {
        fc.pre(token[at] !== letter)
        const changed = token.slice(0, at) + letter + token.slice(at + 1)
        expect((await refusal(changed)).code).toBe('unauthorized')
      }),
    )
  })

  it('any other text as an access token is refused', async () => {
    const piece = fc.oneof(fc.base64String(), fc.string(), fc.jsonValue().map(part))
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { minLength: 1, maxLength: 5 }), async (pieces) => {
        expect((await refusal(pieces.join('.'))).code).toBe('unauthorized')
      }),
    )
  })

  it('a correctly signed access token is valid within its times, whatever else it claims', async () => {
    const { accessKey, secretKey } = await aKey()
    const time = fc.oneof(
      fc.constantFrom(
        ...[-61, -60, -59, 0, 1, 60, 61, 1_800, 86_400, 86_460, 86_461].map((seconds) => NOW_S + seconds),
      ),
      fc.double(),
      fc.jsonValue(),
    )
    const claims = fc.record({ exp: time, nbf: time, aud: fc.jsonValue() }, { requiredKeys: [] })
    await fc.assert(
      fc.asyncProperty(claims, async (some) => {
        const token = signed({ iss: accessKey, ...some }, secretKey)
        // As it is read: JSON has no word for what is not finite.
        const { exp, nbf } = JSON.parse(JSON.stringify(some))
        const hasBegun = nbf === undefined || (typeof nbf === 'number' && nbf <= NOW_S + 60)
        const holds = typeof exp === 'number' && exp > NOW_S - 60 && exp <= NOW_S + 86_460
        if (hasBegun && holds) expect(await authenticate(token)).toMatchObject({ keyId: accessKey })
        else expect((await refusal(token)).code).toBe('unauthorized')
      }),
    )
  })
})

describe('the key of an access token', () => {
  it('an access token of a revoked key is refused from that moment on, also if it is cached', async () => {
    const { keyId, accessKey, secretKey } = await aKey()
    const token = signed(claimsFor(accessKey), secretKey)
    await authenticate(token)
    await store.revokeKey({ id: keyId, now: clock.now() })
    const error = await refusal(token)
    expect(error).toMatchObject({ code: 'unauthorized', message: expect.stringContaining('revoked') })
    expect(tokenFaultOf(error)).toBeUndefined()
  })

  it('an access token of a key that never existed is refused as unknown, although its secret is right', async () => {
    await aKey()
    const { accessKey, secretKey } = accessPair(MASTER_SECRET, '01234567-89ab-4cde-8f01-23456789ab00')
    expect(await refusal(signed(claimsFor(accessKey), secretKey))).toMatchObject({
      code: 'unauthorized',
      message: expect.stringContaining('unknown'),
    })
  })

  it('an access token expires with its key', async () => {
    const { accessKey, secretKey } = await aKey({ expiresAt: START + 1_000 })
    const token = signed(claimsFor(accessKey), secretKey)
    expect(await authenticate(token)).toMatchObject({ keyId: accessKey })
    clock.nowMs += 1_000
    const error = await refusal(token)
    expect(error.message).toBe('The API key has expired.')
    expect(tokenFaultOf(error)).toBeUndefined()
  })

  it('a key and its access tokens share one rate limit', async () => {
    const { key, accessKey, secretKey } = await aKey({ requestsPerMinute: 2 })
    await authenticate(signed(claimsFor(accessKey), secretKey))
    await authenticate(key)
    expect(await refusal(signed(claimsFor(accessKey), secretKey))).toMatchObject({ code: 'rate_limited' })
  })

  it('the key of an access token is looked up once by its id', async () => {
    const { accessKey, secretKey } = await aKey()
    const looks: unknown[] = []
    const watched = new Proxy(store, {
      get(target, name: keyof Store) {
        if (name !== 'getKey') return target[name]
        return (args: { id: string }) => {
          looks.push(args)
          return target.getKey(args)
        }
      },
    })
    const others = openKeys({ store: watched, clock, log: pino({ level: 'silent' }) })
    const take = openAccessKeys({ keys: others, masterSecret: MASTER_SECRET, clock })
    for (let times = 0; times < 3; times += 1) {
      await take(signed(claimsFor(accessKey, clock.nowMs / 1_000), secretKey))
      clock.nowMs += 10_000 // past what is trusted unread
    }
    expect(looks).toHaveLength(1)
    await expect(Promise.resolve(take(signed(claimsFor(accessKey), FOREIGN)))).rejects.toThrow('signature')
    expect(looks).toHaveLength(1)
    await others.close()
  })
})

describe('a key instead of an access token', () => {
  it('a key itself is accepted, also one with dots that the operator chose', async () => {
    const { key, keyId } = await aKey()
    expect(await authenticate(key)).toMatchObject({ keyId })
    const chosen = await aKey({ secret: 'chosen.by.somebody-with-dots' })
    expect(await authenticate(chosen.key)).toMatchObject({ keyId: chosen.keyId })
  })

  it.each([[undefined], [''], ['sk-live-wrong'], ['a.b.c']])(
    'the key %j is refused, and is not taken for an access token',
    async (key) => {
      const error = await refusal(key)
      expect(error.code).toBe('unauthorized')
      expect(tokenFaultOf(error)).toBeUndefined()
    },
  )

  it('a key is not accepted as the secret of its own access pair', async () => {
    const { key, keyId } = await aKey()
    expect(await faultOf(signed(claimsFor(keyId), key))).toBe('forged')
  })
})

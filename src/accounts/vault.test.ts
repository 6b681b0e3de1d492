import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PolyphonyError } from '../core/errors.ts'
import { openVault } from './vault.ts'

const ID = 'an account'
const FIELDS = { apiKey: 'sk-very-secret', baseUrl: 'https://vendor.example' }

function refusalOf(work: () => unknown): PolyphonyError {
  try {
    work()
  } catch (error) {
    if (error instanceof PolyphonyError) return error
    throw error
  }
  throw new Error('It was taken.')
}

describe('a sealed credential', () => {
  it('opens as the fields that were sealed', () => {
    const vault = openVault('a secret')
    fc.assert(
      fc.property(fc.string(), fc.dictionary(fc.string(), fc.string()), (id, fields) => {
        expect(vault.open(id, vault.seal(id, fields))).toEqual(fields)
      }),
    )
  })

  it('contains no plain text, and is a different text each time', () => {
    const vault = openVault('a secret')
    const [first, second] = [vault.seal(ID, FIELDS), vault.seal(ID, FIELDS)]
    expect(first).not.toBe(second)
    expect(Buffer.from(first.split('.')[2] ?? '', 'base64url').includes('sk-very')).toBe(false)
    expect(first).toMatch(/^v1\.[0-9a-f]{8}\.[\w-]+$/)
  })

  it('cannot be opened for another account', () => {
    const vault = openVault('a secret')
    const sealed = vault.seal(ID, FIELDS)
    const error = refusalOf(() => vault.open('another account', sealed))
    expect(error).toMatchObject({
      code: 'internal',
      message: 'The sealed credential of account another account is damaged.',
    })
  })

  it('opens in another process that has the secret', () => {
    expect(openVault('a secret').open(ID, openVault('a secret').seal(ID, FIELDS))).toEqual(FIELDS)
  })

  it('is refused as damaged when any part was changed', () => {
    const vault = openVault('a secret')
    const sealed = vault.seal(ID, FIELDS)
    const [version, name, text = ''] = sealed.split('.')
    const bytes = Buffer.from(text, 'base64url')
    fc.assert(
      fc.property(fc.nat(bytes.byteLength - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const other = Buffer.from(bytes)
        other[at] = (bytes[at] ?? 0) ^ flip
        const damaged = `${version}.${name}.${other.toString('base64url')}`
        expect(refusalOf(() => vault.open(ID, damaged)).message).toContain('is damaged')
      }),
    )
  })

  it('is refused as damaged when it was cut off', () => {
    const vault = openVault('a secret')
    const [version, name, text = ''] = vault.seal(ID, FIELDS).split('.')
    const bytes = Buffer.from(text, 'base64url')
    for (let length = 0; length < bytes.byteLength; length++) {
      const cut = `${version}.${name}.${bytes.subarray(0, length).toString('base64url')}`
      expect(refusalOf(() => vault.open(ID, cut))).toMatchObject({
        code: 'internal',
        message: `The sealed credential of account ${ID} is damaged.`,
      })
    }
    expect(refusalOf(() => vault.open(ID, `${version}.${name}`)).code).toBe('internal')
  })

  it('does not open under another secret, and the error names the variable to set', () => {
    const sealed = openVault('the old secret').seal(ID, FIELDS)
    const error = refusalOf(() => openVault('the new secret').open(ID, sealed))
    expect(error.code).toBe('internal')
    expect(error.message).toContain('POLYPHONY_SECRET_EARLIER')
    expect(error.message).not.toContain('old secret')
  })

  it.each(['', 'v1', 'v2.12345678.AAAA', 'sk-lying-open'])('is refused when it has not the form of one: %j', (text) => {
    expect(refusalOf(() => openVault('a secret').open(ID, text)).code).toBe('internal')
  })
})

describe('a change of the secret', () => {
  const sealed = openVault('the first').seal(ID, FIELDS)

  it('opens what was sealed under any of the earlier secrets that are named', () => {
    expect(openVault('the third', ['the second', 'the first']).open(ID, sealed)).toEqual(FIELDS)
  })

  it('reports what was sealed under an earlier secret, and seals under the current one', () => {
    const vault = openVault('the second', ['the first'])
    expect(vault.isOld(sealed)).toBe(true)
    const resealed = vault.seal(ID, vault.open(ID, sealed))
    expect(vault.isOld(resealed)).toBe(false)
    expect(openVault('the second').open(ID, resealed)).toEqual(FIELDS)
    expect(refusalOf(() => openVault('the first').open(ID, resealed)).code).toBe('internal')
  })
})

import { describe, expect, it } from 'vitest'
import { forNodePostgres, postgresPlace, postgresUrlFault } from './postgres-url.ts'

describe('the URL of a database of PostgreSQL', () => {
  it.each([
    'postgres://a@b/c',
    'postgresql://polly:p%40ss%2Fword%3A1@db:5432/shop?sslmode=verify-full&sslrootcert=/etc/ca.pem',
    'postgres://polly:p@ss@db/shop',
    'postgres://%2Frun%2Fpostgresql/shop',
    'postgres:///shop?host=/run/postgresql',
    'postgres://db/shop?user=a@b',
    'postgres://db/shop?uselibpqcompat=true&sslmode=require',
  ])('can be used: %s', (url) => {
    expect(postgresUrlFault(url)).toBeUndefined()
  })

  it.each(['p@ss/word:1', 'p/1', '12/3', 'p?1', '12?3', 'p#1', '50%off'])(
    'says how the password %s is written, and does not show it',
    (password) => {
      const fault = postgresUrlFault(`postgres://polly:${password}@db:5432/shop`)
      expect(fault).toContain('are written %40 %3A %2F %3F %23 and %25')
      expect(fault).not.toContain(password)
      const written = `postgres://polly:${encodeURIComponent(password)}@db:5432/shop`
      expect([postgresUrlFault(written), postgresPlace(written)]).toEqual([undefined, 'polly@db:5432/shop'])
    },
  )

  it('names an unknown sslmode, which would be left out in silence', () => {
    expect(postgresUrlFault('postgres://db/shop?sslmode=required')).toContain('the sslmode "required", which must be')
  })

  it.each([
    ['?sslmode=require', '?sslmode=verify-full'],
    ['?a=1&sslmode=verify-ca&sslrootcert=x', '?a=1&sslmode=verify-full&sslrootcert=x'],
    ['?sslmode=disable', '?sslmode=disable'],
    ['?uselibpqcompat=true&sslmode=require', '?uselibpqcompat=true&sslmode=require'],
    ['', ''],
  ])('is given to node-postgres with the mode that it means: %s is %s', (given, meant) => {
    expect(forNodePostgres(`postgres://db/shop${given}`)).toBe(`postgres://db/shop${meant}`)
  })
})

import { describe, expect, it } from 'vitest'
import { BAD_PASSWORDS } from './postgres-url.testing.ts'
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
    'postgres://root:pw@/one-api?host=/var/run/postgresql',
  ])('can be used: %s', (url) => {
    expect(postgresUrlFault(url)).toBeUndefined()
  })

  it.each([...BAD_PASSWORDS])('says how the password %s is written, and does not show it', (password) => {
    const fault = postgresUrlFault(`postgres://polly:${password}@db:5432/shop`)
    expect(fault).toContain('are written %40 %3A %2F %3F %23 and %25')
    expect(fault).not.toContain(password)
    expect(postgresPlace(`postgres://polly:${password}@db:5432/shop`)).toBe('(hidden)')
    const written = `postgres://polly:${encodeURIComponent(password)}@db:5432/shop`
    expect([postgresUrlFault(written), postgresPlace(written)]).toEqual([undefined, 'polly@db:5432/shop'])
  })

  it('names an unknown sslmode, which would be left out in silence', () => {
    for (const query of ['sslmode=required', 'sslmode=disable&sslmode=required', 'sslmode=required&sslmode=disable'])
      expect(postgresUrlFault(`postgres://db/shop?${query}`)).toContain('the sslmode "required", which must be')
  })

  it.each([
    ['postgres://root:pw@/one-api?host=/run/postgresql', 'root@/run/postgresql/one-api'],
    ['postgres://db:5432/shop?user=polly&password=pw', 'polly@db:5432/shop'],
  ])('is shown without its password: %s', (url, place) => {
    expect(postgresPlace(url)).toBe(place)
  })

  it.each([
    ['?sslmode=require', '?sslmode=verify-full'],
    ['?a=1&sslmode=verify-ca&sslrootcert=x', '?a=1&sslmode=verify-full&sslrootcert=x'],
    ['?sslmode=disable', '?sslmode=disable'],
    ['?sslmode=prefer&sslmode=require', '?sslmode=verify-full&sslmode=verify-full'],
    ['?uselibpqcompat=true&sslmode=require', '?uselibpqcompat=true&sslmode=require'],
    ['', ''],
  ])('is given to node-postgres with the mode that it means: %s is %s', (given, meant) => {
    expect(forNodePostgres(`postgres://db/shop${given}`)).toBe(`postgres://db/shop${meant}`)
  })
})

import { describe, expect, it } from 'vitest'
import { BAD_PASSWORDS } from '../core/postgres-url.testing.ts'
import { readSettings } from './read-settings.ts'
import { shownSettings } from './shown-settings.ts'

const UPSTREAM = 'POLYPHONY_UPSTREAM_URL'
const KNOWLEDGE = { names: [{ name: UPSTREAM, what: 'Another gateway.', isSecret: false }], checks: {} }

const shown = (name: string, text: string): string | undefined =>
  shownSettings(readSettings({ [name]: text }, KNOWLEDGE).effective).find((one) => one.name === name)?.value

describe('settings that are shown', () => {
  it.each(BAD_PASSWORDS)('hide a database whose password %s is not written as it has to be', (password) => {
    for (const name of ['DATABASE_URL', 'SQL_DSN'])
      expect(shown(name, `postgres://polly:${password}@db:5432/shop`)).toBe('postgres://(hidden)')
  })

  it('hide the whole user and password of another URL, whatever is in them', () => {
    for (const password of BAD_PASSWORDS)
      expect(shown(UPSTREAM, `http://me:${password}@other.example/v1`)).toBe('http://(hidden)@other.example/v1')
  })
})

import { describe, expect, it } from 'vitest'
import { refuseElsewhere, requireFromHere } from './same-origin.ts'

const KNOWN_AS = 'http://127.0.0.1:8080'

describe('a request of a page that is not known as one of this gateway', () => {
  const from = (headers: Record<string, string>) => ({
    method: 'POST',
    headers,
    protocol: 'http',
    host: '127.0.0.1:8080',
    ip: '127.0.0.1',
  })

  it.each([
    ['a form that signs in', refuseElsewhere],
    ['a session that changes something', requireFromHere],
  ])('names both addresses and PUBLIC_URL on plain HTTP, where a proxy may have changed them: %s', (_name, refuse) => {
    expect(() => refuse(from({ origin: 'http://media.example' }), KNOWN_AS)).toThrow(
      'The page is of http://media.example, and this gateway is known as http://127.0.0.1:8080: if that is one and the same, its operator sets PUBLIC_URL to the former.',
    )
    expect(() => refuse(from({ origin: 'http://media.example' }), 'http://media.example')).not.toThrow()
  })

  it('says nothing of addresses where the browser itself says that the page is of another site', () => {
    const request = from({ origin: 'https://other.example', 'sec-fetch-site': 'cross-site' })
    expect(() => refuseElsewhere(request, KNOWN_AS)).toThrow(/^This is for pages of this gateway alone\.$/)
  })
})

import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import { signedHeaders, signingSecret } from './sign.ts'

const message = { id: 'msg_1', body: '{"title":"Größe"}', now: Date.now() }

describe('signingSecret', () => {
  it('the signing secret is fixed by master secret, tenant and version', () => {
    const secret = signingSecret('master', 'tenant-1', 1)
    expect(secret).toBe('whsec_EpYIlDIOHKuszXcCXrsOQI31GvndPpDlc9egyktrxk0=')
    expect(signingSecret('master', 'tenant-1', 1)).toBe(secret)
    const others = [
      signingSecret('other', 'tenant-1', 1),
      signingSecret('master', 'tenant-2', 1),
      signingSecret('master', 'tenant-1', 2),
    ]
    expect(new Set([secret, ...others]).size).toBe(4)
  })
})

describe('signedHeaders', () => {
  const secret = signingSecret('master', 'tenant-1', 1)
  const headers = { ...signedHeaders({ ...message, secret }) }

  it("the headers of a webhook satisfy the standard's own verifier", () => {
    expect(new Webhook(secret).verify(message.body, headers)).toEqual({ title: 'Größe' })
  })

  it('the headers of a webhook satisfy no verifier with another secret, body or id', () => {
    const other = new Webhook(signingSecret('master', 'tenant-1', 2))
    expect(() => other.verify(message.body, headers)).toThrow()
    expect(() => new Webhook(secret).verify('{}', headers)).toThrow()
    expect(() => new Webhook(secret).verify(message.body, { ...headers, 'webhook-id': 'msg_2' })).toThrow()
  })

  it('the headers of a webhook hold one value for one message and time', () => {
    const fixed = signedHeaders({
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      body: '{"test": 2432232314}',
      now: 1_614_265_330_000,
      secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    })
    // A message that the libraries of https://github.com/standard-webhooks/standard-webhooks test themselves with.
    expect(fixed).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    })
  })
})

import { pino } from 'pino'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readConfig } from '../../src/config/config.ts'
import type { JsonObject } from '../../src/core/json.ts'
import { startGateway } from '../../src/main.ts'
import { type FakeStripe, openFakeStripe } from '../support/fake-stripe.ts'
import { LIVE_KEY, openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'
import { type MailServer, openMailServer } from '../support/mail-server.ts'
import { openReceiver, type Receiver } from '../support/receiver.ts'

const STRIPE = { secretKey: 'sk_test_the_key_of_the_test', webhookSecret: 'whsec_the_secret_of_the_test' }

let gateway: TestGateway
let stripe: FakeStripe
let receiver: Receiver
let mail: MailServer
beforeAll(async () => {
  ;[stripe, receiver, mail] = await Promise.all([openFakeStripe(STRIPE), openReceiver(), openMailServer()])
  gateway = await openGateway({
    env: {
      POLYPHONY_STRIPE_SECRET_KEY: STRIPE.secretKey,
      POLYPHONY_STRIPE_WEBHOOK_SECRET: STRIPE.webhookSecret,
      POLYPHONY_STRIPE_URL: stripe.url,
      POLYPHONY_NOTICES_SECONDS: '1',
      POLYPHONY_NOTICES_MAIL: `${mail.url}?from=gateway@example.org&to=ops@example.org`,
    },
  })
})
afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]()
  await Promise.all([stripe?.[Symbol.asyncDispose](), receiver?.close(), mail?.[Symbol.asyncDispose]()])
})

async function data<Data = JsonObject>(method: string, path: string, sending: { key?: string; body?: unknown } = {}) {
  const { status, body } = await gateway.send(method, path, sending)
  if (status !== 200) throw new Error(`${method} ${path} answered ${status}: ${JSON.stringify(body)}`)
  return (body as { data: unknown }).data as Data // as the caller says
}

/** What an error says, as far as a program reads it. */
async function refusal(method: string, path: string, sending: { key?: string; body?: unknown }) {
  const { status, body } = await gateway.send(method, path, sending)
  const { error } = body as { error: { type: string; field?: string } }
  return { status, type: error.type, ...(error.field === undefined ? {} : { field: error.field }) }
}

async function newCode(body: JsonObject): Promise<{ id: string; code: string }> {
  const { items } = await data<{ items: { id: string; code: string }[] }>('POST', '/api/admin/codes', { body })
  if (!items[0]) throw new Error('No code was made.')
  return items[0]
}

describe('a top-up code', () => {
  it('becomes credit once, however it is typed, and its text is stored nowhere', async () => {
    const { tenantId, key } = await gateway.tenant({ creditPoints: 0 })
    const { id, code } = await newCode({ amount_usd: 25, note: 'for a friend' })
    const typed = `  ${code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l')} `
    const redeemed = await data('POST', '/api/v1/codes/redeem', { key, body: { code: typed } })
    expect(redeemed).toMatchObject({ id, amount_usd: 25, available_usd: 25 })
    expect(await refusal('POST', '/api/v1/codes/redeem', { key, body: { code } })).toMatchObject({ status: 409 })
    expect(await gateway.balance(tenantId)).toMatchObject({ available: 250_000_000 })
    const { items } = await data<{ items: JsonObject[] }>('GET', '/api/admin/codes?limit=1')
    expect(items).toMatchObject([{ id, state: 'redeemed', redeemed_for: tenantId, note: 'for a friend' }])
    expect(JSON.stringify(items)).not.toContain(code)
    const audit = await data<{ items: JsonObject[] }>('GET', `/api/admin/audit?subject=${id}`)
    expect(audit.items.map(({ verb }) => verb)).toEqual(['code.redeem', 'code.create'])
    expect(JSON.stringify(audit)).not.toContain(code)
    const ledger = await data<{ items: JsonObject[] }>('GET', '/api/v1/ledger', { key })
    expect(ledger.items).toMatchObject([
      { kind: 'credit', memo: expect.stringMatching(/^code POLY-/), available_usd: 25 },
    ])
    await gateway.assertBalanced()
  })

  it('is refused when it is revoked, for another tenant or unknown, and a limited or a test key redeems none', async () => {
    const { key } = await gateway.tenant({})
    const { key: limited } = await gateway.tenant({ key: { requestsPerMinute: 60 } })
    const [revoked, others] = [await newCode({ amount_usd: 1 }), await newCode({ amount_usd: 1, tenant: 'house' })]
    await data('DELETE', `/api/admin/codes/${revoked.id}`)
    const attempt = (code: string, by = key) => refusal('POST', '/api/v1/codes/redeem', { key: by, body: { code } })
    expect(await attempt(revoked.code)).toEqual({ status: 409, type: 'conflict', field: 'code' })
    expect(await attempt(others.code)).toEqual({ status: 404, type: 'not_found', field: 'code' })
    expect(await attempt('POLY-0000-0000-0000-0000')).toEqual({ status: 404, type: 'not_found', field: 'code' })
    expect(await attempt(others.code, limited)).toMatchObject({ status: 403 })
    expect(await attempt(others.code, TEST_KEY)).toMatchObject({ status: 403 })
    expect(await refusal('DELETE', `/api/admin/codes/${revoked.id}`, {})).toMatchObject({ status: 404 })
    expect(await refusal('POST', '/api/admin/codes', { body: {} })).toMatchObject({ status: 400, field: 'amount_usd' })
    expect(await refusal('POST', '/api/admin/codes', { body: { amount_usd: 5, days: 0 } })).toMatchObject({
      status: 400,
      field: 'days',
    })
  })

  it('is guessed at most ten times a minute', async () => {
    const { key } = await gateway.tenant({})
    const body = { code: 'POLY-0000-0000-0000-0001' }
    const answers = await Promise.all(
      Array.from({ length: 14 }, () => gateway.send('POST', '/api/v1/codes/redeem', { key, body })),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([404, 429]))
    expect(answers.find(({ status }) => status === 429)?.headers.get('retry-after')).toMatch(/^\d+$/)
  })
})

describe('a payment', () => {
  const begin = (key: string, amount_usd: number) =>
    data<{ id: string; url: string; status: string }>('POST', '/api/v1/payments', { key, body: { amount_usd } })
  const statusOf = async (key: string) =>
    (await data<{ items: { status: string }[] }>('GET', '/api/v1/payments', { key })).items[0]?.status
  const report = (event: { body: string; headers: Record<string, string> }) =>
    gateway.send('POST', '/api/payments/stripe', { key: null, headers: event.headers, text: event.body })
  const sessionOf = (id: string) => {
    const found = stripe.sessions.find((one) => one.client_reference_id === id)
    if (!found) throw new Error(`Stripe has no session for ${id}.`)
    return found
  }

  it('is made at Stripe, and booked once when Stripe says that it was paid', async () => {
    const { tenantId, key } = await gateway.tenant({ creditPoints: 0 })
    const payment = await begin(key, 12.5)
    const session = sessionOf(payment.id)
    expect(payment).toMatchObject({ status: 'open', url: session.url })
    expect(session).toMatchObject({ amount_total: 1_250, currency: 'usd' })
    expect(session.success_url).toBe(`${gateway.url}/money?payment=done`)
    const paid = stripe.event('checkout.session.completed', session, { set: { payment_status: 'paid' } })
    const answers = await Promise.all(Array.from({ length: 4 }, () => report(paid)))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect(await gateway.balance(tenantId)).toMatchObject({ available: 125_000_000 })
    const { items } = await data<{ items: JsonObject[] }>('GET', '/api/v1/payments', { key })
    expect(items).toMatchObject([{ id: payment.id, status: 'paid', external_id: session.id, amount_usd: 12.5 }])
    const audit = await data<{ items: JsonObject[] }>('GET', `/api/admin/audit?subject=${payment.id}`)
    expect(audit.items).toMatchObject([{ verb: 'payment.settle', actor: 'stripe' }, { verb: 'payment.create' }])
    await gateway.assertBalanced()
  })

  it('is booked when the bank of a completed session has paid, and not before', async () => {
    const { tenantId, key } = await gateway.tenant({ creditPoints: 0 })
    const session = sessionOf((await begin(key, 5)).id)
    expect((await report(stripe.event('checkout.session.completed', session))).status).toBe(200)
    expect(await gateway.balance(tenantId)).toMatchObject({ available: 0 })
    const paid = { set: { payment_status: 'paid' } } as const
    expect((await report(stripe.event('checkout.session.async_payment_succeeded', session, paid))).status).toBe(200)
    expect(await gateway.balance(tenantId)).toMatchObject({ available: 50_000_000 })
  })

  it('that expires books nothing, and neither does an event of another kind or of another product', async () => {
    const { tenantId, key } = await gateway.tenant({ creditPoints: 0 })
    const { id } = await begin(key, 5)
    const session = sessionOf(id)
    const paid = { payment_status: 'paid', client_reference_id: 'order 7' } as const
    const events = [
      stripe.event('checkout.session.expired', session, { set: { status: 'expired' } }),
      stripe.event('charge.succeeded', session),
      stripe.event('checkout.session.completed', session, { set: paid }),
      stripe.event('checkout.session.completed', session, { set: { ...paid, client_reference_id: null } }),
    ]
    for (const event of events) expect((await report(event)).status).toBe(200)
    expect(await gateway.balance(tenantId)).toMatchObject({ available: 0 })
    const { items } = await data<{ items: JsonObject[] }>('GET', '/api/v1/payments', { key })
    expect(items).toMatchObject([{ id, status: 'expired' }])
  })

  describe('that goes back', () => {
    const paid = async (amount: number) => {
      const { tenantId, key } = await gateway.tenant({ creditPoints: 0 })
      const session = sessionOf((await begin(key, amount)).id)
      await report(stripe.event('checkout.session.completed', session, { set: { payment_status: 'paid' } }))
      const tell = async (type: string, id: string, amountCents: number, status: string, set = {}) => {
        const event = stripe.reversal(type, session, { id, amount: amountCents, status, ...set })
        return (await report(event)).status
      }
      const usd = async () => {
        const [last] = (await data<{ items: { available_usd: number }[] }>('GET', '/api/v1/ledger', { key })).items
        return last?.available_usd
      }
      return { tenantId, key, session, tell, usd }
    }

    it('without having been booked takes nothing, and is accepted, so that Stripe does not send it again', async () => {
      const set = { payment_status: 'paid', currency: 'jpy' } as const
      const ends = [
        ['checkout.session.expired', { status: 'expired' }, 200, 'expired'],
        ['checkout.session.async_payment_failed', {}, 200, 'failed'],
        ['checkout.session.completed', set, 409, 'failed'],
      ] as const
      for (const [index, [type, changes, answer, status]] of ends.entries()) {
        const { tenantId, key } = await gateway.tenant({ creditPoints: 0 })
        const session = sessionOf((await begin(key, 5)).id)
        expect((await report(stripe.event(type, session, { set: changes }))).status).toBe(answer)
        expect(await statusOf(key)).toBe(status)
        const currency = answer === 409 ? 'jpy' : 'usd'
        const refund = { id: `re_unbooked_${index}`, amount: 500, status: 'succeeded', currency }
        expect((await report(stripe.reversal('refund.created', session, refund))).status, type).toBe(200)
        expect(await gateway.balance(tenantId)).toMatchObject({ available: 0 })
      }
    })

    it('by refunds takes the credit of each once, and returns what failed, in whichever order Stripe tells it', async () => {
      const { tenantId, key, session, tell, usd } = await paid(20)
      // Two dollars of tax on top of twenty: refunds have their share of it.
      session.amount_total = 2_200
      const answers = await Promise.all(
        Array.from({ length: 3 }, () => tell('refund.created', 're_1', 1_100, 'succeeded')),
      )
      expect(answers).toEqual([200, 200, 200])
      expect(await tell('refund.updated', 're_1', 1_100, 'succeeded')).toBe(200)
      expect(await usd()).toBe(10)
      expect(await tell('refund.created', 're_2', 550, 'pending')).toBe(200)
      expect(await usd()).toBe(5)
      expect(await tell('refund.failed', 're_2', 550, 'failed')).toBe(200)
      expect(await tell('refund.updated', 're_3', 550, 'canceled')).toBe(200)
      expect(await tell('refund.created', 're_3', 550, 'requires_action')).toBe(200)
      const { items } = await data<{ items: JsonObject[] }>('GET', '/api/v1/ledger', { key })
      expect(items.map(({ kind, memo, available_change_usd }) => [kind, memo, available_change_usd])).toEqual([
        ['refund', 'stripe re_2', 5],
        ['refund', 'stripe re_2', -5],
        ['refund', 'stripe re_1', -10],
        ['credit', `stripe ${session.id}`, 20],
      ])
      const audit = await data<{ items: JsonObject[] }>('GET', '/api/admin/audit?subject=refund:re_1')
      expect(audit.items).toMatchObject([{ verb: 'payment.refund', actor: 'stripe', tenant: tenantId }])
      await gateway.assertBalanced()
    })

    it('by a dispute takes what is left of the credit, never more, and returns it when the dispute is won', async () => {
      const { tenantId, key, tell, usd } = await paid(20)
      await data('POST', '/api/admin/credit', { body: { tenant: tenantId, amount_usd: -12 } })
      expect(await tell('charge.dispute.created', 'du_1', 2_000, 'needs_response')).toBe(200)
      expect(await usd()).toBe(8)
      expect(await tell('charge.dispute.funds_withdrawn', 'du_1', 2_000, 'needs_response')).toBe(200)
      expect(await usd()).toBe(0)
      const { items } = await data<{ items: JsonObject[] }>('GET', '/api/admin/audit?subject=refund:du_1')
      expect(items).toMatchObject([{ verb: 'payment.dispute', after: { amount_usd: 20, moved_points: 80_000_000 } }])
      await data('POST', '/api/admin/credit', { body: { tenant: tenantId, amount_usd: 1 } })
      expect(await tell('charge.dispute.funds_withdrawn', 'du_1', 2_000, 'under_review')).toBe(200)
      expect(await tell('charge.dispute.funds_reinstated', 'du_1', 2_000, 'won')).toBe(200)
      expect(await usd()).toBe(9)
      const statement = await gateway.send('GET', '/api/v1/ledger?format=csv', { key })
      expect(statement.body).toContain('stripe du_1')
      await gateway.assertBalanced()
    })

    it('in another currency or before it was booked is refused, so that Stripe sends it again; another product is ignored', async () => {
      const { tell, usd } = await paid(20)
      expect(await tell('refund.created', 're_4', 500, 'succeeded', { currency: 'eur' })).toBe(409)
      expect(await tell('refund.created', 're_5', 500, 'succeeded', { payment_intent: 'pi_of_another' })).toBe(200)
      expect(await tell('refund.created', 're_6', 500, 'succeeded', { payment_intent: null })).toBe(200)
      expect(await usd()).toBe(20)
      const { key } = await gateway.tenant({ creditPoints: 0 })
      const open = sessionOf((await begin(key, 5)).id)
      const early = stripe.reversal('refund.created', open, { id: 're_7', amount: 500, status: 'succeeded' })
      expect((await report(early)).status).toBe(409)
    })
  })

  it('is refused with a wrong or an old signature, with other bytes, and of another amount', async () => {
    const { tenantId, key } = await gateway.tenant({ creditPoints: 0 })
    const session = sessionOf((await begin(key, 5)).id)
    const paid = { payment_status: 'paid' } as const
    const event = (options: object) => stripe.event('checkout.session.completed', session, { set: paid, ...options })
    const good = event({})
    const refused = [
      event({ secret: 'whsec_another' }),
      event({ at: Math.floor(Date.now() / 1_000) - 301 }),
      { ...good, body: good.body.replace('500', '501') },
      { ...good, headers: { 'content-type': 'application/json' } },
      { ...good, headers: { ...good.headers, 'stripe-signature': 't=,v1=' } },
    ]
    for (const one of refused) expect((await report(one)).status).toBe(401)
    const others = [event({ set: { ...paid, amount_subtotal: 499 } }), event({ set: { ...paid, currency: 'jpy' } })]
    for (const one of others) expect((await report(one)).status).toBe(409)
    expect(await gateway.balance(tenantId)).toMatchObject({ available: 0 })
    const nowhere = await gateway.send('POST', '/api/payments/paypal', { key: null, text: '{}', headers: good.headers })
    expect(nowhere.status).toBe(404)
  })

  it('is refused of an amount that nobody can pay, naming the field', async () => {
    for (const amount_usd of [0.5, 10_001, 1.005, '5']) {
      const answer = await refusal('POST', '/api/v1/payments', { body: { amount_usd } })
      expect(answer).toEqual({ status: 400, type: 'invalid_input', field: 'amount_usd' })
    }
    expect(await refusal('POST', '/api/v1/payments', { key: TEST_KEY, body: { amount_usd: 5 } })).toMatchObject({
      status: 403,
    })
  })
})

describe('a gateway without payments', () => {
  it('says so, and asks for a code', async () => {
    await using other = await openGateway()
    const answer = await other.send('POST', '/api/v1/payments', { body: { amount_usd: 5 } })
    expect(answer).toMatchObject({ status: 404, body: { message: expect.stringContaining('top-up code') } })
    expect((await other.send('POST', '/api/payments/stripe', { key: null, text: '{}' })).status).toBe(404)
    const session = await other.send('GET', '/api/workspace/session', { key: null })
    expect(session.body).toMatchObject({ data: { features: { payments: false } } })
  })

  it('does not start with half of the settings of Stripe', async () => {
    const env = { DATA_DIR: gateway.dataDir, PORT: '0', POLYPHONY_STRIPE_SECRET_KEY: 'sk_test_1' }
    const starting = startGateway(readConfig(env), { log: pino({ level: 'silent' }) })
    await expect(starting).rejects.toThrow('POLYPHONY_STRIPE_WEBHOOK_SECRET is missing')
  })
})

describe('a notice of a low balance', () => {
  it('goes to the tenant’s own addresses, signed, when the balance falls below the amount, and when it is above again', async () => {
    const { tenantId, key } = await gateway.tenant({ creditPoints: 100_000_000 })
    const url = `${receiver.url}/low`
    const body = { below_usd: 20, url, email: 'Bills@Example.org' }
    const chosen = await data('PATCH', '/api/v1/balance-notice', { key, body })
    expect(chosen).toEqual({
      below_usd: 20,
      below_points: 200_000_000,
      url,
      email: 'bills@example.org',
      sends_mail: true,
    })
    await receiver.until((all) => all.length >= 1)
    const [low] = receiver.received
    const { secret } = await data<{ secret: string }>('GET', '/api/v1/webhook-secret', { key })
    expect(new Webhook(secret).verify(low?.body ?? '', low?.headers as Record<string, string>)).toMatchObject({
      type: 'balance.low',
      data: { tenantId, availablePoints: 100_000_000, belowPoints: 200_000_000 },
    })
    await expect.poll(() => mail.messages).toMatchObject([{ to: ['bills@example.org'] }])
    expect(mail.messages[0]?.text).toContain('Polyphony: balance.low')
    await data('POST', '/api/admin/credit', { key: LIVE_KEY, body: { tenant: tenantId, amount_usd: 15 } })
    await receiver.until((all) => all.length >= 2)
    expect(JSON.parse(receiver.received[1]?.body ?? '')).toMatchObject({ type: 'balance.restored' })
    expect(await data('PATCH', '/api/v1/balance-notice', { key, body: { below_usd: null } })).toMatchObject({
      below_usd: null,
      url: null,
    })
  })

  it('needs an amount and an address that may be reached', async () => {
    const { key } = await gateway.tenant({})
    const change = (body: JsonObject) => refusal('PATCH', '/api/v1/balance-notice', { key, body })
    expect(await change({ url: 'https://example.org/' })).toEqual({
      status: 400,
      type: 'invalid_input',
      field: 'below_usd',
    })
    expect(await change({ below_usd: 5 })).toEqual({ status: 400, type: 'invalid_input', field: 'url' })
    expect(await change({ below_usd: 5, email: 'nobody' })).toMatchObject({ status: 400, field: 'email' })
    expect(await change({ below_usd: -5, url: 'https://example.org/' })).toMatchObject({
      status: 400,
      field: 'below_usd',
    })
    expect(await change({ below_usd: 5, url: 'http://169.254.169.254/' })).toMatchObject({
      status: 400,
      type: 'address_refused',
    })
  })
})

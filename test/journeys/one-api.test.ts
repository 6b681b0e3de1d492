import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { points } from '../../src/core/points.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'

describe('what clients of one-api and new-api ask about their account', () => {
  let gateway: TestGateway
  /** A tenant with 5 USD, of which a key without limits has spent some. */
  let plain: { tenantId: string; key: string }
  let limited: { key: string }
  let spentPoints: number
  const expiresAt = Date.UTC(2040, 0, 1)

  beforeAll(async () => {
    gateway = await openGateway()
    plain = await gateway.tenant({ creditPoints: 50_000_000 })
    limited = await gateway.tenant({
      creditPoints: 50_000_000,
      key: { name: 'limited', spendLimitPoints: points(20_000_000), allowedModels: ['suno', 'gpt-5*'], expiresAt },
    })
    for (const { key } of [plain, limited]) {
      const { task_id } = await gateway.piapi.create('lyrics', { prompt: 'a heron' }, { key })
      const { meta } = await gateway.piapi.ended(task_id, { key })
      spentPoints = meta.usage.consume
    }
  })
  afterAll(() => gateway.stop())

  const read = async (path: string, key: string) => {
    const { status, body } = await gateway.send('GET', path, { key: null, headers: { authorization: `Bearer ${key}` } })
    expect(status).toBe(200)
    return body
  }
  const quota = (of: number) => of / 20

  it('/api/user/self shows the tenant, with its balance in units of quota', async () => {
    expect(spentPoints).toBeGreaterThan(0)
    expect(await read('/api/user/self', plain.key)).toMatchObject({
      success: true,
      data: {
        id: plain.tenantId,
        role: 1,
        status: 1,
        group: 'default',
        quota: quota(50_000_000 - spentPoints),
        used_quota: quota(spentPoints),
      },
    })
  })

  it('/api/user/self shows the price group and the freezing of a tenant', async () => {
    const { tenantId, key } = await gateway.tenant({ creditPoints: 1 })
    const group = { tenant: tenantId, group: 'gold' }
    expect((await gateway.send('POST', '/api/admin/prices/group', { body: group })).status).toBe(200)
    expect((await gateway.send('POST', `/api/admin/tenants/${tenantId}/freeze`)).status).toBe(200)
    expect(await read('/api/user/self', key)).toMatchObject({ data: { status: 2, group: 'gold', quota: 0 } })
  })

  it.each(['/api/usage/token', '/api/usage/token/'])('%s shows a key, with its limits', async (path) => {
    expect(await read(path, limited.key)).toEqual({
      code: true,
      message: 'ok',
      data: {
        object: 'token_usage',
        name: 'limited',
        total_granted: 1_000_000,
        total_used: quota(spentPoints),
        total_available: 1_000_000 - quota(spentPoints),
        unlimited_quota: false,
        model_limits: { suno: true, 'gpt-5*': true },
        model_limits_enabled: true,
        expires_at: expiresAt / 1_000,
      },
    })
    expect(await read(path, plain.key)).toMatchObject({
      data: {
        total_granted: 2_500_000,
        total_used: quota(spentPoints),
        unlimited_quota: true,
        model_limits: {},
        expires_at: 0,
      },
    })
  })

  it.each(['', '/v1'])('%s/dashboard/billing says what may be spent and what was, in USD and cents', async (prefix) => {
    for (const [key, granted, end] of [
      [limited.key, 2, expiresAt / 1_000],
      [plain.key, 5, 0],
    ] as const) {
      expect(await read(`${prefix}/dashboard/billing/subscription`, key)).toEqual({
        object: 'billing_subscription',
        has_payment_method: true,
        soft_limit_usd: granted,
        hard_limit_usd: granted,
        system_hard_limit_usd: granted,
        access_until: end,
      })
      const usage = await read(`${prefix}/dashboard/billing/usage?start_date=2026-01-01&end_date=2026-02-01`, key)
      expect(usage).toEqual({ object: 'list', total_usage: spentPoints / 100_000 })
    }
  })

  it('a wrong key is refused in the form that clients of each route read', async () => {
    const refused = (path: string) => gateway.send('GET', path, { key: 'sk-wrong' })
    expect(await refused('/api/user/self')).toMatchObject({
      status: 401,
      body: { success: false, message: expect.stringContaining('unknown') },
    })
    expect(await refused('/api/usage/token')).toMatchObject({ status: 401, body: { success: false } })
    for (const path of ['/dashboard/billing/usage', '/v1/dashboard/billing/subscription']) {
      const { status, body } = await refused(path)
      expect({ status, body }).toMatchObject({ status: 401, body: { error: { message: expect.any(String) } } })
    }
  })

  it('/api/status says what a unit of quota is worth', async () => {
    expect(await gateway.send('GET', '/api/status', { key: null })).toMatchObject({
      status: 200,
      body: { success: true, data: { quota_per_unit: 500_000, display_in_currency: true } },
    })
  })
})

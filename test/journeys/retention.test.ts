import { expect, it } from 'vitest'
import { DAY_MS } from '../../src/core/clock.ts'
import { LIVE_KEY, openGateway, type TestGateway } from '../support/gateway.ts'

const change = (gateway: TestGateway, body: object) =>
  gateway.send('PATCH', '/api/admin/retention', { key: LIVE_KEY, body })

/** For how many days the newest record of a task is kept. */
async function recordDays({ store, piapi }: TestGateway): Promise<number> {
  const { task_id: id } = await piapi.create('lyrics', { prompt: 'fog' }, { model: 'suno' })
  const task = await store.getTask({ id })
  return Math.round(((task?.recordExpiresAt ?? 0) - (task?.createdAt ?? 0)) / DAY_MS)
}

it('what is chosen of the retention holds for new records at once, a given setting comes first, and the audit has the change', async () => {
  await using gateway = await openGateway({ env: { POLYPHONY_MEDIA_DAYS: '12' } })
  expect(await recordDays(gateway)).toBe(90)
  const { body } = await change(gateway, { record_days: 400, upload_hours: 2 })
  expect(body).toMatchObject({ data: { record_days: 400, media_days: 12, upload_hours: 2, call_file_days: 30 } })
  await expect.poll(() => recordDays(gateway)).toBe(400)

  expect(await change(gateway, { media_days: 5 })).toMatchObject({
    status: 400,
    body: { error: { field: 'media_days', message: expect.stringContaining('POLYPHONY_MEDIA_DAYS') } },
  })
  expect(await change(gateway, { record_days: -1 })).toMatchObject({
    status: 400,
    body: { error: { field: 'record_days' } },
  })

  const audit = await gateway.send('GET', '/api/admin/audit?limit=1', { key: LIVE_KEY })
  expect(audit.body).toMatchObject({
    data: {
      items: [{ verb: 'retention.set', before: { record_days: null }, after: { record_days: 400, upload_hours: 2 } }],
    },
  })
  const config = (await gateway.send('GET', '/api/admin/config', { key: LIVE_KEY })).body as unknown as {
    data: { settings: { name: string; value: string; from: string }[] }
  }
  expect(config.data.settings.find(({ name }) => name === 'POLYPHONY_RECORD_DAYS')).toMatchObject({
    value: '400',
    from: 'the database',
  })

  await change(gateway, { record_days: null })
  await expect.poll(() => recordDays(gateway)).toBe(90)
})

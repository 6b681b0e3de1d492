import { expect, it } from 'vitest'
import { HOUR_MS } from '../../src/core/clock.ts'
import { LIVE_KEY, openGateway, type TestGateway } from '../support/gateway.ts'

const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
)

const change = (gateway: TestGateway, body: object) =>
  gateway.send('PATCH', '/api/admin/retention', { key: LIVE_KEY, body })

/** For how many hours a file that is uploaded now is kept. */
async function uploadHours({ url }: TestGateway): Promise<number> {
  const body = new FormData()
  body.set('file', new Blob([PIXEL], { type: 'image/png' }), 'dot.png')
  const headers = { 'x-api-key': LIVE_KEY }
  const answer = await fetch(`${url}/polyphony/v1/files`, { method: 'POST', headers, body })
  const { expires_at: expiresAt } = (await answer.json()) as { expires_at: number }
  return Math.round((expiresAt - Date.now()) / HOUR_MS)
}

it('what is chosen of the retention holds for new files at once, a given setting comes first, and the audit has the change', async () => {
  await using gateway = await openGateway({ env: { POLYPHONY_MEDIA_DAYS: '12' } })
  expect(await uploadHours(gateway)).toBe(24)
  const { body } = await change(gateway, { record_days: 400, upload_hours: 2 })
  expect(body).toMatchObject({ data: { record_days: 400, media_days: 12, upload_hours: 2, call_file_days: 30 } })
  await expect.poll(() => uploadHours(gateway)).toBe(2)

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

  await change(gateway, { upload_hours: null })
  await expect.poll(() => uploadHours(gateway)).toBe(24)
})

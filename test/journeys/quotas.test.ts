import { afterAll, beforeAll, expect, it } from 'vitest'
import { LIVE_KEY, openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'

/** A PNG of one pixel, padded after its end to any size. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
const picture = (bytes: number): Buffer => Buffer.concat([PNG, Buffer.alloc(bytes - PNG.length)])

let gateway: TestGateway
beforeAll(async () => {
  gateway = await openGateway({
    env: {
      POLYPHONY_STORAGE_QUOTA_BYTES: '30000',
      POLYPHONY_TEST_STORAGE_QUOTA_BYTES: '10000',
      POLYPHONY_TEST_DRAFT_QUOTA: '2',
    },
  })
})
afterAll(() => gateway?.[Symbol.asyncDispose]())

async function upload(key: string, bytes: number) {
  const form = new FormData()
  form.set('file', new Blob([picture(bytes)], { type: 'image/png' }), 'a.png')
  const answer = await fetch(`${gateway.url}/polyphony/v1/files`, {
    method: 'POST',
    headers: { 'x-api-key': key },
    body: form,
  })
  return { status: answer.status, body: await answer.json() }
}

const use = (mode: 'live' | 'test') => gateway.store.getStorageUse({ tenantId: gateway.tenantId, mode })

it('a quota refuses files beyond what a tenant may keep, and reports limit and use', async () => {
  expect((await upload(TEST_KEY, 6_000)).status).toBe(201)
  const refused = await upload(TEST_KEY, 6_000)
  expect(refused).toMatchObject({ status: 413, body: { error: { code: 'storage_quota_reached' } } })
  expect(refused.body).toMatchObject({ error: { message: expect.stringMatching(/10000 bytes.*6000 are kept.*6000/) } })
  // Live keys have a quota of their own.
  expect((await upload(LIVE_KEY, 6_000)).status).toBe(201)
  expect(await use('test')).toMatchObject({ bytes: 6_000 })
})

it('a quota counts the files in inputs, names the field and stores no task', async () => {
  const body = {
    operation: 'midjourney/describe',
    input: { image_url: `data:image/png;base64,${picture(9_000).toString('base64')}` },
  }
  const before = await gateway.store.countTasks({ tenantId: gateway.tenantId })
  const refused = await gateway.send('POST', '/polyphony/v1/tasks', { key: TEST_KEY, body })
  expect(refused).toMatchObject({
    status: 413,
    body: { error: { code: 'storage_quota_reached', field: 'input.image_url' } },
  })
  expect(await gateway.store.countTasks({ tenantId: gateway.tenantId })).toBe(before)
})

it('a quota admits no more files than there is room for when many arrive at once', async () => {
  const answers = await Promise.all(Array.from({ length: 12 }, () => upload(LIVE_KEY, 5_000)))
  const kept = answers.filter(({ status }) => status === 201)
  expect(kept.length).toBe(4) // of the 30,000 bytes, 6,000 are in use
  expect(answers.filter(({ status }) => status === 413)).toHaveLength(8)
  expect((await use('live')).bytes).toBeLessThanOrEqual(30_000)
})

it('a quota refuses more drafts than a tenant may have', async () => {
  const begin = () =>
    gateway.send('POST', '/runwayml/v1/uploads', { key: TEST_KEY, body: { filename: 'a.png', type: 'ephemeral' } })
  expect([(await begin()).status, (await begin()).status]).toEqual([200, 200])
  const refused = await begin()
  expect(refused.status).toBe(400)
  expect(refused.body).toMatchObject({ error: expect.stringMatching(/may keep 2 uploads.*2 are kept/) })
})

it('a file that is sent in parts may be as large as the quota has room for, since its parts do not count beside it', async () => {
  const { key, tenantId } = await gateway.tenant({})
  const bytes = Buffer.alloc(14_000, 'a')
  const post = (path: string, headers: Record<string, string>, body: string | FormData | Buffer) =>
    fetch(path.startsWith('http') ? path : gateway.url + path, { method: 'POST', headers, body: body as never })
  const announced = { 'x-goog-upload-protocol': 'resumable', 'x-goog-upload-command': 'start', 'x-goog-api-key': key }
  const begun = await post('/upload/v1beta/files', announced, '{}')
  const url = begun.headers.get('x-goog-upload-url') ?? ''
  for (const [command, offset] of [
    ['upload', 0],
    ['upload, finalize', 7_000],
  ] as const) {
    const headers = { 'x-goog-upload-command': command, 'x-goog-upload-offset': String(offset) }
    expect((await post(url, headers, bytes.subarray(offset, offset + 7_000))).status).toBe(200)
  }

  const authorization = `Bearer ${key}`
  const json = { authorization, 'content-type': 'application/json' }
  const asked = { bytes: bytes.length, filename: 'a.txt', mime_type: 'text/plain', purpose: 'user_data' }
  const { id } = (await (await post('/v1/uploads', json, JSON.stringify(asked))).json()) as { id: string }
  const form = new FormData()
  form.set('data', new Blob([bytes]), 'part')
  const part = (await (await post(`/v1/uploads/${id}/parts`, { authorization }, form)).json()) as { id: string }
  const ended = await post(`/v1/uploads/${id}/complete`, json, JSON.stringify({ part_ids: [part.id] }))
  expect([ended.status, await ended.json()]).toMatchObject([200, { status: 'completed' }])
  // The two files, and what is kept of how they were sent.
  expect((await gateway.store.getStorageUse({ tenantId, mode: 'live' })).bytes).toBeLessThan(29_000)
})

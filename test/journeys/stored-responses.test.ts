import OpenAI from 'openai'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openStoredResponses } from '../../src/calls/stored-responses.ts'
import { type FakeResponses, openFakeResponses } from '../support/fake-responses.ts'
import { LIVE_KEY, openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'

/** Responses that a vendor keeps for an account, which tenants share. */

const SECOND = { provider: 'openai', name: 'second' }
const AZURE = { provider: 'azure', name: 'azure' }

let vendor: FakeResponses
let test: TestGateway
let otherTenant: string
const ids: Record<string, string> = {}
beforeAll(async () => {
  vendor = await openFakeResponses()
  test = await openGateway({
    env: {
      OPENAI_API_KEY: 'first-key',
      OPENAI_BASE_URL: `${vendor.url}/v1`,
      POLYPHONY_MODELS: JSON.stringify({
        'a-deployment': { to: [{ account: 'azure' }], price: { input: 1, output: 5 } },
        'at-the-second': { to: [{ account: 'second', model: 'gpt-5-mini' }] },
      }),
    },
  })
  const fields = { apiKey: 'second-key', baseUrl: `${vendor.url}/v1` }
  const azure = { apiKey: 'azure-key', baseUrl: `${vendor.url}/azure`, models: 'a-deployment', apiVersion: 'preview' }
  for (const account of [
    { ...SECOND, fields },
    { ...AZURE, fields: azure },
  ]) {
    const { status, body } = await test.send('POST', '/api/admin/accounts', { body: account })
    expect(status).toBe(200)
    ids[account.name] = (body as { data: { id: string } }).data.id
  }
  otherTenant = (await test.tenant({ creditPoints: 1_000_000 })).key
})
afterAll(async () => {
  await test[Symbol.asyncDispose]()
  await vendor[Symbol.asyncDispose]()
})
beforeEach(() => {
  vendor.seen.length = 0
})

const openai = (apiKey = LIVE_KEY) => new OpenAI({ apiKey, baseURL: `${test.url}/v1`, maxRetries: 0 })
const model = 'gpt-5-mini'

async function created(more: Partial<OpenAI.Responses.ResponseCreateParams> = {}): Promise<OpenAI.Responses.Response> {
  const asked = { model, input: 'What colour is the rain?', ...more }
  if (!asked.stream) return openai().responses.create({ ...asked, stream: false })
  return openai()
    .responses.stream({ ...asked, stream: true })
    .finalResponse()
}

describe('a stored response', () => {
  it.each([false, true])('is gone on from at the account that keeps it (streamed: %s)', async (stream) => {
    let last = await created({ stream, model: 'at-the-second' })
    for (let turn = 0; turn < 6; turn++) last = await created({ stream, previous_response_id: last.id })
    expect(last.output_text).toBe('The rain is green.')
    expect(vendor.seen.map(({ key }) => key)).toEqual(Array(7).fill('second-key'))
    // Also by a process that has not seen the call.
    const owner = { tenantId: test.tenantId, mode: 'live' } as const
    await expect
      .poll(() => openStoredResponses(test.store).find(owner, last.id))
      .toEqual({ account: expect.any(String), model })
    const listed = await test.store.listCalls({ tenantId: test.tenantId, limit: 1 })
    expect(listed[0]).toMatchObject({ responseId: last.id, usage: { inputTokens: 10, outputTokens: 5 } })
  })

  it('is gone on from while its stream has not ended', async () => {
    const stream = await openai().responses.create({ model, input: 'wait', stream: true })
    for await (const event of stream) {
      if (event.type !== 'response.created') continue
      expect(await created({ previous_response_id: event.response.id })).toMatchObject({ status: 'completed' })
      vendor.release()
    }
  })

  it('is read, shown with its input, counted, cancelled and deleted by its owner, for nothing', async () => {
    const { id } = await created()
    const { key } = vendor.seen[0] ?? {}
    const { available, held } = await test.balance()
    const { responses } = openai()
    expect(await responses.retrieve(id, { include: ['reasoning.encrypted_content'] })).toMatchObject({ id })
    expect((await responses.inputItems.list(id, { limit: 5 })).data).toMatchObject([{ type: 'message' }])
    expect(await responses.inputTokens.count({ model, previous_response_id: id })).toMatchObject({ input_tokens: 11 })
    await expect(responses.cancel(id)).rejects.toMatchObject({ status: 400, message: /synchronous response/ })
    await responses.delete(id)
    for (const gone of [() => responses.retrieve(id), () => created({ previous_response_id: id })])
      await expect(gone()).rejects.toMatchObject({ status: 404, message: expect.stringContaining(id) })
    expect(vendor.seen.slice(1).map(({ method, path }) => `${method} ${path}`)).toEqual([
      `GET /v1/responses/${id}?include%5B%5D=reasoning.encrypted_content`,
      `GET /v1/responses/${id}/input_items?limit=5`,
      'POST /v1/responses/input_tokens',
      `POST /v1/responses/${id}/cancel`,
      `DELETE /v1/responses/${id}`,
    ])
    expect(new Set(vendor.seen.map((one) => one.key))).toEqual(new Set([key]))
    const after = await test.balance()
    expect(Number(after.available) + Number(after.held)).toBeLessThanOrEqual(Number(available) + Number(held))
    const counted = async () =>
      (await test.store.listCalls({ tenantId: test.tenantId, limit: 3 })).filter(
        ({ endpoint }) => endpoint === 'responses/input_tokens',
      )
    await expect.poll(counted).toMatchObject([{ pricePoints: 0, outcome: 'completed' }])
  })

  it('is unknown to other tenants and to keys of the other mode, and nothing is asked of the vendor', async () => {
    const { id } = await created()
    vendor.seen.length = 0
    const foreign = openai(otherTenant).responses
    const asked = { model, input: 'And the snow?' }
    const refused = {
      status: 404,
      type: 'invalid_request_error',
      param: 'previous_response_id',
      message: expect.stringContaining(id),
    }
    await expect(foreign.create({ ...asked, previous_response_id: id })).rejects.toMatchObject(refused)
    await expect(foreign.create({ ...asked, previous_response_id: id, stream: true })).rejects.toMatchObject(refused)
    await expect(foreign.inputTokens.count({ model, previous_response_id: id })).rejects.toMatchObject(refused)
    await expect(created({ previous_response_id: 'resp_of_nobody' })).rejects.toMatchObject({
      status: 404,
      param: 'previous_response_id',
    })
    for (const { responses } of [openai(otherTenant), openai(TEST_KEY)]) {
      for (const request of [
        () => responses.retrieve(id),
        () => responses.delete(id),
        () => responses.cancel(id),
        () => responses.inputItems.list(id),
      ])
        await expect(request()).rejects.toMatchObject({ status: 404, message: expect.stringContaining(id) })
    }
    await expect(openai().responses.create({ ...asked, conversation: 'conv_1' })).rejects.toMatchObject({
      status: 404,
      param: 'conversation',
    })
    expect(vendor.seen).toEqual([])
    expect(await openai().responses.retrieve(id)).toMatchObject({ id })
  })

  it.each([false, true])('is none where store is false (streamed: %s)', async (stream) => {
    const { id } = await created({ store: false, stream })
    await expect(openai().responses.retrieve(id)).rejects.toMatchObject({ status: 404 })
    await expect(created({ previous_response_id: id })).rejects.toMatchObject({ param: 'previous_response_id' })
    expect(vendor.seen).toHaveLength(1)
  })

  it('is found at Azure, below the version of its API', async () => {
    const { id } = await created({ model: 'a-deployment' })
    expect(await openai().responses.retrieve(id)).toMatchObject({ id })
    await expect(created({ previous_response_id: id })).rejects.toMatchObject({
      status: 404,
      message: expect.stringMatching(/account that keeps the response .* does not answer gpt-5-mini/),
    })
    expect(vendor.seen.map(({ key, path }) => `${key} ${path}`)).toEqual([
      'azure-key /azure/openai/v1/responses?api-version=preview',
      `azure-key /azure/openai/v1/responses/${id}?api-version=preview`,
    ])
  })

  it('is not looked for at another account once the one that keeps it is gone', async () => {
    const kept = await created({ model: 'at-the-second' })
    expect((await test.send('DELETE', `/api/admin/accounts/${ids.second}`)).status).toBe(200)
    vendor.seen.length = 0
    await expect(created({ previous_response_id: kept.id })).rejects.toMatchObject({
      status: 404,
      param: 'previous_response_id',
      message: expect.stringContaining('The account that keeps the response'),
    })
    await expect(openai().responses.retrieve(kept.id)).rejects.toMatchObject({
      status: 404,
      message: expect.stringContaining('not there any more'),
    })
    expect(vendor.seen).toEqual([])
  })
})

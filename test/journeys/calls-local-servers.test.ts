import { Writable } from 'node:stream'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FakeModels, openFakeModels, WORDS } from '../support/fake-models.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'

const ASK = [{ role: 'user', content: 'What colour is the rain?' }]

let server: FakeModels
let test: TestGateway
const lines: { msg: string; server?: string }[] = []
const log = pino(
  new Writable({
    write(line, _encoding, done) {
      lines.push(JSON.parse(String(line)))
      done()
    },
  }),
)

beforeAll(async () => {
  server = await openFakeModels()
  test = await openGateway({
    env: {
      POLYPHONY_LOCAL_SERVERS: 'own',
      // The second is a port that nothing listens at.
      POLYPHONY_LOCAL_SERVER_ADDRESSES: `${server.url}/v1,http://127.0.0.1:9/v1`,
    },
    replaced: { log },
  })
})
afterAll(async () => {
  await test[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

const models = async (key?: string) => {
  const { body } = await test.send('GET', '/v1/models', key === undefined ? {} : { key })
  return (body as { data: { id: string }[] }).data.map(({ id }) => id)
}
const chat = (key?: string, model = 'local-model') =>
  test.send('POST', '/v1/chat/completions', {
    ...(key === undefined ? {} : { key }),
    body: { model, messages: ASK },
  })

describe('a server of models on this machine', () => {
  it('is found at its usual address, said in the log, and answers the keys of the first tenant for nothing', async () => {
    await expect.poll(() => models()).toContain('local-model')
    expect(lines).toContainEqual(
      expect.objectContaining({
        msg: expect.stringContaining('was found on this machine'),
        server: new URL(server.url).host,
        models: ['local-model'],
      }),
    )
    const answer = await chat()
    expect(answer).toMatchObject({ status: 200, body: { choices: [{ message: { content: WORDS.join('') } }] } })
    await expect
      .poll(async () => (await test.store.listCalls({ limit: 1 }))[0])
      .toMatchObject({
        account: `local:${new URL(server.url).host}`,
        provider: 'openai-compatible',
        pricePoints: 0,
        outcome: 'completed',
      })
  })

  it('is no account of anybody, and not for the keys of other tenants', async () => {
    const { key } = await test.tenant({})
    expect(await models(key)).not.toContain('local-model')
    expect((await chat(key)).status).toBeGreaterThanOrEqual(400)
    expect(await test.store.listAccounts({})).toEqual([])
    const listed = await test.send('GET', '/api/admin/accounts')
    expect(JSON.stringify(listed.body)).not.toContain('local:')
  })

  it('is gone once a call shows that it does not answer any more', async () => {
    await server[Symbol.asyncDispose]()
    expect((await chat()).status).toBe(503)
    await expect.poll(() => models()).not.toContain('local-model')
    expect(lines.map(({ msg }) => msg)).toContain(
      'a server of models that was found on this machine is not there any more',
    )
    // It may be back in a moment; clients send again what is answered so.
    expect(await chat()).toMatchObject({ status: 503, body: { error: { message: expect.stringContaining('now') } } })
    expect((await chat(undefined, 'another-model')).status).toBe(404)
    expect((await chat((await test.tenant({})).key)).status).toBe(404)
  })
})

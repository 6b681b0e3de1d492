import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sampleFiles } from '../../src/assets/sample-files.ts'
import { listOperations } from '../../src/catalog/catalog.ts'
import { LIVE_KEY, openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'
import { type Item, isDisplayed, type N8n, openN8n, type Run } from '../support/n8n.ts'
import { openReceiver, type Receiver } from '../support/receiver.ts'

/** The node of n8n against a whole gateway, run as n8n runs it. */

let gateway: TestGateway
let n8n: N8n
let receiver: Receiver
beforeAll(async () => {
  ;[gateway, n8n, receiver] = await Promise.all([openGateway(), openN8n(), openReceiver()])
})
afterAll(() => Promise.all([gateway?.[Symbol.asyncDispose](), n8n?.close(), receiver?.close()]))

let executions = 0
const runOf = (parameters: Run['parameters'], more: Partial<Run> = {}): Run => ({
  url: `${gateway.url}/`,
  key: TEST_KEY,
  executionId: String(++executions),
  parameters,
  ...more,
})
const execute = (parameters: Run['parameters'], more: Partial<Run> = {}): Promise<Item[]> =>
  n8n.execute(runOf(parameters, more))

const LYRICS = { resource: 'suno', operation: 'lyrics', prompt: 'a canal at four o’clock' }
const SLOW = { resource: 'suno', operation: 'lyrics', prompt: 'sandbox:slow=30' }

describe('the node of n8n', () => {
  it('makes a song, waits for it, and has its files as binary data', async () => {
    const song = { resource: 'suno', operation: 'music', additionalFields: { gpt_description_prompt: 'a night train' } }
    const [item] = await execute({ ...song, options: { files: 'all' } })
    expect(item).toMatchObject({
      json: { status: 'completed', operation: 'suno/music', output: { clips: [{ title: expect.any(String) }, {}] } },
      binary: { data: { mimeType: 'audio/mpeg', fileName: expect.stringMatching(/\.mp3$/) } },
      pairedItem: { item: 0 },
    })
    expect(item?.binary?.data?.bytes.byteLength).toBeGreaterThan(1_000)
    // The audio and the covers.
    expect(item?.binary?.data2).toMatchObject({ mimeType: expect.stringMatching(/^image\//) })
  })

  it('takes a file of the item as input, in a field and within JSON, and gives the result for the next node', async () => {
    const bytes = (await sampleFiles['image/png']?.()) ?? new Uint8Array()
    const items = [{ json: {}, binary: { photo: { mimeType: 'image/png', fileName: 'a "photo".png', bytes } } }]
    const cut = { resource: 'Qubico/image-toolkit', operation: 'background-remove', image: 'photo' }
    const options = { files: 'all', binaryField: 'cut' }
    const [item] = await execute({ ...cut, options }, { items })
    expect(item?.binary?.cut).toMatchObject({ mimeType: 'image/png' })
    expect(item?.json.input).toMatchObject({ image: expect.stringContaining(gateway.url) })

    const control_net_settings = JSON.stringify([{ control_type: 'depth', control_image: 'binary:photo' }])
    const within = { resource: 'Qubico/flux1-dev-advanced', operation: 'controlnet-lora', prompt: 'a knight' }
    const [drawn] = await execute({ ...within, control_net_settings, options: { files: 'none' } }, { items })
    expect(drawn).not.toHaveProperty('binary')
    expect(drawn?.json).toMatchObject({
      status: 'completed',
      input: { control_net_settings: [{ control_image: expect.stringContaining(gateway.url) }] },
    })
    const [uploaded] = await execute({ resource: 'file', operation: 'upload', inputBinaryField: 'photo' }, { items })
    expect(uploaded?.json).toMatchObject({ url: expect.any(String), media_type: 'image/png' })
  })

  it('quotes a price and stores nothing, and reads the balance', async () => {
    const more = { key: LIVE_KEY }
    expect(await execute({ ...LYRICS, run: 'quote' }, more)).toMatchObject([{ json: { is_affordable: true } }])
    const [account] = await execute({ resource: 'account', operation: 'getBalance' }, more)
    expect(account?.json).toMatchObject({ available_usd: 1_000, held_points: 0 })
    expect(await execute({ resource: 'task', operation: 'getAll' }, more)).toEqual([])
  })

  it('submits without waiting; the task can be read, waited for, listed and cancelled', async () => {
    const [slow] = await execute({ ...SLOW, run: 'submit' })
    const taskId = slow?.json.id
    const task = { resource: 'task', taskId }
    expect(await execute({ ...task, operation: 'get' })).toMatchObject([{ json: { id: taskId } }])
    expect(await execute({ ...task, operation: 'cancel' })).toMatchObject([{ json: { status: 'cancelled' } }])
    expect(await execute({ ...task, operation: 'wait' })).toMatchObject([{ json: { status: 'cancelled' } }])
    const latest = await execute({ resource: 'task', operation: 'getAll', limit: 2 })
    expect(latest).toHaveLength(2)
    expect(latest[0]?.json).toMatchObject({ id: taskId })
    const all = await execute({ resource: 'task', operation: 'getAll', returnAll: true })
    expect(all.length).toBeGreaterThan(2)
  })

  it('runs items side by side, and names the item and the field that is wrong', async () => {
    const wrong = { ...LYRICS, operation: 'music', additionalFields: { seed: -1 } }
    await expect(execute(wrong)).rejects.toMatchObject({
      httpCode: '400',
      description: 'Field: input.seed. Code: invalid_input',
      context: { itemIndex: 0 },
    })
    expect(await execute(wrong, { continueOnFail: true })).toMatchObject([
      { json: { code: 'invalid_input', field: 'input.seed' }, pairedItem: { item: 0 } },
    ])
    const failing = { ...LYRICS, prompt: 'sandbox:fail' }
    await expect(execute(failing)).rejects.toMatchObject({ context: { itemIndex: 0 }, message: /./ })
    const json = { resource: 'fal', operation: 'request', model_id: 'fal-ai/flux/dev', input: '{ "prompt": ' }
    await expect(execute(json)).rejects.toMatchObject({ description: 'Field: input.input. Code: invalid_input' })
    await expect(execute(LYRICS, { key: 'sk-wrong' })).rejects.toMatchObject({ httpCode: '401' })
    await expect(execute(LYRICS, { url: `${gateway.url}/nowhere` })).rejects.toMatchObject({ httpCode: '404' })
    const missing = { resource: 'suno', operation: 'upload', url: 'photo' }
    await expect(execute(missing)).rejects.toMatchObject({ description: 'Field: input.url. Code: invalid_input' })
  })

  it('tried again in the same execution takes the tasks that are there, and makes new ones of those that failed', async () => {
    const items = [{ json: {} }, { json: {} }]
    const submit = { ...LYRICS, run: 'submit' }
    const again = runOf(submit, { items })
    const first = await n8n.execute(again)
    const second = await n8n.execute(again)
    expect(second.map(({ json }) => json.id)).toEqual(first.map(({ json }) => json.id))
    expect(new Set(first.map(({ json }) => json.id)).size).toBe(2)
    const [other] = await n8n.execute({ ...again, runIndex: 1 })
    expect(other?.json.id).not.toBe(first[0]?.json.id)

    const prompt = 'sandbox:fail twice'
    const failing = runOf({ ...LYRICS, prompt }, { continueOnFail: true })
    await n8n.execute(failing)
    await n8n.execute(failing)
    const query = new URLSearchParams({ status: 'failed', search: prompt })
    const { body } = await gateway.send('GET', `/polyphony/v1/tasks?${query}`, { key: TEST_KEY })
    expect(body).toMatchObject({ tasks: [{ status: 'failed' }, { status: 'failed' }] })
  })

  it('gives up waiting when the execution is stopped', async () => {
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 300)
    await expect(execute(SLOW, { signal: controller.signal })).rejects.toThrow(/abort/i)
  })
})

describe('the node of n8n that waits by webhook', () => {
  it('puts the execution aside, and goes on when the last of its tasks has ended', async () => {
    const resumeUrl = `${receiver.url}/webhook-waiting/77?signature=abc`
    let until: Date | undefined
    const items = [{ json: {} }, { json: {} }]
    const run = runOf({ ...LYRICS, run: 'webhook' }, { items, resumeUrl, onWait: (date) => (until = date) })
    receiver.received.length = 0
    expect(await n8n.execute(run)).toEqual(items)
    expect(until?.getUTCFullYear()).toBe(3000)
    await receiver.until((received) => received.length === 2)
    const { searchParams } = new URL(receiver.received[0]?.path ?? '', receiver.url)
    expect(searchParams.get('signature')).toBe('abc')
    const query = Object.fromEntries(searchParams)
    const { workflowData } = await n8n.webhook(query, run)
    expect(workflowData).toMatchObject([
      [
        { json: { status: 'completed', output: { lyrics: [{}] } }, pairedItem: { item: 0 } },
        { json: { status: 'completed' }, pairedItem: { item: 1 } },
      ],
    ])
    expect(await n8n.webhook({ ...query, polyphony: 'x' }, run)).not.toHaveProperty('workflowData')
  })

  it('goes on waiting while a task runs, and submits nothing when an input is refused', async () => {
    receiver.received.length = 0
    const resumeUrl = `${receiver.url}/webhook-waiting/78`
    const run = runOf({ ...SLOW, run: 'webhook' }, { resumeUrl })
    await n8n.execute(run)
    const listed = await gateway.send('GET', '/polyphony/v1/tasks?limit=1', { key: TEST_KEY })
    const [task] = (listed.body as unknown as { tasks: { id: string }[] }).tasks
    const stored = await gateway.store.getTask({ id: task?.id ?? '' })
    const query = Object.fromEntries(new URL(stored?.webhookUrl ?? '').searchParams)
    expect(await n8n.webhook(query, run)).not.toHaveProperty('workflowData')
    await gateway.send('POST', `/polyphony/v1/tasks/${task?.id}/cancel`, { key: TEST_KEY })
    expect(await n8n.webhook(query, run)).toMatchObject({ workflowData: [[{ json: { status: 'cancelled' } }]] })
    const wrong = { ...LYRICS, operation: 'music', additionalFields: { seed: -1 }, run: 'webhook' }
    await expect(execute(wrong, { continueOnFail: true })).rejects.toMatchObject({ context: { itemIndex: 0 } })
  })
})

describe('the parameters of the node', () => {
  it('send the example of every operation as it is, and the gateway takes it', async () => {
    // Their files are somewhere else, and a task to continue is not there: what is not the node's, a quote may refuse.
    const others = new Set(['address_refused', 'parent_not_usable', 'task_not_found', 'no_provider'])
    const { properties } = n8n.node.description
    const quoted = listOperations().map(async ({ model, taskType, example }) => {
      const chosen = { resource: model, operation: taskType }
      const shown = properties.filter((one) => isDisplayed(one, chosen, properties)).map(({ name }) => name)
      const asText = (value: unknown) =>
        typeof value === 'object' && !Array.isArray(value) ? JSON.stringify(value) : value
      const fields = Object.entries(example).map(([name, value]): [string, unknown] => [name, asText(value)])
      const parameters = {
        ...Object.fromEntries(fields.filter(([name]) => shown.includes(name))),
        ...chosen,
        additionalFields: Object.fromEntries(fields.filter(([name]) => !shown.includes(name))),
        run: 'quote',
      }
      const [item] = await execute(parameters, { continueOnFail: true })
      return { model, taskType, ...item?.json }
    })
    const answers = await Promise.all(quoted)
    const refused = answers.filter((one) => 'error' in one && !others.has(String('code' in one && one.code)))
    expect(refused).toEqual([])
  })

  it('have one resource for each model, and an action for each operation', () => {
    const { properties } = n8n.node.description
    const resources = properties.find(({ name }) => name === 'resource')?.options?.map(({ value }) => value) ?? []
    expect(new Set(resources).size).toBe(resources.length)
    expect(resources).toEqual(expect.arrayContaining(listOperations().map(({ model }) => model)))
    const actions = properties.filter(({ name }) => name === 'operation').flatMap(({ options = [] }) => options)
    const names = actions.map(({ action }) => action)
    expect(new Set(names).size).toBe(names.length)
    expect(names.length).toBeGreaterThanOrEqual(listOperations().length)
  })

  it('are signed with the key in a header, and the credentials are tested by reading the account', async () => {
    const { test, authenticate } = n8n.credentials
    expect(authenticate.properties.headers).toEqual({ 'x-api-key': '={{$credentials.apiKey}}' })
    expect((await gateway.send('GET', test.request.url, { key: TEST_KEY })).status).toBe(200)
    expect((await gateway.send('GET', test.request.url, { key: 'sk-wrong' })).status).toBe(401)
  })
})

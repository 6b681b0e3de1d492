import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openGateway, type PiapiAnswer, type PiapiTask, TEST_KEY, type TestGateway } from '../support/gateway.ts'
import { type HandProvider, handProvider } from './hand-provider.ts'

const LYRICS = { model: 'suno', task_type: 'lyrics', input: { prompt: 'fog' } }
const LYRICS_PRICE = 20_000

let gateway: TestGateway
let hand: HandProvider
beforeAll(async () => {
  hand = handProvider({ slots: 100, operations: ['suno/lyrics'] })
  gateway = await openGateway({ replaced: { builtIn: [hand] } })
})
afterAll(() => gateway?.[Symbol.asyncDispose]())

const lyrics = async (): Promise<string> => (await gateway.piapi.create('lyrics', { prompt: 'fog' })).task_id

describe('a long poll at PiAPI’s route', () => {
  it('is answered when the task ends', async () => {
    const id = await lyrics()
    const waiting = Promise.all([gateway.piapi.ended(id), gateway.piapi.ended(id)])
    await gateway.until(id, ({ status }) => status === 'processing')
    hand.finish(id)
    expect(await waiting).toMatchObject([{ status: 'completed' }, { status: 'completed' }])
  })

  it('is answered with the unfinished task when its time is over', async () => {
    const id = await lyrics()
    await gateway.until(id, ({ status }) => status === 'processing')
    expect(await gateway.piapi.read(id, { query: '?wait=0.05' })).toMatchObject({ status: 'processing' })
    expect(await gateway.piapi.read(id, { query: '?wait=0' })).toMatchObject({ status: 'processing' })
    hand.finish(id)
    await gateway.piapi.ended(id)
  })

  it('of a finished task is answered at once', async () => {
    const id = await lyrics()
    hand.finish(id)
    await gateway.piapi.ended(id)
    expect(await gateway.piapi.read(id, { query: '?wait=100000' })).toMatchObject({ status: 'completed' })
  })
})

describe('an event stream at PiAPI’s route', () => {
  interface Event {
    event: string
    id: string
    task: PiapiTask
  }

  async function events(id: string): Promise<{ headers: Headers; all: Promise<Event[]> }> {
    const answer = await fetch(`${gateway.url}/api/v1/task/${id}/events`, { headers: { 'x-api-key': TEST_KEY } })
    const all = answer.text().then((text) =>
      text
        .split('\n\n')
        .filter((block) => block.startsWith('event:'))
        .map((block) => {
          const fields = Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s)))
          return { event: fields.event, id: fields.id, task: (JSON.parse(fields.data) as PiapiAnswer).data }
        }),
    )
    return { headers: answer.headers, all }
  }

  it('sends every state until the end, and closes', async () => {
    const { task_id: id } = await gateway.piapi.song({ prompt: 'sandbox:slow=1' }, { key: TEST_KEY })
    const { headers, all } = await events(id)
    expect(headers.get('content-type')).toMatch(/^text\/event-stream/)
    expect(headers.get('cache-control')).toBe('no-store')
    const shown = await all
    expect(shown.map(({ event }) => event)).toEqual(shown.map(() => 'task'))
    expect(shown.map((one) => one.id)).toEqual(shown.map((_one, index) => String(index + 1)))
    expect(shown.map(({ task }) => task.task_id)).toEqual(shown.map(() => id))
    const words = [...new Set(shown.map(({ task }) => task.status))]
    expect(words.slice(-2)).toEqual(['processing', 'completed'])
    expect(shown.at(-1)?.task.output).toHaveLength(2)
  })

  it('of a finished task sends its end', async () => {
    const { task_id: id } = await gateway.piapi.song({ prompt: 'sandbox:fast' }, { key: TEST_KEY })
    await gateway.piapi.ended(id, { key: TEST_KEY })
    expect(await (await events(id)).all).toMatchObject([{ id: '1', task: { status: 'completed' } }])
  })
})

describe('an Idempotency-Key', () => {
  const post = (key: string, body: unknown = LYRICS, path = '/api/v1/task') =>
    gateway.send('POST', path, { headers: { 'Idempotency-Key': key }, body })
  const idIn = (answer: { body: unknown }): string => (answer.body as PiapiAnswer).data.task_id

  it('with the same request gives the same task, which is held once', async () => {
    const before = await gateway.balance()
    const [first, second] = [await post('one'), await post('one')]
    expect(idIn(second)).toBe(idIn(first))
    expect(first.headers.get('Idempotency-Replayed')).toBeNull()
    expect(second.headers.get('Idempotency-Replayed')).toBe('true')
    expect(await gateway.balance()).toMatchObject({ held: before.held + LYRICS_PRICE })
    hand.finish(idIn(first))
    await gateway.piapi.ended(idIn(first))
    expect(await post('one')).toMatchObject({
      status: 200,
      body: { data: { task_id: idIn(first), status: 'completed' } },
    })
  })

  it('with another body is refused, and nothing is held', async () => {
    const first = idIn(await post('two'))
    const before = await gateway.balance()
    const answer = await post('two', { ...LYRICS, input: { prompt: 'rain' } })
    expect(answer).toMatchObject({ status: 422, body: { code: 422, error: { type: 'idempotency_mismatch' } } })
    expect(await gateway.balance()).toEqual(before)
    hand.finish(first)
    await gateway.piapi.ended(first)
  })

  it('of a task in PiAPI’s protocol is refused for another task in the relay’s', async () => {
    const first = idIn(await post('three'))
    const before = await gateway.balance()
    const answer = await post('three', { prompt: 'fog' }, '/suno/submit/lyrics')
    expect(answer.status).toBe(422)
    expect(await gateway.balance()).toEqual(before)
    hand.finish(first)
    await gateway.piapi.ended(first)
  })

  it('sent many times at once makes one task and one hold, over both dialects', async () => {
    const before = await gateway.balance()
    const answers = await Promise.all(
      Array.from({ length: 24 }, (_, index) =>
        index % 3 === 0 ? post('four', { prompt: 'fog' }, '/suno/submit/lyrics') : post('four'),
      ),
    )
    const accepted = answers.filter(({ status }) => status === 200)
    expect(answers.filter(({ status }) => status === 422)).toHaveLength(24 - accepted.length)
    expect([8, 16]).toContain(accepted.length)
    expect(accepted.filter(({ headers }) => headers.get('Idempotency-Replayed') === null)).toHaveLength(1)
    const ids = new Set(
      accepted
        .map(({ body }) => (body as { data: string | PiapiTask }).data)
        .map((data) => (typeof data === 'string' ? data : data.task_id)),
    )
    expect(ids.size).toBe(1)
    expect(await gateway.balance()).toMatchObject({ held: before.held + LYRICS_PRICE, active: before.active + 1 })
    for (const id of ids) {
      hand.finish(id)
      await gateway.piapi.ended(id)
    }
    await gateway.assertBalanced()
  })

  it('of another tenant belongs to another task', async () => {
    const { key } = await gateway.tenant({ key: { mode: 'test' } })
    const song = { model: 'suno', task_type: 'music', input: { prompt: 'sandbox:fast' } }
    const answers = await Promise.all(
      [key, TEST_KEY].map((one) =>
        gateway.send('POST', '/api/v1/task', { key: one, headers: { 'Idempotency-Key': 'five' }, body: song }),
      ),
    )
    expect(new Set(answers.map(idIn)).size).toBe(2)
  })

  it('of a refused request may be used again', async () => {
    expect((await post('six', { ...LYRICS, input: {} })).status).toBe(400)
    const answer = await post('six')
    expect(answer.status).toBe(200)
    hand.finish(idIn(answer))
    await gateway.piapi.ended(idIn(answer))
  })
})

/** Known clients, as their code works: what they read, and what counts as an end for them. */
describe('a client with its own way of polling', () => {
  const song = { model: 'suno', task_type: 'music', input: { prompt: 'sandbox:slow=0.3' } }
  const bad = { model: 'suno', task_type: 'music', input: { prompt: 'sandbox:slow=0.3 sandbox:fail' } }

  interface Read {
    httpStatus: number
    body: { code?: number; message?: string; error?: { message?: string }; data?: PiapiTask }
  }

  async function call(method: string, path: string, body?: unknown): Promise<Read> {
    const answer = await gateway.send(method, path, {
      key: TEST_KEY,
      headers: { accept: 'application/json' },
      ...(body ? { body } : {}),
    })
    return { httpStatus: answer.status, body: answer.body as unknown as Read['body'] }
  }

  /** Their pauses take seconds; here each ends with the task's next change, or after 60 ms. */
  async function pause(id: string): Promise<void> {
    await gateway.send('GET', `/api/v1/task/${id}?wait=0.06`, { key: TEST_KEY })
  }

  /** The command line: 1 s, times 1.5, up to 30 s; failure is a bad HTTP status or a code of 400 and more. */
  async function commandLine(request: unknown): Promise<PiapiTask> {
    const check = ({ httpStatus, body }: Read): PiapiTask => {
      if (httpStatus < 200 || httpStatus >= 300 || (body.code ?? 0) >= 400) {
        throw new Error(body.message ?? body.error?.message ?? `HTTP ${httpStatus}`)
      }
      if (!body.data) throw new Error('no data')
      return body.data
    }
    const { task_id: id } = check(await call('POST', '/api/v1/task', request))
    for (let turn = 0; turn < 100; turn++) {
      const task = check(await call('GET', `/api/v1/task/${id}`))
      if (['completed', 'failed', 'cancelled'].includes(task.status)) return task
      await pause(id)
    }
    throw new Error('timed out')
  }

  /** The MCP server: `code === 200` on create and on read. */
  async function mcpServer(request: unknown): Promise<PiapiTask> {
    const check = ({ body }: Read): PiapiTask => {
      if (body.code !== 200 || !body.data) throw new Error(`Task creation failed: ${body.message}`)
      return body.data
    }
    const { task_id: id } = check(await call('POST', '/api/v1/task', request))
    for (let turn = 0; turn < 100; turn++) {
      const task = check(await call('GET', `/api/v1/task/${id}`))
      if (task.status === 'completed') return task
      if (task.status === 'failed') throw new Error(task.error.message)
      await pause(id)
    }
    throw new Error('timed out')
  }

  /** The n8n nodes: `code === 200` on create, `completed` or `success` as the end, twenty polls. */
  async function n8n(request: unknown): Promise<PiapiTask> {
    const { body } = await call('POST', '/api/v1/task', request)
    if (body.code !== 200 || !body.data) throw new Error(body.message)
    const { task_id: id } = body.data
    for (let turn = 0; turn < 20; turn++) {
      const task = (await call('GET', `/api/v1/task/${id}`)).body.data
      if (task && ['completed', 'success'].includes(task.status)) return task
      if (task?.status === 'failed') throw new Error(task.error.message || task.error.raw_message)
      await pause(id)
    }
    throw new Error('timed out')
  }

  const clients = [
    ['the command line', commandLine],
    ['the MCP server', mcpServer],
    ['the n8n nodes', n8n],
  ] as const

  it.each(clients)('gets its song as %s does', async (_name, client) => {
    const task = await client(song)
    expect(task).toMatchObject({ status: 'completed', output: [{ status: 'SUCCESS' }, { status: 'SUCCESS' }] })
  })

  it('gets the reason of a failure', async () => {
    expect(await commandLine(bad)).toMatchObject({
      status: 'failed',
      error: { message: expect.stringContaining('failed') },
    })
    await expect(mcpServer(bad)).rejects.toThrow('The generation failed')
    await expect(n8n(bad)).rejects.toThrow('The generation failed')
  })

  it.each(clients)('gets the reason of a refusal as %s does', async (_name, client) => {
    await expect(client({ ...song, input: {} })).rejects.toThrow('input.prompt is needed')
    await expect(client({ ...song, task_type: 'dance' })).rejects.toThrow('is invalid for model')
  })
})

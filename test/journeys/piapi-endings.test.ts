import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import cancelled from '../../src/dialects/piapi/examples/cancel.json' with { type: 'json' }
import example from '../../src/dialects/piapi/examples/get-task.json' with { type: 'json' }
import { shapeDifferences } from '../../src/dialects/piapi/shape.testing.ts'
import { openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'
import { type HandProvider, handProvider } from './hand-provider.ts'

const LYRICS_PRICE = 20_000

describe('a task whose text tells the sandbox how to end', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await openGateway()
  })
  afterAll(() => gateway?.[Symbol.asyncDispose]())

  it.concurrent.each([
    ['sandbox:fail', 'The generation failed'],
    ['sandbox:moderation', 'content moderation'],
    ['sandbox:refuse', 'refused this'],
  ])('with %s fails with the reason, in the documented form', async (word, reason) => {
    const { task_id: id } = await gateway.piapi.song({ prompt: `${word} sandbox:fast` }, { key: TEST_KEY })
    const answer = await gateway.send('GET', `/api/v1/task/${id}?wait=25`, { key: TEST_KEY })
    expect(answer).toMatchObject({
      status: 200,
      body: {
        code: 200,
        message: 'success',
        data: {
          status: 'failed',
          output: null,
          error: { code: 1_100, message: expect.stringContaining(reason) },
          logs: [expect.stringContaining(reason)],
          meta: { usage: { frozen: 0, consume: 0 } },
        },
      },
    })
    const { error } = await gateway.piapi.read(id, { key: TEST_KEY })
    expect(shapeDifferences(example.data.error, error)).toEqual([])
  })

  it.concurrent('with sandbox:slow=2 shows its progress and completes', async () => {
    const { task_id: id } = await gateway.piapi.song({ prompt: 'sandbox:slow=2' }, { key: TEST_KEY })
    const running = await gateway.until(id, ({ progress }) => progress > 0)
    expect(running.status).toBe('processing')
    expect(await gateway.piapi.ended(id, { key: TEST_KEY })).toMatchObject({ status: 'completed' })
  })

  it.concurrent('with sandbox:lost-answer is found again, and not submitted twice', async () => {
    const { task_id: id } = await gateway.piapi.song({ prompt: 'sandbox:lost-answer sandbox:fast' }, { key: TEST_KEY })
    await gateway.until(id, ({ status }) => status === 'uncertain')
    expect(await gateway.piapi.read(id, { key: TEST_KEY })).toMatchObject({ status: 'processing' })
    expect(await gateway.piapi.ended(id, { key: TEST_KEY })).toMatchObject({ status: 'completed' })
    expect(await gateway.store.getTask({ id })).toMatchObject({ attempts: 1 })
  })

  it.concurrent('with sandbox:unreachable is retried until it arrives', async () => {
    const { task_id: id } = await gateway.piapi.song({ prompt: 'sandbox:unreachable sandbox:fast' }, { key: TEST_KEY })
    expect(await gateway.piapi.ended(id, { key: TEST_KEY })).toMatchObject({
      status: 'completed',
      logs: [expect.stringContaining('attempt 1'), expect.stringContaining('attempt 2'), 'Sandbox: not a real result.'],
    })
    expect(await gateway.store.getTask({ id })).toMatchObject({ attempts: 3 })
  })
})

describe('a cancel at PiAPI’s route', () => {
  let gateway: TestGateway
  let hand: HandProvider
  beforeAll(async () => {
    hand = handProvider()
    gateway = await openGateway({ replaced: { builtIn: [hand] } })
  })
  afterAll(() => gateway?.[Symbol.asyncDispose]())

  const lyrics = async (key?: string): Promise<string> =>
    (await gateway.piapi.create('lyrics', { prompt: 'fog' }, key === undefined ? {} : { key })).task_id
  const cancel = (id: string) => gateway.send('DELETE', `/api/v1/task/${id}`)

  it('of a task that waits for a slot releases the hold at once; of the one that runs it is refused', async () => {
    const before = await gateway.balance()
    const running = await lyrics()
    await gateway.until(running, ({ status }) => status === 'processing')
    const waiting = await lyrics()
    expect(await gateway.balance()).toMatchObject({ held: before.held + 2 * LYRICS_PRICE })

    const answer = await cancel(waiting)
    expect(answer.status).toBe(200)
    expect(shapeDifferences(cancelled, answer.body)).toEqual([])
    expect(answer.body).toMatchObject({ message: `task ${waiting} canceled` })
    expect(await gateway.balance()).toMatchObject({ held: before.held + LYRICS_PRICE })
    expect(await gateway.piapi.read(waiting)).toMatchObject({
      status: 'failed',
      output: null,
      meta: { started_at: '0001-01-01T00:00:00Z', usage: { frozen: 0, consume: 0 } },
      error: { code: 1_100, message: 'task canceled' },
    })

    const refused = {
      status: 400,
      body: { code: 400, message: expect.stringMatching(/does not end it any more|cannot be cancelled/) },
    }
    expect(await cancel(running)).toMatchObject(refused)
    hand.finish(running)
    await gateway.piapi.ended(running)
    expect(await cancel(running)).toMatchObject(refused)
    expect(await cancel(waiting)).toMatchObject(refused)
    expect(await gateway.balance()).toMatchObject({ held: before.held, available: before.available - LYRICS_PRICE })
    expect(hand.jobs.map(({ taskId }) => taskId)).not.toContain(waiting)
    await gateway.assertBalanced()
  })

  it('of many tasks cancels those that wait, by time and by model, and no others', async () => {
    const before = await gateway.balance()
    const running = await lyrics()
    await gateway.until(running, ({ status }) => status === 'processing')
    const waiting = [await lyrics(), await lyrics()]
    const older = (await gateway.piapi.create('lyrics', { prompt: 'fog' }, { model: 'music-s' })).task_id
    const { key } = await gateway.tenant({})
    const others = await lyrics(key)
    const cancelMany = async (query: string) => (await gateway.send('DELETE', `/api/v1/tasks?${query}`)).body
    const soon = Math.ceil(Date.now() / 1_000) + 1

    expect(await cancelMany(`created_before=${soon - 3_600}&model=all`)).toMatchObject({
      code: 200,
      data: { canceled: 0 },
    })
    expect(await cancelMany(`created_before=${soon}&model=kling`)).toMatchObject({ code: 200, data: { canceled: 0 } })
    expect(await cancelMany(`created_before=${soon}&model=suno`)).toEqual({
      code: 200,
      message: '3 tasks canceled',
      data: { canceled: 3 },
    })
    for (const id of [...waiting, older]) expect(await gateway.piapi.read(id)).toMatchObject({ status: 'failed' })
    expect(await gateway.piapi.read(running)).toMatchObject({ status: 'processing' })
    expect(await gateway.piapi.read(others, { key })).toMatchObject({ status: 'pending' })
    expect(await gateway.balance()).toMatchObject({ held: before.held + LYRICS_PRICE })
    for (const id of [running, others]) hand.finish(id)
    await gateway.piapi.ended(running)
    await gateway.piapi.ended(others, { key })
    await gateway.assertBalanced()
  })

  it('of many tasks at once, while tasks begin, ends each task once', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, () => lyrics()))
    for (const id of ids) hand.finish(id)
    const answers = await Promise.all(ids.map(cancel))
    const ends = await Promise.all(ids.map((id) => gateway.until(id, ({ endedAt }) => endedAt !== null)))
    for (const [index, { status }] of ends.entries()) {
      expect(status).toBe(answers[index]?.status === 200 ? 'cancelled' : 'completed')
    }
    expect(await gateway.balance()).toMatchObject({ held: 0, active: 0 })
    await gateway.assertBalanced()
  })
})

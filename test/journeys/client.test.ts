import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ClientOptions, createClient, PolyphonyError, type Task } from '../../packages/client/src/index.ts'
import { sampleFiles } from '../../src/assets/sample-files.ts'
import { openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'

/** The TypeScript client against a whole gateway. The compiler checks its types here, too. */

let gateway: TestGateway
beforeAll(async () => {
  gateway = await openGateway()
})
afterAll(() => gateway?.[Symbol.asyncDispose]())

const clientWith = (options: Partial<ClientOptions> = {}) =>
  createClient({ url: gateway.url, key: TEST_KEY, ...options })

const SLOW = { prompt: 'a slow river sandbox:slow=30' }

describe('a call of the client', () => {
  it('awaited is the completed task, with its progress on the way, and its files can be downloaded', async () => {
    const client = clientWith()
    const seen: Task[] = []
    const song = await client.suno.music(
      { gpt_description_prompt: 'a shanty about a night train' },
      { onProgress: (task) => void seen.push(task) },
    )
    const [clip] = song.output.clips
    expect(clip).toMatchObject({ title: expect.any(String), durationSeconds: expect.any(Number) })
    expect(seen.at(-1)).toMatchObject({ id: song.id, status: 'completed', progress: 100 })
    const file = await client.download(clip?.audio ?? '')
    expect(file.headers.get('content-type')).toBe('audio/mpeg')
    expect((await file.arrayBuffer()).byteLength).toBeGreaterThan(1_000)
  })

  it('iterated is each state of the task, and then the result', async () => {
    const run = clientWith()['Qubico/flux1-schnell'].txt2img({ prompt: 'a red boat', width: 256, height: 256 })
    const states: string[] = []
    for await (const { status } of run) states.push(status)
    expect(states.at(-1)).toBe('completed')
    const { output, input } = await run
    expect(output.pictures[0]).toMatchObject({ widthPx: 256, heightPx: 256 })
    expect(input).toMatchObject({ prompt: 'a red boat' })
  })

  it('does not compile with a wrong input, and the gateway refuses it, naming the field', async () => {
    const client = clientWith()
    // @ts-expect-error: tags is a text
    const wrong = client.suno.music({ tags: 7 })
    await expect(wrong).rejects.toMatchObject({ code: 'invalid_input', status: 400, field: 'input.tags' })
    // @ts-expect-error: there is no such operation
    expect(() => client.suno.dance({})).not.toThrow()
    const failed = client.run('suno/lyrics', { prompt: 'sandbox:fail' })
    await expect(failed).rejects.toBeInstanceOf(PolyphonyError)
    await expect(failed).rejects.toMatchObject({ task: { status: 'failed', operation: 'suno/lyrics' } })
  })

  it('is sent again when no answer comes or the gateway is too busy, and makes one task', async () => {
    const sent: (string | null)[] = []
    const flaky: typeof fetch = async (address, request) => {
      const isCreate = request?.method === 'POST'
      if (!isCreate) return fetch(address, request)
      sent.push(new Headers(request?.headers).get('idempotency-key'))
      if (sent.length === 1) throw new TypeError('fetch failed')
      const answer = await fetch(address, request)
      // The answer is lost, though the task is there.
      if (sent.length === 2) throw new TypeError('terminated')
      if (sent.length > 3) return answer
      const error = { code: 'overloaded', message: 'Later.' }
      return Response.json({ error }, { status: 503, headers: { 'retry-after': '0' } })
    }
    const client = clientWith({ fetch: flaky })
    const search = 'a canal at four o’clock'
    const { id } = await client.suno.lyrics({ prompt: search })
    expect(sent).toHaveLength(4)
    expect(new Set(sent).size).toBe(1)
    expect((await client.tasks.list({ search })).tasks.map((task) => task.id)).toEqual([id])
  })

  it('is not sent again where that is of no use', async () => {
    let count = 0
    const counting: typeof fetch = (address, request) => {
      count += 1
      return fetch(address, request)
    }
    await expect(clientWith({ key: 'sk-wrong', fetch: counting }).operations()).rejects.toMatchObject({
      code: 'unauthorized',
      status: 401,
    })
    expect(count).toBe(1)
    const nowhere = clientWith({ url: 'http://127.0.0.1:9', retries: 0 })
    await expect(nowhere.operations()).rejects.toMatchObject({ code: 'network', status: undefined })
  })

  it('under the same idempotency key is the same task', async () => {
    const { suno } = clientWith()
    const call = () => suno.lyrics({ prompt: 'twice' }, { idempotencyKey: 'order-7' }).submitted()
    expect((await call()).id).toBe((await call()).id)
  })

  it('stops to wait at its signal, and ends the task by cancel()', async () => {
    const client = clientWith()
    const controller = new AbortController()
    const run = client.kling.video_generation(SLOW, { signal: controller.signal, onProgress: () => controller.abort() })
    await expect(run).rejects.toMatchObject({ name: 'AbortError' })
    const { id } = await run.submitted()
    expect(await client.tasks.get(id)).not.toMatchObject({ status: 'cancelled' })
    const followed = client.tasks.follow(id)
    expect(await followed.cancel()).toMatchObject({ status: 'cancelled' })
    await expect(followed).rejects.toMatchObject({ code: 'cancelled', task: { id } })
  })
})

it('a client quotes, lists operations, and uploads files that inputs can name', async () => {
  const client = clientWith()
  // A client is no promise: to await it would call an operation of a model named "then".
  expect(await Promise.resolve(client)).toBe(client)
  expect(await client.quote('suno/music', { prompt: 'a song' })).toMatchObject({ is_affordable: true })
  const operations = await client.operations()
  expect(operations.find(({ id }) => id === 'suno/music')).toMatchObject({ available: true, produces: 'clips' })
  const png = await sampleFiles['image/png']?.()
  const { url } = await client.upload(new Blob([new Uint8Array(png ?? [])], { type: 'image/png' }), 'one.png')
  const cut = await client['Qubico/image-toolkit']['background-remove']({ image: url })
  expect(cut.output.pictures).toHaveLength(1)
})

it.each(['', '/poly', 'localhost:8080', 'gateway.example', 'http://'])(
  'a client outside of a page is refused the address "%s" at once, with one that would do',
  (url) => {
    expect(() => createClient({ url, key: TEST_KEY })).toThrow(/^url must be .* https:\/\/gateway\.example, not "/)
  },
)

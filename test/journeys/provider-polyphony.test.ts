import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listOperations } from '../../src/catalog/catalog.ts'
import type { Operation } from '../../src/catalog/operation.ts'
import { validatorOf } from '../../src/catalog/read-input.ts'
import { taskOfItem } from '../../src/core/ids.ts'
import type { JsonObject } from '../../src/core/json.ts'
import type { Task } from '../../src/core/task.ts'
import { sandboxVideo } from '../../src/engines/sandbox-media/sandbox-media.ts'
import { signingSecret } from '../../src/webhooks/sign.ts'
import { exampleOn, parentOperation } from '../support/follow-ups.ts'
import { freePort } from '../support/free-port.ts'
import {
  clipsOf,
  download,
  hasEnded,
  LIVE_KEY,
  MASTER_SECRET,
  openGateway,
  type PiapiClip,
  type PiapiTask,
  TEST_KEY,
  type TestGateway,
} from '../support/gateway.ts'
import { handProvider } from './hand-provider.ts'

/** Two gateways in a row: the second is the provider of the first. */

const SONG = { prompt: '[Verse]\nMove your paws', tags: 'folk', title: 'Cat Dance' }
const SONG_PRICE = 400_000
const LYRICS_PRICE = 20_000

const behind = (upstream: { url: string }, key: string): Record<string, string> => ({
  POLYPHONY_UPSTREAM_KEY: key,
  POLYPHONY_UPSTREAM_URL: upstream.url,
})

/** The upstream task of a task. */
async function upstreamOf(upstream: TestGateway, task: Task): Promise<Task> {
  const { id } = task.handle as { id: string } // as the adapter keeps it
  const found = await upstream.store.getTask({ id })
  if (!found) throw new Error(`${task.id} has no task upstream.`)
  return found
}

async function stored(gateway: TestGateway, id: string): Promise<Task> {
  const task = await gateway.store.getTask({ id })
  if (!task) throw new Error(`There is no ${id}.`)
  return task
}

/** What a gateway's first tenant spent during some work. */
async function spent(gateway: TestGateway, done: () => Promise<void>): Promise<number> {
  const before = await gateway.balance()
  await done()
  const after = await gateway.balance()
  expect(after.held).toBe(0)
  return before.available - after.available
}

async function countOf(gateway: TestGateway): Promise<number> {
  return gateway.store.countTasks({ tenantId: gateway.tenantId })
}

/** Every clip has this gateway's id and URLs. */
async function expectOwnClips(gateway: TestGateway, task: PiapiTask, clips: readonly PiapiClip[]): Promise<void> {
  expect(clips.map(({ id }) => taskOfItem(id))).toEqual(
    clips.map((_, index) => ({ taskId: task.task_id, number: index + 1 })),
  )
  for (const { audio_url, image_url } of clips) {
    for (const url of [audio_url, image_url]) expect(url.startsWith(`${gateway.url}/files/`), url).toBe(true)
    expect((await download(audio_url)).headers.get('content-type')).toBe('audio/mpeg')
  }
}

describe('a gateway behind another gateway’s studio', { timeout: 60_000 }, () => {
  let upstream: TestGateway
  let gateway: TestGateway

  beforeAll(async () => {
    upstream = await openGateway()
    gateway = await openGateway({ env: behind(upstream, LIVE_KEY) })
  })
  afterAll(async () => {
    await gateway?.[Symbol.asyncDispose]()
    await upstream?.[Symbol.asyncDispose]()
  })

  it('delivers a song, its extension and both joined, each paid once at both gateways', async () => {
    let song: PiapiTask | undefined
    const paidHere = await spent(gateway, async () => {
      const paidThere = await spent(upstream, async () => {
        const { task_id } = await gateway.piapi.song(SONG)
        song = await gateway.piapi.ended(task_id)
      })
      expect(paidThere).toBe(SONG_PRICE)
    })
    expect(paidHere).toBe(SONG_PRICE)
    if (!song) throw new Error('There is no song.')
    expect(song).toMatchObject({ status: 'completed', meta: { usage: { consume: SONG_PRICE } } })
    expect(song.logs.join('\n')).toContain('performed upstream by studio')
    const clips = clipsOf(song)
    expect(clips).toHaveLength(2)
    await expectOwnClips(gateway, song, clips)

    const here = await stored(gateway, song.task_id)
    const there = await upstreamOf(upstream, here)
    expect([here.provider, there.provider]).toEqual(['polyphony', 'studio'])
    expect([here.consumedPoints, there.consumedPoints]).toEqual([SONG_PRICE, SONG_PRICE])

    const [, second] = clips
    const extension = await gateway.piapi.song({
      ...SONG,
      task: 'extend',
      task_id: song.task_id,
      continue_clip_id: second?.id ?? '',
      continue_at: 3,
    })
    const extended = await gateway.piapi.ended(extension.task_id)
    expect(extended.status).toBe('completed')
    await expectOwnClips(gateway, extended, clipsOf(extended))
    const extendedThere = await upstreamOf(upstream, await stored(gateway, extended.task_id))
    expect(extendedThere).toMatchObject({ parentTaskId: there.id, input: { task_id: there.id } })
    const output = (await stored(gateway, extended.task_id)).output as { clips: { continueClipId: string }[] }
    expect(output.clips.map(({ continueClipId }) => continueClipId)).toEqual([second?.id, second?.id])
    expect(JSON.stringify(output)).not.toContain(there.id.slice(0, -2))

    const clip_id = clipsOf(extended)[0]?.id ?? ''
    const joined = await gateway.piapi.ended((await gateway.piapi.create('concat', { clip_id })).task_id)
    expect(joined.status).toBe('completed')
    const [whole] = clipsOf(joined)
    expect(whole && taskOfItem(whole.id).taskId).toBe(joined.task_id)
    expect((await download(whole?.audio_url ?? '')).bytes.byteLength).toBeGreaterThan(10_000)
    await gateway.assertBalanced()
    await upstream.assertBalanced()
  })

  it('cancels a running song at both gateways, and pays at neither', async () => {
    const paidHere = await spent(gateway, async () => {
      const paidThere = await spent(upstream, async () => {
        const { task_id: id } = await gateway.piapi.song({
          ...SONG,
          prompt: `[Verse]\n${'a long line of words\n'.repeat(40)}`,
        })
        const here = await gateway.until(id, ({ status }) => status === 'processing')
        const there = await upstreamOf(upstream, here)
        await upstream.until(there.id, ({ status }) => status === 'processing')
        const answer = await gateway.send('POST', `/polyphony/v1/tasks/${id}/cancel`)
        expect(answer).toMatchObject({ status: 200, body: { id, status: 'cancelled', consumed_points: 0 } })
        expect(await upstream.until(there.id, hasEnded)).toMatchObject({ status: 'cancelled' })
      })
      expect(paidThere).toBe(0)
    })
    expect(paidHere).toBe(0)
    await gateway.assertBalanced()
    await upstream.assertBalanced()
  })

  it('pays nothing at either gateway for a task that failed upstream, and gives the reason', async () => {
    const reason = 'The lake is frozen.'
    const failing = {
      id: 'failing',
      operations: new Set(['suno/lyrics']),
      submit: async () => ({ failed: { reason } }),
    }
    await using broken = await openGateway({ replaced: { builtIn: [{ provider: failing, mode: 'live', slots: 1 }] } })
    await using behindIt = await openGateway({ env: behind(broken, LIVE_KEY) })
    const before = [await behindIt.balance(), await broken.balance()]
    const { task_id: id } = await behindIt.piapi.create('lyrics', { prompt: 'fog' })
    expect(await behindIt.piapi.ended(id)).toMatchObject({ status: 'failed', error: { message: reason } })
    expect(await countOf(broken)).toBe(1)
    expect([await behindIt.balance(), await broken.balance()]).toEqual(before)
    for (const one of [behindIt, broken]) await one.assertBalanced()
  })

  it('keeps a task waiting while the upstream account lacks credit, and hides that from the client', async () => {
    const { key } = await upstream.tenant({ creditPoints: 1 })
    await using poor = await openGateway({ env: behind(upstream, key) })
    const { task_id: id } = await poor.piapi.create('lyrics', { prompt: 'fog' })
    const task = await poor.until(id, ({ logs }) => logs.length > 0)
    expect(task).toMatchObject({ status: 'pending', output: null })
    expect(JSON.stringify(task.logs)).not.toContain('points') // the state of the operator’s account is hidden from tenants
    expect((await poor.piapi.read(id)).status).toBe('pending')
    await poor.assertBalanced()
  })
})

describe('a gateway behind another gateway’s sandbox', { timeout: 60_000 }, () => {
  let upstream: TestGateway
  let gateway: TestGateway

  beforeAll(async () => {
    upstream = await openGateway()
    gateway = await openGateway({ env: { ...behind(upstream, TEST_KEY), POLYPHONY_PROVIDERS: 'polyphony:500' } })
  })
  afterAll(async () => {
    await gateway?.[Symbol.asyncDispose]()
    await upstream?.[Symbol.asyncDispose]()
  })

  it.each([
    ['sandbox:fail', 'vendor_refused', 'sandbox:fail'],
    ['sandbox:moderation', 'content_moderated', 'moderation'],
    ['sandbox:refuse', 'vendor_refused', 'sandbox:refuse'],
  ])('reports a failure (%s) in the upstream’s words and charges nothing', async (word, code, words) => {
    const paid = await spent(gateway, async () => {
      const body = { operation: 'suno/lyrics', input: { prompt: `fog ${word} sandbox:fast` } }
      const { body: created } = await gateway.send('POST', '/polyphony/v1/tasks', { body })
      const { id } = created as { id: string }
      const { body: ended } = await gateway.send('GET', `/polyphony/v1/tasks/${id}?wait=25`)
      expect(ended).toMatchObject({ status: 'failed', error: { code, message: expect.stringContaining(words) } })
    })
    expect(paid).toBe(0)
  })

  it('fails when the upstream’s operator cancels the task', async () => {
    const { task_id: id } = await gateway.piapi.create('lyrics', { prompt: 'fog sandbox:slow=600' })
    const there = await upstreamOf(upstream, await gateway.until(id, ({ status }) => status === 'processing'))
    await upstream.until(there.id, ({ status }) => status === 'processing')
    await upstream.send('POST', `/polyphony/v1/tasks/${there.id}/cancel`, { key: TEST_KEY })
    expect(await gateway.piapi.ended(id)).toMatchObject({
      status: 'failed',
      error: { message: expect.stringContaining('cancelled at the upstream') },
    })
  })

  it('performs every operation of the catalogue, and follow-ups by their own ids', async () => {
    const runs = new Map<string, Promise<Task>>()
    const run = async (operation: Operation): Promise<Task> => {
      const parent =
        operation.follows(operation.example) === undefined ? undefined : await runs.get(parentOperation(operation).id)
      // In a field that the catalogue does not know, which is passed on: the sandbox reads every text.
      const input: JsonObject = { ...exampleOn(operation, parent?.id ?? ''), note: 'sandbox:fast' }
      const answer = await gateway.send('POST', '/polyphony/v1/tasks', { body: { operation: operation.id, input } })
      expect(answer, operation.id).toMatchObject({ status: 201 })
      return gateway.until((answer.body as { id: string }).id, hasEnded)
    }
    for (const operation of listOperations()) {
      const running = run(operation)
      running.catch(() => {}) // handled below
      runs.set(operation.id, running)
    }
    for (const { id, output } of listOperations()) {
      const task = await runs.get(id)
      expect(task, id).toMatchObject({ status: 'completed', provider: 'polyphony' })
      expect([...validatorOf(output).Errors(task?.output ?? null)], id).toEqual([])
      expect(JSON.stringify(task?.output), id).not.toContain(`${upstream.url}/files/`)
    }
    await gateway.assertBalanced()
    await upstream.assertBalanced()
  }, 180_000)

  it('passes on a file that a client uploaded', async () => {
    const { mp4 } = await sandboxVideo({ widthPx: 64, heightPx: 64, seconds: 1, hasSound: false })
    const form = new FormData()
    form.set('file', new File([Buffer.from(mp4)], 'film.mp4', { type: 'video/mp4' }))
    const headers = { 'x-api-key': LIVE_KEY }
    const uploaded = await fetch(`${gateway.url}/polyphony/v1/files`, { method: 'POST', headers, body: form })
    expect(uploaded.status).toBe(201)
    const { url, media_type } = (await uploaded.json()) as { url: string; media_type: string }
    expect(media_type).toBe('video/mp4')
    const input = { media: { url }, mode: 'adhere_1', model: 'ray-2', prompt: 'at night sandbox:fast' }
    const { body } = await gateway.send('POST', '/polyphony/v1/tasks', {
      body: { operation: 'luma/modify_video', input },
    })
    const here = await gateway.until((body as { id: string }).id, hasEnded)
    expect(here).toMatchObject({ status: 'completed' })
    const there = await upstreamOf(upstream, here)
    const { media } = there.input as { media: { url: string } }
    expect(media.url).toMatch(/^asset:/)
    const { body: shown } = await upstream.send('GET', `/polyphony/v1/tasks/${there.id}`, { key: TEST_KEY })
    const { url: copy } = (shown as { input: { media: { url: string } } }).input.media
    expect(Buffer.from((await download(copy)).bytes).equals(mp4)).toBe(true)
  })
})

describe('an upstream that goes away', { timeout: 60_000 }, () => {
  it('finishes a task once, paid once at both gateways, when it returns during the work', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'polyphony-upstream-'))
    const env = { PORT: String(await freePort()) }
    const operations = ['suno/lyrics']
    try {
      const first = await openGateway({ env, dataDir, replaced: { builtIn: [handProvider({ operations })] } })
      await using gateway = await openGateway({ env: behind(first, LIVE_KEY) })
      const { task_id: id } = await gateway.piapi.create('lyrics', { prompt: 'fog' })
      const there = await upstreamOf(first, await gateway.until(id, ({ status }) => status === 'processing'))
      await first.until(there.id, ({ status }) => status === 'processing')
      await first.stop()
      const hand = handProvider({ operations })
      hand.finish(there.id)
      await using second = await openGateway({ env, dataDir, replaced: { builtIn: [hand] } })
      expect(await gateway.piapi.ended(id)).toMatchObject({
        status: 'completed',
        output: { title: 'By hand' },
        meta: { usage: { consume: LYRICS_PRICE } },
      })
      expect(await countOf(second)).toBe(1)
      for (const one of [gateway, second]) {
        expect(await one.balance()).toMatchObject({ available: 10_000_000_000 - LYRICS_PRICE, held: 0 })
        await one.assertBalanced()
      }
    } finally {
      await rm(dataDir, { recursive: true, force: true })
    }
  })

  it.each(['before', 'after'] as const)(
    'performs a task once, paid once, when the connection breaks %s the upstream has the task',
    async (when) => {
      const hand = handProvider({ operations: ['suno/lyrics'] })
      await using upstream = await openGateway({ replaced: { builtIn: [hand] } })
      await using between = await openBreaker(upstream.url, when)
      await using gateway = await openGateway({ env: behind(between, LIVE_KEY) })
      const { task_id: id } = await gateway.piapi.create('lyrics', { prompt: 'fog' })
      const here = await gateway.until(id, ({ handle }) => handle !== null)
      expect(between.broken).toBe(1)
      expect(here.logs.join('\n')).toContain('did not answer')
      const there = await upstreamOf(upstream, here)
      hand.finish(there.id)
      expect(await gateway.piapi.ended(id)).toMatchObject({ status: 'completed' })
      expect(await countOf(upstream)).toBe(1)
      for (const one of [gateway, upstream]) {
        expect(await one.balance()).toMatchObject({ available: 10_000_000_000 - LYRICS_PRICE, held: 0 })
        await one.assertBalanced()
      }
    },
  )
})

describe('an upstream that calls back', { timeout: 60_000 }, () => {
  it('is accepted when it signs its callbacks, and a callback signed by another sender is not', async () => {
    const hand = handProvider({ operations: ['suno/lyrics'] })
    await using upstream = await openGateway({ replaced: { builtIn: [hand] } })
    const port = await freePort()
    await using gateway = await openGateway({
      env: {
        ...behind(upstream, LIVE_KEY),
        POLYPHONY_UPSTREAM_WEBHOOK_SECRET: signingSecret(MASTER_SECRET, upstream.tenantId, 1),
        PORT: String(port),
        PUBLIC_URL: `http://127.0.0.1:${port}`,
      },
    })
    const { task_id: id } = await gateway.piapi.create('lyrics', { prompt: 'fog' })
    const there = await upstreamOf(upstream, await gateway.until(id, ({ handle }) => handle !== null))
    const webhook = String(there.webhookUrl)
    expect(webhook).toContain(`${gateway.url}/callbacks/${id}/`)
    const body = JSON.stringify({ id: there.id, status: 'completed' })
    const forged = await fetch(webhook, { method: 'POST', body, headers: { 'content-type': 'application/json' } })
    expect(forged.status).toBe(401)
    hand.finish(there.id)
    expect(await gateway.piapi.ended(id)).toMatchObject({ status: 'completed' })
    const delivered = async () => (await upstream.store.listDeliveries({ tenantId: upstream.tenantId, limit: 10 }))[0]
    await expect.poll(async () => (await delivered())?.status, { timeout: 10_000 }).toBe('delivered')
  })
})

/** A proxy between two gateways that loses the first submission: before it arrives, or its answer. */
async function openBreaker(target: string, when: 'before' | 'after') {
  const breaker = { url: '', broken: 0, [Symbol.asyncDispose]: async () => {} }
  const server = createServer((incoming, outgoing) => {
    const breaks = incoming.method === 'POST' && incoming.url === '/polyphony/v1/tasks' && breaker.broken === 0
    if (breaks) breaker.broken++
    if (breaks && when === 'before') return void incoming.on('end', () => incoming.socket.destroy()).resume()
    const { method = 'GET', headers, url = '/' } = incoming
    const onward = httpRequest(target + url, { method, headers }, (answer) => {
      if (breaks) return void answer.on('end', () => incoming.socket.destroy()).resume()
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    incoming.pipe(onward)
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as AddressInfo // it listens on TCP
  breaker.url = `http://127.0.0.1:${port}`
  breaker[Symbol.asyncDispose] = () =>
    new Promise((closed) => {
      server.close(() => closed())
      server.closeAllConnections()
    })
  return breaker
}

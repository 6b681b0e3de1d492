import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { itemId } from '../../src/core/ids.ts'
import type { Json, JsonObject } from '../../src/core/json.ts'
import { sandboxSong } from '../../src/engines/sandbox-media/sandbox-media.ts'
import type { Job } from '../../src/providers/provider.ts'
import { openLiveSounds } from '../../src/tasks/live-sounds.ts'
import { LIVE_KEY, MASTER_SECRET, openGateway, type TestGateway } from '../support/gateway.ts'
import { handProvider } from './hand-provider.ts'

/** Songs that are heard while they are made: `streaming` in the Suno relay's words. The test makes them by hand. */

const hand = handProvider({ slots: 8, operations: ['suno/music'] })
/** Its work ends with its lease, as that of the studio. */
const inProcess = { ...hand, provider: { ...hand.provider, isLocal: true as const, cancel: async () => {} } }
const FIRST = Buffer.from('the first bytes')
const REST = Buffer.from(', and the rest')

let gateway: TestGateway
beforeAll(async () => {
  gateway = await openGateway({ replaced: { builtIn: [inProcess] } })
})
afterAll(() => gateway?.[Symbol.asyncDispose]())

async function send(method: string, path: string, body?: JsonObject): Promise<JsonObject> {
  const headers = { authorization: `Bearer ${LIVE_KEY}` }
  const answer = await gateway.send(method, path, { key: null, headers, ...(body && { body }) })
  return answer.body as JsonObject // the shape that its clients rely on
}

interface Clip extends JsonObject {
  status: string
  audio_url: string
}

const clipsOf = async (id: string): Promise<Clip[] | null> =>
  ((await send('GET', `/suno/fetch/${id}`)).data as JsonObject).data as Clip[] | null

/** Submits a song, and waits until its work has begun. */
async function begun(): Promise<Job> {
  const { data } = await send('POST', '/suno/submit/music', { prompt: 'la', tags: 'folk', mv: 'chirp-v4' })
  const id = String(data)
  const find = (): Job | undefined => hand.jobs.find(({ taskId }) => taskId === id)
  await expect.poll(find, { timeout: 10_000 }).toBeDefined()
  await expect
    .poll(async () => ((await send('GET', `/suno/fetch/${id}`)).data as JsonObject).status, { timeout: 10_000 })
    .toBe('IN_PROGRESS')
  return find() as Job // as was just seen
}

/** The URL of the first clip, of which there are the first bytes. */
async function liveUrl(job: Job): Promise<string> {
  job.publish(itemId(job.taskId, 1), FIRST)
  return (await clipsOf(job.taskId))?.[0]?.audio_url ?? ''
}

async function finish(job: Job): Promise<void> {
  const { mp3 } = await sandboxSong()
  const clip = (number: number): Json => ({
    ...{ id: itemId(job.taskId, number), title: 'By hand', tags: '', prompt: '', gptDescriptionPrompt: null, mv: '' },
    ...{ type: 'gen', durationSeconds: 1, audio: 'file:audio', image: '', imageLarge: '' },
    ...{ continueClipId: null, continueAt: null },
  })
  const files = [{ key: 'audio', mediaType: 'audio/mpeg', content: mp3 }]
  hand.finish(job.taskId, { output: { clips: [clip(1), clip(2)] }, files })
}

const read = async (reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string | undefined> => {
  const { value } = await reader.read()
  return value && Buffer.from(value).toString()
}

describe('a song that is being made', () => {
  it('is heard by the URL of its clip from its first bytes on, and is the file afterwards', async () => {
    const job = await begun()
    expect(await clipsOf(job.taskId)).toBeNull()
    const url = await liveUrl(job)
    expect(url).toMatch(/^http.*\/files\/live\//)
    const clips = (await clipsOf(job.taskId)) ?? []
    expect(clips.map(({ status, audio_url }) => [status, audio_url])).toEqual([
      ['streaming', url],
      ['streaming', ''],
    ])
    const feed = (await send('GET', `/suno/feed/${itemId(job.taskId, 1)}`)) as unknown as Clip[]
    expect(feed).toMatchObject([{ status: 'streaming', audio_url: url, metadata: { duration: null } }])
    expect(await send('GET', `/polyphony/v1/tasks/${job.taskId}`)).toMatchObject({ live_urls: [url] })

    const answer = await fetch(url)
    expect(answer.status).toBe(200)
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'audio/mpeg',
      'cache-control': 'no-store',
      'transfer-encoding': 'chunked',
    })
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader() // a body of 200
    expect(await read(reader)).toBe(FIRST.toString())
    job.publish(itemId(job.taskId, 1), REST)
    expect(await read(reader)).toBe(REST.toString())
    // Who comes later hears it from the first byte on, too.
    const later = fetch(url).then((one) => one.text())
    await finish(job)
    expect((await reader.read()).done).toBe(true)
    expect(`${FIRST}${REST}`.startsWith((await later).slice(0, FIRST.length))).toBe(true)

    await send('GET', `/suno/fetch/${job.taskId}?wait=10`)
    const [clip] = (await clipsOf(job.taskId)) ?? []
    expect(clip).toMatchObject({ status: 'complete', audio_url: expect.stringMatching(/\/files\/[0-9a-f-]+\.mp3$/) })
    const moved = await fetch(url, { redirect: 'manual' })
    expect([moved.status, moved.headers.get('location')]).toEqual([302, clip?.audio_url])
    expect(await send('GET', `/polyphony/v1/tasks/${job.taskId}`)).toMatchObject({ live_urls: [] })
  })

  it('is cut off when it is cancelled, and then there is no such sound', async () => {
    const job = await begun()
    const url = await liveUrl(job)
    const reader = ((await fetch(url)).body as ReadableStream<Uint8Array>).getReader() // a body of 200
    expect(await read(reader)).toBe(FIRST.toString())
    await gateway.send('DELETE', `/api/v1/task/${job.taskId}`)
    await expect(reader.read()).rejects.toThrow()
    expect((await fetch(url)).status).toBe(404)
  })

  it('is not cancelled once it can be heard as a whole, but delivered and charged', async () => {
    const job = await begun()
    const url = await liveUrl(job)
    job.endSound(itemId(job.taskId, 1))
    expect(await (await fetch(url)).text()).toBe(FIRST.toString())
    const refused = await gateway.send('DELETE', `/api/v1/task/${job.taskId}`)
    expect([refused.status, JSON.stringify(refused.body)]).toEqual([400, expect.stringContaining('does not end it')])
    await finish(job)
    await send('GET', `/suno/fetch/${job.taskId}?wait=10`)
    const task = await gateway.store.getTask({ id: job.taskId })
    expect(task).toMatchObject({ status: 'completed', consumedPoints: task?.pricePoints })
  })

  it('is waited for where another process makes it, and found at its file when its task ends', async () => {
    const job = await begun()
    // The address that another process has given, of a sound that is not here.
    const elsewhere = openLiveSounds({ secret: MASTER_SECRET })
    elsewhere.publish(itemId(job.taskId, 1), FIRST)
    const url = `${gateway.url}/files/live/${elsewhere.nameOf(itemId(job.taskId, 1))}`
    let isAnswered = false
    const waiting = fetch(url, { redirect: 'manual' }).finally(() => {
      isAnswered = true
    })
    await gateway.send('GET', '/health')
    expect(isAnswered).toBe(false)
    // Sixteen wait for one task; who comes then is told when to come back.
    const others = Array.from({ length: 16 }, () => fetch(url, { redirect: 'manual' }))
    const turnedAway = await Promise.race(others)
    expect([turnedAway.status, turnedAway.headers.get('retry-after')]).toEqual([503, '2'])
    await finish(job)
    const { status, headers } = await waiting
    expect([status, headers.get('location')]).toEqual([302, expect.stringMatching(/\/files\/[0-9a-f-]+\.mp3$/)])
    const statuses = (await Promise.all(others)).map((one) => one.status)
    expect(statuses.sort()).toEqual([...Array(15).fill(302), 503])
    expect((await fetch(url, { redirect: 'manual' })).status).toBe(302)
  })

  it('has a name that cannot be guessed', async () => {
    const job = await begun()
    const url = await liveUrl(job)
    const name = url.split('/').at(-1) ?? ''
    const other = name.replace(/\.[^.]+\./, `.${'A'.repeat(22)}.`)
    const withOther = (changed: string): string => url.replace(name, changed)
    for (const changed of [other, `${job.taskId}.mp3`, 'x', name.replace('.mp3', '.wav'), `${name}.mp3`])
      expect((await fetch(withOther(changed))).status, changed).toBe(404)
    await finish(job)
  })

  it('leads to the file once its task has ended', async () => {
    const job = await begun()
    const url = await liveUrl(job)
    // The name of the other clip, of which nothing is here yet.
    job.publish(itemId(job.taskId, 2), FIRST)
    const [, second] = (await clipsOf(job.taskId)) ?? []
    expect(second?.audio_url).not.toBe(url)
    await finish(job)
    await send('GET', `/suno/fetch/${job.taskId}?wait=10`)
    expect((await fetch(second?.audio_url ?? '')).headers.get('content-type')).toBe('audio/mpeg')
  })
})

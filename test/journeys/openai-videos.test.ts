import OpenAI, { type APIError, toFile } from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sampleFiles } from '../../src/assets/sample-files.ts'
import type { JsonObject } from '../../src/core/json.ts'
import { LIVE_KEY, openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'
import { expectMedia } from '../support/produced-media.ts'

let gateway: TestGateway

beforeAll(async () => {
  gateway = await openGateway()
})
afterAll(() => gateway?.[Symbol.asyncDispose]())

const clientAt = (path: string, apiKey = TEST_KEY): OpenAI => new OpenAI({ baseURL: `${gateway.url}${path}`, apiKey })

async function tasks(): Promise<number> {
  const { tasks: byStatus } = await gateway.store.summary({})
  return Object.values(byStatus).reduce((sum: number, one) => sum + Number(one), 0)
}

/** The video when it has ended, as the package's users wait for it. */
async function ended(client: OpenAI, { id }: { id: string }): Promise<OpenAI.Video> {
  const video = await client.videos.retrieve(id, { query: { wait: 25 } })
  if (video.status === 'queued' || video.status === 'in_progress') throw new Error(`${id} is still ${video.status}.`)
  return video
}

describe.each(['/v1', '/openai/v1'])('the videos of OpenAI’s library at %s', (path) => {
  it('are made, awaited, downloaded with their thumbnail, remixed, listed and deleted', async () => {
    const client = clientAt(path)
    const created = await client.videos.create({
      model: 'sora-2-pro',
      prompt: 'a crane sandbox:fast',
      seconds: '8',
      size: '1792x1024',
    })
    expect(created).toMatchObject({
      object: 'video',
      model: 'sora-2-pro',
      status: expect.stringMatching(/^(?:queued|in_progress)$/),
      seconds: '8',
      size: '1792x1024',
      prompt: 'a crane sandbox:fast',
      completed_at: null,
      expires_at: null,
      remixed_from_video_id: null,
      error: null,
    })
    const video = await ended(client, created)
    expect(video).toMatchObject({ id: created.id, status: 'completed', progress: 100, size: '1792x1024', error: null })
    expect(video.expires_at).toBeGreaterThan(video.completed_at ?? Infinity)
    const content = await client.videos.downloadContent(video.id)
    const bytes = new Uint8Array(await content.arrayBuffer())
    const film = {
      kind: 'film',
      mediaType: 'video/mp4',
      widthPx: 1_792,
      heightPx: 1_024,
      seconds: 8,
      hasSound: true,
    } as const
    await expectMedia(bytes, film)
    const thumbnail = await client.videos.downloadContent(video.id, { variant: 'thumbnail' })
    expect(thumbnail.headers.get('content-type')).toBe('image/jpeg')
    await expect(client.videos.downloadContent(video.id, { variant: 'spritesheet' })).rejects.toMatchObject({
      status: 400,
      param: 'variant',
    })

    const remix = await client.videos.remix(video.id, { prompt: 'at night sandbox:fast' })
    expect(remix).toMatchObject({ model: 'sora-2-pro', remixed_from_video_id: video.id, seconds: '8' })
    expect(await ended(client, remix)).toMatchObject({ status: 'completed', size: '1792x1024' })
    const again = await client.videos.remix(remix.id, { prompt: 'by day sandbox:fast' })
    expect(await ended(client, again)).toMatchObject({ status: 'completed', remixed_from_video_id: remix.id })

    const made = [video.id, remix.id, again.id]
    const listed = async (order: 'asc' | 'desc') => {
      const ids: string[] = []
      for await (const one of client.videos.list({ order, limit: 1 })) ids.push(one.id)
      return ids.filter((id) => made.includes(id))
    }
    expect(await listed('desc')).toEqual(made.toReversed())
    expect(await listed('asc')).toEqual(made)

    expect(await client.videos.delete(remix.id)).toEqual({ id: remix.id, object: 'video.deleted', deleted: true })
    await expect(client.videos.retrieve(remix.id)).rejects.toMatchObject({ status: 404 })
    await expect(client.videos.remix(remix.id, { prompt: 'x' })).rejects.toMatchObject({ status: 404 })
    expect(await listed('desc')).toEqual([again.id, video.id])
  })

  it('begin with a picture: as a file, by an address in a form, and in JSON', async () => {
    const client = clientAt(path)
    const picture = (await sampleFiles['image/png']?.()) ?? new Uint8Array()
    const image_url = `data:image/png;base64,${Buffer.from(picture).toString('base64')}`
    const fields = { prompt: 'a crane sandbox:fast' }
    const file = await toFile(picture, 'a.png', { type: 'image/png' })
    const ids = [
      (await client.videos.create({ ...fields, input_reference: file })).id,
      (await client.videos.create({ ...fields, input_reference: { image_url } })).id,
    ]
    for (const input_reference of [{ image_url }, image_url]) {
      const body = { ...fields, seconds: 4, input_reference }
      const answer = await gateway.send('POST', `${path}/videos`, { key: TEST_KEY, body })
      expect(answer).toMatchObject({ status: 200, body: { model: 'sora-2', seconds: '4', size: '720x1280' } })
      ids.push((answer.body as { id: string }).id)
    }
    for (const id of ids) {
      const task = await gateway.store.getTask({ id })
      expect(task?.input).toMatchObject({
        image_url: expect.stringMatching(/^asset:.*\.png$/),
        aspect_ratio: '9:16',
        duration: 4,
      })
    }
  })
})

describe('a request for a video in OpenAI’s form', () => {
  const prompt = 'a crane'
  it.each<[JsonObject, number, string]>([
    [{}, 400, 'prompt'],
    [{ prompt: '' }, 400, 'prompt'],
    [{ prompt, model: 'sora-9' }, 404, 'model'],
    [{ prompt, model: 'constructor' }, 404, 'model'],
    [{ prompt, model: 7 }, 400, 'model'],
    [{ prompt, seconds: '5' }, 400, 'seconds'],
    [{ prompt, seconds: '4.0' }, 400, 'seconds'],
    [{ prompt, seconds: [4] }, 400, 'seconds'],
    [{ prompt, size: '1024x1792' }, 400, 'size'],
    [{ prompt, model: 'sora-2-pro', size: '1920x1080' }, 400, 'size'],
    [{ prompt, size: { toString: 1 } }, 400, 'size'],
    [{ prompt, input_reference: { url: 'https://1.1.1.1/a.png' } }, 400, 'input_reference.image_url'],
    [{ prompt, input_reference: { file_id: 'file-1' } }, 400, 'input_reference.file_id'],
    [{ prompt, input_reference: { image_url: 'no address' } }, 400, 'input_reference.image_url'],
    [{ prompt, input_reference: 'no address' }, 400, 'input_reference'],
    [{ prompt, input_reference: 7 }, 400, 'input_reference'],
  ])('%j is refused with %i naming %s, and stores nothing', async (body, status, param) => {
    const before = await tasks()
    const answer = await gateway.send('POST', '/v1/videos', { key: TEST_KEY, body })
    expect(answer).toMatchObject({ status, body: { error: { param, type: 'invalid_request_error' } } })
    expect(await tasks()).toBe(before)
  })

  it('is refused by name where no provider does what is asked', async () => {
    const { videos } = clientAt('/v1')
    const file = await toFile(Buffer.from('a'), 'a.mp4')
    const asked = await Promise.allSettled([
      videos.edit({ prompt, video: { id: 'video_1' } }),
      videos.extend({ prompt, seconds: '4', video: { id: 'video_1' } }),
      videos.createCharacter({ name: 'a', video: file }),
      videos.getCharacter('char_1'),
    ])
    expect(asked.map((one) => one.status === 'rejected' && (one.reason as APIError).message)).toEqual([
      expect.stringContaining('404 Editing a video is not offered'),
      expect.stringContaining('404 Extending a video is not offered'),
      expect.stringContaining('404 A character is not offered'),
      expect.stringContaining('404 A character is not offered'),
    ])
  })

  it.each(['order=up', 'limit=0', 'limit=101', 'after=none', 'after=01234567-89ab-4cde-8f01-23456789ab00'])(
    'a list with %s is refused',
    async (query) => {
      const answer = await gateway.send('GET', `/v1/videos?${query}`, { key: TEST_KEY })
      expect(answer).toMatchObject({ status: 400, body: { error: { param: query.split('=')[0] } } })
    },
  )

  it('shows why a video failed, and has no content then', async () => {
    const client = clientAt('/v1')
    const { id } = await client.videos.create({ prompt: 'a crane sandbox:moderation' })
    expect(await ended(client, { id })).toMatchObject({
      status: 'failed',
      error: { code: 'moderation_blocked', message: expect.stringContaining('moderation') },
    })
    await expect(client.videos.downloadContent(id)).rejects.toMatchObject({ status: 404 })
    await expect(client.videos.remix(id, { prompt })).rejects.toMatchObject({ status: 400, param: 'id' })
  })

  it('has no videos of other keys, and no tasks of other models', async () => {
    const { task_id: song } = await gateway.piapi.song({ prompt: 'rain' }, { key: TEST_KEY })
    const video = await clientAt('/v1').videos.create({ prompt: 'a crane sandbox:fast' })
    for (const [id, key] of [
      [song, TEST_KEY],
      [video.id, LIVE_KEY],
    ] as const) {
      const { videos } = clientAt('/v1', key)
      await expect(videos.retrieve(id)).rejects.toMatchObject({ status: 404 })
      await expect(videos.delete(id)).rejects.toMatchObject({ status: 404 })
      await expect(videos.downloadContent(id)).rejects.toMatchObject({ status: 404 })
    }
  })

  it('cannot be remixed for less than the video cost', async () => {
    const client = clientAt('/v1')
    const { id } = await ended(client, await client.videos.create({ prompt: 'a crane sandbox:fast', seconds: '12' }))
    const body = { model: 'sora2', task_type: 'sora2-remix', input: { origin_task_id: id, prompt, duration: 4 } }
    const answer = await gateway.send('POST', '/api/v1/task', { key: TEST_KEY, body })
    expect(answer).toMatchObject({ status: 400, body: { message: expect.stringContaining('input.aspect_ratio') } })
    const portrait = { ...body, input: { ...body.input, aspect_ratio: '9:16' } }
    const second = await gateway.send('POST', '/api/v1/task', { key: TEST_KEY, body: portrait })
    expect(second).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining('input.duration must be that of the video, 12, not 4') },
    })
  })
})

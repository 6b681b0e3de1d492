import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { DAY_MS, MINUTE_MS } from '../../src/core/clock.ts'
import { sandboxSong } from '../../src/engines/sandbox-media/sandbox-media.ts'
import { polyphonyHere } from '../support/command-in-process.ts'
import {
  clipsOf,
  download,
  LIVE_KEY,
  MASTER_SECRET,
  openGateway,
  TEST_KEY,
  type TestGateway,
} from '../support/gateway.ts'
import { openS3Server, S3_KEYS, type S3Server } from '../support/s3-server.ts'

let server: S3Server
beforeAll(async () => {
  server = await openS3Server()
})
afterAll(() => server?.close())

const withS3 = (storageUrl = server.storageUrl('files/gateway')): Record<string, string> => ({
  STORAGE_URL: storageUrl,
  ...S3_KEYS,
})

/** The bucket's object behind a URL of the gateway. */
const keyOf = (url: string): string => {
  const name = new URL(url).pathname.slice('/files/'.length)
  return `gateway/${name.slice(0, 2)}/${name}`
}

async function uploaded(gateway: TestGateway, bytes: Uint8Array): Promise<string> {
  const body = { file_name: 'a song.mp3', file_data: Buffer.from(bytes).toString('base64') }
  const answer = await gateway.send('POST', '/api/ephemeral_resource', { body })
  expect(answer.status).toBe(200)
  return (answer.body as unknown as { data: { url: string } }).data.url // the shape that PiAPI's clients rely on
}

describe('a gateway with its files in a bucket', () => {
  afterEach(() => void vi.useRealTimers())

  it('stores the files of a song there, and serves them like local files', async () => {
    await using gateway = await openGateway({ env: withS3() })
    const { task_id: id } = await gateway.piapi.song({ prompt: 'sandbox:fast' }, { key: TEST_KEY })
    const clips = clipsOf(await gateway.piapi.ended(id, { key: TEST_KEY }))
    const urls = clips.flatMap(({ audio_url, image_url, image_large_url }) => [audio_url, image_url, image_large_url])
    const objects = await server.keys()
    for (const url of urls) expect(objects).toContain(keyOf(url))

    const { mp3 } = await sandboxSong()
    const [audio = ''] = urls
    const whole = await download(audio)
    expect(whole.headers.get('content-type')).toBe('audio/mpeg')
    expect(Buffer.from(whole.bytes).equals(mp3)).toBe(true)

    const part = await fetch(audio, { headers: { range: 'bytes=100-299' } })
    expect(part.status).toBe(206)
    expect(part.headers.get('content-range')).toBe(`bytes 100-299/${mp3.length}`)
    expect(Buffer.from(await part.arrayBuffer()).equals(mp3.subarray(100, 300))).toBe(true)
    const end = await fetch(audio, { headers: { range: 'bytes=-10' } })
    expect(Buffer.from(await end.arrayBuffer()).equals(mp3.subarray(-10))).toBe(true)
    expect((await fetch(audio, { headers: { range: `bytes=${mp3.length}-` } })).status).toBe(416)

    const head = await fetch(audio, { method: 'HEAD' })
    expect(head.status).toBe(200)
    expect(head.headers.get('content-length')).toBe(String(mp3.length))
    await gateway.assertBalanced()
  })

  it('writes lyrics with the studio, and stores no file for them', async () => {
    await using gateway = await openGateway({ env: withS3() })
    const before = await server.keys()
    const { task_id: id } = await gateway.piapi.create('lyrics', { prompt: 'a lighthouse in the fog' })
    expect(await gateway.piapi.ended(id)).toMatchObject({
      status: 'completed',
      output: { text: expect.stringContaining('lighthouse') },
    })
    expect(await server.keys()).toEqual(before)
    await gateway.assertBalanced()
  })

  it('accepts uploads, and deletes them from the bucket when they expire', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    let aheadMs = 0
    const clock = { now: () => Date.now() + aheadMs }
    await using gateway = await openGateway({ env: withS3(), replaced: { clock } })
    const { mp3 } = await sandboxSong()
    const url = await uploaded(gateway, mp3)
    expect(await server.keys()).toContain(keyOf(url))
    expect(Buffer.from((await download(url)).bytes).equals(mp3)).toBe(true)
    aheadMs = 3 * DAY_MS
    expect((await fetch(url)).status).toBe(404)
    expect(await server.keys()).toContain(keyOf(url))
    vi.advanceTimersByTime(MINUTE_MS)
    await vi.waitFor(async () => expect(await server.keys()).not.toContain(keyOf(url)), {
      timeout: 10_000,
      interval: 50,
    })
  })

  it('reports a file that was deleted from the bucket, and a bucket that does not answer', async () => {
    const own = await openS3Server()
    await using gateway = await openGateway({ env: withS3(own.storageUrl('files/gateway')) })
    const url = await uploaded(gateway, (await sandboxSong()).mp3)
    const another = await uploaded(gateway, (await sandboxSong()).mp3)
    expect((await fetch(url)).status).toBe(200)
    await own.remove(keyOf(another))
    expect((await fetch(another)).status).toBe(404)
    await own.close()
    expect((await fetch(url)).status).toBe(503)
    const body = { file_name: 'a.mp3', file_data: Buffer.from((await sandboxSong()).mp3).toString('base64') }
    const answer = await gateway.send('POST', '/api/ephemeral_resource', { body, key: LIVE_KEY })
    expect(answer).toMatchObject({ status: 503, body: { message: expect.stringContaining('storage') } })
  })
})

describe('a backup of a gateway with its files in a bucket', () => {
  it('has the files, except those that are gone, and is restored to a folder', async () => {
    await using gateway = await openGateway({ env: withS3(server.storageUrl('files/saved')) })
    const kept = await uploaded(gateway, (await sandboxSong()).mp3)
    const gone = await uploaded(gateway, (await sandboxSong()).mp3)
    await server.remove(keyOf(gone).replace('gateway', 'saved'))
    const folder = await mkdtemp(join(tmpdir(), 'polyphony-saved-'))
    try {
      const env = {
        DATA_DIR: gateway.dataDir,
        POLYPHONY_SECRET: MASTER_SECRET,
        ...withS3(server.storageUrl('files/saved')),
      }
      const file = join(folder, 'b.tar.gz')
      const saved = await polyphonyHere(['backup', file, '--files'], env)
      expect(saved).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/, 1 files with \d+ bytes, and 1 that are not in/),
      })
      const restored = { DATA_DIR: join(folder, 'restored'), POLYPHONY_SECRET: MASTER_SECRET }
      expect(await polyphonyHere(['restore', file], restored)).toMatchObject({ code: 0 })
      await using again = await openGateway({ dataDir: restored.DATA_DIR })
      const { bytes } = await download(again.url + new URL(kept).pathname)
      expect(Buffer.from(bytes).equals((await sandboxSong()).mp3)).toBe(true)
      expect((await fetch(again.url + new URL(gone).pathname)).status).toBe(404)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
})

describe('a gateway with an unusable bucket', () => {
  it.each([
    ['a missing bucket', () => withS3(server.storageUrl('nowhere')), /no such bucket\. Create it/],
    ['a wrong key', () => ({ ...withS3(), AWS_ACCESS_KEY_ID: 'wrong' }), /Correct AWS_ACCESS_KEY_ID/],
    ['a wrong address', () => withS3('s3://files?endpoint=nowhere'), /endpoint must be an http or https URL/],
  ])('does not start with %s, and says what to do', async (_, env, words) => {
    await expect(openGateway({ env: env() })).rejects.toThrow(words)
  })
})

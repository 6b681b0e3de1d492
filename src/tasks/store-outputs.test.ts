import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import sharp from 'sharp'
import { expect, it, vi } from 'vitest'
import { sampleFiles } from '../assets/sample-files.ts'
import { SECOND_MS } from '../core/clock.ts'
import type { Provider, Result } from '../providers/provider.ts'
import { CREDIT, LEASE_MS, LYRICS_TIMEOUT_MS } from './harness.testing.ts'
import { carryOnDue, song, useSharedStore } from './steps.testing.ts'

const openHarness = useSharedStore()

async function vendorWith(
  answers: number[],
  onAsked = () => {},
): Promise<AsyncDisposable & { url: string; asked: () => number }> {
  const { files } = await song()
  let asked = 0
  const server = createServer((_request, response) => {
    const status = answers[Math.min(asked, answers.length - 1)] ?? 200
    asked += 1
    onAsked()
    response.writeHead(status, { 'content-type': 'audio/mpeg' }).end(files[0]?.content)
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as AddressInfo // it listens on TCP
  return {
    url: `http://127.0.0.1:${port}/song.mp3`,
    asked: () => asked,
    [Symbol.asyncDispose]: async () => void server.close(),
  }
}

const songAt = (url: string): Result => ({
  output: { clips: [{ audio: 'file:audio' }] },
  files: [{ key: 'audio', mediaType: 'audio/mpeg', content: { url } }],
})

async function outputOf(measure: boolean): Promise<unknown> {
  const content = await (sampleFiles['image/png']?.() ?? Promise.reject(new Error('No sample.')))
  const output = { images: [{ file: 'file:a', widthPx: 1_024, heightPx: 1_024 }], widthPx: 7 }
  const result: Result = { output, files: [{ key: 'a', content }], measure }
  await using harness = await openHarness({ submit: async () => ({ result }) })
  const task = await harness.claimed()
  await harness.work.begin(task)
  return (await harness.read(task.id)).output
}

it('downloads a file again that failed at first, and does not repeat the work', async () => {
  await using vendor = await vendorWith([503, 200])
  const submit = vi.fn<Provider['submit']>(async () => ({ result: songAt(vendor.url) }))
  await using harness = await openHarness({ submit })
  const task = await harness.claimed()
  await harness.work.begin(task)
  expect(await harness.read(task.id)).toMatchObject({ status: 'completed' })
  expect(vendor.asked()).toBe(2)
  expect(submit).toHaveBeenCalledTimes(1)
})

it('does not repeat work whose file cannot be downloaded until the deadline', async () => {
  await using vendor = await vendorWith([503])
  const submit = vi.fn<Provider['submit']>(async () => {
    harness.clock.advance(LYRICS_TIMEOUT_MS - 500)
    return { result: songAt(vendor.url) }
  })
  await using harness = await openHarness({ submit, reconcile: async () => 'absent' })
  const task = await harness.claimed()
  await expect(harness.work.begin(task)).rejects.toThrow() // the dispatcher logs it
  harness.clock.advance(LEASE_MS)
  await carryOnDue(harness)
  expect(await harness.claim()).toEqual([])
  expect(submit).toHaveBeenCalledTimes(1)
  expect(await harness.read(task.id)).toMatchObject({ status: 'failed' })
  expect(await harness.available()).toBe(CREDIT)
})

it.each([403, 404])('waits for a file that its host does not have yet (answer %i)', async (status) => {
  await using vendor = await vendorWith([status, 200])
  await using harness = await openHarness({ submit: async () => ({ result: songAt(vendor.url) }) })
  const task = await harness.claimed()
  await harness.work.begin(task)
  expect(await harness.read(task.id)).toMatchObject({ status: 'completed' })
  expect(vendor.asked()).toBe(2)
})

it.each([404, 200])(
  'fails the task and leaves no file behind when an output cannot be used (answer %i)',
  async (status) => {
    await using vendor = await vendorWith([status], () => harness.clock.advance(29 * SECOND_MS))
    const result = songAt(vendor.url)
    if (status === 200) result.output = { clips: [{ audio: 'file:audio', image: 'file:forgotten' }] }
    await using harness = await openHarness({ submit: async () => ({ result }) })
    const task = await harness.claimed()
    await harness.work.begin(task)
    const error = { code: 'output_unusable', message: expect.stringMatching(/answered 404|no such file/) }
    expect(await harness.read(task.id)).toMatchObject({ status: 'failed', error })
    if (status === 404) expect(vendor.asked()).toBe(2)
    expect(await harness.files()).toEqual([])
    expect(await harness.available()).toBe(CREDIT)
  },
)

it('replaces sizes that a provider can only guess with those of the files', async () => {
  const { width, height } = await sharp(await sampleFiles['image/png']?.()).metadata()
  expect(await outputOf(true)).toMatchObject({ images: [{ widthPx: width, heightPx: height }], widthPx: 7 })
  expect(width).not.toBe(1_024)
})

it('keeps the sizes that the provider knows itself', async () => {
  expect(await outputOf(false)).toMatchObject({ images: [{ widthPx: 1_024, heightPx: 1_024 }] })
})

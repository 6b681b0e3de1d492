import { afterEach, expect, it, vi } from 'vitest'
import { sampleFiles } from '../../assets/sample-files.ts'
import type { Task } from '../../core/task.ts'
import { filesOf, pictureAt } from './task-content.ts'
import type { Run } from './tool.ts'

const FILE = 'asset:0198c0de-0000-7000-8000-000000000001.png'

afterEach(() => vi.restoreAllMocks())

/** A call of a key, to whose gateway every foreign server sends for ever. */
async function runOf(keyId: string): Promise<Run> {
  const body = (await sampleFiles['image/png']?.()) ?? new Uint8Array()
  const context = {
    assets: {
      find: async () => ({ mediaType: 'image/png', sizeBytes: body.byteLength }),
      read: async () => body,
    },
    urls: { file: (reference: string) => reference, reference: () => undefined },
    download: (_url: string, { signal }: { signal: AbortSignal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true })),
  }
  return { context, caller: { keyId }, signal: new AbortController().signal } as unknown as Run // what is read of one
}

it('a result shows its pictures while foreign servers send theirs slowly, which end after 20 s', async () => {
  const time = new AbortController()
  const limit = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(time.signal)
  const run = await runOf('c')
  const slow = ['a', 'a', 'b', 'b'].map(async (key) => pictureAt('https://slow.example/a.png', await runOf(key)))
  const ends = Promise.allSettled(slow)
  await vi.waitFor(() => expect(limit.mock.calls).toEqual(Array(4).fill([20_000])))
  const files = await filesOf({ output: { file: FILE } } as unknown as Task, run)
  expect(files.map(({ type }) => type)).toEqual(['resource_link', 'image'])
  time.abort(new DOMException('late', 'TimeoutError'))
  for (const end of await ends) expect(end).toMatchObject({ reason: { code: 'vendor_unreachable' } })
})

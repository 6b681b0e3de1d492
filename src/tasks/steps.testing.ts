import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { openMigratedSqlite } from '../../test/support/migrated-sqlite.ts'
import { sampleFiles } from '../assets/sample-files.ts'
import { type ErrorCode, type ErrorDetails, PolyphonyError } from '../core/errors.ts'
import type { Task } from '../core/task.ts'
import type { Provider, Result } from '../providers/provider.ts'
import type { Store } from '../store/store.ts'
import { type Harness, type HarnessOptions, openHarness } from './harness.testing.ts'

export const TEXT: Result = { output: { title: 'Fog', text: '[Verse]', tags: [] }, files: [] }
export const HANDLE = { handle: { id: 'g_1' } }

type OpenHarness = (provider: Partial<Provider>, options?: HarnessOptions) => Promise<Harness>

/** To be called once in a test file: its tests share one store, since opening one takes a while. */
export function useSharedStore(): OpenHarness {
  let folder: string
  let shared: Store
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polyphony-work-'))
    shared = await openMigratedSqlite({ path: join(folder, 'test.db') })
  })
  afterAll(async () => {
    await shared?.close()
    await rm(folder, { recursive: true, force: true })
  })
  return (provider, options = {}) => openHarness(provider, { shared, ...options })
}

export function throwing(code: ErrorCode, details: ErrorDetails = {}): () => Promise<never> {
  return () => Promise.reject(new PolyphonyError(code, `The vendor: ${code}.`, details))
}

export async function song(): Promise<Result> {
  const content = await (sampleFiles['audio/mpeg']?.() ?? Promise.reject(new Error('No sample.')))
  return { output: { clips: [{ audio: 'file:audio' }] }, files: [{ key: 'audio', mediaType: 'audio/mpeg', content }] }
}

/** A task whose call was answered with a handle, due for its first poll. */
export async function processing(harness: Harness): Promise<Task> {
  const task = await harness.claimed()
  await harness.work.begin(task)
  harness.clock.advance(2_000)
  const [due] = await harness.due()
  if (!due) throw new Error('The task is not due.')
  return due
}

/** A harness whose provider has one account with a stored health, which the test may change. */
export async function openWithAccount(
  open: OpenHarness,
  provider: Partial<Provider>,
  options: Pick<HarnessOptions, 'isReachable'> & { given?: Parameters<Harness['addAccount']>[0] } = {},
): Promise<{ harness: Harness; id: string }> {
  const { given, ...rest } = options
  const harness = await open(provider, { isEmbedded: false, ...rest })
  return { harness, id: await harness.addAccount(given) }
}

/** Moves the running tasks on that are due. */
export async function carryOnDue(harness: Harness): Promise<void> {
  for (const task of await harness.due()) await harness.work.carryOn(task)
}

export async function checkLateDue(harness: Harness): Promise<void> {
  for (const task of await harness.late())
    await harness.work.checkLateResult(task, undefined, AbortSignal.timeout(10_000))
}

import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import type { Asset } from '../../core/asset.ts'
import { type CallBatch, type CallBatchEnd, lineCallId } from '../../core/call-batch.ts'
import type { CallFile } from '../../core/call-file.ts'
import { newId } from '../../core/ids.ts'
import type { Bench } from '../contract.ts'
import { START } from './samples.ts'

const LEASE_MS = 60_000
const EXPIRES = START + 86_400_000

function aFile(with_: Partial<CallFile> = {}): { file: CallFile; asset: Asset } {
  const asset: Asset = {
    id: randomUUID(),
    tenantId: 't1',
    mode: 'live',
    taskId: null,
    kind: 'upload',
    mediaType: 'application/octet-stream',
    extension: 'bin',
    sizeBytes: 10,
    sha256: '0'.repeat(64),
    createdAt: START,
    expiresAt: START + 1_000,
  }
  const { id: assetId, tenantId, sizeBytes, createdAt, expiresAt } = asset
  const named = { id: newId(START), mode: 'live' as const, purpose: 'batch', name: 'lines.jsonl' }
  return { asset, file: { ...named, assetId, tenantId, sizeBytes, createdAt, expiresAt, ...with_ } }
}

function aBatch({ file }: { file: CallFile }, with_: Partial<CallBatch> = {}): CallBatch {
  return {
    id: newId(START),
    tenantId: 't1',
    mode: 'live',
    keyId: 'k1',
    format: 'openai',
    endpoint: '/v1/chat/completions',
    status: 'validating',
    inputFileId: file.id,
    inputAssetId: file.assetId,
    metadata: { for: 'a test' },
    headers: { 'openai-beta': 'x' },
    outputSeconds: null,
    total: 0,
    succeeded: 0,
    failed: 0,
    cancelled: 0,
    expired: 0,
    faults: [],
    outputFileId: null,
    errorFileId: null,
    createdAt: START,
    expiresAt: EXPIRES,
    startedAt: null,
    cancellingAt: null,
    finalizingAt: null,
    endedAt: null,
    recordExpiresAt: EXPIRES,
    ...with_,
  }
}

const END: CallBatchEnd = {
  status: 'completed',
  faults: [],
  cancelled: 0,
  expired: 0,
  outputFileId: null,
  errorFileId: null,
  endedAt: START + 5,
}

export function callBatchesContract(bench: Bench): void {
  const stored = async (with_: Partial<CallBatch> = {}) => {
    const input = aFile()
    await bench.store.insertCallFile(input)
    const batch = aBatch(input, with_)
    expect(await bench.store.createCallBatch({ batch, keepInputUntil: EXPIRES + 1 })).toBe(true)
    return { input, batch }
  }
  const claim = (holder: string, now = START, limit = 10, perTenant = 2) =>
    bench.store.claimCallBatches({ holder, leaseMs: LEASE_MS, now, limit, perTenant })
  const finish = (id: string, files: { file: CallFile; asset: Asset }[] = [], keepsInput = true, end = END) =>
    bench.store.finishCallBatch({ id, holder: 'a', end, files, keepsInput })
  const line = (batchId: string, index: number, isSuccess = true) => ({
    batchId,
    index,
    isSuccess,
    text: `{"line":${index}}`,
  })

  it('a file for calls is stored with its bytes, listed by purpose and age, and deleted', async () => {
    const files = [aFile(), aFile({ purpose: 'vision' }), aFile()]
    for (const file of files) expect(await bench.store.insertCallFile(file)).toBe(true)
    const of = { tenantId: 't1', mode: 'live' as const, limit: 10, now: START }
    const ids = async (purposes: string[], order: 'asc' | 'desc', after?: string) =>
      (await bench.store.listCallFiles({ ...of, purposes, order, ...(after ? { after } : {}) })).map(({ id }) => id)
    const [one, two, three] = files.map(({ file }) => file.id)
    expect(await ids(['batch', 'vision'], 'desc')).toEqual([three, two, one])
    expect(await ids(['batch'], 'asc')).toEqual([one, three])
    expect(await ids(['batch'], 'asc', one)).toEqual([three])
    expect(await bench.store.listCallFiles({ ...of, mode: 'test', purposes: ['batch'], order: 'asc' })).toEqual([])
    const part = aFile({ purpose: 'part', name: 'u_1/2' })
    for (const file of [part, aFile({ purpose: 'part', name: 'u-1/2' })]) await bench.store.insertCallFile(file)
    const parts = await bench.store.listCallFiles({ ...of, purposes: ['part'], named: 'u_1/', order: 'asc' })
    expect(parts).toEqual([part.file])
    expect(await bench.store.getCallFile({ id: one ?? '' })).toEqual(files[0]?.file)
    expect(await bench.store.deleteCallFile({ id: one ?? '', now: START })).toBe(true)
    expect(await bench.store.deleteCallFile({ id: one ?? '', now: START })).toBe(false)
    const gone = await bench.store.listExpiredAssets({ now: START, limit: 10 })
    expect(gone.map(({ id }) => id)).toEqual([files[0]?.asset.id])
    expect(await bench.store.purgeCallFiles({ now: START + 1_000, limit: 10 })).toBe(4)
  })

  it('a file for calls beyond the quota is not stored', async () => {
    const quota = { bytes: 15, drafts: 0 }
    expect(await bench.store.insertCallFile({ ...aFile(), quota })).toBe(true)
    const second = aFile()
    expect(await bench.store.insertCallFile({ ...second, quota })).toBe(false)
    expect(await bench.store.getCallFile({ id: second.file.id })).toBeUndefined()
  })

  it('a batch keeps its input, also after the file was deleted, until it ends', async () => {
    const { input, batch } = await stored()
    expect(await bench.store.getCallBatch({ id: batch.id })).toEqual(batch)
    expect(await bench.store.getAsset({ id: input.asset.id })).toMatchObject({ expiresAt: EXPIRES + 1 })
    await bench.store.deleteCallFile({ id: input.file.id, now: START })
    expect(await bench.store.listExpiredAssets({ now: START + 5, limit: 10 })).toEqual([])
    // Also one that goes on for longer than its time.
    expect(await bench.store.listExpiredAssets({ now: EXPIRES + 2, limit: 10 })).toEqual([])
    await claim('a')
    const output = aFile({ purpose: 'batch_output' })
    expect(await finish(batch.id, [output], true, { ...END, outputFileId: output.file.id })).toBe(true)
    expect((await bench.store.listExpiredAssets({ now: START + 5, limit: 10 })).map(({ id }) => id)).toEqual([
      input.asset.id,
    ])
    expect(await bench.store.getCallFile({ id: output.file.id })).toEqual(output.file)
    const again = aBatch(aFile())
    expect(await bench.store.createCallBatch({ batch: again, keepInputUntil: EXPIRES })).toBe(false)
    expect(await bench.store.deleteCallBatch({ id: batch.id, now: START + 6 })).toBe(true)
    expect(await bench.store.getCallFile({ id: output.file.id })).toBeUndefined()
    expect(await bench.store.getCallBatch({ id: batch.id })).toBeUndefined()
  })

  it('batches are claimed by tenants in turn, each by one process, and again when a lease is over', async () => {
    const mine = [await stored(), await stored(), await stored()]
    const other = await stored({ tenantId: 't2' })
    const [first, second, third] = mine.map(({ batch }) => batch.id)
    expect((await claim('a', START, 2)).map(({ id }) => id)).toEqual([first, other.batch.id])
    expect((await claim('b')).map(({ id }) => id)).toEqual([second])
    expect(await claim('b')).toEqual([])
    const ids = [first ?? '', second ?? '']
    const renewed = await bench.store.renewCallBatches({ holder: 'a', ids, leaseMs: LEASE_MS, now: START + 30_000 })
    expect(renewed.map(({ id }) => id)).toEqual([first])
    expect((await claim('c', START + 60_000)).map(({ id }) => id).sort()).toEqual([second, other.batch.id].toSorted())
    await bench.store.releaseCallBatches({ which: { holder: 'c' } })
    await bench.store.releaseCallBatches({ which: { all: true } })
    expect((await claim('d', START, 10, 3)).map(({ id }) => id).sort()).toEqual(
      [first, second, third, other.batch.id].toSorted(),
    )
  })

  it('a line keeps its first outcome, and is counted once', async () => {
    const { batch } = await stored()
    const { id } = batch
    await bench.store.endBatchLines({ lines: [line(id, 2), line(id, 0, false)] })
    await bench.store.endBatchLines({ lines: [line(id, 2, false), line(id, 1)] })
    await bench.store.endBatchLines({ lines: [line(newId(START), 0)] })
    expect(await bench.store.listEndedLines({ batchId: id })).toEqual([0, 1, 2])
    expect(await bench.store.listBatchLines({ batchId: id, from: 1, limit: 10 })).toEqual([line(id, 1), line(id, 2)])
    expect(await bench.store.getCallBatch({ id })).toMatchObject({ succeeded: 2, failed: 1 })
  })

  it('only the process that holds a batch changes it, and a cancel stays', async () => {
    const { batch } = await stored()
    const { id } = batch
    await claim('a')
    expect(await bench.store.changeCallBatch({ id, holder: 'b', set: { status: 'running' } })).toBeUndefined()
    const set = { status: 'running', total: 3, startedAt: START + 1 } as const
    expect(await bench.store.changeCallBatch({ id, holder: 'a', set })).toMatchObject(set)
    expect(await bench.store.cancelCallBatch({ id, now: START + 2 })).toMatchObject({
      status: 'cancelling',
      cancellingAt: START + 2,
    })
    expect(await bench.store.changeCallBatch({ id, holder: 'a', set: { status: 'running' } })).toMatchObject({
      status: 'cancelling',
    })
    expect(await bench.store.deleteCallBatch({ id, now: START })).toBe(false)
    expect(await finish(id, [], false, { ...END, status: 'cancelled', cancelled: 3 })).toBe(true)
    expect(await finish(id)).toBe(false)
    const ended = await bench.store.cancelCallBatch({ id, now: START + 9 })
    expect(ended).toMatchObject({ status: 'cancelled', cancelled: 3, endedAt: START + 5 })
    expect(await bench.store.getCallFile({ id: batch.inputFileId })).toBeUndefined()
    expect(await claim('a', EXPIRES)).toEqual([])
  })

  it('the outcome of a line is stored with the call that answered it', async () => {
    const { batch } = await stored()
    await bench.store.bookCalls({
      bookings: [{ tenantId: 't1', keyId: 'k1', allowanceId: null, calls: [], lines: [line(batch.id, 7)] }],
      leaseUntil: EXPIRES,
      recordExpiresAt: EXPIRES,
      now: START,
    })
    expect(await bench.store.listEndedLines({ batchId: batch.id })).toEqual([7])
  })

  it('lists batches of one format, newest first, in both directions', async () => {
    const all = [await stored(), await stored(), await stored()].map(({ batch }) => batch.id)
    await stored({ format: 'anthropic' })
    const [one, two, three] = all
    const ids = async (page: { beforeId?: string; afterId?: string }, limit = 10) => {
      const of = { tenantId: 't1', mode: 'live', format: 'openai' } as const
      return (await bench.store.listCallBatches({ ...of, ...page, limit })).map(({ id }) => id)
    }
    expect(await ids({})).toEqual([three, two, one])
    expect(await ids({ beforeId: three ?? '' }, 1)).toEqual([two])
    expect(await ids({ afterId: one ?? '' }, 1)).toEqual([two])
  })

  it('the id of the call of a line is an id, follows from the line, and sorts with its batch', () => {
    const batchId = newId(START)
    expect(lineCallId(batchId, 3)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{10}00$/)
    expect(lineCallId(batchId, 3)).toBe(lineCallId(batchId, 3))
    expect(lineCallId(batchId, 4)).not.toBe(lineCallId(batchId, 3))
    expect(lineCallId(batchId, 3).slice(0, 13)).toBe(batchId.slice(0, 13))
  })
}

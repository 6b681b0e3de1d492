import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import type { Asset } from '../../core/asset.ts'
import type { Bench } from '../contract.ts'
import { START } from './samples.ts'

export function anAsset(with_: Partial<Asset>): Asset {
  return {
    id: randomUUID(),
    tenantId: 't1',
    mode: 'live',
    taskId: null,
    kind: 'upload',
    mediaType: 'video/mp4',
    extension: 'mp4',
    sizeBytes: 5_000_000_000,
    sha256: 'ab'.repeat(32),
    createdAt: START,
    expiresAt: START + 1_000,
    ...with_,
  }
}

export function assetsContract(bench: Bench): void {
  it('an asset is stored with every field, with sizes beyond four gigabytes too', async () => {
    const asset = anAsset({})
    await bench.store.insertAsset({ asset })
    expect(await bench.store.getAsset({ id: asset.id })).toEqual(asset)
    expect(await bench.store.getAsset({ id: randomUUID() })).toBeUndefined()
  })

  it('expired assets are listed oldest first, until they are deleted', async () => {
    const [late, early, later] = [2_000, 1_000, 9_000].map((ms) => anAsset({ expiresAt: START + ms }))
    if (!late || !early || !later) throw new Error('Three were made.')
    for (const asset of [late, early, later]) await bench.store.insertAsset({ asset })
    expect(await bench.store.listExpiredAssets({ now: START + 999, limit: 9 })).toEqual([])
    expect(await bench.store.listExpiredAssets({ now: START + 2_000, limit: 9 })).toEqual([early, late])
    expect(await bench.store.listExpiredAssets({ now: START + 2_000, limit: 1 })).toEqual([early])
    expect(await bench.store.listExpiredAssets({ now: START + 2_000, after: early, limit: 9 })).toEqual([late])
    expect(await bench.store.listExpiredAssets({ now: START + 2_000, after: late, limit: 9 })).toEqual([])
    await bench.store.deleteAssets({ ids: [early.id, late.id] })
    await bench.store.deleteAssets({ ids: [] })
    expect(await bench.store.listExpiredAssets({ now: START + 2_000, limit: 9 })).toEqual([])
    expect(await bench.store.getAsset({ id: later.id })).toEqual(later)
  })

  it('an upload beyond the quota of its tenant and mode is refused until other files are deleted', async () => {
    const { store } = bench
    const quota = { bytes: 100, drafts: 0 }
    const [first, second] = [anAsset({ sizeBytes: 60 }), anAsset({ sizeBytes: 41 })]
    expect(await store.insertAsset({ asset: first, quota })).toBe(true)
    expect(await store.insertAsset({ asset: second, quota })).toBe(false)
    expect(await store.getAsset({ id: second.id })).toBeUndefined()
    for (const other of [{ mode: 'test' as const }, { tenantId: 't2' }, { sizeBytes: 40 }]) {
      expect(await store.insertAsset({ asset: anAsset({ sizeBytes: 100, ...other }), quota })).toBe(true)
    }
    // Outputs are paid for, and do not count.
    const output = anAsset({ kind: 'output', mode: null, taskId: 'task' })
    expect(await store.insertAsset({ asset: output, quota })).toBe(true)
    expect(await store.getStorageUse({ tenantId: 't1', mode: 'live' })).toEqual({ bytes: 100, drafts: 0 })
    await store.deleteAssets({ ids: [first.id, output.id] })
    expect(await store.getStorageUse({ tenantId: 't1', mode: 'live' })).toEqual({ bytes: 40, drafts: 0 })
    expect(await store.insertAsset({ asset: second, quota })).toBe(true)
  })

  it('the store says which ids belong to assets', async () => {
    const [one, other] = [anAsset({}), anAsset({})]
    for (const asset of [one, other]) await bench.store.insertAsset({ asset })
    const known = await bench.store.listKnownAssets({ ids: [randomUUID(), other.id, randomUUID(), one.id] })
    expect(known.sort()).toEqual([one.id, other.id].sort())
    expect(await bench.store.listKnownAssets({ ids: [] })).toEqual([])
  })
}

import { expect, it } from 'vitest'
import type { Draft } from '../../core/draft.ts'
import { newId } from '../../core/ids.ts'
import type { Bench } from '../contract.ts'
import { START } from './samples.ts'

export function draftsContract(bench: Bench): void {
  it('a draft is stored as it is', async () => {
    const { store } = bench
    const draft = aDraft()
    await store.insertDraft({ draft })
    expect(await store.getDraft({ id: draft.id })).toEqual(draft)
    expect(await store.getDraft({ id: newId(START) })).toBeUndefined()
  })

  it('of many ids those drafts are found that exist', async () => {
    const { store } = bench
    const [one, other] = [aDraft(), aDraft()]
    for (const draft of [one, other, aDraft()]) await store.insertDraft({ draft })
    const found = await store.getDrafts({ ids: [other.id, newId(START), one.id, one.id] })
    expect(found.sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual([one, other].sort((a, b) => (a.id < b.id ? -1 : 1)))
    expect(await store.getDrafts({ ids: [] })).toEqual([])
  })

  it('a draft is changed only from the state that the writer has read', async () => {
    const { store } = bench
    const draft = aDraft()
    await store.insertDraft({ draft })
    const from = draft.body
    const changes = [1, 2, 3, 4].map((by) => store.updateDraft({ id: draft.id, from, body: { step: 2, by } }))
    expect((await Promise.all(changes)).filter(Boolean)).toHaveLength(1)
    expect(await store.getDraft({ id: draft.id })).toMatchObject({ body: { step: 2 } })
    expect(await store.updateDraft({ id: newId(START), from, body: {} })).toBe(false)
  })

  it('the drafts of a tenant and a kind are listed newest first, page by page', async () => {
    const { store } = bench
    const mine = [aDraft({ expiresAt: START + 9 }), aDraft({ expiresAt: START + 9 }), aDraft({ expiresAt: START + 9 })]
    for (const draft of mine) await store.insertDraft({ draft })
    for (const other of [{ tenantId: 't2' }, { kind: 'window' }]) {
      await store.insertDraft({ draft: aDraft({ ...other, expiresAt: START + 9 }) })
    }
    await store.insertDraft({ draft: aDraft({ expiresAt: START }) })
    const of = { tenantId: 't1', mode: 'live' as const, kind: 'upload', now: START }
    const newest = mine
      .map(({ id }) => id)
      .sort()
      .reverse()
    const first = await store.listDrafts({ ...of, limit: 2 })
    expect(first.map(({ id }) => id)).toEqual(newest.slice(0, 2))
    const rest = await store.listDrafts({ ...of, limit: 2, beforeId: newest[1] ?? '' })
    expect(rest.map(({ id }) => id)).toEqual(newest.slice(2))
  })

  it('drafts are listed for one mode at a time', async () => {
    const { store } = bench
    const [live, test] = [aDraft(), aDraft({ mode: 'test' })]
    for (const draft of [live, test]) await store.insertDraft({ draft })
    const of = { tenantId: 't1', kind: 'upload', now: START, limit: 10 }
    expect(await store.listDrafts({ ...of, mode: 'live' })).toEqual([live])
    expect(await store.listDrafts({ ...of, mode: 'test' })).toEqual([test])
  })

  it('a draft beyond the quota of its tenant and mode is refused, and changed and deleted drafts count', async () => {
    const { store } = bench
    const quota = { bytes: 1_000, drafts: 2 }
    const [first, second] = [aDraft({ body: { text: 'é'.repeat(100) } }), aDraft()]
    for (const draft of [first, second]) expect(await store.insertDraft({ draft, quota })).toBe(true)
    const bytes = [first, second].reduce((sum, { body }) => sum + Buffer.byteLength(JSON.stringify(body)), 0)
    expect(await store.getStorageUse({ tenantId: 't1', mode: 'live' })).toEqual({ bytes, drafts: 2 })
    expect(await store.insertDraft({ draft: aDraft(), quota })).toBe(false)
    expect(await store.insertDraft({ draft: aDraft({ mode: 'test' }), quota })).toBe(true)
    expect(await store.insertDraft({ draft: aDraft({ tenantId: 't2' }), quota })).toBe(true)

    await store.updateDraft({ id: first.id, from: first.body, body: { text: 'é' } })
    expect(await store.getStorageUse({ tenantId: 't1', mode: 'live' })).toEqual({ bytes: bytes - 198, drafts: 2 })
    await store.purgeDrafts({ now: START + 1 })
    expect(await store.getStorageUse({ tenantId: 't1', mode: 'live' })).toEqual({ bytes: 0, drafts: 0 })
    expect(await store.insertDraft({ draft: aDraft({ body: { text: 'x'.repeat(1_000) } }), quota })).toBe(false)
  })

  it('an expired draft is deleted', async () => {
    const { store } = bench
    const [old, young] = [aDraft({ expiresAt: START + 10 }), aDraft({ expiresAt: START + 11 })]
    for (const draft of [old, young]) await store.insertDraft({ draft })
    await store.purgeDrafts({ now: START + 10 })
    expect(await store.getDraft({ id: old.id })).toBeUndefined()
    expect(await store.getDraft({ id: young.id })).toEqual(young)
  })
}

function aDraft(with_: Partial<Draft> = {}): Draft {
  const body = { step: 1, name: 'a.mp3' }
  return {
    id: newId(START),
    tenantId: 't1',
    mode: 'live',
    kind: 'upload',
    body,
    createdAt: START,
    expiresAt: START + 1,
    ...with_,
  }
}

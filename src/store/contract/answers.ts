import { expect, it } from 'vitest'
import type { KeptAnswer } from '../../core/kept-answer.ts'
import { points } from '../../core/points.ts'
import type { Bench } from '../contract.ts'
import { START } from './samples.ts'

function anAnswer(id: string, with_: Partial<KeptAnswer> = {}): KeptAnswer {
  return {
    id,
    tenantId: 't1',
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(`{"id":"${id}"}`).toString('base64'),
    pricePoints: points(7),
    createdAt: START,
    expiresAt: START + 1_000,
    ...with_,
  }
}

export function answersContract(bench: Bench): void {
  const keep = (answer: KeptAnswer, atMost = 10) => bench.store.keepAnswer({ answer, atMost })
  const find = (id: string, now = START) => bench.store.findAnswer({ id, now })

  it('an answer is found until it expires, and replaced by a newer one', async () => {
    await keep(anAnswer('a'))
    expect(await find('a')).toEqual(anAnswer('a'))
    expect(await find('b')).toBeUndefined()
    expect(await find('a', START + 1_000)).toBeUndefined()
    const newer = anAnswer('a', { createdAt: START + 1_000, expiresAt: START + 2_000, body: 'bmV3' })
    await keep(newer)
    expect(await find('a', START + 1_500)).toEqual(newer)
    await bench.store.purgeAnswers({ now: START + 2_000 })
    expect(await find('a', START)).toBeUndefined()
  })

  it('a tenant keeps no more than it may, the newest, and takes no room from another', async () => {
    await keep(anAnswer('theirs', { tenantId: 't2', createdAt: START - 1 }))
    for (const [index, id] of ['a', 'b', 'c'].entries()) await keep(anAnswer(id, { createdAt: START + index }), 2)
    expect(await Promise.all(['a', 'b', 'c', 'theirs'].map((id) => find(id)))).toEqual([
      undefined,
      expect.objectContaining({ id: 'b' }),
      expect.objectContaining({ id: 'c' }),
      expect.objectContaining({ id: 'theirs' }),
    ])
  })
}

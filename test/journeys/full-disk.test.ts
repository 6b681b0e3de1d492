import { describe, expect, it } from 'vitest'
import { openGateway } from '../support/gateway.ts'
import { handProvider } from './hand-provider.ts'

/** Pages of 4 KiB: space for the tables and some dozens of songs. */
const PAGES = 220
const LYRICS = 'la '.repeat(1_500)

describe('a full disk', () => {
  it('refuses what cannot be stored, in the form of the protocol, and holds no price for it', async () => {
    await using gateway = await openGateway({ replaced: { maxPages: PAGES, builtIn: [handProvider({ slots: 0 })] } })
    const body = { model: 'suno', task_type: 'music', input: { prompt: LYRICS, mv: 'chirp-crow' } }

    const accepted: string[] = []
    let refusal = await gateway.piapi.post(body)
    while (refusal.status === 200) {
      accepted.push(refusal.body.data.task_id)
      expect(accepted.length).toBeLessThan(500)
      refusal = await gateway.piapi.post(body)
    }
    expect(accepted.length).toBeGreaterThan(0)
    expect(refusal.status).toBe(507)
    expect(refusal.body).toMatchObject({ code: 507, data: null, message: expect.stringMatching(/disk .* full/) })

    const relayed = await gateway.send('POST', '/suno/submit/music', { body: { prompt: LYRICS, mv: 'chirp-crow' } })
    expect(relayed.status).toBe(507)
    expect(relayed.body).toMatchObject({ data: null, message: expect.stringMatching(/disk .* full/) })

    const ready = await gateway.send('GET', '/readyz', { key: null })
    expect(ready).toMatchObject({ status: 503, body: { status: 'the disk is full' } })

    // Accepted tasks exist and are paid for; refused ones do not.
    for (const id of accepted) expect((await gateway.piapi.read(id)).status).toBe('pending')
    const tasks = await gateway.store.listTasks({ tenantId: gateway.tenantId, limit: 1_000 })
    expect(tasks.map((task) => task.id).sort()).toEqual(accepted.toSorted())
    expect((await gateway.balance()).held).toBe(accepted.length * 400_000)
    expect(await gateway.store.reconcile({})).toEqual([])
  })
})

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../src/core/clock.ts'
import { sandboxSong } from '../../src/engines/sandbox-media/sandbox-media.ts'
import { clipsOf, download, openGateway, TEST_KEY } from '../support/gateway.ts'
import { migratedDatabase } from '../support/postgres-database.ts'
import { openReceiver } from '../support/receiver.ts'
import { openVendor } from '../support/vendor.ts'
import { vendorProvider } from '../support/vendor-provider.ts'
import { handProvider } from './hand-provider.ts'

let dataDir: string
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'polyphony-restart-'))
})
afterEach(() => rm(dataDir, { recursive: true, force: true }))

const SHORT = { prompt: '[Verse]\nMove your paws', tags: 'folk', title: 'Cat Dance' }

describe.each(['SQLite', 'PostgreSQL'])('a restart of a gateway on %s', (engine) => {
  const database = async (): Promise<Record<string, string>> =>
    engine === 'SQLite' ? {} : { DATABASE_URL: await migratedDatabase() }

  it('resumes waiting, running and submitted tasks; none is done or charged twice', async () => {
    const env = await database()
    const vendor = await openVendor()
    const receiver = await openReceiver()
    const house = () => [{ provider: vendorProvider(vendor.url), mode: 'live' as const, slots: 1 }]
    const config = { webhook_config: { endpoint: receiver.url, secret: 's' } }
    let ids: string[]
    try {
      {
        await using first = await openGateway({ env, dataDir, replaced: { builtIn: house() } })
        const held = new Promise<void>((resolve) => {
          vendor.onMoment = (moment) => {
            if (moment === 'create') resolve()
          }
        })
        const songs = Array.from({ length: 3 }, (_, index) =>
          first.piapi.song({ ...SHORT, title: `Song ${index}` }, { config }),
        )
        ids = (await Promise.all(songs)).map((task) => task.task_id)
        await held
        await first.stop()
      }
      await using second = await openGateway({ env, dataDir, replaced: { builtIn: house() } })
      await receiver.until((received) => new Set(received.map(({ headers }) => headers['webhook-id'])).size === 3)
      for (const id of ids) {
        const task = await second.piapi.ended(id)
        expect(task).toMatchObject({ status: 'completed', meta: { usage: { consume: 400_000 } } })
        expect((await download(clipsOf(task)[0]?.audio_url ?? '')).headers.get('content-type')).toBe('audio/mpeg')
      }
      expect(new Set(vendor.generations.map((one) => one.idempotencyKey))).toEqual(new Set(ids))
      expect(vendor.generations).toHaveLength(3)
      expect(await second.balance()).toMatchObject({ held: 0, active: 0, available: 10_000_000_000 - 3 * 400_000 })
      await second.assertBalanced()
    } finally {
      await vendor.close()
      await receiver.close()
    }
  })

  it('does the interrupted work of this process again, for one price', async () => {
    const env = await database()
    let id: string
    {
      const hand = handProvider()
      await using first = await openGateway({ env, dataDir, replaced: { builtIn: [hand] } })
      id = (await first.piapi.create('lyrics', { prompt: 'fog' })).task_id
      await first.until(id, ({ status }) => status === 'processing')
      const stopping = first.stop()
      // Work that is not done at the end of the grace period is left to the next start.
      await stopping
    }
    const hand = handProvider()
    hand.finish(id)
    await using second = await openGateway({ env, dataDir, replaced: { builtIn: [hand] } })
    expect(await second.piapi.ended(id)).toMatchObject({ status: 'completed', output: { title: 'By hand' } })
    expect(await second.balance()).toMatchObject({ held: 0, available: 10_000_000_000 - 20_000 })
    await second.assertBalanced()
  })
})

describe('a stop of a gateway', () => {
  it('lets work that ends soon end, ends the long polls, and refuses later requests', async () => {
    const hand = handProvider()
    await using gateway = await openGateway({ dataDir, replaced: { builtIn: [hand] } })
    const { task_id: id } = await gateway.piapi.create('lyrics', { prompt: 'fog' })
    await gateway.until(id, ({ status }) => status === 'processing')
    const polling = gateway.piapi.read(id, { query: '?wait=60' }).then(
      (task) => task.status,
      (error: unknown) => (error instanceof TypeError ? 'cut off' : Promise.reject(error)),
    )
    await gateway.piapi.read(id)
    const stopping = gateway.stop()
    hand.finish(id)
    await stopping
    expect(['cut off', 'processing', 'completed']).toContain(await polling)
    await expect(fetch(`${gateway.url}/healthz`)).rejects.toThrow(TypeError)
    await using next = await openGateway({ dataDir })
    expect(await next.piapi.read(id)).toMatchObject({ status: 'completed' })
  })
})

describe('retention', () => {
  it('deletes uploads first, then outputs; the record still shows what there was, and the ledger stays', async () => {
    const clock = { aheadMs: 0, now: () => Date.now() + clock.aheadMs }
    const env = { POLYPHONY_UPLOAD_HOURS: '0.7', POLYPHONY_MEDIA_DAYS: '0.7', POLYPHONY_RECORD_DAYS: '0.7' }
    await using gateway = await openGateway({ dataDir, env, replaced: { clock } })
    const { mp3 } = await sandboxSong()
    const body = { file_name: 'a.mp3', file_data: Buffer.from(mp3).toString('base64') }
    const { body: answer } = await gateway.send('POST', '/api/ephemeral_resource', { body })
    const upload = (answer as { data: { url: string } }).data.url
    const { task_id: id } = await gateway.piapi.song({ prompt: 'sandbox:fast' }, { key: TEST_KEY })
    const output = clipsOf(await gateway.piapi.ended(id, { key: TEST_KEY }))[0]?.audio_url ?? ''
    const statuses = async () => Promise.all([upload, output].map(async (url) => (await fetch(url)).status))
    expect(await statuses()).toEqual([200, 200])
    clock.aheadMs = HOUR_MS
    expect(await statuses()).toEqual([404, 200])
    clock.aheadMs = DAY_MS
    expect(await statuses()).toEqual([404, 404])
    expect(await gateway.piapi.read(id, { key: TEST_KEY })).toMatchObject({ status: 'completed' })
  })

  it.each(['POLYPHONY_RECORD_DAYS', 'POLYPHONY_MEDIA_DAYS', 'POLYPHONY_UPLOAD_HOURS'])(
    'may be set to any fraction in %s, also on PostgreSQL',
    async (name) => {
      const env = { DATABASE_URL: await migratedDatabase(), [name]: '0.7000001' }
      await using gateway = await openGateway({ dataDir, env })
      const { mp3 } = await sandboxSong()
      const body = { file_name: 'a.mp3', file_data: Buffer.from(mp3).toString('base64') }
      expect((await gateway.send('POST', '/api/ephemeral_resource', { body })).status).toBe(200)
      const { task_id: id } = await gateway.piapi.song({ prompt: 'sandbox:fast' }, { key: TEST_KEY })
      expect(await gateway.piapi.ended(id, { key: TEST_KEY })).toMatchObject({ status: 'completed' })
    },
  )
})

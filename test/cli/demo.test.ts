import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listen } from '../../src/engines/studio/listen.testing.ts'
import { polyphony } from '../support/command.ts'

describe('polyphony demo --exit', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polyphony-demo-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('polyphony demo --exit leaves playable songs from both wire formats, paid for and announced by webhooks', {
    timeout: 180_000,
  }, async () => {
    const { code, stdout, stderr } = await polyphony(['demo', '--exit', '--out', folder], {
      PORT: '0',
      POLYPHONY_STUDIO_SONG_SECONDS: '12',
    })
    expect(stderr.replace(/.*%.*\n|\n/g, '')).toBe('')
    expect(code).toBe(0)
    expect(stdout).toMatch(/\(PiAPI\): signature verified/)
    expect(stdout).toMatch(/\(relay\): signature verified/)
    expect(stdout).toMatch(/Paid \$0\.0800 from the ledger; .* it reconciles/)

    for (const name of ['piapi-format', 'suno-relay-format']) {
      for (const number of [1, 2]) {
        const song = await listen(new Uint8Array(await readFile(join(folder, `${name}-${number}.mp3`))))
        expect(song.errors).toBe(0)
        expect(song.seconds).toBeGreaterThan(10)
        expect(song.left.some((x) => Math.abs(x) > 0.1)).toBe(true)
        const cover = await sharp(join(folder, `${name}-${number}.jpeg`)).metadata()
        expect(cover).toMatchObject({ format: 'jpeg', width: 1_024, height: 1_024 })
      }
    }
    const piapi = JSON.parse(await readFile(join(folder, 'piapi-format.json'), 'utf8'))
    expect(piapi).toMatchObject({ code: 200, data: { status: 'completed', model: 'suno', task_type: 'music' } })
    const relay = JSON.parse(await readFile(join(folder, 'suno-relay-format.json'), 'utf8'))
    expect(relay).toMatchObject({ code: 'success', data: { status: 'SUCCESS', progress: '100%', action: 'MUSIC' } })
    expect((await readdir(folder)).filter((file) => file.endsWith('.mp3'))).toHaveLength(4)
  })
})

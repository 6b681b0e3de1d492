import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { polyphony } from '../support/command.ts'
import { serve } from '../support/served.ts'

const KEY = 'sk-test-copied-database-0123'
const LYRICS = { model: 'suno', task_type: 'lyrics', input: { prompt: 'rain sandbox:fast' } }

describe('a copy of the database of a server that was stopped in order', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'polyphony-copied-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('polyphony.db alone, with the secret, is a whole copy', async () => {
    const [from, to] = [join(folder, 'from'), join(folder, 'to')]
    await using server = await serve({ DATA_DIR: from, POLYPHONY_TEST_KEY: KEY })
    const headers = { 'x-api-key': KEY, 'content-type': 'application/json' }
    const created = await fetch(`${server.url}/api/v1/task`, { method: 'POST', headers, body: JSON.stringify(LYRICS) })
    const { data } = (await created.json()) as { data: { task_id: string } }
    // A command that ends while the server runs leaves the log to the server.
    expect((await polyphony(['credit', '5'], { DATA_DIR: from })).code).toBe(0)
    expect(await server.end()).toBe(0)

    expect(existsSync(join(from, 'polyphony.db-wal'))).toBe(false)
    mkdirSync(to)
    for (const name of ['polyphony.db', 'secret']) copyFileSync(join(from, name), join(to, name))
    for (const command of ['key list', 'reconcile', 'task list', 'webhook secret']) {
      const said = await Promise.all([from, to].map((dir) => polyphony(command.split(' '), { DATA_DIR: dir })))
      expect(said[1]).toEqual(said[0])
      expect(said[1]?.code).toBe(0)
    }
    expect((await polyphony(['task', 'list'], { DATA_DIR: to })).stdout).toContain(data.task_id)
  })
})

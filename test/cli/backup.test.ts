import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gunzipSync, gzipSync } from 'node:zlib'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json.ts'
import type { Outcome } from '../support/command.ts'
import { polyphonyHere } from '../support/command-in-process.ts'
import { freshDatabase } from '../support/postgres-database.ts'
import { openReceiver, type Receiver } from '../support/receiver.ts'
import { serve } from '../support/served.ts'

const KEY = 'sk-test-of-the-backups-0123'
const HEADERS = { 'x-api-key': KEY, 'content-type': 'application/json' }

interface Song {
  task_id: string
  output: { audio_url: string }[]
}

/** A gateway with a song, of which a backup is made while it serves, and which is then killed. */
describe('a backup of a gateway that serves', () => {
  let folder: string
  let dataDir: string
  let receiver: Receiver
  let song: Song
  let sha256: string
  let before: Awaited<ReturnType<typeof state>>

  const at = (name: string): string => join(folder, name)
  const run = (args: string[], env: Record<string, string> = {}): Promise<Outcome> =>
    polyphonyHere(args, { DATA_DIR: dataDir, ...env })
  const done = async (args: string[], env: Record<string, string> = {}): Promise<string> => {
    const { code, stdout, stderr } = await run(args, env)
    expect({ args, code, stderr: code === 0 ? '' : stderr }).toEqual({ args, code: 0, stderr: '' })
    return stdout
  }
  const state = async (env: Record<string, string> = {}) => ({
    // A read in between is noted as a key's last use.
    keys: (JSON.parse(await done(['key', 'list', '--json'], env)) as { items: JsonObject[] }).items.map(
      ({ last_used_at: _, ...key }) => key,
    ),
    tasks: await done(['task', 'list'], env),
    reconcile: await done(['reconcile'], env),
  })
  async function sha256Of(url: string): Promise<string> {
    const answer = await fetch(url)
    expect(answer.headers.get('content-type')).toBe('audio/mpeg')
    return createHash('sha256')
      .update(await answer.bytes())
      .digest('hex')
  }
  async function read(url: string): Promise<Song> {
    const answer = await fetch(`${url}/api/v1/task/${song.task_id}?wait=20`, { headers: HEADERS })
    return ((await answer.json()) as { data: Song }).data
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'polyphony-backup-'))
    dataDir = at('data')
    receiver = await openReceiver()
    const env = { DATA_DIR: dataDir, POLYPHONY_TEST_KEY: KEY, POLYPHONY_EGRESS_ALLOW: '127.0.0.0/8' }
    await using server = await serve(env)
    const created = await fetch(`${server.url}/api/v1/task`, {
      method: 'POST',
      headers: HEADERS,
      body: JSON.stringify({
        model: 'suno',
        task_type: 'music',
        input: { prompt: 'sandbox:fast' },
        config: { webhook_config: { endpoint: receiver.url, secret: '' } },
      }),
    })
    song = ((await created.json()) as { data: Song }).data
    song = await read(server.url)
    await receiver.until((received) => received.length > 0)
    sha256 = await sha256Of(song.output[0]?.audio_url ?? '')
    await done(['account', 'add', 'luma', '--name', 'main', '--field', 'apiKey=a-key-of-the-test'])
    await done(['backup', at('plain.tar.gz')])
    expect(await done(['backup', at('all.tar.gz'), '--files'])).toMatch(
      /\d+ tables with \d+ rows, [1-9]\d* files with \d+ bytes\./,
    )
    await server.end('SIGKILL')
    before = await state()
  })
  afterAll(async () => {
    await receiver.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('is a file that only its owner can read, and any tar can unpack', () => {
    expect(statSync(at('all.tar.gz')).mode & 0o777).toBe(0o600)
    const names = execFileSync('tar', ['tzf', at('all.tar.gz')])
      .toString()
      .trim()
      .split('\n')
    expect(names).toEqual(expect.arrayContaining(['secret', 'tables/tasks/000000.jsonl', 'manifest.json']))
    const secret = execFileSync('tar', ['xzOf', at('all.tar.gz'), 'secret']).toString()
    expect(secret).toBe(readFileSync(join(dataDir, 'secret'), 'utf8'))
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([])
  })

  it.each(['SQLite', 'PostgreSQL'])(
    'restored to %s, the ledger reconciles, old webhooks verify, credentials open and songs play',
    async (engine) => {
      const to = at(`restored to ${engine}`)
      const env: Record<string, string> = { DATA_DIR: to }
      if (engine === 'PostgreSQL') env.DATABASE_URL = await freshDatabase()
      const into = env.DATABASE_URL ?? to
      expect(await done(['restore', at('all.tar.gz'), '--into', into], engine === 'SQLite' ? {} : env)).toMatch(/Clean/)
      expect(await state(env)).toEqual(before)
      expect(await done(['account', 'debug', 'main'], env)).toContain('It is ready')

      const { body, headers } = receiver.received[0] ?? { body: '', headers: {} }
      const secret = (await done(['webhook', 'secret', '--test'], env)).trim()
      expect(() => new Webhook(secret).verify(body, headers as Record<string, string>)).not.toThrow()

      await using server = await serve(env)
      const { output } = await read(server.url)
      expect(await sha256Of(output[0]?.audio_url ?? '')).toBe(sha256)
      await server.end()
      expect(await done(['reconcile'], env)).toBe(before.reconcile)
    },
  )

  it('without files, it is restored too, and the next server takes the storage that it finds', async () => {
    const env = { DATA_DIR: at('without files') }
    expect(await done(['restore', at('plain.tar.gz'), '--into', env.DATA_DIR])).toMatch(/without files/)
    await using server = await serve(env)
    expect((await read(server.url)).task_id).toBe(song.task_id)
  })

  it('restored to the storage of the original, it has a mark of its own there, and each starts with its own', async () => {
    const marks = join(dataDir, 'files', 'polyphony-storage')
    const [original = '', ...others] = readdirSync(marks)
    expect(others).toEqual([])
    const content = readFileSync(join(marks, original))
    const shared = { STORAGE_URL: pathToFileURL(join(dataDir, 'files')).href }
    for (const name of ['all', 'plain']) {
      const env = { ...shared, DATA_DIR: at(`beside, from ${name}`) }
      await done(['restore', at(`${name}.tar.gz`), '--into', env.DATA_DIR], shared)
      await using server = await serve(env)
      expect(await sha256Of((await read(server.url)).output[0]?.audio_url ?? '')).toBe(sha256)
    }
    expect(readdirSync(marks)).toHaveLength(3)
    expect(readFileSync(join(marks, original)).equals(content)).toBe(true)
    expect(await done(['doctor'], shared)).toMatch(/^ok +identity /m)
  })

  it('a backup that was cut off or changed is refused, and nothing is written', async () => {
    const whole = readFileSync(at('all.tar.gz'))
    const tar = gunzipSync(whole)
    const place = tar.indexOf('suno/music', tar.indexOf('tables/tasks/'))
    const changed = Buffer.from(tar)
    changed.write('suno/mUsic', place)
    const spoiled = Buffer.from(whole)
    spoiled[whole.length >> 1] = (spoiled[whole.length >> 1] ?? 0) ^ 1
    const files: [Buffer, RegExp][] = [
      [whole.subarray(0, whole.length - 100), /unexpected end of file/],
      [gzipSync(tar.subarray(0, tar.length - 2_048)), /unexpected end|does not end with a manifest/i],
      [gzipSync(changed), /tables\/tasks\/000000\.jsonl was changed/],
      [spoiled, /cannot be restored; nothing was written/],
      [Buffer.from('no backup'), /incorrect header check/],
    ]
    for (const [content, reason] of files) {
      writeFileSync(at('bad.tar.gz'), content)
      const { code, stderr } = await run(['restore', at('bad.tar.gz'), '--into', at('bad')])
      expect(code).toBe(1)
      expect(stderr).toMatch(reason)
      expect(existsSync(at('bad'))).toBe(false)
    }
  })

  it('it is not restored to a place in use, nor over another secret', async () => {
    const refused = async (into: string, env: Record<string, string> = {}): Promise<string> => {
      const { code, stderr } = await run(['restore', at('all.tar.gz'), '--into', into], env)
      expect(code).toBe(1)
      return stderr
    }
    expect(await refused(dataDir)).toMatch(/There is a database already: .*polyphony\.db\. Move it away/)
    mkdirSync(at('other secret'))
    writeFileSync(join(at('other secret'), 'secret'), 'another secret than that one')
    expect(await refused(at('other secret'))).toMatch(/The backup has another secret than the file/)
    expect(readdirSync(at('other secret'))).toEqual(['secret'])
    mkdirSync(join(at('other files'), 'files/ab'), { recursive: true })
    expect(await refused(at('other files'))).toMatch(/There are files in .* already/)
    expect(readdirSync(at('other files'))).toEqual(['files'])
    expect(await refused(at('set'), { POLYPHONY_SECRET: 'another secret than that one' })).toMatch(
      /than POLYPHONY_SECRET/,
    )
    expect(existsSync(at('set'))).toBe(false)
  })

  it('a backup is not written over a file, nor with another secret than that of the database', async () => {
    const again = await run(['backup', at('plain.tar.gz')])
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('There is a file') })
    const other = await run(['backup', at('other.tar.gz')], { POLYPHONY_SECRET: 'another secret than that one' })
    expect(other).toMatchObject({ code: 1, stderr: expect.stringContaining('is not the secret of this database') })
    const elsewhere = await run(['backup', at('other.tar.gz'), '--files'], { STORAGE_URL: `file:${at('no files')}` })
    expect(elsewhere).toMatchObject({ code: 1, stderr: expect.stringContaining('is not the one of this database') })
    expect(readdirSync(folder).filter((name) => name.startsWith('other.tar'))).toEqual([])
  })

  it('the database moves to PostgreSQL and back, and says the same in every place', { timeout: 90_000 }, async () => {
    const url = await freshDatabase()
    expect(await done(['move', '--from', dataDir, '--to', url])).toMatch(/Every table is equal/)
    const onServer = { DATABASE_URL: url }
    expect(await state(onServer)).toEqual(before)
    {
      await using server = await serve({ DATA_DIR: dataDir, ...onServer })
      expect(await sha256Of((await read(server.url)).output[0]?.audio_url ?? '')).toBe(sha256)
      const refused = await run(['move', '--from', url, '--to', at('too early')])
      expect(refused).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/A server uses the database .*Stop it first/),
      })
      expect(await server.end()).toBe(0)
    }
    const back = at('back')
    const { tables } = JSON.parse(await done(['move', '--from', url, '--to', back, '--json'])) as { tables: object }
    expect(tables).toMatchObject({ tasks: { rows: 1 }, ledger_transactions: { sums: { funding: '-10000000000' } } })
    const secret = readFileSync(join(dataDir, 'secret'), 'utf8')
    const env = { DATA_DIR: back, POLYPHONY_SECRET: secret, STORAGE_URL: `file:${join(dataDir, 'files')}` }
    expect(await state(env)).toEqual(before)
    await using server = await serve(env)
    expect(await sha256Of((await read(server.url)).output[0]?.audio_url ?? '')).toBe(sha256)
    const again = await run(['move', '--from', url, '--to', dataDir])
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('There is a database already') })
    expect(await run(['move', '--from', at('nowhere'), '--to', at('x')])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('There is no database'),
    })
    expect(existsSync(at('x'))).toBe(false)
  })
})

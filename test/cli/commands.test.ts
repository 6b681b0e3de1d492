import { tmpdir } from 'node:os'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Outcome, polyphony } from '../support/command.ts'
import { polyphonyHere } from '../support/command-in-process.ts'
import { MASTER_SECRET, openGateway, TEST_KEY } from '../support/gateway.ts'

/** The command line works on the store of a server that runs. */
describe('the command line', () => {
  let gateway: Awaited<ReturnType<typeof openGateway>>
  let env: Record<string, string>

  beforeAll(async () => {
    gateway = await openGateway()
    env = { DATA_DIR: gateway.dataDir, POLYPHONY_SECRET: MASTER_SECRET }
  })
  afterAll(() => gateway[Symbol.asyncDispose]())

  const run = (...args: string[]): Promise<Outcome> => polyphonyHere(args, env)
  async function json<T>(...args: string[]): Promise<T> {
    const { code, stdout, stderr } = await run(...args, '--json')
    expect(stderr).toBe('')
    expect(code).toBe(0)
    return JSON.parse(stdout) as T
  }

  const status = async (key: string): Promise<number> => {
    const answer = await fetch(`${gateway.url}/account/info`, { headers: { 'x-api-key': key } })
    await answer.text()
    return answer.status
  }

  it('polyphony key creates a key that the running server accepts, and revokes it', async () => {
    const { key, id } = await json<{ key: string; id: string }>('key', 'create', '--name', 'an app', '--rpm', '60')
    expect(key).toMatch(/^sk-live-/)
    expect(await status(key)).toBe(200)
    const listed = await run('key', 'list')
    expect(listed.stdout).toContain('an app')
    expect(listed.stdout).not.toContain(key)
    expect(await json('key', 'revoke', id)).toEqual({ id, revoked: true })
    // At once, since the command goes through the server.
    expect(await status(key)).toBe(401)
    expect((await run('key', 'revoke', id)).code).toBe(1)
    expect(listed.stdout).toMatch(/an app +house +live +member +\$0\.0000 +60 a minute +- +no/)
    expect((await run('key', 'create', '--name', 'signed', '--pair')).stdout).toMatch(/access key .*\n.*secret key/)
    expect((await run('key', 'create', '--name', 'bare')).stdout).not.toContain('access key')
    const unknown = await run('key', 'create', '--name', 'x', '--models', 'suno,sumo')
    expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('there is no model sumo.') })
  })

  it('polyphony credit books an amount once under an id, and never makes a debt', async () => {
    const tenant = await json<{ id: string }>('tenant', 'create', 'studio')
    expect(await json('credit', '25', '--tenant', 'studio', '--id', 'invoice-7')).toMatchObject({
      booked: true,
      available_points: 250_000_000,
      held_points: 0,
    })
    expect(await json('credit', '25', '--tenant', tenant.id, '--id', 'invoice-7')).toMatchObject({
      booked: false,
      available_points: 250_000_000,
    })
    for (const amount of ['1e12', '0.00000001']) expect((await run('credit', amount)).code).toBe(2)
    const debt = await run('credit', '--tenant', 'studio', '--', '-30')
    expect(debt.code).toBe(1)
    expect(debt.stderr).toMatch(/has only \$25/)
    expect((await run('tenant', 'create', 'studio')).stderr).toMatch(/already/)
    expect((await run('tenant', 'list')).stdout).toContain('studio')
  })

  it('polyphony task shows a task with its history, and cancels only a waiting one', async () => {
    const created = await fetch(`${gateway.url}/api/v1/task`, {
      method: 'POST',
      headers: { 'x-api-key': TEST_KEY, 'content-type': 'application/json', 'x-request-id': 'order-7' },
      body: JSON.stringify({ model: 'suno', task_type: 'lyrics', input: { prompt: 'rain sandbox:fast' } }),
    })
    const { data } = (await created.json()) as { data: { task_id: string } }
    await fetch(`${gateway.url}/api/v1/task/${data.task_id}?wait=20`, { headers: { 'x-api-key': TEST_KEY } })
    expect(await json('task', 'show', data.task_id)).toMatchObject({
      id: data.task_id,
      status: 'completed',
      provider: 'sandbox',
      deliveries: [],
    })
    expect((await run('task', 'show', data.task_id)).stdout).toContain('suno/lyrics')
    expect((await run('task', 'show', data.task_id)).stdout).toMatch(/^request +order-7$/m)
    expect((await run('task', 'list', '--status', 'completed')).stdout).toContain(data.task_id)
    const late = await run('task', 'cancel', data.task_id)
    expect(late).toMatchObject({ code: 1, stdout: '' })
    expect(late.stderr).toMatch(/completed; only a waiting task can be/)
    const lost = await run('task', 'list', '--status', 'lost')
    expect(lost).toMatchObject({ code: 1, stderr: expect.stringContaining('must be one of') })
  })

  it('polyphony shows the signing secret of webhooks, and reconciles the ledger', async () => {
    const { secret } = await json<{ secret: string }>('webhook', 'secret')
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]+=*$/)
    expect((await run('webhook', 'list')).code).toBe(0)
    expect((await run('webhook', 'replay', 'msg_unknown')).code).toBe(1)
    expect(await json('reconcile')).toMatchObject({ clean: true, faults: [] })
    expect((await run('reconcile')).stdout).toMatch(/Clean/)
  })

  it('commands with wrong arguments say what is wrong and what is right, and change nothing', async () => {
    const wrong: [args: string[], code: number, words: string][] = [
      [['retention', 'set', '--media', '7d'], 2, 'It must be a number, or "default".'],
      [['key', 'create', '--name', 'a\nb'], 1, '--name must be one line, and must not begin or end'],
      [['key', 'create', '--name', 'a\u001b[31m'], 1, '--name must be one line'],
      [['tenant', 'create', ' acme '], 1, '<name> must be one line, and must not begin'],
      [['person', 'create', '--email', 'a@b.example', '--name', 'A\nB'], 1, '--name must'],
      [['key', 'revoke', 'sk-live-0123456789abcdef'], 1, 'id of a key is asked for, from "polyphony key list"'],
      [['credit', '€5'], 2, 'It must be an amount in USD, such as 25 or 0.50.'],
      [['credit', '5,5'], 2, 'It must be an amount in USD, such as 25 or 0.50.'],
      [['key', 'create', '--name', 'x', '--tenant', 'huose'], 1, 'No tenant "huose" (there are: house'],
      [['key', 'craete', '--name', 'x'], 2, '(Did you mean create?)'],
      [['key', 'create', '--name', 'x', '--teest'], 2, '(Did you mean --test?)'],
      [['key', 'list', '--key', 'sk-live-0123456789abcdef'], 2, 'needs --url'],
      [['key', 'list', '--url', 'http://127.0.0.1:9', '--key', '"sk-live-0123456789"'], 1, 'quotes around it'],
    ]
    const before = await run('audit', 'list')
    for (const [args, code, words] of wrong) {
      const outcome = await run(...args)
      expect(outcome, args.join(' ')).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(words) })
      expect(outcome.stderr).not.toContain('0123456789') // a key stays out of logs
    }
    expect(await run('audit', 'list')).toEqual(before)
  })

  // Each in a process of its own: one that opens files of the database in this process releases the lock of its server.
  it.each<[string, string[], Outcome]>([
    [
      'a backup into a folder that is not there is refused before anything is read',
      ['backup', '/nowhere/x.tar.gz'],
      {
        code: 1,
        stdout: '',
        stderr: expect.stringMatching(/^polyphony: ENOENT: .*\. Make the folder \/nowhere first\.\n$/),
      },
    ],
    [
      'a backup in the place of a folder is refused',
      ['backup', tmpdir()],
      { code: 1, stdout: '', stderr: expect.stringContaining(`${tmpdir()} is a folder; name a file in it.`) },
    ],
    [
      'adopting the secret that the database has takes nothing away',
      ['adopt', 'secret'],
      { code: 0, stdout: 'It is the secret of the database already.\n', stderr: '' },
    ],
  ])('%s', async (_title, args, outcome) => {
    expect(await polyphony(args, env)).toEqual(outcome)
  })

  it('the command line says what is wrong with the arguments and the settings', async () => {
    expect((await run('sing')).code).toBe(2)
    expect((await run('key', 'create', '--name', 'x', '--rpm', 'many')).stderr).toMatch(/whole number/)
    const settings = await polyphonyHere(['reconcile'], { ...env, PORT: 'eighty' })
    expect(settings).toMatchObject({ code: 1, stderr: expect.stringMatching(/PORT/) })
    const folder = await polyphony(['serve'], { ...env, DATA_DIR: '/proc/polyphony/data' })
    expect(folder).toMatchObject({ code: 1, stdout: '' })
    expect(folder.stderr).toMatch(/^polyphony: DATA_DIR: the folder \/proc\/polyphony\/data cannot be made: .*\n$/)
    const files = await polyphony(['serve'], { ...env, STORAGE_URL: 'file:/proc/polyphony/files' })
    expect(files).toMatchObject({ code: 1, stderr: expect.stringMatching(/The folder of files, .*, cannot be made: /) })
    const second = await polyphony(['serve'], { ...env, PORT: '0' })
    expect(second).toMatchObject({ code: 1, stderr: expect.stringMatching(/Another process already serves/) })
  })
})

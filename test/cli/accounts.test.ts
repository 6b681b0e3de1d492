import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json.ts'
import type { Outcome } from '../support/command.ts'
import { polyphonyHere } from '../support/command-in-process.ts'
import { type FakeLuma, openFakeLuma } from '../support/fake-luma.ts'
import { MASTER_SECRET, openGateway, type TestGateway } from '../support/gateway.ts'

const KEY = 'luma-the-key-of-the-test'
const PICTURE = { prompt: 'a teapot', model: 'photon-1', aspect_ratio: '3:4', format: 'png' }

/** Accounts are managed while a server runs. */
describe('polyphony account', { timeout: 60_000 }, () => {
  let gateway: TestGateway
  let luma: FakeLuma
  let env: Record<string, string>

  beforeAll(async () => {
    luma = await openFakeLuma(KEY)
    gateway = await openGateway()
    env = { DATA_DIR: gateway.dataDir, POLYPHONY_SECRET: MASTER_SECRET, POLYPHONY_EGRESS_ALLOW: '127.0.0.0/8' }
  })
  afterAll(async () => {
    await gateway[Symbol.asyncDispose]()
    await luma.close()
  })

  const run = (args: string[], input?: string): Promise<Outcome> => polyphonyHere(['account', ...args], env, input)
  async function json<T = JsonObject>(args: string[], input?: string): Promise<T> {
    const { code, stdout, stderr } = await run([...args, '--json'], input)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).not.toContain(KEY)
    return JSON.parse(stdout) as T
  }
  const add = (...args: string[]): string[] => ['add', 'luma', '--field', `baseUrl=${luma.baseUrl}`, ...args]

  it('polyphony account add creates an account that the running server uses, with the credential from the standard input', async () => {
    const added = await json(
      add('--name', 'main', '--slots', '20', '--priority', '-1', '--field', 'apiKey=@-'),
      `${KEY}\n`,
    )
    expect(added).toMatchObject({ provider: 'luma', slots: 20, priority: -1, tenant: null, state: 'connected' })
    expect(added).not.toHaveProperty('sealed')
    // The server looks every two seconds, since another process added it.
    const created = async () =>
      (await gateway.piapi.post({ model: 'luma', task_type: 'image_generation', input: PICTURE })).status
    await expect.poll(created, { timeout: 8_000, interval: 200 }).toBe(200)
    await expect.poll(luma.begun, { timeout: 8_000 }).toBeGreaterThan(0)

    const { stdout } = await run(['list'])
    expect(stdout).toMatch(/main +luma +operator +connected/)
    expect((await run(['show', 'main'])).stdout).toMatch(/credential +sealed in the database/)
    expect(await json(['debug', String(added.id)])).toMatchObject({
      account: { id: added.id },
      attempts: [{ outcome: expect.stringMatching(/accepted|completed/) }],
    })
    expect((await run(['debug', 'main'])).stdout).toMatch(/back-up[\s\S]*(accepted|completed)/)
  })

  it('polyphony account test calls the vendor itself, and set takes a new credential from a file', async () => {
    await json(add('--name', 'wrong', '--field', 'apiKey=luma-a-wrong-key'))
    const failed = await run(['test', 'wrong'])
    expect(failed.code).toBe(1)
    expect(failed.stdout).toMatch(/does not accept the credential: Not authenticated/)
    expect(failed.stdout).not.toContain('luma-a-wrong-key')
    expect((await run(['list'])).stdout).toMatch(/wrong +luma +operator +expired_credential/)

    const file = join(gateway.dataDir, 'luma.key')
    await writeFile(file, `${KEY}\n`)
    expect(await json(['set', 'wrong', '--field', `apiKey=@${file}`, '--daily-cap', '9'])).toMatchObject({
      state: 'connected',
      daily_cap: 9,
    })
    expect(await json(['test', 'wrong'])).toMatchObject({ works: true })
    const changed = await json(['set', 'wrong', '--name', 'right', '--daily-cap', 'none', '--serves', 'luma'])
    expect(changed).toMatchObject({ name: 'right', daily_cap: null, serves: ['luma'] })
    expect(await json(['set', 'right', '--serves', 'all'])).toMatchObject({ serves: null })
  })

  it('polyphony account drains, resumes, disables, enables and removes an account', async () => {
    await json(add('--name', 'switched', '--field', `apiKey=${KEY}`, '--tenant', 'house'))
    expect(await json(['drain', 'switched'])).toMatchObject({ draining: true, tenant: gateway.tenantId })
    expect((await run(['list', '--tenant', 'house'])).stdout).toMatch(/switched +luma +\S+ +connected, draining/)
    expect(await json(['resume', 'switched'])).toMatchObject({ draining: false })
    expect(await json(['disable', 'switched'])).toMatchObject({ state: 'disabled' })
    expect(await json(['enable', 'switched'])).toMatchObject({ state: 'connected' })
    expect(await json(['remove', 'switched'])).toMatchObject({ removed: true })
    expect(await json<unknown[]>(['list', '--tenant', 'house'])).toEqual([])
  })

  it('polyphony account lists the providers, with the names of their variables in the environment', async () => {
    const providers = await json<JsonObject[]>(['providers'])
    expect(providers).toContainEqual(
      expect.objectContaining({
        id: 'luma',
        fields: [expect.objectContaining({ name: 'apiKey', env: 'LUMAAI_API_KEY' }), expect.anything()],
      }),
    )
    expect((await run(['providers'])).stdout).toMatch(/apiKey +LUMAAI_API_KEY +required/)
  })

  it('polyphony account does not change an account of the server’s environment', async () => {
    const own = { LUMAAI_API_KEY: KEY, LUMAAI_BASE_URL: luma.baseUrl }
    await using beside = await openGateway({ env: own })
    const there = { DATA_DIR: beside.dataDir, POLYPHONY_SECRET: MASTER_SECRET }
    const listed = await polyphonyHere(['account', 'list'], there)
    expect(listed.stdout).toMatch(/env:luma +luma of the environment +luma +operator +connected/)
    // The server knows its environment; a command without a server has only its own.
    const atServer = await polyphonyHere(['account', 'test', 'env:luma'], there)
    expect(atServer).toMatchObject({ code: 0, stdout: expect.stringContaining('accepts the credential') })
    const removed = await polyphonyHere(['account', 'remove', 'env:luma'], there)
    expect(removed).toMatchObject({ code: 1, stderr: expect.stringContaining('unset the variables') })
    await beside.stop()
    const tested = await polyphonyHere(['account', 'test', 'env:luma'], there)
    expect(tested).toMatchObject({ code: 1, stdout: expect.stringContaining('environment of the server') })
    const works = await polyphonyHere(['account', 'test', 'env:luma'], {
      ...there,
      ...own,
      POLYPHONY_EGRESS_ALLOW: '127.0.0.0/8',
    })
    expect(works).toMatchObject({ code: 0, stdout: expect.stringContaining('accepts the credential') })
  })

  it('polyphony account says what is wrong with its arguments, and never repeats a secret', async () => {
    const wrong: [string[], number, RegExp][] = [
      [['add', 'none', '--name', 'x'], 1, /<provider> must be one of/],
      [['add', 'luma', '--name', 'x'], 1, /fields\.apiKey is required by Luma/],
      [['add', 'luma', '--field', `apiKey=${KEY}`], 1, /name is required/],
      [add('--name', 'x', '--field', KEY), 1, /--field takes name=value/],
      [add('--name', 'x', '--field', 'apiKey=@/nowhere/key'), 1, /\/nowhere\/key cannot be read/],
      [add('--name', 'x', '--field', `apiKey=${KEY}`, '--slots', 'many'), 2, /It must be a number/],
      [add('--name', 'x', '--field', `apiKey=${KEY}`, '--slots', '0'), 1, /slots must be a number from 1/],
      [['show', 'nobody'], 1, /No account "nobody"/],
      [['set', 'main'], 1, /names nothing to change/],
    ]
    for (const [args, code, words] of wrong) {
      const outcome = await run(args)
      expect(outcome, args.join(' ')).toMatchObject({ code, stderr: expect.stringMatching(words) })
      expect(outcome.stderr + outcome.stdout).not.toContain(KEY)
    }
  })
})

import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LOCAL_COMMANDS } from '../../src/cli/local-commands.ts'
import { readRunningServer } from '../../src/compose/command-door.ts'
import { polyphony } from '../support/command.ts'
import { polyphonyHere } from '../support/command-in-process.ts'
import { freePort } from '../support/free-port.ts'
import { LIVE_KEY, MASTER_SECRET, openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'

/** A command goes to a server elsewhere, to the server of its data folder, or to the database. */
describe('where a command runs', { timeout: 60_000 }, () => {
  let gateway: TestGateway
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polyphony-where-'))
    gateway = await openGateway({ dataDir: folder })
  })
  afterEach(async () => {
    await gateway.stop()
    await rm(folder, { recursive: true, force: true })
  })

  const here = () => ({ DATA_DIR: folder, POLYPHONY_SECRET: MASTER_SECRET })
  const file = () => join(folder, 'serve.json')
  /** Who the audit says made the last change. */
  async function lastActor(): Promise<unknown> {
    const [entry] = await gateway.store.listAudit({ limit: 1 })
    return [entry?.actor, entry?.address]
  }

  it('a server writes how commands reach it, for its own user alone, and removes that when it stops', async () => {
    expect((await stat(file())).mode & 0o777).toBe(0o600)
    expect(await readRunningServer(folder)).toMatchObject({ url: gateway.url, pid: process.pid })
    await gateway.stop()
    await expect(readFile(file())).rejects.toThrow('ENOENT')
  })

  it('the token of a run is the operator’s on the administrative routes alone, and ends with the run', async () => {
    const { token = '' } = (await readRunningServer(folder)) ?? {}
    expect((await gateway.send('GET', '/api/admin/tenants', { key: token })).status).toBe(200)
    for (const path of ['/api/v1/keys', '/api/v1/usage', '/account/info', '/api/v1/models']) {
      expect((await gateway.send('GET', path, { key: token })).status, path).toBe(401)
    }
    const wrong = `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`
    expect((await gateway.send('GET', '/api/admin/tenants', { key: wrong })).status).toBe(401)
    await gateway.stop()
    gateway = await openGateway({ dataDir: folder })
    expect((await gateway.send('GET', '/api/admin/tenants', { key: token })).status).toBe(401)
  })

  it('a file that a killed server left behind is ignored: the command goes to the database', async () => {
    const port = await freePort()
    const left = [
      { url: `http://127.0.0.1:${port}`, pid: process.pid, token: 'run-of-a-server-that-is-gone' },
      { url: gateway.url, pid: process.pid, token: `run-${'x'.repeat(43)}` },
      { url: gateway.url, pid: 2 ** 30, token: 'run-of-a-process-that-is-gone' },
    ]
    for (const server of left) {
      await writeFile(file(), JSON.stringify(server))
      expect(await polyphony(['credit', '1'], here())).toMatchObject({ code: 0, stderr: '' })
      expect(await lastActor()).toEqual(['command line', null])
    }
    await writeFile(file(), '{"url":')
    expect((await polyphony(['tenant', 'list'], here())).code).toBe(0)
  })

  it('a command without a server changes the database, and the next server knows', async () => {
    await gateway.stop()
    expect((await polyphony(['tenant', 'create', 'acme'], here())).code).toBe(0)
    const refused = await polyphony(['key', 'create', '--name', 'x', '--tenant', 'acme', '--admin'], here())
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('admin keys belong to house, not to acme'),
    })
    gateway = await openGateway({ dataDir: folder })
    expect((await gateway.send('GET', '/api/admin/tenants/acme')).status).toBe(200)
  })

  it('--url and --key name a server elsewhere, and every error of the server is the command’s', async () => {
    const away = { DATA_DIR: join(folder, 'nothing') }
    const at = (...args: string[]) => polyphony([...args, '--url', gateway.url, '--key', LIVE_KEY], away)
    expect(await at('credit', '2')).toMatchObject({ code: 0, stdout: expect.stringContaining('1002.0000 available') })
    expect(await lastActor()).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/), '127.0.0.1'])
    const wrong: [string[], RegExp][] = [
      [['tenant', 'show', 'nobody', '--url', gateway.url, '--key', LIVE_KEY], /No tenant "nobody".*\(not_found\)/],
      [['key', 'list', '--url', gateway.url, '--key', TEST_KEY], /This needs an admin key\. \(forbidden\)/],
      [['key', 'list', '--url', gateway.url, '--key', 'sk-live-unknown'], /unknown or was revoked/],
      [['key', 'list', '--url', gateway.url], /needs an admin key: set --key or POLYPHONY_KEY/],
      [['key', 'list', '--url', 'gateway', '--key', LIVE_KEY], /--url must be an address/],
      [['key', 'list', '--url', `http://127.0.0.1:${await freePort()}`, '--key', LIVE_KEY], /No server answers at/],
      [['key', 'list', '--url', `${gateway.url}/docs`, '--key', LIVE_KEY], /No route GET \/docs\/api\/admin\/keys/],
    ]
    for (const [args, words] of wrong) {
      expect(await polyphony(args, away), args.join(' ')).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(words),
      })
    }
    await expect(stat(join(folder, 'nothing'))).rejects.toThrow('ENOENT')
  })

  it('a server that cannot be reached, or is no gateway, is named with what to do, without a stack', async () => {
    const other = createServer((request, response) => {
      if (request.url?.startsWith('/away')) response.writeHead(302, { location: '/' }).end()
      else response.writeHead(502).end('<html>Bad Gateway</html>')
    })
    await new Promise<void>((ready) => other.listen(0, '127.0.0.1', ready))
    const { port } = other.address() as AddressInfo // it listens on TCP
    const at = (url: string, key = LIVE_KEY) =>
      polyphonyHere(['key', 'list', '--url', url, '--key', key], { DATA_DIR: join(folder, 'nothing') })
    const wrong: [string, string | undefined, RegExp][] = [
      [`http://127.0.0.1:${port}`, undefined, /answered 502, and not as Polyphony does/],
      [`http://127.0.0.1:${port}/away`, undefined, /It redirects to another address/],
      [`https://127.0.0.1:${port}`, undefined, /It speaks no TLS there: should the address begin with http:/],
      [gateway.url, 'sk-live-with\na line end', /The key has spaces, line ends/],
    ]
    try {
      for (const [url, key, words] of wrong) {
        const { code, stderr } = await at(url, key)
        expect({ code, stderr }, url).toEqual({ code: 1, stderr: expect.stringMatching(words) })
        expect(stderr).not.toMatch(/^\s+at /m)
      }
    } finally {
      await new Promise((closed) => other.close(closed))
    }
  })

  it('a command that works on its own machine alone refuses --url, and says why', async () => {
    const names = ['serve', 'demo', 'doctor', 'config check', 'config schema']
    for (const name of names) {
      const outcome = await polyphony([...name.split(' '), '--url', gateway.url], here())
      expect(outcome, name).toMatchObject({
        code: 2,
        stderr: expect.stringContaining(LOCAL_COMMANDS[name] ?? 'a reason'),
      })
    }
  })
})

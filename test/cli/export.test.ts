import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { polyphonyHere } from '../support/command-in-process.ts'
import { LIVE_KEY, MASTER_SECRET, openGateway, type TestGateway } from '../support/gateway.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyphony-export-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const linesOf = async (file: string) => (await readFile(file, 'utf8')).trimEnd().split('\n')

describe('polyphony export', () => {
  let gateway: TestGateway
  let tenant: { tenantId: string; key: string }
  const prompts = ['a heron', '=2+3, "quoted"\nin two lines', 'a fox']
  const env = () => ({ DATA_DIR: gateway.dataDir, POLYPHONY_SECRET: MASTER_SECRET })

  beforeAll(async () => {
    gateway = await openGateway()
    tenant = await gateway.tenant({ creditPoints: 50_000_000 })
    for (const prompt of prompts) {
      const { task_id } = await gateway.piapi.create('lyrics', { prompt }, { key: tenant.key })
      await gateway.piapi.ended(task_id, { key: tenant.key })
    }
    await gateway.piapi.create('lyrics', { prompt: 'of the operator' }) // of another tenant
  })
  afterAll(() => gateway.stop())

  async function exported(args: string[], environment: Record<string, string> = env()): Promise<string> {
    const file = join(folder, `${args.join('-').replaceAll(/[^\w]/g, '_')}`)
    const outcome = await polyphonyHere(['export', ...args, '--file', file], environment)
    expect(outcome).toMatchObject({ code: 0, stderr: '' })
    return file
  }

  it('tasks are exported whole, a line of JSON each, and those of the named tenant alone', async () => {
    const file = await exported(['tasks', '--tenant', tenant.tenantId])
    const tasks = (await linesOf(file)).map((line) => JSON.parse(line))
    expect(tasks.map(({ input }) => input.prompt)).toEqual(prompts.toReversed())
    expect(tasks[0]).toMatchObject({ tenant: tenant.tenantId, status: 'completed', output: expect.anything() })
    expect((await stat(file)).mode & 0o077).toBe(0)
  })

  it('the ledger as CSV has one header and a line for each entry, which sum to the balance', async () => {
    const [header = '', ...rows] = await linesOf(
      await exported(['ledger', '--tenant', tenant.tenantId, '--format', 'csv']),
    )
    const at = header.trim().split(',').indexOf('available_change_points')
    expect(rows).toHaveLength(1 + 2 * prompts.length)
    const sum = rows.reduce((total, row) => total + Number(row.split(',')[at]), 0)
    expect(sum).toBe((await gateway.balance(tenant.tenantId)).available)
  })

  it('use by day, and calls of which there are none, are exported through a server elsewhere, too', async () => {
    const remote = { POLYPHONY_URL: gateway.url, POLYPHONY_KEY: LIVE_KEY, DATA_DIR: join(folder, 'none') }
    const usage = (await linesOf(await exported(['usage', '--tenant', tenant.tenantId], remote))).map((line) =>
      JSON.parse(line),
    )
    expect(usage).toEqual([expect.objectContaining({ tasks: prompts.length, completed: prompts.length })])
    expect(await readFile(await exported(['calls', '--format', 'csv'], remote), 'utf8')).toBe('')
  })

  it('use is exported from the first tenant on, and years of it in parts', async () => {
    await using between = await openBetween(gateway.url)
    const remote = { POLYPHONY_URL: between.url, POLYPHONY_KEY: LIVE_KEY, DATA_DIR: join(folder, 'none') }
    const [first] = await gateway.store.listTenants({ limit: 1 })
    await exported(['usage'], remote)
    const day = `${new Date(first?.createdAt ?? 0).toISOString().slice(0, 10)}T00:00:00.000Z`
    expect(between.asked('/api/admin/usage').map(({ searchParams }) => searchParams.get('from'))).toEqual([day])
    const years = await exported(['usage', '--from', '2020-01-01'], remote)
    expect((await linesOf(years)).map((line) => JSON.parse(line).completed)).toEqual([prompts.length + 1])
    const parts = between.asked('/api/admin/usage').slice(1)
    expect(parts.length).toBeGreaterThan(5)
    for (const [index, part] of parts.slice(1).entries()) {
      expect(part.searchParams.get('from')).toBe(parts[index]?.searchParams.get('to'))
    }
  })

  it('a task that is deleted while tasks are exported is left out', async () => {
    const { items } = JSON.parse((await polyphonyHere(['task', 'list', '--json'], env())).stdout)
    const gone = `/api/admin/tasks/${items[1].id}`
    await using between = await openBetween(gateway.url, (path) => path === gone)
    const remote = { POLYPHONY_URL: between.url, POLYPHONY_KEY: LIVE_KEY, DATA_DIR: join(folder, 'none') }
    const tasks = await linesOf(await exported(['tasks'], remote))
    expect(between.asked(gone)).toHaveLength(1)
    expect(tasks.map((line) => JSON.parse(line).id)).toEqual(
      items.flatMap(({ id }: { id: string }) => (id === items[1].id ? [] : [id])),
    )
  })

  it.each([
    [['nothing'], 2, 'Allowed choices are tasks, ledger, calls, usage'],
    [['tasks', '--format', 'xml'], 2, 'Allowed choices are jsonl, csv'],
    [['tasks', '--tenant', 'nobody'], 1, 'nobody'],
    [['tasks', '--from', 'yesterday'], 1, 'from'],
  ])('export %j is refused, and makes no file', async (args, expected, message) => {
    const file = join(folder, 'refused')
    const { code, stderr } = await polyphonyHere(['export', ...args, '--file', file], env())
    expect({ code, stderr }).toEqual({ code: expected, stderr: expect.stringContaining(message) })
    await expect(stat(file)).rejects.toThrow('ENOENT')
  })

  it('a file that is there is not overwritten', async () => {
    const file = await exported(['ledger'])
    const { code } = await polyphonyHere(['export', 'ledger', '--file', file], env())
    expect(code).toBe(1)
  })
})

/** A server before a gateway that notes what it is asked, and for which some tasks are gone. */
async function openBetween(gatewayUrl: string, isGone: (path: string) => boolean = () => false) {
  const asked: URL[] = []
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', gatewayUrl)
    asked.push(url)
    const { 'x-api-key': key = '' } = request.headers
    const path = isGone(url.pathname) ? `/api/admin/tasks/${crypto.randomUUID()}` : url.pathname + url.search
    void fetch(new URL(path, gatewayUrl), { headers: { 'x-api-key': String(key) } }).then(async (answer) => {
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text())
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // it listens on a port
  return {
    url: `http://127.0.0.1:${port}`,
    asked: (path: string) => asked.filter(({ pathname }) => pathname === path),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

describe('polyphony import piapi', () => {
  let server: Server
  let url: string
  /** What the next answers are; each once. */
  const troubles: { status: number; headers?: Record<string, string>; body: object }[] = []
  const TOTAL = 130
  const idOf = (number: number) => `task-${number}`

  beforeAll(async () => {
    server = createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://vendor')
      const answer = (status: number, body: object, headers = {}) => {
        response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
      }
      const trouble = troubles.shift()
      if (trouble) return answer(trouble.status, trouble.body, trouble.headers)
      if (request.headers['x-api-key'] !== 'the key') return answer(401, { code: 401, message: 'Invalid API key' })
      if (pathname === '/api/open/tasks/histories') {
        const [page, size] = [Number(searchParams.get('page')), Number(searchParams.get('page_size'))]
        const all = Array.from({ length: TOTAL }, (_, index) => ({ task_id: idOf(index), task_model: 'music-s' }))
        // A task was made between the two reads: the last row of the first page is the first of the second.
        const begin = page === 1 ? 0 : (page - 1) * size - 1
        const data = all.slice(begin, page * size)
        return answer(200, { code: 200, message: 'success', data: { data, page, size, total: TOTAL } })
      }
      const id = pathname.split('/').at(-1)
      if (id === idOf(7)) return answer(404, { code: 404, message: 'not found' })
      return answer(200, {
        code: 200,
        message: 'success',
        data: { task_id: id, status: 'completed', output: { n: 1 } },
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => new Promise((resolve) => server.close(resolve)))

  const run = (file: string, key = 'the key') =>
    polyphonyHere(['import', 'piapi', '--to', join(folder, file), '--base-url', `${url}/`, '--json'], {
      PIAPI_API_KEY: key,
    })

  it('the history is written whole, each task once, after a limit of requests was waited for', async () => {
    troubles.push({ status: 429, headers: { 'retry-after': '0' }, body: { message: 'slow down' } })
    const { code, stdout, stderr } = await run('history.jsonl')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(stdout)).toMatchObject({ tasks: TOTAL, whole: TOTAL - 1 })
    const lines = (await linesOf(join(folder, 'history.jsonl'))).map((line) => JSON.parse(line))
    expect(new Set(lines.map(({ listed }) => listed.task_id)).size).toBe(TOTAL)
    expect(lines[0]).toMatchObject({ listed: { task_model: 'music-s' }, task: { task_id: idOf(0), output: { n: 1 } } })
    expect(lines[7]).toMatchObject({ task: null })
  })

  it('a key that PiAPI refuses, and an answer of another form, are said', async () => {
    expect(await run('wrong.jsonl', 'another')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Invalid API key'),
    })
    troubles.push({ status: 200, body: { code: 200, data: 'surprise' } })
    expect(await run('strange.jsonl')).toMatchObject({ code: 1, stderr: expect.stringContaining('surprise') })
  })

  it('a key and an address are required', async () => {
    expect(await run('none.jsonl', '')).toMatchObject({ code: 1, stderr: expect.stringContaining('--key is required') })
    const to = ['import', 'piapi', '--to', join(folder, 'given.jsonl'), '--key', 'the key', '--base-url']
    expect(await polyphonyHere([...to, 'ftp://x'], {})).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--base-url'),
    })
    expect(await polyphonyHere([...to, url], {})).toMatchObject({ code: 0 })
    // A key for a gateway is not sent to PiAPI.
    const gateways = { POLYPHONY_KEY: 'the key' }
    const outcome = await polyphonyHere(['import', 'piapi', '--to', join(folder, 'x.jsonl')], gateways)
    expect(outcome).toMatchObject({ code: 1, stderr: expect.stringContaining('--key is required') })
  })
})

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sampleFiles } from '../../src/assets/sample-files.ts'
import { type FakeVendor, openFakeVendor } from '../support/fake-vendor.ts'
import { LIVE_KEY, TEST_KEY } from '../support/gateway.ts'
import { openReceiver, type Receiver } from '../support/receiver.ts'

const PROJECT = fileURLToPath(new URL('../..', import.meta.url))
const VENDOR_KEY = 'the key of a customer of Lumen'

interface Step {
  file: string
  /** The line below which the code is inserted; absent where the code is a whole file. */
  after: string | undefined
  code: string
}

/** The code blocks of a page, in order: whole files, and lines for a file that exists. */
async function stepsOf(page: string): Promise<Step[]> {
  const text = await readFile(join(PROJECT, 'docs/contributing', page), 'utf8')
  const blocks = text.matchAll(/^```(?:ts|md) (\S+)(?: after: ([^\n]*))?\n(.*?)^```$/gms)
  return [...blocks].map(([, file = '', after, code = '']) => ({ file, after, code }))
}

/** Follows a page of docs/contributing in a copy of the project. An import goes to the top of its file. */
async function follow(page: string, project: string): Promise<void> {
  for (const { file, after, code } of await stepsOf(page)) {
    const path = join(project, file)
    if (after === undefined) {
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, code)
      continue
    }
    const lines = code.split('\n').filter((line) => line.trim() !== '')
    const imports = lines.filter((line) => line.startsWith('import '))
    const entries = lines.filter((line) => !line.startsWith('import '))
    const text = await readFile(path, 'utf8')
    const place = `${after}\n`
    if (!text.includes(place)) throw new Error(`${page} names a line that ${file} does not have: ${after}`)
    const changed = text.replace(place, `${place}${entries.join('\n')}\n`)
    await writeFile(path, [...imports, changed].join('\n'))
  }
}

/** A server of that project, as a process of its own. */
async function serve(project: string, env: Record<string, string>): Promise<{ process: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [join(project, 'bin/polyphony.js'), 'serve'], {
    env: {
      PATH: process.env.PATH,
      DATA_DIR: join(project, 'data'),
      NODE_COMPILE_CACHE: join(project, 'compiled'),
      PORT: '0',
      POLYPHONY_TEST_KEY: TEST_KEY,
      POLYPHONY_ADMIN_KEY: LIVE_KEY,
      POLYPHONY_EGRESS_ALLOW: '127.0.0.0/8',
      POLYPHONY_POLL_FACTOR: '0.1',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let complaint = ''
  child.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk.toString()
  })
  for await (const line of createInterface({ input: child.stdout })) {
    const { url } = JSON.parse(line) as { url?: string } // a line of the log
    if (url !== undefined) return { process: child, url }
  }
  throw new Error(`The server of the copy did not start: ${complaint}`)
}

describe('a family, a provider and a dialect that were added as docs/contributing says', () => {
  let project: string
  let mp4: Uint8Array
  let vendor: FakeVendor
  let receiver: Receiver
  let server: Awaited<ReturnType<typeof serve>>

  beforeAll(async () => {
    mp4 = (await sampleFiles['video/mp4']?.()) ?? new Uint8Array()
    vendor = await openFakeVendor(({ method, path, headers }) => {
      if (path === '/film.mp4') return { bytes: mp4, type: 'video/mp4' }
      if (headers.authorization !== `Bearer ${VENDOR_KEY}`) return { status: 401, json: { message: 'invalid key' } }
      if (method === 'POST') return { json: { id: 'film-1', state: 'filming' } }
      return { json: { id: 'film-1', state: 'ready', url: `${vendor.url}/film.mp4` } }
    })
    receiver = await openReceiver()
    project = await mkdtemp(join(tmpdir(), 'polyphony-additions-'))
    for (const name of ['src', 'bin', 'test/support', 'docs', 'package.json', 'tsconfig.json']) {
      await cp(join(PROJECT, name), join(project, name), { recursive: true })
    }
    await symlink(join(PROJECT, 'node_modules'), join(project, 'node_modules'))
    await follow('add-a-family.md', project)
    await follow('add-a-provider.md', project)
    await follow('add-a-dialect.md', project)
    server = await serve(project, { LUMEN_API_KEY: VENDOR_KEY, LUMEN_BASE_URL: vendor.url })
  })
  afterAll(async () => {
    if (server?.process.exitCode === null) {
      server.process.kill()
      await once(server.process, 'exit')
    }
    await vendor.close()
    await receiver.close()
    await rm(project, { recursive: true, force: true })
  })

  async function send<Body>(
    method: string,
    path: string,
    { body, key = TEST_KEY }: { body?: unknown; key?: string } = {},
  ): Promise<{ status: number; body: Body }> {
    const answer = await fetch(server.url + path, {
      method,
      headers: { 'x-api-key': key, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: answer.status, body: (await answer.json()) as Body }
  }
  const createAtPiapi = (input: object) =>
    send<{ message: string; data: { task_id: string }; error: { field: string } }>('POST', '/api/v1/task', {
      body: { model: 'lumen', task_type: 'text_to_video', input },
    })

  /** The number of bytes of a video that can be fetched. */
  async function videoBytesAt(url: string): Promise<number> {
    const file = await fetch(url)
    expect(file.status).toBe(200)
    expect(file.headers.get('content-type')).toBe('video/mp4')
    return (await file.arrayBuffer()).byteLength
  }

  it('the family is performed by the sandbox, with a file to play', async () => {
    const { body } = await createAtPiapi({ prompt: 'a fox crosses a frozen lake sandbox:fast', seconds: 2 })
    const read = await send<{ data: { status: string; output: { video_url: string } } }>(
      'GET',
      `/api/v1/task/${body.data.task_id}?wait=20`,
    )
    expect(read.body.data.status).toBe('completed')
    expect(await videoBytesAt(read.body.data.output.video_url)).toBeGreaterThan(1_000)
  })

  it('the family refuses a wrong field, by its schema and by its rules', async () => {
    expect(await createAtPiapi({ prompt: 'a fox', seconds: 60 })).toMatchObject({
      status: 400,
      body: { error: { field: 'input.seconds', message: 'input.seconds must be at most 10, not 60.' } },
    })
    expect(await createAtPiapi({ prompt: 'a fox', seconds: 6, resolution: '1080p' })).toMatchObject({
      status: 400,
      body: { error: { field: 'input.seconds', message: 'input.seconds must be at most 5 with 1080p.' } },
    })
  })

  it('the family is listed with its price, and described for machines and for people', async () => {
    const models = await send<{ data: unknown[] }>('GET', '/api/v1/models?model=lumen')
    expect(models.body.data).toMatchObject([
      {
        model: 'lumen',
        task_types: [{ task_type: 'text_to_video', price: { usd: 0.08 }, available: { live: true, test: true } }],
      },
    ])
    const openapi = await send<{ components: { schemas: object }; paths: object }>('GET', '/openapi.json')
    expect(openapi.body.components.schemas).toHaveProperty(['lumen.text_to_video.input'])
    expect(openapi.body.paths).toHaveProperty(['/lumen/films/{id}', 'get', 'operationId'], 'lumenRead')
    const docs = await send<{ paths: object }>('GET', '/docs/openapi.json')
    expect(docs.body.paths).toHaveProperty(['/api/v1/task#lumen/text_to_video'])
  })

  it('the dialect has a film made by the provider, and calls back with it', async () => {
    const hook = `${receiver.url}/film`
    const request = { text: 'a fox crosses a frozen lake', length: 2, hook }
    const created = await send<{ id: string }>('POST', '/lumen/films', { key: LIVE_KEY, body: request })
    expect(created).toMatchObject({ status: 200, body: { state: 'waiting' } })
    const read = await send<{ url: string }>('GET', `/lumen/films/${created.body.id}?wait=20`, { key: LIVE_KEY })
    expect(read.body).toMatchObject({ id: created.body.id, state: 'ready' })
    expect(await videoBytesAt(read.body.url)).toBe(mp4.byteLength)
    expect(vendor.at('POST', '/films').map(({ json }) => json)).toEqual([
      { text: request.text, length: 2, shape: '16:9', quality: '480p' },
    ])
    await receiver.until((received) => received.length > 0)
    expect(receiver.received.map(({ body }) => JSON.parse(body))).toEqual([read.body])
  })

  it('the dialect names the field of the caller, and knows no other tasks', async () => {
    expect(await send('POST', '/lumen/films', { body: { text: 'a fox', length: 60 } })).toEqual({
      status: 400,
      body: { code: 'invalid_input', message: 'length must be at most 10, not 60.' },
    })
    const { body } = await send<{ data: string }>('POST', '/suno/submit/lyrics', { body: { prompt: 'rain' } })
    expect(await send('GET', `/lumen/films/${body.data}`)).toMatchObject({ status: 404 })
  })

  it('the provider passes the contract and the checks that its page names', { timeout: 120_000 }, async () => {
    const vitest = join(PROJECT, 'node_modules/vitest/vitest.mjs')
    const files = ['src/providers/lumen', 'src/providers/providers.test.ts']
    await promisify(execFile)(
      process.execPath,
      [vitest, 'run', ...files, '--reporter=json', '--outputFile=results.json'],
      { cwd: project, env: { PATH: process.env.PATH, HOME: process.env.HOME } },
    )
    const { numPassedTests, numFailedTests } = JSON.parse(await readFile(join(project, 'results.json'), 'utf8'))
    expect(numFailedTests).toBe(0)
    expect(numPassedTests).toBeGreaterThan(60)
  })
})

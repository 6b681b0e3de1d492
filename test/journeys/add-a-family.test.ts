import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TEST_KEY } from '../support/gateway.ts'

const PROJECT = fileURLToPath(new URL('../..', import.meta.url))

/** The code blocks of a section of docs/architecture.md. */
async function codeIn(section: string): Promise<string[]> {
  const text = await readFile(join(PROJECT, 'docs/architecture.md'), 'utf8')
  const own = text.split(/^## /m).find((one) => one.startsWith(`${section}\n`)) ?? ''
  return [...own.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = '']) => code)
}

/** Follows the section of docs/architecture.md in a copy of the project. */
async function addFamily(project: string): Promise<void> {
  const [file = '', lines = ''] = await codeIn('Add a family')
  const [importLine = '', nameLine = ''] = lines.split('\n').filter((line) => line.trim() !== '')
  await writeFile(join(project, 'src/catalog/lumen.ts'), file)
  const path = join(project, 'src/catalog/catalog.ts')
  const catalog = await readFile(path, 'utf8')
  const changed = `${importLine}\n${catalog}`.replace(
    'FAMILIES: Operation[][] = [\n',
    (found) => `${found}${nameLine}\n`,
  )
  await writeFile(path, changed)
}

/** A server of that project, as a process of its own. */
async function serve(project: string): Promise<{ process: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [join(project, 'bin/polyphony.js'), 'serve'], {
    env: {
      PATH: process.env.PATH,
      DATA_DIR: join(project, 'data'),
      NODE_COMPILE_CACHE: join(project, 'compiled'),
      PORT: '0',
      POLYPHONY_TEST_KEY: TEST_KEY,
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
  throw new Error(`It does not serve: ${complaint}`)
}

describe('a family that was added as docs/architecture.md describes', () => {
  let project: string
  let server: Awaited<ReturnType<typeof serve>>

  beforeAll(async () => {
    project = await mkdtemp(join(tmpdir(), 'polyphony-family-'))
    for (const name of ['src', 'bin', 'package.json']) {
      await cp(join(PROJECT, name), join(project, name), { recursive: true })
    }
    await symlink(join(PROJECT, 'node_modules'), join(project, 'node_modules'))
    await addFamily(project)
    server = await serve(project)
  })
  afterAll(async () => {
    if (server?.process.exitCode === null) {
      server.process.kill()
      await once(server.process, 'exit')
    }
    await rm(project, { recursive: true, force: true })
  })

  async function send<Body>(method: string, path: string, body?: unknown): Promise<{ status: number; body: Body }> {
    const answer = await fetch(server.url + path, {
      method,
      headers: { 'x-api-key': TEST_KEY, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: answer.status, body: (await answer.json()) as Body }
  }
  const ask = (input: object) =>
    send<{ message: string; data: { task_id: string }; error: { field: string } }>('POST', '/api/v1/task', {
      model: 'lumen',
      task_type: 'text_to_video',
      input,
    })

  it('is performed by the sandbox, with a file to play', async () => {
    const { body } = await ask({ prompt: 'a fox crosses a frozen lake sandbox:fast', seconds: 2 })
    const read = await send<{ data: { status: string; output: { video_url: string } } }>(
      'GET',
      `/api/v1/task/${body.data.task_id}?wait=20`,
    )
    expect(read.body.data.status).toBe('completed')
    const file = await fetch(read.body.data.output.video_url)
    expect(file.status).toBe(200)
    expect(file.headers.get('content-type')).toBe('video/mp4')
    expect((await file.arrayBuffer()).byteLength).toBeGreaterThan(1_000)
  })

  it('refuses a wrong field, by its schema and by its rules', async () => {
    expect(await ask({ prompt: 'a fox', seconds: 60 })).toMatchObject({
      status: 400,
      body: { error: { field: 'input.seconds', message: 'input.seconds must be at most 10, not 60.' } },
    })
    expect(await ask({ prompt: 'a fox', seconds: 6, resolution: '1080p' })).toMatchObject({
      status: 400,
      body: { error: { field: 'input.seconds', message: 'input.seconds must be at most 5 with 1080p.' } },
    })
  })

  it('is listed with its price, and described for machines and for people', async () => {
    const models = await send<{ data: unknown[] }>('GET', '/api/v1/models?model=lumen')
    expect(models.body.data).toMatchObject([
      {
        model: 'lumen',
        task_types: [{ task_type: 'text_to_video', price: { usd: 0.08 }, available: { live: false, test: true } }],
      },
    ])
    const openapi = await send<{ components: { schemas: object } }>('GET', '/openapi.json')
    expect(openapi.body.components.schemas).toHaveProperty(['lumen.text_to_video.input'])
    const docs = await send<{ paths: object }>('GET', '/docs/openapi.json')
    expect(docs.body.paths).toHaveProperty(['/api/v1/task#lumen/text_to_video'])
  })
})

import { execFile, spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { type Page, readPages } from '../../scripts/guide/pages.ts'
import { PROTOCOLS } from '../../scripts/guide/protocols.ts'
import { LIVE_KEY, openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'
import { openReceiver, type Receiver } from '../support/receiver.ts'

/**
 * Every block of code of the pages for callers runs against one gateway, or is read by the language that it is in. Chinese
 * pages have the same blocks (`test/guide.test.ts`); `webhooks-page.test.ts` and `calls-quick-starts.test.ts` run theirs.
 */

interface Block {
  language: string
  /** The file that the block is, where it says so. */
  file: string
  text: string
}

const ROOT = new URL('../../', import.meta.url)
const ADDRESS = 'http://127.0.0.1:8080'
const run = promisify(execFile)

let gateway: TestGateway
let receiver: Receiver
/** Inside the project, so that programs find the packages that they import. */
const programs = new URL(`.cache/guide-code-${process.pid}/`, ROOT)
let folder: string
let pages: Map<string, Block[]>
/** Blocks of the pages for operators that call the gateway; `written-commands.test.ts` reads their commands. */
let operatorsCalls: string[]

beforeAll(async () => {
  ;[gateway, receiver] = await Promise.all([openGateway(), openReceiver()])
  folder = await mkdtemp(join(tmpdir(), 'polyphony-guide-'))
  await mkdir(programs, { recursive: true })
  const read = await readPages()
  const callers = read.filter(({ language, part }) => language === 'en' && ['calling', 'protocols'].includes(part))
  pages = new Map(callers.map((page) => [page.slug, blocksOf(page)]))
  operatorsCalls = read
    .filter(({ language, part }) => language === 'en' && ['operating', 'providers'].includes(part))
    .flatMap((page) => blocksOf(page).filter(({ language, text }) => language === 'sh' && /^curl /m.test(text)))
    .map(({ text }) => text)
  process.env.POLYPHONY_KEY = TEST_KEY
  process.env.POLYPHONY_URL = gateway.url
})
afterAll(async () => {
  delete process.env.POLYPHONY_KEY
  delete process.env.POLYPHONY_URL
  await rm(folder, { recursive: true, force: true })
  await rm(programs, { recursive: true, force: true })
  await receiver?.close()
  await gateway?.[Symbol.asyncDispose]()
})

function blocksOf({ markdown }: Pick<Page, 'markdown'>): Block[] {
  return [...markdown.matchAll(/^```(\w*) ?(\S*)\n(.*?)^```$/gms)].map(([, language = '', file = '', text = '']) => ({
    language,
    file,
    text,
  }))
}

const ofPage = (slug: string, language: string): Block[] =>
  (pages.get(slug) ?? []).filter((block) => block.language === language)

/** The text for this gateway and this key, with addresses that are here. */
const here = (text: string): string =>
  text
    .replaceAll(ADDRESS, gateway.url)
    .replaceAll('https://gateway.example', gateway.url)
    .replaceAll('https://example.com/hook', `${receiver.url}/hook`)
    .replaceAll('sk-test-…', TEST_KEY)
    .replaceAll("'lines.jsonl'", JSON.stringify(join(folder, 'lines.jsonl')))

/** Runs calls as a shell does, and returns what they printed. An answer that is an error ends it. */
async function sh(text: string, env: Record<string, string> = {}): Promise<string> {
  const script = ['set -eu', 'curl() { command curl --silent --show-error --fail-with-body "$@"; }', here(text)]
  const { stdout } = await run('bash', ['--norc', '-c', script.join('\n')], {
    cwd: folder,
    env: { PATH: process.env.PATH, POLYPHONY_KEY: TEST_KEY, ...env },
  })
  return stdout
}

const idIn = (answer: string, at: string): string =>
  String(at.split('.').reduce((value, name) => value[name], JSON.parse(answer)))

/** Runs programs of one page as a module, and returns what the last line would print. */
async function ts(name: string, blocks: readonly string[]): Promise<unknown[]> {
  const packages = { '@polyphony/ai-sdk-provider': new URL('packages/ai-sdk-provider/src/index.ts', ROOT).href }
  let text = here(blocks.join('\n')).replace(/^console\.log\((.*)\)$/m, 'export const printed = [$1]')
  for (const [id, file] of Object.entries(packages)) text = text.replace(`'${id}'`, JSON.stringify(fileURLToPath(file)))
  const path = new URL(`${name}.ts`, programs)
  await writeFile(path, text)
  return (await import(/* @vite-ignore */ path.href)).printed ?? []
}

/**
 * What answers have of what was made: a file of this gateway, or the words or tools of a call. The last call for fal only waits
 * for the end, that for MiniMax names a file, and that for one-api asks for the credit.
 */
const MADE =
  /\/files\/[\w-]+|"(?:choices|content|candidates|tools)":\s*\[\s*\{|"status":"COMPLETED"|"file_id":"[\w-]+"|"quota":\d+/

/** Whether a program has printed more than nothing: texts, numbers above 0, and objects with members. */
function isSomething(one: unknown): boolean {
  if (typeof one === 'string') return one.trim() !== ''
  if (typeof one === 'number') return one > 0
  return typeof one === 'object' && one !== null && Object.keys(one).length > 0
}

const NO_CURL = 'There is no curl here, with which the pages call.'
const hasCurl = spawnSync('curl', ['--version']).status === 0

describe('the code of the guide', () => {
  it.concurrent.for(PROTOCOLS.map((one) => [one.slug, one] as const))(
    'the calls and the program of the page for %s make what they say, with nothing changed but address and key',
    async ([slug, { curl, ts: program }], { skip }) => {
      if (!hasCurl) skip(NO_CURL)
      const made = sh(curl.submit).then(async (answer) => {
        if (curl.idAt === undefined || curl.read === undefined) return answer
        return sh(curl.read, { ID: idIn(answer, curl.idAt) })
      })
      const [answer, printed] = await Promise.all([made, program && ts(slug, [program.code])])
      expect(answer).not.toMatch(/"(?:error|fail_reason)":\s*[{"][^"}]/)
      expect(answer).toMatch(MADE)
      if (program) expect(printed?.length).toBeGreaterThan(0)
      expect((printed ?? []).filter((one) => !isSomething(one))).toEqual([])
    },
  )

  it('the calls of the README make a song, and read it', async ({ skip }) => {
    if (!hasCurl) skip(NO_CURL)
    const readme = await readFile(new URL('README.md', ROOT), 'utf8')
    const calls = blocksOf({ markdown: readme }).flatMap(({ text }) => (/^curl /m.test(text) ? [text] : []))
    expect(calls).toHaveLength(1)
    // Both are typed by the reader, from what was printed before.
    const [, submit = '', read = ''] = calls[0]?.split(/^(?:KEY|TASK_ID)=.*$/m) ?? []
    const made = await sh(submit, { KEY: TEST_KEY })
    const answer = await sh(read, { KEY: TEST_KEY, TASK_ID: idIn(made, 'data.task_id') })
    expect(JSON.parse(answer)).toMatchObject({ data: { status: 'completed', output: expect.anything() } })
  })

  it('the calls of the first page make a task, and read it', async ({ skip }) => {
    if (!hasCurl) skip(NO_CURL)
    const [, submit, read, ...others] = ofPage('getting-started', 'sh')
    const answer = await sh(submit?.text ?? '')
    expect(JSON.parse(await sh(read?.text ?? '', { TASK_ID: idIn(answer, 'data.task_id') }))).toMatchObject({
      data: { status: 'completed', output: expect.anything() },
    })
    expect(others.length).toBeGreaterThan(2)
    const answers = await Promise.all(others.map(async ({ text }) => JSON.parse(await sh(text))))
    for (const one of answers) expect(one).not.toHaveProperty('error.message')
    expect(answers.map((one) => one.code ?? 200)).toEqual(answers.map(() => 200))
  })

  it('the calls of the pages for operators succeed, with a code that there is', async ({ skip }) => {
    if (!hasCurl) skip(NO_CURL)
    const made = await gateway.send('POST', '/api/admin/codes', { key: LIVE_KEY, body: { amount_usd: 1 } })
    const code = idIn(JSON.stringify(made.body), 'data.items.0.code')
    expect(operatorsCalls).toHaveLength(1)
    for (const text of operatorsCalls) {
      const call = text.replaceAll(/POLY(?:-[0-9A-Z]{4}){4}/g, code)
      expect(JSON.parse(await sh(call, { POLYPHONY_URL: gateway.url, KEY: LIVE_KEY }))).toMatchObject({ code: 200 })
    }
  })

  it('the uploads of the page about them are answered with URLs of files', async ({ skip }) => {
    if (!hasCurl) skip(NO_CURL)
    for (const { text } of ofPage('uploads', 'sh')) expect(await sh(text)).toContain(`${gateway.url}/files/`)
  })

  it('the voice of the page about calls speaks', async ({ skip }) => {
    if (!hasCurl) skip(NO_CURL)
    const speech = ofPage('calls', 'sh').find(({ text }) => text.includes('/v1/audio/speech'))
    await sh(`${speech?.text}\ntest -s evening.mp3`)
  })

  it('the programs of the page about calls run, one after the other', async () => {
    for (const { file, text } of ofPage('calls', 'jsonl')) await writeFile(join(folder, file), text)
    const blocks = ofPage('calls', 'ts').map(({ text }) => text)
    expect(blocks.length).toBeGreaterThan(3)
    await ts('calls', [...blocks, 'console.log(answer.choices[0], value, file.id, batch.id, answers)'])
  })

  it('the programs of the page about clients run', async () => {
    const [client = '', sdk = ''] = ofPage('clients', 'ts').map(({ text }) => text)
    const [printed, made] = await Promise.all([
      ts('client', [client, 'console.log(song.status, file.ok)']),
      ts('ai-sdk', [sdk, 'console.log(image.mediaType, text.length)']),
    ])
    expect(printed).toEqual(['completed', true])
    expect(made).toEqual([expect.stringMatching(/^image\//), expect.any(Number)])
  })

  it('what the page about MCP gives to hosts leads to the tools', async () => {
    const hosts = ofPage('mcp', 'json').map(({ text }) => JSON.parse(here(text).replaceAll('KEY"', `${TEST_KEY}"`)))
    const servers = hosts.map(({ servers: some, mcpServers }) => (some ?? mcpServers).polyphony)
    expect(servers).toHaveLength(3)
    for (const { url, headers, command, args } of servers) {
      if (url === undefined) expect([command, args]).toEqual(['polyphony', ['mcp']])
      else {
        const client = new Client({ name: 'guide', version: '1.0.0' })
        await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }))
        expect((await client.listTools()).tools.length).toBeGreaterThan(5)
        await client.close()
      }
    }
  })

  it('every other block is one of its language', async () => {
    const all = [...pages.values()].flat()
    const known = ['sh', 'ts', 'python', 'json', 'jsonl', 'yaml', 'js', 'go', 'java', 'php', 'http']
    expect(all.filter(({ language }) => !known.includes(language))).toEqual([])
    for (const { language, text } of all) {
      if (language === 'yaml') expect(() => parse(text), text).not.toThrow()
      if (language === 'json') expect(() => JSON.parse(text), text).not.toThrow()
    }
    const shells = all.filter(({ language }) => language === 'sh').map(({ text }) => text)
    // Reads the commands and runs none: some install programs, or start servers.
    await run('bash', ['--norc', '-n', '-c', shells.join('\n')])
  })

  it('the Python of every page compiles', async ({ skip }) => {
    const found = await run('python3', ['--version']).catch(() => undefined)
    if (!found) skip('There is no Python here; `npm run test:clients` runs these programs.')
    const texts = [...pages.values()].flat().flatMap(({ language, text }) => (language === 'python' ? [text] : []))
    expect(texts.length).toBeGreaterThan(8)
    await writeFile(join(folder, 'programs.json'), JSON.stringify(texts))
    const compile = 'import json\nfor one in json.load(open("programs.json")): compile(one, "a page", "exec")'
    await run('python3', ['-c', compile], { cwd: folder })
  })
})

import { execFileSync, spawnSync } from 'node:child_process'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { listOperations } from '../../src/catalog/catalog.ts'
import type { Operation } from '../../src/catalog/operation.ts'
import { systemClock } from '../../src/core/clock.ts'
import { PolyphonyError } from '../../src/core/errors.ts'
import { itemId, taskOfItem } from '../../src/core/ids.ts'
import { isJsonObject, type Json, type JsonObject } from '../../src/core/json.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { sandboxProvider } from '../../src/providers/sandbox/sandbox.ts'
import { type CodeRequest, codeOf } from '../../web/src/pages/studio/code.ts'
import { parentField, parentOperation } from '../support/follow-ups.ts'
import { hasEnded, LIVE_KEY, openGateway, type TestGateway } from '../support/gateway.ts'

/** Refuses all work but that of parents: only what is stored matters, and protocols that wait for an end must not wait long. */
const sandbox = sandboxProvider({ clock: systemClock })
const refusing: Provider = {
  ...sandbox,
  id: 'refusing',
  async submit(job, account, signal) {
    if (job.input.note !== undefined) return sandbox.submit(job, account, signal)
    throw new PolyphonyError('vendor_refused', 'Nothing is made here.')
  },
}

let gateway: TestGateway
beforeAll(async () => {
  gateway = await openGateway({
    env: { POLYPHONY_EGRESS_ALLOW: '' },
    replaced: { builtIn: [{ provider: refusing, mode: 'live', slots: 100 }] },
  })
})
afterAll(() => gateway?.[Symbol.asyncDispose]())

const parents = new Map<string, Promise<string>>()
const MADE_UP = /01234567-89ab-4cde-8f01-23456789ab\d\d/g

/** The example of an operation, with a task that exists where it builds on one, and addresses that need no name service. */
async function exampleOf(operation: Operation): Promise<JsonObject> {
  const text = onNumbers(JSON.stringify(operation.example))
  if (text.search(MADE_UP) === -1 || parentField(operation) === undefined) return JSON.parse(text)
  const { id, model, taskType, example } = parentOperation(operation)
  const made =
    parents.get(id) ??
    gateway.piapi
      .create(taskType, JSON.parse(onNumbers(JSON.stringify({ ...example, note: 'sandbox:fast' }))), { model })
      .then(async ({ task_id }) => (await gateway.until(task_id, hasEnded)).id)
  parents.set(id, made)
  const parent = await made
  return JSON.parse(text.replaceAll(MADE_UP, (one) => itemId(parent, taskOfItem(one).number)))
}

const onNumbers = (text: string): string => text.replaceAll(/https:\/\/example\.com\//g, 'https://1.1.1.1/')

/** The path and the body of printed code, as its language reads them. */
const READERS = {
  curl(text: string) {
    const [, path = '', body = ''] = /^curl http:\/\/gateway(\S+)[\s\S]*?-d '([\s\S]*)'$/.exec(text) ?? []
    return { path, body: JSON.parse(body.replaceAll(String.raw`'\''`, "'")) }
  },
  typescript(text: string) {
    const [, path = ''] = /fetch\('http:\/\/gateway([^']+)'/.exec(text) ?? []
    const [, body = ''] = /JSON\.stringify\(([\s\S]*?)\),\n\}\)\nif/.exec(text) ?? []
    return { path, body: new Function(`return (${body})`)() }
  },
}

interface Offered extends CodeRequest {
  protocol: string
}

async function offeredFor(body: JsonObject): Promise<Offered[]> {
  const answer = await gateway.send('POST', '/polyphony/v1/requests', { key: LIVE_KEY, body })
  return (answer.body as unknown as { requests: Offered[] }).requests // as the document describes it
}

/** Sends a request; returns the id of the request, by which the task that it made is known. */
async function sent({ path, body }: CodeRequest, about: string): Promise<string> {
  const answer = await gateway.send('POST', path, { key: LIVE_KEY, body })
  // Those that wait for the result answer that the work was refused; the task is there.
  const isTaken = answer.status < 300 || JSON.stringify(answer.body).includes('Nothing is made here')
  if (!isTaken) throw new Error(`${about}: POST ${path} answered ${answer.status} ${JSON.stringify(answer.body)}`)
  return answer.headers.get('x-request-id') ?? ''
}

/** The operation and the input of every task, by the id of the request that made it. Files have ids of their own. */
async function storedTasks(): Promise<Map<string | null, string>> {
  const tasks = await gateway.store.listTasks({ tenantId: gateway.tenantId, mode: 'live', limit: 5_000 })
  return new Map(
    tasks.map(({ requestId, operation, input }) => [
      requestId,
      JSON.stringify({ operation, input: sorted(input) }).replaceAll(/asset:[\w-]+/g, 'asset:ID'),
    ]),
  )
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isJsonObject(value)) return value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((name) => [name, sorted(value[name] ?? null)]),
  )
}

const AT_ONCE = 8
/** Every program in Python, and the body that it sends. */
const printed: { text: string; body: object }[] = []

it('every request that is offered for an operation makes the same task as the gateway’s own protocol, in each language', async () => {
  const made: { about: string; protocol: string; own: string; other: string }[] = []
  const operations = [...listOperations()]

  async function check(operation: Operation): Promise<void> {
    const body = { operation: operation.id, input: await exampleOf(operation) }
    const requests = await offeredFor(body)
    const own = await sent({ path: '/polyphony/v1/tasks', body }, operation.id)
    for (const request of requests) {
      const { protocol, path } = request
      for (const [language, read] of Object.entries(READERS)) {
        const text = codeOf(language as keyof typeof READERS, request, 'http://gateway')
        expect(read(text), text).toEqual({ path, body: request.body })
      }
      printed.push({ text: codeOf('python', request, 'http://gateway'), body: request.body })
      const about = `${operation.id} by ${protocol}`
      // The gateway's own is the one that was just sent.
      made.push({ about, protocol, own, other: protocol === 'polyphony' ? own : await sent(request, about) })
    }
  }

  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let next = operations.pop(); next; next = operations.pop()) await check(next)
    }),
  )
  const stored = await storedTasks()
  for (const { about, own, other } of made) {
    expect(stored.get(own), about).toBeDefined()
    expect(stored.get(other), about).toBe(stored.get(own))
  }
  const counts = Object.groupBy(made, ({ protocol }) => protocol)
  console.info(
    `requests written and read back: ${made.length} for ${listOperations().length} operations`,
    Object.fromEntries(Object.entries(counts).map(([protocol, list = []]) => [protocol, list.length])),
  )
  // All operations in two protocols, and the families in their own.
  expect(made.length).toBeGreaterThan(2 * listOperations().length + 100)
}, 120_000)

it('the programs in Python send the same bodies', ({ skip }) => {
  if (spawnSync('python3', ['--version']).status !== 0) skip('There is no Python here to read them.')
  expect(printed.length).toBeGreaterThan(2 * listOperations().length)
  expect(readByPython(printed.map(({ text }) => text))).toEqual(printed.map(({ body }) => body))
})

it('a request with a file of hundreds of kilobytes in its text is refused, as code with it would be of no use', async () => {
  const asked = { operation: 'Qubico/image-toolkit/background-remove', input: { image: 'A'.repeat(200_000) } }
  const { status, body } = await gateway.send('POST', '/polyphony/v1/requests', { key: LIVE_KEY, body: asked })
  expect({ status, body }).toMatchObject({ status: 413, body: { error: { code: 'payload_too_large' } } })
})

/** What Python reads in the argument `json` of each program. */
function readByPython(programs: string[]): unknown[] {
  const script = `
import ast, json, sys
def bodies():
    for program in json.load(sys.stdin):
        calls = [node for node in ast.walk(ast.parse(program)) if isinstance(node, ast.Call)]
        posts = [call for call in calls if getattr(call.func, "attr", "") == "post"]
        yield ast.literal_eval(next(word.value for word in posts[0].keywords if word.arg == "json"))
print(json.dumps(list(bodies())))`
  return JSON.parse(execFileSync('python3', ['-c', script], { input: JSON.stringify(programs), encoding: 'utf8' }))
}

it('an input that breaks a rule is refused with the field, and nothing is written for it', async () => {
  const asked = { operation: 'suno/music', input: { prompt: 7 } }
  const { status, body } = await gateway.send('POST', '/polyphony/v1/requests', { key: LIVE_KEY, body: asked })
  expect({ status, body }).toMatchObject({
    status: 400,
    body: { error: { code: 'invalid_input', field: 'input.prompt' } },
  })
})

it('a value for which a protocol has no word is not written in it', async () => {
  const offered = async (input: JsonObject) => {
    const asked = { operation: 'sora2/sora2-pro-video', input: { prompt: 'a storm', ...input } }
    return (await offeredFor(asked)).map(({ protocol }) => protocol)
  }
  // OpenAI's sizes have 720p and 1024p; the default of the catalogue is 1080p.
  expect(await offered({ resolution: '720p' })).toContain('openai-videos')
  expect(await offered({ resolution: '1080p' })).not.toContain('openai-videos')
})

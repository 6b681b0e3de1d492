import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { listOperations } from '../../src/catalog/catalog.ts'
import type { Operation } from '../../src/catalog/operation.ts'
import { systemClock } from '../../src/core/clock.ts'
import { PolyphonyError } from '../../src/core/errors.ts'
import { itemId, taskOfItem } from '../../src/core/ids.ts'
import type { JsonObject } from '../../src/core/json.ts'
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

interface StoredTask {
  id: string
  operation: string
  input: JsonObject
}

const newest = async (): Promise<StoredTask> =>
  ((await gateway.send('GET', '/polyphony/v1/tasks?limit=1')).body as { tasks: [StoredTask] }).tasks[0]

/** Sends a request, and reads the task that it made. */
async function storedBy({ path, body }: CodeRequest): Promise<StoredTask> {
  const before = (await newest()).id
  const answer = await gateway.send('POST', path, { key: LIVE_KEY, body })
  const task = await newest()
  // Those that wait for the result answer that it was refused: the task is there.
  if (task.id === before) throw new Error(`POST ${path} made no task: ${JSON.stringify(answer.body)}`)
  return task
}

it('every request that is offered for an operation makes the same task as the gateway’s own protocol, in each language', async () => {
  const counts: Record<string, number> = {}
  const pythons: { text: string; body: object }[] = []
  await gateway.piapi.create('lyrics', { prompt: 'the first of all' }, { model: 'suno' })
  for (const operation of listOperations()) {
    const input = await exampleOf(operation)
    const asked = { operation: operation.id, input }
    const { body, status } = await gateway.send('POST', '/polyphony/v1/requests', { key: LIVE_KEY, body: asked })
    expect(status, `${operation.id}: ${JSON.stringify(body)}`).toBe(200)
    const { requests } = body as { requests: Offered[] }
    const own = await storedBy({ path: '/polyphony/v1/tasks', body: asked })
    for (const request of requests) {
      const { protocol } = request
      for (const [language, read] of Object.entries(READERS)) {
        const printed = codeOf(language as keyof typeof READERS, request, 'http://gateway')
        expect(read(printed), printed).toEqual({ path: request.path, body: request.body })
      }
      pythons.push({ text: codeOf('python', request, 'http://gateway'), body: request.body })
      const { operation: id, input: stored } = await storedBy(request)
      expect({ id, stored }, `${operation.id} by ${protocol}`).toEqual({ id: own.operation, stored: own.input })
      counts[protocol] = (counts[protocol] ?? 0) + 1
    }
  }
  const bodies = readByPython(pythons.map(({ text }) => text))
  expect(bodies).toEqual(pythons.map(({ body }) => body))
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0)
  console.info(`requests written and read back: ${total} of ${listOperations().length} operations`, counts)
  // All operations in two protocols, and the families in their own.
  expect(total).toBeGreaterThan(2 * listOperations().length + 100)
}, 120_000)

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
  expect({ status, body }).toMatchObject({ status: 400, body: { error: { code: 'invalid_input', field: 'input.prompt' } } })
})

it('a value for which a protocol has no word is not written in it', async () => {
  const offered = async (input: JsonObject) => {
    const asked = { operation: 'sora2/sora2-pro-video', input: { prompt: 'a storm', ...input } }
    const { body } = await gateway.send('POST', '/polyphony/v1/requests', { key: LIVE_KEY, body: asked })
    return (body as { requests: Offered[] }).requests.map(({ protocol }) => protocol)
  }
  // OpenAI's sizes have 720p and 1024p; the default of the catalogue is 1080p.
  expect(await offered({ resolution: '720p' })).toContain('openai-videos')
  expect(await offered({ resolution: '1080p' })).not.toContain('openai-videos')
})

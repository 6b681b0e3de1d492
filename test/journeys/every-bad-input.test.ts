import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { TSchema } from 'typebox'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sampleFiles } from '../../src/assets/sample-files.ts'
import { getOperation, listOperations } from '../../src/catalog/catalog.ts'
import { replaceFiles } from '../../src/catalog/media.ts'
import type { Operation } from '../../src/catalog/operation.ts'
import { readInput } from '../../src/catalog/read-input.ts'
import { systemClock } from '../../src/core/clock.ts'
import { ERRORS, type ErrorCode } from '../../src/core/errors.ts'
import { itemId } from '../../src/core/ids.ts'
import type { Json, JsonObject } from '../../src/core/json.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { sandboxProvider } from '../../src/providers/sandbox/sandbox.ts'
import { type BadInput, badFiles, badInputs, type Samples } from '../support/bad-inputs.ts'
import { BROKEN_RULES } from '../support/broken-rules.ts'
import { exampleOn, parentField, parentOperation } from '../support/follow-ups.ts'
import { hasEnded, LIVE_KEY, openGateway, type TestGateway } from '../support/gateway.ts'

/** Requests under way at once. */
const WIDTH = 16
const LEAST_CASES = 3_000
/** A public address as a number: it needs no DNS look-up, and nothing is ever fetched from it. */
const PUBLIC_FILE = 'https://1.1.1.1/file'
const UNKNOWN_ID = '01234567-89ab-4cde-8f01-23456789ab00'

/** Performs every operation, so that no input is refused for lack of a provider; a bad input never reaches it. */
const calls: string[] = []
const sandbox = sandboxProvider({ clock: systemClock })
const everything: Provider = {
  ...sandbox,
  id: 'everything',
  // Outputs that follow-ups need are made as the sandbox makes them.
  async submit(job, account, signal) {
    if (job.input.note !== undefined) return sandbox.submit(job, account, signal)
    calls.push(job.operation)
    throw new Error(`${job.operation} reached the provider.`)
  },
}

interface Parents {
  completed: string
  failed: string
  running: string
  /** Finished, of another tenant. */
  foreign: string
}

/** Near the longest text that a file may be. */
const HUGE: [what: string, image: string, says: string, code: ErrorCode][] = [
  ['9 million characters of base64', 'A'.repeat(9_000_000), 'is of no known type', 'unsupported_media'],
  ['14 million characters of base64', 'A'.repeat(14_400_000), 'uploads may have', 'payload_too_large'],
  ['14 million characters, nearly base64', `${'A'.repeat(14_400_000)}%`, 'must be an http', 'invalid_input'],
  [
    '14 million characters, nearly a data URI',
    `data:image/png;base64,${'A'.repeat(14_400_000)}%`,
    'must be an http',
    'invalid_input',
  ],
  ['more characters than there may be', 'A'.repeat(14_500_001), 'has at most 14500000 characters', 'invalid_input'],
]

const operations = listOperations()
let gateway: TestGateway
let samples: Samples
/** Tasks that could be followed, by the operation that made them. */
const parents = new Map<string, Parents>()
let sent = 0

beforeAll(async () => {
  gateway = await openGateway({
    env: { POLYPHONY_EGRESS_ALLOW: '' },
    replaced: { builtIn: [{ provider: everything, mode: 'live', slots: 100 }] },
  })
  const base64 = async (type: string) => Buffer.from((await sampleFiles[type]?.()) ?? []).toString('base64')
  samples = { image: await base64('image/png'), video: await base64('video/mp4'), audio: await base64('audio/wav') }
  const stranger = await gateway.tenant({})
  const makers = new Set(operations.filter(parentField).map(parentOperation))
  await Promise.all(
    [...makers].map(async (maker) => {
      parents.set(maker.id, {
        completed: await madeBy(maker, 'sandbox:fast', LIVE_KEY),
        failed: await madeBy(maker, 'sandbox:refuse', LIVE_KEY),
        running: await madeBy(maker, 'sandbox:slow=600', LIVE_KEY),
        foreign: await madeBy(maker, 'sandbox:fast', stranger.key),
      })
    }),
  )
})
afterAll(() => gateway?.[Symbol.asyncDispose]())

/** A task with a word for the sandbox, once it has ended or, if it is slow, once it runs. */
async function madeBy({ model, taskType, example }: Operation, word: string, key: string): Promise<string> {
  // In a field that the catalogue does not know: the sandbox reads every text.
  const { task_id: id } = await gateway.piapi.create(taskType, { ...example, note: word }, { model, key })
  await gateway.until(id, (task) => (word.includes('slow') ? task.status === 'processing' : hasEnded(task)))
  return id
}

function parentsOf(operation: Operation): Parents {
  const found = parents.get(parentOperation(operation).id)
  if (!found) throw new Error(`Nothing was made for ${operation.id}.`)
  return found
}

/** A valid input: the example, with a parent that can be followed. */
function goodInput(operation: Operation): JsonObject {
  return parentField(operation) === undefined ? operation.example : exampleOn(operation, parentsOf(operation).completed)
}

/** Changes to the example that make a file in a field allowed, where the example forbids the field. */
const FOR_FILES: Record<string, (field: string) => Record<string, Json | undefined>> = {
  'kling/video_generation': () => ({ image_url: PUBLIC_FILE }),
  'kling/ai_try_on': (field) =>
    ['upper_input', 'lower_input'].includes(field) ? { dress_input: undefined, upper_input: PUBLIC_FILE } : {},
  'kling/omni_video_generation': (field) => (field.startsWith('images') ? {} : { version: '4.0' }),
  'kling/lip_sync': (field) => (field === 'video_url' ? { origin_task_id: undefined } : {}),
  'byteaudio/seed-audio-1.0': (field) => (field === 'image_url' ? { audio_urls: undefined } : {}),
  ...Object.fromEntries(
    listOperations()
      .filter(({ model, input }) => model === 'seedance' && 'mode' in input.properties)
      .map(({ id }) => [id, () => ({ mode: undefined })]),
  ),
}

function casesOf(operation: Operation): BadInput[] {
  const good = goodInput(operation)
  const goodFor = (field: string): JsonObject =>
    replaceFiles(operation.input, changed(good, FOR_FILES[operation.id]?.(field) ?? {}), () => PUBLIC_FILE)
  return [
    ...badInputs(operation.input, good),
    ...badFiles(operation.input, goodFor, samples),
    ...brokenRules(operation, good),
    ...badParents(operation, good),
    ...goneFile(operation, goodFor),
    tooDeep(good),
  ]
}

function changed(good: JsonObject, change: Record<string, Json | undefined>): JsonObject {
  const entries = Object.entries({ ...good, ...change }).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as JsonObject // members that are undefined are left out
}

function brokenRules({ id }: Operation, good: JsonObject): BadInput[] {
  return (BROKEN_RULES[id] ?? []).map(({ change, field, says }) => ({
    what: `${field}: against a rule, ${JSON.stringify(change).slice(0, 100)}`,
    input: changed(good, change),
    field,
    says,
    code: 'invalid_input',
  }))
}

function badParents(operation: Operation, good: JsonObject): BadInput[] {
  const field = parentField(operation)
  if (field === undefined) return []
  const { failed, running, foreign } = parentsOf(operation)
  const stranger = operations.find(({ id, model }) => parents.has(id) && !operation.followsModels.includes(model))
  const strange = parents.get(stranger?.id ?? '')?.completed ?? ''
  const refused = (what: string, id: string, says: string): BadInput => ({
    what: `${field}: ${what}`,
    input: { ...good, [field]: id },
    field,
    says,
    code: 'parent_not_usable',
  })
  const item = ([what, id, says]: [string, string, string]) => refused(`the first item of ${what}`, itemId(id, 1), says)
  const unusable: [string, string, string][] = [
    ['an unknown task', UNKNOWN_ID, 'there is no'],
    ['another tenant’s task', foreign, 'there is no'],
    ['a failed task', failed, 'its task is failed'],
    ['a running task', running, 'its task is processing'],
    ['a task of another model', strange, `${operation.id} builds on`],
  ]
  return [
    ...unusable.map(([what, id, says]) => refused(what, id, says)),
    ...unusable.map(item),
    ...['nonsense', '../x', '%00', 'constructor', UNKNOWN_ID.toUpperCase(), '0'].map((id) =>
      refused(`"${id}", no id`, id, 'there is no'),
    ),
  ]
}

/** A file of this gateway that was deleted, or never existed. */
function goneFile(operation: Operation, goodFor: (field: string) => JsonObject): BadInput[] {
  const field = Object.entries(operation.input.properties).find(([, schema]) => 'x-media' in schema)?.[0]
  if (field === undefined) return []
  const input = { ...goodFor(field), [field]: `${gateway.url}/files/${UNKNOWN_ID}.png` }
  const says = 'names a file of this gateway that is gone'
  return [{ what: `${field}: a file that is gone`, input, field, says, code: 'invalid_input' }]
}

/** Nested deeper than any call stack, in a field that the operation does not have. */
function tooDeep(good: JsonObject): BadInput {
  const input = { ...good, mine: JSON.parse(`${'['.repeat(1_000)}${']'.repeat(1_000)}`) }
  return { what: 'mine: too deep', input, field: 'mine', says: 'is nested more than', code: 'invalid_input' }
}

/** The faults of fields that were sent, by what the field's schema says of its values. */
const tried = new Set<string>()

/**
 * Of fields that are described alike in many operations, the first is sent every fault, and each of the others one: that
 * they are read by their descriptions.
 */
function worthSending({ input }: Operation, cases: BadInput[]): BadInput[] {
  const begun = new Set<string>()
  return cases.filter(({ field, what }) => {
    const schema = input.properties[field.split('.', 1)[0] ?? '']
    if (schema === undefined) return true
    const { description: _, ...rules } = schema as TSchema & { description?: string }
    const fault = `${JSON.stringify(rules)} ${what.slice(what.indexOf(': '))}`
    const isNew = !tried.has(fault)
    const isFirst = !begun.has(field)
    tried.add(fault)
    begun.add(field)
    return isNew || isFirst
  })
}

/** What is wrong with the answer to a bad input; undefined if nothing is. */
async function problemOf({ model, taskType }: Operation, bad: BadInput): Promise<string | undefined> {
  sent += 1
  const answer = await gateway.send('POST', '/api/v1/task', { body: { model, task_type: taskType, input: bad.input } })
  const { error, code } = answer.body as { code: number; error?: { type: string; field?: string; message: string } }
  const field = `input.${bad.field}`
  const isRight =
    answer.status === ERRORS[bad.code].status &&
    code === answer.status &&
    error?.type === bad.code &&
    error.field === field &&
    error.message.startsWith(field) &&
    error.message.includes(bad.says)
  if (isRight) return undefined
  return `${bad.what} (${bad.code}, "${bad.says}") answered ${answer.status} ${JSON.stringify(answer.body).slice(0, 300)}`
}

async function problemsOf(operation: Operation, cases: BadInput[]): Promise<string[]> {
  const problems: string[] = []
  const left = cases.values()
  const worker = async (): Promise<void> => {
    for (const bad of left) {
      const problem = await problemOf(operation, bad)
      if (problem !== undefined) problems.push(problem)
    }
  }
  await Promise.all(Array.from({ length: WIDTH }, worker))
  return problems
}

type Stock = Awaited<ReturnType<typeof stock>>

let counted: Stock | undefined

/** Expects that what is sent meanwhile leaves everything as it was: as it was counted last, since it is dear to count. */
async function expectUnchanged(sending: () => Promise<void>): Promise<void> {
  const before = counted ?? (await stock())
  await sending()
  counted = await stock()
  expect(counted).toEqual(before)
}

/** Everything that a refused request must not change. */
async function stock() {
  const { store, dataDir } = gateway
  const { points, transactions, tasks } = await store.summary({})
  const assets = await store.listExpiredAssets({ now: Date.now() * 2, limit: 10_000 })
  const files = await readdir(join(dataDir, 'files'), { recursive: true, withFileTypes: true })
  return {
    balance: await gateway.balance(),
    points,
    transactions,
    tasks,
    assets: assets.length,
    files: files.filter((one) => one.isFile()).length,
    calls: calls.length,
  }
}

describe('a bad input', () => {
  it.each(operations.map((operation) => [operation.id, operation] as const))(
    'for %s is refused by its field and its rule, and nothing is stored',
    async (_id, operation) => {
      await expectUnchanged(async () => {
        expect(await problemsOf(operation, worthSending(operation, casesOf(operation)))).toEqual([])
      })
    },
  )

  it('of several megabytes is refused like any other', async () => {
    const operation = getOperation('Qubico/image-toolkit/background-remove')
    const cases = HUGE.map(([what, image, says, code]) => ({ what, input: { image }, field: 'image', says, code }))
    await expectUnchanged(async () => expect(await problemsOf(operation, cases)).toEqual([]))
  })

  it('leaves the ledger balanced after thousands of them', async () => {
    console.log(`${sent} bad inputs for ${operations.length} operations were refused.`)
    expect(sent).toBeGreaterThan(LEAST_CASES)
    await gateway.assertBalanced()
    expect(calls).toEqual([])
  })
})

describe('the list of broken rules', () => {
  it('names only operations that exist', () => {
    for (const id of Object.keys(BROKEN_RULES)) expect(getOperation(id).id).toBe(id)
  })

  it('covers every operation whose smallest or largest input breaks a rule', () => {
    const forgotten = new Set<string>()
    for (const operation of operations) {
      const required = Object.keys(operation.example).filter((name) => operation.input.required?.includes(name))
      const least = Object.fromEntries(required.map((name) => [name, operation.example[name] ?? null]))
      const limits = Object.entries(operation.input.properties).flatMap(([name, schema]) =>
        'maximum' in schema ? [[name, schema.maximum as Json] as const] : [],
      )
      for (const input of [least, { ...operation.example, ...Object.fromEntries(limits) }]) {
        if (breaks(operation, input) && !BROKEN_RULES[operation.id]) forgotten.add(operation.id)
      }
    }
    expect([...forgotten]).toEqual([])
  })
})

function breaks(operation: Operation, input: JsonObject): boolean {
  try {
    readInput(operation, input)
    return false
  } catch {
    return true
  }
}

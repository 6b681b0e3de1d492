import { createHash } from 'node:crypto'
import type { TSchema } from 'typebox'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listOperations } from '../../src/catalog/catalog.ts'
import { replaceFiles } from '../../src/catalog/media.ts'
import type { Operation } from '../../src/catalog/operation.ts'
import { outputSpecOf } from '../../src/catalog/outputs.ts'
import { readInput, validatorOf } from '../../src/catalog/read-input.ts'
import type { Json, JsonObject } from '../../src/core/json.ts'
import type { Task } from '../../src/core/task.ts'
import { formOf } from '../../src/dialects/piapi/families.ts'
import { exampleOn, parentOperation } from '../support/follow-ups.ts'
import {
  type Answer,
  download,
  hasEnded,
  openGateway,
  type PiapiAnswer,
  type PiapiTask,
  TEST_KEY,
  type TestGateway,
} from '../support/gateway.ts'
import { expectMedia } from '../support/produced-media.ts'
import { promisedFiles, promisedTexts, textsIn } from '../support/promised-files.ts'

const LONGEST_MS = 60_000
const ZERO_TIME = '0001-01-01T00:00:00Z'

interface Run {
  /** As it was sent. */
  input: JsonObject
  created: Answer<PiapiAnswer>
  ended: PiapiTask
}

const operations = listOperations()
const rows = operations.map((operation) => [operation.id, operation] as const)

/** One operation of each form of each family: the others are shown in the same way. */
const alone = rows.filter(
  ([, operation], index) =>
    rows.findIndex(([, one]) => one.model === operation.model && formOf(one) === formOf(operation)) === index,
)

let gateway: TestGateway
const runs = new Map<string, Promise<Run>>()
/** Tasks that take long enough to be read while they run. */
const halfway = new Map<string, Promise<{ stored: Task; running: PiapiTask }>>()
/** Tasks that the sandbox was told to fail, by operation and word. */
const failures = new Map<string, Promise<PiapiTask>>()

beforeAll(async () => {
  // Each failure below is waited for, all at once.
  gateway = await openGateway({ env: { POLYPHONY_WAITS_PER_KEY: '1000' } })
  // All at once; each is checked in a test of its own.
  for (const operation of operations) keep(runs, operation.id, run(operation))
  for (const [id, operation] of alone) keep(halfway, id, meet(operation))
  for (const operation of operations) {
    const field = textField(operation)
    if (field === undefined) continue
    for (const word of WORDS) keep(failures, `${operation.id} ${word}`, runWith(word, field, operation))
  }
})
afterAll(() => gateway?.[Symbol.asyncDispose]())

/** A rejection is handled by the test that waits for it, which may not have begun. */
function keep<T>(all: Map<string, Promise<T>>, id: string, promise: Promise<T>): void {
  promise.catch(() => {})
  all.set(id, promise)
}

async function run(operation: Operation): Promise<Run> {
  const input = await exampleOf(operation)
  const created = await create(operation, input)
  if (created.status !== 200) throw new Error(`Answered ${created.status}: ${created.body.message}`)
  // Read once: hundreds of clients that poll for as long as all of them take would be most of the work.
  const { id } = await gateway.until(created.body.data.task_id, hasEnded)
  return { input, created, ended: await gateway.piapi.read(id, { key: TEST_KEY }) }
}

async function meet(operation: Operation): Promise<{ stored: Task; running: PiapiTask }> {
  // In a field that the catalogue does not know: the sandbox reads every text.
  const { body } = await create(operation, { ...(await exampleOf(operation)), note: 'sandbox:slow=600' })
  const stored = await gateway.until(body.data.task_id, ({ status }) => status === 'processing')
  return { stored, running: await gateway.piapi.read(stored.id, { key: TEST_KEY }) }
}

async function runWith(word: string, field: string, operation: Operation): Promise<PiapiTask> {
  const example = await exampleOf(operation)
  const { body } = await create(operation, { ...example, [field]: `${example[field] ?? ''} ${word}` })
  return gateway.piapi.ended(body.data.task_id, { key: TEST_KEY })
}

/** A follow-up begins when the task that it follows has ended. */
async function exampleOf(operation: Operation): Promise<JsonObject> {
  if (operation.follows(operation.example) === undefined) return operation.example
  const parent = await runs.get(parentOperation(operation).id)
  return exampleOn(operation, parent?.ended.task_id ?? '')
}

function create({ model, taskType }: Operation, input: JsonObject): Promise<Answer<PiapiAnswer>> {
  return gateway.piapi.post({ model, task_type: taskType, input }, { key: TEST_KEY })
}

async function runOf(operation: Operation): Promise<Run> {
  const found = await runs.get(operation.id)
  if (!found) throw new Error(`${operation.id} was not begun.`)
  return found
}

const WORDS = ['sandbox:fail', 'sandbox:moderation']

/** A field that accepts any text, where the sandbox reads its words; no ids and no choices. */
function textField({ input }: Operation): string | undefined {
  const isText = ([name, field]: [string, TSchema]): boolean =>
    'type' in field && field.type === 'string' && !('x-media' in field) && !('pattern' in field) && !/_id$/.test(name)
  return Object.entries(input.properties).find(isText)?.[0]
}

const problemsWith = (schema: TSchema, value: Json): unknown[] => [...validatorOf(schema).Errors(value)]

describe(`each of the ${operations.length} operations`, { timeout: LONGEST_MS }, () => {
  it('has a task that is run here', () => {
    expect(operations.length).toBeGreaterThan(100)
    expect([...runs.keys()]).toEqual(operations.map(({ id }) => id))
  })

  it.each(rows)('%s is accepted, and its input is returned', async (_id, operation) => {
    const { input, created } = await runOf(operation)
    const { data, ...envelope } = created.body
    expect(envelope).toEqual({ code: 200, message: 'success' })
    const { model, taskType: task_type } = operation
    expect(data).toMatchObject({ model, task_type, status: 'pending', detail: null, logs: [], error: { code: 0 } })
    const type = formOf(operation).usage === 'llm' ? 'llm' : 'point'
    expect(data.meta.usage).toEqual({ type, frozen: 0, consume: 0 })
    // Base64 is stored before the task is, and returned as a URL of this gateway.
    const echoed = replaceFiles(operation.input, input, ({ value }) =>
      /^https?:/.test(value) ? value : expect.stringMatching(`^${gateway.url}/files/`),
    )
    expect(data.input).toMatchObject(echoed)
  })

  it.each(alone)('%s is shown while it runs', async (id, operation) => {
    const { stored, running } = (await halfway.get(id)) ?? {}
    if (!stored) throw new Error(`${id} was not begun.`)
    expect(running).toMatchObject({ status: 'processing', error: { code: 0 }, meta: { ended_at: ZERO_TIME } })
    const { created_at: createdAt = '', started_at: startedAt = '' } = running?.meta ?? {}
    expect(Date.parse(startedAt)).toBeGreaterThanOrEqual(Date.parse(createdAt))
    const { progress = 0 } = (running?.output ?? {}) as { progress?: number } // Midjourney's
    expect(running?.output).toEqual(formOf(operation).pending?.({ ...stored, progress }) ?? null)
  })

  it.each(rows)('%s is completed, with an output of the promised form', async (_id, operation) => {
    const { ended } = await runOf(operation)
    expect(ended).toMatchObject({ status: 'completed', error: { code: 0, message: '' } })
    expect(problemsWith(formOf(operation).schema, ended.output)).toEqual([])
    const stored = await gateway.store.getTask({ id: ended.task_id })
    expect(problemsWith(operation.output, stored?.output ?? null)).toEqual([])
    expect(JSON.stringify(ended)).not.toMatch(/"(?:asset|file):/)
  })

  it.each(rows)('%s delivers the requested output, in files that can be opened', async (_id, operation) => {
    const { input, ended } = await runOf(operation)
    const stored = await gateway.store.getTask({ id: ended.task_id })
    if (!stored) throw new Error('The task is gone.')
    const spec = outputSpecOf(operation.produces, readInput(operation, input))
    const shown = textsIn(ended.output)

    const texts = promisedTexts(spec, stored.output)
    for (const text of texts) {
      expect(text.trim()).not.toBe('')
      expect(shown).toContain(text)
    }
    const files = promisedFiles(spec, stored.output).map(({ reference, promised }) => ({
      url: reference.replace(/^asset:/, `${gateway.url}/files/`),
      promised,
    }))
    const [first] = files
    if (first) expect(shown).toContain(first.url)
    else expect(texts).not.toEqual([])
    for (const url of shown.filter((text) => /^https?:/.test(text))) expect(files.map((one) => one.url)).toContain(url)
    for (const { url, promised } of files) await expectFile(url, promised)
    if ('count' in spec) expect(countOf(spec.kind, stored.output)).toBe(spec.count)
  })

  it('leaves the ledger balanced', () => gateway.assertBalanced())
})

function countOf(kind: string, output: Json): number {
  const { [kind]: made } = output as Record<string, Json[]> // an output has its kind's name
  return made?.length ?? 0
}

const opened = new Set<string>()

/** Equal files with equal expectations are opened once. */
async function expectFile(url: string, promised: Parameters<typeof expectMedia>[1]): Promise<void> {
  const { headers, bytes } = await download(url) // without a key
  expect(headers.get('content-type')).toBe(promised.mediaType)
  const mark = `${createHash('sha256').update(bytes).digest('hex')} ${JSON.stringify(promised)}`
  if (opened.has(mark)) return
  await expectMedia(bytes, promised)
  opened.add(mark)
}

it('these operations, and no others, have no text that could tell the sandbox to fail', () => {
  const without = operations.filter((operation) => textField(operation) === undefined)
  expect(without.map(({ id }) => id)).toMatchInlineSnapshot(`
    [
      "suno/concat",
      "suno/timing",
      "suno/wav",
      "suno/mp4",
      "suno/midi",
      "ideogram/describe",
      "ideogram/reframe",
      "ideogram/v4-describe",
      "recraft/variate-image",
      "recraft/vectorize",
      "recraft/erase-region",
      "recraft/remove-background",
      "recraft/crisp-upscale",
      "recraft/creative-upscale",
      "midjourney/upscale",
      "midjourney/describe",
      "midjourney/seed",
      "midjourney/blend",
      "kling/ai_try_on",
      "sora2/remove-watermark",
      "luma/upscale_video",
      "runway/character_performance",
      "runway/image_upscale",
      "runway/video_upscale",
      "runway/video_to_hdr",
      "runway/speech_to_speech",
      "runway/voice_isolation",
      "runway/voice_dubbing",
      "seedance/remove-watermark",
      "Qubico/hug-video/image_to_video",
      "Qubico/image-toolkit/face-swap",
      "Qubico/image-toolkit/multi-face-swap",
      "Qubico/video-toolkit/face-swap",
      "Qubico/image-toolkit/background-remove",
      "Qubico/image-toolkit/upscale",
      "Qubico/video-toolkit/upscale",
      "Qubico/video-toolkit/background-remove",
      "Qubico/trellis/image-to-3d",
      "Qubico/trellis2/image-to-3d",
      "Qubico/pixal3d/image-to-3d",
      "replicate/prediction",
      "fal/request",
    ]
  `)
})

describe.each(WORDS)('an operation whose text contains %s', { timeout: LONGEST_MS }, (word) => {
  for (const operation of operations) {
    if (textField(operation) === undefined) continue // a magic word is part of a text
    it(`${operation.id} fails with the reason, and costs nothing`, async () => {
      const task = await failures.get(`${operation.id} ${word}`)
      expect(task).toMatchObject({
        status: 'failed',
        error: { code: expect.any(Number), message: expect.stringContaining(word) },
        meta: { usage: { frozen: 0, consume: 0 } },
      })
      expect(task?.error.code).not.toBe(0)
      const skeleton = formOf(operation).pending === undefined ? null : expect.anything()
      expect(task?.output).toEqual(skeleton)
    })
  }
})

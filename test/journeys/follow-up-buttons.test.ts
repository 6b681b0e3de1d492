import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { getOperation, listOperations } from '../../src/catalog/catalog.ts'
import type { Operation } from '../../src/catalog/operation.ts'
import type { Json, JsonObject } from '../../src/core/json.ts'
import type { Routes } from '../../web/src/api/routes.ts'
import { itemsOf } from '../../web/src/media/made.ts'
import { type FollowUp, followUpsOf } from '../../web/src/pages/studio/follow-ups.ts'
import { exampleOn, parentField, parentOperation } from '../support/follow-ups.ts'
import { openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'

type Listed = Routes['GET /polyphony/v1/operations']['answer']['operations'][number]
type Task = Routes['GET /polyphony/v1/tasks/{id}']['answer']

/** One operation for each kind of thing that each model makes: the others have the same buttons. */
const makers = listOperations().filter(
  (one, index, all) => all.findIndex((other) => buttonsKey(other) === buttonsKey(one)) === index,
)

function buttonsKey(operation: Operation): string {
  return `${operation.model} ${operation.produces.kind}`
}

/** Build on what an example does not make: a finetune, which is no picture or sound; an extension; a draft. */
const NEEDS_MORE = listOperations()
  .filter(
    ({ id, input }) => 'finetune_id' in input.properties || 'draft_task_id' in input.properties || id === 'suno/concat',
  )
  .map(({ id }) => id)

let gateway: TestGateway
let offered: Listed[]
const tasks = new Map<string, Promise<Task>>()

beforeAll(async () => {
  gateway = await openGateway({ env: { POLYPHONY_SANDBOX_SECONDS: '0.05' } })
  offered = (await data<{ operations: Listed[] }>('GET', '/polyphony/v1/operations')).operations
  for (const maker of makers) void made(maker)
})
afterAll(() => gateway?.[Symbol.asyncDispose]())

async function data<Data>(method: string, path: string, body?: JsonObject): Promise<Data> {
  const answer = await gateway.send(method, path, { key: TEST_KEY, ...(body ? { body } : {}) })
  if (answer.status >= 300)
    throw new Error(`${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`)
  return answer.body as Data // as the caller says
}

/** A finished task of an operation's example. */
function made(operation: Operation): Promise<Task> {
  const known = tasks.get(operation.id)
  if (known) return known
  const making = make(operation)
  making.catch(() => {}) // the test that waits for it says so
  tasks.set(operation.id, making)
  return making
}

async function make(operation: Operation): Promise<Task> {
  const isFollowUp = operation.follows(operation.example) !== undefined
  const input = isFollowUp ? exampleOn(operation, (await made(parentOperation(operation))).id) : operation.example
  const { id } = await data<Task>('POST', '/polyphony/v1/tasks', { operation: operation.id, input })
  await gateway.until(id, ({ status }) => status === 'completed')
  return data<Task>('GET', `/polyphony/v1/tasks/${id}`)
}

/** The form that a button opens; what it leaves empty and the operation requires is filled in as in its example. */
function filledForm({ operation: { id, input_schema }, input }: FollowUp): JsonObject {
  const { required = [] } = input_schema as { required?: string[] }
  return {
    ...valuesOf(
      id,
      required.filter((name) => !(name in input)),
    ),
    ...(input as JsonObject),
  }
}

const valuesOf = (id: string, names: readonly string[]): JsonObject => {
  const example: JsonObject = getOperation(id).example
  return Object.fromEntries(names.map((name) => [name, example[name] ?? 'a text that someone types']))
}

/** Sends a form; fields that it left empty and that a rule asks for are filled in, as the form says while one types. */
async function submit({ label, ...followUp }: FollowUp): Promise<Json[]> {
  const operation = followUp.operation.id
  let input = filledForm({ label, ...followUp })
  for (;;) {
    const { status, body } = await gateway.send('POST', '/polyphony/v1/tasks', {
      key: TEST_KEY,
      body: { operation, input },
    })
    if (status < 300) return []
    const field = (body as { error?: { field?: string } }).error?.field?.replace(/^input\./, '')
    if (field === undefined || field in input) return [{ button: label, operation, input, status, body }]
    input = { ...input, ...valuesOf(operation, [field]) }
  }
}

describe('the buttons below a result', () => {
  it.each(makers.map((maker) => [maker.id, maker] as const))(
    'of %s open forms that are accepted',
    async (_id, maker) => {
      const task = await made(maker)
      const { sounds, pictures, videos } = itemsOf(task)
      // Two things of a task have the same buttons, with another number or address.
      const items = [sounds, pictures, videos].flatMap((list) =>
        list.filter((_, at) => at === 0 || at === list.length - 1),
      )
      const followUps = items.flatMap((item) => followUpsOf(task, item, offered))
      const refusals = await Promise.all(followUps.map(submit))
      expect(refusals.flat()).toEqual([])
    },
  )

  it('are every operation that builds on a finished task or clip of an example', async () => {
    const all = await Promise.all(makers.map(made))
    const reached = new Set(
      all.flatMap((task) =>
        Object.values(itemsOf(task))
          .flat()
          .flatMap((item) => followUpsOf(task, item, offered).map(({ operation }) => operation.id)),
      ),
    )
    const builders = listOperations().filter((one) => parentField(one) !== undefined && !NEEDS_MORE.includes(one.id))
    expect(builders.map(({ id }) => id).filter((id) => !reached.has(id))).toEqual([])
  })
})

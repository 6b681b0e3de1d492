import type {
  IExecuteFunctions,
  INodeExecutionData,
  IWebhookFunctions,
  IWebhookResponseData,
  JsonObject,
} from 'n8n-workflow'
import { asNodeError, errorItem } from './errors.ts'
import { send, type Task } from './gateway.ts'
import { inputOf, withUploads } from './input.ts'
import { optionsOf } from './options.ts'
import { itemOf } from './results.ts'
import { followed, isEnded, runKey, type Submission, submit, submitted, TaskFailed } from './tasks.ts'

/** An operation of the catalogue, for all items. */

/** As n8n itself means "until something comes". */
const FOR_EVER = new Date('3000-01-01T00:00:00.000Z')
const QUERY = 'polyphony'
/** How many items are submitted at the same time. */
const AT_ONCE = 8

export async function runAll(context: IExecuteFunctions, operation: string): Promise<INodeExecutionData[]> {
  const indexes = [...context.getInputData().keys()]
  const mode = context.getNodeParameter('run', 0)
  const inputs = indexes.map((index) => attempt(() => ({ operation, input: inputOf(context, operation, index) })))
  if (mode === 'quote') return each(context, inputs, (submission) => quote(context, submission))
  if (mode === 'webhook') return parked(context, inputs)

  const run = runKey(context, given(inputs))
  const submitOne = (submission: Submission, index: number) =>
    submit(context, { run, index }, submission, (input) => withUploads(context, operation, input, index))
  if (mode === 'submit') {
    return each(context, inputs, async (submission, index) => plain(await submitOne(submission, index), index))
  }
  // All are submitted before the first is waited for: they run side by side.
  const tasks: Attempt<Task>[] = []
  for (let from = 0; from < inputs.length; from += AT_ONCE) {
    const some = inputs.slice(from, from + AT_ONCE)
    const submissions = some.map((one, place) => afterwards(one, (value) => submitOne(value, from + place)))
    tasks.push(...(await Promise.all(submissions)))
  }
  return each(context, tasks, async (task, index) => {
    const options = optionsOf(context, index)
    const ended = await followed(context, task, options.maxMinutes)
    if (ended.status !== 'completed') throw new TaskFailed(ended)
    return itemOf(context, ended, options, index)
  })
}

type Attempt<Value> = { value: Value } | { thrown: unknown }

const given = <Value>(attempts: Attempt<Value>[]): Value[] =>
  attempts.flatMap((one) => ('value' in one ? [one.value] : []))

function attempt<Value>(get: () => Value): Attempt<Value> {
  try {
    return { value: get() }
  } catch (thrown) {
    return { thrown }
  }
}

async function afterwards<Value, Next>(
  one: Attempt<Value>,
  next: (value: Value) => Promise<Next>,
): Promise<Attempt<Next>> {
  if ('thrown' in one) return one
  try {
    return { value: await next(one.value) }
  } catch (thrown) {
    return { thrown }
  }
}

/** The result of each item, or its error: the node stops at the first, or goes on if it is set so. */
async function each<Value>(
  context: IExecuteFunctions,
  values: Attempt<Value>[],
  resultOf: (value: Value, index: number) => Promise<INodeExecutionData>,
): Promise<INodeExecutionData[]> {
  const results: INodeExecutionData[] = []
  for (const [index, value] of values.entries()) {
    const result = await afterwards(value, (one) => resultOf(one, index))
    if ('value' in result) results.push(result.value)
    else if (context.continueOnFail()) results.push(errorItem(result.thrown, index))
    else throw asNodeError(context.getNode(), result.thrown, index)
  }
  return results
}

async function quote(context: IExecuteFunctions, body: Submission): Promise<INodeExecutionData> {
  return { json: await send<JsonObject>(context, 'POST', '/polyphony/v1/quote', { body }) }
}

const plain = (task: Task, index: number): INodeExecutionData => ({ json: task, pairedItem: { item: index } })

/**
 * Submits all items and has n8n put the execution aside, until the gateway calls its address. Inputs are checked before any
 * is submitted: once the execution waits, what was refused could not be told any more.
 */
async function parked(context: IExecuteFunctions, inputs: Attempt<Submission>[]): Promise<INodeExecutionData[]> {
  const submissions: Submission[] = []
  for (const [index, one] of inputs.entries()) {
    const checked = await afterwards(one, async (submission) => {
      const input = await withUploads(context, submission.operation, submission.input, index)
      await quote(context, { ...submission, input })
      return { ...submission, input }
    })
    if ('thrown' in checked) throw asNodeError(context.getNode(), checked.thrown, index)
    submissions.push(checked.value)
  }
  const run = runKey(context, given(inputs))
  const url = new URL(String(context.evaluateExpression('{{ $execution.resumeUrl }}', 0)))
  url.searchParams.set(QUERY, `${run}-${submissions.length}`)
  await context.putExecutionToWait(FOR_EVER)
  for (const [index, submission] of submissions.entries()) {
    const item = { run, index, webhook: url.href }
    try {
      await submit(context, item, submission, async (input) => input)
    } catch (thrown) {
      throw asNodeError(context.getNode(), thrown, index)
    }
  }
  return context.getInputData()
}

/**
 * One of the tasks has ended for which an execution waits. It goes on when all have; until then nothing is returned, and
 * n8n goes on waiting. What the call says is not trusted: the tasks are read. One that failed is an item with its error.
 */
export async function resumed(context: IWebhookFunctions): Promise<IWebhookResponseData> {
  const query = (context.getQueryData() as Record<string, unknown>)[QUERY]
  const [, run, count] = /^([0-9a-f]{32})-([0-9]{1,6})$/.exec(String(query)) ?? []
  if (run === undefined || count === undefined) return { webhookResponse: `The query has no "${QUERY}".` }
  const indexes = [...Array(Number(count)).keys()]
  const tasks: Task[] = []
  for (const index of indexes) {
    const { task } = await submitted(context, run, index)
    if (!task || !isEnded(task)) return { webhookResponse: 'Other tasks have not ended yet.' }
    tasks.push(task)
  }
  const options = optionsOf(context, 0)
  const items: INodeExecutionData[] = []
  for (const [index, task] of tasks.entries()) items.push(await itemOf(context, task, options, index))
  return { workflowData: [items], webhookResponse: 'The execution goes on.' }
}

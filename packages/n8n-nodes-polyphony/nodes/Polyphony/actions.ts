import type { IExecuteFunctions, INodeExecutionData, JsonObject } from 'n8n-workflow'
import { send, type Task } from './gateway.ts'
import { upload } from './input.ts'
import { optionsOf } from './options.ts'
import { itemOf } from './results.ts'
import { followed, getTask } from './tasks.ts'

/** What the node does for one item besides the operations of the catalogue. */

type Action = (context: IExecuteFunctions, index: number) => Promise<INodeExecutionData[]>

const ACTIONS: Record<string, Action> = {
  'account/getBalance': async (context, index) => [await balance(context, index)],
  'file/upload': async (context, index) => {
    const field = String(context.getNodeParameter('inputBinaryField', index))
    return [{ json: { ...(await upload(context, index, field)) }, pairedItem: { item: index } }]
  },
  'task/cancel': async (context, index) => {
    const path = `/polyphony/v1/tasks/${encodeURIComponent(taskIn(context, index))}/cancel`
    return [{ json: await send<Task>(context, 'POST', path), pairedItem: { item: index } }]
  },
  'task/get': async (context, index) => {
    const task = await getTask(context, taskIn(context, index))
    return [await itemOf(context, task, optionsOf(context, index), index)]
  },
  'task/getAll': latest,
  'task/wait': async (context, index) => {
    const options = optionsOf(context, index)
    const task = await followed(context, await getTask(context, taskIn(context, index)), options.maxMinutes)
    return [await itemOf(context, task, options, index)]
  },
}

const PAGE = 100
const POINTS_PER_USD = 10_000_000

/** Throws for one that there is not, as after an update of the node that took it away. */
export function actionOf(resource: string, operation: string): Action {
  const action = ACTIONS[`${resource}/${operation}`]
  if (action) return action
  throw new Error(`The node has no operation ${operation} of ${resource}.`)
}

const taskIn = (context: IExecuteFunctions, index: number): string =>
  String(context.getNodeParameter('taskId', index)).trim()

async function balance(context: IExecuteFunctions, index: number): Promise<INodeExecutionData> {
  const { data } = await send<{ data: { name: string; credit_pack_info: JsonObject } }>(context, 'GET', '/account/info')
  const { available_credits: available, frozen_credits: held } = data.credit_pack_info
  const json = {
    name: data.name,
    available_usd: Number(available) / POINTS_PER_USD,
    available_points: available,
    held_points: held,
  }
  return { json, pairedItem: { item: index } }
}

async function latest(context: IExecuteFunctions, index: number): Promise<INodeExecutionData[]> {
  const isAll = context.getNodeParameter('returnAll', index) === true
  const limit = isAll ? Number.POSITIVE_INFINITY : Number(context.getNodeParameter('limit', index))
  const found: Task[] = []
  let cursor: string | null = ''
  while (cursor !== null && found.length < limit) {
    const page: { tasks: Task[]; next_cursor: string | null } = await send(
      context,
      'GET',
      `/polyphony/v1/tasks?limit=${Math.min(PAGE, limit - found.length)}&cursor=${encodeURIComponent(cursor)}`,
    )
    found.push(...page.tasks)
    cursor = page.next_cursor
  }
  return found.map((task) => ({ json: task, pairedItem: { item: index } }))
}

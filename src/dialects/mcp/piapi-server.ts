import { type TObject, Type } from 'typebox'
import { PolyphonyError } from '../../core/errors.ts'
import { isTerminal, type Task } from '../../core/task.ts'
import { QUEUE_MS } from '../kit/protocol.ts'
import { toTask } from '../piapi/to-task.ts'
import { followTask } from './follow-task.ts'
import { type Args, GENERATORS, type PiapiBody, type PiapiTool, url } from './piapi-tools.ts'
import { filesOf, pictureAt } from './task-content.ts'
import { type Run, type Tool, tool } from './tool.ts'

const showImage = tool({
  name: 'show_image',
  title: 'Show an image',
  description: 'Show an image. Large ones are shown smaller.',
  effect: 'none',
  input: Type.Object({ url: url('The address of the image.') }),
  async call(args, run) {
    const content = await pictureAt(args.url, run)
    if (!content) throw new PolyphonyError('unsupported_media', `${args.url} is no image.`, { field: 'url' })
    return { content: [content] }
  },
})

function toolOf({ name, description, fields, body, says }: PiapiTool): Tool {
  const input: TObject = Type.Object(fields)
  return {
    name,
    title: description,
    description,
    input,
    effect: 'costs',
    call: async (args, run) => {
      // The fields are texts, numbers and booleans, all of them.
      const task = await performed(body(args as Args), run)
      const usage = task.consumedPoints === null || task.consumedPoints === 0 ? 'unknown' : String(task.consumedPoints)
      const lines = [`TaskId: ${task.id}`, ...says(task, run.context.urls, usage)]
      return { content: [{ type: 'text', text: lines.join('\n') }, ...(await filesOf(task, run))] }
    },
  }
}

/** Submits, and waits for the end. Throws the error of a submission; one of a task that failed names the task. */
async function performed(sent: PiapiBody, run: Run): Promise<Task> {
  const submission = toTask(withoutUndefined(sent))
  using place = run.context.tasks.placeToWait(run.caller)
  const { id } = await run.submit(submission)
  const task = await followTask(id, QUEUE_MS + submission.operation.timeoutMs, run, place)
  if (task.status === 'completed') return task
  throw new PolyphonyError(task.error?.code ?? 'timed_out', `TaskId: ${id}, ${whyNot(task)}`)
}

function whyNot({ status, error }: Task): string {
  if (error) return `Generation failed: ${error.message}`
  return isTerminal(status) ? `the task was ${status}.` : `the task is still ${status}; the work goes on.`
}

function withoutUndefined(sent: PiapiBody): unknown {
  return JSON.parse(JSON.stringify(sent))
}

export const PIAPI_TOOLS: readonly Tool[] = [showImage, ...GENERATORS.map(toolOf)]

import { getOperation } from '../../catalog/catalog.ts'
import { type Output, outputSpecOf } from '../../catalog/outputs.ts'
import type { JsonObject } from '../../core/json.ts'
import { isTerminal, type Task } from '../../core/task.ts'
import { picturesOf } from '../kit/pictures.ts'
import { failureOf } from '../kit/protocol.ts'
import type { Urls } from '../kit/urls.ts'
import { event } from '../shared/formats/sse.ts'
import { relayStatusOf } from '../shared/relay-task.ts'
import { errorBody } from './errors.ts'
import { Chunks } from './write-chat-stream.ts'

/**
 * A task as a streamed chat completion: the prompt as it is made, as JSON, then each step of the progress, then the files as
 * Markdown. The words of the progress are this gateway's own; PiAPI's are not documented.
 */
export function chatTaskWriter(body: JsonObject, urls: Urls): (task: Task) => string {
  let chunks: Chunks | undefined
  let said = ''

  /** A line of the progress, unless it was just written. */
  function progress(writer: Chunks, task: Task): string {
    const line = relayStatusOf(task) === 'IN_PROGRESS' ? `> Progress ${Math.floor(task.progress)}%` : '> Queued'
    if (line === said) return ''
    said = line
    return writer.delta({ content: `${line}\n\n` })
  }

  return (task) => {
    let text = ''
    if (!chunks) {
      chunks = new Chunks({ id: task.id, createdAt: task.createdAt, model: task.model, body })
      text = chunks.delta({ content: echoOf(task) })
    }
    if (!isTerminal(task.status)) return text + progress(chunks, task)
    if (task.status !== 'completed') return `${text}${event(errorBody(failureOf(task)))}${END}`
    text += chunks.delta({ content: linksOf(task, urls) }) + chunks.delta({}, 'stop')
    return `${text}${chunks.hasUsage ? chunks.usage(usageOf(task)) : ''}${END}`
  }
}

const END = 'data: [DONE]\n\n'

function echoOf({ operation, input }: Task): string {
  const { widthPx, heightPx } = sizeOf(operation, input)
  const echo = { prompt: input.prompt, size: `${widthPx}x${heightPx}` }
  return `\`\`\`json\n${JSON.stringify(echo, null, 2)}\n\`\`\`\n\n`
}

function sizeOf(operation: string, input: JsonObject): { widthPx: number; heightPx: number } {
  const spec = outputSpecOf(getOperation(operation).produces, input)
  if (spec.kind === 'pictures' || spec.kind === 'videos') return spec
  throw new TypeError(`${operation} makes ${spec.kind}.`)
}

function linksOf(task: Task, urls: Urls): string {
  if (getOperation(task.operation).produces.kind === 'pictures') {
    const files = picturesOf(task).map(({ file }) => urls.file(file))
    return files.map((url) => `![picture](${url})\n\n[Download the picture](${url})\n`).join('\n')
  }
  const { videos } = task.output as Output['videos'] // as the operation's kind has it
  return videos.map(({ file }) => `[Download the video](${urls.file(file)})\n`).join('\n')
}

/** The tokens that the model counted, where it counts any. */
function usageOf({ output }: Task): JsonObject {
  const { tokens } = output as Output['pictures'] // or of another kind, which has none
  const { text = 0, image = 0, output: made = 0 } = tokens ?? {}
  return { prompt_tokens: text + image, completion_tokens: made, total_tokens: text + image + made }
}

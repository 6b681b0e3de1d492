import {
  createMcpHandler,
  type McpHttpHandler,
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
  Server,
  type ServerContext,
} from '@modelcontextprotocol/server'
import type { FastifyBaseLogger } from 'fastify'
import { PolyphonyError } from '../../core/errors.ts'
import { version } from '../../version.ts'
import { asPolyphonyError } from '../kit/requests.ts'
import { errorResult } from './errors.ts'
import { OWN_TOOLS } from './own-tools.ts'
import { PIAPI_TOOLS } from './piapi-server.ts'
import { PROMPTS, promptText } from './prompts.ts'
import { RESOURCES, readResource, TEMPLATES } from './resources.ts'
import { describeTool, type Progress, type Run, readArguments, type Tool } from './tool.ts'

/**
 * MCP on the official SDK. Stateless: each message is served by a server of its own, so nothing is kept between them and any
 * process can answer any message. Loaded by the first message.
 */

/** `own`: nine tools for every operation. `piapi`: those of PiAPI's own MCP server. */
export type ToolSet = 'own' | 'piapi'

/** What a message's server knows of its request. */
export interface Exchange extends Pick<Run, 'context' | 'caller' | 'submit' | 'signal'> {
  log: FastifyBaseLogger
}

export interface McpEndpoint {
  /** Answers one message. `parsedBody` is the message. */
  answer(request: Request, parsedBody: unknown, exchange: Exchange): Promise<Response>
}

/** Streams of notifications that a client may keep open. This server has none to send, since its lists do not change. */
const MAX_SUBSCRIPTIONS = 256

const INSTRUCTIONS =
  'Makes songs, speech, pictures, videos and 3D models. Find an operation with find_operations, read its fields with describe_operation, submit it, then wait until the task has ended. submit costs money: quote gives the price first. Files are links that need no key.'

const SETS: Record<ToolSet, { tools: readonly Tool[]; instructions?: string }> = {
  own: { tools: OWN_TOOLS, instructions: INSTRUCTIONS },
  piapi: { tools: PIAPI_TOOLS },
}

export function openEndpoint(set: ToolSet): McpEndpoint {
  const exchanges = new WeakMap<Request, Exchange>()
  const handler: McpHttpHandler = createMcpHandler(
    ({ requestInfo }) => {
      const exchange = requestInfo && exchanges.get(requestInfo)
      if (!exchange) throw new Error('A message came in no request.')
      return serverOf(set, exchange)
    },
    { maxSubscriptions: MAX_SUBSCRIPTIONS },
  )
  return {
    answer(request, parsedBody, exchange) {
      exchanges.set(request, exchange)
      return handler.fetch(request, { parsedBody })
    },
  }
}

function serverOf(set: ToolSet, exchange: Exchange): Server {
  const { tools, instructions } = SETS[set]
  const server = new Server(
    { name: set === 'own' ? 'polyphony' : 'piapi', title: 'Polyphony', version },
    {
      capabilities: { tools: {}, ...(set === 'own' ? { prompts: {}, resources: {} } : {}) },
      ...(instructions === undefined ? {} : { instructions }),
    },
  )
  server.setRequestHandler('tools/list', () => ({ tools: tools.map(describeTool) }))
  server.setRequestHandler('tools/call', ({ params }, ctx) => {
    const tool = tools.find(({ name }) => name === params.name)
    if (!tool) throw invalidParams(`There is no tool ${JSON.stringify(params.name)}.`)
    return call(tool, params.arguments, runOf(exchange, ctx), exchange.log)
  })
  if (set === 'own') {
    addPrompts(server)
    addResources(server, exchange)
  }
  return server
}

/** What goes wrong is a result, too: a model reads it, and mends its call. */
async function call(tool: Tool, args: unknown, run: Run, log: FastifyBaseLogger) {
  try {
    return await tool.call(readArguments(tool, args), run)
  } catch (thrown) {
    const error = asPolyphonyError(thrown)
    if (error.code === 'internal') log.error({ err: error.cause ?? error, tool: tool.name }, 'a tool failed')
    return errorResult(error)
  }
}

function runOf({ context, caller, submit, signal }: Exchange, { mcpReq }: ServerContext): Run {
  const token = mcpReq._meta?.progressToken
  const report = ({ progress, message }: Progress): void => {
    if (token === undefined || mcpReq.signal.aborted) return
    const params = { progressToken: token, progress, total: 100, message }
    mcpReq.notify({ method: 'notifications/progress', params }).catch(() => undefined) // the client is gone, and reads no report
  }
  return { context, caller, submit, report, signal: AbortSignal.any([signal, mcpReq.signal]) }
}

function addPrompts(server: Server): void {
  server.setRequestHandler('prompts/list', () => ({ prompts: PROMPTS.map(({ text: _, ...prompt }) => prompt) }))
  server.setRequestHandler('prompts/get', ({ params: { name, arguments: args = {} } }) => {
    const prompt = PROMPTS.find((one) => one.name === name)
    if (!prompt) throw invalidParams(`There is no prompt ${JSON.stringify(name)}.`)
    const text = orInvalidParams(() => promptText(prompt, args))
    return { description: prompt.description, messages: [{ role: 'user', content: { type: 'text', text } }] }
  })
}

function addResources(server: Server, { caller, context }: Exchange): void {
  server.setRequestHandler('resources/list', () => ({ resources: RESOURCES }))
  server.setRequestHandler('resources/templates/list', () => ({ resourceTemplates: TEMPLATES }))
  server.setRequestHandler('resources/read', async ({ params: { uri } }) => {
    const content = await orMissing(() => readResource(uri, caller, context))
    if (!content) throw new ResourceNotFoundError(uri)
    return { contents: [content] }
  })
}

async function orMissing<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof PolyphonyError && ['task_not_found', 'not_found'].includes(error.code)) return undefined
    throw error
  }
}

function orInvalidParams<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof PolyphonyError && error.code === 'invalid_input') throw invalidParams(error.message)
    throw error
  }
}

function invalidParams(message: string): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidParams, message)
}

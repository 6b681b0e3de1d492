import { hash, randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { invalidInput, PolyphonyError } from '../../core/errors.ts'
import { isJsonObject } from '../../core/json.ts'
import { wellKnownAddress } from '../../core/public-url.ts'
import type { Dialect, DialectContext } from '../dialect.ts'
import { describedBy } from '../kit/described.ts'
import { serve } from '../kit/protocol.ts'
import { abortOnDisconnect, originOf, textOf } from '../kit/requests.ts'
import { errorBody } from './errors.ts'
import { InFlight } from './in-flight.ts'
import type { Descriptions } from './openapi.ts'
import type { Exchange, McpEndpoint, ToolSet } from './server.ts'

const described = describedBy<Descriptions>()

const PATHS: Record<ToolSet, string> = { own: '/mcp', piapi: '/mcp/piapi' }
const RESOURCE = 'oauth-protected-resource'
const METADATA = `/.well-known/${RESOURCE}`

/**
 * The Model Context Protocol over streamable HTTP, for language models and what hosts them
 * (https://modelcontextprotocol.io/specification/2026-07-28/basic/transports; the revisions of 2025 as well).
 */
export const mcp: Dialect = {
  id: 'mcp',
  async routes(app, context) {
    const endpoints = openEndpoints()
    await serve(app, context, {
      prefixes: [PATHS.own],
      error: (error, request) => ({
        ...errorBody(error, isJsonObject(request.body) ? request.body.id : null),
        headers: error.code === 'unauthorized' ? challenge(context, request) : {},
      }),
      authenticate: (credential) => context.connected?.callerOf(credential) ?? context.authenticate(credential),
      routes: (inside) => {
        inside.addHook('onRequest', (request, _reply, done) => {
          if (context.allowsOrigin(request)) done()
          else done(new PolyphonyError('forbidden', `Pages of ${request.headers.origin} may not call this gateway.`))
        })
        inside.post('', described('mcp'), (request, reply) => answer(request, reply, context, endpoints.of('own')))
        inside.post('/piapi', described('mcpPiapi'), (request, reply) =>
          answer(request, reply, context, endpoints.of('piapi')),
        )
      },
    })
    metadataRoutes(app, context)
  },
  describe: async () => (await import('./openapi.ts')).describeMcp(),
}

/** One for each set of tools, opened by its first message: the SDK takes some megabytes. */
function openEndpoints(): { of(set: ToolSet): Endpoint } {
  const opened = new Map<ToolSet, Endpoint>()
  return {
    of(set) {
      const known = opened.get(set) ?? {
        mcp: import('./server.ts').then(({ openEndpoint }) => openEndpoint(set)),
        inFlight: new InFlight(),
        path: PATHS[set],
      }
      opened.set(set, known)
      return known
    },
  }
}

interface Endpoint {
  mcp: Promise<McpEndpoint>
  inFlight: InFlight
  path: string
}

async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  context: DialectContext,
  { mcp, inFlight, path }: Endpoint,
): Promise<FastifyReply> {
  const { body: message } = request
  // Revision 2025-06-18 removed lists of messages: one would be many calls for the price of one request of the limit.
  if (!isJsonObject(message)) throw invalidInput('', 'must be one message of JSON-RPC')
  const client = clientOf(request)
  inFlight.cancel(client, message)
  using running = inFlight.begin(client, message)
  const signal = AbortSignal.any([abortOnDisconnect(reply), running.signal])
  const response = await (await mcp).answer(
    new Request(new URL(path, context.urls.publicUrl), { method: 'POST', headers: headersOf(request), signal }),
    message,
    exchangeOf(request, context, signal),
  )
  reply.code(response.status)
  for (const [name, value] of response.headers) reply.header(name, value)
  if (message.method === 'initialize') reply.header('mcp-session-id', randomUUID())
  if (!response.body) return reply.send()
  if (!isStream(response)) return reply.send(await response.text())
  // Awaited, so that the call can be cancelled until the stream has ended. The same class, by Node's own types.
  return await sendStream(response.body as ReadableStream, reply)
}

/** Who may cancel a call: the same key, under the name that this server gave it. */
function clientOf({ headers, caller }: FastifyRequest): string | undefined {
  const session = headers['mcp-session-id']
  return typeof session === 'string' && session.length <= 100 ? `${caller.keyId} ${session}` : undefined
}

function headersOf({ headers }: FastifyRequest): [string, string][] {
  return Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    // The SDK needs no key, and logs may show what it has.
    typeof value !== 'string' || SECRET.has(name) ? [] : [[name, value]],
  )
}

const SECRET = new Set(['authorization', 'x-api-key', 'cookie'])

function isStream({ headers }: Response): boolean {
  return headers.get('content-type')?.startsWith('text/event-stream') ?? false
}

/** Ends when the whole stream was sent: until then, the call can be cancelled. */
async function sendStream(body: ReadableStream, reply: FastifyReply): Promise<FastifyReply> {
  const stream = Readable.fromWeb(body)
  const ended = new Promise((resolve) => stream.once('close', resolve))
  reply.header('cache-control', 'no-store').header('x-accel-buffering', 'no').send(stream)
  await ended
  return reply
}

function exchangeOf(request: FastifyRequest, context: DialectContext, signal: AbortSignal): Exchange {
  const { caller, log } = request
  return {
    context,
    caller,
    signal,
    log,
    async submit(submission, key) {
      const { operation, input } = submission
      const fingerprint = hash('sha256', `MCP ${operation.id} ${textOf(input)}`, 'hex')
      const idempotency = key === undefined ? undefined : { key, fingerprint }
      const found = await context.tasks.submit({ ...submission, origin: originOf(request), idempotency }, caller)
      request.taskId = found.task.id
      return found.task
    },
  }
}

/**
 * Where a client without a key reads what it needs: https://www.rfc-editor.org/rfc/rfc9728, as the specification of MCP
 * wants it (basic/authorization).
 */
function challenge({ urls }: DialectContext, { url, headers }: FastifyRequest): Record<string, string> {
  const path = url.startsWith(PATHS.piapi) ? PATHS.piapi : PATHS.own
  // https://www.rfc-editor.org/rfc/rfc6750#section-3.1: no error where no credential was sent.
  const error = headers.authorization === undefined ? '' : ', error="invalid_token"'
  const metadata = wellKnownAddress(urls.publicUrl, RESOURCE, path)
  return { 'www-authenticate': `Bearer realm="polyphony"${error}, resource_metadata="${metadata}"` }
}

function metadataRoutes(app: FastifyInstance, { urls, connected }: DialectContext): void {
  const metadataOf = async (path: string) => {
    const issuer = await connected?.issuer()
    return {
      resource: `${urls.publicUrl}${path}`,
      resource_name: 'Polyphony',
      bearer_methods_supported: ['header'],
      resource_documentation: `${urls.publicUrl}/docs`,
      ...(issuer === undefined ? {} : { authorization_servers: [issuer], scopes_supported: ['mcp'] }),
    }
  }
  app.get(METADATA, described('mcpMetadata'), () => metadataOf(PATHS.own))
  app.get(`${METADATA}${PATHS.own}`, described('mcpOwnMetadata'), () => metadataOf(PATHS.own))
  app.get(`${METADATA}${PATHS.piapi}`, described('mcpPiapiMetadata'), () => metadataOf(PATHS.piapi))
}

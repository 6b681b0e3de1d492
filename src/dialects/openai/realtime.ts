import { randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Named } from '../../calls/format.ts'
import { parsed } from '../../calls/pass-through.ts'
import type { RealtimeRequest } from '../../calls/realtime.ts'
import { invalidInput, PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type JsonObject } from '../../core/json.ts'
import type { DialectContext } from '../dialect.ts'
import { checkModel } from '../kit/call-fields.ts'
import { describedBy } from '../kit/described.ts'
import { objectIn } from '../kit/fields.ts'
import { serve } from '../kit/protocol.ts'
import { keyOf } from '../kit/requests.ts'
import { errorBody, statusOf } from './errors.ts'
import { namedInSession } from './named-items.ts'
import type { Descriptions } from './openapi.ts'
import { realtimeMeter } from './realtime-meter.ts'
import {
  checkSecretModel,
  createOlderSession,
  createSecret,
  findSecret,
  isSecret,
  type SecretSession,
} from './realtime-secrets.ts'

/** OpenAI's realtime API: https://platform.openai.com/docs/api-reference/realtime. */

const described = describedBy<Descriptions>()

const error = (thrown: PolyphonyError) => ({ status: statusOf(thrown), body: errorBody(thrown) })

export async function realtimeRoutes(app: FastifyInstance, context: DialectContext): Promise<void> {
  await serve(app, context, { prefixes: [''], error, routes: (inside) => secretRoutes(inside, context) })
  const secrets = new WeakMap<FastifyRequest, SecretSession>()
  await app.register(async (scope) =>
    serve(scope, context, {
      prefixes: [''],
      error,
      keyIn,
      authenticate: (credential) =>
        isSecret(credential)
          ? findSecret(credential, context).then(({ caller }) => caller)
          : context.authenticate(credential),
      routes(inside) {
        inside.addHook('preHandler', async (request) => {
          const credential = keyIn(request)
          if (isSecret(credential)) secrets.set(request, await findSecret(credential, context))
        })
        inside.get('/v1/realtime', { exposeHeadRoute: false, ...described('realtime') }, async (request, reply) => {
          const session = await context.realtime.open(realtimeRequest(request, secrets.get(request)))
          const client = await context.acceptSocket(request, reply).catch((thrown: unknown) => {
            session.abandon()
            throw thrown
          })
          if (client) session.attach(client)
          else session.abandon()
        })
      },
    }),
  )
}

function secretRoutes(app: FastifyInstance, context: DialectContext): void {
  app.post('/v1/realtime/client_secrets', described('realtimeSecret'), ({ body, caller }) =>
    createSecret(objectIn(body ?? {}), caller, context),
  )
  app.post('/v1/realtime/sessions', described('realtimeSession'), ({ body, caller }) =>
    createOlderSession(objectIn(body ?? {}), caller, context),
  )
}

/** How browsers send what they cannot put into a header. */
const KEY_PROTOCOL = 'openai-insecure-api-key.'
const BETA_PROTOCOL = 'openai-beta.'

function protocolsOf({ headers }: FastifyRequest): string[] {
  return (headers['sec-websocket-protocol'] ?? '').split(',').map((one) => one.trim())
}

/** The key in a header, else among the protocols that a browser offers. */
function keyIn(request: FastifyRequest): string | undefined {
  const offered = protocolsOf(request).find((one) => one.startsWith(KEY_PROTOCOL))
  return keyOf(request) ?? offered?.slice(KEY_PROTOCOL.length)
}

function realtimeRequest(request: FastifyRequest, secret: SecretSession | undefined): RealtimeRequest {
  if (request.headers.upgrade?.toLowerCase() !== 'websocket') {
    throw invalidInput('Upgrade', 'must be "websocket": connect with a WebSocket')
  }
  const { model: given, ...others } = request.query as Record<string, unknown> // as Fastify parses it
  refuseOthers(others)
  if (given !== undefined && typeof given !== 'string') throw invalidInput('model', 'must be given once')
  const named = given === '' ? undefined : given
  const model = checkModel(secret ? checkSecretModel(named, secret) : (named ?? ''))
  const gone = new AbortController()
  request.raw.socket.once('close', () => gone.abort(new PolyphonyError('timed_out', 'The caller left.')))
  return {
    caller: request.caller,
    requestId: request.id,
    model,
    headers: betaOf(request),
    first: secret && firstOf(secret.session),
    meter: realtimeMeter(),
    namedIn: namedInEvent,
    failure: eventOf,
    signal: gone.signal,
  }
}

/** What OpenAI has beside and this gateway does not pass on. */
function refuseOthers(query: Record<string, unknown>): void {
  if (query.call_id !== undefined)
    throw invalidInput('call_id', 'is not supported: calls by WebRTC and SIP are not passed on')
  if (query.intent !== undefined && query.intent !== 'realtime') {
    throw invalidInput('intent', 'is not supported: sessions that only transcribe are not passed on')
  }
}

function betaOf(request: FastifyRequest): Record<string, string> {
  const inHeader = request.headers['openai-beta']
  if (typeof inHeader === 'string') return { 'openai-beta': inHeader }
  const offered = protocolsOf(request).find((one) => one.startsWith(BETA_PROTOCOL))
  // `openai-beta.realtime-v1` is `realtime=v1`.
  return offered ? { 'openai-beta': offered.slice(BETA_PROTOCOL.length).replace('-', '=') } : {}
}

/** Configures the session as its secret says. */
function firstOf({ model: _model, ...session }: JsonObject): Buffer | undefined {
  if (Object.keys(session).every((name) => name === 'type')) return undefined
  return Buffer.from(JSON.stringify({ type: 'session.update', session }))
}

/** The names of the ids that are looked for; the letters of a name may be escaped. */
const MARKS = ['"id"', '"tunnel_id"', '\\'].map((text) => Buffer.from(text))

/**
 * What an event of the client names of what only the owner of the vendor's account can have made there. Most events are sound,
 * and are not parsed.
 */
function namedInEvent(message: Buffer): Named['others'] {
  if (!MARKS.some((mark) => message.includes(mark))) return undefined
  const { session, response } = parsed(message) ?? {}
  return (
    (isJsonObject(session) ? namedInSession(session, 'session') : undefined) ??
    (isJsonObject(response) ? namedInSession(response, 'response') : undefined)
  )
}

/** The event `error`: https://platform.openai.com/docs/api-reference/realtime-server-events/error. */
function eventOf(thrown: PolyphonyError, about?: Buffer): string {
  const { error: body } = errorBody(thrown) as { error: JsonObject } // as it is made
  const id = about && parsed(about)?.event_id
  const error = { ...body, event_id: typeof id === 'string' ? id : null }
  return JSON.stringify({ type: 'error', event_id: `event_${randomUUID()}`, error })
}

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { undocumented } from '../dialects/kit/described.ts'
import { handleErrors } from '../dialects/kit/protocol.ts'
import type { LoginAnswer } from '../people/login/login.ts'
import type { People } from '../people/people.ts'

const BODY_BYTES = 64 * 1_024
/** Of a registration, which is stored though nobody has let the client in yet. */
const REGISTRATION_BYTES = 8 * 1_024

/**
 * What clients call by themselves to be let in, as the specification of MCP wants it (basic/authorization): without cookies,
 * so that it does not matter which page or program it is. Pages of other origins need `POLYPHONY_CORS_ORIGINS`, as for MCP itself.
 */
export function oauthRoutes(app: FastifyInstance, { connections, attempts }: People): void {
  handleErrors(app, ({ status, code, message }) => ({
    status,
    // https://www.rfc-editor.org/rfc/rfc6749#section-5.2
    body: {
      error: status === 503 ? 'temporarily_unavailable' : code === 'internal' ? 'server_error' : 'invalid_request',
      error_description: message,
    },
  }))
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
    done(null, body),
  )
  const options = { bodyLimit: BODY_BYTES, ...undocumented('the protocol of OAuth 2.1, which docs/mcp.md describes') }

  /** Before anything is read or stored for a request that needs no key. */
  async function admit({ ip }: FastifyRequest): Promise<void> {
    await connections.requireServed()
    await attempts.note(ip)
  }

  app.get('/.well-known/oauth-authorization-server/api/auth', options, async (_request, reply) => {
    await connections.requireServed()
    return reply.header('cache-control', 'no-store').send(connections.metadata())
  })
  app.get('/api/auth/oauth2/authorize', options, async (request, reply) => {
    await admit(request)
    const query = new URL(request.url, 'http://here').searchParams
    return sendAnswer(reply, await connections.authorize(request, query))
  })
  app.post('/api/auth/oauth2/register', { ...options, bodyLimit: REGISTRATION_BYTES }, async (request, reply) => {
    await admit(request)
    return sendAnswer(reply, await connections.register(request, request.body))
  })
  app.post('/api/auth/oauth2/token', options, async (request, reply) => {
    await admit(request)
    return sendAnswer(reply, await connections.token(request, formIn(request)))
  })
  app.post('/api/auth/oauth2/revoke', options, async (request, reply) => {
    await admit(request)
    return sendAnswer(reply, await connections.revoke(request, formIn(request)))
  })
}

function formIn({ body }: FastifyRequest): string {
  return typeof body === 'string' ? body : ''
}

function sendAnswer(reply: FastifyReply, { status, headers, body }: LoginAnswer): FastifyReply {
  for (const [name, value] of headers) reply.header(name, value)
  return reply.code(status).header('cache-control', 'no-store').send(body)
}

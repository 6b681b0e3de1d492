import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Actor, AdminContext } from '../admin/context.ts'
import { checkAccess } from '../admin/own-access.ts'
import { inputFrom } from '../admin/read-verb-input.ts'
import { runVerb } from '../admin/run-verb.ts'
import type { Verb } from '../admin/verb.ts'
import { OPERATOR_VERBS, OWN_VERBS } from '../admin/verbs.ts'
import { PolyphonyError } from '../core/errors.ts'
import { actorOfPerson } from '../core/person.ts'
import { describedBy } from '../dialects/kit/described.ts'

const described = describedBy<Record<string, unknown>>()

/** The key of a verb in the description. */
export function descriptionOf(
  { describedAs, name }: Pick<Verb, 'describedAs' | 'name'>,
  by: 'operator' | 'tenant',
): string {
  return describedAs ?? (by === 'operator' ? `${name}.admin` : name)
}

/** Registered below `/api/admin`, for admin keys. */
export function operatorRoutes(app: FastifyInstance, context: AdminContext): void {
  app.addHook('onRequest', async ({ caller }) => {
    if (caller.role !== 'admin')
      throw new PolyphonyError('forbidden', caller.person ? 'This is for operators.' : 'This needs an admin key.')
  })
  for (const verb of OPERATOR_VERBS) verbRoute(app, context, verb, { at: '', by: 'operator' })
}

/** What tenants do for themselves. */
export function tenantRoutes(app: FastifyInstance, context: AdminContext): void {
  for (const verb of OWN_VERBS) verbRoute(app, context, verb, { at: '/api/v1', by: 'tenant' })
}

function verbRoute(
  app: FastifyInstance,
  context: AdminContext,
  verb: Verb,
  { at, by }: { at: string; by: 'operator' | 'tenant' },
): void {
  app.route({
    method: verb.method,
    url: `${at}${verb.path}`,
    ...described(descriptionOf(verb, by)),
    // Before the body is read.
    async onRequest(request) {
      if (by === 'tenant') await checkAccess(context, verb, actorOf(request))
    },
    async handler(request, reply) {
      const input = inputFrom(verb, {
        path: request.params as Record<string, string>, // as the path names them
        query: request.query as Record<string, unknown>, // as Fastify parses it
        body: request.body,
      })
      const actor = actorOf(request)
      const data = await runVerb(verb, context, input, actor)
      if (verb.changes) logChange(request, verb, data)
      const file = await verb.asFile?.({ context, input: { ...input }, answer: data, actor })
      if (file) {
        const next = cursorIn(data)
        if (next !== undefined) reply.header('link', linkToNext(request, next))
        return reply.type(file.type).send(typeof file.content === 'string' ? file.content : Buffer.from(file.content))
      }
      return reply.send({ code: 200, data, message: 'success' })
    },
  })
}

/** A file has at most one page of what was asked for, and no room to say so. */
function cursorIn(data: unknown): string | undefined {
  const { next_cursor: cursor } = data as { next_cursor?: unknown } // it is the answer of a verb, which is an object
  return typeof cursor === 'string' ? cursor : undefined
}

/** A reference to the same address, wherever a proxy has it. */
function linkToNext({ query }: FastifyRequest, cursor: string): string {
  const next = new URLSearchParams({ ...(query as Record<string, string>), cursor }) // they were checked as the verb's input
  return `<?${next}>; rel="next"`
}

/** For an operator who reads logs; the audit has what was changed, too. */
function logChange({ log, caller, params }: FastifyRequest, { name }: Verb, data: unknown): void {
  const { id } = { ...(params as object), ...(data as object) } as { id?: string } // what a verb changes has one
  const who = caller.person ? { person: caller.person.id } : { key: caller.keyId }
  log.info({ did: name, subject: id, ...who, tenant: caller.tenantId }, 'an administrative change')
}

function actorOf({ caller, ip }: FastifyRequest): Actor {
  return { name: caller.person ? actorOfPerson(caller.person.id) : caller.keyId, address: ip, caller }
}

import type { FastifyInstance, FastifyRequest } from 'fastify'
import { PolyphonyError } from '../core/errors.ts'
import { isJsonObject } from '../core/json.ts'
import { actorOfPerson } from '../core/person.ts'
import { undocumented } from '../dialects/kit/described.ts'
import type { People } from '../people/people.ts'

/**
 * Routes of the login's package that are served. Others are not: what they do is done by routes of ours (signing up, names,
 * passwords that were forgotten), or they answer with tokens that no page needs (lists of sessions).
 */
const POSTS: Readonly<Record<string, Rule>> = {
  '/sign-in/email': { guesses: true },
  '/sign-in/social': { stores: true },
  '/link-social': { stores: true },
  '/unlink-account': { records: 'person.unlink' },
  '/sign-out': {},
  '/change-password': { guesses: true, records: 'person.password' },
  '/two-factor/enable': { guesses: true, records: 'person.two-factor.begin' },
  '/two-factor/disable': { guesses: true, records: 'person.two-factor.disable' },
  '/two-factor/verify-totp': { guesses: true },
  '/two-factor/verify-backup-code': { guesses: true },
  '/two-factor/generate-backup-codes': { guesses: true, records: 'person.backup-codes' },
  '/two-factor/get-totp-uri': { guesses: true },
  '/passkey/verify-registration': { records: 'person.passkey.add' },
  '/passkey/verify-authentication': { guesses: true },
  '/passkey/delete-passkey': { records: 'person.passkey.remove' },
  '/passkey/update-passkey': {},
}
const GETS: Readonly<Record<string, Rule>> = {
  '/callback/oidc': { guesses: true },
  '/error': {},
  '/list-accounts': {},
  '/passkey/generate-register-options': { stores: true },
  '/passkey/generate-authenticate-options': { stores: true },
  '/passkey/list-user-passkeys': {},
}

interface Rule {
  /** It is answered by what a secret is: each request is an attempt, also at the account of whoever is signed in. */
  guesses?: boolean
  /** It stores a row that waits for the next step: each request is an attempt. */
  stores?: boolean
  /** The verb under which it is in the audit. */
  records?: string
}

/** Registered beside the people's own routes, whose hook checks where requests come from. */
export function authRoutes(app: FastifyInstance, people: People): void {
  const { login, attempts, sessions, store, clock } = people
  app.route({
    method: ['GET', 'POST'],
    url: '/api/auth/*',
    ...undocumented('the login’s own protocol, which docs/workspace.md describes'),
    async handler(request, reply) {
      const path = `/${(request.params as { '*': string })['*']}`
      const rules = request.method === 'POST' ? POSTS : GETS
      const rule = Object.hasOwn(rules, path) ? rules[path] : undefined
      if (!rule) throw new PolyphonyError('not_found', `There is no ${request.method} /api/auth${path}.`)
      const holder = await sessions.holderOf(request)
      const person = holder?.kind === 'person' ? holder.person : undefined
      // Also what is refused without a session, since it loads the package and reads the database.
      if (rule.guesses || rule.stores || !person) {
        await attempts.note(request.ip, rule.guesses ? (accountIn(request) ?? person?.id) : undefined)
      }
      const query = request.url.includes('?') ? request.url.slice(request.url.indexOf('?')) : ''
      const answer = await login.handle(request, path + query, request.body)
      if (answer.status < 300 && rule.records !== undefined && person) {
        const { id } = person
        const nothing = { tenantId: null, before: null, after: null }
        const audit = {
          at: clock.now(),
          actor: actorOfPerson(id),
          address: request.ip,
          verb: rule.records,
          subject: id,
        }
        await store.addAudit({ audit: { ...audit, ...nothing } })
      }
      for (const [name, value] of answer.headers) reply.header(name, value)
      return reply.code(answer.status).header('cache-control', 'no-store').send(answer.body)
    },
  })
}

/** Whose password is guessed at, where the body says it. */
function accountIn({ body }: FastifyRequest): string | undefined {
  return isJsonObject(body) && typeof body.email === 'string' ? body.email.trim().toLowerCase() : undefined
}

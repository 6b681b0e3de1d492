import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { PolyphonyError } from '../core/errors.ts'
import { isJsonObject } from '../core/json.ts'
import { actorOfPerson, type Person } from '../core/person.ts'
import { basePathOf } from '../core/public-url.ts'
import { undocumented } from '../dialects/kit/described.ts'
import { networkOf } from '../people/attempts.ts'
import { hashingFor } from '../people/hashing-turns.ts'
import type { LoginAnswer } from '../people/login/login.ts'
import type { People } from '../people/people.ts'

/**
 * Routes of the login's package that are served. Others are not: what they do is done by routes of ours (signing up, names,
 * passwords that were forgotten), or they answer with tokens that no page needs (lists of sessions).
 */
const POSTS: Readonly<Record<string, Rule>> = {
  '/sign-in/email': { guesses: true, namesAccount: true },
  '/sign-in/social': { stores: true },
  '/link-social': { stores: true },
  '/unlink-account': { records: 'person.unlink' },
  '/sign-out': {},
  '/change-password': { guesses: true, records: 'person.password', setsPassword: true },
  '/two-factor/enable': { guesses: true, records: 'person.two-factor.begin' },
  '/two-factor/disable': { guesses: true, records: 'person.two-factor.disable' },
  '/two-factor/verify-totp': { guesses: true },
  '/two-factor/verify-backup-code': { guesses: true },
  '/two-factor/generate-backup-codes': { guesses: true, records: 'person.backup-codes' },
  '/two-factor/get-totp-uri': { guesses: true },
  '/passkey/verify-registration': { records: 'person.passkey.add' },
  '/passkey/verify-authentication': { completes: true },
  '/passkey/delete-passkey': { records: 'person.passkey.remove' },
  '/passkey/update-passkey': {},
}
const GETS: Readonly<Record<string, Rule>> = {
  '/callback/oidc': { completes: true, returnsTo: '/sign-in' },
  '/error': {},
  '/list-accounts': {},
  '/passkey/generate-register-options': { stores: true },
  '/passkey/generate-authenticate-options': { stores: true },
  '/passkey/list-user-passkeys': {},
}

interface Rule {
  /** It is answered by what a secret is: each request is an attempt, also at the account of whoever is signed in. */
  guesses?: boolean
  /** Its body says by `email` at whose account the attempt is. Elsewhere such a field means nothing. */
  namesAccount?: boolean
  /** It ends what another request began, which was counted: it is an attempt of its own only where it fails. */
  completes?: boolean
  /** A browser comes to it by itself, and is sent to this page with the reason when there were too many attempts. */
  returnsTo?: string
  /** It stores a row that waits for the next step: each request is an attempt. */
  stores?: boolean
  /** It sets another password, which ends the links for one. */
  setsPassword?: boolean
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
      const countIn = () => attempts.note(request.ip, rule.guesses ? accountOf(rule, request, person) : undefined)
      // Also what is refused without a session, since it loads the package and reads the database.
      if (rule.guesses || rule.stores || !(person || rule.completes)) await countIn()
      const query = request.url.includes('?') ? request.url.slice(request.url.indexOf('?')) : ''
      const handle = () => login.handle(request, path + query, request.body)
      const answer = await hashingFor.run(networkOf(request.ip), handle)
      if (rule.completes && hasFailed(answer)) {
        const refusal = await countIn().catch(rateLimited)
        if (refusal && rule.returnsTo === undefined) throw refusal
        if (refusal) return sendBack(reply, basePathOf(people.publicUrl()) + rule.returnsTo, refusal)
      }
      if (answer.status < 300 && rule.setsPassword && person) await store.endPasswordResets({ personId: person.id })
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

/** Whose password or code is guessed at, as far as that is known. */
function accountOf({ namesAccount }: Rule, { body }: FastifyRequest, person: Person | undefined): string | undefined {
  if (!namesAccount) return person?.id
  return isJsonObject(body) && typeof body.email === 'string' ? body.email.trim().toLowerCase() : undefined
}

/** An answer that refuses, or that sends the browser back with a reason. */
function hasFailed({ status, headers }: LoginAnswer): boolean {
  const location = headers.find(([name]) => name === 'location')?.[1]
  return status >= 400 || (location !== undefined && /[?&]error=/.test(location))
}

function rateLimited(error: unknown): PolyphonyError {
  if (error instanceof PolyphonyError && error.code === 'rate_limited') return error
  throw error
}

function sendBack(reply: FastifyReply, page: string, { code, message, details }: PolyphonyError): FastifyReply {
  reply.header('retry-after', String(details.retryAfterSeconds ?? 1)).header('cache-control', 'no-store')
  return reply.redirect(`${page}?${new URLSearchParams({ error: code, error_description: message })}`)
}

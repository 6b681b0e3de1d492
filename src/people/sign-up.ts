import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { AuditEntry } from '../core/audit.ts'
import { type Clock, DAY_MS } from '../core/clock.ts'
import { invalidInput, PolyphonyError } from '../core/errors.ts'
import { isId, newId } from '../core/ids.ts'
import type { NewKey } from '../core/key.ts'
import { actorOfPerson, type Invitation, isOpen, type Person, type Role, type SignUp } from '../core/person.ts'
import type { Points } from '../core/points.ts'
import { MODES } from '../core/task.ts'
import type { Tenant } from '../core/tenant.ts'
import type { Joining } from '../store/people-verbs.ts'
import type { Store } from '../store/store.ts'
import { aTenant } from '../tenants/first-tenant.ts'
import { aNewKey } from '../tenants/keys.ts'
import { checkPassword, hashPassword, type PasswordCost } from './password.ts'
import { hashToken } from './tokens.ts'

/** How people come to be here: the first claims the gateway, others sign up, by an invitation or by themselves. */

export interface SignUpParts {
  store: Store
  clock: Clock
  policy: SignUp
  /** What the tenant of someone who signs up without an invitation begins with. */
  startingCredit: Points
  claimToken(): string
  passwordCost: PasswordCost
}

export interface NewPerson {
  email: string
  name: string
  password: string
}

const MAX_EMAIL = 254
const MAX_NAME = 100
const RESET_MS = DAY_MS

/** In lower case, which is how addresses are stored and compared. Throws `invalid_input`. */
export function emailIn(text: string): string {
  const email = text.trim().toLowerCase()
  if (email.length > MAX_EMAIL || !/^[^\s@<>"]+@[^\s@<>"]+$/.test(email)) {
    throw invalidInput('email', 'must be an e-mail address')
  }
  return email
}

export function nameIn(text: string): string {
  const name = text.trim()
  if (name === '' || name.length > MAX_NAME) throw invalidInput('name', `must have 1 to ${MAX_NAME} characters`)
  if (/\p{Cc}/u.test(name)) throw invalidInput('name', 'must be one line, without control characters')
  return name
}

export function aPerson({ email, name }: Pick<NewPerson, 'email' | 'name'>, now: number): Person {
  return {
    id: newId(now),
    email: emailIn(email),
    name: nameIn(name),
    locale: null,
    isOperator: false,
    hasTwoFactor: false,
    blockedAt: null,
    createdAt: now,
  }
}

/** A membership with the keys that make the person's tasks. Their text is thrown away. */
export function aJoining(person: Pick<Person, 'name'>, tenantId: string, role: Role, now: number): Joining {
  const keys = MODES.map((mode): NewKey => {
    const { record } = aNewKey(
      { tenantId, name: person.name, mode, secret: randomBytes(32).toString('base64url') },
      now,
    )
    return { ...record, prefix: '(a person)' }
  })
  return { tenantId, role, keys }
}

function auditOf(
  person: Person,
  verb: string,
  { tenantId, role, address, at }: { tenantId: string | null; role: Role | null; address: string | null; at: number },
): AuditEntry {
  const after = { email: person.email, name: person.name, role, operator: person.isOperator }
  return { at, actor: actorOfPerson(person.id), address, verb, tenantId, subject: person.id, before: null, after }
}

/** The first person, who is operator and owner of the first tenant. Throws `forbidden` and `conflict`. */
export async function claim(
  { store, clock, claimToken, passwordCost }: SignUpParts,
  { token, ...given }: NewPerson & { token: string },
  address: string,
): Promise<Person> {
  if (await store.isClaimed({})) throw claimed()
  if (!isEqual(token, claimToken())) {
    throw new PolyphonyError('forbidden', 'The token is wrong: open the link that the log of the last start shows.')
  }
  return createOperator({ store, clock, passwordCost }, given, address)
}

export async function createOperator(
  { store, clock, passwordCost }: Pick<SignUpParts, 'store' | 'clock' | 'passwordCost'>,
  { password, ...given }: NewPerson,
  address: string | null,
): Promise<Person> {
  checkPassword(password)
  const now = clock.now()
  const [house] = await store.listTenants({ limit: 1 })
  if (!house) throw new PolyphonyError('internal', 'There is no first tenant.')
  const person: Person = { ...aPerson(given, now), isOperator: true }
  const outcome = await store.createPerson({
    person,
    password: await hashPassword(password, passwordCost),
    joins: aJoining(person, house.id, 'owner', now),
    first: true,
    now,
    audit: auditOf(person, 'person.claim', { tenantId: house.id, role: 'owner', address, at: now }),
  })
  if (outcome === 'created') return person
  if (outcome === 'email_taken') throw emailTaken(person.email)
  throw claimed()
}

/** Someone new, by an invitation or, where sign-up is open, with a tenant of their own. */
export async function signUp(
  parts: SignUpParts,
  { password, invitation: token, ...given }: NewPerson & { invitation?: string },
  address: string,
): Promise<{ person: Person; tenantId: string }> {
  const { store, clock, policy } = parts
  checkPassword(password)
  const now = clock.now()
  const invitation = token === undefined ? undefined : await openInvitation(parts, token)
  if (!invitation && policy !== 'open') {
    const why = policy === 'closed' ? 'Sign-up is closed' : 'Signing up needs an invitation'
    throw new PolyphonyError('forbidden', `${why}: ask the operator of this gateway for a link.`)
  }
  const person = aPerson(given, now)
  if (invitation) requireInvited(invitation, person)
  const tenant = invitation ? undefined : await ownTenant(parts, person, now)
  const tenantId = invitation?.tenantId ?? tenant?.tenant.id ?? ''
  const role = invitation?.role ?? 'owner'
  const outcome = await store.createPerson({
    person,
    password: await hashPassword(password, parts.passwordCost),
    joins: aJoining(person, tenantId, role, now),
    ...(tenant === undefined ? {} : { tenant }),
    ...(invitation === undefined ? {} : { invitationId: invitation.id }),
    now,
    audit: auditOf(person, 'person.sign-up', { tenantId, role, address, at: now }),
  })
  if (outcome === 'email_taken') throw emailTaken(person.email)
  if (outcome !== 'created') throw invitationOver()
  return { person, tenantId }
}

/** A tenant for someone who signs up by themselves, with a name that no other has. */
async function ownTenant(
  { store, startingCredit }: SignUpParts,
  { name, email }: Pick<Person, 'name' | 'email'>,
  now: number,
): Promise<{ tenant: Tenant; credit: Points }> {
  // Tenants are found by their ids, too.
  const isTaken = async (one: string) => isId(one) || (await store.listTenants({ name: one, limit: 1 })).length > 0
  let free = name
  if (await isTaken(free)) free = email
  if (await isTaken(free)) free = `${email} ${newId(now).slice(-6)}`
  return { tenant: aTenant(free, now), credit: startingCredit }
}

/** Someone who is here already joins a tenant. */
export async function acceptInvitation(
  parts: SignUpParts,
  token: string,
  person: Person,
  address: string,
): Promise<{ tenantId: string }> {
  const invitation = await openInvitation(parts, token)
  requireInvited(invitation, person)
  await join(parts, person, invitation, address)
  return invitation
}

async function join(
  { store, clock }: Pick<SignUpParts, 'store' | 'clock'>,
  person: Person,
  { id, tenantId, role }: Invitation,
  address: string | null,
): Promise<void> {
  const now = clock.now()
  const outcome = await store.addMember({
    personId: person.id,
    joins: aJoining(person, tenantId, role, now),
    invitationId: id,
    now,
    audit: auditOf(person, 'invitation.accept', { tenantId, role, address, at: now }),
  })
  if (outcome === 'member_already') throw new PolyphonyError('conflict', 'You are a member of this tenant already.')
  if (outcome === 'invitation_over') throw invitationOver()
}

/** Whether a person whom a provider of OAuth vouches for may have a place here: the same rules as for a password. */
export async function mayComeBySignIn(parts: SignUpParts, known: KnownByProvider): Promise<boolean> {
  if (parts.policy === 'open') return true
  if (parts.policy === 'closed') return false
  return (await invitationFor(parts, known)) !== undefined
}

/** What a provider says of a person. */
interface KnownByProvider {
  email: string
  /** Whether it has proved that the address is theirs: only then are they who was invited. */
  emailVerified: boolean
}

/** Gives them that place: the tenant of an invitation to their address, or one of their own. */
export async function settleBySignIn(
  parts: SignUpParts,
  { id: personId, ...known }: KnownByProvider & { id: string },
): Promise<void> {
  const { store, clock, policy } = parts
  const person = await store.getPerson({ id: personId })
  if (!person) return
  const invitation = await invitationFor(parts, known)
  if (invitation) return join(parts, person, invitation, null)
  if (policy !== 'open') return
  const now = clock.now()
  const tenant = await ownTenant(parts, person, now)
  const tenantId = tenant.tenant.id
  await store.addMember({
    personId,
    joins: aJoining(person, tenantId, 'owner', now),
    tenant,
    now,
    audit: auditOf(person, 'person.sign-up', { tenantId, role: 'owner', address: null, at: now }),
  })
}

async function invitationFor(
  { store, clock }: Pick<SignUpParts, 'store' | 'clock'>,
  { email, emailVerified }: KnownByProvider,
): Promise<Invitation | undefined> {
  if (!emailVerified) return undefined
  const found = await store.findInvitation({ email: email.toLowerCase(), now: clock.now() })
  return found && isOpen(found, clock.now()) ? found : undefined
}

/** Throws `not_found` for a token that is unknown, used, revoked or expired. */
export async function openInvitation(
  { store, clock }: Pick<SignUpParts, 'store' | 'clock'>,
  token: string,
): Promise<Invitation> {
  const found = await store.findInvitation({ hash: hashToken(token) })
  if (found && isOpen(found, clock.now())) return found
  throw invitationOver()
}

function requireInvited({ email }: Invitation, person: Pick<Person, 'email'>): void {
  if (email === null || email === person.email) return
  throw invalidInput('email', `must be ${email}: the invitation is for that address`)
}

/** A token that sets another password, for a day and once. Earlier ones of the person end. */
export async function createReset(
  { store, clock }: Pick<SignUpParts, 'store' | 'clock'>,
  person: Person,
  token: string,
): Promise<number> {
  const now = clock.now()
  const expiresAt = now + RESET_MS
  await store.createPasswordReset({ id: newId(now), personId: person.id, hash: hashToken(token), now, expiresAt })
  return expiresAt
}

export async function useReset(
  { store, clock, passwordCost }: Pick<SignUpParts, 'store' | 'clock' | 'passwordCost'>,
  { token, password }: { token: string; password: string },
  address: string,
): Promise<Person> {
  checkPassword(password)
  const now = clock.now()
  const link = hashToken(token)
  // Whoever has no link makes nothing be hashed.
  const person = await store.findPasswordReset({ hash: link, now })
  if (!person) throw resetOver()
  const hash = await hashPassword(password, passwordCost)
  const audit = auditOf(person, 'person.password', { tenantId: null, role: null, address, at: now })
  if (!(await store.usePasswordReset({ hash: link, password: hash, now, audit }))) throw resetOver()
  return person
}

function isEqual(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(hashToken(given)), Buffer.from(hashToken(expected))]
  return timingSafeEqual(a, b)
}

function claimed(): PolyphonyError {
  return new PolyphonyError(
    'conflict',
    'This gateway was claimed before: sign in, or ask its operator for an invitation.',
  )
}

function emailTaken(email: string): PolyphonyError {
  return invalidInput('email', `must be new, and there is a person with ${email} already: sign in`)
}

function resetOver(): PolyphonyError {
  return new PolyphonyError('not_found', 'The link is unknown, was used or has expired: ask for another one.')
}

function invitationOver(): PolyphonyError {
  return new PolyphonyError('not_found', 'The invitation is unknown, was used or has expired: ask for another one.')
}

import { PolyphonyError } from '../core/errors.ts'
import { isId } from '../core/ids.ts'
import type { NewKey } from '../core/key.ts'
import type { Person } from '../core/person.ts'
import { POINTS_PER_USD, type Points, points, pointsToUsd, ZERO_POINTS } from '../core/points.ts'
import type { Tenant } from '../core/tenant.ts'
import { aJoining, aPerson } from '../people/sign-up.ts'
import type { Store } from '../store/store.ts'
import { aTenant } from '../tenants/first-tenant.ts'
import { aNewKey } from '../tenants/keys.ts'
import type { Import } from './import-relay.ts'
import { readTokens, readUsers, type SourceToken, type SourceUser } from './relay-rows.ts'
import { shortened } from './row.ts'
import { importedId } from './source-ids.ts'
import { modelOfKey } from './task-models.ts'

/** Users become tenants, each with a person where there is an e-mail address, and their tokens keys. */

const MAX_NAME = 100
const MAX_GROUP = 60
/** More stands for "no limit": a few of these would be more than the ledger can add up. */
const MOST_USD = 1_000_000
/** Tenants that are written at once. */
const AT_ONCE = 8

type Args = Parameters<Store['importTenant']>[0]
type Outcome = Awaited<ReturnType<Store['importTenant']>>

/** A user, and what it becomes. */
interface Planned {
  user: SourceUser
  args: Args
}

export async function importTenants(run: Import, perUsd: number): Promise<void> {
  const tokens = await tokensByUser(run)
  const names = new Set((await run.store.listTenants({})).map(({ name }) => name))
  const emails = new Set<string>()
  /** Hashes of the keys that a dry run would have made. */
  const seen = new Set<string>()
  let waiting: Planned[] = []
  for await (const user of readUsers(run.source)) {
    const own = tokens.get(user.id) ?? []
    tokens.delete(user.id)
    if (user.isDeleted) {
      leaveOut(run, user, own)
      continue
    }
    waiting.push({ user, args: await planFor(run, user, own, { perUsd, names, emails }) })
    if (waiting.length < AT_ONCE) continue
    await writeAll(run, waiting, seen)
    waiting = []
  }
  await writeAll(run, waiting, seen)
  for (const [userId, left] of tokens) {
    run.report.keys.left += left.length
    note(run, `${left.length} tokens of user ${userId}`, 'left out: there is no such user')
  }
}

async function tokensByUser({ source }: Import): Promise<Map<number, SourceToken[]>> {
  const tokens = new Map<number, SourceToken[]>()
  for await (const token of readTokens(source)) {
    const own = tokens.get(token.userId)
    if (own) own.push(token)
    else tokens.set(token.userId, [token])
  }
  return tokens
}

function leaveOut(run: Import, user: SourceUser, tokens: readonly SourceToken[]): void {
  run.report.tenants.left += 1
  run.report.keys.left += tokens.length
  note(run, titleOf(user), 'left out with its tokens: it was deleted')
}

interface Taken {
  perUsd: number
  /** Names of tenants, and e-mail addresses, that are in use. */
  names: Set<string>
  emails: Set<string>
}

async function planFor(run: Import, user: SourceUser, tokens: SourceToken[], taken: Taken): Promise<Args> {
  const now = run.clock.now()
  const id = importedId(run.as, 'users', user.id, user.createdAt)
  const existing = await run.store.getTenant({ id })
  const tenant = existing ?? tenantFor(run, user, { id, now, names: taken.names })
  if (!existing) noteUser(run, user, taken.perUsd)
  const amount = pointsOf(user.quota, taken.perUsd)
  return {
    tenant,
    opening:
      !existing && amount > 0 ? { id: `import:${run.as}:user:${user.id}`, amount, memo: `balance at ${run.as}` } : null,
    keys: tokens.flatMap((token) => keyFor(run, token, user, { tenantId: id, now, perUsd: taken.perUsd })),
    person: existing ? null : personFor(run, user, { tenant, now, emails: taken.emails }),
    now,
    audit: run.audit({
      tenantId: id,
      subject: id,
      after: {
        name: tenant.name,
        user: user.id,
        ...(existing ? {} : { opening_usd: pointsToUsd(amount) }),
        tokens: tokens.length,
      },
    }),
  }
}

function tenantFor(run: Import, user: SourceUser, made: { id: string; now: number; names: Set<string> }): Tenant {
  const plain = shortened(user.name, MAX_NAME)
  const numbered = `${shortened(user.name, MAX_NAME - 40)} (${run.as} ${user.id})`.trim()
  const name = plain === '' || isId(plain) || made.names.has(plain) ? numbered : plain
  if (name !== plain) {
    note(
      run,
      titleOf(user),
      `is called ${name} here: ${plain === '' ? 'it has no name' : isId(plain) ? 'the name has the form of an id' : 'the name is taken'}`,
    )
  }
  made.names.add(name)
  const group = user.group === 'default' ? null : shortened(user.group, MAX_GROUP)
  return { ...aTenant(name, made.now), id: made.id, priceGroup: group, frozenAt: user.isDisabled ? made.now : null }
}

function noteUser(run: Import, user: SourceUser, perUsd: number): void {
  const subject = titleOf(user)
  if (user.isAdmin)
    note(run, subject, 'is an administrator there, and not here: polyphony person set EMAIL --operator yes')
  if (user.isDisabled) note(run, subject, 'is disabled: its tenant is frozen, which still reads')
  if (user.quota < 0) note(run, subject, 'has a negative balance, which is 0 here')
  if (user.quota / perUsd > MOST_USD) {
    note(
      run,
      subject,
      `has a balance of ${Math.round(user.quota / perUsd)} USD, which is ${MOST_USD} here: polyphony credit gives more`,
    )
  }
}

/** What a quota is worth, at most `MOST_USD`. Nothing is owed here. */
function pointsOf(quota: number, perUsd: number): Points {
  if (!(quota > 0)) return ZERO_POINTS
  return points(Math.round(Math.min(quota / perUsd, MOST_USD) * POINTS_PER_USD))
}

function personFor(
  run: Import,
  user: SourceUser,
  { tenant, now, emails }: { tenant: Tenant; now: number; emails: Set<string> },
): Args['person'] {
  if (user.email === '') return null
  const person = readPerson(run, user, now)
  if (!person) return null
  if (emails.has(person.email)) {
    run.report.people.left += 1
    note(run, titleOf(user), 'has the e-mail address of another user, to whom the person belongs')
    return null
  }
  emails.add(person.email)
  return { person, joins: aJoining(person, tenant.id, 'owner', now) }
}

function readPerson(run: Import, user: SourceUser, now: number): Person | undefined {
  try {
    const name = shortened(user.displayName || user.name || user.email, MAX_NAME)
    const person = aPerson({ email: user.email, name }, now)
    const id = importedId(run.as, 'people', user.id, user.createdAt)
    return { ...person, id, blockedAt: user.isDisabled ? now : null }
  } catch (error) {
    if (!(error instanceof PolyphonyError)) throw error
    run.report.people.left += 1
    note(run, titleOf(user), `has no person: ${error.message}`)
    return undefined
  }
}

interface ForKey {
  tenantId: string
  now: number
  perUsd: number
}

/** The key of a token, with its text as clients send it; nothing for one that is left out. */
function keyFor(run: Import, token: SourceToken, user: SourceUser, made: ForKey): Args['keys'] {
  const subject = `token ${token.id} of ${user.name || `user number ${user.id}`}`
  const reason = reasonToLeave(run, token)
  if (reason !== undefined) {
    run.report.keys.left += 1
    note(run, subject, `left out: ${reason}`)
    return []
  }
  noteToken(run, token, user, subject)
  const usd = (token.remaining ?? 0) / made.perUsd
  if (usd > MOST_USD) note(run, subject, `may spend ${Math.round(usd)} USD, which is ${MOST_USD} here`)
  return [{ key: recordOf(run, token, made), revokedAt: token.state === 'disabled' ? made.now : null }]
}

function reasonToLeave({ dropsAddressLimits }: Import, token: SourceToken): string | undefined {
  if (token.isDeleted) return 'it was deleted'
  if (token.key === '') return 'it has no text'
  if (token.addresses.length > 0 && !dropsAddressLimits) {
    return 'it may be used from some addresses only, which keys here cannot be limited to; --drop-ip-limits imports it without'
  }
  return undefined
}

function noteToken(run: Import, token: SourceToken, user: SourceUser, subject: string): void {
  if (token.addresses.length > 0) note(run, subject, 'may be used from every address')
  if (token.group !== '' && token.group !== user.group) {
    note(run, subject, `has the group ${token.group} of its own: prices follow the group of the user`)
  }
  if (token.models?.some((name) => modelOfKey(name).isWider)) {
    note(run, subject, 'is limited to actions of a model: the key may use the whole model')
  }
}

function recordOf(run: Import, token: SourceToken, { tenantId, now, perUsd }: ForKey): NewKey {
  const { record } = aNewKey(
    {
      tenantId,
      name: shortened(token.name, MAX_NAME) || `token ${token.id}`,
      mode: 'live',
      secret: `sk-${token.key}`,
      allowedModels: token.models && [...new Set(token.models.map((name) => modelOfKey(name).model))],
      spendLimitPoints: token.remaining === null ? null : pointsOf(token.remaining, perUsd),
      expiresAt: expiryOf(token, now),
    },
    now,
  )
  const createdAt = token.createdAt > 0 && token.createdAt < now ? token.createdAt : now
  return { ...record, keyId: importedId(run.as, 'tokens', token.id, token.createdAt), createdAt }
}

function expiryOf({ state, expiresAt }: SourceToken, now: number): number | null {
  if (state !== 'expired') return expiresAt
  return expiresAt !== null && expiresAt < now ? expiresAt : now
}

async function writeAll(run: Import, planned: readonly Planned[], seen: Set<string>): Promise<void> {
  const outcomes = await Promise.all(
    planned.map(({ args }) => (run.isDry ? whatWouldBe(run.store, args, seen) : run.store.importTenant(args))),
  )
  for (const [index, outcome] of outcomes.entries()) {
    const one = planned[index]
    if (one) count(run, one, outcome)
  }
}

/** The outcome of a write that is not made. */
async function whatWouldBe(store: Store, { tenant, keys, person }: Args, seen: Set<string>): Promise<Outcome> {
  const existing = await store.getTenant({ id: tenant.id })
  if (existing && existing.deletedAt !== null) return { outcome: 'deleted', added: [], taken: [], person: null }
  const [added, taken]: [string[], string[]] = [[], []]
  for (const { key } of keys) {
    if (await store.getKey({ id: key.keyId })) continue
    const isSeen = seen.has(key.hash)
    seen.add(key.hash)
    if (isSeen || (await store.findKey({ hash: key.hash }))) taken.push(key.keyId)
    else added.push(key.keyId)
  }
  const isTaken = person && (await store.getPerson({ email: person.person.email })) !== undefined
  return {
    outcome: existing ? 'present' : 'created',
    added,
    taken,
    person: person && (isTaken ? 'email_taken' : 'created'),
  }
}

function count(run: Import, { user, args }: Planned, { outcome, added, taken, person }: Outcome): void {
  const { tenants, keys, people, opening, unusableKeys } = run.report
  if (outcome === 'deleted') {
    tenants.left += 1
    keys.left += args.keys.length
    note(run, titleOf(user), 'left out: its tenant was deleted here after an earlier import')
    return
  }
  tenants[outcome] += 1
  keys.created += added.length
  keys.left += taken.length
  keys.present += args.keys.length - added.length - taken.length
  if (taken.length > 0)
    note(
      run,
      `${taken.length} tokens of ${user.name || `user number ${user.id}`}`,
      'left out: there is a key of the same text already',
    )
  for (const { key, revokedAt } of args.keys) {
    if (!added.includes(key.keyId)) continue
    if (revokedAt !== null) unusableKeys.revoked += 1
    else if (key.expiresAt !== null && key.expiresAt <= args.now) unusableKeys.expired += 1
    else if (key.spendLimitPoints === 0) unusableKeys.spent += 1
  }
  if (outcome === 'created' && args.opening) {
    opening.tenants += 1
    opening.points = points(opening.points + args.opening.amount)
  }
  if (person === 'created') people.created += 1
  if (person !== 'email_taken') return
  people.left += 1
  note(
    run,
    titleOf(user),
    `there is a person with ${user.email} already: polyphony member add ${user.email} --tenant ${args.tenant.id} --role owner`,
  )
}

function titleOf({ id, name }: SourceUser): string {
  return name === '' ? `user number ${id}` : `user ${name}`
}

function note({ report }: Import, subject: string, text: string): void {
  report.notes.push({ subject, note: text })
}

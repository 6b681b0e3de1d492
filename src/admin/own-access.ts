import { PolyphonyError } from '../core/errors.ts'
import { limitsOn } from '../core/key.ts'
import { isEnough, type Role } from '../core/person.ts'
import { type Actor, type AdminContext, callerOf } from './context.ts'

/**
 * What a tenant's verb may demand of the key:
 *
 * - `live`: test keys are shared more freely, and know nothing of money.
 * - `unlimited`: a key with a limit could otherwise take it off, or create a key without one.
 */
export type Access = 'live' | 'unlimited'

/** A verb as far as it decides who may call it. */
interface Guarded {
  access?: readonly Access[]
  role?: Role
  changes: boolean
}

/** The role that a person needs for a verb: owners change, and everyone in the tenant reads, unless the verb says otherwise. */
export function roleFor({ role, changes }: Guarded): Role {
  return role ?? (changes ? 'owner' : 'viewer')
}

/** Throws `forbidden`, and says why. A person needs a role, a key the access that the verb names. */
export async function checkAccess(context: AdminContext, verb: Guarded, actor: Actor): Promise<void> {
  const { person, mode } = callerOf(actor)
  const { access = [] } = verb
  if (person) {
    const needed = roleFor(verb)
    if (isEnough(person.role, needed)) return
    throw new PolyphonyError('forbidden', `This needs the role ${needed} in the tenant; yours is ${person.role}.`)
  }
  if (access.includes('live') && mode !== 'live') {
    throw new PolyphonyError('forbidden', 'This needs a live key.')
  }
  if (access.includes('unlimited')) await requireUnlimited(context, actor)
}

async function requireUnlimited({ store }: AdminContext, actor: Actor): Promise<void> {
  const key = await store.getKey({ id: callerOf(actor).keyId })
  if (!key) throw new PolyphonyError('unauthorized', 'The API key is unknown or was revoked.')
  const limits = limitsOn(key)
  if (limits.length === 0) return
  throw new PolyphonyError(
    'forbidden',
    `This needs a key without limits of its own; this key has ${limits.join(', ')}.`,
  )
}

import { Type } from 'typebox'
import { invalidInput } from '../core/errors.ts'
import { callerOf } from './context.ts'
import { listOf, MODE, PAGE, searchIn, TENANT } from './fields.ts'
import { findTenant, tenantIdIn } from './find-tenant.ts'
import {
  changeKey,
  createKey,
  findKey,
  KEY_LIMITS,
  KEY_NAME,
  KeyBody,
  KeyWithText,
  listKeys,
  MAX_GRACE_SECONDS,
  ONE,
  Pair,
  pairOfKey,
  Revoked,
  revokeKey,
  rotateKey,
  shownKey,
} from './manage-keys.ts'
import { verb } from './verb.ts'

const GRACE = {
  grace_seconds: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: MAX_GRACE_SECONDS,
      description: 'How long the text from before is accepted, too. Default: 0, not at all.',
    }),
  ),
}
const CREATION = { name: KEY_NAME, mode: Type.Optional(MODE), ...KEY_LIMITS }
const CHANGE = { ...ONE, name: Type.Optional(KEY_NAME), ...KEY_LIMITS }
const ROTATED = 'It keeps its id, limits and spending. Its access pair belongs to the id, and stays the same.'
const CHANGED = 'Fields that are left out stay as they are; null takes a limit away.'

export const KEY_VERBS = [
  verb({
    name: 'key.list',
    method: 'GET',
    path: '/keys',
    summary: 'List keys with their limits and last use, the oldest first',
    input: Type.Object({
      tenant: Type.Optional(Type.String({ ...TENANT, description: 'Only of this tenant.' })),
      ...searchIn('the name or the id'),
      ...PAGE,
    }),
    answer: listOf(KeyBody),
    changes: false,
    errors: ['not_found'],
    run: async (context, { tenant, ...page }) =>
      listKeys(context, (await tenantIdIn(context.store, tenant)) ?? null, page),
  }),
  verb({
    name: 'key.show',
    method: 'GET',
    path: '/keys/:id',
    summary: 'Read a key, without its text',
    input: Type.Object(ONE),
    answer: KeyBody,
    changes: false,
    errors: ['not_found'],
    run: async (context, { id }) => shownKey(context, await findKey(context, id, null)),
  }),
  verb({
    name: 'key.create',
    method: 'POST',
    path: '/keys',
    summary: 'Create a key; its text is shown this once',
    input: Type.Object({
      tenant: Type.Optional(TENANT),
      admin: Type.Optional(
        Type.Boolean({ description: 'It may do everything. Only keys of the first tenant can be admin keys.' }),
      ),
      ...CREATION,
    }),
    answer: KeyWithText,
    changes: true,
    errors: ['not_found'],
    async run(context, { tenant: nameOrId, admin = false, ...input }, actor) {
      const tenant = await findTenant(context.store, nameOrId)
      const [first] = await context.store.listTenants({ limit: 1 })
      if (admin && tenant.id !== first?.id) {
        throw invalidInput('admin', `must not be set: admin keys belong to ${first?.name}, not to ${tenant.name}`)
      }
      return createKey(context, input, { tenantId: tenant.id, role: admin ? 'admin' : 'member' }, actor)
    },
  }),
  verb({
    name: 'key.change',
    method: 'PATCH',
    path: '/keys/:id',
    summary: 'Change the name or the limits of a key',
    description: CHANGED,
    input: Type.Object(CHANGE),
    answer: KeyBody,
    changes: true,
    errors: ['not_found'],
    run: (context, input, actor) => changeKey(context, input, null, actor),
  }),
  verb({
    name: 'key.rotate',
    method: 'POST',
    path: '/keys/:id/rotate',
    summary: 'Give a key another text, which is shown this once',
    description: ROTATED,
    input: Type.Object({ ...ONE, ...GRACE }),
    answer: KeyWithText,
    changes: true,
    errors: ['not_found'],
    run: (context, input, actor) => rotateKey(context, input, null, actor),
  }),
  verb({
    name: 'key.revoke',
    method: 'POST',
    path: '/keys/:id/revoke',
    summary: 'Revoke a key for good',
    input: Type.Object(ONE),
    answer: Revoked,
    changes: true,
    errors: ['not_found'],
    run: (context, { id }, actor) => revokeKey(context, id, null, actor),
  }),
  verb({
    name: 'key.pair',
    method: 'GET',
    path: '/keys/:id/pair',
    summary: 'Read the access pair of a key, for clients that sign their requests (Kling)',
    input: Type.Object(ONE),
    answer: Pair,
    changes: false,
    usesSecret: true,
    errors: ['not_found'],
    run: (context, { id }, actor) => pairOfKey(context, id, null, actor),
  }),
] as const

const KEY_MANAGERS = ['live', 'unlimited'] as const

/** For a tenant's live keys without limits of their own. */
export const OWN_KEY_VERBS = [
  verb({
    name: 'own.key.list',
    method: 'GET',
    path: '/keys',
    summary: 'List your keys with their limits and last use, the oldest first',
    input: Type.Object({ ...searchIn('the name or the id'), ...PAGE }),
    answer: listOf(KeyBody),
    changes: false,
    access: KEY_MANAGERS,
    run: async (context, input, actor) => listKeys(context, callerOf(actor).tenantId, input),
  }),
  verb({
    name: 'own.key.show',
    method: 'GET',
    path: '/keys/:id',
    summary: 'Read a key of yours, without its text',
    input: Type.Object(ONE),
    answer: KeyBody,
    changes: false,
    access: KEY_MANAGERS,
    errors: ['not_found'],
    run: async (context, { id }, actor) => shownKey(context, await findKey(context, id, callerOf(actor).tenantId)),
  }),
  verb({
    name: 'own.key.create',
    method: 'POST',
    path: '/keys',
    summary: 'Create a key; its text is shown this once',
    input: Type.Object(CREATION),
    answer: KeyWithText,
    changes: true,
    access: KEY_MANAGERS,
    run: async (context, input, actor) =>
      createKey(context, input, { tenantId: callerOf(actor).tenantId, role: 'member' }, actor),
  }),
  verb({
    name: 'own.key.change',
    method: 'PATCH',
    path: '/keys/:id',
    summary: 'Change the name or the limits of a key of yours',
    description: CHANGED,
    input: Type.Object(CHANGE),
    answer: KeyBody,
    changes: true,
    access: KEY_MANAGERS,
    errors: ['not_found'],
    run: async (context, input, actor) => changeKey(context, input, callerOf(actor).tenantId, actor),
  }),
  verb({
    name: 'own.key.rotate',
    method: 'POST',
    path: '/keys/:id/rotate',
    summary: 'Give a key of yours another text, which is shown this once',
    description: ROTATED,
    input: Type.Object({ ...ONE, ...GRACE }),
    answer: KeyWithText,
    changes: true,
    access: KEY_MANAGERS,
    errors: ['not_found'],
    run: async (context, input, actor) => rotateKey(context, input, callerOf(actor).tenantId, actor),
  }),
  verb({
    name: 'own.key.revoke',
    method: 'POST',
    path: '/keys/:id/revoke',
    summary: 'Revoke a key of yours for good',
    input: Type.Object(ONE),
    answer: Revoked,
    changes: true,
    access: KEY_MANAGERS,
    errors: ['not_found'],
    run: async (context, { id }, actor) => revokeKey(context, id, callerOf(actor).tenantId, actor),
  }),
  verb({
    name: 'own.key.pair',
    method: 'GET',
    path: '/keys/:id/pair',
    summary: 'Read the access pair of a key of yours, for clients that sign their requests (Kling)',
    input: Type.Object(ONE),
    answer: Pair,
    changes: false,
    access: KEY_MANAGERS,
    role: 'owner',
    usesSecret: true,
    errors: ['not_found'],
    run: async (context, { id }, actor) => pairOfKey(context, id, callerOf(actor).tenantId, actor),
  }),
] as const

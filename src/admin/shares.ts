import { randomBytes } from 'node:crypto'
import { type Static, Type } from 'typebox'
import { DAY_MS } from '../core/clock.ts'
import { invalidInput, PolyphonyError } from '../core/errors.ts'
import { isOpen, type Share } from '../core/share.ts'
import { titleOf } from '../core/task-title.ts'
import { type Actor, type AdminContext, auditOf, callerOf } from './context.ts'
import { ID, limitOf, listOf, orNull, PAGE, pageOf, TEXT, TIME, timeOf } from './fields.ts'
import { verb } from './verb.ts'

const DEFAULT_DAYS = 30
const MAX_DAYS = 3_650
/** 144 bits, which cannot be guessed. */
const ID_BYTES = 18

const ShareBody = Type.Object({
  id: ID,
  task: ID,
  title: TEXT,
  url: Type.String({ description: 'The page that anyone with this address sees.' }),
  open: Type.Boolean({ description: 'Whether it is neither expired nor revoked.' }),
  made_by: Type.String({ description: '`person:ID`, or the id of a key.' }),
  created_at: TIME,
  expires_at: orNull(TIME, 'null = it does not expire.'),
  revoked_at: orNull(TIME),
})
const Revoked = Type.Object({ id: ID, revoked: Type.Literal(true) })

function bodyOf(share: Share, { publicUrl, clock }: AdminContext): Static<typeof ShareBody> {
  return {
    id: share.id,
    task: share.taskId,
    title: share.title,
    url: `${publicUrl()}/s/${share.id}`,
    open: isOpen(share, clock.now()),
    made_by: share.madeBy,
    created_at: timeOf(share.createdAt),
    expires_at: timeOf(share.expiresAt),
    revoked_at: timeOf(share.revokedAt),
  }
}

async function create(
  context: AdminContext,
  { task: taskId, title, days = DEFAULT_DAYS }: { task: string; title?: string; days?: number | null },
  actor: Actor,
): Promise<Static<typeof ShareBody>> {
  const { tenantId, mode } = callerOf(actor)
  const task = await context.store.getTask({ id: taskId })
  if (!task || task.tenantId !== tenantId || task.mode !== mode || task.deletedAt !== null) {
    throw new PolyphonyError('task_not_found', `No task ${taskId}.`, { field: 'task' })
  }
  if (task.status !== 'completed') throw invalidInput('task', `must be completed to be shared, not ${task.status}`)
  const now = context.clock.now()
  const share: Share = {
    id: randomBytes(ID_BYTES).toString('base64url'),
    tenantId,
    mode,
    taskId,
    title: title ?? titleOf(task),
    madeBy: actor.name,
    createdAt: now,
    expiresAt: days === null ? null : now + days * DAY_MS,
    revokedAt: null,
  }
  const body = bodyOf(share, context)
  // Readers of the audit need not be able to open what was shared.
  const { id: _, url: _url, ...after } = body
  const audit = auditOf(context, actor, 'share.create', { tenantId, subject: taskId, after })
  await context.store.createShare({ share, audit })
  return body
}

async function listed(
  context: AdminContext,
  { task, cursor, ...input }: { task?: string; cursor?: string; limit?: number },
  actor: Actor,
) {
  const { tenantId, mode } = callerOf(actor)
  const limit = limitOf(input)
  const before = cursor === undefined ? undefined : await own(context, cursor, actor)
  if (before === null) throw invalidInput('cursor', 'must be the next_cursor of the page before')
  const shares = await context.store.listShares({
    tenantId,
    mode,
    limit: limit + 1,
    ...(task === undefined ? {} : { taskId: task }),
    ...(before === undefined ? {} : { before }),
  })
  return pageOf(
    shares,
    limit,
    ({ id }) => id,
    (share) => bodyOf(share, context),
  )
}

/** A share of the caller's tenant and mode; null where there is none. */
async function own({ store }: AdminContext, id: string, actor: Actor): Promise<Share | null> {
  const { tenantId, mode } = callerOf(actor)
  const share = await store.getShare({ id })
  return share && share.tenantId === tenantId && share.mode === mode ? share : null
}

async function revoke(context: AdminContext, id: string, actor: Actor) {
  const share = await own(context, id, actor)
  const missing = new PolyphonyError('not_found', `There is no open share ${id}.`)
  if (!share) throw missing
  const change = { tenantId: share.tenantId, subject: share.taskId, before: { title: share.title } }
  const audit = auditOf(context, actor, 'share.revoke', change)
  if (!(await context.store.revokeShare({ id, now: context.clock.now(), audit }))) throw missing
  return { id, revoked: true as const }
}

export const OWN_SHARE_VERBS = [
  verb({
    name: 'own.share.list',
    method: 'GET',
    path: '/shares',
    summary: 'List the links by which you share what tasks made, the newest first',
    input: Type.Object({ task: Type.Optional(Type.String({ ...ID, description: 'Only of this task.' })), ...PAGE }),
    answer: listOf(ShareBody),
    changes: false,
    run: listed,
  }),
  verb({
    name: 'own.share.create',
    method: 'POST',
    path: '/shares',
    summary: 'Share what a task made by a link that anyone can open',
    input: Type.Object({
      task: ID,
      title: Type.Optional(
        Type.String({ minLength: 1, maxLength: 200, description: 'What the page is called. Default: as the task is.' }),
      ),
      days: Type.Optional(
        orNull(
          Type.Integer({ minimum: 1, maximum: MAX_DAYS }),
          `How long it can be opened; null = until it is revoked. Default: ${DEFAULT_DAYS}.`,
        ),
      ),
    }),
    answer: ShareBody,
    changes: true,
    role: 'member',
    errors: ['task_not_found'],
    run: create,
  }),
  verb({
    name: 'own.share.revoke',
    method: 'DELETE',
    path: '/shares/:id',
    summary: 'Revoke a link, which then opens nothing',
    input: Type.Object({ id: ID }),
    answer: Revoked,
    changes: true,
    role: 'member',
    errors: ['not_found'],
    run: (context, { id }, actor) => revoke(context, id, actor),
  }),
] as const

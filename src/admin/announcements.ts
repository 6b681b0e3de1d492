import { type Static, Type } from 'typebox'
import { ANNOUNCEMENT_TONES, type Announcement } from '../core/announcement.ts'
import { invalidInput, PolyphonyError } from '../core/errors.ts'
import { newId } from '../core/ids.ts'
import { auditOf, callerOf } from './context.ts'
import { ID, limitOf, listOf, orNull, PAGE, pageOf, TENANT, TEXT, TIME, timeIn, timeOf } from './fields.ts'
import { findTenant } from './find-tenant.ts'
import { verb } from './verb.ts'

const MOST_SHOWN = 20
const TONE = Type.Enum([...ANNOUNCEMENT_TONES], {
  description: '`warning` is shown in a louder colour. Default: info.',
})

const Shown = Type.Object({ id: ID, text: TEXT, tone: TONE, begins_at: TIME, ends_at: orNull(TIME) })
const AnnouncementBody = Type.Object({
  ...Shown.properties,
  tenant: orNull(ID, 'The only tenant that sees it; null = all.'),
  created_by: TEXT,
  created_at: TIME,
})

function shownOf({ id, text, tone, beginsAt, endsAt }: Announcement): Static<typeof Shown> {
  return { id, text, tone, begins_at: timeOf(beginsAt), ends_at: timeOf(endsAt) }
}

function bodyOf(announcement: Announcement): Static<typeof AnnouncementBody> {
  const { tenantId, createdBy, createdAt } = announcement
  return { ...shownOf(announcement), tenant: tenantId, created_by: createdBy, created_at: timeOf(createdAt) }
}

export const ANNOUNCEMENT_VERBS = [
  verb({
    name: 'announcement.list',
    method: 'GET',
    path: '/announcements',
    summary: 'List announcements, also those that are over or to come, the newest first',
    input: Type.Object(PAGE),
    answer: listOf(AnnouncementBody),
    changes: false,
    async run({ store }, input) {
      const limit = limitOf(input)
      const from = input.cursor === undefined ? {} : { beforeId: input.cursor }
      const announcements = await store.listAnnouncements({ limit: limit + 1, ...from })
      return pageOf(announcements, limit, ({ id }) => id, bodyOf)
    },
  }),
  verb({
    name: 'announcement.create',
    method: 'POST',
    path: '/announcements',
    summary: 'Announce something to the people of all tenants, or of one, above the pages of their workspace',
    input: Type.Object({
      text: Type.String({ minLength: 1, maxLength: 500 }),
      tone: Type.Optional(TONE),
      tenant: Type.Optional(Type.String({ ...TENANT, description: 'Only for this tenant. Default: for all.' })),
      begins_at: Type.Optional(Type.String({ maxLength: 40, description: 'An RFC 3339 time. Default: now.' })),
      ends_at: Type.Optional(Type.String({ maxLength: 40, description: 'Likewise. Default: until it is removed.' })),
    }),
    answer: AnnouncementBody,
    changes: true,
    errors: ['not_found'],
    example: { text: 'Maintenance on Sunday from 02:00 to 03:00 UTC.', tone: 'warning' },
    async run(context, { text, tone = 'info', tenant, begins_at, ends_at }, actor) {
      const { store, clock } = context
      if (text.trim() === '') throw invalidInput('text', 'must say something')
      const now = clock.now()
      const beginsAt = begins_at === undefined ? now : timeIn('begins_at', begins_at)
      const endsAt = ends_at === undefined ? null : timeIn('ends_at', ends_at)
      if (endsAt !== null && endsAt <= Math.max(now, beginsAt)) {
        throw invalidInput('ends_at', 'must be in the future, and after begins_at')
      }
      const tenantId = tenant === undefined ? null : (await findTenant(store, tenant)).id
      const own = { id: newId(now), text: text.trim(), tone, tenantId, createdBy: actor.name, createdAt: now }
      const announcement: Announcement = { ...own, beginsAt, endsAt }
      const body = bodyOf(announcement)
      const audit = auditOf(context, actor, 'announcement.create', { tenantId, subject: own.id, after: body })
      await store.createAnnouncement({ announcement, audit })
      return body
    },
  }),
  verb({
    name: 'announcement.remove',
    method: 'DELETE',
    path: '/announcements/:id',
    summary: 'Remove an announcement: it is not shown any more',
    input: Type.Object({ id: ID }),
    answer: Type.Object({ id: ID, removed: Type.Literal(true) }),
    changes: true,
    errors: ['not_found'],
    async run(context, { id }, actor) {
      const audit = auditOf(context, actor, 'announcement.remove', { subject: id })
      if (await context.store.removeAnnouncement({ id, audit })) return { id, removed: true as const }
      throw new PolyphonyError('not_found', `There is no announcement ${id}.`)
    },
  }),
] as const

export const OWN_ANNOUNCEMENT_VERBS = [
  verb({
    name: 'own.announcement.list',
    method: 'GET',
    path: '/announcements',
    summary: 'List what the operator announces to you now, the newest first',
    input: Type.Object({}),
    answer: Type.Object({ items: Type.Array(Shown) }),
    changes: false,
    async run({ store, clock }, _input, actor) {
      const shownTo = { tenantId: callerOf(actor).tenantId, now: clock.now() }
      return { items: (await store.listAnnouncements({ shownTo, limit: MOST_SHOWN })).map(shownOf) }
    },
  }),
] as const

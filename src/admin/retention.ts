import { type Static, Type } from 'typebox'
import { invalidInput } from '../core/errors.ts'
import {
  RETENTION_SETTINGS,
  RETENTION_TIMES,
  type Retention,
  type RetentionTime,
  retentionOf,
  type StoredRetention,
} from '../core/retention.ts'
import { type AdminContext, auditOf } from './context.ts'
import { orNull } from './fields.ts'
import { verb } from './verb.ts'

/** The names of the times in bodies. */
const NAMES = {
  recordDays: 'record_days',
  mediaDays: 'media_days',
  uploadHours: 'upload_hours',
  callFileDays: 'call_file_days',
} as const satisfies Record<RetentionTime, string>

/** As far as the settings go. */
const MOST_DAYS = 36_500
const MOST_HOURS = 24 * MOST_DAYS

export const RetentionBody = Type.Object({
  record_days: Type.Number({ description: 'How long records of tasks and calls are kept after their end.' }),
  media_days: Type.Number({ description: 'How long output files are kept.' }),
  upload_hours: Type.Number({ description: 'How long uploads are kept.' }),
  call_file_days: Type.Number({ description: 'How long files for calls, and results of batches, are kept.' }),
})

const Shown = Type.Object({
  ...RetentionBody.properties,
  times: Type.Array(
    Type.Object({
      name: Type.Enum(Object.values(NAMES)),
      value: Type.Number(),
      default: Type.Number({ description: 'What holds when nothing is stored.' }),
      stored: orNull(Type.Number(), 'What was chosen here; null = nothing.'),
      setting: Type.String({ description: 'The setting that comes before what is stored.' }),
      is_fixed: Type.Boolean({ description: 'Whether that setting is given, so that it cannot be chosen here.' }),
    }),
  ),
})

export function bodyOfRetention({ recordDays, mediaDays, uploadHours, callFileDays }: Retention) {
  return { record_days: recordDays, media_days: mediaDays, upload_hours: uploadHours, call_file_days: callFileDays }
}

/** The times in force. */
export async function retentionNow({ store, place }: Pick<AdminContext, 'store' | 'place'>): Promise<Retention> {
  return retentionOf(place.retention, await store.getRetention({}))
}

function shown({ place }: Pick<AdminContext, 'place'>, stored: StoredRetention): Static<typeof Shown> {
  const now = retentionOf(place.retention, stored)
  return {
    ...bodyOfRetention(now),
    times: RETENTION_TIMES.map((time) => ({
      name: NAMES[time],
      value: now[time],
      default: place.retention[time].value,
      stored: stored[time] ?? null,
      setting: RETENTION_SETTINGS[time],
      is_fixed: place.retention[time].isGiven,
    })),
  }
}

/** What is stored, under the names of bodies, for the audit. */
function recordOf(stored: StoredRetention) {
  return Object.fromEntries(RETENTION_TIMES.map((time) => [NAMES[time], stored[time] ?? null]))
}

const days = () => Type.Optional(orNull(Type.Number({ minimum: 0, maximum: MOST_DAYS })))

export const RETENTION_VERBS = [
  verb({
    name: 'retention.read',
    method: 'GET',
    path: '/retention',
    summary: 'Read how long things are kept, and what says so',
    input: Type.Object({}),
    answer: Shown,
    changes: false,
    run: async (context) => shown(context, await context.store.getRetention({})),
  }),
  verb({
    name: 'retention.set',
    method: 'PATCH',
    path: '/retention',
    summary: 'Choose how long things are kept',
    description:
      'Holds for what is stored from then on, in all processes: what is there keeps its end. Null goes back to the default. A ' +
      'time whose setting is given in the environment or the configuration file cannot be chosen. The ledger is never deleted.',
    input: Type.Object({
      record_days: days(),
      media_days: days(),
      upload_hours: Type.Optional(orNull(Type.Number({ minimum: 0, maximum: MOST_HOURS }))),
      call_file_days: days(),
    }),
    answer: Shown,
    changes: true,
    example: { media_days: 60 },
    async run(context, input, actor) {
      const { store, place } = context
      const before = await store.getRetention({})
      const changes: Partial<Record<RetentionTime, number | null>> = {}
      for (const time of RETENTION_TIMES) {
        const { [NAMES[time]]: value } = input
        if (value === undefined) continue
        if (place.retention[time].isGiven) {
          throw invalidInput(NAMES[time], `is set by ${RETENTION_SETTINGS[time]}, which comes first: change it there`)
        }
        changes[time] = value
      }
      const after = Object.fromEntries(
        Object.entries({ ...before, ...changes }).filter(([, value]) => value !== null),
      ) as StoredRetention // without what was taken back
      const audit = auditOf(context, actor, 'retention.set', { before: recordOf(before), after: recordOf(after) })
      await store.changeRetention({ changes, audit })
      return shown(context, await store.getRetention({}))
    },
  }),
] as const

import { Type } from 'typebox'
import { RETENTION_SETTINGS, RETENTION_TIMES, type StoredRetention } from '../core/retention.ts'
import type { ShownSetting } from './context.ts'
import { TEXT } from './fields.ts'
import { verb } from './verb.ts'

/** What the operator has chosen holds where the setting is not given. */
function chosenOr(setting: ShownSetting, stored: StoredRetention): ShownSetting {
  const time = RETENTION_TIMES.find((one) => RETENTION_SETTINGS[one] === setting.name)
  const value = time && setting.from === 'default' ? stored[time] : undefined
  return value === undefined ? setting : { ...setting, value: String(value), from: 'the database' }
}

export const CONFIG_VERBS = [
  verb({
    name: 'config.show',
    method: 'GET',
    path: '/config',
    summary: 'Read the settings that are in force and where they come from; secrets are hidden',
    input: Type.Object({}),
    answer: Type.Object({
      settings: Type.Array(Type.Object({ name: TEXT, value: TEXT, from: TEXT, what: TEXT })),
      faults: Type.Array(TEXT),
    }),
    changes: false,
    // A server that runs has no faults in its settings.
    async run(context) {
      const { settings, store } = context
      const stored = await store.getRetention({})
      return { settings: settings.map((one) => chosenOr(one, stored)), faults: [] }
    },
  }),
] as const

import { Type } from 'typebox'
import { TEXT } from './fields.ts'
import { verb } from './verb.ts'

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
    run: async ({ settings }) => ({ settings: [...settings], faults: [] }),
  }),
] as const

import { Type } from 'typebox'
import { Anything, Text } from '../kit/read-wire.ts'

/** An error may come with the status 200 and a `code` of its own. */
export const Envelope = Type.Object({
  code: Type.Optional(Type.Number()),
  data: Type.Optional(Anything),
  error: Type.Optional(Text),
})

export const Created = Type.Object({ task_id: Text })

/** `status`: 0 waiting, running or unknown; 1 finished; 2 failed. `result` is JSON within JSON. */
export const Jobs = Type.Array(Type.Object({ task_id: Text, status: Type.Number(), result: Type.Optional(Text) }))

/** The takes of a job, in its `result`. */
export const Entries = Type.Array(
  Type.Object({
    file: Type.Optional(Text),
    lyrics: Type.Optional(Text),
    prompt: Type.Optional(Text),
    /** 0 to 1. */
    progress: Type.Optional(Type.Number()),
    error: Type.Optional(Text),
    /** A duration that is not known is "N/A". */
    metas: Type.Optional(Type.Object({ duration: Type.Optional(Type.Union([Type.Number(), Text])) })),
  }),
)

export const Handle = Type.Object({
  id: Type.String(),
  made: Type.Object({
    title: Type.String(),
    tags: Type.String(),
    lyrics: Type.String(),
    section: Type.Optional(
      Type.Object({
        fromSeconds: Type.Number(),
        toSeconds: Type.Number(),
        continueAt: Type.Number(),
        hasRest: Type.Boolean(),
      }),
    ),
  }),
})

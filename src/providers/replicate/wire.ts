import { Type } from 'typebox'
import { Anything, Text } from '../kit/read-wire.ts'

/** A prediction when it is polled. Its output has the form that its model gives it. */
export const Prediction = Type.Object({
  status: Text,
  output: Type.Optional(Anything),
  error: Type.Optional(Text),
  logs: Type.Optional(Text),
})

/** An element that cannot be read must not count as absent, so all of its fields are optional. */
export const List = Type.Object({
  results: Type.Array(
    Type.Object({ id: Type.Optional(Text), webhook: Type.Optional(Text), created_at: Type.Optional(Text) }),
  ),
})

export const Upload = Type.Object({ urls: Type.Object({ get: Text }) })
export const Secret = Type.Object({ key: Text })

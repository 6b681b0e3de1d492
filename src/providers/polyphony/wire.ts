import { Type } from 'typebox'
import { Anything, Text } from '../kit/read-wire.ts'

/** A task when it is polled. The output has the form of its operation. */
export const Task = Type.Object({
  id: Text,
  status: Text,
  progress: Type.Optional(Type.Number()),
  output: Type.Optional(Anything),
  error: Type.Optional(Type.Object({ code: Type.Optional(Text), message: Type.Optional(Text) })),
  parent_id: Type.Optional(Text),
  provider: Type.Optional(Text),
  price_points: Type.Optional(Type.Number()),
  consumed_points: Type.Optional(Type.Number()),
})

/** Tasks as a list shows them; an element that cannot be read must not count as absent. */
export const List = Type.Object({ tasks: Type.Array(Anything) })

export const Upload = Type.Object({ url: Text })

export const ErrorBody = Type.Object({ error: Type.Object({ code: Text }) })

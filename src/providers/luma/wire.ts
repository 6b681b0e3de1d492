import { Type } from 'typebox'
import { Text } from '../kit/read-wire.ts'

/** A generation when it is polled. */
export const Generation = Type.Object({
  state: Text,
  failure_reason: Type.Optional(Text),
  assets: Type.Optional(Type.Object({ video: Type.Optional(Text), image: Type.Optional(Text) })),
})

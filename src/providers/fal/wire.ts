import { Type } from 'typebox'
import { Anything, Text } from '../kit/read-wire.ts'

export const Created = Type.Object({ request_id: Text })

/** A request when it is polled. */
export const Status = Type.Object({
  status: Text,
  error: Type.Optional(Text),
  logs: Type.Optional(Type.Array(Type.Object({ message: Text }))),
})

/** A result has the form that its model gives it. */
export const Result = Type.Record(Type.String(), Anything)

export const Safety = Type.Object({ has_nsfw_concepts: Type.Array(Type.Boolean()) })

/** The body of an error that is about the request itself. */
export const ErrorBody = Type.Object({ detail: Anything })

/** A callback does not name the model. */
export const Handle = Type.Object({ id: Type.String(), model: Type.Optional(Type.String()) })

export const Keys = Type.Object({ keys: Type.Array(Type.Object({ kty: Text, crv: Text, x: Text })) })

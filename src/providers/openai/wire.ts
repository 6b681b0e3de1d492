import { Type } from 'typebox'
import { Text } from '../kit/read-wire.ts'

export const Images = Type.Object({
  data: Type.Array(Type.Object({ b64_json: Type.Optional(Text), url: Type.Optional(Text) })),
  usage: Type.Optional(Type.Object({ input_tokens: Type.Number(), output_tokens: Type.Number() })),
})

/** A video when it is polled. */
export const Video = Type.Object({
  status: Text,
  progress: Type.Optional(Type.Number()),
  error: Type.Optional(Type.Object({ code: Type.Optional(Text), message: Type.Optional(Text) })),
})

/** What `withResponse` of the SDK gives; the answer's body is read by a schema of its own. */
export interface WithHeaders {
  data: unknown
  response: { headers: Headers }
}

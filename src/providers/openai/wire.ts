import { type Static, Type } from 'typebox'
import { Text } from '../kit/read-wire.ts'

/** What the GPT image models count. */
const Usage = Type.Object({
  input_tokens: Type.Integer({ minimum: 0 }),
  output_tokens: Type.Integer({ minimum: 0 }),
  input_tokens_details: Type.Optional(Type.Object({ image_tokens: Type.Optional(Type.Integer({ minimum: 0 })) })),
})
export type Usage = Static<typeof Usage>

export const Images = Type.Object({
  data: Type.Array(Type.Object({ b64_json: Type.Optional(Text), url: Type.Optional(Text) })),
  usage: Type.Optional(Usage),
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

import { Type } from 'typebox'
import { Text } from '../kit/read-wire.ts'

const Picture = Type.Object({ url: Type.Optional(Text), b64_json: Type.Optional(Text) })
const credits = Type.Optional(Type.Number())

/** Most operations answer with a list, the tools with one picture. */
export const Pictures = Type.Union([
  Type.Object({ data: Type.Array(Picture), credits }),
  Type.Object({ image: Picture, credits }),
])

export const ErrorBody = Type.Object({ code: Text })
